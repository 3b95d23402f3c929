//! Ways to tell someone beyond the application itself.

use std::sync::Arc;

use dms_domain::{
    notification::{Notification, NotificationPreferences},
    user::User,
};
use dms_http::config::ConfigError;
use futures::future::BoxFuture;
use thiserror::Error;

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

/// The channels that the environment asks for.
///
/// # Errors
/// [`ConfigError`] naming the variable.
pub(crate) fn from_env() -> Result<Vec<Arc<dyn Channel>>, ConfigError> {
    Ok(Vec::new())
}
