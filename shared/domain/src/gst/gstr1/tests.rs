use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    calendar::Timestamp,
    credit_note::{CreditLine, CreditShare, Crediting, tests::invoice},
    formats::HsnSac,
    money::Paise,
};

const GSTIN: &str = "27AABCU9603R1ZN";
const ZONE: &str = "29AABCU9603R1ZJ";

/// Lines (quantity, price in paise, rate) of an invoice of a supplier in Maharashtra, to a person unless a GSTIN is given.
fn issued(number: u32, lines: &[(i64, i64, u8)], place: &str, buyer: Option<&str>, at: &str) -> Invoice {
    let mut invoice = invoice(lines, 0, place, at);
    invoice.gst_invoice_number = format!("SC001-2025-{number:04}");
    invoice.bill_to.gstin = buyer.map(|gstin| Gstin::parse(gstin).unwrap());
    for item in &mut invoice.items {
        item.hsn_sac_code = Some(HsnSac::parse(if item.gst_rate == 18 { "998714" } else { "8708" }).unwrap());
    }
    invoice
}

fn december(number: u32, lines: &[(i64, i64, u8)], place: &str, buyer: Option<&str>) -> Invoice {
    issued(number, lines, place, buyer, "2025-12-20T06:00:00Z")
}

/// The same to a unit of a special economic zone: charged as between states.
fn in_zone(mut invoice: Invoice) -> Invoice {
    invoice.bill_to.is_sez = true;
    for item in &mut invoice.items {
        let taxable = i128::from(item.taxable_value_paise.get());
        let (half, igst) = crate::gst::Supply::InterState.taxes(taxable, item.gst_rate);
        let paise = |amount: i128| Paise::new(i64::try_from(amount).unwrap());
        (item.cgst_paise, item.sgst_paise, item.igst_paise) = (paise(half), paise(half), paise(igst));
    }
    invoice
}

fn credit(invoice: &Invoice, number: u32, lines: Option<Vec<CreditLine>>) -> (CreditNote, Invoice) {
    let asked = Crediting {
        id: uuid::Uuid::nil(),
        reason: "Returned".to_owned(),
        lines,
        return_to_stock: false,
        by: uuid::Uuid::nil(),
        now: Timestamp::new("2025-12-31T18:29:59Z".parse().unwrap()),
    };
    let numbers = (format!("CN-SC001-2025-{number:04}"), format!("CN25-SC001-{number:04}"));
    invoice.credited(&asked, numbers).unwrap()
}

fn some(sr_no: u32, quantity: i64) -> Option<Vec<CreditLine>> {
    Some(vec![CreditLine { sr_no, share: CreditShare::Quantity(quantity) }])
}

fn month(text: &str) -> MonthKey {
    text.parse().unwrap()
}

fn of(invoices: &[Invoice], notes: &[CreditNote]) -> serde_json::Value {
    let gstr1 = Gstr1::of(Gstin::parse(GSTIN).unwrap(), month("2025-12"), invoices, notes);
    serde_json::to_value(gstr1).unwrap()
}

