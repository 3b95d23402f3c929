//! Reading whole tables: for operators' tasks alone.

use crate::{
    client::{Item, Store},
    error::StoreError,
    meter,
    tables::Table,
};

impl Store {
    /// A page of all items of a table, and where the next one starts. Consistent.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub(crate) async fn scan_page(
        &self,
        table: Table,
        start: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>), StoreError> {
        let _call = meter::Call::start();
        // An operator's command, not a request's: no index has all documents.
        #[allow(clippy::disallowed_methods)]
        let scan = self.client().scan();
        let page = scan
            .table_name(self.table_name(table))
            .consistent_read(true)
            .set_exclusive_start_key(start)
            .send()
            .await?;
        let next = page.last_evaluated_key.filter(|key| !key.is_empty());
        Ok((page.items.unwrap_or_default(), next))
    }
}
