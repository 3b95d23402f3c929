//! Customers (specification §2): master data of the dealership.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod bulk;
mod create;
mod edit;
mod read;
mod search;

use dms_http::ApiRouter;
use utoipa_axum::routes;

/// The function's routes.
pub fn routes() -> ApiRouter {
    ApiRouter::new()
        .routes(routes!(create::create, read::list))
        .routes(routes!(bulk::create_many))
        .routes(routes!(search::search))
        .routes(routes!(read::get, edit::update, edit::delete))
}
