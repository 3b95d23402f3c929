//! Requests per minute and IP address, counted over all instances (specification, "Rate Limiting").
//!
//! An instance takes leases of several requests from the limits table, so most requests cost no call.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
};

use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use dms_store::{Store, StoreError, Table, keys};
use lambda_http::request::RequestContext;

use crate::{app::App, error::ApiError};

/// Requests in one lease.
const LEASE: i64 = 10;
/// Addresses of past minutes are forgotten when more than this many are known.
const MAX_KNOWN: usize = 10_000;
/// Failed logins per minute, account and address.
const MAX_FAILED_LOGINS: i64 = 10;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Counts requests.
pub struct RateLimiter {
    per_minute: i64,
    leases: Mutex<HashMap<String, Lease>>,
}

#[derive(Clone, Copy)]
struct Lease {
    minute: i64,
    /// Requests of the lease not used yet.
    left: i64,
    /// Requests that no instance has leased yet.
    unleased: i64,
}

/// The state of the limit after a request was let in or refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Admission {
    limit: i64,
    remaining: i64,
    reset_at: i64,
}

impl RateLimiter {
    /// A limit per minute and address; 0: none.
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute: i64::from(per_minute), leases: Mutex::default() }
    }

    /// Uses up one request of the lease, if there is one of this minute.
    fn use_lease(&self, address: &str, minute: i64) -> Option<i64> {
        let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        let lease = leases.get_mut(address).filter(|lease| lease.minute == minute && lease.left > 0)?;
        lease.left -= 1;
        Some(lease.left + lease.unleased)
    }

    /// Notes a new lease of which one request is used at once.
    fn add_lease(&self, address: &str, minute: i64, granted: i64, unleased: i64) -> i64 {
        let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        if leases.len() > MAX_KNOWN {
            leases.retain(|_, lease| lease.minute == minute);
        }
        let lease = leases.entry(address.to_owned()).or_insert(Lease { minute, left: 0, unleased });
        let left = if lease.minute == minute { lease.left } else { 0 };
        *lease = Lease { minute, left: left + granted - 1, unleased };
        lease.left + lease.unleased
    }
}

impl Admission {
    /// Adds the three headers.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        if self.limit == 0 {
            return;
        }
        for (name, value) in [(LIMIT, self.limit), (REMAINING, self.remaining.max(0)), (RESET, self.reset_at)] {
            headers.insert(name, HeaderValue::from(value));
        }
    }
}

/// Lets a request in, or answers 429. When the limits table does not answer, requests are let in: the limit
/// must not be what takes the system down.
pub(crate) async fn admit(app: &App, address: &str, now: DateTime<Utc>) -> Result<Admission, Response> {
    let limit = app.limiter.per_minute;
    let minute = now.timestamp().div_euclid(60);
    let admission = |remaining| Admission { limit, remaining, reset_at: (minute + 1) * 60 };
    if limit == 0 {
        return Ok(admission(0));
    }
    if let Some(remaining) = app.limiter.use_lease(address, minute) {
        return Ok(admission(remaining));
    }
    let key = keys::rate(address, minute);
    let taken = app.store.add(Table::Limits, &key, "n", LEASE, Some((minute + 2) * 60)).await;
    let taken = match taken {
        Ok(taken) => taken,
        Err(error) => {
            tracing::warn!(%error, "the rate limit could not be counted");
            return Ok(admission(limit));
        }
    };
    let granted = LEASE.min(limit - (taken - LEASE));
    if granted > 0 {
        return Ok(admission(app.limiter.add_lease(address, minute, granted, (limit - taken).max(0))));
    }
    let wait_secs = u64::try_from((minute + 1) * 60 - now.timestamp()).unwrap_or(60);
    let error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", "Too many requests; wait a little")
        .with_retry_after(wait_secs);
    let mut response = error.into_response();
    admission(0).write(response.headers_mut());
    Err(response)
}

/// The caller's address: API Gateway's word, or the connection's.
pub(crate) fn address(request: &Request) -> String {
    if let Some(RequestContext::ApiGatewayV2(context)) = request.extensions().get::<RequestContext>()
        && let Some(ip) = &context.http.source_ip
    {
        return ip.clone();
    }
    let connection = request.extensions().get::<ConnectInfo<SocketAddr>>();
    connection.map_or_else(|| "unknown".to_owned(), |ConnectInfo(address)| address.ip().to_string())
}

/// Counts failed logins per account and address, so that nobody can lock out another from elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct LoginLimiter;

impl LoginLimiter {
    /// Whether a further attempt is allowed in this minute.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn allows(self, store: &Store, who: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let key = keys::rate(who, now.timestamp().div_euclid(60));
        let failed = store.get(Table::Limits, &key).await?;
        let failed = failed.and_then(|item| item.get("n")?.as_n().ok()?.parse::<i64>().ok());
        Ok(failed.unwrap_or_default() < MAX_FAILED_LOGINS)
    }

    /// Counts a failed attempt.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn failed(self, store: &Store, who: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let minute = now.timestamp().div_euclid(60);
        let key = keys::rate(who, minute);
        store.add(Table::Limits, &key, "n", 1, Some((minute + 2) * 60)).await.map(|_| ())
    }
}
