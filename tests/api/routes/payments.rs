//! Payments: of invoices in parts, refunds, advances on job cards.

use axum::http::Method;
use dms_testkit::{Answer, Client, Dealership};
use futures::future::join_all;
use serde_json::{Value, json};

const INVOICES: &str = "/api/invoices";
const CARDS: &str = "/api/job-cards";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

async fn read(dealership: &Dealership, path: &str, document: &Value) -> Value {
    dealership.admin.get(&format!("{path}/{}", id(document))).await.expect(200)
}

/// An invoice of a card, of 5900.
async fn invoice(dealership: &Dealership) -> Value {
    let card = dealership.completed_card(&dealership.one).await;
    dealership.invoice_for(&dealership.one, &card).await
}

async fn post(
    client: &Client,
    (path, document, what): (&str, &Value, &str),
    amount: &str,
    method: &str,
) -> Answer {
    let body = json!({"amount": amount, "method": method, "reference": "R-1"});
    client.post(&format!("{path}/{}/{what}", id(document)), body).await
}

async fn pay(dealership: &Dealership, invoice: &Value, amount: &str) -> Answer {
    post(&dealership.one.manager, (INVOICES, invoice, "payments"), amount, "CASH").await
}

async fn refund(dealership: &Dealership, invoice: &Value, amount: &str) -> Answer {
    post(&dealership.one.manager, (INVOICES, invoice, "refunds"), amount, "CASH").await
}

async fn advance(dealership: &Dealership, card: &Value, amount: &str) -> Answer {
    post(&dealership.one.manager, (CARDS, card, "payments"), amount, "UPI").await
}

async fn give_back(dealership: &Dealership, card: &Value, amount: &str) -> Answer {
    post(&dealership.one.manager, (CARDS, card, "refunds"), amount, "UPI").await
}

async fn set(dealership: &Dealership, invoice: &Value, body: Value) -> Answer {
    dealership.one.manager.patch(&format!("{INVOICES}/{}/status", id(invoice)), body).await
}

#[track_caller]
fn assert_money(document: &Value, status: &str, (paid, balance, refund_due): (&str, &str, &str)) {
    let found = ["status", "amountPaid", "balance", "refundDue"].map(|field| document[field].as_str().unwrap());
    assert_eq!(found, [status, paid, balance, refund_due], "{document}");
}

/// Type and amount of each entry.
fn entries(document: &Value, field: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let entries = document[field].as_array().unwrap().iter();
    entries.map(|entry| (text(&entry["type"]), text(&entry["amount"]))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(kind, amount)| ((*kind).to_owned(), (*amount).to_owned())).collect()
}

