//! What can go wrong at a call of AWS.

use std::fmt;

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The request is lost: nothing happens, the connection breaks.
    RequestLost,
    /// The request takes effect, the connection breaks before the answer.
    AnswerLost,
    /// DynamoDB says that it is asked too often.
    Throttled,
    /// A transaction is cancelled because one of its items is too busy.
    ThrottledItem,
    /// Another transaction holds an item.
    Conflict,
    /// The same transaction is still running.
    InProgress,
    /// The request takes effect, and DynamoDB answers with an internal error.
    ServerError,
    /// The request takes effect at once; the answer comes after the caller has given up waiting.
    SlowAnswer,
    /// The request takes effect after the caller has given up waiting.
    LateEffect,
    /// The process is killed before the call.
    KilledBefore,
    /// The process is killed after the call took effect.
    KilledAfter,
}

impl Fault {
    /// All kinds.
    pub const ALL: &'static [Self] = &[
        Self::RequestLost,
        Self::AnswerLost,
        Self::Throttled,
        Self::ThrottledItem,
        Self::Conflict,
        Self::InProgress,
        Self::ServerError,
        Self::SlowAnswer,
        Self::LateEffect,
        Self::KilledBefore,
        Self::KilledAfter,
    ];

    /// Whether DynamoDB could answer this operation so.
    pub(crate) fn suits(self, operation: &str) -> bool {
        match self {
            Self::ThrottledItem | Self::InProgress => operation == "TransactWriteItems",
            Self::Conflict => matches!(operation, "TransactWriteItems" | "UpdateItem" | "PutItem" | "DeleteItem"),
            Self::RequestLost
            | Self::AnswerLost
            | Self::Throttled
            | Self::ServerError
            | Self::SlowAnswer
            | Self::LateEffect
            | Self::KilledBefore
            | Self::KilledAfter => true,
        }
    }

    /// Whether the process does not survive it.
    pub(crate) fn kills(self) -> bool {
        matches!(self, Self::KilledBefore | Self::KilledAfter)
    }

    /// DynamoDB's answer where the fault is one.
    pub(crate) fn refusal(self, operation: &str) -> (u16, String) {
        let cancelled = |code: &str| {
            let message = format!("Transaction cancelled, please refer cancellation reasons [None, {code}]");
            let reasons = serde_json::json!([{"Code": "None"}, {"Code": code, "Message": "busy"}]);
            (400, error("TransactionCanceledException", &message, Some(reasons)))
        };
        match self {
            Self::Throttled => (400, error("ThrottlingException", "Rate of requests exceeds the limit", None)),
            Self::ThrottledItem => cancelled("ThrottlingError"),
            Self::Conflict if operation == "TransactWriteItems" => cancelled("TransactionConflict"),
            Self::Conflict => {
                (400, error("TransactionConflictException", "Transaction is ongoing for the item", None))
            }
            Self::InProgress => {
                (400, error("TransactionInProgressException", "The transaction is in progress", None))
            }
            Self::RequestLost
            | Self::AnswerLost
            | Self::ServerError
            | Self::SlowAnswer
            | Self::LateEffect
            | Self::KilledBefore
            | Self::KilledAfter => (500, error("InternalServerError", "Internal server error", None)),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RequestLost => "request lost",
            Self::AnswerLost => "answer lost",
            Self::Throttled => "throttled",
            Self::ThrottledItem => "item throttled",
            Self::Conflict => "transaction conflict",
            Self::InProgress => "transaction in progress",
            Self::ServerError => "internal server error",
            Self::SlowAnswer => "slow answer",
            Self::LateEffect => "late effect",
            Self::KilledBefore => "process killed before",
            Self::KilledAfter => "process killed after",
        })
    }
}

fn error(kind: &str, message: &str, reasons: Option<serde_json::Value>) -> String {
    let mut body = serde_json::json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{kind}"), "message": message, "Message": message,
    });
    if let Some(reasons) = reasons {
        body["CancellationReasons"] = reasons;
    }
    body.to_string()
}

/// Which calls go wrong.
#[derive(Debug, Clone, Copy)]
pub enum Faults {
    /// None.
    None,
    /// So many of a thousand, of any kind; some of them several times in a row.
    Random {
        /// Calls of a thousand.
        per_mille: u32,
    },
    /// Exactly from this call on (counted from 1), so many times.
    At {
        /// The call.
        call: u64,
        /// The kind.
        fault: Fault,
        /// How many calls in a row.
        times: u64,
    },
}
