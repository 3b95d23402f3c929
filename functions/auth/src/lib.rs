//! Authentication (specification §1): log in, refresh, log out, change the password, who am I.

mod login;
mod me;
mod password;
mod session;

use dms_http::{Routes, routes};

/// The function's routes.
pub fn routes<R: Routes>() -> R {
    R::default()
        .routes(routes!(login::login))
        .routes(routes!(session::refresh))
        .routes(routes!(session::logout))
        .routes(routes!(password::change_password))
        .routes(routes!(me::me))
}
