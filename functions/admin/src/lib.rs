//! Administration: service centres, users, suppliers and the audit log.

mod audit_log;
mod centres;
mod suppliers;
mod users;

use dms_http::{Routes, routes};

/// The function's routes.
pub fn routes<R: Routes>() -> R {
    R::default()
        .routes(routes!(centres::write::create, centres::read::list))
        .routes(routes!(centres::read::get, centres::write::update, centres::write::delete))
        .routes(routes!(suppliers::write::create, suppliers::read::list))
        .routes(routes!(suppliers::read::get, suppliers::write::update, suppliers::write::delete))
        .routes(routes!(users::write::create, users::read::list))
        .routes(routes!(users::read::get, users::write::update, users::write::delete))
        .routes(routes!(users::password::set_password))
        .routes(routes!(audit_log::of_centres))
        .routes(routes!(audit_log::of_dealership))
}
