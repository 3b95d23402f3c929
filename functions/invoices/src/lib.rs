//! Invoices (specification §11): from a job card or over the counter, numbered without gaps, paid once.

mod create;
mod payments;
mod read;
mod status;

use dms_http::ApiRouter;
use utoipa_axum::routes;

/// The function's routes.
pub fn routes() -> ApiRouter {
    ApiRouter::new()
        .routes(routes!(create::create, read::list))
        .routes(routes!(read::get))
        .routes(routes!(status::change_status))
        .routes(routes!(payments::pay))
        .routes(routes!(payments::refund))
}
