//! Vehicles (specification §3): master data of the dealership, with their service history.

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
        .routes(routes!(read::service_history))
}
