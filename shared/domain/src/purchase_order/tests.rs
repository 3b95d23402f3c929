use super::*;
use crate::{
    central_stock::{CentralPart, tests::details},
    gst::Supply,
};

fn now() -> Timestamp {
    Timestamp::new("2026-11-23T04:30:00Z".parse().unwrap())
}

fn state(name: &str) -> GstState {
    GstState::parse(name).unwrap()
}

fn order(quantities: &[i64], supplier: &str) -> PurchaseOrder {
    let part = CentralPart::new(Uuid::nil(), details("BAT-1"), 0, now());
    let lines: Vec<OrderLine> = quantities
        .iter()
        .zip(1..)
        .map(|(quantity, n)| OrderLine {
            id: Uuid::from_u128(n),
            part: &part,
            quantity: *quantity,
            unit_price: Paise::new(1_005),
            gst_rate: 5,
        })
        .collect();
    let supply = Supply::between(state(supplier), state("Maharashtra"));
    let (items, totals) = price(&lines, supply, now().ist_date()).unwrap();
    PurchaseOrder {
        id: Uuid::nil(),
        po_number: "PO-2026-0001".to_owned(),
        supplier_id: Uuid::nil(),
        supplier_name: "Exide".to_owned(),
        supplier_state: state(supplier),
        warehouse_state: state("Maharashtra"),
        status: PurchaseOrderStatus::Approved,
        terms: OrderTerms {
            order_date: now().ist_date(),
            expected_delivery_date: None,
            payment_terms: None,
            notes: None,
        },
        items,
        totals,
        deliveries: Vec::new(),
        created_by_id: Uuid::nil(),
        submitted_by_id: None,
        approved_by_id: None,
        approved_at: None,
        decision_notes: None,
        received_at: None,
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn delivery(invoice: Option<&str>, items: &[(u128, i64, i64)]) -> Delivery {
    let items = items.iter().map(|(id, accepted, rejected)| DeliveredItem {
        item_id: Uuid::from_u128(*id),
        received_qty: accepted + rejected,
        accepted_qty: *accepted,
        rejected_qty: *rejected,
        condition: GoodsCondition::Good,
    });
    Delivery {
        number: 0,
        invoice_number: invoice.map(str::to_owned),
        notes: None,
        items: items.collect(),
        received_by_id: Uuid::nil(),
        received_at: now(),
    }
}

#[test]
fn the_total_is_the_sum_of_the_lines_to_the_paisa() {
    let order = order(&[3, 7], "Maharashtra");
    // 30.15 and 70.35 at 2.5 % each: 0.75 and 1.76.
    let totals = &order.totals;
    assert_eq!(totals.subtotal_paise, Paise::new(10_050));
    assert_eq!(
        (totals.cgst_paise, totals.sgst_paise, totals.igst_paise),
        (Paise::new(251), Paise::new(251), Paise::ZERO)
    );
    assert_eq!(totals.total_amount_paise, Paise::new(10_552));
    assert_eq!(Paise::sum(order.items.iter().map(|item| item.total_paise)), Some(totals.total_amount_paise));
}

#[test]
fn a_supplier_of_another_state_charges_igst() {
    let totals = order(&[10], "Karnataka").totals;
    assert_eq!(
        (totals.cgst_paise, totals.sgst_paise, totals.igst_paise),
        (Paise::ZERO, Paise::ZERO, Paise::new(503))
    );
}

#[test]
fn a_line_closes_on_what_was_received_and_a_short_delivery_leaves_the_order_open() {
    let first = order(&[100, 5], "Maharashtra").received(delivery(None, &[(1, 98, 2)]), now()).unwrap();
    assert_eq!(first.status, PurchaseOrderStatus::PartiallyReceived);
    assert_eq!((first.items[0].received_qty, first.items[0].accepted_qty), (100, 98));
    let second = first.received(delivery(None, &[(2, 5, 0)]), now()).unwrap();
    assert_eq!(second.status, PurchaseOrderStatus::Completed);
    assert_eq!(second.deliveries.iter().map(|delivery| delivery.number).collect::<Vec<_>>(), [1, 2]);
    assert!(matches!(
        second.received(delivery(None, &[(2, 1, 0)]), now()),
        Err(Refusal::InvalidTransition { .. })
    ));
}

#[test]
fn more_than_ordered_an_unknown_line_and_a_delivery_booked_twice_are_refused() {
    let order = order(&[100], "Maharashtra");
    let refused = |delivery| order.received(delivery, now()).unwrap_err();
    assert_eq!(refused(delivery(None, &[(1, 101, 0)])).code(), "OVER_RECEIPT");
    assert!(refused(delivery(None, &[(9, 1, 0)])).fields().to_string().contains("is not a line"));
    assert!(refused(delivery(None, &[(1, 1, 0), (1, 1, 0)])).fields().to_string().contains("named twice"));
    let mut wrong = delivery(None, &[(1, 98, 2)]);
    wrong.items[0].received_qty = 99;
    assert!(refused(wrong).fields().to_string().contains("acceptedQty + rejectedQty"));
    let booked = order.received(delivery(Some("SUP-1"), &[(1, 50, 0)]), now()).unwrap();
    let again = booked.received(delivery(Some("SUP-1"), &[(1, 50, 0)]), now()).unwrap_err();
    assert_eq!(again.code(), "DELIVERY_ALREADY_RECEIVED");
    assert!(booked.received(delivery(Some("SUP-2"), &[(1, 50, 0)]), now()).is_ok());
}

#[test]
fn a_delivery_adds_lines_of_the_same_part_up() {
    let order = order(&[10, 20], "Maharashtra");
    let parts = order.accepted_by_part(&delivery(None, &[(1, 10, 0), (2, 15, 5)]).items);
    assert_eq!(parts, BTreeMap::from([(Uuid::nil(), 25)]));
}

#[test]
fn a_rejected_order_is_a_draft_again_and_can_be_changed() {
    let waiting = PurchaseOrder { status: PurchaseOrderStatus::PendingApproval, ..order(&[1], "Goa") };
    let edit = |order: &PurchaseOrder| {
        order.edited(order.terms.clone(), (order.items.clone(), order.totals.clone()), now())
    };
    assert_eq!(edit(&waiting).unwrap_err().code(), "NOT_A_DRAFT");
    let rejected = waiting.rejected("Too dear".to_owned(), now()).unwrap();
    assert!(edit(&rejected).is_ok());
    assert_eq!(rejected.submitted(Uuid::nil(), now()).unwrap().decision_notes, None);
}

#[test]
fn an_order_is_closed_short_only_when_something_came() {
    let order = order(&[100], "Maharashtra");
    let close = |order: &PurchaseOrder| order.closed("Discontinued".to_owned(), now());
    assert_eq!(close(&order).unwrap_err().code(), "NOTHING_RECEIVED");
    let short = order.received(delivery(None, &[(1, 60, 0)]), now()).unwrap();
    let closed = close(&short).unwrap();
    assert_eq!((closed.status, closed.items[0].received_qty), (PurchaseOrderStatus::Completed, 60));
    assert_eq!(close(&closed).unwrap_err().code(), "INVALID_TRANSITION");
    assert_eq!(closed.received(delivery(None, &[(1, 1, 0)]), now()).unwrap_err().code(), "INVALID_TRANSITION");
}
