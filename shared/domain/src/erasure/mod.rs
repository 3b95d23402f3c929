//! A person's right to have their data erased (Digital Personal Data Protection Act 2023, section 12(3)), and what other laws
//! demand to be kept all the same (section 8(7)): what is personal in each document, what must be finished first, and until
//! when an invoice stays as it was issued.
//!
//! What is left are documents that say what was done to which vehicle for how much, and no longer for whom: sums, stock and
//! the vehicle's history stay true. Free text goes as a whole, as nobody can know who is named in it.

mod answer;
mod documents;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;

use crate::{
    calendar::{FinancialYear, Timestamp},
    file::StoredFile,
    statuses::FileCategory,
};

pub use answer::{Traces, erased_answer};

/// What stands where a name must stand.
pub const ERASED: &str = "(erased)";
/// What stands where a mobile number must stand: no customer who is shown has it.
pub const ERASED_PHONE: &str = "+916000000000";

/// A document with personal data of a customer.
pub trait Personal: Sized {
    /// How a report names it: "job card SC001-2026-11-0001".
    fn named(&self) -> String;

    /// The document without the personal data; none when it has none (any more). Done twice, it is done once.
    fn erased(&self, now: Timestamp) -> Option<Self>;

    /// What of it is still to be done with the customer, in words: then nothing is erased.
    fn open_business(&self, today: NaiveDate) -> Option<String> {
        let _ = today;
        None
    }

    /// The last day on which the law demands it as it is.
    fn kept_until(&self) -> Option<NaiveDate> {
        None
    }

    /// Whether the law demands it as it is on a day.
    fn is_kept(&self, today: NaiveDate) -> bool {
        self.kept_until().is_some_and(|last| today <= last)
    }
}

/// The last day on which a tax record that was made on a day must be kept: 72 months from the day on which the annual return
/// of its financial year is due (CGST section 36), which is 31 December after it ended (section 44, Rule 80).
pub fn tax_record_kept_until(made_on: NaiveDate) -> NaiveDate {
    FinancialYear::of(made_on).last_day_of_records()
}

/// The last day on which a file must be kept: invoices are tax records, photos and papers of warranties are none.
pub fn file_kept_until(file: &StoredFile) -> Option<NaiveDate> {
    match file.category {
        FileCategory::Invoices => Some(tax_record_kept_until(file.created_at.ist_date())),
        FileCategory::JobCardImages | FileCategory::WarrantyDocuments => None,
    }
}
