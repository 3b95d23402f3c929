//! Invoices (specification §11): from a job card or over the counter, numbered without gaps, paid once.

mod create;
mod pdf;
mod read;
mod status;

use dms_http::ApiRouter;
use utoipa_axum::routes;

/// The function's routes.
pub fn routes() -> ApiRouter {
    ApiRouter::new()
        .routes(routes!(create::create, read::list))
        .routes(routes!(read::get))
        .routes(routes!(pdf::pdf))
        .routes(routes!(status::change_status))
}
