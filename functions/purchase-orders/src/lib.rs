//! Purchase orders (specification §8): what Central buys, from the draft to the last delivery.

mod create;
mod edit;
mod read;
mod receive;
mod steps;

use dms_http::{Routes, routes};

/// The function's routes.
pub fn routes<R: Routes>() -> R {
    R::default()
        .routes(routes!(create::create, read::list))
        .routes(routes!(read::get, edit::update, edit::delete))
        .routes(routes!(steps::submit))
        .routes(routes!(steps::approve))
        .routes(routes!(steps::reject))
        .routes(routes!(steps::cancel))
        .routes(routes!(steps::close))
        .routes(routes!(steps::arrive))
        .routes(routes!(receive::receive))
}
