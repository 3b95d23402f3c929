//! Why a command is refused. Every rule of the business ends in one of these; the HTTP layer maps each to
//! one status in one table.

use std::fmt;

use uuid::Uuid;

use crate::fields::FieldErrors;

/// A part of which there is not enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortPart {
    /// Part number as the operator knows it.
    pub part_number: String,
    /// How many the command needs.
    pub requested: i64,
    /// How many there are.
    pub available: i64,
}

/// A business refusal: the request was understood, and the rules say no. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No such document for this caller. Also said of another tenant's document: existence is not leaked.
    NotFound {
        /// The document's kind in the user's words ("job card").
        what: &'static str,
    },
    /// One or more fields break a rule.
    Invalid(FieldErrors),
    /// A unique field's value is taken.
    AlreadyExists {
        /// The request field.
        field: &'static str,
        /// The value that is taken.
        value: String,
    },
    /// The document's state machine has no such step.
    InvalidTransition {
        /// The document's kind.
        what: &'static str,
        /// Its present state.
        from: &'static str,
        /// The state asked for.
        to: &'static str,
        /// Where it could go instead.
        allowed: Vec<&'static str>,
    },
    /// The document's present state, or another document's, does not permit this; the message says which.
    Conflict {
        /// A stable code, unique to the rule ("VEHICLE_BUSY").
        code: &'static str,
        /// What stands in the way.
        message: String,
    },
    /// Not enough stock; nothing was taken.
    InsufficientStock(Vec<ShortPart>),
    /// More pieces than are open on the lines named; nothing was booked.
    TooMany {
        /// A stable code: what there is too much of ("OVER_RECEIPT").
        code: &'static str,
        /// The lines.
        lines: FieldErrors,
    },
    /// `If-Match` named another version than the present one.
    VersionMismatch {
        /// The document's present version.
        current: u64,
    },
    /// The caller may not do this here.
    Forbidden {
        /// What is missing.
        message: String,
    },
    /// The question would have to read more than the read budget.
    QueryTooBroad {
        /// Fields that would narrow it.
        narrow_by: Vec<&'static str>,
    },
}

impl Refusal {
    /// The stable code for API clients.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "NOT_FOUND",
            Self::Invalid(_) => "VALIDATION_FAILED",
            Self::AlreadyExists { .. } => "ALREADY_EXISTS",
            Self::InvalidTransition { .. } => "INVALID_TRANSITION",
            Self::Conflict { code, .. } => code,
            Self::InsufficientStock(_) => "INSUFFICIENT_STOCK",
            Self::TooMany { code, .. } => code,
            Self::VersionMismatch { .. } => "VERSION_MISMATCH",
            Self::Forbidden { .. } => "FORBIDDEN",
            Self::QueryTooBroad { .. } => "QUERY_TOO_BROAD",
        }
    }

    /// One field with one message.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut errors = FieldErrors::new();
        errors.add(field, message);
        Self::Invalid(errors)
    }

    /// A state conflict with its own code.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::Conflict { code, message: message.into() }
    }

    /// The fields at fault, for the error's `errors`.
    pub fn fields(&self) -> FieldErrors {
        let mut errors = FieldErrors::new();
        match self {
            Self::Invalid(fields) | Self::TooMany { lines: fields, .. } => return fields.clone(),
            Self::AlreadyExists { field, value } => errors.add(*field, format!("{value} is already in use")),
            Self::InsufficientStock(short) => {
                for part in short {
                    let ShortPart { part_number, requested, available } = part;
                    errors.add(part_number.clone(), format!("{requested} needed, {available} available"));
                }
            }
            Self::InvalidTransition { allowed, .. } => {
                errors.add("status", format!("can become: {}", list_or_nothing(allowed)));
            }
            Self::QueryTooBroad { narrow_by } => {
                for field in narrow_by {
                    errors.add(format!("filter[{field}]"), "would narrow this query");
                }
            }
            Self::NotFound { .. }
            | Self::Conflict { .. }
            | Self::VersionMismatch { .. }
            | Self::Forbidden { .. } => {}
        }
        errors
    }
}

fn list_or_nothing(allowed: &[&str]) -> String {
    if allowed.is_empty() { "nothing, this is a final state".to_owned() } else { allowed.join(", ") }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { what } => write!(f, "No such {what}"),
            Self::Invalid(_) => f.write_str("Some fields are not valid"),
            Self::AlreadyExists { field, value } => write!(f, "{field} {value} is already in use"),
            Self::InvalidTransition { what, from, to, .. } => {
                write!(f, "A {what} that is {from} cannot become {to}")
            }
            Self::Conflict { message, .. } | Self::Forbidden { message } => f.write_str(message),
            Self::InsufficientStock(short) => {
                let parts: Vec<_> = short.iter().map(|part| part.part_number.as_str()).collect();
                write!(f, "Not enough stock of {}", parts.join(", "))
            }
            Self::TooMany { lines, .. } => write!(f, "More than is open: {lines}"),
            Self::VersionMismatch { current } => {
                write!(f, "The document has changed: its version is {current} now")
            }
            Self::QueryTooBroad { narrow_by } => {
                write!(f, "This query reads too much; narrow it by {}", narrow_by.join(" or "))
            }
        }
    }
}

impl std::error::Error for Refusal {}

/// `If-Match`: refuses when the caller expected another version than the present one.
///
/// # Errors
/// [`Refusal::VersionMismatch`].
pub fn check_version(expected: Option<u64>, current: u64) -> Result<(), Refusal> {
    match expected {
        Some(expected) if expected != current => Err(Refusal::VersionMismatch { current }),
        _ => Ok(()),
    }
}

/// What an id in a request names, when the caller needs it to exist.
///
/// # Errors
/// A field error naming `field`: the document does not exist (for this caller).
pub fn must_exist<T>(found: Option<T>, field: &'static str, what: &'static str, id: Uuid) -> Result<T, Refusal> {
    found.ok_or_else(|| Refusal::field(field, format!("no such {what}: {id}")))
}
