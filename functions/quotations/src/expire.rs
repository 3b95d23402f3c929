use chrono::{DateTime, Utc};
use dms_store::{Store, StoreError};

/// Writes EXPIRED to every overdue quotation of every centre, and its event; what lists show does not wait for it.
///
/// # Errors
/// A failure of the store: the next run goes on where this one stopped.
pub async fn expire(store: &Store, now: DateTime<Utc>) -> Result<(), StoreError> {
    let expired = store.expire_all_quotations(now).await?;
    tracing::info!(expired, "quotations that nobody answered in time");
    Ok(())
}
