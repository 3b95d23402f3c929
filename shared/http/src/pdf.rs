//! Papers as answers: the only successful ones that are not JSON.

use axum::response::{IntoResponse, Response};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::download::{answer, safe_name, schema};

/// A PDF that a browser shows and, when told to keep it, names after its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    name: String,
    bytes: Vec<u8>,
}

impl Pdf {
    /// The paper of the document with this number.
    pub fn new(number: &str, bytes: Vec<u8>) -> Self {
        Self { name: safe_name(number), bytes }
    }
}

impl IntoResponse for Pdf {
    fn into_response(self) -> Response {
        answer(self.bytes, "application/pdf", &format!("inline; filename=\"{}.pdf\"", self.name))
    }
}

impl PartialSchema for Pdf {
    fn schema() -> RefOr<Schema> {
        schema()
    }
}

impl ToSchema for Pdf {}
