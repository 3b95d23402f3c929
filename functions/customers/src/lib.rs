//! Customers (specification §2): master data of the dealership.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod bulk;
mod create;
mod edit;
mod read;
mod search;

use dms_http::{Routes, routes};

/// The function's routes.
pub fn routes<R: Routes>() -> R {
    R::default()
        .routes(routes!(create::create, read::list))
        .routes(routes!(bulk::create_many))
        .routes(routes!(search::search))
        .routes(routes!(read::get, edit::update, edit::delete))
}
