//! Service centres in DynamoDB. All are in one small partition, each under its ordinal.

use dms_access::TenantScope;
use dms_domain::{
    ids::{self, CentreOrdinal},
    service_centre::ServiceCentre,
};
use uuid::Uuid;

use crate::{
    client::{Store, number},
    command::Plan,
    entity::{Entity, from_item},
    error::StoreError,
    keys::{self, Key},
    range::Range,
    tables::Table,
    transaction::Transaction,
    update::Update,
};

impl Entity for ServiceCentre {
    const WHAT: &'static str = "service centre";

    fn key(&self) -> Key {
        centre_key(&self.id)
    }

    fn version(&self) -> u64 {
        self.version
    }
}

fn centre_key(id: &Uuid) -> Key {
    // Ordinal 0 is no centre's: an id without one finds nothing.
    ids::ordinal_of(id).map_or_else(|| Key::new(keys::centres_pk(), "0000"), keys::centre)
}

impl Store {
    /// A service centre.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn centre(&self, id: &Uuid) -> Result<Option<ServiceCentre>, StoreError> {
        let item = self.get(Table::Core, &centre_key(id)).await?;
        let centre: Option<ServiceCentre> = item.map(from_item).transpose()?;
        // The ordinal is part of the id, and not all of it.
        Ok(centre.filter(|centre| centre.id == *id))
    }

    /// The service centre of a scope.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn centre_of(&self, scope: TenantScope) -> Result<Option<ServiceCentre>, StoreError> {
        self.get(Table::Core, &keys::centre(scope.ordinal())).await?.map(from_item).transpose()
    }

    /// Service centres by id, in no order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn centres(&self, ids: &[Uuid]) -> Result<Vec<ServiceCentre>, StoreError> {
        let items = self.get_many(ids.iter().map(centre_key)).await?;
        let centres: Vec<ServiceCentre> = items.into_iter().map(from_item).collect::<Result<_, _>>()?;
        Ok(centres.into_iter().filter(|centre| ids.contains(&centre.id)).collect())
    }

    /// All service centres, in the order of their creation.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn all_centres(&self) -> Result<Vec<ServiceCentre>, StoreError> {
        let range = Range::partition(keys::centres_pk()).ascending();
        self.query(&range, usize::MAX).await?.into_iter().map(from_item).collect()
    }

    /// How many centres there are: the last ordinal given.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn last_centre_ordinal(&self) -> Result<u16, StoreError> {
        let counter = self.get(Table::Core, &keys::centre_counter()).await?;
        let last = counter.and_then(|item| number(&item, "n")).unwrap_or_default();
        Ok(u16::try_from(last).unwrap_or(u16::MAX))
    }

    /// Opens a service centre under the ordinal that its id carries; its code must be free.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn open_centre(
        &self,
        centre: ServiceCentre,
        ordinal: CentreOrdinal,
    ) -> Result<Plan<ServiceCentre>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.create(&centre)?;
        let last = i64::from(ordinal.get()) - 1;
        let counter = Update::of(keys::centre_counter()).set_number("n", last + 1);
        transaction.update(if last == 0 { counter.when_absent("n") } else { counter.when_number("n", last) });
        let code = centre.details.code.as_str();
        transaction.claim(&keys::unique("centre", code), centre.id, "code", code);
        Ok(Plan::new(transaction, centre))
    }
}
