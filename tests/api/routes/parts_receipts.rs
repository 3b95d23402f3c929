//! Receipts of parts issues: what goes into the centre's stock, what does not arrive, and what is in transit.

use axum::http::Method;
use dms_testkit::{Answer, Client, Dealership};
use futures::future::join_all;
use serde_json::{Value, json};

const ISSUES: &str = "/api/parts-issues";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

async fn step(client: &Client, issue: &Value, step: &str, body: Value) -> Answer {
    client.patch(&format!("{ISSUES}/{}/{step}", id(issue)), body).await
}

async fn read(dealership: &Dealership, issue: &Value) -> Value {
    dealership.central.get(&format!("{ISSUES}/{}", id(issue))).await.expect(200)
}

/// A receipt of pieces in good condition of the first lines.
fn good(issue: &Value, quantities: &[i64]) -> Value {
    let lines = issue["items"].as_array().expect("lines").iter().zip(quantities);
    let lines: Vec<Value> = lines.map(|(line, qty)| json!({"itemId": id(line), "receivedQty": qty})).collect();
    json!({"receivedItems": lines})
}

/// A receipt of the first line with pieces that did not arrive well.
fn of_first(issue: &Value, mut line: Value) -> Value {
    line["itemId"] = issue["items"][0]["id"].clone();
    json!({"receivedItems": [line]})
}

async fn receive(dealership: &Dealership, issue: &Value, body: Value) -> Answer {
    step(&dealership.one.manager, issue, "receive", body).await
}

/// The ledger below a part's path: type, delta and variance of every entry, in the order of the words.
async fn ledger(client: &Client, path: &str) -> Vec<(String, i64, Value)> {
    let rows = client.get(&format!("{path}/transactions?limit=100")).await.rows();
    let entry = |row: &Value| {
        let kind = row["type"].as_str().expect("a type").to_owned();
        (kind, row["delta"].as_i64().expect("a delta"), row["variance"].clone())
    };
    let mut entries: Vec<_> = rows.iter().map(entry).collect();
    entries.sort_by_key(|entry| (entry.0.clone(), entry.1));
    entries
}

fn entry(kind: &str, delta: i64) -> (String, i64, Value) {
    (kind.to_owned(), delta, Value::Null)
}

/// Stock and what is under way of a part of Central's.
async fn central(dealership: &Dealership, part: &Value) -> (i64, i64) {
    let path = format!("/api/central-inventory/parts/{}", id(part));
    let now = dealership.central.get(&path).await.expect(200);
    let sum: i64 = ledger(&dealership.central, &path).await.iter().map(|entry| entry.1).sum();
    assert_eq!(now["stockQuantity"], sum, "stock is the sum of the ledger");
    (sum, now["inTransit"].as_i64().expect("a quantity"))
}

/// The parts of centre one, in no order.
async fn parts(dealership: &Dealership) -> Vec<Value> {
    dealership.one.inventory.get("/api/inventory?limit=100").await.rows()
}

/// The only part of centre one with its stock, which is the sum of its ledger.
async fn only_part(dealership: &Dealership) -> (Value, i64) {
    let mut parts = parts(dealership).await;
    assert_eq!(parts.len(), 1);
    let part = parts.remove(0);
    let path = format!("/api/inventory/parts/{}", id(&part));
    let sum: i64 = ledger(&dealership.one.inventory, &path).await.iter().map(|entry| entry.1).sum();
    assert_eq!(part["stockQuantity"], sum, "stock is the sum of the ledger");
    (part, sum)
}

