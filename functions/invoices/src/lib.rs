//! Invoices (specification §11): from a job card or over the counter, numbered without gaps, paid once; and the credit
//! notes that take them back.

mod create;
mod credit;
mod credit_note_pdf;
mod credit_notes;
mod e_invoice;
mod payments;
mod pdf;
mod read;
mod status;

use dms_http::{Routes, routes};

/// The function's routes.
pub fn routes<R: Routes>() -> R {
    R::default()
        .routes(routes!(create::create, read::list))
        .routes(routes!(read::get))
        .routes(routes!(pdf::pdf))
        .routes(routes!(e_invoice::e_invoice))
        .routes(routes!(status::change_status))
        .routes(routes!(payments::pay))
        .routes(routes!(payments::refund))
        .routes(routes!(credit::credit))
        .routes(routes!(credit_notes::list))
        .routes(routes!(credit_notes::get))
        .routes(routes!(credit_note_pdf::pdf))
}
