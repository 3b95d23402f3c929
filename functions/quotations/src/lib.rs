//! Quotations (specification §10): what a centre offers for how much, the customer's answer by a link without a login,
//! and the job card that comes of it.

mod convert;
mod create;
mod decision;
mod edit;
mod expire;
mod link;
mod offer;
mod pdf;
mod read;
mod steps;

pub use expire::expire;

use dms_http::{Routes, routes};

/// The function's routes.
pub fn routes<R: Routes>() -> R {
    R::default()
        .routes(routes!(create::create, read::list))
        .routes(routes!(read::get, edit::update, edit::delete))
        .routes(routes!(pdf::pdf))
        .routes(routes!(steps::send))
        .routes(routes!(steps::revise))
        .routes(routes!(steps::approve))
        .routes(routes!(steps::reject))
        .routes(routes!(link::approval_link))
        .routes(routes!(convert::convert))
        .routes(routes!(offer::see, offer::answer))
}
