//! Ways to tell someone beyond the application itself.

mod email;
mod webhook;

use std::sync::Arc;

use dms_domain::{
    notification::{Notification, NotificationPreferences},
    user::User,
};
use dms_http::{
    SystemClock,
    config::{ConfigError, access_from_env, optional},
};
use futures::future::BoxFuture;
use thiserror::Error;

pub use email::Email;
pub use webhook::{SIGNATURE, Webhook};

/// A channel that did not take a notification; the text is for the log only.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct ChannelError(pub String);

/// Who is told.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// The user.
    pub user: User,
    /// What they want to be told, and how.
    pub wanted: NotificationPreferences,
}

/// A way to tell someone.
pub trait Channel: Send + Sync {
    /// Its name in the notes of what was sent: never changes.
    fn name(&self) -> &'static str;

    /// Whether it tells this one.
    fn reaches(&self, recipient: &Recipient) -> bool;

    /// Tells.
    ///
    /// # Errors
    /// [`ChannelError`]: to be tried again.
    fn deliver<'a>(
        &'a self,
        recipient: &'a Recipient,
        notification: &'a Notification,
    ) -> BoxFuture<'a, Result<(), ChannelError>>;
}

/// The channels that the environment asks for: e-mail with `DMS_EMAIL_FROM`, a webhook with `DMS_WEBHOOK_URL` and
/// `DMS_WEBHOOK_SECRET`.
///
/// # Errors
/// [`ConfigError`] naming the variable.
pub(crate) fn from_env() -> Result<Vec<Arc<dyn Channel>>, ConfigError> {
    let mut channels: Vec<Arc<dyn Channel>> = Vec::new();
    if let Some(from) = optional("DMS_EMAIL_FROM") {
        channels.push(Arc::new(Email::new(access_from_env("AWS_ENDPOINT_URL_SESV2")?, from)));
    }
    if let Some(url) = optional("DMS_WEBHOOK_URL") {
        let secret = optional("DMS_WEBHOOK_SECRET").ok_or(ConfigError::Missing("DMS_WEBHOOK_SECRET"))?;
        let webhook = Webhook::new(&url, secret, Arc::new(SystemClock));
        channels.push(Arc::new(webhook.map_err(|why| ConfigError::Invalid("DMS_WEBHOOK_URL", why))?));
    }
    Ok(channels)
}
