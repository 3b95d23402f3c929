//! Health and documentation.

mod docs;
mod health;

use axum::Router;
use dms_http::{ApiRouter, AppState};
use utoipa_axum::routes;

/// The API's document as it is served, for the test that compares it with the routes.
pub const OPENAPI_JSON: &str = include_str!("../openapi.json");

/// The function's routes.
pub fn routes() -> ApiRouter {
    let ui: Router<AppState> = docs::swagger_ui().into();
    ApiRouter::new().routes(routes!(health::health)).routes(routes!(docs::openapi)).merge(ApiRouter::from(ui))
}