#[test]
fn invoices_to_registered_persons_are_listed_by_gstin_and_rate() {
    let zone = in_zone(december(2, &[(1, 10_000, 40)], "Maharashtra", Some(ZONE)));
    let invoices = [
        december(1, &[(2, 50_000, 18), (1, 33_333, 5), (1, 10_000, 18)], "Maharashtra", Some(GSTIN)),
        zone,
        december(3, &[(1, 10_000, 18)], "Karnataka", Some(GSTIN)),
    ];
    let found = of(&invoices, &[]);
    let tax = |rt: u8, txval: f64, [iamt, camt]: [f64; 2]| {
        let number = |amount: f64| if amount.fract() == 0.0 { json!(amount as i64) } else { json!(amount) };
        json!({"rt": rt, "txval": number(txval), "iamt": number(iamt), "camt": number(camt), "samt": number(camt),
            "csamt": 0})
    };
    let expected = json!([
        {"ctin": GSTIN, "inv": [
            {"inum": "SC001-2025-0001", "idt": "20-12-2025", "val": 1648, "pos": "27", "rchrg": "N", "inv_typ": "R",
             "itms": [{"num": 1, "itm_det": tax(5, 333.33, [0.0, 8.33])}, {"num": 2, "itm_det": tax(18, 1100.0, [0.0, 99.0])}]},
            {"inum": "SC001-2025-0003", "idt": "20-12-2025", "val": 118, "pos": "29", "rchrg": "N", "inv_typ": "R",
             "itms": [{"num": 1, "itm_det": tax(18, 100.0, [18.0, 0.0])}]},
        ]},
        {"ctin": ZONE, "inv": [
            {"inum": "SC001-2025-0002", "idt": "20-12-2025", "val": 140, "pos": "27", "rchrg": "N", "inv_typ": "SEWP",
             "itms": [{"num": 1, "itm_det": tax(40, 100.0, [40.0, 0.0])}]},
        ]},
    ]);
    assert_eq!(found["b2b"], expected);
    assert_eq!((&found["gstin"], &found["fp"]), (&json!(GSTIN), &json!("122025")));
    assert!(
        ["b2cl", "b2cs", "nil", "cdnr", "cdnur"].iter().all(|section| found.get(section).is_none()),
        "{found}"
    );
}

#[test]
fn invoices_to_others_are_listed_when_they_are_large_and_cross_a_border() {
    let place = |lines: &[(i64, i64, u8)], place: &str, at: &str| {
        let invoice = issued(1, lines, place, None, at);
        let found = of(&[invoice], &[]);
        (found.get("b2cl").is_some(), found.get("b2cs").is_some())
    };
    let (lakh, more) = ([(1, 10_000_000, 0), (1, 0, 18)], [(1, 8_474_620, 18)]);
    assert_eq!(place(&more, "Goa", "2025-12-20T06:00:00Z"), (true, false), "a rupee more than a lakh");
    assert_eq!(place(&more, "Maharashtra", "2025-12-20T06:00:00Z"), (false, true));
    assert_eq!(place(&[(1, 8_474_576, 18)], "Goa", "2025-12-20T06:00:00Z"), (false, true), "exactly 100 000");
    assert_eq!(place(&more, "Goa", "2024-07-31T06:00:00Z"), (false, true), "2.5 lakh then");
    assert_eq!(place(&more, "Goa", "2024-08-01T06:00:00Z"), (true, false));
    assert_eq!(place(&lakh, "Goa", "2025-12-20T06:00:00Z"), (false, false), "all of it at 0 %");
}

#[test]
fn small_supplies_to_others_are_sums_less_their_credit_notes() {
    let invoices = [
        december(1, &[(3, 10_000, 18), (1, 10_000, 5)], "Maharashtra", None),
        december(2, &[(1, 5_050, 18)], "Maharashtra", None),
        december(3, &[(1, 10_000, 18)], "Goa", None),
    ];
    let (note, _) = credit(&invoices[0], 1, some(1, 1));
    let found = of(&invoices, std::slice::from_ref(&note));
    let row = |sply_ty: &str, rt: u8, pos: &str, txval: serde_json::Value, taxes: [serde_json::Value; 2]| {
        let [iamt, camt] = taxes;
        json!({"sply_ty": sply_ty, "rt": rt, "typ": "OE", "pos": pos, "txval": txval, "iamt": iamt, "camt": camt.clone(),
            "samt": camt, "csamt": 0})
    };
    assert_eq!(
        found["b2cs"],
        json!([
            row("INTRA", 5, "27", json!(100), [json!(0), json!(2.5)]),
            row("INTRA", 18, "27", json!(250.5), [json!(0), json!(22.55)]),
            row("INTER", 18, "30", json!(100), [json!(18), json!(0)]),
        ])
    );
    assert!(found.get("cdnr").is_none() && found.get("cdnur").is_none());
    // A note of an invoice of an earlier month takes off, too: and is more than there is.
    let earlier = of(&[], &[note]);
    assert_eq!(earlier["b2cs"][0]["txval"], json!(-100));
}

