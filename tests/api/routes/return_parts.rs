//! Parts that a job card took and did not use go back into stock.

use dms_testkit::{Answer, Centre, Dealership};
use serde_json::{Value, json};

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

/// A card in work that took these quantities of these parts.
async fn card_with(dealership: &Dealership, centre: &Centre, parts: &[(&Value, i64)]) -> Value {
    let card = dealership.card_in_progress(centre).await;
    let path = format!("/api/job-cards/{}", id(&card));
    let lines: Vec<Value> = parts
        .iter()
        .map(|(part, quantity)| json!({"inventoryPartId": id(part), "requestedQty": quantity}))
        .collect();
    let request = centre.engineer.create(&format!("{path}/request-parts"), json!({"parts": lines})).await;
    let approve = format!("/api/parts-requests/{}/approve", id(&request));
    centre.inventory.patch(&approve, json!({})).await.expect(200);
    centre.manager.get(&path).await.expect(200)
}

fn unused(card: &Value, lines: &[(usize, i64)]) -> Value {
    let lines = lines.iter().map(|(item, qty)| json!({"itemId": id(&card["items"][*item]), "quantity": qty}));
    json!({"items": lines.collect::<Vec<_>>()})
}

async fn give_back(dealership: &Dealership, card: &Value, body: Value) -> Answer {
    dealership.one.inventory.post(&format!("/api/job-cards/{}/return-parts", id(card)), body).await
}

async fn card_now(dealership: &Dealership, card: &Value) -> Value {
    dealership.one.manager.get(&format!("/api/job-cards/{}", id(card))).await.expect(200)
}

/// The stock, which is the sum of the ledger, and what came back according to it.
async fn stock(dealership: &Dealership, part: &Value) -> (i64, Vec<i64>) {
    let path = format!("/api/inventory/parts/{}", id(part));
    let stock = dealership.one.inventory.get(&path).await.expect(200)["stockQuantity"].as_i64().unwrap();
    let ledger = dealership.one.inventory.get(&format!("{path}/transactions?limit=100")).await.rows();
    assert_eq!(ledger.iter().filter_map(|line| line["delta"].as_i64()).sum::<i64>(), stock);
    let back = ledger.iter().filter(|line| line["type"] == "RETURN").filter_map(|line| line["delta"].as_i64());
    (stock, back.collect())
}

