//! Central's stock (specification §7): the dealership's own warehouse, its parts and their ledger.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod adjust;
mod create;
mod edit;
mod ledger;
mod read;

use dms_http::{Routes, routes};

/// The function's routes.
pub fn routes<R: Routes>() -> R {
    R::default()
        .routes(routes!(read::list))
        .routes(routes!(read::low_stock))
        .routes(routes!(create::create))
        .routes(routes!(read::get, edit::update, edit::delete))
        .routes(routes!(adjust::adjust_stock))
        .routes(routes!(ledger::transactions))
}
