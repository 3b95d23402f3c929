//! The dashboard and the reports (specification §12): sums that the rollups keep, and what is computed from a month's
//! documents.

mod centres;
mod dashboard;
mod engineers;
mod grouping;
mod gstr1;
mod gstr1_sheets;
mod inventory;
mod job_cards;
mod parts;
mod period;
mod report;
mod revenue;
mod sheet;
mod summed;

use dms_http::{Routes, routes};

/// The function's routes.
pub fn routes<R: Routes>() -> R {
    R::default()
        .routes(routes!(dashboard::dashboard))
        .routes(routes!(revenue::revenue))
        .routes(routes!(job_cards::job_cards))
        .routes(routes!(parts::parts_consumption))
        .routes(routes!(engineers::engineer_productivity))
        .routes(routes!(inventory::inventory))
        .routes(routes!(gstr1::gstr1))
}
