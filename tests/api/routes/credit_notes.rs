//! Credit notes: of whole invoices and of lines, their numbers, what they do to balance, vehicle, job card and stock.

use std::collections::BTreeSet;

use axum::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use dms_domain::calendar::Clock;
use dms_testkit::{Answer, Dealership};
use futures::future::join_all;
use serde_json::{Value, json};

const INVOICES: &str = "/api/invoices";
const CARDS: &str = "/api/job-cards";
const NOTES: &str = "/api/credit-notes";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

async fn read(dealership: &Dealership, path: &str, id: &Value) -> Value {
    dealership.admin.get(&format!("{path}/{}", id.as_str().expect("an id"))).await.expect(200)
}

async fn vehicle(dealership: &Dealership, invoice: &Value) -> Value {
    read(dealership, "/api/vehicles", &invoice["vehicleId"]).await
}

async fn history(dealership: &Dealership, invoice: &Value) -> Vec<Value> {
    let path = format!("/api/vehicles/{}/service-history", invoice["vehicleId"].as_str().unwrap());
    dealership.admin.get(&path).await.rows()
}

/// An invoice of a card, of 5900.
async fn invoice(dealership: &Dealership) -> Value {
    let card = dealership.completed_card(&dealership.one).await;
    dealership.invoice_for(&dealership.one, &card).await
}

async fn credit(dealership: &Dealership, invoice: &Value, body: Value) -> Answer {
    let mut asked = json!({"reason": "Wrong part"});
    for (field, value) in body.as_object().expect("fields") {
        asked[field] = value.clone();
    }
    dealership.one.manager.post(&format!("{INVOICES}/{}/credit-notes", id(invoice)), asked).await
}

/// Credits so much of the first line, before tax.
async fn reduce(dealership: &Dealership, invoice: &Value, amount: &str) -> Answer {
    credit(dealership, invoice, json!({"items": [{"srNo": 1, "amount": amount}]})).await
}

async fn whole(dealership: &Dealership, invoice: &Value) -> Answer {
    credit(dealership, invoice, json!({})).await
}

async fn entry(dealership: &Dealership, invoice: &Value, what: &str, amount: &str) -> Answer {
    let path = format!("{INVOICES}/{}/{what}", id(invoice));
    dealership.one.manager.post(&path, json!({"amount": amount, "method": "CASH"})).await
}

async fn set(dealership: &Dealership, invoice: &Value, body: Value) -> Answer {
    dealership.one.manager.patch(&format!("{INVOICES}/{}/status", id(invoice)), body).await
}

async fn pay(dealership: &Dealership, invoice: &Value) -> Value {
    set(dealership, invoice, json!({"status": "PAID"})).await.expect(200)
}

fn go_to(dealership: &Dealership, time: &str) {
    let time: DateTime<Utc> = time.parse().expect("a time");
    dealership.app.advance(time - dealership.app.clock.now());
}

#[track_caller]
fn assert_fields(document: &Value, expected: &[(&str, Value)]) {
    for (field, value) in expected {
        assert_eq!(document[*field], *value, "{field} of {document}");
    }
}

/// A completed card with two brake pads of 2500 each from stock, and its invoice: 2 × 2500 and the service of 5000.
async fn invoice_with_parts(dealership: &Dealership, part: &Value) -> Value {
    let centre = &dealership.one;
    let card = dealership.card_in_progress(centre).await;
    let path = format!("{CARDS}/{}", id(&card));
    let body = json!({"parts": [{"inventoryPartId": id(part), "requestedQty": 2}]});
    let request = centre.engineer.create(&format!("{path}/request-parts"), body).await;
    centre.inventory.patch(&format!("/api/parts-requests/{}/approve", id(&request)), json!({})).await.expect(200);
    let card = centre.engineer.patch(&format!("{path}/status"), json!({"status": "COMPLETED"})).await.expect(200);
    dealership.invoice_for(centre, &card).await
}

