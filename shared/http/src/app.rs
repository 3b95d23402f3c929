//! What every handler shares: the store, the token keys, the clock, the settings.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dms_access::{TokenKeys, password::PasswordCost};
use dms_blob::Blob;
use dms_domain::{calendar::Clock, formats::GstState};
use dms_messages::Queues;
use dms_store::Store;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::{
    centre_cache::CentreCache,
    lately::Lately,
    rate_limit::{LoginLimiter, RateLimiter},
};

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
    /// Where Central's warehouse is: purchase orders are taxed by it.
    pub warehouse_state: GstState,
    /// Work of one password hash.
    pub password_cost: PasswordCost,
    /// Keys the hash by which a repeated request is known: bodies may hold secrets.
    pub fingerprint_key: [u8; 64],
    /// Requests per minute.
    pub limiter: RateLimiter,
    /// Failed logins per minute.
    pub login_limiter: LoginLimiter,
    /// Service centres that were lately read.
    pub centres: CentreCache,
    /// Whether the services answered, and how the health endpoint tells it.
    pub health: Lately<(bool, Value)>,
    /// S3.
    pub blob: Blob,
    /// SQS.
    pub queues: Queues,
}

impl App {
    /// A hash of some texts with this deployment's key: by it a repeated request is told from another, and a
    /// caller is counted. Keyed, because it is stored and a body may hold a password.
    pub fn keyed_hash(&self, parts: &[&[u8]]) -> String {
        let mut mac = Hmac::<Sha256>::new(&self.fingerprint_key.into());
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        hex::encode(mac.finalize().into_bytes())
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)] // the one place where the machine's time is asked
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}
