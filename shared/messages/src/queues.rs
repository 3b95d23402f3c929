//! The queues.

use aws_credential_types::Credentials;
use aws_sdk_sqs::{
    Client,
    config::{BehaviorVersion, Region, SharedHttpClient, timeout::TimeoutConfig},
    types::SendMessageBatchRequestEntry,
};
use thiserror::Error;

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
}

impl Queue {
    /// All queues.
    pub const ALL: [Self; 3] = [Self::Notifications, Self::Rollups, Self::Uploads];

    /// The logical name; the real one has the stage's prefix before it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Notifications => "notifications",
            Self::Rollups => "rollups",
            Self::Uploads => "uploads",
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

/// The queues of one dealership.
#[derive(Debug, Clone)]
pub struct Queues {
    client: Client,
    prefix: String,
}

impl Queues {
    /// Makes the client; connects at the first call.
    pub fn connect(config: QueuesConfig) -> Self {
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
        Self { client: Client::from_conf(builder.build()), prefix: config.prefix }
    }

    /// Creates the queues that do not exist (local server and tests).
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn create_missing(&self) -> Result<(), QueueError> {
        for queue in Queue::ALL {
            let created = self.client.create_queue().queue_name(self.name(queue)).send().await;
            created.map_err(|error| QueueError(format!("{error:?}")))?;
        }
        Ok(())
    }

    /// Whether SQS answers.
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn ping(&self) -> Result<(), QueueError> {
        self.url(Queue::Notifications).await.map(|_| ())
    }

    /// The real name of a queue.
    pub fn name(&self, queue: Queue) -> String {
        format!("{}{}", self.prefix, queue.name())
    }

    /// Puts messages into a queue.
    ///
    /// # Errors
    /// [`QueueError`] when not all are in it; some may be.
    pub async fn send(&self, queue: Queue, bodies: &[String]) -> Result<(), QueueError> {
        if bodies.is_empty() {
            return Ok(());
        }
        let url = self.url(queue).await?;
        for batch in batches(bodies) {
            let entry = |(position, body): (usize, &String)| {
                let entry = SendMessageBatchRequestEntry::builder().id(position.to_string()).message_body(body);
                entry.build().map_err(|error| QueueError(error.to_string()))
            };
            let entries = batch.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>()?;
            let request = self.client.send_message_batch().queue_url(&url).set_entries(Some(entries));
            let sent = request.send().await.map_err(|error| QueueError(format!("{error:?}")))?;
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
        let request = self.client.receive_message().queue_url(self.url(queue).await?);
        let received = request.max_number_of_messages(MAX_RECEIVED).wait_time_seconds(wait_secs).send().await;
        let messages = received.map_err(|error| QueueError(format!("{error:?}")))?.messages.unwrap_or_default();
        let received = messages.into_iter().map(|message| Received {
            id: message.message_id.unwrap_or_default(),
            body: message.body.unwrap_or_default(),
            receipt: message.receipt_handle.unwrap_or_default(),
        });
        Ok(received.collect())
    }

    /// The message is done.
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn delete(&self, queue: Queue, message: &Received) -> Result<(), QueueError> {
        let request = self.client.delete_message().queue_url(self.url(queue).await?);
        let deleted = request.receipt_handle(&message.receipt).send().await;
        deleted.map(|_| ()).map_err(|error| QueueError(format!("{error:?}")))
    }

    async fn url(&self, queue: Queue) -> Result<String, QueueError> {
        let answered = self.client.get_queue_url().queue_name(self.name(queue)).send().await;
        let answered = answered.map_err(|error| QueueError(format!("{error:?}")))?;
        Ok(answered.queue_url.unwrap_or_default())
    }
}

/// As many messages as SQS takes at once.
fn batches(bodies: &[String]) -> Vec<&[String]> {
    let mut batches = Vec::new();
    let (mut from, mut bytes) = (0, 0);
    for (at, body) in bodies.iter().enumerate() {
        if at - from == MAX_SENT || (at > from && bytes + body.len() > MAX_SENT_BYTES) {
            batches.push(&bodies[from..at]);
            (from, bytes) = (at, 0);
        }
        bytes += body.len();
    }
    batches.push(&bodies[from..]);
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_at_most_ten_messages_and_as_many_bytes_as_one_may_have() {
        let sizes = |bodies: &[String]| batches(bodies).iter().map(|batch| batch.len()).collect::<Vec<_>>();
        assert_eq!(sizes(&vec!["x".to_owned(); 23]), [10, 10, 3]);
        assert_eq!(sizes(&vec!["x".repeat(100_000); 5]), [2, 2, 1]);
        assert_eq!(sizes(&vec!["x".repeat(300_000); 2]), [1, 1]);
    }
}