#[tokio::test]
async fn an_invoice_is_paid_in_parts_and_is_paid_by_itself_with_the_last() {
    let dealership = open().await;
    let invoice = invoice(&dealership).await;
    let first =
        post(&dealership.one.manager, (INVOICES, &invoice, "payments"), "2000.50", "UPI").await.expect(201);
    assert_money(&first, "PARTIALLY_PAID", ("2000.50", "3899.50", "0"));
    let receipt = &first["receipt"];
    assert_eq!(*receipt, first["payments"][0]);
    for (field, value) in [("type", "PAYMENT"), ("amount", "2000.50"), ("method", "UPI"), ("reference", "R-1")] {
        assert_eq!(receipt[field], value, "{field}");
    }
    assert_eq!(receipt["receivedAt"], "2026-11-23T04:30:00.000Z");
    let me = dealership.one.manager.get("/api/auth/me").await.expect(200);
    assert_eq!(receipt["receivedById"], me["id"]);
    let vehicle = json!({"id": invoice["vehicleId"]});
    let before = read(&dealership, "/api/vehicles", &vehicle).await;
    assert_eq!((&before["totalSpent"], &before["currentStatus"]), (&json!("0"), &json!("ACTIVE_JOB_CARD")));

    let last = pay(&dealership, &invoice, "3899.50").await.expect(201);
    assert_money(&last, "PAID", ("5900", "0", "0"));
    assert_eq!((&last["paidAt"], &last["version"]), (&json!("2026-11-23T04:30:00.000Z"), &json!(3)));
    assert_eq!(entries(&last, "payments"), pairs(&[("PAYMENT", "2000.50"), ("PAYMENT", "3899.50")]));
    assert_ne!(last["payments"][0]["id"], last["payments"][1]["id"]);
    let vehicle = read(&dealership, "/api/vehicles", &vehicle).await;
    for (field, value) in [
        ("totalServices", json!(1)),
        ("totalSpent", json!("5900")),
        ("currentStatus", json!("AVAILABLE")),
        ("activeJobCardId", Value::Null),
    ] {
        assert_eq!(vehicle[field], value, "{field}");
    }
    let customer = read(&dealership, "/api/customers", &json!({"id": invoice["customerId"]})).await;
    assert_eq!(customer["lastInvoiceNumber"], invoice["invoiceNumber"]);
    let history = format!("/api/vehicles/{}/service-history", id(&vehicle));
    assert_eq!(dealership.admin.get(&history).await.rows()[0]["totalCost"], "5900");
    let paid = dealership.one.manager.get("/api/invoices?filter[status]=PAID").await;
    assert_eq!(paid.body["pagination"]["total"], 1);

    // Marking it PAID afterwards is the same invoice, and adds nothing.
    let again = set(&dealership, &invoice, json!({"status": "PAID"})).await.expect(200);
    assert_eq!(again["payments"], last["payments"]);
    assert_eq!(read(&dealership, "/api/vehicles", &vehicle).await, vehicle);
}

#[tokio::test]
async fn marking_paid_records_the_rest_as_one_payment() {
    let dealership = open().await;
    let invoice = invoice(&dealership).await;
    pay(&dealership, &invoice, "900").await.expect(201);
    let paid = set(&dealership, &invoice, json!({"status": "PAID", "method": "CARD"})).await.expect(200);
    assert_money(&paid, "PAID", ("5900", "0", "0"));
    assert_eq!(entries(&paid, "payments"), pairs(&[("PAYMENT", "900"), ("PAYMENT", "5000")]));
    assert_eq!(paid["payments"][1]["method"], "CARD");
}

#[tokio::test]
async fn more_than_the_balance_is_refused_naming_it_and_changes_nothing() {
    let dealership = open().await;
    let invoice = invoice(&dealership).await;
    let refused = pay(&dealership, &invoice, "5900.01").await.refused(409, "OVERPAYMENT");
    assert!(refused.text.contains("the balance is 5900"), "{}", refused.text);
    let partly = pay(&dealership, &invoice, "900").await.expect(201);
    let refused = pay(&dealership, &invoice, "5900").await.refused(409, "OVERPAYMENT");
    assert!(refused.text.contains("the balance is 5000"), "{}", refused.text);
    let shown = read(&dealership, INVOICES, &invoice).await;
    assert_eq!((&shown["payments"], &shown["version"]), (&partly["payments"], &json!(2)));
    let paid = pay(&dealership, &invoice, "5000").await.expect(201);
    let refused = pay(&dealership, &invoice, "0.01").await.refused(409, "OVERPAYMENT");
    assert!(refused.text.contains("the balance is 0"), "{}", refused.text);
    assert_eq!(read(&dealership, INVOICES, &invoice).await["version"], paid["version"]);
}

