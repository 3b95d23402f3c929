//! The queues.

use aws_credential_types::Credentials;
use aws_sdk_sqs::{
    Client,
    config::{BehaviorVersion, Region, SharedHttpClient, timeout::TimeoutConfig},
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

    /// Messages as they come, or none after two seconds (local server and tests: on Lambda the runtime receives).
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn receive(&self, queue: Queue) -> Result<Vec<Received>, QueueError> {
        let request = self.client.receive_message().queue_url(self.url(queue).await?);
        let received = request.max_number_of_messages(MAX_RECEIVED).wait_time_seconds(WAIT_SECS).send().await;
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
