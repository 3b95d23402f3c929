//! Parts issues the other way: what a centre sends back to Central.

use dms_testkit::{Answer, Client, Dealership};
use serde_json::{Value, json};

const ISSUES: &str = "/api/parts-issues";

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

/// A dealership whose centre one has ten pieces of a part of Central's, which has ninety more.
async fn open() -> (Dealership, Value, Value) {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let part = dealership.central_part(100).await;
    let issue = dealership.dispatched_issue(&dealership.one, &[(&part, 10)]).await;
    let line = json!({"itemId": id(&issue["items"][0]), "receivedQty": 10});
    step(&dealership.one.manager, &issue, "receive", json!({"receivedItems": [line]})).await.expect(200);
    let own = dealership.one.inventory.get("/api/inventory").await.rows().remove(0);
    (dealership, part, own)
}

async fn step(client: &Client, issue: &Value, step: &str, body: Value) -> Answer {
    client.patch(&format!("{ISSUES}/{}/{step}", id(issue)), body).await
}

fn back(lines: Value) -> Value {
    json!({"direction": "CENTER_TO_CENTRAL", "items": lines, "notes": "Too many"})
}

fn line(part: &Value, quantity: i64) -> Value {
    json!({"inventoryPartId": id(part), "requestedQty": quantity})
}

fn came(issue: &Value, mut line: Value) -> Value {
    line["itemId"] = issue["items"][0]["id"].clone();
    json!({"receivedItems": [line]})
}

/// Stock of Central and of the centre, each the sum of its ledger, and what is under way.
async fn stocks(dealership: &Dealership, part: &Value, own: &Value) -> (i64, i64, i64) {
    let of = async |client: &Client, path: String| {
        let now = client.get(&path).await.expect(200);
        let ledger = client.get(&format!("{path}/transactions?limit=100")).await.rows();
        let sum: i64 = ledger.iter().filter_map(|line| line["delta"].as_i64()).sum();
        assert_eq!(now["stockQuantity"], sum, "stock is the sum of the ledger");
        now
    };
    let central = of(&dealership.central, format!("/api/central-inventory/parts/{}", id(part))).await;
    let centre = of(&dealership.one.inventory, format!("/api/inventory/parts/{}", id(own))).await;
    assert_eq!(central["allocated"], 0, "a return promises nothing");
    assert_eq!(centre["inTransit"], 0, "nothing is on its way to the centre");
    let quantity = |part: &Value, field: &str| part[field].as_i64().expect("a quantity");
    (quantity(&central, "stockQuantity"), quantity(&central, "inTransit"), quantity(&centre, "stockQuantity"))
}

