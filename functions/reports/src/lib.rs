//! Reports (specification §12): what is computed from a month's documents.

mod gstr1;
mod gstr1_sheets;
mod sheet;

use dms_http::ApiRouter;
use utoipa_axum::routes;

/// The function's routes.
pub fn routes() -> ApiRouter {
    ApiRouter::new().routes(routes!(gstr1::gstr1))
}
