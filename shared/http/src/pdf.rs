//! Papers as answers: the only successful ones that are not JSON.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema, SchemaFormat,
        schema::{KnownFormat, ObjectBuilder, Type},
    },
};

/// A PDF that a browser shows and, when told to keep it, names after its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    name: String,
    bytes: Vec<u8>,
}

impl Pdf {
    /// The paper of the document with this number.
    pub fn new(number: &str, bytes: Vec<u8>) -> Self {
        // Numbers are letters, digits and dashes; nothing else may reach a header.
        let name = number.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        Self { name, bytes }
    }
}

impl IntoResponse for Pdf {
    fn into_response(self) -> Response {
        let mut response = self.bytes.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
        if let Ok(disposition) = HeaderValue::from_str(&format!("inline; filename=\"{}.pdf\"", self.name)) {
            headers.insert(header::CONTENT_DISPOSITION, disposition);
        }
        response
    }
}

impl PartialSchema for Pdf {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
            .into()
    }
}

impl ToSchema for Pdf {}