async fn sell(dealership: &Dealership, lines: Value) -> Value {
    let customer = dealership.customer().await;
    dealership.one.manager.create(INVOICES, json!({"customerId": id(&customer), "items": lines})).await
}

async fn stock(dealership: &Dealership, part: &Value) -> i64 {
    read(dealership, "/api/inventory/parts", &part["id"]).await["stockQuantity"].as_i64().unwrap()
}

async fn ledger(dealership: &Dealership, part: &Value) -> Vec<Value> {
    let path = format!("/api/inventory/parts/{}/transactions", id(part));
    dealership.one.inventory.get(&path).await.rows()
}

#[tokio::test]
async fn a_whole_credit_note_takes_an_invoice_back_and_its_card_can_be_invoiced_anew() {
    let dealership = open().await;
    let invoice = invoice(&dealership).await;
    dealership.app.advance(TimeDelta::days(1));
    let note = whole(&dealership, &invoice).await.expect(201);
    assert_fields(
        &note,
        &[
            ("creditNoteNumber", json!("CN-SC001-2026-0001")),
            ("gstCreditNoteNumber", json!("CN26-SC001-0001")),
            ("invoiceId", invoice["id"].clone()),
            ("invoiceNumber", invoice["invoiceNumber"].clone()),
            ("gstInvoiceNumber", invoice["gstInvoiceNumber"].clone()),
            ("invoiceDate", invoice["createdAt"].clone()),
            ("billTo", invoice["billTo"].clone()),
            ("placeOfSupply", json!("Maharashtra")),
            ("reason", json!("Wrong part")),
            ("taxableValue", json!("5000")),
            ("cgst", json!("450")),
            ("sgst", json!("450")),
            ("igst", json!("0")),
            ("grandTotal", json!("5900")),
        ],
    );
    let after = &note["invoice"];
    assert_fields(
        after,
        &[
            ("status", json!("CREDITED")),
            ("credited", json!("5900")),
            ("balance", json!("0")),
            ("refundDue", json!("0")),
            ("grandTotal", json!("5900")),
            ("paidAt", Value::Null),
        ],
    );
    assert_eq!(after["creditNotes"][0]["creditNoteNumber"], "CN-SC001-2026-0001");
    assert_eq!(*after, read(&dealership, INVOICES, &invoice["id"]).await);
    let credited = dealership.one.manager.get("/api/invoices?filter[status]=CREDITED").await;
    assert_eq!(credited.body["pagination"]["total"], 1);

    let card = read(&dealership, CARDS, &invoice["jobCardId"]).await;
    assert_fields(&card, &[("status", json!("COMPLETED")), ("invoiceId", Value::Null)]);
    let busy = vehicle(&dealership, &invoice).await;
    assert_fields(&busy, &[("currentStatus", json!("ACTIVE_JOB_CARD")), ("totalServices", json!(0))]);
    whole(&dealership, &invoice).await.refused(409, "INVALID_TRANSITION");
    entry(&dealership, &invoice, "payments", "1").await.refused(409, "OVERPAYMENT");
    set(&dealership, &invoice, json!({"status": "PAID"})).await.refused(409, "INVALID_TRANSITION");

    let again = dealership.invoice_for(&dealership.one, &card).await;
    assert_eq!(again["invoiceNumber"], "INV-SC001-2026-0002");
    pay(&dealership, &again).await;
    let free = vehicle(&dealership, &invoice).await;
    let expected =
        [("currentStatus", json!("AVAILABLE")), ("totalServices", json!(1)), ("totalSpent", json!("5900"))];
    assert_fields(&free, &expected);
}

