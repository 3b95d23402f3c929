//! Bulk requests: each row is a command of its own, taken or refused by itself.

use dms_domain::{fields::FieldErrors, refusal::Refusal};
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    envelope::ErrorBody,
    error::{ApiError, ApiResult},
    extract::parse_value,
};

/// Most rows of a bulk request.
pub const MAX_ROWS: usize = 100;
/// Rows under way at the same time.
const CONCURRENT: usize = 8;

/// What became of one row.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkRow {
    /// Position in the request, from 0.
    pub index: usize,
    /// Whether it was taken.
    pub success: bool,
    /// The document, when it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub data: Option<Value>,
    /// Why not, when it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorBody>,
}

/// Checks the number of rows.
///
/// # Errors
/// 422 unless there are 1 to 100.
pub fn check_length(field: &str, rows: usize) -> ApiResult<()> {
    if (1..=MAX_ROWS).contains(&rows) {
        return Ok(());
    }
    let mut errors = FieldErrors::new();
    errors.add(field, format!("must have 1 to {MAX_ROWS} rows"));
    Err(Refusal::Invalid(errors).into())
}

/// One row of the body.
///
/// # Errors
/// 422 naming the row's field.
pub fn parse_row<T: DeserializeOwned>(row: Value) -> ApiResult<T> {
    parse_value(row)
}

/// Runs the rows, several at a time, and tells what became of each, in their order.
///
/// # Errors
/// The first failure that is not the row's fault: with an Idempotency-Key the request can be repeated.
pub async fn run<F, Fut>(rows: Vec<Value>, request_id: &str, one: F) -> ApiResult<Vec<BulkRow>>
where
    F: Fn(usize, Value) -> Fut,
    Fut: Future<Output = ApiResult<Value>>,
{
    let results = stream::iter(rows.into_iter().enumerate().map(|(index, row)| {
        let done = one(index, row);
        async move { outcome(index, done.await, request_id) }
    }));
    results.buffered(CONCURRENT).try_collect().await
}

fn outcome(index: usize, done: ApiResult<Value>, request_id: &str) -> Result<BulkRow, ApiError> {
    match done {
        Ok(data) => Ok(BulkRow { index, success: true, data: Some(data), error: None }),
        Err(error) if error.status().is_server_error() => Err(error),
        Err(error) => Ok(BulkRow { index, success: false, data: None, error: Some(error.body(request_id)) }),
    }
}
