//! The tax invoice (CGST Rule 46), and what stands in its place when nothing on it is taxed.

use chrono::NaiveDate;
use dms_domain::{
    gst::Supply,
    invoice::{Invoice, IssuedBy},
    money::Paise,
    money_text::{grouped, in_words},
    payment::Payment,
    service_centre::ServiceCentre,
    statuses::{InvoiceStatus, PaymentKind, PaymentMethod},
};

use crate::{
    Laid, Party,
    blocks::{Beside, Fact, Facts, Sum, closing, facts, masthead, note, party_facts, section, totals},
    charges::{Charges, rupees},
    party::state_with_code,
    qr::{Code, upi_link},
    sheet::Flow,
    table::{Cell, Column, Row, Table},
};

/// A day as papers write it: "20 Dec 2025".
pub(crate) fn day(date: NaiveDate) -> String {
    date.format("%d %b %Y").to_string()
}

/// A payment as it is printed.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentLine {
    /// The day, in India.
    pub date: NaiveDate,
    /// How.
    pub method: PaymentMethod,
    /// The bank's or the UPI reference.
    pub reference: Option<String>,
    /// How much; less than nothing when it was given back.
    pub amount: Paise,
}

/// The words for a supply to a special economic zone with its tax (Rule 46, third proviso).
const SEZ: &str = "SUPPLY MEANT FOR EXPORT/SUPPLY TO SEZ UNIT OR SEZ DEVELOPER FOR AUTHORISED OPERATIONS ON PAYMENT OF \
    INTEGRATED TAX";

/// A tax invoice.
#[derive(Debug, Clone, PartialEq)]
pub struct TaxInvoice {
    /// At most 16 characters (Rule 46(b)).
    pub number: String,
    /// Day of issue, in India.
    pub date: NaiveDate,
    /// Who supplies.
    pub supplier: Party,
    /// Who is charged.
    pub recipient: Party,
    /// What is charged.
    pub charges: Charges,
    /// Whether the recipient pays the tax to the government (Rule 46(p)).
    pub reverse_charge: bool,
    /// What the law wants to be said of such a supply.
    pub endorsement: Option<&'static str>,
    /// What it is for: "Job card", "SC001-2025-12-0001".
    pub visit: Vec<(&'static str, String)>,
    /// What was paid.
    pub payments: Vec<PaymentLine>,
    /// What they come to.
    pub paid: Paise,
    /// What credit notes took back.
    pub credited: Paise,
    /// What is still to be paid.
    pub balance: Paise,
    /// Where a balance can be paid.
    pub upi_id: Option<String>,
    /// Why it was cancelled, if it was.
    pub cancelled: Option<String>,
}

impl TaxInvoice {
    /// An invoice as it was issued; the centre as it is now tells where a balance is paid, and stands in for the
    /// supplier of an invoice from before that was kept.
    pub fn of(invoice: &Invoice, centre: &ServiceCentre) -> Self {
        let issuer = invoice.supplier.clone().unwrap_or_else(|| IssuedBy::of(centre));
        let visit = [
            ("Vehicle", invoice.vehicle_registration.clone()),
            ("Model", invoice.vehicle_name.clone()),
            ("Job card", invoice.job_card_number.clone()),
            ("Service", invoice.service_type.clone()),
            ("Engineer", invoice.engineer_name.clone()),
        ];
        let payment = |payment: &Payment| PaymentLine {
            date: payment.received_at.ist_date(),
            method: payment.method,
            reference: payment.reference.clone(),
            amount: match payment.kind {
                PaymentKind::Payment | PaymentKind::Advance => payment.amount_paise,
                PaymentKind::Refund => Paise::new(-payment.amount_paise.get()),
            },
        };
        let states = (invoice.supplier_state, invoice.place_of_supply);
        let supply = Supply::to_customer(states.0, states.1, invoice.bill_to.is_sez);
        Self {
            number: invoice.gst_invoice_number.clone(),
            date: invoice.created_at.ist_date(),
            supplier: Party::issuer(&issuer, invoice.supplier_state),
            recipient: Party::bill_to(&invoice.bill_to),
            charges: Charges::of(&invoice.items, &invoice.totals, supply, states),
            // Nothing a service centre supplies is taxed by reverse charge (CGST Act, section 9(3) and 9(4)).
            reverse_charge: false,
            endorsement: invoice.bill_to.is_sez.then_some(SEZ),
            visit: visit.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(),
            payments: invoice.payments.iter().map(payment).collect(),
            paid: invoice.amount_paid_paise,
            credited: invoice.credited_paise,
            balance: invoice.balance(),
            upi_id: centre.details.upi_id.clone(),
            cancelled: (invoice.status == InvoiceStatus::Cancelled)
                .then(|| invoice.cancel_reason.clone().unwrap_or_default()),
        }
    }

