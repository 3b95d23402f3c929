//! Central's stock in DynamoDB. Its movements are those of [`crate::stock`].

use dms_access::CentralScope;
use dms_domain::{central_stock::CentralPart, search, stock::LedgerEntry};
use uuid::Uuid;

use crate::{
    client::{Item, Store},
    command::Plan,
    entity::{Entity, IndexKeys, NO_STATE, Posting, TallyCell, from_item},
    error::StoreError,
    keys::{self, CentralKind, Key, PART_NUMBER},
    range::Range,
    stock::{self, SeenPart},
    tables::Table,
    transaction::{Transaction, owner},
};

impl Entity for CentralPart {
    const WHAT: &'static str = "part";

    fn key(&self) -> Key {
        CentralKind::Part.own(&self.id).key()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> IndexKeys {
        let low = (self.headroom <= 0).then(|| CentralKind::Part.own(&self.id).list_pk());
        IndexKeys { low_pk: low, ..IndexKeys::default() }
    }

    fn tally(&self) -> Option<TallyCell> {
        Some(TallyCell {
            pk: CentralKind::Part.own(&self.id).tally_pk(),
            day: self.created_at.ist_date(),
            code: NO_STATE,
        })
    }

    fn postings(&self) -> Vec<Posting> {
        CentralKind::Part
            .own(&self.id)
            .postings(search::part_words(&self.details.part_name, &self.details.part_number))
    }
}

impl Store {
    /// Calls `each` for every part of Central's stock, without having all of them in memory.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn each_central_part(
        &self,
        scope: CentralScope,
        each: impl FnMut(CentralPart),
    ) -> Result<(), StoreError> {
        self.each(&Range::partition(CentralKind::Part.pk(scope)), each).await
    }

    /// A part of Central's stock.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn central_part(&self, scope: CentralScope, id: &Uuid) -> Result<Option<CentralPart>, StoreError> {
        self.get(Table::Core, &CentralKind::Part.key(scope, id)).await?.map(from_item).transpose()
    }

    /// Parts of Central's stock, in no order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn central_parts(
        &self,
        scope: CentralScope,
        ids: impl IntoIterator<Item = Uuid>,
    ) -> Result<Vec<CentralPart>, StoreError> {
        let items = self.get_many(ids.into_iter().map(|id| CentralKind::Part.key(scope, &id))).await?;
        items.into_iter().map(from_item).collect()
    }

    /// Ids of Central's parts by number; unknown numbers are left out. None asked for is no call.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn central_part_ids(&self, numbers: &[String]) -> Result<Vec<(String, Uuid)>, StoreError> {
        self.owners(numbers, |number| keys::central_part_number(number)).await
    }

    /// The documents that have these unique values.
    pub(crate) async fn owners<V: Clone>(
        &self,
        values: &[V],
        guard: impl Fn(&V) -> Key,
    ) -> Result<Vec<(V, Uuid)>, StoreError> {
        let found = self.get_many(values.iter().map(&guard)).await?;
        let owner_of = |value: &V| {
            let key = guard(value);
            let item = found.iter().find(|item: &&Item| crate::client::text(item, "pk") == Some(key.pk.as_str()));
            item.and_then(owner)
        };
        Ok(values.iter().filter_map(|value| Some((value.clone(), owner_of(value)?))).collect())
    }

    /// Creates a part with its opening stock; its number must be free in Central's stock.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn create_central_part(
        &self,
        part: CentralPart,
        opening: Option<&LedgerEntry>,
    ) -> Result<Plan<CentralPart>, StoreError> {
        let mut transaction = Transaction::new();
        let part = match opening {
            Some(entry) => CentralPart { ledger_counts: part.ledger_counts.with(entry.created_at), ..part },
            None => part,
        };
        transaction.create(&part)?;
        let number = part.details.part_number.as_str();
        transaction.claim(&keys::central_part_number(number), part.id, PART_NUMBER, number);
        if let Some(entry) = opening {
            transaction.append(entry)?;
        }
        Ok(Plan::new(transaction, part))
    }

    /// Adjusts a part's stock by hand, from the quantity that was read.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn adjust_central_stock(
        &self,
        old: &CentralPart,
        new: CentralPart,
        entry: &LedgerEntry,
    ) -> Result<Plan<CentralPart>, StoreError> {
        let low = SeenPart::of(&old.details, old.stock_quantity).low_after(old.id, entry.delta);
        stock::adjust(old, new, entry, low.map(|low| (None, low)))
    }
}
