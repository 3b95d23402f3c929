//! The HTTP side that all functions share: envelope, errors, extractors, views, expand, rate limit,
//! documentation, and the glue to Lambda. A handler takes a permit, the parsed request and the store, and
//! returns a reply.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod app;
pub mod approval;
pub mod bulk;
pub mod centre;
mod centre_cache;
pub mod config;
mod context;
pub mod csv;
mod download;
pub mod envelope;
mod error;
pub mod excel;
pub mod expand;
pub mod extract;
pub mod fields;
pub mod files;
mod http_client;
pub mod lambda;
mod lately;
pub mod logs;
mod metrics;
mod middleware;
pub mod openapi;
pub mod parts;
pub mod password;
pub mod payment;
mod pdf;
mod rate_limit;
mod reply;
mod router;
pub mod views;

pub use app::{App, AppState, SystemClock};
pub use centre_cache::CentreCache;
pub use context::Context;
pub use error::{ApiError, ApiResult};
pub use lately::Lately;
pub use middleware::{MAX_BODY_BYTES, REQUEST_ID};
pub use pdf::Pdf;
pub use rate_limit::{LoginLimiter, RateLimiter};
pub use reply::{REPLAYED, Reply};
pub use router::{Documented, Handlers, Routes, macros, service};