#[tokio::test]
async fn workflow_2_ask_approve_dispatch_receive_as_the_specification_says_it() {
    let dealership = open().await;
    let part = dealership.central_part(500).await;
    let body = json!({"toServiceCenterId": dealership.one.id,
        "items": [{"centralInventoryPartId": id(&part), "requestedQty": 50}], "priority": "HIGH"});
    let issue = dealership.one.manager.create(ISSUES, body).await;
    assert_eq!((&issue["issueNumber"], &issue["status"]), (&json!("PI-2026-0001"), &json!("PENDING_APPROVAL")));
    let of_central = async || {
        let path = format!("/api/central-inventory/parts/{}", id(&part));
        let now = dealership.central.get(&path).await.expect(200);
        ["stockQuantity", "allocated", "available", "inTransit"].map(|field| now[field].as_i64().unwrap())
    };
    assert_eq!(of_central().await, [500, 50, 450, 0]);
    let item = id(&issue["items"][0]);
    let body = json!({"approvedItems": [{"itemId": item, "approvedQty": 50}]});
    let approved = step(&dealership.admin, &issue, "approve", body).await.expect(200);
    assert_eq!(approved["status"], "APPROVED");
    assert_eq!(of_central().await, [450, 0, 450, 50]);
    let body = json!({"transportDetails": {"vehicleNumber": "MH01AB1234", "driverPhone": "+919876543210"},
        "estimatedArrival": "2026-11-24"});
    let dispatched = step(&dealership.central, &issue, "dispatch", body).await.expect(200);
    assert_eq!(
        (&dispatched["status"], &dispatched["estimatedArrival"]),
        (&json!("DISPATCHED"), &json!("2026-11-24"))
    );
    assert_eq!(dispatched["transportDetails"]["vehicleNumber"], "MH01AB1234");
    assert_eq!(of_central().await, [450, 0, 450, 50]);
    assert!(parts(&dealership).await.is_empty());
    let body = json!({"receivedItems": [{"itemId": item, "receivedQty": 50, "condition": "GOOD"}]});
    let received = receive(&dealership, &issue, body).await.expect(200);
    assert_eq!((&received["status"], &received["items"][0]["receivedQty"]), (&json!("COMPLETED"), &json!(50)));
    assert_eq!(of_central().await, [450, 0, 450, 0]);
    let (new, stock) = only_part(&dealership).await;
    assert_eq!(stock, 50);
    let path = format!("/api/inventory/parts/{}/transactions", id(&new));
    let entry = dealership.one.inventory.get(&path).await.rows().remove(0);
    for (field, value) in [
        ("type", json!("RECEIPT")),
        ("delta", json!(50)),
        ("documentType", json!("parts issue")),
        ("documentNumber", json!("PI-2026-0001")),
    ] {
        assert_eq!(entry[field], value, "{field}");
    }
    assert_eq!(read(&dealership, &issue).await, received);
    receive(&dealership, &issue, good(&issue, &[1])).await.refused(409, "INVALID_TRANSITION");
    assert_eq!(only_part(&dealership).await.1, 50);
}

#[tokio::test]
async fn a_part_that_is_new_to_the_centre_is_created_there_and_the_next_issue_adds_to_it() {
    let dealership = open().await;
    let part = dealership.central_part_with_minimum(100, 20).await;
    let issue = dealership.dispatched_issue(&dealership.one, &[(&part, 10)]).await;
    assert_eq!(issue["items"][0]["inventoryPartId"], Value::Null);
    receive(&dealership, &issue, good(&issue, &[10])).await.expect(200);
    let (new, stock) = only_part(&dealership).await;
    assert_eq!(stock, 10);
    for field in
        ["partName", "partNumber", "partCode", "category", "unitPrice", "costPrice", "gstRate", "hsnSacCode"]
    {
        assert_eq!(new[field], part[field], "{field}");
    }
    for (field, value) in [
        ("centralInventoryPartId", part["id"].clone()),
        ("serviceCenterId", json!(dealership.one.id)),
        ("minStockLevel", json!(0)),
        ("maxStockLevel", Value::Null),
        ("location", Value::Null),
        ("lowStock", json!(false)),
    ] {
        assert_eq!(new[field], value, "{field}");
    }
    assert_eq!(dealership.one.inventory.get("/api/inventory").await.body["pagination"]["total"], 1);
    let next = dealership.dispatched_issue(&dealership.one, &[(&part, 5)]).await;
    assert_eq!(next["items"][0]["inventoryPartId"], new["id"]);
    receive(&dealership, &next, good(&next, &[5])).await.expect(200);
    let (same, stock) = only_part(&dealership).await;
    assert_eq!((&same["id"], stock), (&new["id"], 15));
    // The other centre gets a part of its own.
    let other = dealership.dispatched_issue(&dealership.two, &[(&part, 1)]).await;
    step(&dealership.two.inventory, &other, "receive", good(&other, &[1])).await.expect(200);
    assert_eq!(only_part(&dealership).await.1, 15);
    assert_eq!(dealership.two.inventory.get("/api/inventory").await.rows()[0]["stockQuantity"], 1);
    // Its number is what Central's part goes by: it stays.
    let path = format!("/api/inventory/parts/{}", id(&new));
    let renamed = dealership.one.inventory.patch(&path, json!({"partNumber": "MINE-1"})).await;
    renamed.refused(422, "VALIDATION_FAILED").naming("partNumber");
}