    /// The name the law has for it. Who supplies only what is exempt, which nil-rated supplies are (CGST Act, section
    /// 2(47)), issues a bill of supply instead (section 31(3)(c), Rule 49); for both to someone who is not registered one
    /// "invoice-cum-bill of supply" will do (Rule 46A). Someone without a GSTIN issues neither.
    pub fn title(&self) -> &'static str {
        let registered = self.supplier.gstin.is_some();
        match (self.charges.all_exempt(), self.charges.some_exempt() && self.recipient.gstin.is_none()) {
            _ if !registered => "Invoice",
            (true, _) => "Bill of Supply",
            (false, true) => "Invoice-cum-Bill of Supply",
            (false, false) => "Tax Invoice",
        }
    }

    /// Lays it out.
    pub fn lay(&self) -> Laid {
        let title = format!("{} {}", self.title(), self.number);
        let mut flow = Flow::new(title.clone(), self.cancelled.as_ref().map(|_| "CANCELLED"));
        masthead(&mut flow, &self.supplier, self.title(), "ORIGINAL FOR RECIPIENT");
        facts(&mut flow, &self.facts());
        if let Some(endorsement) = self.endorsement {
            note(&mut flow, endorsement);
            flow.y += 8.0;
        }
        self.charges.draw(&mut flow);
        self.draw_sums(&mut flow);
        if !self.charges.all_exempt() {
            section(&mut flow, "TAX SUMMARY", 60.0);
            self.charges.draw_summary(&mut flow);
        }
        closing(&mut flow, &self.supplier, self.payments_table());
        Laid { title, author: self.supplier.name.clone(), date: self.date, pages: flow.finish() }
    }

    fn facts(&self) -> Vec<Facts> {
        let place = state_with_code(self.charges.place_of_supply);
        let reverse_charge = if self.reverse_charge { "Yes" } else { "No" };
        let invoice = vec![
            Fact::Pair("Number", self.number.clone()),
            Fact::Pair("Date", day(self.date)),
            Fact::Pair("Place of supply", place),
            Fact::Pair("Reverse charge", reverse_charge.to_owned()),
        ];
        let visit = self.visit.iter().map(|(name, value)| Fact::Pair(name, value.clone())).collect();
        vec![
            party_facts("BILLED TO", &self.recipient, 1.15),
            Facts { label: "SERVICE", facts: visit, share: 1.0 },
            Facts { label: "INVOICE", facts: invoice, share: 1.0 },
        ]
    }

    /// The sums, what was paid and what is due, and how to pay it.
    fn draw_sums(&self, flow: &mut Flow) {
        let mut column = self.charges.sums("Grand total");
        let total = self.charges.totals.grand_total;
        let mut beside: Vec<Beside> = self.payment_code().into_iter().collect();
        if let Some(reason) = &self.cancelled {
            beside.push(Beside::Alert(format!("Cancelled: {reason}")));
        } else {
            let taken = [("Credit notes", self.credited), ("Paid", self.paid)];
            let taken = taken.into_iter().filter(|(_, amount)| *amount != Paise::ZERO);
            column.extend(taken.map(|(name, amount)| Sum::new(name, format!("-{}", grouped(amount)))));
            column.push(Sum::strong("Balance due", rupees(self.balance)));
        }
        totals(flow, &column, &in_words(total), beside);
    }

    /// The code by which the balance is paid; none when nothing is due.
    fn payment_code(&self) -> Option<Beside> {
        let payee = self.upi_id.as_ref().filter(|_| self.cancelled.is_none() && self.balance > Paise::ZERO)?;
        let link = upi_link(payee, &self.supplier.name, self.balance, &format!("Invoice {}", self.number));
        Some(Beside::Payment(Code::of(link)?, rupees(self.balance), payee.clone()))
    }

    /// What was paid; none when nothing was.
    fn payments_table(&self) -> Option<(&'static str, Table)> {
        let columns = vec![
            Column::narrow("Date"),
            Column::narrow("Method"),
            Column::words("Reference"),
            Column::figures("Amount"),
        ];
        let row = |payment: &PaymentLine| Row {
            cells: vec![
                Cell::new(day(payment.date)),
                Cell::new(how(payment)),
                Cell::new(payment.reference.as_deref().unwrap_or("–")),
                Cell::new(grouped(payment.amount)),
            ],
            sum: false,
        };
        let rows: Vec<Row> = self.payments.iter().map(row).collect();
        (!rows.is_empty()).then_some(("PAYMENTS", Table { columns, rows, scale: 0.88 }))
    }
}

/// "UPI", "Refund, Cash".
fn how(payment: &PaymentLine) -> String {
    let method = match payment.method {
        PaymentMethod::Cash => "Cash",
        PaymentMethod::Upi => "UPI",
        PaymentMethod::Card => "Card",
        PaymentMethod::Bank => "Bank transfer",
    };
    if payment.amount.is_negative() { format!("Refund, {method}") } else { method.to_owned() }
}

