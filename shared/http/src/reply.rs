//! Answers that are bytes already: so that a repeated command gets the very same.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// Says that an answer is that of an earlier request with the same Idempotency-Key.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A successful answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply(pub dms_store::Reply);

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let dms_store::Reply { status, body, version, replayed } = self.0;
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(etag) = version.and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok()) {
            headers.insert(header::ETAG, etag);
        }
        if replayed {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}