#[test]
fn credit_notes_of_listed_invoices_are_listed() {
    let invoices = [
        december(1, &[(2, 50_000, 18)], "Maharashtra", Some(GSTIN)),
        december(2, &[(2, 8_474_577, 18)], "Goa", None),
    ];
    let notes = [credit(&invoices[0], 1, some(1, 1)).0, credit(&invoices[1], 2, some(1, 1)).0];
    let found = of(&invoices, &notes);
    let taxes = json!({"rt": 18, "txval": 500, "iamt": 0, "camt": 45, "samt": 45, "csamt": 0});
    assert_eq!(
        found["cdnr"],
        json!([{"ctin": GSTIN, "nt": [{"ntty": "C", "nt_num": "CN25-SC001-0001", "nt_dt": "31-12-2025",
        "val": 590, "pos": "27", "rchrg": "N", "inv_typ": "R", "itms": [{"num": 1, "itm_det": taxes}]}]}])
    );
    let taxes = json!({"rt": 18, "txval": 84_745.77, "iamt": 15_254.24, "camt": 0, "samt": 0, "csamt": 0});
    assert_eq!(
        found["cdnur"],
        json!([{"typ": "B2CL", "ntty": "C", "nt_num": "CN25-SC001-0002", "nt_dt": "31-12-2025",
        "val": 100_000.01, "pos": "30", "itms": [{"num": 1, "itm_det": taxes}]}])
    );
}

#[test]
fn what_is_taxed_at_nothing_has_a_table_of_its_own() {
    let invoices = [
        december(1, &[(1, 10_000, 0), (1, 10_000, 18)], "Maharashtra", Some(GSTIN)),
        december(2, &[(2, 10_000, 0)], "Goa", None),
        // A warranty part.
        december(3, &[(1, 0, 0)], "Maharashtra", None),
    ];
    let (note, _) = credit(&invoices[1], 1, some(1, 1));
    let found = of(&invoices, &[note]);
    assert_eq!(
        found["nil"],
        json!({"inv": [
            {"sply_ty": "INTRAB2B", "expt_amt": 0, "nil_amt": 100, "ngsup_amt": 0},
            {"sply_ty": "INTRB2C", "expt_amt": 0, "nil_amt": 100, "ngsup_amt": 0},
        ]})
    );
    assert_eq!(found["b2b"][0]["inv"][0]["itms"].as_array().unwrap().len(), 1, "and not in two");
}

#[test]
fn supplies_are_listed_by_hsn_apart_for_registered_persons_since_may_2025() {
    let invoices = [
        december(1, &[(3, 10_000, 5), (2, 10_000, 18)], "Maharashtra", Some(GSTIN)),
        december(2, &[(4, 10_000, 5), (1, 0, 5)], "Maharashtra", None),
    ];
    let (note, _) = credit(&invoices[1], 1, some(1, 1));
    let row = |num: u32, (code, unit, qty): (&str, &str, i64), rt: u8, txval: i64, half: serde_json::Value| {
        json!({"num": num, "hsn_sc": code, "uqc": unit, "qty": qty, "rt": rt, "txval": txval, "iamt": 0, "camt": half.clone(),
            "samt": half, "csamt": 0})
    };
    let found = of(&invoices, std::slice::from_ref(&note));
    assert_eq!(
        found["hsn"],
        json!({
            "hsn_b2b": [row(1, ("8708", "NOS", 3), 5, 300, json!(7.5)), row(2, ("998714", "NA", 0), 18, 200, json!(18))],
            "hsn_b2c": [row(1, ("8708", "NOS", 3 + 1), 5, 300, json!(7.5))],
        })
    );
    let before = Gstr1::of(Gstin::parse(GSTIN).unwrap(), month("2025-04"), &invoices, &[note]);
    let hsn = serde_json::to_value(before.hsn).unwrap();
    assert_eq!(
        hsn,
        json!({"data": [
            row(1, ("8708", "NOS", 3 + 4), 5, 600, json!(15)),
            row(2, ("998714", "NA", 0), 18, 200, json!(18)),
        ]})
    );
}