#[tokio::test]
async fn of_a_paid_invoice_that_is_wholly_credited_the_service_is_not_counted_and_the_money_goes_back() {
    let dealership = open().await;
    let invoice = invoice(&dealership).await;
    let paid = pay(&dealership, &invoice).await;
    assert_eq!(history(&dealership, &invoice).await.len(), 1);
    let note = whole(&dealership, &invoice).await.expect(201);
    assert_fields(
        &note["invoice"],
        &[("status", json!("CREDITED")), ("refundDue", json!("5900")), ("paidAt", paid["paidAt"].clone())],
    );
    let after = vehicle(&dealership, &invoice).await;
    let expected =
        [("totalServices", json!(0)), ("totalSpent", json!("0")), ("currentStatus", json!("AVAILABLE"))];
    assert_fields(&after, &expected);
    assert!(history(&dealership, &invoice).await.is_empty());
    entry(&dealership, &invoice, "refunds", "5900.01").await.refused(409, "OVER_REFUND");
    entry(&dealership, &invoice, "refunds", "5000").await.expect(201);
    let refunded = entry(&dealership, &invoice, "refunds", "900").await.expect(201);
    assert_fields(
        &refunded,
        &[("status", json!("CREDITED")), ("amountPaid", json!("0")), ("refundDue", json!("0"))],
    );
    assert_eq!(vehicle(&dealership, &invoice).await, after, "money back moves no totals");

    // The right invoice for the same card; meanwhile the vehicle has come with another.
    let card = read(&dealership, CARDS, &invoice["jobCardId"]).await;
    let busy = json!({"id": invoice["vehicleId"], "customerId": invoice["customerId"]});
    let other = dealership.job_card_for(&dealership.two, &busy).await;
    let again = dealership.invoice_for(&dealership.one, &card).await;
    pay(&dealership, &again).await;
    let after = vehicle(&dealership, &invoice).await;
    let expected =
        [("totalServices", json!(1)), ("totalSpent", json!("5900")), ("activeJobCardId", other["id"].clone())];
    assert_fields(&after, &expected);
    assert_eq!(history(&dealership, &invoice).await[0]["invoiceNumber"], again["invoiceNumber"]);
}

#[tokio::test]
async fn a_card_whose_vehicle_left_when_it_was_paid_can_be_cancelled_after_its_invoice_is_credited() {
    let dealership = open().await;
    for comes_again in [false, true] {
        let invoice = invoice(&dealership).await;
        pay(&dealership, &invoice).await;
        whole(&dealership, &invoice).await.expect(201);
        if comes_again {
            let vehicle = json!({"id": invoice["vehicleId"], "customerId": invoice["customerId"]});
            dealership.job_card_for(&dealership.two, &vehicle).await;
        }
        let before = vehicle(&dealership, &invoice).await;
        let path = format!("{CARDS}/{}/cancel", invoice["jobCardId"].as_str().unwrap());
        let cancelled = dealership.one.manager.post(&path, json!({"reason": "Goodwill"})).await.expect(200);
        assert_eq!(cancelled["status"], "CANCELLED");
        assert_eq!(vehicle(&dealership, &invoice).await, before, "it is another's by now, or nobody's");
    }
}

#[tokio::test]
async fn what_a_vehicle_has_cost_does_not_depend_on_what_came_first() {
    let dealership = open().await;
    for credit_first in [true, false] {
        let invoice = invoice(&dealership).await;
        if credit_first {
            let note = reduce(&dealership, &invoice, "1000").await.expect(201);
            assert_fields(&note["invoice"], &[("status", json!("UNPAID")), ("balance", json!("4720"))]);
            assert_eq!(vehicle(&dealership, &invoice).await["totalSpent"], "0");
            let paid = pay(&dealership, &invoice).await;
            assert_eq!(paid["amountPaid"], "4720");
        } else {
            pay(&dealership, &invoice).await;
            let note = reduce(&dealership, &invoice, "1000").await.expect(201);
            assert_fields(&note["invoice"], &[("status", json!("PAID")), ("refundDue", json!("1180"))]);
            entry(&dealership, &invoice, "refunds", "1180").await.expect(201);
        }
        let shown = read(&dealership, INVOICES, &invoice["id"]).await;
        let expected = [("status", json!("PAID")), ("amountPaid", json!("4720")), ("balance", json!("0"))];
        assert_fields(&shown, &expected);
        let expected = [("totalServices", json!(1)), ("totalSpent", json!("4720"))];
        assert_fields(&vehicle(&dealership, &invoice).await, &expected);
        assert_eq!(history(&dealership, &invoice).await[0]["totalCost"], "4720");
    }
}