#[tokio::test]
async fn two_issues_asked_for_before_the_part_was_known_at_the_centre_fill_one_part() {
    let dealership = open().await;
    let part = dealership.central_part(100).await;
    let first = dealership.dispatched_issue(&dealership.one, &[(&part, 10)]).await;
    let second = dealership.dispatched_issue(&dealership.one, &[(&part, 5), (&part, 2)]).await;
    receive(&dealership, &second, good(&second, &[5, 2])).await.expect(200);
    receive(&dealership, &first, good(&first, &[10])).await.expect(200);
    assert_eq!(only_part(&dealership).await.1, 17);
}

#[tokio::test]
async fn a_part_of_that_number_that_the_centre_had_is_linked_with_its_first_receipt() {
    let dealership = open().await;
    let part = dealership.central_part(100).await;
    let body = json!({"partName": "Our battery", "partNumber": part["partNumber"], "category": "Ours",
        "unitPrice": 1, "costPrice": 1, "gstRate": 5, "stockQuantity": 3, "minStockLevel": 5});
    let own = dealership.one.inventory.create("/api/inventory/parts", body).await;
    assert_eq!(own["centralInventoryPartId"], Value::Null);
    let issue = dealership.dispatched_issue(&dealership.one, &[(&part, 10)]).await;
    receive(&dealership, &issue, good(&issue, &[10])).await.expect(200);
    let (linked, stock) = only_part(&dealership).await;
    assert_eq!((&linked["id"], stock, &linked["lowStock"]), (&own["id"], 13, &json!(false)));
    assert_eq!(linked["centralInventoryPartId"], part["id"]);
    assert_eq!(
        (&linked["partName"], &linked["unitPrice"]),
        (&own["partName"], &own["unitPrice"]),
        "its words stay"
    );
    let next = dealership.dispatched_issue(&dealership.one, &[(&part, 1)]).await;
    assert_eq!(next["items"][0]["inventoryPartId"], own["id"]);
}

#[tokio::test]
async fn a_part_deleted_at_the_centre_meanwhile_is_there_again_with_the_receipt() {
    let dealership = open().await;
    let part = dealership.central_part(100).await;
    let body = json!({"partName": "Our battery", "partNumber": part["partNumber"], "category": "Ours",
        "unitPrice": 1, "costPrice": 1, "gstRate": 5});
    let own = dealership.one.inventory.create("/api/inventory/parts", body).await;
    let path = format!("/api/inventory/parts/{}", id(&own));
    // First a part of the centre's own, not linked yet; then the same, linked.
    for (stock, received) in [(10, 10), (4, 4)] {
        let issue = dealership.dispatched_issue(&dealership.one, &[(&part, received)]).await;
        dealership.one.inventory.delete(&path).await.expect(200);
        receive(&dealership, &issue, good(&issue, &[received])).await.expect(200);
        let (back, now) = {
            let back = dealership.one.inventory.get(&path).await.expect(200);
            let stock = back["stockQuantity"].as_i64().unwrap();
            (back, stock)
        };
        assert_eq!((&back["id"], now), (&own["id"], stock));
        assert_eq!(back["centralInventoryPartId"], part["id"], "it is linked");
        assert_eq!(dealership.one.inventory.get("/api/inventory").await.body["pagination"]["total"], 1);
        let body = json!({"adjustmentType": "SET", "quantity": 0, "reason": "STOCK_COUNT"});
        dealership.one.inventory.patch(&format!("{path}/adjust-stock"), body).await.expect(200);
    }
}

