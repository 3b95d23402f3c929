//! Workbooks as answers.

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

const CONTENT_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A workbook, which is kept under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excel {
    name: String,
    bytes: Vec<u8>,
}

impl Excel {
    /// A workbook of this name.
    pub fn new(name: &str, bytes: Vec<u8>) -> Self {
        // Nothing else may reach a header.
        let name = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        Self { name, bytes }
    }
}

impl IntoResponse for Excel {
    fn into_response(self) -> Response {
        let mut response = self.bytes.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{}.xlsx\"", self.name)) {
            headers.insert(header::CONTENT_DISPOSITION, disposition);
        }
        response
    }
}

impl PartialSchema for Excel {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
            .into()
    }
}

impl ToSchema for Excel {}
