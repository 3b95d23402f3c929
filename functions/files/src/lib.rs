//! Files (specification §13): photos and papers attached to job cards, vehicles and customers. Small ones come in the
//! request; larger ones go to the bucket by a ticket, and are checked by the worker `file-checker`.

mod delete;
mod inline;
mod new;
mod read;
mod ticket;
mod upload;

use dms_http::{Routes, routes};

/// The function's routes.
pub fn routes<R: Routes>() -> R {
    R::default()
        .routes(routes!(upload::upload))
        .routes(routes!(read::list))
        .routes(routes!(read::get, delete::delete))
}