#[tokio::test]
async fn a_credit_note_after_which_nothing_is_left_to_pay_makes_the_invoice_paid() {
    let dealership = open().await;
    let invoice = invoice(&dealership).await;
    entry(&dealership, &invoice, "payments", "4720").await.expect(201);
    let note = reduce(&dealership, &invoice, "1000").await.expect(201);
    assert_fields(
        &note["invoice"],
        &[("status", json!("PAID")), ("balance", json!("0")), ("paidAt", note["createdAt"].clone())],
    );
    let expected =
        [("totalServices", json!(1)), ("totalSpent", json!("4720")), ("currentStatus", json!("AVAILABLE"))];
    assert_fields(&vehicle(&dealership, &invoice).await, &expected);
    assert_eq!(history(&dealership, &invoice).await[0]["totalCost"], "4720");
    let customer = read(&dealership, "/api/customers", &invoice["customerId"]).await;
    assert_eq!(customer["lastInvoiceNumber"], invoice["invoiceNumber"]);
}

#[tokio::test]
async fn lines_are_credited_by_pieces_and_by_amounts_until_nothing_is_left() {
    let dealership = open().await;
    let line = |name: &str, price: &str, quantity: i64, rate: u8| json!({"name": name, "hsnSacCode": "8708", "unitPrice": price, "quantity": quantity, "gstRate": rate});
    let lines = json!([line("Pads", "333.33", 3, 18), line("Oil", "99.99", 2, 5)]);
    let invoice = sell(&dealership, lines).await;
    assert_eq!((&invoice["grandTotal"], &invoice["roundOff"]), (&json!("1390"), &json!("0.03")));
    let one = json!({"items": [{"srNo": 1, "quantity": 1}, {"srNo": 2, "amount": "50.50"}]});
    let note = credit(&dealership, &invoice, one).await.expect(201);
    assert_fields(&note, &[("taxableValue", json!("383.83")), ("cgst", json!("31.26")), ("sgst", json!("31.26"))]);
    assert_fields(&note, &[("roundOff", json!("0")), ("grandTotal", json!("446.35"))]);
    let expected = [
        ("srNo", json!(1)),
        ("quantity", json!(1)),
        ("taxableValue", json!("333.33")),
        ("total", json!("393.33")),
    ];
    assert_fields(&note["items"][0], &expected);
    let expected =
        [("srNo", json!(2)), ("quantity", json!(0)), ("taxableValue", json!("50.50")), ("gstRate", json!(5))];
    assert_fields(&note["items"][1], &expected);
    let after = &note["invoice"];
    let expected =
        [("credited", json!("446.35")), ("balance", json!("943.65")), ("taxableValue", json!("1199.97"))];
    assert_fields(after, &expected);
    assert_fields(&after["items"][0], &[("creditedQuantity", json!(1)), ("creditedValue", json!("333.33"))]);

    for (items, field) in [
        (json!([{"srNo": 1, "quantity": 3}]), "items[0].quantity"),
        (json!([{"srNo": 2, "amount": "149.49"}]), "items[0].amount"),
        (json!([{"srNo": 2, "amount": 0}]), "items[0].amount"),
        (json!([{"srNo": 3, "quantity": 1}]), "items[0].srNo"),
        (json!([{"srNo": 1, "quantity": 1}, {"srNo": 1, "amount": 1}]), "items[1].srNo"),
        (json!([{"srNo": 1}]), "items[0].quantity"),
        (json!([{"srNo": 1, "quantity": 1, "amount": 1}]), "items[0].quantity"),
        (json!([{"srNo": 1, "quantity": 0}]), "items[0].quantity"),
        (json!([]), "items"),
    ] {
        let answer = credit(&dealership, &invoice, json!({"items": items})).await;
        answer.refused(422, "VALIDATION_FAILED").naming(field);
    }
    let nothing =
        dealership.one.manager.post(&format!("{INVOICES}/{}/credit-notes", id(&invoice)), json!({})).await;
    nothing.refused(422, "VALIDATION_FAILED").naming("reason");
    assert_eq!(*after, read(&dealership, INVOICES, &invoice["id"]).await);

    let rest = whole(&dealership, &invoice).await.expect(201);
    assert_fields(
        &rest,
        &[
            ("creditNoteNumber", json!("CN-SC001-2026-0002")),
            ("roundOff", json!("0.03")),
            ("grandTotal", json!("943.65")),
            ("taxableValue", json!("816.14")),
        ],
    );
    let expected = [("status", json!("CREDITED")), ("credited", json!("1390")), ("balance", json!("0"))];
    assert_fields(&rest["invoice"], &expected);
}