#[tokio::test]
async fn pieces_that_did_not_arrive_well_are_accounted_for() {
    let dealership = open().await;
    let part = dealership.central_part(100).await;
    let path = format!("/api/central-inventory/parts/{}", id(&part));
    let issue = dealership.dispatched_issue(&dealership.one, &[(&part, 20)]).await;
    for (line, status, in_transit, of_central, of_centre) in [
        (json!({"receivedQty": 5}), "DISPATCHED", 15, 80, 5),
        (json!({"receivedQty": 2, "condition": "DAMAGED"}), "DISPATCHED", 13, 80, 5),
        (json!({"receivedQty": 0, "lostQty": 3}), "DISPATCHED", 10, 80, 5),
        (json!({"receivedQty": 0, "returnedQty": 4}), "DISPATCHED", 6, 84, 5),
        (json!({"receivedQty": 1, "lostQty": 2, "damagedQty": 1, "returnedQty": 2}), "COMPLETED", 0, 86, 6),
    ] {
        let received = receive(&dealership, &issue, of_first(&issue, line.clone())).await.expect(200);
        assert_eq!(
            (&received["status"], &received["items"][0]["inTransit"]),
            (&json!(status), &json!(in_transit))
        );
        assert_eq!(central(&dealership, &part).await, (of_central, in_transit), "{line}");
        assert_eq!(only_part(&dealership).await.1, of_centre, "{line}");
    }
    let done = read(&dealership, &issue).await;
    let item = &done["items"][0];
    let quantities =
        ["receivedQty", "lostQty", "damagedQty", "returnedQty"].map(|field| item[field].as_i64().unwrap());
    assert_eq!(quantities, [6, 5, 3, 6]);
    assert_eq!(done["receipts"].as_array().unwrap().len(), 5);
    let mut losses: Vec<(String, i64)> = Vec::new();
    let rows = dealership.central.get(&format!("{path}/transactions?filter[type]=TRANSIT_LOSS")).await.rows();
    for row in &rows {
        assert_eq!((&row["delta"], &row["documentNumber"]), (&json!(0), &issue["issueNumber"]));
        losses.push((row["reason"].as_str().unwrap().to_owned(), row["variance"].as_i64().unwrap()));
    }
    losses.sort();
    let expected = [("DAMAGED", 1), ("DAMAGED", 2), ("LOST", 2), ("LOST", 3)];
    assert_eq!(losses, expected.map(|(reason, pieces)| (reason.to_owned(), pieces)));
    let moved: Vec<_> =
        ledger(&dealership.central, &path).await.into_iter().filter(|entry| entry.1 != 0).collect();
    let expected = [
        entry("OPENING", 100),
        entry("TRANSFER_OUT", -20),
        entry("TRANSFER_RETURN", 2),
        entry("TRANSFER_RETURN", 4),
    ];
    assert_eq!(moved, expected);
}

#[tokio::test]
async fn nothing_is_created_at_the_centre_when_nothing_good_arrives() {
    let dealership = open().await;
    let part = dealership.central_part(10).await;
    let issue = dealership.dispatched_issue(&dealership.one, &[(&part, 10)]).await;
    let all_lost = of_first(&issue, json!({"receivedQty": 0, "lostQty": 10}));
    let done = receive(&dealership, &issue, all_lost).await.expect(200);
    assert_eq!((&done["status"], central(&dealership, &part).await), (&json!("COMPLETED"), (0, 0)));
    assert!(parts(&dealership).await.is_empty());
    // The part could be deleted; what comes back brings it back.
    let other = dealership.central_part(3).await;
    let issue = dealership.dispatched_issue(&dealership.one, &[(&other, 3)]).await;
    let back = of_first(&issue, json!({"receivedQty": 0, "returnedQty": 3}));
    receive(&dealership, &issue, back).await.expect(200);
    assert_eq!(central(&dealership, &other).await, (3, 0));
    assert!(parts(&dealership).await.is_empty());
}

