//! What PDFs and workbooks have in common as answers.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use utoipa::openapi::{
    RefOr, Schema, SchemaFormat,
    schema::{KnownFormat, ObjectBuilder, Type},
};

/// A name for a file. Numbers are letters, digits and dashes; nothing else may reach a header.
pub(crate) fn safe_name(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

/// The answer: bytes of this type, with a `Content-Disposition`.
pub(crate) fn answer(bytes: Vec<u8>, content_type: &'static str, disposition: &str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(disposition) = HeaderValue::from_str(disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

/// Their schema: bytes.
pub(crate) fn schema() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .into()
}