#[tokio::test]
async fn an_older_invoice_is_credited_at_the_rates_of_its_day_for_as_long_as_the_law_allows() {
    let dealership = open().await;
    go_to(&dealership, "2025-09-20T06:00:00Z");
    let line = |rate: u8| json!({"name": "Tyre", "unitPrice": 1000, "quantity": 1, "gstRate": rate});
    let old = sell(&dealership, json!([line(28), line(12)])).await;
    assert_eq!(old["grandTotal"], "2400");
    go_to(&dealership, "2026-01-15T06:00:00Z");
    let customer = dealership.customer().await;
    let body = json!({"customerId": id(&customer), "items": [line(28)]});
    dealership.one.manager.post(INVOICES, body).await.refused(422, "VALIDATION_FAILED");
    let note = credit(&dealership, &old, json!({"items": [{"srNo": 1, "quantity": 1}]})).await.expect(201);
    assert_fields(&note, &[("cgst", json!("140")), ("sgst", json!("140")), ("grandTotal", json!("1280"))]);
    assert_eq!(note["creditNoteNumber"], "CN-SC001-2025-0001", "January lies in the financial year before");
    go_to(&dealership, "2026-11-30T18:30:00Z");
    let late = whole(&dealership, &old).await.refused(409, "CREDIT_NOTE_TOO_LATE");
    assert!(late.text.contains("2026-11-30"), "{}", late.text);
    go_to(&dealership, "2026-11-30T18:29:59Z");
    let rest = whole(&dealership, &old).await.expect(201);
    assert_fields(&rest, &[("creditNoteNumber", json!("CN-SC001-2026-0001")), ("cgst", json!("60"))]);
}

#[tokio::test]
async fn parts_sold_over_the_counter_go_back_to_stock_when_asked_for() {
    let dealership = open().await;
    let (pads, oil) = (dealership.part(&dealership.one, 5).await, dealership.part(&dealership.one, 7).await);
    let line = |part: &Value, quantity: i64| json!({"inventoryPartId": id(part), "quantity": quantity});
    let invoice = sell(&dealership, json!([line(&pads, 2), line(&oil, 3), line(&pads, 1)])).await;
    assert_eq!((stock(&dealership, &pads).await, stock(&dealership, &oil).await), (2, 4));
    let some = json!({"items": [{"srNo": 1, "quantity": 1}, {"srNo": 3, "quantity": 1}, {"srNo": 2, "amount": 10}],
        "returnToStock": true});
    let note = credit(&dealership, &invoice, some).await.expect(201);
    assert_eq!(note["returnToStock"], true);
    assert_eq!((stock(&dealership, &pads).await, stock(&dealership, &oil).await), (4, 4));
    let ledger = ledger(&dealership, &pads).await;
    assert_fields(
        ledger.iter().find(|line| line["type"] == "SALE_REVERSAL").expect("a reversal"),
        &[
            ("delta", json!(2)),
            ("documentType", json!("credit note")),
            ("documentNumber", json!("CN-SC001-2026-0001")),
            ("reason", json!("CREDIT_NOTE")),
        ],
    );
    // The oil was used up: nothing of it comes back.
    let oil_back = json!({"items": [{"srNo": 2, "quantity": 3}]});
    credit(&dealership, &invoice, oil_back).await.expect(201);
    assert_eq!(stock(&dealership, &oil).await, 4);
    credit(&dealership, &invoice, json!({"returnToStock": true})).await.expect(201);
    assert_eq!((stock(&dealership, &pads).await, stock(&dealership, &oil).await), (5, 4));
    let balance = dealership.admin.get("/api/inventory/reconciliation").await.expect(200);
    assert_eq!(balance["differences"], 0, "{balance}");
}

