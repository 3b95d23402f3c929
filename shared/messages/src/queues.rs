//! The queues.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use aws_credential_types::Credentials;
use aws_sdk_sqs::{
    Client,
    config::{BehaviorVersion, Region, SharedHttpClient, timeout::TimeoutConfig},
    types::{
        MessageSystemAttributeName, MessageSystemAttributeNameForSends, MessageSystemAttributeValue,
        QueueAttributeName, SendMessageBatchRequestEntry,
    },
};
use serde::Serialize;
use thiserror::Error;

use crate::trace::Trace;

/// How to reach SQS.
#[derive(Debug, Clone)]
pub struct QueuesConfig {
    /// AWS region.
    pub region: String,
    /// Sends the requests.
    pub http: SharedHttpClient,
    /// Another endpoint than AWS's own.
    pub endpoint: Option<String>,
    /// Credentials, from the environment.
    pub credentials: Credentials,
    /// Put before every queue's name.
    pub prefix: String,
}

/// SQS does not answer; the text is for the log only.
#[derive(Debug, Error)]
#[error("the queue is not available: {0}")]
pub struct QueueError(String);

/// A queue of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Events for notifications.
    Notifications,
    /// Events for rollups.
    Rollups,
    /// What the bucket tells of uploads: for the file-checker.
    Uploads,
    /// Commands for the audit log.
    Audit,
}

/// A message that was received: it comes again unless it is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The message's id.
    pub id: String,
    /// What it says.
    pub body: String,
    /// By which it is deleted.
    pub receipt: String,
    /// The trace it belongs to.
    pub trace: Option<Trace>,
}

/// A message that is to be sent.
struct Outbound {
    body: String,
    trace: Option<Trace>,
}

impl Outbound {
    fn entry(&self, position: usize) -> Result<SendMessageBatchRequestEntry, QueueError> {
        let entry = SendMessageBatchRequestEntry::builder().id(position.to_string()).message_body(&self.body);
        let Some(trace) = &self.trace else { return entry.build().map_err(failed) };
        let value = MessageSystemAttributeValue::builder().data_type("String").string_value(trace.header());
        let value = value.build().map_err(failed)?;
        entry
            .message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, value)
            .build()
            .map_err(failed)
    }
}

impl Queue {
    /// All queues.
    pub const ALL: [Self; 4] = [Self::Notifications, Self::Rollups, Self::Uploads, Self::Audit];

    /// The logical name; the real one has the stage's prefix before it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Notifications => "notifications",
            Self::Rollups => "rollups",
            Self::Uploads => "uploads",
            Self::Audit => "audit",
        }
    }
}

/// Seconds for which a receiver waits for a message: less than the client waits for an answer.
const WAIT_SECS: i32 = 2;
/// Most messages sent at once.
const MAX_SENT: usize = 10;
/// Most bytes sent at once.
const MAX_SENT_BYTES: usize = 256 * 1024;
/// Most messages received at once.
const MAX_RECEIVED: i32 = 10;

/// After how many receipts a message goes to the dead letters, as in template.yaml.
const MAX_RECEIPTS: u32 = 5;
/// The end of the name of a queue's dead letters.
const DEAD_LETTERS: &str = "-dlq";

/// How much a queue holds, about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Messages that wait or are being dealt with.
    pub waiting: u64,
    /// Messages that failed for good.
    pub dead: u64,
}

/// The client, made when it is first needed: most instances of most functions never do, and it takes a part of their start.
type LazyClient = Arc<LazyLock<Client, Box<dyn FnOnce() -> Client + Send>>>;

/// The queues of one dealership.
#[derive(Debug, Clone)]
pub struct Queues {
    client: LazyClient,
    prefix: String,
    /// By name: they never change.
    urls: Arc<Mutex<HashMap<String, String>>>,
}

impl Queues {
    /// Makes the client and connects at the first call.
    pub fn connect(config: QueuesConfig) -> Self {
        let prefix = config.prefix.clone();
        let client = LazyLock::new(Box::new(|| Self::client(config)) as Box<_>);
        Self { client: Arc::new(client), prefix, urls: Arc::default() }
    }

