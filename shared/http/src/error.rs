//! The one table from errors to HTTP statuses.

use axum::{
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use dms_access::TokenError;
use dms_blob::BlobError;
use dms_domain::{fields::FieldErrors, query::QueryError, refusal::Refusal};
use dms_store::StoreError;

use crate::envelope::ErrorBody;

/// A handler's answer.
pub type ApiResult<T> = Result<T, ApiError>;

/// Why a request was not fulfilled.
#[derive(Debug, Clone)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    errors: FieldErrors,
    retry_after_secs: Option<u64>,
    /// For the log only: never sent.
    detail: Option<String>,
}

impl ApiError {
    /// An error with a status of its own.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            errors: FieldErrors::new(),
            retry_after_secs: None,
            detail: None,
        }
    }

    /// The same, naming a field.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.errors.add(field, message);
        self
    }

    /// The same, saying when to try again.
    #[must_use]
    pub fn with_retry_after(mut self, secs: u64) -> Self {
        self.retry_after_secs = Some(secs);
        self
    }

    /// No token, or one that is not accepted.
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "Log in first: send Authorization: Bearer <token>")
    }

    /// A bug: what went wrong is for the log.
    pub fn internal(detail: impl std::fmt::Display) -> Self {
        StoreError::Corrupt(detail.to_string()).into()
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What the log should know beyond the answer.
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The body, once the request's id is known.
    pub fn body(&self, request_id: &str) -> ErrorBody {
        ErrorBody {
            message: self.message.clone(),
            code: self.code.to_owned(),
            status: self.status.as_u16(),
            errors: self.errors.clone(),
            request_id: request_id.to_owned(),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let status = match &refusal {
            Refusal::NotFound { .. } => StatusCode::NOT_FOUND,
            Refusal::Invalid(_) | Refusal::QueryTooBroad { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::AlreadyExists { .. }
            | Refusal::InvalidTransition { .. }
            | Refusal::Conflict { .. }
            | Refusal::InsufficientStock(_)
            | Refusal::TooMany { .. } => StatusCode::CONFLICT,
            Refusal::VersionMismatch { .. } => StatusCode::PRECONDITION_FAILED,
            Refusal::Forbidden { .. } => StatusCode::FORBIDDEN,
        };
        Self { errors: refusal.fields(), ..Self::new(status, refusal.code(), refusal.to_string()) }
    }
}

impl From<FieldErrors> for ApiError {
    fn from(errors: FieldErrors) -> Self {
        Refusal::Invalid(errors).into()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let retry_after_secs = error.retry_after().map(|wait| wait.as_secs());
        let (status, code) = match &error {
            StoreError::Refused(refusal) => return refusal.clone().into(),
            StoreError::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "IDEMPOTENCY_KEY_REUSED"),
            StoreError::Contended => (StatusCode::SERVICE_UNAVAILABLE, "CONTENDED"),
            StoreError::Throttled => (StatusCode::SERVICE_UNAVAILABLE, "THROTTLED"),
            StoreError::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "DATABASE_UNAVAILABLE"),
            StoreError::Corrupt(_) => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
        };
        let (message, detail) = match &error {
            StoreError::Unavailable(detail) => {
                ("The database is not available, try again".to_owned(), Some(detail.clone()))
            }
            StoreError::Corrupt(detail) => ("Something is wrong on our side".to_owned(), Some(detail.clone())),
            StoreError::Refused(_) | StoreError::KeyReused | StoreError::Contended | StoreError::Throttled => {
                (error.to_string(), None)
            }
        };
        Self { retry_after_secs, detail, ..Self::new(status, code, message) }
    }
}

impl From<BlobError> for ApiError {
    fn from(error: BlobError) -> Self {
        let message = "The file store is not available, try again";
        let unavailable = Self::new(StatusCode::SERVICE_UNAVAILABLE, "STORAGE_UNAVAILABLE", message);
        Self { detail: Some(error.to_string()), ..unavailable.with_retry_after(5) }
    }
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        let (status, code) = match error {
            TokenError::Invalid => (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
            TokenError::Expired => (StatusCode::UNAUTHORIZED, "TOKEN_EXPIRED"),
            TokenError::Signing => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        let QueryError { parameter, position, message } = error;
        let place = if position > 0 { format!(" (parameter {position})") } else { String::new() };
        Self::new(StatusCode::BAD_REQUEST, "BAD_QUERY", format!("{parameter}{place} {message}"))
            .with_field(parameter, message)
    }
}

impl From<serde_json::Error> for ApiError {
    fn from(error: serde_json::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl IntoResponse for ApiError {
    /// The body is written by the middleware, which knows the request's id.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(secs) = self.retry_after_secs {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(secs));
        }
        response.extensions_mut().insert(self);
        response
    }
}