#[tokio::test]
async fn a_part_that_was_deleted_meanwhile_is_put_back() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 2).await;
    let invoice = sell(&dealership, json!([{"inventoryPartId": id(&part), "quantity": 2}])).await;
    let path = format!("/api/inventory/parts/{}", id(&part));
    dealership.one.inventory.delete(&path).await.expect(200);
    credit(&dealership, &invoice, json!({"returnToStock": true})).await.expect(201);
    assert_eq!(stock(&dealership, &part).await, 2);
}

#[tokio::test]
async fn parts_of_a_card_go_back_to_stock_and_off_the_card() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 5).await;
    let invoice = invoice_with_parts(&dealership, &part).await;
    assert_eq!((stock(&dealership, &part).await, &invoice["items"][0]["quantity"]), (3, &json!(2)));
    let one = json!({"items": [{"srNo": 1, "quantity": 1}], "returnToStock": true});
    let note = credit(&dealership, &invoice, one).await.expect(201);
    assert_eq!((&note["grandTotal"], stock(&dealership, &part).await), (&json!("2950"), 4));
    let card = read(&dealership, CARDS, &invoice["jobCardId"]).await;
    assert_eq!((&card["status"], &card["items"][0]["qty"]), (&json!("INVOICED"), &json!(1)));
    let entry = ledger(&dealership, &part).await.into_iter().find(|line| line["type"] == "RETURN").unwrap();
    let expected = [("delta", json!(1)), ("documentNumber", json!("CN-SC001-2026-0001"))];
    assert_fields(&entry, &expected);

    credit(&dealership, &invoice, json!({"returnToStock": true})).await.expect(201);
    assert_eq!(stock(&dealership, &part).await, 5);
    let card = read(&dealership, CARDS, &invoice["jobCardId"]).await;
    assert_fields(&card, &[("status", json!("COMPLETED")), ("items", json!([])), ("invoiceId", Value::Null)]);
    let cancel = format!("{CARDS}/{}/cancel", id(&card));
    dealership.one.manager.post(&cancel, json!({"reason": "Not repaired"})).await.expect(200);
    assert_eq!(stock(&dealership, &part).await, 5, "nothing comes back twice");
    assert_eq!(vehicle(&dealership, &invoice).await["currentStatus"], "AVAILABLE");
    let balance = dealership.admin.get("/api/inventory/reconciliation").await.expect(200);
    assert_eq!(balance["differences"], 0, "{balance}");
}

#[tokio::test]
async fn parts_that_stay_in_the_vehicle_are_invoiced_again() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 5).await;
    let invoice = invoice_with_parts(&dealership, &part).await;
    whole(&dealership, &invoice).await.expect(201);
    assert_eq!(stock(&dealership, &part).await, 3);
    let card = read(&dealership, CARDS, &invoice["jobCardId"]).await;
    assert_eq!((&card["status"], &card["items"][0]["qty"]), (&json!("COMPLETED"), &json!(2)));
    let again = dealership.invoice_for(&dealership.one, &card).await;
    assert_eq!(again["grandTotal"], invoice["grandTotal"]);
}