#[tokio::test]
async fn a_wrong_receipt_names_its_field_and_changes_nothing() {
    let dealership = open().await;
    let (pad, oil) = (dealership.central_part(10).await, dealership.central_part(10).await);
    let issue = dealership.approved_issue(&dealership.one, &[(&pad, 6), (&oil, 4)]).await;
    receive(&dealership, &issue, good(&issue, &[1])).await.refused(409, "INVALID_TRANSITION");
    let body = json!({"items": [{"itemId": id(&issue["items"][0]), "quantity": 4},
        {"itemId": id(&issue["items"][1]), "quantity": 4}]});
    let before = step(&dealership.central, &issue, "dispatch", body).await.expect(200);
    let other = dealership.dispatched_issue(&dealership.one, &[(&pad, 1)]).await;
    let line =
        |place: usize, quantity: i64| json!({"itemId": id(&issue["items"][place]), "receivedQty": quantity});
    let mut spread = line(0, 2);
    spread["lostQty"] = json!(2);
    spread["returnedQty"] = json!(1);
    for (lines, status, code, named) in [
        (json!([line(1, 4), line(0, 5)]), 409, "OVER_RECEIPT", "receivedItems[1].receivedQty"),
        (json!([spread]), 409, "OVER_RECEIPT", "receivedItems[0].receivedQty"),
        (json!([line(1, 1), line(1, 1)]), 422, "VALIDATION_FAILED", "receivedItems[1].itemId"),
        (
            json!([line(1, 1), {"itemId": id(&other["items"][0]), "receivedQty": 1}]),
            422,
            "VALIDATION_FAILED",
            "receivedItems[1].itemId",
        ),
        (json!([line(1, 0)]), 422, "VALIDATION_FAILED", "receivedItems[0].receivedQty"),
        (json!([line(1, -1)]), 422, "VALIDATION_FAILED", "receivedItems[0].receivedQty"),
        (
            json!([{"itemId": id(&issue["items"][0]), "lostQty": 1}]),
            422,
            "VALIDATION_FAILED",
            "receivedItems[0].receivedQty",
        ),
        (json!([]), 422, "VALIDATION_FAILED", "receivedItems"),
        (json!(vec![line(0, 1); 41]), 422, "VALIDATION_FAILED", "receivedItems"),
    ] {
        let answer = receive(&dealership, &issue, json!({"receivedItems": lines})).await;
        assert_eq!(answer.status.as_u16(), status, "{lines}: {}", answer.text);
        answer.refused(status, code).naming(named);
    }
    let body = good(&issue, &[4, 4]);
    step(&dealership.two.manager, &issue, "receive", body.clone()).await.refused(404, "NOT_FOUND");
    for client in [&dealership.one.advisor, &dealership.one.engineer] {
        step(client, &issue, "receive", body.clone()).await.refused(403, "FORBIDDEN");
    }
    assert_eq!(read(&dealership, &issue).await, before);
    assert_eq!((central(&dealership, &pad).await, central(&dealership, &oil).await), ((3, 7), (6, 4)));
    assert!(parts(&dealership).await.is_empty());
    // Central may book it for the centre; it is then the centre's stock all the same.
    step(&dealership.central, &issue, "receive", body).await.expect(200);
    assert_eq!(parts(&dealership).await.len(), 2);
}

