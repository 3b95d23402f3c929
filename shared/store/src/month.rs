//! All documents of a centre that were made in a month.

use dms_access::TenantScope;
use dms_domain::{
    calendar::{self, MonthKey},
    ids,
};

use crate::{
    client::Store,
    entity::{Entity, from_item},
    error::StoreError,
    keys::TenantKind,
    range::{Range, SortRange},
};

impl Store {
    /// A centre's documents of a kind that were made in a month (in India), oldest first; at most one more than `most`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn documents_of_month<E: Entity>(
        &self,
        kind: TenantKind,
        scope: TenantScope,
        month: MonthKey,
        most: usize,
    ) -> Result<Vec<E>, StoreError> {
        let (first, next) = month.first_days();
        let first_ms = calendar::ist_day_start_utc(first).timestamp_millis();
        let last_ms = calendar::ist_day_start_utc(next).timestamp_millis() - 1;
        let ids = SortRange::Between(ids::lower_bound(first_ms), ids::upper_bound(last_ms));
        let range = Range::partition(kind.pk(scope)).within(ids).ascending();
        self.query(&range, most + 1).await?.into_iter().map(from_item).collect()
    }
}
