//! What is known about a request before any handler runs.

use std::sync::{Arc, OnceLock};

use axum::{extract::FromRequestParts, http::request::Parts};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use dms_access::{Principal, TenantScope};
use dms_domain::calendar;
use serde::Serialize;
use serde_json::{Value, json};

use dms_domain::query::{Position, Query, RowKey};
use uuid::Uuid;

use crate::{
    app::AppState,
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
    /// Method and route, for the audit log: a path can hold a secret.
    pub(crate) action: Arc<str>,
    /// The path, without the query.
    pub(crate) path: Arc<str>,
    pub(crate) app: AppState,
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
    /// 500 when it has no JSON form.
    pub fn document(&self, document: Value, version: u64, query: &Query) -> ApiResult<Reply> {
        self.reply(200, &fields::select(document, &query.fields), Some(version))
    }

    /// Figures that are no document, with the fields the query asks for.
    ///
    /// # Errors
    /// 500 when they have no JSON form.
    pub fn figures(&self, figures: Value, query: &Query) -> ApiResult<Reply> {
        self.reply(200, &fields::select(figures, &query.fields), None)
    }

    /// One page of a list, with the fields the query asks for. `last` is the place of its last row, when more follow;
    /// without one the next page is found by counting.
    ///
    /// # Errors
    /// 500 when the cursor of the next page has no JSON form.
    pub fn page(&self, rows: Vec<Value>, found: (u64, Option<RowKey>), query: &Query) -> ApiResult<Reply> {
        self.page_with(rows, found, query, &[])
    }

    /// The same with more beside the rows.
    ///
    /// # Errors
    /// As [`Self::page`].
    pub fn page_with(
        &self,
        rows: Vec<Value>,
        (total, last): (u64, Option<RowKey>),
        query: &Query,
        beside: &[(&str, Value)],
    ) -> ApiResult<Reply> {
        let rows: Vec<Value> = rows.into_iter().map(|row| fields::select(row, &query.fields)).collect();
        let offset = query.offset() + u64::from(query.limit);
        let page = query.position.as_ref().map_or(query.page, |position| position.page);
        let has_next = last.is_some() || (query.after().is_none() && offset < total);
        let next = has_next.then(|| Position { page: page.saturating_add(1), offset, after: last });
        let next_cursor = next.map(|next| self.seal(&next, query)).transpose()?;
        let pagination = Pagination::new((page, query.limit), total, next_cursor);
        let mut body = json!({ "data": rows, "success": true, "meta": self.meta(), "pagination": pagination });
        for (name, value) in beside {
            body[*name] = value.clone();
        }
        Ok(Reply(dms_store::Reply { status: 200, body: body.to_string(), version: None, replayed: false }))
    }

    /// A cursor: a position in a list, signed together with the list and the query it is for.
    fn seal(&self, position: &Position, query: &Query) -> ApiResult<String> {
        let position = URL_SAFE_NO_PAD.encode(serde_json::to_vec(position)?);
        let seal = self.cursor_seal(&position, query);
        Ok(format!("{position}.{seal}"))
    }

    /// The position that a cursor of this list and this query stands for.
    pub(crate) fn open(&self, cursor: &str, query: &Query) -> Option<Position> {
        let (position, seal) = cursor.split_once('.')?;
        if seal != self.cursor_seal(position, query) {
            return None;
        }
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(position).ok()?).ok()
    }

    fn cursor_seal(&self, position: &str, query: &Query) -> String {
        let binding = query.binding();
        let parts = ["cursor", position, &self.path, &binding].map(str::as_bytes);
        let mut seal = self.app.keyed_hash(&parts);
        seal.truncate(32);
        seal
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