#[tokio::test]
async fn an_amount_is_more_than_nothing_and_a_method_one_of_four() {
    let dealership = open().await;
    let invoice = invoice(&dealership).await;
    let path = format!("{INVOICES}/{}/payments", id(&invoice));
    let long = "x".repeat(101);
    for (body, field) in [
        (json!({"amount": 0, "method": "CASH"}), "amount"),
        (json!({"amount": -5, "method": "CASH"}), "amount"),
        (json!({"amount": "1.001", "method": "CASH"}), "amount"),
        (json!({"method": "CASH"}), "amount"),
        (json!({"amount": 5}), "method"),
        (json!({"amount": 5, "method": "CHEQUE"}), "method"),
        (json!({"amount": 5, "method": "UPI", "reference": long}), "reference"),
    ] {
        let answer = dealership.one.manager.post(&path, body.clone()).await;
        answer.refused(422, "VALIDATION_FAILED").naming(field);
        let refund = format!("{INVOICES}/{}/refunds", id(&invoice));
        dealership.one.manager.post(&refund, body).await.refused(422, "VALIDATION_FAILED").naming(field);
    }
    assert_eq!(read(&dealership, INVOICES, &invoice).await["version"], 1);
}

#[tokio::test]
async fn what_was_paid_in_part_can_be_given_back_and_the_invoice_be_cancelled_then() {
    let dealership = open().await;
    let invoice = invoice(&dealership).await;
    refund(&dealership, &invoice, "1").await.refused(409, "OVER_REFUND");
    pay(&dealership, &invoice, "900").await.expect(201);
    let cancel = json!({"status": "CANCELLED", "reason": "Wrong customer"});
    set(&dealership, &invoice, cancel.clone()).await.refused(409, "INVALID_TRANSITION");
    let refused = refund(&dealership, &invoice, "900.01").await.refused(409, "OVER_REFUND");
    assert!(refused.text.contains("900 can be given back"), "{}", refused.text);
    let some = refund(&dealership, &invoice, "300").await.expect(201);
    assert_money(&some, "PARTIALLY_PAID", ("600", "5300", "0"));
    assert_eq!((&some["receipt"]["type"], &some["receipt"]["amount"]), (&json!("REFUND"), &json!("300")));
    let all = refund(&dealership, &invoice, "600").await.expect(201);
    assert_money(&all, "UNPAID", ("0", "5900", "0"));
    assert_eq!(entries(&all, "payments"), pairs(&[("PAYMENT", "900"), ("REFUND", "300"), ("REFUND", "600")]));
    let unpaid = dealership.one.manager.get("/api/invoices?filter[status]=UNPAID").await;
    assert_eq!(unpaid.body["pagination"]["total"], 1, "the list follows");

    set(&dealership, &invoice, cancel).await.expect(200);
    pay(&dealership, &invoice, "1").await.refused(409, "INVALID_TRANSITION");
    refund(&dealership, &invoice, "1").await.refused(409, "OVER_REFUND");
    let vehicle = read(&dealership, "/api/vehicles", &json!({"id": invoice["vehicleId"]})).await;
    assert_eq!((&vehicle["totalServices"], &vehicle["totalSpent"]), (&json!(0), &json!("0")));
}

#[tokio::test]
async fn of_a_paid_invoice_nothing_is_given_back_without_a_credit_note() {
    let dealership = open().await;
    let invoice = invoice(&dealership).await;
    let paid = set(&dealership, &invoice, json!({"status": "PAID"})).await.expect(200);
    let refused = refund(&dealership, &invoice, "1").await.refused(409, "OVER_REFUND");
    assert!(refused.text.contains("credit note"), "{}", refused.text);
    assert_eq!(read(&dealership, INVOICES, &invoice).await, paid);
}

#[tokio::test]
async fn paying_for_a_sale_over_the_counter_touches_no_vehicle() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    let line = json!({"name": "Mat", "unitPrice": 100, "quantity": 1, "gstRate": 18});
    let body = json!({"customerId": id(&customer), "items": [line]});
    let customer = read(&dealership, "/api/customers", &customer).await;
    let sale = dealership.one.manager.create(INVOICES, body).await;
    pay(&dealership, &sale, "18").await.expect(201);
    assert_eq!(pay(&dealership, &sale, "100").await.expect(201)["status"], "PAID");
    assert_eq!(read(&dealership, "/api/vehicles", &vehicle).await, vehicle);
    assert_eq!(read(&dealership, "/api/customers", &customer).await, customer);
}

