//! Invoices and credit notes, as the return looks at them.

use chrono::{Datelike, NaiveDate};

use super::rows::{Tax, code};
use crate::{
    credit_note::{CreditNote, CreditNoteItem},
    formats::GstState,
    gst::{
        Supply,
        portal::{DashedDay, Number},
    },
    invoice::{BillTo, Invoice, InvoiceItem},
    money::Paise,
};

/// Which table a document belongs to; a credit note belongs to that of its invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// To a registered person.
    Registered,
    /// To another, between states, and large.
    Large,
    /// To another.
    Small,
}

/// An invoice or a credit note.
pub(super) struct Document<'a> {
    pub(super) class: Class,
    pub(super) is_note: bool,
    pub(super) number: &'a str,
    pub(super) day: DashedDay,
    pub(super) value: Number,
    pub(super) bill_to: &'a BillTo,
    pub(super) place: GstState,
    pub(super) between_states: bool,
    pub(super) lines: Vec<Line>,
}

/// A line of it.
pub(super) struct Line {
    pub(super) hsn: String,
    pub(super) is_service: bool,
    pub(super) quantity: i64,
    pub(super) rate: u8,
    pub(super) tax: Tax,
}

/// Above this an invoice to an unregistered person in another state is listed by itself: ₹ 2.5 lakh, and ₹ 1 lakh since
/// 1 August 2024 (Notification 12/2024).
fn large_above(day: NaiveDate) -> Paise {
    let since_august_2024 = (day.year(), day.month()) >= (2024, 8);
    if since_august_2024 { Paise::new(10_000_000) } else { Paise::new(25_000_000) }
}

fn class(bill_to: &BillTo, between_states: bool, (value, day): (Paise, NaiveDate)) -> Class {
    if bill_to.gstin.is_some() {
        Class::Registered
    } else if between_states && value > large_above(day) {
        Class::Large
    } else {
        Class::Small
    }
}

fn is_between_states(bill_to: &BillTo, supplier: GstState, place: GstState) -> bool {
    Supply::to_customer(supplier, place, bill_to.is_sez) == Supply::InterState
}

impl<'a> Document<'a> {
    pub(super) fn of_invoice(invoice: &'a Invoice) -> Self {
        let between_states = is_between_states(&invoice.bill_to, invoice.supplier_state, invoice.place_of_supply);
        let (value, day) = (invoice.totals.grand_total_paise, invoice.created_at.ist_date());
        Self {
            class: class(&invoice.bill_to, between_states, (value, day)),
            is_note: false,
            number: &invoice.gst_invoice_number,
            day: DashedDay(day),
            value: Number(value),
            bill_to: &invoice.bill_to,
            place: invoice.place_of_supply,
            between_states,
            lines: invoice.items.iter().map(Line::of_invoice).collect(),
        }
    }

    pub(super) fn of_note(note: &'a CreditNote) -> Self {
        let between_states = is_between_states(&note.bill_to, note.supplier_state, note.place_of_supply);
        let invoice = (note.invoice_grand_total_paise, note.invoice_date.ist_date());
        Self {
            class: class(&note.bill_to, between_states, invoice),
            is_note: true,
            number: &note.gst_credit_note_number,
            day: DashedDay(note.created_at.ist_date()),
            value: Number(note.totals.grand_total_paise),
            bill_to: &note.bill_to,
            place: note.place_of_supply,
            between_states,
            lines: note.items.iter().map(Line::of_note).collect(),
        }
    }

    /// What kind of supply to a registered person it is.
    pub(super) fn kind(&self) -> &'static str {
        if self.bill_to.is_sez { "SEWP" } else { "R" }
    }

    /// An amount of it, in sums of supplies: credit notes take off.
    pub(super) fn signed(&self, tax: Tax) -> Tax {
        if self.is_note { tax.negated() } else { tax }
    }
}

impl Line {
    fn of_invoice(item: &InvoiceItem) -> Self {
        let (hsn, is_service) = code(item.hsn_sac_code.as_ref(), item.inventory_part_id.is_some());
        let tax = Tax::of([item.taxable_value_paise, item.igst_paise, item.cgst_paise, item.sgst_paise]);
        Self { hsn, is_service, quantity: item.quantity, rate: item.gst_rate, tax }
    }

    fn of_note(item: &CreditNoteItem) -> Self {
        let (hsn, is_service) = code(item.hsn_sac_code.as_ref(), item.inventory_part_id.is_some());
        let tax = Tax::of([item.taxable_value_paise, item.igst_paise, item.cgst_paise, item.sgst_paise]);
        Self { hsn, is_service, quantity: item.quantity, rate: item.gst_rate, tax }
    }
}
