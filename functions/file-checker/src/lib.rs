//! The worker that checks what was uploaded (decisions, "Files"): an object in quarantine becomes a READY file, or its
//! file is REJECTED with the reason. It is told by the bucket through a queue, and looks after by itself every hour.
//! Whatever is told twice, or done by half, ends the same way.

mod check;
mod sweep;

use std::sync::Arc;

use aws_lambda_events::{
    s3::S3EventRecord,
    sqs::{SqsBatchResponse, SqsEvent, SqsMessage},
};
use dms_blob::{Blob, BlobError};
use dms_domain::calendar::Clock;
use dms_http::{
    SystemClock,
    config::{ConfigError, blob_from_env, store_from_env},
};
use dms_store::{Command, Store, StoreError};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use thiserror::Error;
use uuid::Uuid;

pub use sweep::Swept;

/// What the function is called for.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Work {
    /// Objects were put into quarantine.
    Uploads(SqsEvent),
    /// An hour has passed.
    Scheduled {
        /// Whose schedule.
        source: String,
    },
}

/// A check that could not be finished: to be tried again.
#[derive(Debug, Error)]
pub enum CheckError {
    /// DynamoDB.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// S3.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// Something else than the bucket's words came through the queue.
    #[error("not an event of S3: {0}")]
    Message(#[from] serde_json::Error),
    /// So many files were left for the next sweep.
    #[error("{0} files are left to the next sweep")]
    Unswept(usize),
}

/// The beginning of what S3 sends; its test message has no records.
#[derive(Debug, Deserialize)]
struct Told {
    #[serde(rename = "Records", default)]
    records: Vec<S3EventRecord>,
}

/// The worker.
pub struct FileChecker {
    store: Store,
    blob: Blob,
    clock: Arc<dyn Clock>,
}

impl FileChecker {
    /// A worker on these tables and this bucket.
    pub fn new(store: Store, blob: Blob, clock: Arc<dyn Clock>) -> Self {
        Self { store, blob, clock }
    }

    /// The worker of a Lambda function.
    ///
    /// # Errors
    /// [`ConfigError`] naming the variable.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self::new(store_from_env()?, blob_from_env()?, Arc::new(SystemClock)))
    }

    /// Does what the function is called for. Of a batch, the messages that failed are named: only they come again.
    ///
    /// # Errors
    /// [`CheckError`] of a sweep.
    pub async fn handle(&self, work: Work) -> Result<SqsBatchResponse, CheckError> {
        match work {
            Work::Uploads(event) => Ok(self.check_all(event).await),
            Work::Scheduled { source } => {
                let Swept { settled, discarded, objects } = self.sweep().await?;
                tracing::info!(source, settled, discarded, objects, "swept");
                Ok(SqsBatchResponse::default())
            }
        }
    }

    /// Checks the uploads that the messages of a batch tell of.
    pub async fn check_all(&self, event: SqsEvent) -> SqsBatchResponse {
        let mut response = SqsBatchResponse::default();
        for message in event.records {
            if let Err(error) = self.check_message(&message).await {
                let message_id = message.message_id.unwrap_or_default();
                tracing::warn!(%error, message_id, "an upload could not be checked");
                response.add_failure(message_id);
            }
        }
        response
    }

    async fn check_message(&self, message: &SqsMessage) -> Result<(), CheckError> {
        let told: Told = serde_json::from_str(message.body.as_deref().unwrap_or_default())?;
        for record in told.records {
            let key = record.s3.object.key.unwrap_or_default();
            self.check(&percent_decode_str(&key).decode_utf8_lossy()).await?;
        }
        Ok(())
    }

    /// The command by which the worker changes a file: in its uploader's name.
    fn command(&self, file: &Uuid, uploader: Uuid) -> Command {
        Command::of_task("file-checker", uploader, format!("file-checker {file}"), self.clock.now())
    }
}
