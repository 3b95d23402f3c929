//! Deliveries of purchase orders: what goes into Central's stock, and what is refused and changes nothing.

use axum::http::Method;
use chrono::TimeDelta;
use dms_testkit::{Answer, Dealership};
use futures::future::join_all;
use serde_json::{Value, json};

const ORDERS: &str = "/api/purchase-orders";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

/// An approved order of these parts and quantities.
async fn ordered(dealership: &Dealership, lines: &[(&Value, i64)]) -> Value {
    let supplier = dealership.supplier().await;
    let lines: Vec<Value> = lines
        .iter()
        .map(|(part, quantity)| {
            json!({"centralInventoryPartId": id(part), "quantity": quantity, "unitPrice": 40000, "gstRate": 18})
        })
        .collect();
    let order = dealership.central.create(ORDERS, json!({"supplierId": id(&supplier), "items": lines})).await;
    let path = format!("{ORDERS}/{}", id(&order));
    dealership.central.patch(&format!("{path}/submit"), json!({})).await.expect(200);
    dealership.admin.patch(&format!("{path}/approve"), json!({})).await.expect(200)
}

/// What came of a line: received, accepted, rejected.
fn came(order: &Value, line: usize, (received, accepted, rejected): (i64, i64, i64)) -> Value {
    json!({"itemId": id(&order["items"][line]), "receivedQty": received, "acceptedQty": accepted,
        "rejectedQty": rejected, "condition": "GOOD"})
}

async fn receive(dealership: &Dealership, order: &Value, lines: Value, invoice: Option<&str>) -> Answer {
    let path = format!("{ORDERS}/{}/receive", id(order));
    dealership.central.patch(&path, json!({"receivedItems": lines, "invoiceNumber": invoice})).await
}

async fn read(dealership: &Dealership, order: &Value) -> Value {
    dealership.central.get(&format!("{ORDERS}/{}", id(order))).await.expect(200)
}

async fn ledger(dealership: &Dealership, part: &Value) -> Vec<Value> {
    let path = format!("/api/central-inventory/parts/{}/transactions?sort=createdAt&limit=100", id(part));
    dealership.central.get(&path).await.rows()
}

/// The stock, which is the sum of the ledger, and how many entries that has.
async fn stock(dealership: &Dealership, part: &Value) -> (i64, usize) {
    let path = format!("/api/central-inventory/parts/{}", id(part));
    let stock = dealership.central.get(&path).await.expect(200)["stockQuantity"].as_i64().unwrap();
    let ledger = ledger(dealership, part).await;
    let sum: i64 = ledger.iter().filter_map(|line| line["delta"].as_i64()).sum();
    assert_eq!(stock, sum, "stock is the sum of the ledger");
    (stock, ledger.len())
}