    fn client(config: QueuesConfig) -> Client {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(std::time::Duration::from_secs(1))
            .operation_attempt_timeout(std::time::Duration::from_secs(3))
            .build();
        let mut builder = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(config.region))
            .credentials_provider(config.credentials)
            .http_client(config.http)
            .timeout_config(timeouts);
        builder.set_endpoint_url(config.endpoint);
        Client::from_conf(builder.build())
    }

    /// Creates the queues that do not exist, each with its dead letters (local server and tests).
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn create_missing(&self) -> Result<(), QueueError> {
        for queue in Queue::ALL {
            let name = self.name(queue);
            let dead = self.client.create_queue().queue_name(format!("{name}{DEAD_LETTERS}")).send();
            let dead_url = dead.await.map_err(failed)?.queue_url.unwrap_or_default();
            let arn = self.attributes(dead_url, &[QueueAttributeName::QueueArn]).await?;
            let arn = arn.get(&QueueAttributeName::QueueArn).cloned().unwrap_or_default();
            let policy = format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":"{MAX_RECEIPTS}"}}"#);
            let created = self.client.create_queue().queue_name(&name).send().await.map_err(failed)?;
            // Set, not created with: one from before may be without.
            let set = self.client.set_queue_attributes().set_queue_url(created.queue_url);
            set.attributes(QueueAttributeName::RedrivePolicy, policy).send().await.map_err(failed)?;
        }
        Ok(())
    }

    /// How much a queue holds, and its dead letters.
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn backlog(&self, queue: Queue) -> Result<Backlog, QueueError> {
        let of = |name: String| async move { self.held(self.url(name).await?).await };
        let (waiting, dead) =
            futures::try_join!(of(self.name(queue)), of(format!("{}{DEAD_LETTERS}", self.name(queue))))?;
        Ok(Backlog { waiting, dead })
    }

    async fn held(&self, url: String) -> Result<u64, QueueError> {
        let counts = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let held = self.attributes(url, &counts).await?;
        Ok(counts.iter().filter_map(|name| held.get(name)?.parse::<u64>().ok()).sum())
    }

    async fn attributes(
        &self,
        url: String,
        names: &[QueueAttributeName],
    ) -> Result<HashMap<QueueAttributeName, String>, QueueError> {
        let request = self.client.get_queue_attributes().queue_url(url);
        let answered = request.set_attribute_names(Some(names.to_vec())).send().await.map_err(failed)?;
        Ok(answered.attributes.unwrap_or_default())
    }

    /// Puts the dead letters of a queue back into it, as far as there are any now; how many. A message that dies again
    /// comes back here: what is to be redriven is what was mended.
    ///
    /// # Errors
    /// [`QueueError`]; no message is lost, one may be there twice.
    pub async fn redrive(&self, queue: Queue) -> Result<u64, QueueError> {
        let dead = self.url(format!("{}{DEAD_LETTERS}", self.name(queue))).await?;
        let (held, mut moved) = (self.held(dead.clone()).await?, 0);
        while moved < held {
            let messages = self.receive_from(&dead, 0).await?;
            if messages.is_empty() {
                break;
            }
            for message in messages {
                let again = Outbound { body: message.body.clone(), trace: message.trace.clone() };
                self.send_outbound(queue, &[again]).await?;
                self.delete_from(&dead, &message).await?;
                moved += 1;
            }
        }
        Ok(moved)
    }

    /// The real name of a queue.
    pub fn name(&self, queue: Queue) -> String {
        format!("{}{}", self.prefix, queue.name())
    }

    /// Puts messages into a queue, each as JSON; how many.
    ///
    /// # Errors
    /// [`QueueError`] as for [`Self::send`], or when a message has no text form.
    pub async fn send_all<M: Serialize>(
        &self,
        queue: Queue,
        messages: impl IntoIterator<Item = M>,
    ) -> Result<usize, QueueError> {
        let outbound = outbound(messages.into_iter().map(|message| (message, None)))?;
        self.send_outbound(queue, &outbound).await?;
        Ok(outbound.len())
    }

    /// The same of messages that belong to traces.
    ///
    /// # Errors
    /// As [`Self::send_all`].
    pub async fn send_traced<M: Serialize>(
        &self,
        queue: Queue,
        messages: impl IntoIterator<Item = (M, Option<Trace>)>,
    ) -> Result<usize, QueueError> {
        let outbound = outbound(messages)?;
        self.send_outbound(queue, &outbound).await?;
        Ok(outbound.len())
    }

    /// Puts messages into a queue.
    ///
    /// # Errors
    /// [`QueueError`] when not all are in it; some may be.
    pub async fn send(&self, queue: Queue, bodies: &[String]) -> Result<(), QueueError> {
        let outbound: Vec<Outbound> =
            bodies.iter().map(|body| Outbound { body: body.clone(), trace: None }).collect();
        self.send_outbound(queue, &outbound).await
    }

    async fn send_outbound(&self, queue: Queue, messages: &[Outbound]) -> Result<(), QueueError> {
        if messages.is_empty() {
            return Ok(());
        }
        let url = self.url(self.name(queue)).await?;
        for batch in batches(messages, |message| message.body.len()) {
            let entries = batch.iter().enumerate().map(|(position, message)| message.entry(position));
            let entries = entries.collect::<Result<Vec<_>, _>>()?;
            let request = self.client.send_message_batch().queue_url(&url).set_entries(Some(entries));
            let sent = request.send().await.map_err(failed)?;
            if let Some(failed) = sent.failed().first() {
                return Err(QueueError(format!("{}: {}", failed.code(), failed.message().unwrap_or_default())));
            }
        }
        Ok(())
    }

    /// Messages as they come, or none after two seconds (local server and tests: on Lambda the runtime receives).
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn receive(&self, queue: Queue) -> Result<Vec<Received>, QueueError> {
        self.receive_within(queue, WAIT_SECS).await
    }

    /// The messages that are there now (tests).
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn receive_now(&self, queue: Queue) -> Result<Vec<Received>, QueueError> {
        self.receive_within(queue, 0).await
    }

    async fn receive_within(&self, queue: Queue, wait_secs: i32) -> Result<Vec<Received>, QueueError> {
        self.receive_from(&self.url(self.name(queue)).await?, wait_secs).await
    }

    async fn receive_from(&self, url: &str, wait_secs: i32) -> Result<Vec<Received>, QueueError> {
        let request = self.client.receive_message().queue_url(url);
        let request = request.message_system_attribute_names(MessageSystemAttributeName::AwsTraceHeader);
        let received = request.max_number_of_messages(MAX_RECEIVED).wait_time_seconds(wait_secs).send().await;
        let messages = received.map_err(failed)?.messages.unwrap_or_default();
        let received = messages.into_iter().map(|message| Received {
            id: message.message_id.unwrap_or_default(),
            body: message.body.unwrap_or_default(),
            receipt: message.receipt_handle.unwrap_or_default(),
            trace: message
                .attributes
                .and_then(|attributes| Trace::parse(attributes.get(&MessageSystemAttributeName::AwsTraceHeader)?)),
        });
        Ok(received.collect())
    }

    /// The message is done.
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn delete(&self, queue: Queue, message: &Received) -> Result<(), QueueError> {
        self.delete_from(&self.url(self.name(queue)).await?, message).await
    }

    async fn delete_from(&self, url: &str, message: &Received) -> Result<(), QueueError> {
        let request = self.client.delete_message().queue_url(url).receipt_handle(&message.receipt);
        request.send().await.map(|_| ()).map_err(failed)
    }

    /// The message was not dealt with: it comes again at once, not when its time in hiding is over (tests).
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn release(&self, queue: Queue, message: &Received) -> Result<(), QueueError> {
        let url = self.url(self.name(queue)).await?;
        let request = self.client.change_message_visibility().queue_url(url).receipt_handle(&message.receipt);
        request.visibility_timeout(0).send().await.map(|_| ()).map_err(failed)
    }

    async fn url(&self, name: String) -> Result<String, QueueError> {
        let known = self.urls.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
        if let Some(url) = known {
            return Ok(url);
        }
        let answered = self.client.get_queue_url().queue_name(&name).send().await.map_err(failed)?;
        let url = answered.queue_url.unwrap_or_default();
        self.urls.lock().unwrap_or_else(PoisonError::into_inner).insert(name, url.clone());
        Ok(url)
    }
}

