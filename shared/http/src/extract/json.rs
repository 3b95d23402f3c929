//! Request bodies.

use axum::{
    body::Bytes,
    extract::{FromRequest, OptionalFromRequest, Request},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use crate::error::ApiError;

/// A JSON body.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UNSUPPORTED_MEDIA_TYPE",
                "Send the body as application/json",
            )
            .with_field("content-type", "must be application/json"));
        }
        // The middleware has read the body and checked its size.
        let bytes = Bytes::from_request(request, state).await.map_err(|_| malformed("the body cannot be read"))?;
        // First whether it is JSON at all (also in the parts nobody reads, and not nested without end), then
        // whether it is of the right shape.
        let value: serde_json::Value =
            serde_json::from_slice(&bytes).map_err(|error| malformed(&error.to_string()))?;
        parse_value(value).map(Self)
    }
}

/// A value that has been parsed as JSON already: one row of a bulk request.
pub(crate) fn parse_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, ApiError> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| invalid(&error.path().to_string(), &error.inner().to_string()))
}

impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequest<S> for Json<T> {
    type Rejection = ApiError;

    /// No body at all is `None`; a body must be JSON.
    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, ApiError> {
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::new(body), state).await;
        let bytes = bytes.map_err(|_| malformed("the body cannot be read"))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let request = Request::from_parts(parts, bytes.into());
        <Self as FromRequest<S>>::from_request(request, state).await.map(Some)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let essence = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = essence.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json")
}

fn malformed(message: &str) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "MALFORMED_JSON", format!("The body is not valid JSON: {message}"))
        .with_field("body", message)
}

/// Well-formed JSON of the wrong shape: names the field, also when it is missing.
fn invalid(path: &str, message: &str) -> ApiError {
    let message = message.split(" at line ").next().unwrap_or(message);
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    let at_top = path.is_empty() || path == ".";
    let (field, message) = match missing {
        Some(name) if at_top => (name.to_owned(), "is required"),
        Some(name) => (format!("{path}.{name}"), "is required"),
        None if at_top => ("body".to_owned(), message),
        None => (path.to_owned(), message),
    };
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_FAILED", "Some fields are not valid")
        .with_field(field, message)
}

/// A field of a PATCH that can be set and not cleared: null is refused. For `#[serde(default, deserialize_with)]`.
///
/// # Errors
/// When the value is null or not a `T`.
pub fn set_only<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A field of a PATCH: absent (keep), null (clear), or a value (set).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// The field is absent.
    #[default]
    Keep,
    /// The field is null.
    Clear,
    /// The field has a value.
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Only called when the field is present; `#[serde(default)]` makes an absent one `Keep`.
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

impl<T> Change<T> {
    /// The same change of what the value stands for.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Change<U> {
        match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => Change::Set(f(value)),
        }
    }

    /// The field after the change, where it may be empty.
    pub fn or(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Keep => current,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}
