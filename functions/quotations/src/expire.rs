use dms_http::AppState;
use dms_store::StoreError;

/// Writes EXPIRED to every overdue quotation of every centre, and its event; what lists show does not wait for it.
///
/// # Errors
/// A failure of the store: the next run goes on where this one stopped.
pub async fn expire(app: &AppState) -> Result<(), StoreError> {
    let expired = app.store.expire_all_quotations(app.clock.now()).await?;
    tracing::info!(expired, "quotations that nobody answered in time");
    Ok(())
}
