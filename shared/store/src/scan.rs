//! Reading whole tables: for operators' tasks alone.

use futures::{Stream, stream};

use crate::{
    client::{Item, Store},
    error::StoreError,
    meter,
    tables::Table,
};

impl Store {
    /// All items of a table, page by page. Consistent.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub(crate) fn pages_of(&self, table: Table) -> impl Stream<Item = Result<Vec<Item>, StoreError>> {
        stream::try_unfold(Some(None), move |start| async move {
            let Some(start) = start else { return Ok(None) };
            let (items, next) = self.scan_page(table, start).await?;
            Ok(Some((items, next.map(Some))))
        })
    }

    async fn scan_page(&self, table: Table, start: Option<Item>) -> Result<(Vec<Item>, Option<Item>), StoreError> {
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
