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
}

impl Queue {
    /// All queues.
    pub const ALL: [Self; 2] = [Self::Notifications, Self::Rollups];

    /// The logical name; the real one has the stage's prefix before it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Notifications => "notifications",
            Self::Rollups => "rollups",
        }
    }
}

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
            let name = format!("{}{}", self.prefix, queue.name());
            let created = self.client.create_queue().queue_name(name).send().await;
            created.map_err(|error| QueueError(format!("{error:?}")))?;
        }
        Ok(())
    }

    /// Whether SQS answers.
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn ping(&self) -> Result<(), QueueError> {
        let name = format!("{}{}", self.prefix, Queue::Notifications.name());
        let answered = self.client.get_queue_url().queue_name(name).send().await;
        answered.map(|_| ()).map_err(|error| QueueError(format!("{error:?}")))
    }
}
