//! Vehicles (specification §3): master data of the dealership, with their service history.

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
        .routes(routes!(read::service_history))
}
