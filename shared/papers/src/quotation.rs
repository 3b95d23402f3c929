//! The quotation: an offer, not a document of GST; its taxes are those that an invoice would have.

use chrono::NaiveDate;
use dms_domain::{
    customer::Customer, gst::Supply, money::Paise, money_text::in_words, quotation, service_centre::ServiceCentre,
    statuses::QuotationStatus, vehicle::Vehicle,
};

use crate::{
    Laid, Party,
    blocks::{Fact, Facts, Sum, facts, masthead, note, party_facts, section, signatures, totals},
    charges::{Charges, rupees},
    forms,
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
    /// The sum of what was approved of it; none while there is no answer.
    pub approved: Option<Paise>,
    /// Remarks below.
    pub notes: Vec<String>,
    /// The word across the page: "DRAFT", "EXPIRED".
    pub stamp: Option<&'static str>,
}

impl Quotation {
    /// A quotation as it is on a day, to the customer as they are.
    pub fn of(
        quotation: &quotation::Quotation,
        (customer, vehicle): (&Customer, Option<&Vehicle>),
        centre: &ServiceCentre,
        today: NaiveDate,
    ) -> Self {
        let offer = &quotation.offer;
        let states = (offer.supplier_state, offer.place_of_supply);
        let supply = Supply::to_customer(states.0, states.1, customer.details.is_sez);
        let mut charges = Charges::of(&offer.items, &offer.totals, supply, states);
        if let Some(answer) = &quotation.answer {
            for (line, item) in charges.lines.iter_mut().zip(&offer.items) {
                let approved = answer.approved_lines.contains(&item.sr_no);
                let said = if approved { "Approved" } else { "Declined" };
                let known = line.remark.iter().map(String::as_str).chain([said]);
                line.remark = Some(known.collect::<Vec<_>>().join("  ·  "));
            }
        }
        let status = quotation.status_on(today);
        let details = vehicle.map(|vehicle| &vehicle.details);
        let visit = details.map(|vehicle| {
            [
                ("Registration", vehicle.registration.to_string()),
                ("Model", format!("{} {}", vehicle.vehicle_make, vehicle.vehicle_model)),
                ("VIN", vehicle.vin.to_string()),
            ]
        });
        Self {
            number: quotation.quotation_number.clone(),
            date: quotation.sent_at.unwrap_or(quotation.created_at).ist_date(),
            valid_until: Some(quotation.valid_until),
            status: forms::state(status.as_str()),
            supplier: Party::centre(centre),
            recipient: Party::customer(customer),
            visit: visit.into_iter().flatten().collect(),
            charges,
            approved: quotation.approved_totals.as_ref().map(|totals| totals.grand_total_paise),
            notes: offer.notes.iter().cloned().collect(),
            stamp: match status {
                QuotationStatus::Draft => Some("DRAFT"),
                QuotationStatus::Rejected => Some("DECLINED"),
                QuotationStatus::Expired => Some("EXPIRED"),
                QuotationStatus::Sent | QuotationStatus::Approved => None,
            },
        }
    }

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
        let mut column = self.charges.sums("Total");
        column.extend(self.approved.map(|approved| Sum::strong("Approved", rupees(approved))));
        totals(&mut flow, &column, &in_words(self.charges.totals.grand_total), Vec::new());
        if !self.notes.is_empty() {
            section(&mut flow, "NOTES", 20.0);
            self.notes.iter().for_each(|text| note(&mut flow, text));
        }
        let offered = (format!("For {}", self.supplier.name), "Authorised signatory");
        signatures(&mut flow, &[("Accepted".to_owned(), "Customer, with date"), offered]);
        Laid { title, author: self.supplier.name.clone(), date: self.date, pages: flow.finish() }
    }
}
