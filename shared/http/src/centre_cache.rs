//! Service centres as this process has lately read them: lists show them beside every row, and they hardly ever change.
//! Only for showing: what decides something (a tax, a login) is read afresh. Admins, who alone change centres, are
//! shown what is stored.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use dms_domain::service_centre::ServiceCentre;
use dms_store::{Store, StoreError};
use uuid::Uuid;

/// How long a centre that was read may be shown.
const TTL_SECS: i64 = 30;

/// The centres of one process.
#[derive(Debug, Default)]
pub struct CentreCache(Mutex<HashMap<Uuid, (DateTime<Utc>, ServiceCentre)>>);

impl CentreCache {
    /// Service centres by id, in no order; those read in the last 30 seconds are not read again, unless `afresh`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn centres(
        &self,
        store: &Store,
        ids: &[Uuid],
        now: DateTime<Utc>,
        afresh: bool,
    ) -> Result<Vec<ServiceCentre>, StoreError> {
        let mut known = if afresh { Vec::new() } else { self.known(ids, now) };
        let missing: Vec<Uuid> =
            ids.iter().copied().filter(|id| known.iter().all(|centre| centre.id != *id)).collect();
        if !missing.is_empty() {
            let read = store.centres(&missing).await?;
            let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            cache.extend(read.iter().map(|centre| (centre.id, (now, centre.clone()))));
            known.extend(read);
        }
        Ok(known)
    }

    fn known(&self, ids: &[Uuid], now: DateTime<Utc>) -> Vec<ServiceCentre> {
        let cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |id: &Uuid| {
            let (read_at, centre) = cache.get(id)?;
            (now - *read_at < TimeDelta::seconds(TTL_SECS)).then(|| centre.clone())
        };
        ids.iter().filter_map(fresh).collect()
    }
}