#[tokio::test]
async fn workflow_1_draft_submit_approve_receive_as_the_specification_says_it() {
    let dealership = open().await;
    let (supplier, part) = (dealership.supplier().await, dealership.central_part(500).await);
    let body = json!({"supplierId": id(&supplier), "orderDate": "2026-11-23",
        "expectedDeliveryDate": "2026-11-30", "paymentTerms": "Net 30 days",
        "items": [{"centralInventoryPartId": id(&part), "quantity": 100, "unitPrice": 40000, "gstRate": 18}]});
    let order = dealership.central.create(ORDERS, body).await;
    assert_eq!((&order["poNumber"], &order["status"]), (&json!("PO-2026-0001"), &json!("DRAFT")));
    let path = format!("{ORDERS}/{}", id(&order));
    let submitted = dealership.central.patch(&format!("{path}/submit"), Value::Null).await.expect(200);
    assert_eq!(submitted["status"], "PENDING_APPROVAL");
    let me = dealership.admin.get("/api/auth/me").await.expect(200);
    let approval = json!({"approvedBy": me["id"], "notes": "Approved"});
    let approved = dealership.admin.patch(&format!("{path}/approve"), approval).await.expect(200);
    assert_eq!(approved["status"], "APPROVED");
    dealership.app.advance(TimeDelta::seconds(1));
    let item = id(&order["items"][0]);
    let delivery = json!({"receivedItems": [{"itemId": item, "receivedQty": 100, "acceptedQty": 98,
        "rejectedQty": 2, "condition": "GOOD"}], "invoiceNumber": "SUP-INV-001"});
    let received = dealership.central.patch(&format!("{path}/receive"), delivery).await.expect(200);
    assert_eq!((&received["status"], &received["version"]), (&json!("COMPLETED"), &json!(4)));
    let line = &received["items"][0];
    assert_eq!(
        (&line["receivedQty"], &line["acceptedQty"], &line["rejectedQty"]),
        (&json!(100), &json!(98), &json!(2))
    );
    let delivery = &received["deliveries"][0];
    assert_eq!((&delivery["number"], &delivery["invoiceNumber"]), (&json!(1), &json!("SUP-INV-001")));
    assert_eq!(delivery["items"][0]["condition"], "GOOD");
    assert_eq!(stock(&dealership, &part).await, (598, 2));
    let entry = ledger(&dealership, &part).await.pop().unwrap();
    for (field, value) in [
        ("type", json!("PURCHASE")),
        ("delta", json!(98)),
        ("documentType", json!("purchase order")),
        ("documentNumber", json!("PO-2026-0001")),
        ("variance", Value::Null),
    ] {
        assert_eq!(entry[field], value, "{field}");
    }
    assert_eq!(read(&dealership, &order).await, received);
    let path = format!("/api/central-inventory/parts/{}", id(&part));
    let part = dealership.central.get(&path).await.expect(200);
    assert_eq!((&part["available"], &part["allocated"]), (&json!(598), &json!(0)));
}

#[tokio::test]
async fn short_deliveries_leave_the_order_open_until_every_line_has_come() {
    let dealership = open().await;
    let (oil, pad) = (dealership.central_part(0).await, dealership.central_part(5).await);
    let order = ordered(&dealership, &[(&oil, 10), (&pad, 4)]).await;
    for (lines, invoice, status, stocks) in [
        (json!([came(&order, 0, (3, 3, 0))]), "I-1", "PARTIALLY_RECEIVED", (3, 5)),
        (json!([came(&order, 0, (3, 1, 2)), came(&order, 1, (1, 1, 0))]), "I-2", "PARTIALLY_RECEIVED", (4, 6)),
        (json!([came(&order, 1, (3, 0, 3))]), "I-3", "PARTIALLY_RECEIVED", (4, 6)),
        (json!([came(&order, 0, (4, 4, 0))]), "I-4", "COMPLETED", (8, 6)),
    ] {
        let received = receive(&dealership, &order, lines, Some(invoice)).await.expect(200);
        assert_eq!(received["status"], status, "{invoice}");
        assert_eq!((stock(&dealership, &oil).await.0, stock(&dealership, &pad).await.0), stocks, "{invoice}");
        let listed = dealership.central.get(&format!("{ORDERS}?filter[status]={status}")).await;
        assert_eq!(listed.body["pagination"]["total"], 1, "{invoice}");
    }
    let done = read(&dealership, &order).await;
    let line = |place: usize| {
        let item = &done["items"][place];
        [&item["receivedQty"], &item["acceptedQty"], &item["rejectedQty"]].map(|value| value.as_i64().unwrap())
    };
    assert_eq!((line(0), line(1)), ([10, 8, 2], [4, 1, 3]));
    assert_eq!(done["deliveries"].as_array().unwrap().len(), 4);
    assert_eq!(done["deliveries"][3]["number"], 4);
    assert_eq!(stock(&dealership, &pad).await.1, 2, "what is rejected leaves no entry");
    let more = receive(&dealership, &order, json!([came(&order, 0, (1, 1, 0))]), Some("I-5")).await;
    more.refused(409, "INVALID_TRANSITION");
    assert_eq!((stock(&dealership, &oil).await.0, read(&dealership, &order).await), (8, done));
}

