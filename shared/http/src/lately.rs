//! What is the same for all who ask within a moment: one of them finds it out, and the others are told.

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

/// What this process has lately found out.
#[derive(Debug, Default)]
pub struct Lately<T>(Mutex<Option<(DateTime<Utc>, T)>>);

impl<T: Clone> Lately<T> {
    /// What was found out less than a `lifetime` ago, or is found out now. Who asks meanwhile waits for it.
    ///
    /// # Errors
    /// Those of finding out, which are not kept.
    pub async fn known<E>(
        &self,
        now: DateTime<Utc>,
        lifetime: TimeDelta,
        find_out: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let mut known = self.0.lock().await;
        if let Some((_, found)) = known.as_ref().filter(|(at, _)| (*at..*at + lifetime).contains(&now)) {
            return Ok(found.clone());
        }
        let found = find_out.await?;
        *known = Some((now, found.clone()));
        Ok(found)
    }
}
