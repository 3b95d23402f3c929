//! Job cards (specification §5): from the customer's complaint to the invoice.

mod advances;
mod assign;
mod bulk;
mod cancel;
mod create;
mod edit;
mod items;
mod parts;
mod pdf;
mod read;
mod return_parts;
mod status;

use dms_http::{Routes, routes};

/// The function's routes.
pub fn routes<R: Routes>() -> R {
    R::default()
        .routes(routes!(create::create, read::list))
        .routes(routes!(bulk::update_many))
        .routes(routes!(read::get, edit::update, edit::delete))
        .routes(routes!(pdf::pdf))
        .routes(routes!(assign::assign_engineer))
        .routes(routes!(status::change_status))
        .routes(routes!(parts::request_parts))
        .routes(routes!(return_parts::return_parts))
        .routes(routes!(cancel::cancel))
        .routes(routes!(advances::pay))
        .routes(routes!(advances::refund))
        .routes(routes!(items::add))
        .routes(routes!(items::change, items::remove))
}