#[tokio::test]
async fn a_return_is_asked_for_approved_sent_by_its_centre_and_received_by_central() {
    let (dealership, part, own) = open().await;
    let issue = dealership.one.inventory.create(ISSUES, back(json!([line(&own, 4)]))).await;
    for (field, value) in [
        ("issueNumber", json!("PI-2026-0002")),
        ("direction", json!("CENTER_TO_CENTRAL")),
        ("status", json!("PENDING_APPROVAL")),
        ("toServiceCenterId", Value::Null),
        ("fromServiceCenterId", json!(dealership.one.id)),
        ("serviceCenterId", json!(dealership.one.id)),
        ("notes", json!("Too many")),
    ] {
        assert_eq!(issue[field], value, "{field}");
    }
    let item = &issue["items"][0];
    assert_eq!((&item["centralInventoryPartId"], &item["inventoryPartId"]), (&part["id"], &own["id"]));
    assert_eq!(stocks(&dealership, &part, &own).await, (90, 0, 10));
    for client in [&dealership.one.inventory, &dealership.central] {
        step(client, &issue, "approve", json!({})).await.refused(403, "FORBIDDEN");
    }
    let approved = step(&dealership.admin, &issue, "approve", json!({})).await.expect(200);
    assert_eq!(approved["status"], "APPROVED");
    assert_eq!(stocks(&dealership, &part, &own).await, (90, 4, 6));
    step(&dealership.two.inventory, &issue, "dispatch", json!({})).await.refused(404, "NOT_FOUND");
    let sent = step(&dealership.one.inventory, &issue, "dispatch", json!({})).await.expect(200);
    assert_eq!(
        (&sent["status"], &sent["dispatches"][0]["number"]),
        (&json!("DISPATCHED"), &json!("PI-2026-0002/1"))
    );
    let all = came(&issue, json!({"receivedQty": 4}));
    for client in [&dealership.one.inventory, &dealership.one.manager] {
        step(client, &issue, "receive", all.clone()).await.refused(403, "FORBIDDEN");
    }
    assert_eq!(stocks(&dealership, &part, &own).await, (90, 4, 6));
    let done = step(&dealership.central, &issue, "receive", all).await.expect(200);
    assert_eq!((&done["status"], &done["items"][0]["receivedQty"]), (&json!("COMPLETED"), &json!(4)));
    assert_eq!(stocks(&dealership, &part, &own).await, (94, 0, 6));
    let of = async |client: &Client, path: String| {
        let rows = client.get(&format!("{path}/transactions?filter[type][in]=TRANSFER_OUT,RECEIPT")).await.rows();
        let document = issue["issueNumber"].clone();
        let rows = rows.into_iter().filter(|row| row["documentNumber"] == document);
        rows.map(|row| (row["type"].clone(), row["delta"].clone())).collect::<Vec<_>>()
    };
    let central = of(&dealership.central, format!("/api/central-inventory/parts/{}", id(&part))).await;
    assert_eq!(central, [(json!("RECEIPT"), json!(4))]);
    let centre = of(&dealership.one.inventory, format!("/api/inventory/parts/{}", id(&own))).await;
    assert_eq!(centre, [(json!("TRANSFER_OUT"), json!(-4))]);
}

#[tokio::test]
async fn what_a_return_loses_is_written_off_at_central_and_what_is_sent_back_is_the_centres_again() {
    let (dealership, part, own) = open().await;
    let issue = dealership.one.manager.create(ISSUES, back(json!([line(&own, 9)]))).await;
    step(&dealership.admin, &issue, "approve", json!({})).await.expect(200);
    step(&dealership.one.manager, &issue, "dispatch", json!({})).await.expect(200);
    let some = came(&issue, json!({"receivedQty": 3, "lostQty": 2, "damagedQty": 1, "returnedQty": 1}));
    let open = step(&dealership.central, &issue, "receive", some).await.expect(200);
    assert_eq!((&open["status"], &open["items"][0]["inTransit"]), (&json!("DISPATCHED"), &json!(2)));
    assert_eq!(stocks(&dealership, &part, &own).await, (93, 2, 2));
    let more = came(&issue, json!({"receivedQty": 3}));
    let more = step(&dealership.central, &issue, "receive", more).await;
    more.refused(409, "OVER_RECEIPT").naming("receivedItems[0].receivedQty");
    let rest = came(&issue, json!({"receivedQty": 2, "condition": "DAMAGED"}));
    let done = step(&dealership.admin, &issue, "receive", rest).await.expect(200);
    assert_eq!((&done["status"], stocks(&dealership, &part, &own).await), (&json!("COMPLETED"), (93, 0, 2)));
    let path = format!("/api/central-inventory/parts/{}/transactions?filter[type]=TRANSIT_LOSS", id(&part));
    let losses = dealership.central.get(&path).await.rows();
    assert_eq!(losses.iter().filter_map(|row| row["variance"].as_i64()).sum::<i64>(), 5);
    let path = format!("/api/inventory/parts/{}/transactions?filter[type]=TRANSFER_RETURN", id(&own));
    assert_eq!(dealership.one.inventory.get(&path).await.rows()[0]["delta"], 1);
}

