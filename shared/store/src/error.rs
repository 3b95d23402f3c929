//! What can go wrong in the store.

use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use dms_domain::refusal::Refusal;
use thiserror::Error;

/// A refusal of the business rules, or a failure of the database.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The rules say no; nothing has changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The Idempotency-Key was used before with another request.
    #[error("this Idempotency-Key was used with another request")]
    KeyReused,
    /// Others were changing the same documents all the time; nothing has changed, and trying again helps.
    #[error("too many simultaneous changes to the same documents")]
    Contended,
    /// DynamoDB throttles.
    #[error("the database is busy")]
    Throttled,
    /// DynamoDB cannot be reached or answers with an error; the text is for the log only.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A stored document cannot be read; the text is for the log only.
    #[error("a stored document cannot be read: {0}")]
    Corrupt(String),
}

impl StoreError {
    /// How long a client should wait before it tries again, where trying again helps.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Contended | Self::Throttled => Some(Duration::from_secs(1)),
            Self::Unavailable(_) => Some(Duration::from_secs(5)),
            Self::Refused(_) | Self::KeyReused | Self::Corrupt(_) => None,
        }
    }
}

/// Error codes by which DynamoDB says "slower".
const THROTTLES: [&str; 4] =
    ["ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException", "ThrottlingError"];

/// Whether a code, of an error or of a cancellation reason, means throttling.
pub(crate) fn is_throttle(code: &str) -> bool {
    THROTTLES.contains(&code)
}

impl<E, R> From<SdkError<E, R>> for StoreError
where
    SdkError<E, R>: ProvideErrorMetadata + std::error::Error,
{
    fn from(error: SdkError<E, R>) -> Self {
        match error.code() {
            Some(code) if is_throttle(code) => Self::Throttled,
            // A request of ours that DynamoDB can never accept: a bug, and no use in trying again.
            Some("ValidationException") => Self::Corrupt(describe(&error)),
            _ => Self::Unavailable(describe(&error)),
        }
    }
}

/// The error with its causes: the SDK's own text is only the outermost.
fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

impl From<aws_sdk_dynamodb::error::BuildError> for StoreError {
    fn from(error: aws_sdk_dynamodb::error::BuildError) -> Self {
        Self::Corrupt(error.to_string())
    }
}

impl From<serde_dynamo::Error> for StoreError {
    fn from(error: serde_dynamo::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}
