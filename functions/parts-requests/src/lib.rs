//! Parts requests: a job card asks its centre's stock for parts (decisions, "States").

mod decide;
mod read;

use dms_http::{Routes, routes};

/// The function's routes.
pub fn routes<R: Routes>() -> R {
    R::default()
        .routes(routes!(read::list))
        .routes(routes!(read::get))
        .routes(routes!(decide::approve))
        .routes(routes!(decide::reject))
        .routes(routes!(decide::cancel))
}
