//! Receipt handles.

use std::fmt;

use super::error::SqsError;

/// Names a message and the time it was received: a later receive makes it stale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Receipt {
    pub(super) id: i64,
    pub(super) token: String,
}

impl Receipt {
    pub(super) fn parse(handle: &str) -> Result<Self, SqsError> {
        let parts = handle.split_once('-').and_then(|(id, token)| Some((id.parse().ok()?, token)));
        match parts {
            Some((id, token)) if !token.is_empty() => Ok(Self { id, token: token.to_owned() }),
            _ => Err(SqsError::ReceiptHandleIsInvalid(handle.to_owned())),
        }
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.id, self.token)
    }
}
