//! The notifier: tells those concerned of an event, each once, whatever is delivered again. In the application always;
//! beyond it through the channels that are configured.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod audience;
mod channel;
mod reminders;

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use dms_domain::{
    calendar::{Clock, Timestamp},
    notification::{Audience, Notification},
    user::User,
};
use dms_http::{
    SystemClock,
    config::{ConfigError, store_from_env},
};
use dms_messages::{Message, Trace};
use dms_store::{Store, StoreError};
use thiserror::Error;
use uuid::Uuid;

pub use channel::{Channel, ChannelError, Email, Recipient, SIGNATURE, Webhook};
pub use reminders::{RemindError, remind};

/// A message that could not be dealt with: to be delivered again.
#[derive(Debug, Error)]
pub enum NotifyError {
    /// DynamoDB.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something else than an event came through the queue.
    #[error("not an event: {0}")]
    Message(#[from] serde_json::Error),
    /// A channel.
    #[error(transparent)]
    Channel(#[from] ChannelError),
}

/// The notifier.
pub struct Notifier {
    store: Store,
    clock: Arc<dyn Clock>,
    channels: Vec<Arc<dyn Channel>>,
}

impl Notifier {
    /// A notifier with these channels beside the application itself.
    pub fn new(store: Store, clock: Arc<dyn Clock>, channels: Vec<Arc<dyn Channel>>) -> Self {
        Self { store, clock, channels }
    }

    /// The notifier of a Lambda function.
    ///
    /// # Errors
    /// [`ConfigError`] naming the variable.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self::new(store_from_env()?, Arc::new(SystemClock), channel::from_env()?))
    }

    /// Deals with a batch. The messages that failed are named: only they come again.
    pub async fn handle(&self, event: SqsEvent) -> SqsBatchResponse {
        let mut response = SqsBatchResponse::default();
        for message in event.records {
            let trace = trace(&message);
            let trace_id = trace.as_ref().map(Trace::id);
            match self.deliver(&message).await {
                Ok(Some((event_id, told))) => tracing::info!(trace_id, %event_id, told, "notified"),
                Ok(None) => {}
                Err(error) => {
                    let message_id = message.message_id.clone().unwrap_or_default();
                    tracing::warn!(trace_id, %error, message_id, "an event could not be told");
                    response.add_failure(message_id);
                }
            }
        }
        response
    }

    /// Tells of an event: its id, and how many were to be told; none of an event that no one is told of.
    async fn deliver(&self, message: &SqsMessage) -> Result<Option<(Uuid, usize)>, NotifyError> {
        let Message { at, event } = serde_json::from_str(message.body.as_deref().unwrap_or_default())?;
        let Some((audience, notice)) = audience::told(&event) else { return Ok(None) };
        let notification = Notification {
            id: event.id,
            service_center_id: event.service_center_id,
            notice,
            created_at: Timestamp::new(at),
            read_at: None,
        };
        let recipients = self.recipients(&audience, &notification).await?;
        let ids: Vec<Uuid> = recipients.iter().map(|recipient| recipient.user.id).collect();
        self.store.notify(&ids, &notification, self.clock.now()).await?;
        for channel in &self.channels {
            self.send(channel.as_ref(), &recipients, &notification).await?;
        }
        Ok(Some((notification.id, recipients.len())))
    }

    /// Who is meant and wants to be told.
    async fn recipients(
        &self,
        audience: &Audience,
        notification: &Notification,
    ) -> Result<Vec<Recipient>, StoreError> {
        let users: Vec<User> = match audience {
            Audience::User(id) => self.store.users([*id]).await?,
            Audience::Roles(centre, _) => self.store.users_in(centre.as_ref()).await?,
        };
        let users: Vec<User> = users.into_iter().filter(|user| audience.includes(user)).collect();
        let ids: Vec<Uuid> = users.iter().map(|user| user.id).collect();
        let wanted = self.store.notification_preferences(&ids).await?;
        let recipients = users.into_iter().zip(wanted).map(|(user, wanted)| Recipient { user, wanted });
        Ok(recipients.filter(|recipient| recipient.wanted.wants(notification.notice.kind)).collect())
    }

    /// Sends through a channel what it has not sent yet. It is noted before: a worker that dies in the middle sends
    /// nothing twice; a channel that says that it failed is asked again.
    async fn send(
        &self,
        channel: &dyn Channel,
        recipients: &[Recipient],
        notification: &Notification,
    ) -> Result<(), NotifyError> {
        for recipient in recipients.iter().filter(|recipient| channel.reaches(recipient)) {
            let event = format!("{}#{}", notification.id, recipient.user.id);
            let nothing_else = || async { Ok(dms_store::Transaction::new()) };
            if !self.store.once((channel.name(), &event), self.clock.now(), nothing_else).await? {
                continue;
            }
            if let Err(error) = channel.deliver(recipient, notification).await {
                self.store.forget((channel.name(), &event)).await?;
                return Err(error.into());
            }
        }
        Ok(())
    }
}

/// The trace of the request that the event came of, as the relay said it.
fn trace(message: &SqsMessage) -> Option<Trace> {
    message.attributes.get(Trace::ATTRIBUTE).and_then(|header| Trace::parse(header))
}
