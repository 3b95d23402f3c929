//! S3: the bucket for files and long reports.

use aws_credential_types::Credentials;
use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Region, SharedHttpClient, timeout::TimeoutConfig},
    error::ProvideErrorMetadata,
};
use thiserror::Error;

/// How to reach S3.
#[derive(Debug, Clone)]
pub struct BlobConfig {
    /// AWS region.
    pub region: String,
    /// Sends the requests.
    pub http: SharedHttpClient,
    /// Another endpoint than AWS's own.
    pub endpoint: Option<String>,
    /// Credentials, from the environment.
    pub credentials: Credentials,
    /// The bucket.
    pub bucket: String,
}

/// S3 does not answer; the text is for the log only.
#[derive(Debug, Error)]
#[error("the file store is not available: {0}")]
pub struct BlobError(String);

/// The bucket of one dealership.
#[derive(Debug, Clone)]
pub struct Blob {
    client: Client,
    bucket: String,
}

impl Blob {
    /// Makes the client; connects at the first call.
    pub fn connect(config: BlobConfig) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(std::time::Duration::from_secs(1))
            .operation_attempt_timeout(std::time::Duration::from_secs(5))
            .build();
        let mut builder = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(config.region))
            .credentials_provider(config.credentials)
            .http_client(config.http)
            .timeout_config(timeouts)
            // Emulators have no bucket subdomains.
            .force_path_style(config.endpoint.is_some());
        builder.set_endpoint_url(config.endpoint);
        Self { client: Client::from_conf(builder.build()), bucket: config.bucket }
    }

    /// Creates the bucket unless it exists (local server and tests).
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn create_missing(&self) -> Result<(), BlobError> {
        match self.client.create_bucket().bucket(&self.bucket).send().await {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.code(), Some("BucketAlreadyExists" | "BucketAlreadyOwnedByYou")) => {
                Ok(())
            }
            Err(error) => Err(BlobError(format!("{error:?}"))),
        }
    }

    /// Whether S3 answers and the bucket is there.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn ping(&self) -> Result<(), BlobError> {
        let answered = self.client.head_bucket().bucket(&self.bucket).send().await;
        answered.map(|_| ()).map_err(|error| BlobError(format!("{error:?}")))
    }
}