#[tokio::test]
async fn a_return_of_more_than_there_is_fails_at_its_approval_and_takes_nothing() {
    let (dealership, part, own) = open().await;
    let issue = dealership.one.inventory.create(ISSUES, back(json!([line(&own, 6), line(&own, 5)]))).await;
    let answer = step(&dealership.admin, &issue, "approve", json!({})).await;
    answer.refused(409, "INSUFFICIENT_STOCK").naming(own["partNumber"].as_str().unwrap());
    assert_eq!(stocks(&dealership, &part, &own).await, (90, 0, 10));
    let less = json!({"approvedItems": [{"itemId": id(&issue["items"][1]), "approvedQty": 4}]});
    step(&dealership.admin, &issue, "approve", less).await.expect(200);
    assert_eq!(stocks(&dealership, &part, &own).await, (90, 10, 0));
    let closed = step(&dealership.one.inventory, &issue, "close", json!({})).await.expect(200);
    assert_eq!((&closed["status"], stocks(&dealership, &part, &own).await), (&json!("CANCELLED"), (90, 0, 10)));
}

#[tokio::test]
async fn rejecting_and_cancelling_a_return_move_nothing() {
    let (dealership, part, own) = open().await;
    let ask = || dealership.one.inventory.create(ISSUES, back(json!([line(&own, 4)])));
    step(&dealership.admin, &ask().await, "reject", json!({"reason": "Keep them"})).await.expect(200);
    let issue = ask().await;
    step(&dealership.one.manager, &issue, "cancel", json!({})).await.refused(403, "FORBIDDEN");
    step(&dealership.one.inventory, &issue, "cancel", json!({})).await.expect(200);
    assert_eq!(stocks(&dealership, &part, &own).await, (90, 0, 10));
}

#[tokio::test]
async fn parts_deleted_while_a_return_of_them_is_under_way_are_there_again() {
    let (dealership, part, own) = open().await;
    let issue = dealership.one.inventory.create(ISSUES, back(json!([line(&own, 10)]))).await;
    step(&dealership.admin, &issue, "approve", json!({})).await.expect(200);
    step(&dealership.one.inventory, &issue, "dispatch", json!({})).await.expect(200);
    let own_path = format!("/api/inventory/parts/{}", id(&own));
    dealership.one.inventory.delete(&own_path).await.expect(200);
    // Central's is not deleted while pieces of it are under way.
    let path = format!("/api/central-inventory/parts/{}", id(&part));
    let none = json!({"adjustmentType": "SET", "quantity": 0, "reason": "SCRAPPED"});
    dealership.central.patch(&format!("{path}/adjust-stock"), none).await.expect(200);
    dealership.central.delete(&path).await.refused(409, "STOCK_LEFT");
    let body = came(&issue, json!({"receivedQty": 7, "returnedQty": 3}));
    step(&dealership.central, &issue, "receive", body).await.expect(200);
    assert_eq!(stocks(&dealership, &part, &own).await, (7, 0, 3));
    assert_eq!(dealership.one.inventory.get(&own_path).await.expect(200)["centralInventoryPartId"], part["id"]);
}

#[tokio::test]
async fn a_wrong_return_is_refused_naming_its_field() {
    let (dealership, part, own) = open().await;
    let unknown = dealership.part(&dealership.one, 5).await;
    let foreign = dealership.part(&dealership.two, 5).await;
    let by_central = json!({"centralInventoryPartId": id(&part), "requestedQty": 1});
    for (lines, named) in [
        (json!([line(&own, 1), line(&unknown, 1)]), "items[1].inventoryPartId"),
        (json!([line(&foreign, 1)]), "items[0].inventoryPartId"),
        (json!([line(&part, 1)]), "items[0].inventoryPartId"),
        (json!([by_central]), "items[0].inventoryPartId"),
        (json!([]), "items"),
    ] {
        let answer = dealership.one.inventory.post(ISSUES, back(lines.clone())).await;
        assert_eq!(answer.status, 422, "{lines}: {}", answer.text);
        answer.refused(422, "VALIDATION_FAILED").naming(named);
    }
    let mut body = back(json!([line(&own, 1)]));
    dealership
        .central
        .post(ISSUES, body.clone())
        .await
        .refused(422, "VALIDATION_FAILED")
        .naming("fromServiceCenterId");
    body["fromServiceCenterId"] = json!(dealership.two.id);
    dealership.one.inventory.post(ISSUES, body.clone()).await.refused(403, "FORBIDDEN");
    let answer = dealership.central.post(ISSUES, body.clone()).await;
    answer.refused(422, "VALIDATION_FAILED").naming("items[0].inventoryPartId");
    body["fromServiceCenterId"] = json!(dealership.one.id);
    dealership.central.create(ISSUES, body).await;
    assert_eq!(dealership.central.get(ISSUES).await.body["pagination"]["total"], 2);
    assert_eq!(stocks(&dealership, &part, &own).await, (90, 0, 10));
}

