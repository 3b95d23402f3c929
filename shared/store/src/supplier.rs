//! Suppliers in DynamoDB.

use dms_access::CentralScope;
use dms_domain::supplier::Supplier;
use uuid::Uuid;

use crate::{
    client::Store,
    command::Plan,
    entity::{Entity, NO_STATE, TallyCell, from_item},
    error::StoreError,
    keys::{CentralKind, Key},
    tables::Table,
    transaction::Transaction,
};

impl Entity for Supplier {
    const WHAT: &'static str = "supplier";

    fn key(&self) -> Key {
        CentralKind::Supplier.own(&self.id).key()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn tally(&self) -> Option<TallyCell> {
        Some(TallyCell {
            pk: CentralKind::Supplier.own(&self.id).tally_pk(),
            day: self.created_at.ist_date(),
            code: NO_STATE,
        })
    }
}

impl Store {
    /// A supplier.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn supplier(&self, scope: CentralScope, id: &Uuid) -> Result<Option<Supplier>, StoreError> {
        self.get(Table::Core, &CentralKind::Supplier.key(scope, id)).await?.map(from_item).transpose()
    }

    /// Suppliers by id, in no order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn suppliers(
        &self,
        scope: CentralScope,
        ids: impl IntoIterator<Item = Uuid>,
    ) -> Result<Vec<Supplier>, StoreError> {
        let items = self.get_many(ids.into_iter().map(|id| CentralKind::Supplier.key(scope, &id))).await?;
        items.into_iter().map(from_item).collect()
    }

    /// Registers a supplier.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn register_supplier(&self, supplier: Supplier) -> Result<Plan<Supplier>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.create(&supplier)?;
        Ok(Plan::new(transaction, supplier))
    }
}
