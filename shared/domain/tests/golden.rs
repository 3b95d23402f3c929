//! Invoices and credit notes as they were issued: whatever changes in the code, they come to the same figures for ever.
//! The figures were computed apart from this code, in exact fractions.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use dms_domain::{
    calendar::Timestamp,
    credit_note::{CreditLine, CreditNote, CreditShare, Crediting},
    formats::GstState,
    gst::Supply,
    invoice::{BillTo, ChargeLine, Invoice, charge},
    money::{Paise, Rupees},
    statuses::InvoiceStatus,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    name: String,
    on: String,
    supplier_state: GstState,
    place_of_supply: GstState,
    is_sez: bool,
    lines: Vec<Line>,
    discount: Rupees,
    items: Vec<Value>,
    totals: Value,
    #[serde(default)]
    credit_notes: Vec<Note>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    quantity: i64,
    unit_price: Rupees,
    gst_rate: u8,
}

#[derive(Deserialize)]
struct Note {
    lines: Option<Vec<NoteLine>>,
    items: Vec<Value>,
    totals: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NoteLine {
    sr_no: u32,
    quantity: Option<i64>,
    amount: Option<Rupees>,
}

/// Fields of a document that are named with `Paise`, in rupees and without it.
fn figures(document: &impl Serialize, names: &[&str]) -> Value {
    let document = serde_json::to_value(document).unwrap();
    let figures = names.iter().map(|name| {
        let paise = document[format!("{name}Paise")].as_i64().expect(name);
        ((*name).to_owned(), json!(Paise::new(paise).to_string()))
    });
    Value::Object(figures.collect())
}

const ITEM: &[&str] = &["discount", "taxableValue", "cgst", "sgst", "igst", "total"];
const TOTALS: &[&str] =
    &["subtotal", "discount", "taxableValue", "cgst", "sgst", "igst", "roundOff", "grandTotal"];

impl Case {
    fn invoice(&self) -> Invoice {
        let issued = Timestamp::new(format!("{}T06:00:00Z", self.on).parse().unwrap());
        let line = |line: &Line| ChargeLine {
            name: self.name.clone(),
            hsn_sac_code: None,
            inventory_part_id: None,
            quantity: line.quantity,
            unit_price_paise: line.unit_price.0,
            gst_rate: line.gst_rate,
        };
        let lines: Vec<ChargeLine> = self.lines.iter().map(line).collect();
        let supply = Supply::to_customer(self.supplier_state, self.place_of_supply, self.is_sez);
        let (items, totals) = charge(&lines, self.discount.0, supply, issued.ist_date()).expect(&self.name);
        // As it is stored: also what is not there must be readable.
        let mut invoice = json!({"id": Uuid::nil(), "invoiceNumber": "INV-SC001-2025-0001",
            "gstInvoiceNumber": "SC001-2025-0001", "serviceCenterId": Uuid::nil(), "customerId": Uuid::nil(),
            "status": InvoiceStatus::Unpaid, "billTo": BillTo { is_sez: self.is_sez, ..nobody() },
            "placeOfSupply": self.place_of_supply, "supplierState": self.supplier_state, "items": items,
            "amountPaidPaise": 0, "createdById": Uuid::nil(), "createdAt": issued, "updatedAt": issued, "version": 1});
        let sums = serde_json::to_value(totals).unwrap();
        invoice.as_object_mut().unwrap().extend(sums.as_object().unwrap().clone());
        serde_json::from_value(invoice).unwrap()
    }

    fn check_credit_notes(&self) {
        let mut invoice = self.invoice();
        for note in &self.credit_notes {
            let (issued, after) = credited(&invoice, note);
            for (item, expected) in issued.items.iter().zip(&note.items) {
                let mut figures = figures(item, &ITEM[1..]);
                figures["srNo"] = json!(item.sr_no);
                figures["quantity"] = json!(item.quantity);
                assert_eq!(figures, *expected, "{}", self.name);
            }
            assert_eq!(issued.items.len(), note.items.len(), "{}", self.name);
            assert_eq!(figures(&issued.totals, &TOTALS[2..]), note.totals, "{}", self.name);
            invoice = after;
        }
        let wholly = (InvoiceStatus::Credited, self.totals["grandTotal"].as_str().unwrap().to_owned());
        assert_eq!((invoice.status, invoice.credited_paise.to_string()), wholly, "{}", self.name);
    }
}

fn nobody() -> BillTo {
    serde_json::from_value(json!({"name": "Asha Rao"})).unwrap()
}

fn credited(invoice: &Invoice, note: &Note) -> (CreditNote, Invoice) {
    let line = |line: &NoteLine| CreditLine {
        sr_no: line.sr_no,
        share: match line.quantity {
            Some(quantity) => CreditShare::Quantity(quantity),
            None => CreditShare::Amount(line.amount.unwrap().0),
        },
    };
    let asked = Crediting {
        id: Uuid::nil(),
        reason: "Returned".to_owned(),
        lines: note.lines.as_ref().map(|lines| lines.iter().map(line).collect()),
        return_to_stock: false,
        by: Uuid::nil(),
        // The rates of today are others than those of the older invoices.
        now: Timestamp::new("2026-01-15T06:00:00Z".parse().unwrap()),
    };
    invoice.credited(&asked, (String::new(), String::new())).unwrap()
}

#[test]
fn what_was_issued_comes_to_the_same_figures_for_ever() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("golden/invoices.json")).unwrap();
    assert_eq!(cases.len(), 45);
    for case in &cases {
        let invoice = case.invoice();
        let items: Vec<Value> = invoice.items.iter().map(|item| figures(item, ITEM)).collect();
        assert_eq!(items, case.items, "{}", case.name);
        assert_eq!(figures(&invoice.totals, TOTALS), case.totals, "{}", case.name);
        if !case.credit_notes.is_empty() {
            case.check_credit_notes();
        }
    }
}