#[tokio::test]
async fn an_invoice_that_asks_for_nothing_is_paid_at_once() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let path = format!("{CARDS}/{}", id(&card));
    let item = json!({"itemType": "part", "partName": "Bulb", "qty": 1, "unitPrice": 1000, "isWarranty": true});
    dealership.one.engineer.post(&format!("{path}/items"), item).await.expect(201);
    dealership.one.engineer.patch(&format!("{path}/status"), json!({"status": "COMPLETED"})).await.expect(200);
    let body = json!({"customerId": card["customerId"], "jobCardId": card["id"]});
    let invoice = dealership.one.manager.create(INVOICES, body).await;
    assert_money(&invoice, "PAID", ("0", "0", "0"));
    assert_eq!(entries(&invoice, "payments"), []);
    let vehicle = read(&dealership, "/api/vehicles", &json!({"id": card["vehicleId"]})).await;
    assert_eq!((&vehicle["currentStatus"], &vehicle["totalServices"]), (&json!("AVAILABLE"), &json!(1)));
    let again = set(&dealership, &invoice, json!({"status": "PAID"})).await.expect(200);
    assert_eq!((&again["version"], &again["payments"]), (&json!(1), &json!([])));
}

#[tokio::test]
async fn an_advance_is_taken_over_by_the_invoice() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let taken = advance(&dealership, &card, "2000").await.expect(201);
    assert_eq!((&taken["advancePaid"], &taken["status"]), (&json!("2000"), &json!("IN_PROGRESS")));
    assert_eq!(taken["receipt"], taken["advances"][0]);
    assert_eq!((&taken["receipt"]["type"], &taken["receipt"]["method"]), (&json!("ADVANCE"), &json!("UPI")));
    give_back(&dealership, &card, "500").await.expect(201);
    let refused = give_back(&dealership, &card, "1500.01").await.refused(409, "OVER_REFUND");
    assert!(refused.text.contains("1500 can be given back"), "{}", refused.text);
    let status = format!("{CARDS}/{}/status", id(&card));
    let card = dealership.one.engineer.patch(&status, json!({"status": "COMPLETED"})).await.expect(200);
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    assert_money(&invoice, "PARTIALLY_PAID", ("1500", "4400", "0"));
    assert_eq!(entries(&invoice, "payments"), pairs(&[("ADVANCE", "2000"), ("REFUND", "500")]));
    assert_eq!(invoice["payments"][0], taken["receipt"], "the very entry, with its receipt's id");
    let after = read(&dealership, CARDS, &card).await;
    assert_eq!((&after["advances"], &after["advancePaid"]), (&json!([]), &json!("0")), "it is there once");
    advance(&dealership, &card, "1").await.refused(409, "JOB_CARD_CLOSED");
    let refused = give_back(&dealership, &card, "1").await.refused(409, "OVER_REFUND");
    assert!(refused.text.contains("invoice"), "{}", refused.text);
    let vehicle = read(&dealership, "/api/vehicles", &json!({"id": card["vehicleId"]})).await;
    assert_eq!(vehicle["totalSpent"], "0");
    let paid = pay(&dealership, &invoice, "4400").await.expect(201);
    assert_money(&paid, "PAID", ("5900", "0", "0"));
    let vehicle = read(&dealership, "/api/vehicles", &json!({"id": card["vehicleId"]})).await;
    assert_eq!((&vehicle["totalSpent"], &vehicle["totalServices"]), (&json!("5900"), &json!(1)));
}