#[tokio::test]
async fn forty_lines_that_are_all_new_to_the_centre_are_received_in_one_request() {
    let dealership = open().await;
    let mut stock = Vec::new();
    for _ in 0..40 {
        stock.push(dealership.central_part(5).await);
    }
    let lines: Vec<(&Value, i64)> = stock.iter().map(|part| (part, 5)).collect();
    let issue = dealership.dispatched_issue(&dealership.one, &lines).await;
    let body = good(&issue, &[5; 40]);
    let path = format!("{ISSUES}/{}/receive", id(&issue));
    let send =
        || dealership.one.manager.request(Method::PATCH, &path).header("idempotency-key", "r1").json(&body).send();
    let first = send().await;
    assert_eq!(first.body["data"]["status"], "COMPLETED", "{}", first.text);
    assert_eq!(send().await.text, first.text);
    let parts = parts(&dealership).await;
    assert_eq!(parts.len(), 40);
    for part in &parts {
        assert_eq!((&part["stockQuantity"], &part["inTransit"]), (&json!(5), &json!(0)));
        let path = format!("/api/inventory/parts/{}", id(part));
        assert_eq!(ledger(&dealership.one.inventory, &path).await, [entry("RECEIPT", 5)]);
    }
    assert_eq!(dealership.one.inventory.get("/api/inventory?limit=1").await.body["pagination"]["total"], 40);
    assert!(dealership.one.inventory.get("/api/inventory/low-stock").await.rows().is_empty());
}