#[tokio::test]
async fn goods_that_have_arrived_are_inspected_and_then_received() {
    let dealership = open().await;
    let part = dealership.central_part(0).await;
    let order = ordered(&dealership, &[(&part, 10)]).await;
    let arrive = format!("{ORDERS}/{}/arrive", id(&order));
    let arrived = dealership.central.patch(&arrive, json!({})).await.expect(200);
    assert_eq!((&arrived["status"], stock(&dealership, &part).await), (&json!("RECEIVED"), (0, 0)));
    let received = receive(&dealership, &order, json!([came(&order, 0, (6, 6, 0))]), None).await.expect(200);
    assert_eq!(received["status"], "PARTIALLY_RECEIVED");
    dealership.central.patch(&arrive, json!({})).await.expect(200);
    // Deliveries without an invoice are told apart by nothing: each counts.
    let received = receive(&dealership, &order, json!([came(&order, 0, (4, 4, 0))]), None).await.expect(200);
    assert_eq!(received["status"], "COMPLETED");
    dealership.central.patch(&arrive, json!({})).await.refused(409, "INVALID_TRANSITION");
    assert_eq!(stock(&dealership, &part).await, (10, 2));
}

#[tokio::test]
async fn a_wrong_delivery_names_its_field_and_changes_nothing() {
    let dealership = open().await;
    let (oil, pad) = (dealership.central_part(0).await, dealership.central_part(5).await);
    let order = ordered(&dealership, &[(&oil, 10), (&pad, 4)]).await;
    let other = ordered(&dealership, &[(&oil, 10)]).await;
    receive(&dealership, &order, json!([came(&order, 0, (1, 1, 0))]), Some("I-1")).await.expect(200);
    let before = read(&dealership, &order).await;
    let good = came(&order, 1, (4, 4, 0));
    let many: Vec<Value> = (0..41).map(|_| good.clone()).collect();
    for (lines, invoice, status, code, named) in [
        (json!([good, came(&order, 0, (10, 10, 0))]), "I-2", 409, "OVER_RECEIPT", "receivedItems[1].receivedQty"),
        (json!([good]), "I-1", 409, "DELIVERY_ALREADY_RECEIVED", ""),
        (json!([good, came(&other, 0, (1, 1, 0))]), "I-2", 422, "VALIDATION_FAILED", "receivedItems[1].itemId"),
        (
            json!([good, came(&order, 0, (5, 3, 1))]),
            "I-2",
            422,
            "VALIDATION_FAILED",
            "receivedItems[1].receivedQty",
        ),
        (
            json!([good, came(&order, 0, (5, 5, 1))]),
            "I-2",
            422,
            "VALIDATION_FAILED",
            "receivedItems[1].receivedQty",
        ),
        (
            json!([good, came(&order, 0, (0, 0, 0))]),
            "I-2",
            422,
            "VALIDATION_FAILED",
            "receivedItems[1].receivedQty",
        ),
        (
            json!([good, came(&order, 0, (1, 2, -1))]),
            "I-2",
            422,
            "VALIDATION_FAILED",
            "receivedItems[1].rejectedQty",
        ),
        (
            json!([came(&order, 1, (2, 2, 0)), came(&order, 1, (2, 2, 0))]),
            "I-2",
            422,
            "VALIDATION_FAILED",
            "receivedItems[1].itemId",
        ),
        (json!([]), "I-2", 422, "VALIDATION_FAILED", "receivedItems"),
        (json!(many), "I-2", 422, "VALIDATION_FAILED", "receivedItems"),
        (
            json!([{"itemId": id(&order["items"][0])}]),
            "I-2",
            422,
            "VALIDATION_FAILED",
            "receivedItems[0].receivedQty",
        ),
    ] {
        let answer = receive(&dealership, &order, lines.clone(), Some(invoice)).await;
        assert_eq!(answer.status.as_u16(), status, "{lines}: {}", answer.text);
        let answer = answer.refused(status, code);
        if named.is_empty() {
            assert!(answer.text.contains("I-1"), "{}", answer.text);
        } else {
            answer.naming(named);
        }
        assert_eq!(read(&dealership, &order).await, before, "{lines}");
        assert_eq!((stock(&dealership, &oil).await, stock(&dealership, &pad).await), ((1, 1), (5, 1)), "{lines}");
    }
    // The same invoice on another order is another supplier's business.
    receive(&dealership, &other, json!([came(&other, 0, (10, 10, 0))]), Some("I-1")).await.expect(200);
    // Told as such even when the delivery completed the order.
    let again = receive(&dealership, &other, json!([came(&other, 0, (10, 10, 0))]), Some("I-1")).await;
    again.refused(409, "DELIVERY_ALREADY_RECEIVED");
    assert_eq!(stock(&dealership, &oil).await, (11, 2));
}

