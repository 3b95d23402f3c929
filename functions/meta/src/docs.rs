use axum::{http::header, response::IntoResponse};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::OPENAPI_JSON;

/// The documentation page, its assets bundled: it works offline.
pub(crate) fn swagger_ui() -> SwaggerUi {
    let config = Config::new(["/api/openapi.json"])
        .try_it_out_enabled(true)
        .persist_authorization(true)
        .display_request_duration(true)
        .filter(true);
    SwaggerUi::new("/api/docs").config(config)
}

/// The API's document
///
/// OpenAPI 3.1, generated from the routes.
#[utoipa::path(
    get, path = "/api/openapi.json", tag = "System",
    responses((status = 200, description = "The document", body = Object))
)]
pub(crate) async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI_JSON)
}