#[tokio::test]
async fn a_receipt_that_changes_too_much_at_once_changes_nothing_and_is_booked_in_two() {
    let dealership = open().await;
    let mut stock = Vec::new();
    for _ in 0..40 {
        stock.push(dealership.central_part(2).await);
    }
    let lines: Vec<(&Value, i64)> = stock.iter().map(|part| (part, 2)).collect();
    let issue = dealership.dispatched_issue(&dealership.one, &lines).await;
    let line = |line: &Value| json!({"itemId": id(line), "receivedQty": 1, "lostQty": 1});
    let lines: Vec<Value> = issue["items"].as_array().unwrap().iter().map(line).collect();
    let answer = receive(&dealership, &issue, json!({"receivedItems": lines})).await;
    answer.refused(422, "VALIDATION_FAILED").naming("receivedItems");
    assert!(parts(&dealership).await.is_empty(), "no part is created for it");
    assert_eq!(read(&dealership, &issue).await, issue);
    receive(&dealership, &issue, json!({"receivedItems": lines[..20]})).await.expect(200);
    let done = receive(&dealership, &issue, json!({"receivedItems": lines[20..]})).await.expect(200);
    assert_eq!((&done["status"], parts(&dealership).await.len()), (&json!("COMPLETED"), 40));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_receipts_of_one_issue_at_once_one_counts() {
    let dealership = open().await;
    let part = dealership.central_part(10).await;
    let issue = dealership.dispatched_issue(&dealership.one, &[(&part, 10)]).await;
    let answers = join_all((0..50).map(|n| {
        let (dealership, issue) = (&dealership, &issue);
        async move {
            let client = if n % 2 == 0 { &dealership.one.manager } else { &dealership.one.inventory };
            for _ in 0..20 {
                let answer = step(client, issue, "receive", good(issue, &[10])).await;
                if answer.status != 503 {
                    return answer;
                }
            }
            panic!("refused twenty times")
        }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.refused(409, "INVALID_TRANSITION");
    }
    assert_eq!((only_part(&dealership).await.1, central(&dealership, &part).await), (10, (0, 0)));
}

#[tokio::test]
async fn what_is_in_transit_shows_at_central_and_at_the_centre_until_it_is_received() {
    let dealership = open().await;
    let part = dealership.central_part(100).await;
    let body = json!({"partName": "Our battery", "partNumber": part["partNumber"], "category": "Ours",
        "unitPrice": 1, "costPrice": 1, "gstRate": 5, "stockQuantity": 1, "minStockLevel": 5});
    for centre in [&dealership.one, &dealership.two] {
        centre.inventory.create("/api/inventory/parts", body.clone()).await;
    }
    let shown = async || {
        let rows = dealership.one.inventory.get("/api/inventory").await.rows();
        let path = format!("/api/inventory/parts/{}", id(&rows[0]));
        let low = dealership.one.inventory.get("/api/inventory/low-stock").await.rows();
        let alone = dealership.one.inventory.get(&path).await.expect(200);
        let found = dealership.one.inventory.get("/api/inventory?search=battery").await.rows();
        let other = dealership.two.inventory.get("/api/inventory").await.rows();
        assert_eq!(other[0]["inTransit"], 0, "nothing is on its way to the other centre");
        let low = low.first().map_or(alone["inTransit"].clone(), |row| row["inTransit"].clone());
        let all = [&rows[0]["inTransit"], &alone["inTransit"], &low, &found[0]["inTransit"]];
        assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
        (alone["inTransit"].as_i64().unwrap(), central(&dealership, &part).await.1)
    };
    assert_eq!(shown().await, (0, 0));
    let issue = dealership.issue(&dealership.one, &[(&part, 10)]).await;
    assert_eq!(shown().await, (0, 0), "what is asked for is not under way");
    step(&dealership.admin, &issue, "approve", json!({})).await.expect(200);
    assert_eq!(shown().await, (10, 10));
    let second = dealership.dispatched_issue(&dealership.one, &[(&part, 3)]).await;
    assert_eq!(shown().await, (13, 13));
    step(&dealership.central, &issue, "dispatch", json!({})).await.expect(200);
    receive(&dealership, &issue, of_first(&issue, json!({"receivedQty": 6, "lostQty": 1}))).await.expect(200);
    assert_eq!(shown().await, (6, 6));
    receive(&dealership, &second, good(&second, &[3])).await.expect(200);
    assert_eq!(shown().await, (3, 3));
    receive(&dealership, &issue, good(&issue, &[3])).await.expect(200);
    assert_eq!(shown().await, (0, 0));
}

#[tokio::test]
async fn an_issue_of_the_longest_words_takes_all_its_receipts_and_then_says_that_it_is_full() {
    let dealership = open().await;
    let longest = |count: usize| "\u{1F50B}".repeat(count);
    let mut lines = Vec::new();
    for n in 0..40 {
        let body = json!({"partName": longest(100), "partNumber": format!("{}{n:02}", longest(98)),
            "category": longest(100), "unitPrice": 1, "costPrice": 1, "gstRate": 18, "stockQuantity": 10_000_000});
        let part = dealership.central.create("/api/central-inventory/parts", body).await;
        lines.push(json!({"centralInventoryPartId": id(&part), "requestedQty": 10_000_000}));
    }
    let body = json!({"toServiceCenterId": dealership.one.id, "items": lines, "notes": longest(2_000)});
    let issue = dealership.one.manager.create(ISSUES, body).await;
    step(&dealership.admin, &issue, "approve", json!({"notes": longest(2_000)})).await.expect(200);
    let keyed = async |client: &Client, step: &str, n: usize, body: Value| {
        let request = client.request(Method::PATCH, &format!("{ISSUES}/{}/{step}", id(&issue)));
        request.header("idempotency-key", &format!("{step}-{n}")).json(&body).send().await
    };
    let items = issue["items"].as_array().unwrap();
    let sent: Vec<Value> = items.iter().map(|line| json!({"itemId": id(line), "quantity": 100_000})).collect();
    let came: Vec<Value> = items.iter().map(|line| json!({"itemId": id(line), "receivedQty": 100_000})).collect();
    for n in 1..=20 {
        let transport = json!({"vehicleNumber": longest(100), "driverName": longest(100),
            "driverPhone": "+919876543210", "carrier": longest(100)});
        let body = json!({"items": sent, "transportDetails": transport, "estimatedArrival": "2026-11-24"});
        keyed(&dealership.central, "dispatch", n, body).await.expect(200);
        let body = json!({"receivedItems": came, "notes": longest(500)});
        keyed(&dealership.one.manager, "receive", n, body).await.expect(200);
    }
    keyed(&dealership.central, "dispatch", 21, json!({})).await.refused(409, "TOO_MANY_DISPATCHES");
}