#[tokio::test]
async fn an_advance_of_all_or_more_makes_the_invoice_paid_from_the_beginning() {
    let dealership = open().await;
    for (paid, due) in [("5900", "0"), ("6000.50", "100.50")] {
        let card = dealership.completed_card(&dealership.one).await;
        advance(&dealership, &card, paid).await.expect(201);
        let invoice = dealership.invoice_for(&dealership.one, &card).await;
        assert_money(&invoice, "PAID", (paid, "0", due));
        assert_eq!((&invoice["paidAt"], &invoice["version"]), (&invoice["createdAt"], &json!(1)));
        let vehicle = read(&dealership, "/api/vehicles", &json!({"id": card["vehicleId"]})).await;
        assert_eq!((&vehicle["totalSpent"], &vehicle["totalServices"]), (&json!("5900"), &json!(1)));
        assert_eq!(vehicle["currentStatus"], "AVAILABLE");
        let history = format!("/api/vehicles/{}/service-history", id(&vehicle));
        assert_eq!(dealership.admin.get(&history).await.rows().len(), 1);
        if due != "0" {
            refund(&dealership, &invoice, "100.51").await.refused(409, "OVER_REFUND");
            let back = refund(&dealership, &invoice, due).await.expect(201);
            assert_money(&back, "PAID", ("5900", "0", "0"));
        }
        assert_eq!(read(&dealership, "/api/vehicles", &vehicle).await, vehicle, "once");
    }
}

#[tokio::test]
async fn an_advance_on_a_cancelled_card_is_given_back() {
    let dealership = open().await;
    let card = dealership.job_card(&dealership.one).await;
    advance(&dealership, &card, "700").await.expect(201);
    let path = format!("{CARDS}/{}", id(&card));
    dealership.one.manager.post(&format!("{path}/cancel"), json!({"reason": "No time"})).await.expect(200);
    assert_eq!(read(&dealership, CARDS, &card).await["advancePaid"], "700");
    advance(&dealership, &card, "1").await.refused(409, "JOB_CARD_CLOSED");
    let held = dealership.one.manager.delete(&path).await.refused(409, "ADVANCE_HELD");
    assert!(held.text.contains("700"), "{}", held.text);
    give_back(&dealership, &card, "700.01").await.refused(409, "OVER_REFUND");
    let back = give_back(&dealership, &card, "700").await.expect(201);
    assert_eq!((&back["advancePaid"], &back["status"]), (&json!("0"), &json!("CANCELLED")));
    assert_eq!(entries(&back, "advances"), pairs(&[("ADVANCE", "700"), ("REFUND", "700")]));
    dealership.one.manager.delete(&path).await.expect(200);
}

#[tokio::test]
async fn an_invoice_holds_a_hundred_entries_and_always_the_one_that_settles_it() {
    let dealership = open().await;
    let invoice = invoice(&dealership).await;
    for _ in 0..100 {
        pay(&dealership, &invoice, "1").await.expect(201);
    }
    let refused = pay(&dealership, &invoice, "1").await.refused(409, "TOO_MANY_PAYMENTS");
    assert!(refused.text.contains("100"), "{}", refused.text);
    let paid = pay(&dealership, &invoice, "5800").await.expect(201);
    assert_money(&paid, "PAID", ("5900", "0", "0"));
    assert_eq!(paid["payments"].as_array().unwrap().len(), 101);
}

#[tokio::test]
async fn a_job_card_holds_twenty_entries_and_always_the_one_that_gives_all_back() {
    let dealership = open().await;
    let card = dealership.job_card(&dealership.one).await;
    for _ in 0..20 {
        advance(&dealership, &card, "1").await.expect(201);
    }
    advance(&dealership, &card, "1").await.refused(409, "TOO_MANY_PAYMENTS");
    give_back(&dealership, &card, "1").await.refused(409, "TOO_MANY_PAYMENTS");
    assert_eq!(give_back(&dealership, &card, "20").await.expect(201)["advancePaid"], "0");
}