fn outbound<M: Serialize>(
    messages: impl IntoIterator<Item = (M, Option<Trace>)>,
) -> Result<Vec<Outbound>, QueueError> {
    let outbound = messages
        .into_iter()
        .map(|(message, trace)| Ok(Outbound { body: serde_json::to_string(&message).map_err(failed)?, trace }));
    outbound.collect()
}

fn failed(error: impl std::fmt::Debug) -> QueueError {
    QueueError(format!("{error:?}"))
}

/// As many messages as SQS takes at once.
fn batches<M>(messages: &[M], bytes_of: impl Fn(&M) -> usize) -> Vec<&[M]> {
    let mut batches = Vec::new();
    let (mut from, mut bytes) = (0, 0);
    for (at, message) in messages.iter().enumerate() {
        if at - from == MAX_SENT || (at > from && bytes + bytes_of(message) > MAX_SENT_BYTES) {
            batches.push(&messages[from..at]);
            (from, bytes) = (at, 0);
        }
        bytes += bytes_of(message);
    }
    batches.push(&messages[from..]);
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_at_most_ten_messages_and_as_many_bytes_as_one_may_have() {
        let sizes =
            |bodies: &[String]| batches(bodies, String::len).iter().map(|batch| batch.len()).collect::<Vec<_>>();
        assert_eq!(sizes(&vec!["x".to_owned(); 23]), [10, 10, 3]);
        assert_eq!(sizes(&vec!["x".repeat(100_000); 5]), [2, 2, 1]);
        assert_eq!(sizes(&vec!["x".repeat(300_000); 2]), [1, 1]);
    }
}
