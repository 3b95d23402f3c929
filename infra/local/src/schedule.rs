//! What a schedule starts on AWS, a timer starts here.

use std::time::Duration;

use dms_http::AppState;
use tokio::time::{Instant, interval_at};

/// Time between two runs, as in `template.yaml`.
const EVERY: Duration = Duration::from_secs(3600);
/// The first run waits until the start is over.
const FIRST_AFTER: Duration = Duration::from_secs(30);

/// Runs the scheduled tasks, for ever.
pub(crate) async fn run(app: AppState) {
    let mut timer = interval_at(Instant::now() + FIRST_AFTER, EVERY);
    loop {
        timer.tick().await;
        if let Err(error) = quotations::expire(&app).await {
            tracing::warn!(%error, "quotations could not be expired; the next run tries again");
        }
    }
}
