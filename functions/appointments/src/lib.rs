//! Appointments (specification §4): documents of a service centre.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod create;
mod edit;
mod read;

use dms_http::ApiRouter;
use utoipa_axum::routes;

/// The function's routes.
pub fn routes() -> ApiRouter {
    ApiRouter::new()
        .routes(routes!(create::create, read::list))
        .routes(routes!(read::get, edit::update, edit::delete))
        .routes(routes!(edit::step))
}
