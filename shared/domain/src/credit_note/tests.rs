use proptest::prelude::*;

use super::*;
use crate::{
    invoice::{ChargeLine, charge},
    payment::tests::entry,
    statuses::PaymentKind,
};

fn at(text: &str) -> Timestamp {
    Timestamp::new(text.parse().unwrap())
}

fn state(name: &str) -> GstState {
    GstState::parse(name).unwrap()
}

/// An invoice of these lines (quantity, price in paise, rate), issued at this time.
pub(crate) fn invoice(lines: &[(i64, i64, u8)], discount: i64, place: &str, issued: &str) -> Invoice {
    let now = at(issued);
    let lines: Vec<ChargeLine> = lines
        .iter()
        .map(|(quantity, price, rate)| ChargeLine {
            name: "Line".to_owned(),
            hsn_sac_code: None,
            inventory_part_id: None,
            quantity: *quantity,
            unit_price_paise: Paise::new(*price),
            gst_rate: *rate,
        })
        .collect();
    let (supplier, place) = (state("Maharashtra"), state(place));
    let (items, totals) =
        charge(&lines, Paise::new(discount), Supply::between(supplier, place), now.ist_date()).unwrap();
    let bill_to = BillTo {
        name: "Asha Rao".to_owned(),
        address: None,
        city_state: None,
        pincode: None,
        gstin: None,
        is_sez: false,
    };
    Invoice {
        supplier: None,
        vehicle_registration: None,
        vehicle_name: None,
        id: Uuid::nil(),
        invoice_number: "INV-SC001-2025-0001".to_owned(),
        gst_invoice_number: "SC001-2025-0001".to_owned(),
        service_center_id: Uuid::nil(),
        customer_id: Uuid::nil(),
        vehicle_id: None,
        job_card_id: None,
        job_card_number: None,
        status: InvoiceStatus::Unpaid,
        service_type: None,
        engineer_name: None,
        engineer_id: None,
        bill_to,
        place_of_supply: place,
        supplier_state: supplier,
        items,
        totals,
        amount_paid_paise: Paise::ZERO,
        payments: Vec::new(),
        credited_paise: Paise::ZERO,
        credit_notes: Vec::new(),
        paid_at: None,
        cancel_reason: None,
        created_by_id: Uuid::nil(),
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

/// One line of 5000 at 18 % within the state: 5900.
fn simple() -> Invoice {
    invoice(&[(5, 100_000, 18)], 0, "Maharashtra", "2026-05-01T06:00:00Z")
}

fn asked(lines: Option<&[(u32, CreditShare)]>, now: &str) -> Crediting {
    let lines = lines.map(|lines| lines.iter().map(|(sr_no, share)| CreditLine { sr_no: *sr_no, share: *share }));
    Crediting {
        id: Uuid::nil(),
        reason: "Wrong part".to_owned(),
        lines: lines.map(Iterator::collect),
        return_to_stock: false,
        by: Uuid::nil(),
        now: at(now),
    }
}

fn number() -> (String, String) {
    ("CN-SC001-2025-0001".to_owned(), "CN25-SC001-0001".to_owned())
}

fn credit(invoice: &Invoice, lines: Option<&[(u32, CreditShare)]>) -> Result<(CreditNote, Invoice), Refusal> {
    invoice.credited(&asked(lines, "2026-06-01T06:00:00Z"), number())
}

fn rupees(paise: i64) -> Paise {
    Paise::new(paise * 100)
}

#[test]
fn a_whole_credit_note_is_the_invoice() {
    let invoice = invoice(&[(3, 33_333, 18), (1, 999, 5), (2, 0, 18)], 10_000, "Kerala", "2026-05-01T06:00:00Z");
    assert_ne!(invoice.totals.round_off_paise, Paise::ZERO);
    let (note, after) = credit(&invoice, None).unwrap();
    let CreditNoteTotals { taxable_value_paise, igst_paise, round_off_paise, grand_total_paise, .. } = note.totals;
    let totals = &invoice.totals;
    assert_eq!((taxable_value_paise, igst_paise), (totals.taxable_value_paise, totals.igst_paise));
    assert_eq!((round_off_paise, grand_total_paise), (totals.round_off_paise, totals.grand_total_paise));
    let quantities: Vec<i64> = note.items.iter().map(|item| item.quantity).collect();
    assert_eq!(quantities, [3, 1, 2], "what cost nothing comes back, too");
    assert_eq!((after.status, after.due(), after.balance()), (InvoiceStatus::Credited, Paise::ZERO, Paise::ZERO));
    assert_eq!(after.credit_notes[0].credit_note_number, "CN-SC001-2025-0001");
    let refusal = credit(&after, None).unwrap_err();
    assert_eq!(refusal.code(), "INVALID_TRANSITION");
}

#[test]
fn pieces_are_taken_back_at_the_invoices_price_and_split() {
    let (note, after) = credit(&simple(), Some(&[(1, CreditShare::Quantity(2))])).unwrap();
    let item = &note.items[0];
    assert_eq!((item.quantity, item.taxable_value_paise), (2, rupees(2000)));
    assert_eq!((item.cgst_paise, item.sgst_paise, item.igst_paise), (rupees(180), rupees(180), Paise::ZERO));
    assert_eq!((after.due(), after.balance(), after.status), (rupees(3540), rupees(3540), InvoiceStatus::Unpaid));
    let refusal = credit(&after, Some(&[(1, CreditShare::Quantity(4))])).unwrap_err();
    assert_eq!(refusal.fields().to_string(), "items[0].quantity must be at most 3: no more is left of the line");
    let (rest, wholly) = credit(&after, Some(&[(1, CreditShare::Quantity(3))])).unwrap();
    assert_eq!((rest.totals.grand_total_paise, wholly.status), (rupees(3540), InvoiceStatus::Credited));
}

#[test]
fn a_reduced_price_leaves_the_pieces_and_their_return_the_reduced_price() {
    let (note, after) = credit(&simple(), Some(&[(1, CreditShare::Amount(rupees(1000)))])).unwrap();
    assert_eq!((note.items[0].quantity, note.totals.grand_total_paise), (0, rupees(1180)));
    let (note, _) = credit(&after, Some(&[(1, CreditShare::Quantity(1))])).unwrap();
    assert_eq!(note.items[0].taxable_value_paise, rupees(800), "a fifth of the 4000 that are left");
    let refusal = credit(&after, Some(&[(1, CreditShare::Amount(Paise::new(400_001)))])).unwrap_err();
    assert_eq!(refusal.fields().to_string(), "items[0].amount must be at most 4000: no more is left of the line");
}

#[test]
fn wrong_lines_are_named() {
    let line = |sr_no| (sr_no, CreditShare::Quantity(1));
    let refused = |lines: &[(u32, CreditShare)]| credit(&simple(), Some(lines)).unwrap_err().fields().to_string();
    assert_eq!(refused(&[line(2)]), "items[0].srNo is no line of the invoice");
    assert_eq!(refused(&[line(1), line(1)]), "items[1].srNo is named twice");
    assert_eq!(refused(&[(1, CreditShare::Amount(Paise::ZERO))]), "items[0].amount must be more than 0");
    assert!(refused(&[]).starts_with("items must name a line"));
}

#[test]
fn what_has_no_value_is_not_credited_and_no_rest_of_less_than_a_rupee_is_left() {
    let free = invoice(&[(1, 0, 18), (1, 10_000, 0)], 0, "Maharashtra", "2026-05-01T06:00:00Z");
    let refusal = credit(&free, Some(&[(1, CreditShare::Quantity(1))])).unwrap_err();
    assert_eq!(refusal.code(), "NOTHING_TO_CREDIT");
    let refusal = credit(&free, Some(&[(2, CreditShare::Amount(Paise::new(9_901)))])).unwrap_err();
    assert_eq!(refusal.fields().to_string(), "items would leave 0.99 of the invoice: credit all of it");
    assert!(credit(&free, Some(&[(2, CreditShare::Amount(rupees(99)))])).is_ok());
}

#[test]
fn a_credit_note_can_make_an_invoice_paid() {
    let paid = simple().paid_with(entry(PaymentKind::Payment, 236_000), at("2026-05-02T06:00:00Z")).unwrap();
    let (_, after) = credit(&paid, Some(&[(1, CreditShare::Quantity(2))])).unwrap();
    assert_eq!((after.status, after.balance()), (InvoiceStatus::PartiallyPaid, rupees(1180)));
    let (_, after) = credit(&paid, Some(&[(1, CreditShare::Quantity(3))])).unwrap();
    assert_eq!(
        (after.status, after.balance(), after.refund_due()),
        (InvoiceStatus::Paid, Paise::ZERO, Paise::ZERO)
    );
    assert_eq!(after.paid_at, Some(at("2026-06-01T06:00:00Z")));
    let (_, after) = credit(&paid, Some(&[(1, CreditShare::Quantity(4))])).unwrap();
    assert_eq!((after.status, after.refund_due()), (InvoiceStatus::Paid, rupees(1180)));
    let (_, after) = credit(&paid, None).unwrap();
    assert_eq!((after.status, after.refund_due()), (InvoiceStatus::Credited, rupees(2360)));
    let refunded = after.refunded(entry(PaymentKind::Refund, 236_000), at("2026-06-02T06:00:00Z")).unwrap();
    assert_eq!((refunded.status, refunded.refund_due()), (InvoiceStatus::Credited, Paise::ZERO));
}

#[test]
fn an_older_invoice_is_credited_at_the_rates_of_its_day_until_the_end_of_november() {
    let old = invoice(&[(1, 1_000_000, 28), (1, 10_000, 12)], 0, "Maharashtra", "2025-09-21T06:00:00Z");
    let (note, _) = old.credited(&asked(None, "2026-11-30T18:29:59Z"), number()).unwrap();
    assert_eq!(note.totals.cgst_paise, Paise::new(140_000 + 600));
    assert_eq!(note.items[0].gst_rate, 28);
    let late = old.credited(&asked(None, "2026-11-30T18:30:00Z"), number()).unwrap_err();
    assert_eq!(late.code(), "CREDIT_NOTE_TOO_LATE");
    assert!(late.to_string().contains("2026-11-30"), "{late}");
}

#[test]
fn twenty_notes_and_one_for_the_rest() {
    let mut invoice = simple();
    for _ in 0..20 {
        invoice = credit(&invoice, Some(&[(1, CreditShare::Amount(rupees(10)))])).unwrap().1;
    }
    let refusal = credit(&invoice, Some(&[(1, CreditShare::Amount(rupees(10)))])).unwrap_err();
    assert_eq!(refusal.code(), "TOO_MANY_CREDIT_NOTES");
    let (_, wholly) = credit(&invoice, None).unwrap();
    assert_eq!((wholly.status, wholly.credit_notes.len()), (InvoiceStatus::Credited, 21));
}

/// Lines (quantity, price, rate), a discount in thousandths, and steps: of which line, how many thousandths of what is left,
/// by pieces or by value.
type History = (Vec<(i64, i64, u8)>, i64, Vec<(usize, i64, bool)>);

fn history() -> impl Strategy<Value = History> {
    let rate = prop::sample::select(vec![0_u8, 5, 18, 40]);
    let line = (1_i64..9, prop_oneof![1_i64..300, 1_i64..1_000_000], rate);
    let lines = prop::collection::vec(line, 1..5);
    let steps = prop::collection::vec((0_usize..4, 1_i64..=1_000, any::<bool>()), 0..16);
    (lines, 0_i64..=1_000, steps)
}

proptest! {
    #[test]
    fn wholly_credited_in_any_steps_an_invoice_sums_to_zero(
        (lines, discount, steps) in history(), within in any::<bool>(),
    ) {
        let subtotal: i64 = lines.iter().map(|(quantity, price, _)| quantity * price).sum();
        let place = if within { "Maharashtra" } else { "Goa" };
        let original = invoice(&lines, subtotal * discount / 1_000, place, "2026-05-01T06:00:00Z");
        prop_assume!(original.totals.grand_total_paise > Paise::ZERO);
        let (mut left, mut notes) = (original.clone(), Vec::new());
        for (line, share, pieces) in steps {
            let item = &left.items[line % left.items.len()];
            let share = match pieces {
                true => CreditShare::Quantity((item.left().quantity * share / 1_000).max(1)),
                false => CreditShare::Amount(Paise::new((item.left().taxable_value_paise.get() * share / 1_000).max(1))),
            };
            // What is left may be less than that, or too little to divide.
            if let Ok((note, after)) = credit(&left, Some(&[(item.sr_no, share)])) {
                prop_assert!(after.due() < left.due() && after.due() >= Paise::ZERO);
                prop_assert_eq!(note.totals.cgst_paise, note.totals.sgst_paise);
                prop_assert!(after.status == InvoiceStatus::Credited || note.totals.round_off_paise == Paise::ZERO);
                notes.push(note);
                left = after;
            }
        }
        if left.status != InvoiceStatus::Credited {
            let (note, after) = credit(&left, None).unwrap();
            notes.push(note);
            left = after;
        }
        prop_assert_eq!((left.status, left.due(), left.credited_paise), (
            InvoiceStatus::Credited, Paise::ZERO, original.totals.grand_total_paise,
        ));
        let sum = |part: fn(&CreditNoteTotals) -> Paise| Paise::sum(notes.iter().map(|note| part(&note.totals))).unwrap();
        prop_assert_eq!(sum(|totals| totals.taxable_value_paise), original.totals.taxable_value_paise);
        prop_assert_eq!(sum(|totals| totals.cgst_paise), original.totals.cgst_paise);
        prop_assert_eq!(sum(|totals| totals.igst_paise), original.totals.igst_paise);
        prop_assert_eq!(sum(|totals| totals.round_off_paise), original.totals.round_off_paise);
        prop_assert_eq!(sum(|totals| totals.grand_total_paise), original.totals.grand_total_paise);
        for item in &original.items {
            let of_line = notes.iter().flat_map(|note| &note.items).filter(|credited| credited.sr_no == item.sr_no);
            let total: i64 = of_line.map(|credited| credited.total_paise.get()).sum();
            prop_assert_eq!(total, item.total_paise.get());
        }
        for note in &notes {
            for item in &note.items {
                // The tax of a note is that of its value, a paisa more or less.
                let hundredths = item.taxable_value_paise.get() * i64::from(item.gst_rate);
                let tax = item.cgst_paise.get() + item.sgst_paise.get() + item.igst_paise.get();
                prop_assert!((tax * 100 - hundredths).abs() <= 200, "{tax} of {hundredths}");
            }
        }
    }
}
