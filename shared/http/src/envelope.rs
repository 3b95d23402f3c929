//! The shapes of all answers (specification, "Response Format").

use dms_domain::fields::FieldErrors;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A successful answer.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Envelope<T> {
    /// What was asked for.
    pub data: T,
    /// Always true.
    pub success: bool,
    /// About the answer.
    pub meta: Meta,
}

/// A page of a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Paginated<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Always true.
    pub success: bool,
    /// About the answer.
    pub meta: Meta,
    /// Where this page lies in the list.
    pub pagination: Pagination,
}

/// About an answer.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// When it was made (RFC 3339, UTC).
    #[schema(format = DateTime)]
    pub timestamp: String,
    /// The request's id: quote it when something is wrong.
    pub request_id: String,
}

/// Where a page lies in its list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    /// From 1.
    #[schema(example = 1)]
    pub page: u32,
    /// Rows on a page.
    #[schema(example = 20)]
    pub limit: u32,
    /// Rows of all pages; exact.
    #[schema(example = 150)]
    pub total: u64,
    /// Pages.
    #[schema(example = 8)]
    pub total_pages: u64,
    /// Whether there is a next page.
    pub has_next: bool,
    /// Whether there is a page before.
    pub has_prev: bool,
    /// What to send as `cursor` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl Pagination {
    /// The pagination of a page.
    pub fn new((page, limit): (u32, u32), total: u64, next_cursor: Option<String>) -> Self {
        let total_pages = total.div_ceil(u64::from(limit.max(1)));
        Self {
            page,
            limit,
            total,
            total_pages,
            has_next: next_cursor.is_some(),
            has_prev: page > 1 && total > 0,
            next_cursor,
        }
    }
}

/// An unsuccessful answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// What is wrong, for a person.
    #[schema(example = "Some fields are not valid")]
    pub message: String,
    /// What is wrong, for a program: stable.
    #[schema(example = "VALIDATION_FAILED")]
    pub code: String,
    /// The HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// What is wrong with which field.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<String>>)]
    pub errors: FieldErrors,
    /// The request's id.
    pub request_id: String,
}
