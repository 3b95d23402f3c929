//! The quotation: an offer, not a document of GST; its taxes are those that an invoice would have.

use chrono::NaiveDate;
use dms_domain::money_text::in_words;

use crate::{
    Laid, Party,
    blocks::{Fact, Facts, facts, masthead, note, party_facts, section, signatures, totals},
    charges::Charges,
    invoice::day,
    party::state_with_code,
    sheet::Flow,
};

/// A quotation.
#[derive(Debug, Clone, PartialEq)]
pub struct Quotation {
    /// `QTN-2025-0001`.
    pub number: String,
    /// Its day, in India.
    pub date: NaiveDate,
    /// The last day on which it can be accepted.
    pub valid_until: Option<NaiveDate>,
    /// "Approved", "Draft".
    pub status: String,
    /// Who offers.
    pub supplier: Party,
    /// To whom.
    pub recipient: Party,
    /// What it is for: "Vehicle", "MH 12 AB 1234".
    pub visit: Vec<(&'static str, String)>,
    /// What is offered.
    pub charges: Charges,
    /// Remarks below.
    pub notes: Vec<String>,
    /// The word across the page: "DRAFT", "EXPIRED".
    pub stamp: Option<&'static str>,
}

impl Quotation {
    /// Lays it out.
    pub fn lay(&self) -> Laid {
        let title = format!("Quotation {}", self.number);
        let mut flow = Flow::new(title.clone(), self.stamp);
        masthead(&mut flow, &self.supplier, "Quotation", "NOT A TAX INVOICE");
        let mut quotation = vec![Fact::Pair("Number", self.number.clone()), Fact::Pair("Date", day(self.date))];
        quotation.extend(self.valid_until.map(|until| Fact::Pair("Valid until", day(until))));
        quotation.push(Fact::Pair("Status", self.status.clone()));
        quotation.push(Fact::Pair("Place of supply", state_with_code(self.charges.place_of_supply)));
        let visit = self.visit.iter().map(|(name, value)| Fact::Pair(name, value.clone())).collect();
        let blocks = [
            party_facts("OFFERED TO", &self.recipient, 1.15),
            Facts { label: "VEHICLE", facts: visit, share: 1.0 },
            Facts { label: "QUOTATION", facts: quotation, share: 1.0 },
        ];
        facts(&mut flow, &blocks);
        self.charges.draw(&mut flow);
        let words = in_words(self.charges.totals.grand_total);
        totals(&mut flow, &self.charges.sums("Total"), &words, Vec::new());
        if !self.notes.is_empty() {
            section(&mut flow, "NOTES", 20.0);
            self.notes.iter().for_each(|text| note(&mut flow, text));
        }
        let offered = (format!("For {}", self.supplier.name), "Authorised signatory");
        signatures(&mut flow, &[("Accepted".to_owned(), "Customer, with date"), offered]);
        Laid { title, author: self.supplier.name.clone(), date: self.date, pages: flow.finish() }
    }
}
