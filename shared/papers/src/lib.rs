//! What a centre hands to its customer as PDF (tax invoice, credit note, quotation, job card), and its reports. Pure: the data of a
//! document in, bytes out; no I/O and no clock, so the same document gives the same bytes for ever.
//!
//! A paper is laid out as marks on pages ([`Laid`]); the PDF is painted from them, and so is the plain text that golden
//! files keep. The building blocks (masthead, facts, tables, sums, signatures) are the same for all papers.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
// Points on a page are measured in fractions; figures of money are never.
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

mod blocks;
mod charges;
mod credit_note;
mod fonts;
mod forms;
mod invoice;
mod job_card;
mod party;
mod pdf;
mod plain;
mod qr;
mod quotation;
mod report;
mod shape;
mod sheet;
mod table;

pub use charges::{Charges, Line, Totals};
pub use credit_note::CreditNote;
pub use invoice::{PaymentLine, TaxInvoice};
pub use job_card::{Form, JobCardPaper, JobItem};
pub use party::Party;
pub use quotation::Quotation;
pub use report::{Chart, ChartValue, Report, ReportColumn};

use chrono::NaiveDate;

/// Why a paper could not be made. None of the data does that: it is a bug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// Something does not fit a page.
    #[error("a page cannot be drawn")]
    Page,
    /// The PDF cannot be written.
    #[error("the PDF cannot be written: {0}")]
    Pdf(String),
}

/// A paper, laid out.
pub struct Laid {
    title: String,
    author: String,
    date: NaiveDate,
    pages: Vec<Vec<sheet::Mark>>,
}

impl Laid {
    /// The PDF.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn pdf(&self) -> Result<Vec<u8>, PaperError> {
        pdf::paint(&self.pages, &pdf::About { title: &self.title, author: &self.author, date: self.date })
    }

    /// What stands on the pages, as plain text.
    pub fn text(&self) -> String {
        plain::text(&self.pages)
    }

    /// How many pages.
    pub fn page_count(&self) -> usize {
        self.pages.len()
    }
}
