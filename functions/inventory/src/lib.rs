//! Inventory of a service centre (specification §6): its parts, their stock and their ledger.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod adjust;
mod create;
mod edit;
mod ledger;
mod low_stock;
mod read;
mod reconciliation;

use dms_http::{Routes, routes};

/// The function's routes.
pub fn routes<R: Routes>() -> R {
    R::default()
        .routes(routes!(read::list))
        .routes(routes!(low_stock::low_stock))
        .routes(routes!(reconciliation::reconciliation))
        .routes(routes!(create::create))
        .routes(routes!(read::get, edit::update, edit::delete))
        .routes(routes!(adjust::adjust_stock))
        .routes(routes!(ledger::transactions))
}
