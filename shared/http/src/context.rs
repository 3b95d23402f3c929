//! What is known about a request before any handler runs.

use std::sync::{Arc, OnceLock};

use axum::{extract::FromRequestParts, http::request::Parts};
use chrono::{DateTime, Utc};
use dms_access::{Principal, TenantScope};
use dms_domain::calendar;
use serde::Serialize;
use serde_json::{Value, json};

use dms_domain::query::Query;
use uuid::Uuid;

use crate::{
    envelope::{Meta, Pagination},
    error::{ApiError, ApiResult},
    fields,
    reply::Reply,
};

/// A request's id, time and body hash; and, once its token is verified, who sent it (for the log).
#[derive(Clone)]
pub struct Context {
    /// The request's id: API Gateway's, or a new one.
    pub request_id: Arc<str>,
    /// When it arrived.
    pub now: DateTime<Utc>,
    /// The caller's IP address.
    pub address: Arc<str>,
    /// Hash of method, path, query and body.
    pub(crate) fingerprint: Arc<str>,
    pub(crate) principal: Arc<OnceLock<Principal>>,
}

impl Context {
    /// A new id of a document of the dealership.
    pub fn new_id(&self) -> Uuid {
        dms_store::new_id(self.now, None)
    }

    /// A new id of a document of a centre.
    pub fn new_id_in(&self, scope: TenantScope) -> Uuid {
        dms_store::new_id(self.now, Some(scope.ordinal()))
    }

    /// The time, as documents store it.
    pub fn timestamp(&self) -> dms_domain::calendar::Timestamp {
        dms_domain::calendar::Timestamp::new(self.now)
    }

    /// The envelope's `meta`.
    pub fn meta(&self) -> Meta {
        Meta { timestamp: calendar::timestamp(self.now), request_id: self.request_id.to_string() }
    }

    /// The answer of a successful request.
    ///
    /// # Errors
    /// 500 when the data has no JSON form.
    pub fn reply(&self, status: u16, data: &impl Serialize, version: Option<u64>) -> ApiResult<Reply> {
        let body = json!({ "data": data, "success": true, "meta": self.meta() }).to_string();
        Ok(Reply(dms_store::Reply { status, body, version, replayed: false }))
    }

    /// One document, with the fields the query asks for.
    ///
    /// # Errors
    /// 400 when the query asks for a field the document does not have.
    pub fn document(&self, document: Value, version: u64, query: &Query) -> ApiResult<Reply> {
        let document = fields::select(document, &query.fields)?;
        self.reply(200, &document, Some(version))
    }

    /// One page of a list, with the fields the query asks for.
    ///
    /// # Errors
    /// 400 when the query asks for a field the rows do not have.
    pub fn page(&self, rows: Vec<Value>, total: u64, query: &Query) -> ApiResult<Reply> {
        let rows: Vec<Value> =
            rows.into_iter().map(|row| fields::select(row, &query.fields)).collect::<ApiResult<_>>()?;
        let pagination = Pagination::new(query.page, query.limit, total);
        let body = json!({ "data": rows, "success": true, "meta": self.meta(), "pagination": pagination });
        Ok(Reply(dms_store::Reply { status: 200, body: body.to_string(), version: None, replayed: false }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Context {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            ApiError::new(
                axum::http::StatusCode::INTERNAL_SERVER_ERROR,
                "INTERNAL",
                "The router has no middleware",
            )
        })
    }
}