#[test]
fn the_numbers_used_are_ranges_with_the_cancelled_among_them() {
    let mut invoices: Vec<Invoice> =
        [9_999, 10_000, 9_998].map(|number| december(number, &[(1, 10_000, 18)], "Goa", None)).to_vec();
    invoices[1].status = InvoiceStatus::Cancelled;
    let mut other = december(7, &[(1, 10_000, 18)], "Goa", None);
    other.gst_invoice_number = "SC002-2025-0007".to_owned();
    invoices.push(other);
    let (note, _) = credit(&invoices[0], 4, None);
    let found = of(&invoices, &[note]);
    let range = |num: u32, from: &str, to: &str, [totnum, cancel]: [u32; 2]| json!({"num": num, "from": from, "to": to, "totnum": totnum, "cancel": cancel, "net_issue": totnum - cancel});
    assert_eq!(
        found["doc_issue"],
        json!({"doc_det": [
            {"doc_num": 1, "doc_typ": "Invoices for outward supply", "docs": [
                range(1, "SC001-2025-9998", "SC001-2025-10000", [3, 1]),
                range(2, "SC002-2025-0007", "SC002-2025-0007", [1, 0]),
            ]},
            {"doc_num": 5, "doc_typ": "Credit Note", "docs": [range(1, "CN25-SC001-0004", "CN25-SC001-0004", [1, 0])]},
        ]})
    );
    assert_eq!(found["b2cs"][0]["txval"], json!(200), "of three live ones, less the one that was credited");
    assert!(of(&[], &[]).get("doc_issue").is_none());
}

/// An invoice, and which lines of it are credited by how many pieces.
type Sale = (Vec<(i64, i64, u8)>, (usize, usize), Vec<(usize, i64)>);

fn sales() -> impl Strategy<Value = Vec<Sale>> {
    let rate = prop::sample::select(vec![0_u8, 5, 18, 40]);
    let line = (1_i64..9, prop_oneof![0_i64..500, 1_i64..5_000_000], rate);
    let sale = (
        prop::collection::vec(line, 1..5),
        (0_usize..3, 0_usize..4),
        prop::collection::vec((0_usize..4, 1_i64..9), 0..3),
    );
    prop::collection::vec(sale, 0..12)
}

proptest! {
    #[test]
    fn the_sections_come_to_invoices_less_credit_notes_to_the_paisa(sales in sales()) {
        let (mut invoices, mut notes) = (Vec::new(), Vec::new());
        for (n, (lines, (place, buyer), credits)) in (1..).zip(sales) {
            let place = ["Maharashtra", "Goa", "Kerala"][place];
            let mut invoice = december(n, &lines, place, [None, Some(GSTIN), Some(ZONE), None][buyer]);
            if buyer == 2 {
                invoice = in_zone(invoice);
            }
            for (line, quantity) in credits {
                let sr_no = u32::try_from(line % invoice.items.len() + 1).unwrap();
                let asked = Crediting {
                    id: uuid::Uuid::nil(),
                    reason: "Returned".to_owned(),
                    lines: some(sr_no, quantity),
                    return_to_stock: false,
                    by: uuid::Uuid::nil(),
                    now: invoice.created_at,
                };
                let number = notes.len() + 1;
                let numbers = (format!("CN-SC001-2025-{number:04}"), format!("CN25-SC001-{number:04}"));
                if let Ok((note, after)) = invoice.credited(&asked, numbers) {
                    notes.push(note);
                    invoice = after;
                }
            }
            invoices.push(invoice);
        }
        let gstr1 = Gstr1::of(Gstin::parse(GSTIN).unwrap(), month("2025-12"), &invoices, &notes);
        let (issued, credited) = (invoice_totals(&invoices), credit_note_totals(&notes));
        let expected = issued.tax.less(&credited.tax);
        prop_assert_eq!(gstr1.supplies(), expected);
        prop_assert_eq!(gstr1.by_hsn(), expected);
        let numbers: usize = gstr1.doc_issue.iter().flat_map(|issued| &issued.doc_det).flat_map(|kind| &kind.docs).map(|range| range.net_issue).sum();
        prop_assert_eq!(numbers, issued.count + credited.count);
    }
}
