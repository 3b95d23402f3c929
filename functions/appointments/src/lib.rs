//! Appointments (specification §4): documents of a service centre.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod create;
mod edit;
mod read;

use dms_http::{Routes, routes};

/// The function's routes.
pub fn routes<R: Routes>() -> R {
    R::default()
        .routes(routes!(create::create, read::list))
        .routes(routes!(read::get, edit::update, edit::delete))
        .routes(routes!(edit::step))
}
