//! Document numbers: the one table of their formats (decisions, "Numbers").

use crate::{
    calendar::{FinancialYear, MonthKey},
    formats::CentreCode,
};

/// A series of numbers. Each has its own counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Series {
    /// `CUST-0001`, for the whole dealership.
    Customer,
    /// `APT-2025-12-0001`, for the whole dealership, by month.
    Appointment(MonthKey),
    /// `SC001-2025-12-0001`, by centre and month, without gaps.
    JobCard(CentreCode, MonthKey),
    /// `PO-2025-0001`, for the dealership, by calendar year.
    PurchaseOrder(i32),
    /// `PI-2025-0001`, for the dealership, by calendar year.
    PartsIssue(i32),
    /// `QTN-2025-0001`, for the dealership, by calendar year.
    Quotation(i32),
    /// `INV-SC001-2025-0001`, by centre and financial year, without gaps (CGST Rule 46(b)).
    Invoice(CentreCode, FinancialYear),
    /// `CN-SC001-2025-0001`, by centre and financial year, without gaps (CGST Rule 53(1A)).
    CreditNote(CentreCode, FinancialYear),
}

impl Series {
    /// The number of a document; at least four digits, simply growing beyond.
    pub fn format(&self, sequence: u64) -> String {
        match self {
            Self::Customer => format!("CUST-{sequence:04}"),
            Self::Appointment(month) => format!("APT-{month}-{sequence:04}"),
            Self::JobCard(centre, month) => format!("{centre}-{month}-{sequence:04}"),
            Self::PurchaseOrder(year) => format!("PO-{year:04}-{sequence:04}"),
            Self::PartsIssue(year) => format!("PI-{year:04}-{sequence:04}"),
            Self::Quotation(year) => format!("QTN-{year:04}-{sequence:04}"),
            Self::Invoice(centre, year) => format!("INV-{centre}-{year}-{sequence:04}"),
            Self::CreditNote(centre, year) => format!("CN-{centre}-{year}-{sequence:04}"),
        }
    }

    /// Name of its counter.
    pub fn counter_name(&self) -> String {
        match self {
            Self::Customer => "CUST".to_owned(),
            Self::Appointment(month) => format!("APT#{month}"),
            Self::JobCard(centre, month) => format!("JC#{centre}#{month}"),
            Self::PurchaseOrder(year) => format!("PO#{year}"),
            Self::PartsIssue(year) => format!("PI#{year}"),
            Self::Quotation(year) => format!("QTN#{year}"),
            Self::Invoice(centre, year) => format!("INV#{centre}#{year}"),
            Self::CreditNote(centre, year) => format!("CN#{centre}#{year}"),
        }
    }

    /// Whether no number may be missing: the counter then moves in the document's own transaction.
    pub fn is_gapless(&self) -> bool {
        match self {
            Self::JobCard(..) | Self::Invoice(..) | Self::CreditNote(..) => true,
            Self::Customer
            | Self::Appointment(_)
            | Self::PurchaseOrder(_)
            | Self::PartsIssue(_)
            | Self::Quotation(_) => false,
        }
    }
}

/// The number printed on the tax invoice: without `INV-`, so that it keeps within the 16 characters of CGST
/// Rule 46(b).
pub fn gst_number(invoice_number: &str) -> &str {
    invoice_number.strip_prefix("INV-").unwrap_or(invoice_number)
}

/// The number printed on the credit note: `CN-SC001-2025-0001` has more than the 16 characters of CGST Rule 53(1A), so
/// the year moves to the front with its last two digits, `CN25-SC001-0001`. It is no invoice's, and has room for 99 999 notes
/// of a financial year, as invoices have.
pub fn gst_credit_note_number(credit_note_number: &str) -> String {
    match credit_note_number.split('-').collect::<Vec<_>>().as_slice() {
        [series, centre, year, sequence] => {
            format!("{series}{}-{centre}-{sequence}", year.get(2..).unwrap_or(year))
        }
        _ => credit_note_number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 2, 3).unwrap()
    }

    #[test]
    fn numbers_have_the_formats_of_the_decisions() {
        let centre = CentreCode::parse("SC001").unwrap();
        let month = MonthKey::of(day());
        assert_eq!(Series::Customer.format(1), "CUST-0001");
        assert_eq!(Series::Appointment(month).format(12), "APT-2026-02-0012");
        assert_eq!(Series::JobCard(centre.clone(), month).format(9_999), "SC001-2026-02-9999");
        assert_eq!(Series::PurchaseOrder(2025).format(1), "PO-2025-0001");
        assert_eq!(Series::PartsIssue(2026).format(10_000), "PI-2026-10000");
        assert_eq!(Series::Quotation(2026).format(12), "QTN-2026-0012");
        let note = Series::CreditNote(centre.clone(), FinancialYear::of(day())).format(12);
        assert_eq!(note, "CN-SC001-2025-0012");
        assert_eq!(gst_credit_note_number(&note), "CN25-SC001-0012");
        assert_eq!(gst_credit_note_number("CN-SC001-2025-99999").len(), 16);
        let invoice = Series::Invoice(centre, FinancialYear::of(day())).format(10_000);
        assert_eq!(invoice, "INV-SC001-2025-10000");
        assert_eq!(gst_number(&invoice), "SC001-2025-10000");
        assert!(gst_number(&invoice).len() <= 16);
    }
}