#[tokio::test]
async fn only_who_may_change_invoices_takes_money() {
    let dealership = open().await;
    let (invoice, card) = (invoice(&dealership).await, dealership.job_card(&dealership.one).await);
    let one = &dealership.one;
    for target in [(INVOICES, &invoice, "payments"), (CARDS, &card, "payments")] {
        for client in [&one.advisor, &one.engineer, &one.inventory, &dealership.central] {
            post(client, target, "1", "CASH").await.refused(403, "FORBIDDEN");
        }
        post(&dealership.two.manager, target, "1", "CASH").await.refused(404, "NOT_FOUND");
        post(&dealership.admin, target, "1", "CASH").await.expect(201);
    }
    assert_eq!(read(&dealership, INVOICES, &invoice).await["amountPaid"], "1");
}

#[tokio::test]
async fn if_match_of_an_older_version_takes_nothing() {
    let dealership = open().await;
    let (invoice, card) = (invoice(&dealership).await, dealership.job_card(&dealership.one).await);
    for (path, document) in [(INVOICES, &invoice), (CARDS, &card)] {
        let path = format!("{path}/{}/payments", id(document));
        let request = dealership.one.manager.request(Method::POST, &path).header("if-match", "\"7\"");
        let body = json!({"amount": 1, "method": "CASH"});
        request.json(&body).send().await.refused(412, "VERSION_MISMATCH");
        let request = dealership.one.manager.request(Method::POST, &path).header("if-match", "\"1\"");
        request.json(&body).send().await.expect(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_payment_fifty_times_at_once_counts_once() {
    let dealership = open().await;
    let (invoice, card) = (invoice(&dealership).await, dealership.job_card(&dealership.one).await);
    for (path, document) in [(INVOICES, &invoice), (CARDS, &card)] {
        let url = format!("{path}/{}/payments", id(document));
        let body = json!({"amount": "1000", "method": "UPI", "reference": "4017"});
        let send = || async {
            for _ in 0..20 {
                let request = dealership.one.manager.request(Method::POST, &url).header("idempotency-key", path);
                let answer = request.json(&body).send().await;
                if answer.status != 503 {
                    return answer;
                }
            }
            panic!("refused twenty times")
        };
        let answers = join_all((0..50).map(|_| send())).await;
        for answer in &answers {
            assert_eq!((answer.status.as_u16(), &answer.text), (201, &answers[0].text));
        }
        let shown = read(&dealership, path, document).await;
        let entries = shown.get("payments").or(shown.get("advances")).unwrap().as_array().unwrap();
        assert_eq!((entries.len(), &shown["version"]), (1, &json!(2)), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_different_payments_at_once_never_exceed_the_total() {
    let dealership = open().await;
    let invoice = invoice(&dealership).await;
    let answers = join_all((0..50).map(|n| {
        let (dealership, invoice) = (&dealership, &invoice);
        async move {
            for _ in 0..100 {
                // The odd paisa of fewer than a hundred payments leaves something to be paid, whichever they are.
                let answer = pay(dealership, invoice, &format!("{}.01", 150 + n)).await;
                if answer.status != 503 {
                    return answer;
                }
            }
            panic!("refused a hundred times")
        }
    }))
    .await;
    let shown = read(&dealership, INVOICES, &invoice).await;
    let taken = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(shown["payments"].as_array().unwrap().len(), taken);
    let paise = |value: &Value| (value.as_str().unwrap().parse::<f64>().unwrap() * 100.0).round() as i64;
    let sum: i64 = shown["payments"].as_array().unwrap().iter().map(|entry| paise(&entry["amount"])).sum();
    assert_eq!(sum, paise(&shown["amountPaid"]));
    assert!(sum <= 590_000, "{sum}");
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.refused(409, "OVERPAYMENT");
    }
    assert_eq!(shown["status"], "PARTIALLY_PAID");
    let rest = pay(&dealership, &invoice, shown["balance"].as_str().unwrap()).await.expect(201);
    assert_money(&rest, "PAID", ("5900", "0", "0"));
}