#[tokio::test]
async fn a_cancelled_invoice_is_not_credited_and_a_credited_one_not_cancelled() {
    let dealership = open().await;
    let cancelled = invoice(&dealership).await;
    let cancel = json!({"status": "CANCELLED", "reason": "Wrong customer"});
    set(&dealership, &cancelled, cancel.clone()).await.expect(200);
    whole(&dealership, &cancelled).await.refused(409, "INVALID_TRANSITION");
    let credited = invoice(&dealership).await;
    reduce(&dealership, &credited, "100").await.expect(201);
    set(&dealership, &credited, cancel.clone()).await.refused(409, "USE_CREDIT_NOTE");
    dealership.app.advance(chrono::TimeDelta::seconds(1));
    whole(&dealership, &credited).await.expect(201);
    set(&dealership, &credited, cancel).await.refused(409, "INVALID_TRANSITION");
    let answer = set(&dealership, &credited, json!({"status": "CREDITED"})).await;
    answer.refused(422, "VALIDATION_FAILED").naming("status");
    let notes = dealership.one.manager.get(NOTES).await.rows();
    let numbers: Vec<&Value> = notes.iter().map(|note| &note["creditNoteNumber"]).collect();
    assert_eq!(numbers, ["CN-SC001-2026-0002", "CN-SC001-2026-0001"], "what was refused took no number");
}

#[tokio::test]
async fn feedback_and_a_credit_note_leave_each_other_alone_in_the_history() {
    let dealership = open().await;
    let invoice = invoice(&dealership).await;
    pay(&dealership, &invoice).await;
    let card = format!("{CARDS}/{}", invoice["jobCardId"].as_str().unwrap());
    let said = json!({"customerFeedback": "Excellent", "feedbackRating": 5});
    dealership.one.manager.patch(&card, said).await.expect(200);
    reduce(&dealership, &invoice, "1000").await.expect(201);
    dealership.one.manager.patch(&card, json!({"feedbackRating": 4})).await.expect(200);
    let lines = history(&dealership, &invoice).await;
    let expected =
        [("totalCost", json!("4720")), ("customerFeedback", json!("Excellent")), ("feedbackRating", json!(4))];
    assert_fields(&lines[0], &expected);
    let nothing = json!({"customerFeedback": null, "feedbackRating": null});
    dealership.one.manager.patch(&card, nothing).await.expect(200);
    assert_fields(&history(&dealership, &invoice).await[0], &[("customerFeedback", Value::Null)]);
    whole(&dealership, &invoice).await.expect(201);
    dealership.one.manager.patch(&card, json!({"feedbackRating": 1})).await.expect(200);
    assert!(history(&dealership, &invoice).await.is_empty(), "feedback makes no line");
}

