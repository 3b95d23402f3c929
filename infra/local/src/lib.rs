//! The whole system in one process: all functions' routes on the embedded cloud, with its data in one folder.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod admin_user;
mod demo;
mod events;
mod generate;
mod operate;
mod options;
mod secret;
mod server;
mod workers;

pub use admin_user::ensure_admin;
pub use demo::{DEMO_LOGINS, DEMO_PASSWORD, make_demo};
pub use events::{EventPlayer, PlayError};
pub use generate::{
    GenerateError, Generated, Generation, Options as GenerateOptions, generate, generate_in_folder,
};
pub use operate::{
    Export, Purged, export_centre, purge_person, rebuild_search, recount, redrive, verify_audit_log,
};
pub use options::{Options, Task};
pub use server::{LocalServer, ServerError};
pub use workers::{batch, check_uploads_once, sweep_files};

use dms_http::{Documented, Routes};

/// All functions' routes.
pub fn all_routes<R: Routes>() -> R {
    R::default()
        .merge(auth::routes())
        .merge(customers::routes())
        .merge(vehicles::routes())
        .merge(appointments::routes())
        .merge(job_cards::routes())
        .merge(parts_requests::routes())
        .merge(inventory::routes())
        .merge(central_inventory::routes())
        .merge(purchase_orders::routes())
        .merge(parts_issues::routes())
        .merge(quotations::routes())
        .merge(invoices::routes())
        .merge(files::routes())
        .merge(notifications::routes())
        .merge(reports::routes())
        .merge(admin::routes())
        .merge(meta::routes())
}

/// The API's document, made from all routes.
pub fn openapi() -> utoipa::openapi::OpenApi {
    dms_http::openapi::document(all_routes::<Documented>().into_openapi())
}