#[tokio::test]
async fn nothing_is_received_of_an_order_that_is_not_approved() {
    let dealership = open().await;
    let part = dealership.central_part(0).await;
    let supplier = dealership.supplier().await;
    let body = json!({"supplierId": id(&supplier),
        "items": [{"centralInventoryPartId": id(&part), "quantity": 10, "unitPrice": 1}]});
    let order = dealership.central.create(ORDERS, body).await;
    let lines = json!([came(&order, 0, (10, 10, 0))]);
    receive(&dealership, &order, lines.clone(), None).await.refused(409, "INVALID_TRANSITION");
    dealership.central.patch(&format!("{ORDERS}/{}/submit", id(&order)), json!({})).await.expect(200);
    receive(&dealership, &order, lines.clone(), None).await.refused(409, "INVALID_TRANSITION");
    let cancel = json!({"reason": "Not needed"});
    dealership.central.patch(&format!("{ORDERS}/{}/cancel", id(&order)), cancel).await.expect(200);
    receive(&dealership, &order, lines, None).await.refused(409, "INVALID_TRANSITION");
    assert_eq!(stock(&dealership, &part).await, (0, 0));
}

#[tokio::test]
async fn forty_lines_are_received_in_one_transaction() {
    let dealership = open().await;
    let mut parts = Vec::new();
    for n in 0..40 {
        // Half of them below their minimum, to be taken out of the low list by the delivery.
        parts.push(dealership.central_part_with_minimum(n % 2, 1).await);
    }
    let lines: Vec<(&Value, i64)> = parts.iter().map(|part| (part, 10)).collect();
    let order = ordered(&dealership, &lines).await;
    let delivered: Vec<Value> = (0..40).map(|line| came(&order, line, (10, 9, 1))).collect();
    let received = receive(&dealership, &order, json!(delivered), Some("I-1")).await.expect(200);
    assert_eq!(received["status"], "COMPLETED");
    for (n, part) in parts.iter().enumerate() {
        assert_eq!(stock(&dealership, part).await.0, 9 + i64::try_from(n % 2).unwrap(), "{n}");
    }
    let low = dealership.central.get("/api/central-inventory/low-stock").await;
    assert_eq!(low.body["pagination"]["total"], 0);
}

#[tokio::test]
async fn the_same_part_on_two_lines_is_added_up() {
    let dealership = open().await;
    let part = dealership.central_part(1).await;
    let order = ordered(&dealership, &[(&part, 10), (&part, 5)]).await;
    let lines = json!([came(&order, 0, (10, 9, 1)), came(&order, 1, (5, 5, 0))]);
    let received = receive(&dealership, &order, lines, None).await.expect(200);
    assert_eq!(received["status"], "COMPLETED");
    assert_eq!(stock(&dealership, &part).await, (15, 2));
    let entry = ledger(&dealership, &part).await.into_iter().find(|entry| entry["type"] == "PURCHASE").unwrap();
    assert_eq!(entry["delta"], 14);
}

