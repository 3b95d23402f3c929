//! What every handler shares: the store, the token keys, the clock, the settings.

use std::sync::Arc;

use dms_access::{TokenKeys, password::PasswordCost};
use dms_blob::Blob;
use dms_domain::calendar::Clock;
use dms_messages::Queues;
use dms_store::Store;

use crate::rate_limit::RateLimiter;

/// Shared by all requests of a process.
pub type AppState = Arc<App>;

/// The parts of the application.
pub struct App {
    /// DynamoDB.
    pub store: Store,
    /// Signs and verifies tokens.
    pub tokens: TokenKeys,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// Work of one password hash.
    pub password_cost: PasswordCost,
    /// Requests per minute.
    pub limiter: RateLimiter,
    /// S3.
    pub blob: Blob,
    /// SQS.
    pub queues: Queues,
}
