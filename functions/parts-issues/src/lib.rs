//! Parts issues (specification §9): parts on their way from Central to a centre, or back.

mod create;
mod decide;
mod dispatch;
mod edit;
mod read;
mod receive;

use dms_http::{Routes, routes};

/// The function's routes.
pub fn routes<R: Routes>() -> R {
    R::default()
        .routes(routes!(create::create, read::list))
        .routes(routes!(read::get, edit::update, edit::delete))
        .routes(routes!(decide::approve))
        .routes(routes!(decide::reject))
        .routes(routes!(decide::cancel))
        .routes(routes!(dispatch::dispatch))
        .routes(routes!(receive::receive))
        .routes(routes!(dispatch::close))
}