#[cfg(test)]
mod tests {
    use dms_domain::{
        formats::{GstState, Gstin},
        gst::Supply,
        invoice::{ChargeLine, charge},
    };

    use super::*;
    use crate::sheet::{LEFT, Mark, PAGE_HEIGHT, RIGHT};

    const GSTIN: &str = "27AABCU9603R1ZN";

    fn paper(supplier: Option<&str>, recipient: Option<&str>, rates: &[u8]) -> TaxInvoice {
        let party = |gstin: Option<&str>| Party {
            name: "Someone".to_owned(),
            address: Vec::new(),
            state: None,
            gstin: gstin.map(|gstin| Gstin::parse(gstin).unwrap()),
            phone: None,
            email: None,
        };
        let line = |rate: &u8| ChargeLine {
            name: "Thing".to_owned(),
            hsn_sac_code: None,
            inventory_part_id: None,
            quantity: 1,
            // Nothing is charged under warranty; the supply is a taxable one all the same.
            unit_price_paise: Paise::ZERO,
            gst_rate: *rate,
        };
        let state = GstState::parse("27").unwrap();
        let date = NaiveDate::from_ymd_opt(2025, 12, 20).unwrap();
        let lines: Vec<ChargeLine> = rates.iter().map(line).collect();
        let (items, totals) = charge(&lines, Paise::ZERO, Supply::IntraState, date).unwrap();
        TaxInvoice {
            number: String::new(),
            date,
            supplier: party(supplier),
            recipient: party(recipient),
            charges: Charges::of(&items, &totals, Supply::IntraState, (state, state)),
            reverse_charge: false,
            endorsement: None,
            visit: Vec::new(),
            payments: Vec::new(),
            paid: Paise::ZERO,
            credited: Paise::ZERO,
            balance: Paise::ZERO,
            upi_id: None,
            cancelled: None,
        }
    }

    /// Everything on a paper stands between its margins.
    #[track_caller]
    fn assert_between_margins(laid: &Laid) {
        for mark in laid.pages.iter().flatten() {
            let (left, right, lowest) = match mark {
                Mark::Text { x, baseline, style, text } => (*x, x + text.width * style.size, *baseline),
                Mark::Area { area: [x, y, width, height], .. } => (*x, x + width, y + height),
                Mark::Code { square: [x, y, side], .. } => (*x, x + side, y + side),
                Mark::Stamp { .. } => continue,
            };
            let fits = left >= LEFT - 0.1 && right <= RIGHT + 0.1 && lowest <= PAGE_HEIGHT - 20.0;
            assert!(fits, "{left} to {right}, down to {lowest}:\n{}", laid.text());
        }
    }

    #[test]
    fn nothing_leaves_the_page_however_much_is_written() {
        let mut invoice = paper(Some(GSTIN), None, &[18; 70]);
        invoice.supplier.name = "W".repeat(100);
        invoice.supplier.address = vec!["Long street ".repeat(40), "Town".to_owned()];
        invoice.recipient.name = "W".repeat(200);
        invoice.recipient.address = vec!["श्रीमती ".repeat(300)];
        invoice.visit = vec![("Service", "service ".repeat(500))];
        invoice.upi_id = Some("a".repeat(100));
        invoice.balance = Paise::new(100);
        for line in &mut invoice.charges.lines {
            line.description = "W".repeat(100);
            line.remark = Some("remark ".repeat(40));
        }
        let entry = PaymentLine {
            date: invoice.date,
            method: PaymentMethod::Bank,
            reference: Some("R".repeat(100)),
            amount: Paise::new(-i64::MAX),
        };
        invoice.payments = vec![entry.clone(); 100];
        let laid = invoice.lay();
        assert_between_margins(&laid);
        assert_eq!(laid.text().matches("Refund, Bank transfer").count(), 100);
        assert_eq!(laid.text().matches("Authorised signatory").count(), 1);
        assert!(laid.pdf().is_ok());

        for payments in 0..40 {
            invoice.payments = vec![entry.clone(); payments];
            invoice.cancelled = Some("because ".repeat(payments * 6));
            assert_between_margins(&invoice.lay());
        }
    }

    #[test]
    fn the_title_is_what_the_law_calls_it() {
        for (recipient, rates, expected) in [
            (None, &[18, 5][..], "Tax Invoice"),
            (Some(GSTIN), &[18], "Tax Invoice"),
            (None, &[0, 0], "Bill of Supply"),
            (Some(GSTIN), &[0], "Bill of Supply"),
            (None, &[0, 18], "Invoice-cum-Bill of Supply"),
            (Some(GSTIN), &[0, 18], "Tax Invoice"),
        ] {
            assert_eq!(paper(Some(GSTIN), recipient, rates).title(), expected, "{recipient:?} {rates:?}");
            assert_eq!(paper(None, recipient, rates).title(), "Invoice", "who is not registered issues neither");
        }
    }
}