#[tokio::test]
async fn a_centres_own_part_of_a_number_of_centrals_is_returned_under_that_number() {
    let (dealership, _, _) = open().await;
    let part = dealership.central_part(1).await;
    let body = json!({"partName": "Our battery", "partNumber": part["partNumber"], "category": "Ours",
        "unitPrice": 1, "costPrice": 1, "gstRate": 5, "stockQuantity": 3});
    let own = dealership.one.inventory.create("/api/inventory/parts", body).await;
    let path = format!("/api/inventory/parts/{}", id(&own));
    let rename = async |number: &Value| dealership.one.inventory.patch(&path, json!({"partNumber": number})).await;
    let issue = dealership.one.inventory.create(ISSUES, back(json!([line(&own, 2)]))).await;
    // Pieces under way, and the balance of all stocks, go by the number.
    rename(&json!("MINE-1")).await.expect(200);
    step(&dealership.admin, &issue, "approve", json!({})).await.refused(409, "PART_RENAMED");
    assert_eq!(stocks(&dealership, &part, &own).await, (1, 0, 3));
    rename(&part["partNumber"]).await.expect(200);
    step(&dealership.admin, &issue, "approve", json!({})).await.expect(200);
    rename(&json!("MINE-1")).await.refused(422, "VALIDATION_FAILED").naming("partNumber");
    let balance = format!("/api/inventory/reconciliation?partNumber={}", part["partNumber"].as_str().unwrap());
    assert_eq!(dealership.admin.get(&balance).await.expect(200)["differences"], 0);
    step(&dealership.one.inventory, &issue, "dispatch", json!({})).await.expect(200);
    step(&dealership.central, &issue, "receive", came(&issue, json!({"receivedQty": 2}))).await.expect(200);
    assert_eq!(stocks(&dealership, &part, &own).await, (3, 0, 1));
    assert_eq!(dealership.admin.get(&balance).await.expect(200)["differences"], 0);
    // And it takes what Central sends next.
    let next = dealership.dispatched_issue(&dealership.one, &[(&part, 1)]).await;
    step(&dealership.one.manager, &next, "receive", came(&next, json!({"receivedQty": 1}))).await.expect(200);
    assert_eq!(stocks(&dealership, &part, &own).await, (2, 0, 2));
}

#[tokio::test]
async fn forty_lines_are_returned_and_received_in_one_request() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let (mut stock, mut lines) = (Vec::new(), Vec::new());
    for _ in 0..40 {
        stock.push(dealership.central_part(2).await);
    }
    let parts: Vec<(&Value, i64)> = stock.iter().map(|part| (part, 2)).collect();
    let issue = dealership.dispatched_issue(&dealership.one, &parts).await;
    let all = |issue: &Value| {
        let lines = issue["items"].as_array().unwrap().iter();
        json!({"receivedItems":
            lines.map(|line| json!({"itemId": id(line), "receivedQty": line["approvedQty"]})).collect::<Vec<_>>()})
    };
    step(&dealership.one.manager, &issue, "receive", all(&issue)).await.expect(200);
    for part in dealership.one.inventory.get("/api/inventory?limit=100").await.rows() {
        lines.push(line(&part, 1));
    }
    let issue = dealership.one.inventory.create(ISSUES, back(json!(lines))).await;
    let approved = step(&dealership.admin, &issue, "approve", json!({})).await.expect(200);
    step(&dealership.one.inventory, &issue, "dispatch", json!({})).await.expect(200);
    let done = step(&dealership.central, &issue, "receive", all(&approved)).await.expect(200);
    assert_eq!(done["status"], "COMPLETED");
    for part in dealership.central.get("/api/central-inventory?limit=100").await.rows() {
        assert_eq!((&part["stockQuantity"], &part["available"]), (&json!(1), &json!(1)));
    }
}
