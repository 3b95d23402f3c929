use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use aws_credential_types::Credentials;
use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Region, SharedHttpClient, timeout::TimeoutConfig},
    error::{ProvideErrorMetadata, SdkError},
    presigning::{PresignedRequest, PresigningConfig},
    primitives::ByteStream,
};
use thiserror::Error;

use crate::disposition::attachment;

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

impl<E, R> From<SdkError<E, R>> for BlobError
where
    SdkError<E, R>: std::error::Error,
{
    fn from(error: SdkError<E, R>) -> Self {
        Self(format!("{error:?}"))
    }
}

/// The client, made when it is first needed: most instances of most functions never do, and it takes a part of their start.
type LazyClient = Arc<LazyLock<Client, Box<dyn FnOnce() -> Client + Send>>>;

/// The bucket of one dealership.
#[derive(Debug, Clone)]
pub struct Blob {
    client: LazyClient,
    bucket: String,
}

/// What is to be uploaded, and nothing else: S3 refuses another length, another type and another content.
#[derive(Debug, Clone, Copy)]
pub struct Upload<'a> {
    /// Where to.
    pub key: &'a str,
    /// How long it is.
    pub size_bytes: u64,
    /// Its type.
    pub content_type: &'a str,
    /// Its SHA-256, in base64.
    pub sha256_base64: &'a str,
}

/// A link by which someone without credentials can upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadLink {
    /// To be PUT to.
    pub url: String,
    /// Headers that the PUT must have, besides its length.
    pub headers: Vec<(String, String)>,
}

/// An object that was found; its content is still to be read.
#[derive(Debug)]
pub struct Object {
    /// How long it is.
    pub size_bytes: u64,
    /// Tells it from others that were under this key.
    pub e_tag: String,
    body: ByteStream,
}

impl Object {
    /// Its content, whole.
    ///
    /// # Errors
    /// [`BlobError`] when the connection breaks.
    pub async fn content(self) -> Result<Vec<u8>, BlobError> {
        let content = self.body.collect().await.map_err(|error| BlobError(error.to_string()))?;
        Ok(content.to_vec())
    }
}

impl Blob {
    /// Makes the client and connects at the first call.
    pub fn connect(config: BlobConfig) -> Self {
        let bucket = config.bucket.clone();
        Self { client: Arc::new(LazyLock::new(Box::new(|| Self::client(config)))), bucket }
    }

    fn client(config: BlobConfig) -> Client {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(Duration::from_secs(5))
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
        Client::from_conf(builder.build())
    }

    /// The bucket's name.
    pub fn bucket(&self) -> &str {
        &self.bucket
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
            Err(error) => Err(error.into()),
        }
    }

    /// Whether S3 answers and the bucket is there.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn ping(&self) -> Result<(), BlobError> {
        self.client.head_bucket().bucket(&self.bucket).send().await?;
        Ok(())
    }

    /// A link for uploading this and nothing else. Made without a call.
    ///
    /// # Errors
    /// [`BlobError`] when it cannot be signed.
    pub async fn upload_link(&self, upload: &Upload<'_>, lifetime_secs: u32) -> Result<UploadLink, BlobError> {
        let length = i64::try_from(upload.size_bytes).map_err(|error| BlobError(error.to_string()))?;
        let request = self.client.put_object().bucket(&self.bucket).key(upload.key);
        let request =
            request.content_length(length).content_type(upload.content_type).checksum_sha256(upload.sha256_base64);
        let signed = request.presigned(expiring(lifetime_secs)?).await?;
        // Every client sends the length by itself, and a browser lets no script do it.
        let headers = signed.headers().filter(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(UploadLink { url: signed.uri().to_owned(), headers })
    }

    /// A link for downloading an object under a name of its own. Made without a call; the object need not be there.
    ///
    /// # Errors
    /// [`BlobError`] when it cannot be signed.
    pub async fn download_link(
        &self,
        key: &str,
        (filename, content_type): (&str, &str),
        lifetime_secs: u32,
    ) -> Result<String, BlobError> {
        let request = self.client.get_object().bucket(&self.bucket).key(key);
        let request =
            request.response_content_disposition(attachment(filename)).response_content_type(content_type);
        let signed: PresignedRequest = request.presigned(expiring(lifetime_secs)?).await?;
        Ok(signed.uri().to_owned())
    }

    /// Puts an object.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn put(&self, upload: &Upload<'_>, content: ByteStream) -> Result<(), BlobError> {
        let request = self.client.put_object().bucket(&self.bucket).key(upload.key);
        let request = request.content_type(upload.content_type).checksum_sha256(upload.sha256_base64);
        request.body(content).send().await?;
        Ok(())
    }

    /// An object; none when it is not there.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn get(&self, key: &str) -> Result<Option<Object>, BlobError> {
        match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(found) => Ok(Some(Object {
                size_bytes: found.content_length().and_then(|length| u64::try_from(length).ok()).unwrap_or(0),
                e_tag: found.e_tag().unwrap_or_default().to_owned(),
                body: found.body,
            })),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Copies an object to another key, if it is still the one that was read.
    ///
    /// # Errors
    /// [`BlobError`], also when it is another one by now.
    pub async fn copy(&self, from: &str, to: &str, e_tag: &str) -> Result<(), BlobError> {
        let request = self.client.copy_object().bucket(&self.bucket).key(to);
        // Keys are ASCII without anything to escape.
        request.copy_source(format!("{}/{from}", self.bucket)).copy_source_if_match(e_tag).send().await?;
        Ok(())
    }

    /// Removes an object, if it is there.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn delete(&self, key: &str) -> Result<(), BlobError> {
        self.client.delete_object().bucket(&self.bucket).key(key).send().await?;
        Ok(())
    }
}

fn expiring(secs: u32) -> Result<PresigningConfig, BlobError> {
    PresigningConfig::expires_in(Duration::from_secs(secs.into())).map_err(|error| BlobError(error.to_string()))
}