#[tokio::test]
async fn lists_are_filtered_and_show_relations() {
    let dealership = open().await;
    let first = invoice(&dealership).await;
    let note = reduce(&dealership, &first, "100").await.expect(201);
    dealership.app.advance(TimeDelta::days(1));
    let second = sell(&dealership, json!([{"name": "Mat", "unitPrice": 100, "quantity": 2, "gstRate": 18}])).await;
    let other = credit(&dealership, &second, json!({"items": [{"srNo": 1, "quantity": 1}]})).await.expect(201);
    for (query, expected) in [
        (String::new(), vec![id(&other), id(&note)]),
        ("?sort=createdAt".to_owned(), vec![id(&note), id(&other)]),
        ("?filter[createdAt]=2026-11-24".to_owned(), vec![id(&other)]),
        (format!("?filter[invoiceId]={}", id(&first)), vec![id(&note)]),
        (format!("?filter[customerId]={}", second["customerId"].as_str().unwrap()), vec![id(&other)]),
        ("?filter[creditNoteNumber]=CN-SC001-2026-0002".to_owned(), vec![id(&other)]),
        ("?filter[invoiceNumber]=INV-SC001-2026-0001".to_owned(), vec![id(&note)]),
    ] {
        let answer = dealership.one.manager.get(&format!("{NOTES}{query}")).await;
        assert_eq!(answer.body["pagination"]["total"], expected.len(), "{query}");
        let rows = answer.rows();
        assert_eq!(rows.iter().map(id).collect::<Vec<_>>(), expected, "{query}");
    }
    let path = format!("{NOTES}/{}?expand=invoice,customer,vehicle,jobCard,serviceCenter,items", id(&note));
    let shown = dealership.one.advisor.get(&path).await.expect(200);
    assert_eq!((&shown["invoice"]["id"], &shown["jobCard"]["id"]), (&first["id"], &first["jobCardId"]));
    assert_eq!(shown["serviceCenter"]["code"], "SC001");
    assert!(dealership.two.manager.get(NOTES).await.rows().is_empty());
    dealership.two.manager.get(&format!("{NOTES}/{}", id(&note))).await.refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn only_who_may_change_invoices_credits_them() {
    let dealership = open().await;
    let invoice = invoice(&dealership).await;
    let path = format!("{INVOICES}/{}/credit-notes", id(&invoice));
    let body = json!({"reason": "Wrong part"});
    let one = &dealership.one;
    for client in [&one.advisor, &one.engineer, &one.inventory, &dealership.central] {
        client.post(&path, body.clone()).await.refused(403, "FORBIDDEN");
    }
    dealership.two.manager.post(&path, body.clone()).await.refused(404, "NOT_FOUND");
    let request = one.manager.request(Method::POST, &path).header("if-match", "\"7\"");
    request.json(&body).send().await.refused(412, "VERSION_MISMATCH");
    let note = dealership.admin.create(&path, body).await;
    assert_eq!(note["creditNoteNumber"], "CN-SC001-2026-0001");
}

#[tokio::test]
async fn a_credit_note_repeated_with_its_key_is_issued_once() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 5).await;
    let invoice = sell(&dealership, json!([{"inventoryPartId": id(&part), "quantity": 3}])).await;
    let path = format!("{INVOICES}/{}/credit-notes", id(&invoice));
    let body = json!({"reason": "Returned", "items": [{"srNo": 1, "quantity": 1}], "returnToStock": true});
    let mut texts = BTreeSet::new();
    for _ in 0..3 {
        let request = dealership.one.manager.request(Method::POST, &path).header("idempotency-key", "k1");
        texts.insert(request.json(&body).send().await.text);
    }
    assert_eq!((texts.len(), stock(&dealership, &part).await), (1, 3));
    assert_eq!(dealership.one.manager.get(NOTES).await.body["pagination"]["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_credit_notes_at_once_for_ten_pieces_ten_are_issued_with_consecutive_numbers() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 10).await;
    let invoice = sell(&dealership, json!([{"inventoryPartId": id(&part), "quantity": 10}])).await;
    let one = json!({"items": [{"srNo": 1, "quantity": 1}], "returnToStock": true});
    let answers = join_all((0..20).map(|_| async {
        for _ in 0..50 {
            let answer = credit(&dealership, &invoice, one.clone()).await;
            if answer.status != 503 {
                return answer;
            }
        }
        panic!("refused fifty times")
    }))
    .await;
    let (issued, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    let issued: Vec<Value> = issued.into_iter().map(|answer| answer.expect(201)).collect();
    let numbers: BTreeSet<&str> = issued.iter().map(|note| note["creditNoteNumber"].as_str().unwrap()).collect();
    let expected: BTreeSet<String> = (1..=10).map(|n| format!("CN-SC001-2026-{n:04}")).collect();
    assert_eq!(numbers, expected.iter().map(String::as_str).collect());
    assert_eq!(refused.len(), 10);
    for answer in refused {
        assert!(matches!(answer.status.as_u16(), 409 | 422), "{}", answer.text);
    }
    assert_eq!(stock(&dealership, &part).await, 10);
    let shown = read(&dealership, INVOICES, &invoice["id"]).await;
    let expected =
        [("status", json!("CREDITED")), ("credited", shown["grandTotal"].clone()), ("balance", json!("0"))];
    assert_fields(&shown, &expected);
}