#[tokio::test]
async fn what_was_not_used_leaves_the_card_and_is_in_stock_again() {
    let dealership = open().await;
    let (pad, oil) = (dealership.part(&dealership.one, 10).await, dealership.part(&dealership.one, 10).await);
    let card = card_with(&dealership, &dealership.one, &[(&pad, 4), (&oil, 2)]).await;
    assert_eq!((stock(&dealership, &pad).await.0, stock(&dealership, &oil).await.0), (6, 8));
    let less = give_back(&dealership, &card, unused(&card, &[(0, 1), (1, 2)])).await.expect(200);
    let items = less["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["qty"], &items[0]["amount"]), (1, &json!(3), &json!("7500")));
    assert_eq!(less["status"], "IN_PROGRESS");
    assert_eq!(card_now(&dealership, &card).await["items"], less["items"]);
    assert_eq!((stock(&dealership, &pad).await, stock(&dealership, &oil).await), ((7, vec![1]), (10, vec![2])));
    let path = format!("/api/inventory/parts/{}/transactions?filter[type]=RETURN", id(&pad));
    let entry = dealership.one.inventory.get(&path).await.rows().remove(0);
    assert_eq!(entry["documentNumber"], card["jobCardNumber"]);
    // Also once the work is done; and a cancellation then returns no more than what is left.
    let status = format!("/api/job-cards/{}/status", id(&card));
    dealership.one.engineer.patch(&status, json!({"status": "COMPLETED"})).await.expect(200);
    give_back(&dealership, &card, unused(&card, &[(0, 1)])).await.expect(200);
    assert_eq!(stock(&dealership, &pad).await.0, 8);
    let cancel = format!("/api/job-cards/{}/cancel", id(&card));
    dealership.one.manager.post(&cancel, json!({"reason": "No"})).await.expect(200);
    assert_eq!((stock(&dealership, &pad).await.0, stock(&dealership, &oil).await.0), (10, 10));
}

#[tokio::test]
async fn two_items_of_one_part_go_back_together() {
    let dealership = open().await;
    let part = dealership.part_with_minimum(&dealership.one, 10, 8).await;
    let card = card_with(&dealership, &dealership.one, &[(&part, 3), (&part, 2)]).await;
    assert_eq!(dealership.one.inventory.get("/api/inventory/low-stock").await.rows().len(), 1);
    let less = give_back(&dealership, &card, unused(&card, &[(0, 3), (1, 1)])).await.expect(200);
    assert_eq!((less["items"].as_array().unwrap().len(), &less["items"][0]["qty"]), (1, &json!(1)));
    assert_eq!(stock(&dealership, &part).await, (9, vec![4]));
    assert!(dealership.one.inventory.get("/api/inventory/low-stock").await.rows().is_empty());
}

#[tokio::test]
async fn a_wrong_return_names_its_line_and_changes_nothing() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 10).await;
    let card = card_with(&dealership, &dealership.one, &[(&part, 4)]).await;
    let work = json!({"itemType": "work_item", "partName": "Work", "qty": 1, "unitPrice": 100});
    let items = format!("/api/job-cards/{}/items", id(&card));
    let card = dealership.one.engineer.create(&items, work).await;
    let other = card_with(&dealership, &dealership.one, &[(&part, 1)]).await;
    let before = card_now(&dealership, &card).await;
    for (body, named) in [
        (unused(&card, &[(0, 5)]), "items[0].quantity"),
        (unused(&card, &[(0, 0)]), "items[0].quantity"),
        (unused(&card, &[(0, 1), (1, 1)]), "items[1].itemId"),
        (unused(&card, &[(0, 1), (0, 1)]), "items[1].itemId"),
        (unused(&other, &[(0, 1)]), "items[0].itemId"),
        (json!({"items": []}), "items"),
        (json!({"items": [{"itemId": id(&card["items"][0])}]}), "items[0].quantity"),
        (json!({}), "items"),
    ] {
        let answer = give_back(&dealership, &card, body.clone()).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.text);
        answer.refused(422, "VALIDATION_FAILED").naming(named);
    }
    let good = unused(&card, &[(0, 1)]);
    let path = format!("/api/job-cards/{}/return-parts", id(&card));
    for client in [&dealership.one.engineer, &dealership.one.advisor, &dealership.central] {
        client.post(&path, good.clone()).await.refused(403, "FORBIDDEN");
    }
    dealership.two.inventory.post(&path, good.clone()).await.refused(404, "NOT_FOUND");
    let late = dealership.one.manager.request(axum::http::Method::POST, &path).header("if-match", "\"1\"");
    late.json(&good).send().await.refused(412, "VERSION_MISMATCH");
    assert_eq!(card_now(&dealership, &card).await, before);
    assert_eq!(stock(&dealership, &part).await, (5, vec![]));
    dealership.one.manager.post(&path, good).await.expect(200);
    assert_eq!(stock(&dealership, &part).await, (6, vec![1]));
}

#[tokio::test]
async fn nothing_is_returned_from_a_card_that_is_invoiced_or_cancelled() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 10).await;
    for end in ["invoice", "cancel"] {
        let card = card_with(&dealership, &dealership.one, &[(&part, 2)]).await;
        let body = unused(&card, &[(0, 1)]);
        if end == "cancel" {
            let cancel = format!("/api/job-cards/{}/cancel", id(&card));
            dealership.one.manager.post(&cancel, json!({"reason": "No"})).await.expect(200);
        } else {
            let status = format!("/api/job-cards/{}/status", id(&card));
            dealership.one.engineer.patch(&status, json!({"status": "COMPLETED"})).await.expect(200);
            dealership.invoice_for(&dealership.one, &card).await;
        }
        let before = (card_now(&dealership, &card).await, stock(&dealership, &part).await);
        give_back(&dealership, &card, body).await.refused(409, "JOB_CARD_CLOSED");
        assert_eq!((card_now(&dealership, &card).await, stock(&dealership, &part).await), before, "{end}");
    }
    assert_eq!(stock(&dealership, &part).await.0, 8);
}

#[tokio::test]
async fn a_return_repeated_with_its_key_happens_once_and_brings_back_a_deleted_part() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 3).await;
    let card = card_with(&dealership, &dealership.one, &[(&part, 3)]).await;
    let path = format!("/api/inventory/parts/{}", id(&part));
    dealership.one.inventory.delete(&path).await.expect(200);
    let returned = format!("/api/job-cards/{}/return-parts", id(&card));
    let body = unused(&card, &[(0, 2)]);
    let mut answers = Vec::new();
    for _ in 0..2 {
        let request = dealership.one.inventory.request(axum::http::Method::POST, &returned);
        answers.push(request.header("idempotency-key", "k1").json(&body).send().await);
    }
    assert_eq!((answers[0].status.as_u16(), &answers[0].text), (200, &answers[1].text));
    assert_eq!(stock(&dealership, &part).await, (2, vec![2]));
    assert_eq!(dealership.one.inventory.get("/api/inventory").await.body["pagination"]["total"], 1);
}
