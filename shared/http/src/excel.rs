//! Workbooks as answers.

use axum::response::{IntoResponse, Response};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::download::{answer, safe_name, schema};

/// The type of a workbook.
pub const CONTENT_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A workbook, which is kept under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excel {
    name: String,
    bytes: Vec<u8>,
}

impl Excel {
    /// A workbook of this name.
    pub fn new(name: &str, bytes: Vec<u8>) -> Self {
        Self { name: safe_name(name), bytes }
    }
}

impl IntoResponse for Excel {
    fn into_response(self) -> Response {
        answer(self.bytes, CONTENT_TYPE, &format!("attachment; filename=\"{}.xlsx\"", self.name))
    }
}

impl PartialSchema for Excel {
    fn schema() -> RefOr<Schema> {
        schema()
    }
}

impl ToSchema for Excel {}
