//! Notifications: what each user is told, and what they want to be told. Everyone has their own; no permission is
//! needed for them, and none opens another's.

mod mark;
mod preferences;
mod read;

use dms_http::{Routes, routes};

/// The function's routes.
pub fn routes<R: Routes>() -> R {
    R::default()
        .routes(routes!(read::list))
        .routes(routes!(mark::read))
        .routes(routes!(mark::read_all))
        .routes(routes!(preferences::get, preferences::update))
}
