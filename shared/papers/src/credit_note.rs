//! The credit note (CGST Rule 53(1A)).

use chrono::NaiveDate;
use dms_domain::{
    credit_note,
    gst::Supply,
    invoice::{Invoice, IssuedBy},
    money_text::in_words,
    service_centre::ServiceCentre,
};

use crate::{
    Laid, Party,
    blocks::{Fact, Facts, closing, facts, masthead, note, party_facts, section, totals},
    charges::Charges,
    invoice::day,
    party::state_with_code,
    sheet::Flow,
};

/// A credit note: what of an invoice is given back.
#[derive(Debug, Clone, PartialEq)]
pub struct CreditNote {
    /// At most 16 characters (Rule 53(1A)(c)).
    pub number: String,
    /// Day of issue, in India.
    pub date: NaiveDate,
    /// Number of the invoice.
    pub invoice_number: String,
    /// Its day of issue.
    pub invoice_date: NaiveDate,
    /// Why.
    pub reason: String,
    /// Who supplied.
    pub supplier: Party,
    /// Who was charged.
    pub recipient: Party,
    /// What is given back, at the invoice's rates.
    pub charges: Charges,
}

impl CreditNote {
    /// A credit note of an invoice: who supplied is who issued the invoice.
    pub fn of(note: &credit_note::CreditNote, invoice: &Invoice, centre: &ServiceCentre) -> Self {
        let issuer = invoice.supplier.clone().unwrap_or_else(|| IssuedBy::of(centre));
        let states = (note.supplier_state, note.place_of_supply);
        let supply = Supply::to_customer(states.0, states.1, note.bill_to.is_sez);
        Self {
            number: note.gst_credit_note_number.clone(),
            date: note.created_at.ist_date(),
            invoice_number: note.gst_invoice_number.clone(),
            invoice_date: note.invoice_date.ist_date(),
            reason: note.reason.clone(),
            supplier: Party::issuer(&issuer, note.supplier_state),
            recipient: Party::bill_to(&note.bill_to),
            charges: Charges::of(&note.items, &note.totals, supply, states),
        }
    }

    /// Lays it out.
    pub fn lay(&self) -> Laid {
        let title = format!("Credit Note {}", self.number);
        let mut flow = Flow::new(title.clone(), None);
        masthead(&mut flow, &self.supplier, "Credit Note", "ORIGINAL FOR RECIPIENT");
        let about = vec![
            Fact::Pair("Number", self.number.clone()),
            Fact::Pair("Date", day(self.date)),
            Fact::Pair("Place of supply", state_with_code(self.charges.place_of_supply)),
        ];
        let invoice =
            vec![Fact::Pair("Number", self.invoice_number.clone()), Fact::Pair("Date", day(self.invoice_date))];
        let blocks = [
            party_facts("CREDITED TO", &self.recipient, 1.15),
            Facts { label: "FOR INVOICE", facts: invoice, share: 1.0 },
            Facts { label: "CREDIT NOTE", facts: about, share: 1.0 },
        ];
        facts(&mut flow, &blocks);
        section(&mut flow, "REASON", 20.0);
        note(&mut flow, &self.reason);
        flow.y += 8.0;
        self.charges.draw(&mut flow);
        let words = in_words(self.charges.totals.grand_total);
        totals(&mut flow, &self.charges.sums("Total credit"), &words, Vec::new());
        if !self.charges.all_exempt() {
            section(&mut flow, "TAX SUMMARY", 60.0);
            self.charges.draw_summary(&mut flow);
        }
        closing(&mut flow, &self.supplier, None);
        Laid { title, author: self.supplier.name.clone(), date: self.date, pages: flow.finish() }
    }
}