#[tokio::test]
async fn a_delivery_repeated_with_its_key_counts_once() {
    let dealership = open().await;
    let part = dealership.central_part(0).await;
    let order = ordered(&dealership, &[(&part, 10)]).await;
    let body = json!({"receivedItems": [came(&order, 0, (4, 4, 0))]});
    let path = format!("{ORDERS}/{}/receive", id(&order));
    let request =
        || dealership.central.request(Method::PATCH, &path).header("idempotency-key", "d1").json(&body).send();
    let answers = [request().await, request().await, request().await];
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.text == answers[0].text));
    assert_eq!(stock(&dealership, &part).await, (4, 1));
    let late = dealership.central.request(Method::PATCH, &path).header("if-match", "\"3\"").json(&body);
    late.send().await.refused(412, "VERSION_MISMATCH");
    assert_eq!(stock(&dealership, &part).await, (4, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_delivery_booked_by_many_at_once_counts_once() {
    let dealership = open().await;
    let part = dealership.central_part(0).await;
    let order = ordered(&dealership, &[(&part, 10)]).await;
    let lines = json!([came(&order, 0, (6, 6, 0))]);
    let answers = join_all((0..30).map(|_| async {
        for _ in 0..20 {
            let answer = receive(&dealership, &order, lines.clone(), Some("I-1")).await;
            if answer.status != 503 {
                return answer;
            }
        }
        panic!("refused twenty times")
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.refused(409, "DELIVERY_ALREADY_RECEIVED");
    }
    assert_eq!(stock(&dealership, &part).await, (6, 1));
}

#[tokio::test]
async fn a_part_deleted_while_it_was_on_order_is_there_again_with_its_delivery() {
    let dealership = open().await;
    let (gone, kept) = (dealership.central_part_with_minimum(0, 3).await, dealership.central_part(2).await);
    let order = ordered(&dealership, &[(&gone, 10), (&kept, 1)]).await;
    let path = format!("/api/central-inventory/parts/{}", id(&gone));
    dealership.central.delete(&path).await.expect(200);
    let lines = json!([came(&order, 0, (9, 8, 1)), came(&order, 1, (1, 1, 0))]);
    receive(&dealership, &order, lines, None).await.expect(200);
    let back = dealership.central.get(&path).await.expect(200);
    assert_eq!((&back["partNumber"], &back["stockQuantity"]), (&gone["partNumber"], &json!(8)));
    assert_eq!((&back["available"], &back["lowStock"]), (&json!(8), &json!(false)));
    assert_eq!((stock(&dealership, &gone).await, stock(&dealership, &kept).await), ((8, 1), (3, 2)));
    let list = dealership.central.get("/api/central-inventory").await;
    assert_eq!(list.body["pagination"]["total"], 2);
    assert_eq!(list.rows().len(), 2);
    // All that is rejected brings nothing back.
    dealership
        .central
        .patch(
            &format!("{path}/adjust-stock"),
            json!({"adjustmentType": "SET", "quantity": 0, "reason": "SCRAPPED"}),
        )
        .await
        .expect(200);
    dealership.central.delete(&path).await.expect(200);
    let done = receive(&dealership, &order, json!([came(&order, 0, (1, 0, 1))]), None).await.expect(200);
    assert_eq!(done["status"], "COMPLETED");
    dealership.central.get(&path).await.refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn forty_parts_deleted_meanwhile_come_back_with_four_deliveries() {
    let dealership = open().await;
    let mut parts = Vec::new();
    for _ in 0..40 {
        parts.push(dealership.central_part(0).await);
    }
    let lines: Vec<(&Value, i64)> = parts.iter().map(|part| (part, 2)).collect();
    let order = ordered(&dealership, &lines).await;
    for part in &parts {
        dealership.central.delete(&format!("/api/central-inventory/parts/{}", id(part))).await.expect(200);
    }
    let delivered: Vec<Value> = (0..40).map(|line| came(&order, line, (2, 2, 0))).collect();
    // Each takes three writes, and one for each word, of the hundred that one transaction has: refused as a whole, not as an error of ours.
    receive(&dealership, &order, json!(delivered), Some("I-1")).await.refused(409, "TOO_MANY_CHANGES");
    assert_eq!(read(&dealership, &order).await, order);
    assert_eq!(dealership.central.get("/api/central-inventory").await.body["pagination"]["total"], 0);
    for (n, some) in delivered.chunks(10).enumerate() {
        let done = receive(&dealership, &order, json!(some), Some(&format!("I-{n}"))).await.expect(200);
        assert_eq!(done["status"], if n == 3 { "COMPLETED" } else { "PARTIALLY_RECEIVED" });
    }
    for part in &parts {
        assert_eq!(stock(&dealership, part).await, (2, 1));
    }
}

#[tokio::test]
async fn an_order_of_the_longest_words_takes_all_its_deliveries_and_then_says_that_it_is_full() {
    let dealership = open().await;
    let supplier = dealership.supplier().await;
    let longest = |count: usize| "\u{1F50B}".repeat(count);
    let mut lines = Vec::new();
    for n in 0..40 {
        let body = json!({"partName": longest(100), "partNumber": format!("{}{n:02}", longest(98)),
            "category": "Battery", "unitPrice": 1, "costPrice": 1, "gstRate": 18});
        let part = dealership.central.create("/api/central-inventory/parts", body).await;
        lines.push(json!({"centralInventoryPartId": id(&part), "quantity": 10_000_000, "unitPrice": 1}));
    }
    let body = json!({"supplierId": id(&supplier), "items": lines, "notes": longest(2_000)});
    let order = dealership.central.create(ORDERS, body).await;
    let path = format!("{ORDERS}/{}", id(&order));
    dealership.central.patch(&format!("{path}/submit"), json!({})).await.expect(200);
    dealership.admin.patch(&format!("{path}/approve"), json!({"notes": longest(2_000)})).await.expect(200);
    let came: Vec<Value> = (0..40).map(|line| came(&order, line, (100_000, 50_000, 50_000))).collect();
    for delivery in 1..=100 {
        let number = format!("{}{delivery:03}", longest(97));
        let body = json!({"receivedItems": came, "invoiceNumber": number, "notes": longest(500)});
        let request = dealership.central.request(Method::PATCH, &format!("{path}/receive"));
        let answer = request.header("idempotency-key", &format!("delivery-{delivery}")).json(&body).send().await;
        if answer.status != 200 {
            answer.refused(409, "TOO_MANY_DELIVERIES");
            assert_eq!(delivery, 41);
            return;
        }
    }
    panic!("the order never said that it is full");
}

#[tokio::test]
async fn deliveries_of_a_deleted_part_at_the_same_moment_are_all_received() {
    let dealership = open().await;
    let part = dealership.central_part(0).await;
    let lines = [(&part, 1)];
    let orders = join_all((0..12).map(|_| ordered(&dealership, &lines))).await;
    dealership.central.delete(&format!("/api/central-inventory/parts/{}", id(&part))).await.expect(200);
    let receipts =
        orders.iter().map(|order| receive(&dealership, order, json!([came(order, 0, (1, 1, 0))]), None));
    for answer in join_all(receipts).await {
        answer.expect(200);
    }
    assert_eq!(stock(&dealership, &part).await, (12, 12));
}

#[tokio::test]
async fn an_order_whose_rest_will_not_come_is_closed_and_moves_no_stock() {
    let dealership = open().await;
    let part = dealership.central_part(0).await;
    let order = ordered(&dealership, &[(&part, 100)]).await;
    let close = async |reason: Value| {
        let path = format!("{ORDERS}/{}/close", id(&order));
        dealership.central.patch(&path, json!({ "reason": reason })).await
    };
    close(json!("Discontinued")).await.refused(409, "NOTHING_RECEIVED");
    receive(&dealership, &order, json!([came(&order, 0, (60, 60, 0))]), Some("SUP-1")).await.expect(200);
    close(Value::Null).await.refused(422, "VALIDATION_FAILED").naming("reason");
    let closed = close(json!("Discontinued")).await.expect(200);
    assert_eq!((&closed["status"], &closed["decisionNotes"]), (&json!("COMPLETED"), &json!("Discontinued")));
    assert_eq!(stock(&dealership, &part).await, (60, 1));
    close(json!("Again")).await.refused(409, "INVALID_TRANSITION");
    let late = receive(&dealership, &order, json!([came(&order, 0, (40, 40, 0))]), Some("SUP-2")).await;
    late.refused(409, "INVALID_TRANSITION");
    assert_eq!(read(&dealership, &order).await, closed);
}
