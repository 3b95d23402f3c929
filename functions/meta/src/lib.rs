//! Health and documentation.

mod docs;
mod health;

use axum::Router;
use dms_http::{AppState, Routes, routes};

/// The API's document as it is served, for the test that compares it with the routes.
pub const OPENAPI_JSON: &str = include_str!("../openapi.json");

/// The function's routes.
pub fn routes<R: Routes>() -> R {
    let ui: Router<AppState> = docs::swagger_ui().into();
    R::default().routes(routes!(health::health)).routes(routes!(docs::openapi)).pages(ui)
}
