//! CSV files as answers.

use axum::response::{IntoResponse, Response};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::download::{answer, safe_name, schema};

/// The type of a CSV file.
pub const CONTENT_TYPE: &str = "text/csv; charset=utf-8";

/// A CSV file, which is kept under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Csv {
    name: String,
    bytes: Vec<u8>,
}

impl Csv {
    /// A file of this name.
    pub fn new(name: &str, bytes: Vec<u8>) -> Self {
        Self { name: safe_name(name), bytes }
    }
}

impl IntoResponse for Csv {
    fn into_response(self) -> Response {
        answer(self.bytes, CONTENT_TYPE, &format!("attachment; filename=\"{}.csv\"", self.name))
    }
}

impl PartialSchema for Csv {
    fn schema() -> RefOr<Schema> {
        schema()
    }
}

impl ToSchema for Csv {}
