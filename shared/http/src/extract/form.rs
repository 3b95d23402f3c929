//! Forms with a file: `multipart/form-data`.

use std::convert::Infallible;

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header::CONTENT_TYPE},
};
use bytes::Bytes;
use dms_domain::refusal::Refusal;
use futures::stream;
use multer::Multipart;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::parse_value;
use crate::error::{ApiError, ApiResult};

/// The part that is a file.
const FILE: &str = "file";
/// Most parts of a form.
const MAX_PARTS: usize = 32;

/// A form that was sent, with one file.
pub struct Form {
    fields: Map<String, Value>,
    /// The part `file`.
    pub file: FilePart,
}

/// A file as it came.
pub struct FilePart {
    /// Its name on the sender's machine.
    pub filename: String,
    /// What the sender says it is.
    pub content_type: Option<String>,
    /// Its content.
    pub content: Bytes,
}

impl Form {
    /// The other fields, as JSON strings would be read. Empty ones, which browsers send, are absent.
    ///
    /// # Errors
    /// 422 naming the field.
    pub fn fields<T: DeserializeOwned>(&self) -> ApiResult<T> {
        parse_value(Value::Object(self.fields.clone()))
    }

    /// The other fields, as text that tells them from others.
    pub(super) fn fields_text(&self) -> String {
        Value::Object(self.fields.clone()).to_string()
    }

    async fn read(mut parts: Multipart<'_>) -> Result<Self, ApiError> {
        let mut fields = Map::new();
        let mut file = None;
        let mut count = 0;
        while let Some(part) = parts.next_field().await.map_err(malformed)? {
            count += 1;
            if count > MAX_PARTS {
                return Err(bad_form(&format!("it has more than {MAX_PARTS} parts")));
            }
            let name = part.name().unwrap_or_default().to_owned();
            if name == FILE {
                let filename = part.file_name().unwrap_or_default().to_owned();
                let content_type = part.content_type().map(|of| of.essence_str().to_owned());
                let content = part.bytes().await.map_err(malformed)?;
                if file.replace(FilePart { filename, content_type, content }).is_some() {
                    return Err(Refusal::field(FILE, "is there twice; send one file in a request").into());
                }
                continue;
            }
            let text = part.bytes().await.map_err(malformed)?;
            let text =
                String::from_utf8(text.to_vec()).map_err(|_| Refusal::field(&name, "must be UTF-8 text"))?;
            if !text.is_empty() && fields.insert(name.clone(), text.into()).is_some() {
                return Err(Refusal::field(name, "is there twice").into());
            }
        }
        let file = file.ok_or_else(|| Refusal::field(FILE, "is required"))?;
        Ok(Self { fields, file })
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = multer::parse_boundary(content_type.unwrap_or_default()).map_err(malformed)?;
        // The middleware has read the body and checked its size.
        let body = to_bytes(request.into_body(), usize::MAX).await.map_err(|_| bad_form("it cannot be read"))?;
        let body = stream::once(async move { Ok::<Bytes, Infallible>(body) });
        Self::read(Multipart::new(body, boundary)).await
    }
}

fn malformed(error: multer::Error) -> ApiError {
    bad_form(&error.to_string())
}

fn bad_form(message: &str) -> ApiError {
    let text = format!("The body is not a valid multipart/form-data form: {message}");
    ApiError::new(StatusCode::BAD_REQUEST, "MALFORMED_FORM", text).with_field("body", message)
}
