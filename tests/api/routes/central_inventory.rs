//! Central's stock: its parts, their ledger, what is promised of them, what is low, and searching.

use axum::http::Method;
use chrono::TimeDelta;
use dms_testkit::{Answer, Dealership};
use serde_json::{Value, json};

const LIST: &str = "/api/central-inventory";
const PARTS: &str = "/api/central-inventory/parts";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

fn path(part: &Value) -> String {
    format!("{PARTS}/{}", id(part))
}

fn battery(number: &str) -> Value {
    json!({"partName": "Battery Module", "partNumber": number, "category": "Battery", "unitPrice": 50000,
        "costPrice": "40000.50", "gstRate": 18, "hsnSacCode": "8507", "stockQuantity": 500, "minStockLevel": 50,
        "maxStockLevel": 1000, "location": "Rack 7"})
}

async fn read(dealership: &Dealership, part: &Value) -> Value {
    dealership.central.get(&path(part)).await.expect(200)
}

async fn adjust(dealership: &Dealership, part: &Value, (kind, quantity, reason): (&str, i64, &str)) -> Answer {
    let body = json!({"adjustmentType": kind, "quantity": quantity, "reason": reason});
    dealership.central.patch(&format!("{}/adjust-stock", path(part)), body).await
}

async fn ledger(dealership: &Dealership, part: &Value) -> Vec<Value> {
    let path = format!("{}/transactions?sort=createdAt&limit=100", path(part));
    dealership.central.get(&path).await.rows()
}

/// Stock, what of it is promised, and what is left: which must agree with each other and with the ledger.
async fn stock(dealership: &Dealership, part: &Value) -> (i64, i64, i64) {
    let part = read(dealership, part).await;
    let of = |field: &str| part[field].as_i64().expect("a quantity");
    let sum: i64 = ledger(dealership, &part).await.iter().filter_map(|line| line["delta"].as_i64()).sum();
    assert_eq!(of("stockQuantity"), sum, "stock is the sum of the ledger");
    assert_eq!(of("available"), of("stockQuantity") - of("allocated"));
    (of("stockQuantity"), of("allocated"), of("available"))
}

async fn numbers(dealership: &Dealership, query: &str) -> Vec<String> {
    let answer = dealership.central.get(&format!("{LIST}{query}")).await;
    let total = answer.body["pagination"]["total"].as_u64();
    let rows = answer.rows();
    assert_eq!(total, Some(rows.len() as u64), "{query}: the total is exact");
    rows.iter().map(|row| row["partNumber"].as_str().expect("a number").to_owned()).collect()
}

#[tokio::test]
async fn a_new_part_has_its_stock_as_the_opening_entry_of_its_ledger() {
    let dealership = open().await;
    let part = dealership.central.create(PARTS, battery("BAT-MOD-001")).await;
    for (field, value) in [
        ("partName", json!("Battery Module")),
        ("partNumber", json!("BAT-MOD-001")),
        ("partCode", json!("BAT-MOD-001")),
        ("unitPrice", json!("50000")),
        ("costPrice", json!("40000.50")),
        ("gstRate", json!(18)),
        ("hsnSacCode", json!("8507")),
        ("stockQuantity", json!(500)),
        ("allocated", json!(0)),
        ("available", json!(500)),
        ("minStockLevel", json!(50)),
        ("maxStockLevel", json!(1000)),
        ("lowStock", json!(false)),
        ("location", json!("Rack 7")),
        ("version", json!(1)),
    ] {
        assert_eq!(part[field], value, "{field}");
    }
    assert!(part.get("serviceCenterId").is_none(), "it is no centre's");
    let mut expected = part.clone();
    expected["inTransit"] = json!(0);
    assert_eq!(read(&dealership, &part).await, expected);
    let ledger = ledger(&dealership, &part).await;
    assert_eq!(ledger.len(), 1);
    assert_eq!((&ledger[0]["type"], &ledger[0]["delta"]), (&json!("OPENING"), &json!(500)));
    assert_eq!((&ledger[0]["variance"], &ledger[0]["createdAt"]), (&Value::Null, &part["createdAt"]));
}

#[tokio::test]
async fn a_part_without_stock_has_an_empty_ledger_and_is_low() {
    let dealership = open().await;
    let mut body = battery("BAT-MOD-001");
    for field in ["stockQuantity", "minStockLevel", "maxStockLevel", "location", "hsnSacCode"] {
        body.as_object_mut().unwrap().remove(field);
    }
    body["partCode"] = json!("B1");
    let part = dealership.central.create(PARTS, body).await;
    assert_eq!(
        (&part["stockQuantity"], &part["available"], &part["partCode"]),
        (&json!(0), &json!(0), &json!("B1"))
    );
    assert_eq!((&part["lowStock"], &part["maxStockLevel"]), (&json!(true), &Value::Null));
    assert!(ledger(&dealership, &part).await.is_empty());
    assert_eq!(numbers(&dealership, "/low-stock").await, ["BAT-MOD-001"]);
}

#[tokio::test]
async fn a_part_number_is_unique_at_central_and_free_at_the_centres() {
    let dealership = open().await;
    dealership.central.create(PARTS, battery("BAT-MOD-001")).await;
    let again = dealership.admin.post(PARTS, battery("BAT-MOD-001")).await;
    again.refused(409, "ALREADY_EXISTS").naming("partNumber");
    assert_eq!(numbers(&dealership, "").await, ["BAT-MOD-001"]);
    dealership.one.inventory.create("/api/inventory/parts", battery("BAT-MOD-001")).await;
    assert_eq!(numbers(&dealership, "").await, ["BAT-MOD-001"], "a centre's part is not Central's");
}

#[tokio::test]
async fn a_wrong_part_is_refused_naming_its_field() {
    let dealership = open().await;
    for (field, value) in [
        ("gstRate", json!(12)),
        ("unitPrice", json!("1.234")),
        ("unitPrice", json!(-1)),
        ("costPrice", Value::Null),
        ("stockQuantity", json!(-1)),
        ("stockQuantity", json!(10_000_001)),
        ("maxStockLevel", json!(49)),
        ("partName", json!(" ")),
        ("partNumber", Value::Null),
        ("hsnSacCode", json!("12345")),
    ] {
        let mut body = battery("BAT-MOD-001");
        body[field] = value.clone();
        let answer = dealership.central.post(PARTS, body).await;
        assert_eq!(answer.status, 422, "{field} {value}: {}", answer.text);
        answer.refused(422, "VALIDATION_FAILED").naming(field);
    }
    assert!(numbers(&dealership, "").await.is_empty());
}

#[tokio::test]
async fn what_is_promised_to_issues_is_allocated_and_no_longer_available() {
    let dealership = open().await;
    let part = dealership.central.create(PARTS, battery("BAT-MOD-001")).await;
    dealership.issue(&dealership.one, &[(&part, 50)]).await;
    let row = &dealership.central.get(LIST).await.rows()[0];
    let shown = (&row["stockQuantity"], &row["allocated"], &row["available"]);
    assert_eq!(shown, (&json!(500), &json!(50), &json!(450)), "as the specification shows it");
    dealership.issue(&dealership.two, &[(&part, 25)]).await;
    assert_eq!(stock(&dealership, &part).await, (500, 75, 425));
    assert_eq!(ledger(&dealership, &part).await.len(), 1, "a promise moves nothing");
}

#[tokio::test]
async fn adjusting_adds_subtracts_sets_and_scraps_with_a_ledger_line_each() {
    let dealership = open().await;
    let part = dealership.central.create(PARTS, battery("BAT-MOD-001")).await;
    for (kind, quantity, reason, after, delta) in [
        ("ADD", 5, "STOCK_RECEIVED", 505, 5),
        ("SUBTRACT", 7, "SCRAPPED", 498, -7),
        ("SUBTRACT", 8, "STOCK_DAMAGED", 490, -8),
        ("SET", 500, "STOCK_COUNT", 500, 10),
        ("SET", 500, "STOCK_COUNT", 500, 0),
        ("SET", 3, "STOCK_COUNT", 3, -497),
        ("ADD", 1, "RETURNED", 4, 1),
    ] {
        dealership.app.advance(TimeDelta::seconds(1));
        let adjusted = adjust(&dealership, &part, (kind, quantity, reason)).await.expect(200);
        assert_eq!((&adjusted["stockQuantity"], &adjusted["available"]), (&json!(after), &json!(after)), "{kind}");
        assert_eq!(stock(&dealership, &part).await, (after, 0, after));
        let last = ledger(&dealership, &part).await.pop().unwrap();
        assert_eq!((&last["type"], &last["delta"]), (&json!("ADJUSTMENT"), &json!(delta)), "{kind} {quantity}");
        assert_eq!(last["reason"], reason);
    }
    assert_eq!(ledger(&dealership, &part).await.len(), 8);
}

#[tokio::test]
async fn stock_never_falls_below_what_is_promised() {
    let dealership = open().await;
    let part = dealership.central_part(10).await;
    dealership.issue(&dealership.one, &[(&part, 4)]).await;
    let before = read(&dealership, &part).await;
    let number = part["partNumber"].as_str().unwrap();
    for (kind, quantity) in [("SUBTRACT", 7), ("SET", 3), ("SUBTRACT", 11), ("SET", 0)] {
        let answer = adjust(&dealership, &part, (kind, quantity, "STOCK_COUNT")).await;
        answer.refused(409, "INSUFFICIENT_STOCK").naming(number);
    }
    assert_eq!(read(&dealership, &part).await, before);
    assert_eq!(ledger(&dealership, &part).await.len(), 1);
    adjust(&dealership, &part, ("SET", 4, "STOCK_COUNT")).await.expect(200);
    assert_eq!(stock(&dealership, &part).await, (4, 4, 0));
    adjust(&dealership, &part, ("SUBTRACT", 1, "SCRAPPED")).await.refused(409, "INSUFFICIENT_STOCK");
    adjust(&dealership, &part, ("ADD", 2, "STOCK_COUNT")).await.expect(200);
    for (kind, quantity) in [("ADD", 1), ("SET", 7)] {
        let scrap = adjust(&dealership, &part, (kind, quantity, "SCRAPPED")).await;
        scrap.refused(422, "VALIDATION_FAILED").naming("reason");
    }
    assert_eq!(stock(&dealership, &part).await, (6, 4, 2));
}

#[tokio::test]
async fn a_wrong_or_repeated_or_outdated_adjustment_changes_nothing() {
    let dealership = open().await;
    let part = dealership.central_part(10).await;
    for (field, value) in [
        ("quantity", json!(0)),
        ("quantity", json!(-1)),
        ("quantity", json!(1.5)),
        ("quantity", json!(10_000_000)),
        ("adjustmentType", json!("STEAL")),
        ("reason", json!("BECAUSE")),
    ] {
        let mut body = json!({"adjustmentType": "ADD", "quantity": 1, "reason": "STOCK_COUNT"});
        body[field] = value.clone();
        let answer = dealership.central.patch(&format!("{}/adjust-stock", path(&part)), body).await;
        answer.refused(422, "VALIDATION_FAILED").naming(field);
    }
    assert_eq!(stock(&dealership, &part).await, (10, 0, 10));
    let body = json!({"adjustmentType": "ADD", "quantity": 5, "reason": "STOCK_RECEIVED"});
    let request =
        || dealership.central.request(Method::PATCH, &format!("{}/adjust-stock", path(&part))).json(&body);
    let first = request().header("idempotency-key", "k1").send().await;
    let second = request().header("idempotency-key", "k1").send().await;
    assert_eq!(first.text, second.text);
    assert_eq!(stock(&dealership, &part).await, (15, 0, 15));
    request().header("if-match", "\"1\"").send().await.refused(412, "VERSION_MISMATCH");
    assert_eq!(stock(&dealership, &part).await, (15, 0, 15));
}

#[tokio::test]
async fn patch_changes_words_and_prices_and_never_stock_or_number() {
    let dealership = open().await;
    let part = dealership.central.create(PARTS, battery("BAT-MOD-001")).await;
    let renamed = dealership.central.patch(&path(&part), json!({"partNumber": "BAT-MOD-002"})).await;
    renamed.refused(422, "VALIDATION_FAILED").naming("partNumber");
    let wrong = dealership.central.patch(&path(&part), json!({"maxStockLevel": 1})).await;
    wrong.refused(422, "VALIDATION_FAILED").naming("maxStockLevel");
    assert_eq!(read(&dealership, &part).await["version"], 1);
    // The same number is no change of it; stock and promises are not the caller's to set.
    let changes = json!({"partNumber": "BAT-MOD-001", "unitPrice": "52000", "location": null,
        "stockQuantity": 9, "allocated": 9, "available": 9});
    let changed = dealership.central.patch(&path(&part), changes).await.expect(200);
    assert_eq!((&changed["unitPrice"], &changed["location"]), (&json!("52000"), &Value::Null));
    assert_eq!((&changed["partNumber"], &changed["version"]), (&json!("BAT-MOD-001"), &json!(2)));
    assert_eq!(stock(&dealership, &part).await, (500, 0, 500));
    let request = dealership.central.request(Method::PATCH, &path(&part)).header("if-match", "\"1\"");
    request.json(&json!({"category": "Late"})).send().await.refused(412, "VERSION_MISMATCH");
    assert_eq!(read(&dealership, &part).await["category"], "Battery");
}

#[tokio::test]
async fn a_part_moves_into_the_low_list_and_out_with_its_stock_and_its_minimum() {
    let dealership = open().await;
    let part = dealership.central_part_with_minimum(10, 5).await;
    let number = part["partNumber"].as_str().unwrap();
    dealership.central_part_with_minimum(6, 5).await;
    let worse = dealership.central_part_with_minimum(0, 9).await;
    let worse = worse["partNumber"].as_str().unwrap();
    assert_eq!(numbers(&dealership, "/low-stock").await, [worse]);
    let issue = dealership.issue(&dealership.one, &[(&part, 6)]).await;
    assert_eq!(numbers(&dealership, "/low-stock").await, [worse], "a promise takes nothing from the stock");
    let approve = format!("/api/parts-issues/{}/approve", id(&issue));
    dealership.admin.patch(&approve, json!({})).await.expect(200);
    assert_eq!(numbers(&dealership, "/low-stock").await, [worse, number], "the greatest shortage first");
    assert_eq!(numbers(&dealership, "/low-stock?sort=-stockQuantity").await, [number, worse]);
    assert_eq!(numbers(&dealership, "/low-stock?filter[stockQuantity][gt]=3").await, [number]);
    dealership.central.patch(&path(&part), json!({"minStockLevel": 3})).await.expect(200);
    assert_eq!(numbers(&dealership, "/low-stock").await, [worse]);
    assert_eq!(stock(&dealership, &part).await, (4, 0, 4));
}

#[tokio::test]
async fn lists_are_filtered_searched_and_sorted() {
    let dealership = open().await;
    for (number, name, stock, category) in
        [("BP-1", "Brake Pad", 5, "Brakes"), ("BD-1", "Brake Disc", 20, "Brakes"), ("OIL-1", "Oil", 7, "Fluids")]
    {
        dealership.app.advance(TimeDelta::days(1));
        let mut body = battery(number);
        body["partName"] = json!(name);
        body["stockQuantity"] = json!(stock);
        body["category"] = json!(category);
        let part = dealership.central.create(PARTS, body).await;
        if number == "BD-1" {
            dealership.issue(&dealership.one, &[(&part, 19)]).await;
        }
    }
    let cases: [(&str, &[&str]); 16] = [
        ("", &["OIL-1", "BD-1", "BP-1"]),
        ("?filter[stockQuantity][lte]=10", &["OIL-1", "BP-1"]),
        ("?filter[available][lt]=5", &["BD-1"]),
        ("?filter[available]=7", &["OIL-1"]),
        ("?filter[allocated][gt]=0", &["BD-1"]),
        ("?filter[category]=Brakes", &["BD-1", "BP-1"]),
        ("?filter[partNumber][in]=BP-1,OIL-1", &["OIL-1", "BP-1"]),
        ("?filter[createdAt][gte]=2026-11-25", &["OIL-1", "BD-1"]),
        ("?search=brake", &["BD-1", "BP-1"]),
        ("?search=PAD bra", &["BP-1"]),
        ("?search=oil-1", &["OIL-1"]),
        ("?search=tyre", &[]),
        ("?search=brake&filter[available][gte]=5", &["BP-1"]),
        ("?sort=partName", &["BD-1", "BP-1", "OIL-1"]),
        ("?sort=-stockQuantity", &["BD-1", "OIL-1", "BP-1"]),
        ("?sort=available", &["BD-1", "BP-1", "OIL-1"]),
    ];
    for (query, expected) in cases {
        assert_eq!(numbers(&dealership, query).await, expected, "{query}");
    }
    let page = dealership.central.get("/api/central-inventory?search=brake&limit=1&page=2").await;
    assert_eq!(page.body["pagination"]["total"], 2);
    assert_eq!(page.rows()[0]["partNumber"], "BP-1");
    let unknown = dealership.central.get("/api/central-inventory?filter[available]=many").await;
    unknown.refused(400, "BAD_QUERY").naming("filter[available]");
}

#[tokio::test]
async fn the_ledger_is_newest_first_and_filtered_by_type() {
    let dealership = open().await;
    let part = dealership.central_part(10).await;
    dealership.app.advance(TimeDelta::days(1));
    adjust(&dealership, &part, ("ADD", 2, "STOCK_COUNT")).await.expect(200);
    dealership.app.advance(TimeDelta::days(1));
    let issue = dealership.dispatched_issue(&dealership.one, &[(&part, 5)]).await;
    dealership.app.advance(TimeDelta::days(1));
    let line = json!({"itemId": id(&issue["items"][0]), "receivedQty": 2, "lostQty": 1, "returnedQty": 2});
    let receive = format!("/api/parts-issues/{}/receive", id(&issue));
    dealership.one.manager.patch(&receive, json!({"receivedItems": [line]})).await.expect(200);
    let seen = async |query: &str| {
        let answer = dealership.central.get(&format!("{}/transactions{query}", path(&part))).await;
        let total = answer.body["pagination"]["total"].as_u64().unwrap();
        let rows = answer.rows();
        (
            total,
            rows.iter().map(|row| (row["delta"].as_i64().unwrap(), row["variance"].clone())).collect::<Vec<_>>(),
        )
    };
    let plain = |delta: i64| (delta, Value::Null);
    let (total, all) = seen("").await;
    assert_eq!((total, &all[2..]), (5, [plain(-5), plain(2), plain(10)].as_slice()));
    assert_eq!(seen("?filter[type]=OPENING").await, (1, vec![plain(10)]));
    assert_eq!(seen("?filter[type]=ADJUSTMENT").await, (1, vec![plain(2)]));
    assert_eq!(seen("?filter[type]=TRANSFER_OUT").await, (1, vec![plain(-5)]));
    assert_eq!(seen("?filter[type]=TRANSFER_RETURN").await, (1, vec![plain(2)]));
    assert_eq!(seen("?filter[type]=TRANSIT_LOSS").await, (1, vec![(0, json!(1))]));
    assert_eq!(seen("?filter[type]=PURCHASE").await, (0, vec![]));
    assert_eq!(seen("?limit=2&page=3").await, (5, vec![plain(10)]));
    let unknown = dealership.central.get(&format!("{}/transactions?filter[type]=GIFT", path(&part))).await;
    unknown.refused(400, "BAD_QUERY").naming("filter[type]");
}

#[tokio::test]
async fn a_part_is_not_deleted_while_any_piece_of_it_is_in_stock_promised_or_under_way() {
    let dealership = open().await;
    let part = dealership.central_part(5).await;
    let refused = async |why: &str| {
        let before = read(&dealership, &part).await;
        let answer = dealership.central.delete(&path(&part)).await;
        assert_eq!((answer.status.as_u16(), &answer.body["code"]), (409, &json!("STOCK_LEFT")), "{why}");
        assert_eq!(read(&dealership, &part).await, before, "{why}");
    };
    refused("in stock").await;
    let issue = dealership.issue(&dealership.one, &[(&part, 5)]).await;
    refused("promised").await;
    let step = async |client: &dms_testkit::Client, step: &str, body: Value| {
        client.patch(&format!("/api/parts-issues/{}/{step}", id(&issue)), body).await.expect(200);
    };
    step(&dealership.admin, "approve", json!({})).await;
    assert_eq!(stock(&dealership, &part).await, (0, 0, 0));
    refused("under way").await;
    step(&dealership.central, "dispatch", json!({})).await;
    refused("dispatched").await;
    let line = json!({"itemId": id(&issue["items"][0]), "receivedQty": 5});
    step(&dealership.one.manager, "receive", json!({"receivedItems": [line]})).await;
    dealership.central.delete(&path(&part)).await.expect(200);
    dealership.central.get(&path(&part)).await.refused(404, "NOT_FOUND");
    dealership.central.get(&format!("{}/transactions", path(&part))).await.refused(404, "NOT_FOUND");
    adjust(&dealership, &part, ("ADD", 1, "STOCK_COUNT")).await.refused(404, "NOT_FOUND");
    assert!(numbers(&dealership, "").await.is_empty());
    assert!(numbers(&dealership, "/low-stock").await.is_empty());
    let again = dealership.central.post(PARTS, battery(part["partNumber"].as_str().unwrap())).await;
    again.refused(409, "ALREADY_EXISTS").naming("partNumber");
}

#[tokio::test]
async fn centrals_stock_is_no_business_of_the_centres() {
    let dealership = open().await;
    let part = dealership.central_part(5).await;
    let before = read(&dealership, &part).await;
    let one = &dealership.one;
    let adjustment = json!({"adjustmentType": "ADD", "quantity": 1, "reason": "STOCK_COUNT"});
    for client in [&one.manager, &one.advisor, &one.engineer, &one.inventory] {
        for path in
            [LIST.to_owned(), format!("{LIST}/low-stock"), path(&part), format!("{}/transactions", path(&part))]
        {
            client.get(&path).await.refused(403, "FORBIDDEN");
        }
        client.post(PARTS, battery("X")).await.refused(403, "FORBIDDEN");
        client.patch(&path(&part), json!({"category": "Mine"})).await.refused(403, "FORBIDDEN");
        client.patch(&format!("{}/adjust-stock", path(&part)), adjustment.clone()).await.refused(403, "FORBIDDEN");
        client.delete(&path(&part)).await.refused(403, "FORBIDDEN");
    }
    assert_eq!(read(&dealership, &part).await, before);
    // A part of a centre is none of Central's, by whatever id.
    let centres = dealership.part(one, 5).await;
    dealership.central.get(&path(&centres)).await.refused(404, "NOT_FOUND");
    dealership.admin.delete(&path(&centres)).await.refused(404, "NOT_FOUND");
    dealership.admin.get(&format!("/api/inventory/parts/{}", id(&part))).await.refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_stock_that_deliveries_made_larger_than_can_be_added_by_hand_can_still_be_taken_from() {
    let dealership = open().await;
    let (supplier, part) = (dealership.supplier().await, dealership.central_part(10_000_000).await);
    let body = json!({"supplierId": supplier["id"],
        "items": [{"centralInventoryPartId": part["id"], "quantity": 20, "unitPrice": 1}]});
    let order = dealership.central.create("/api/purchase-orders", body).await;
    let path = format!("/api/purchase-orders/{}", order["id"].as_str().unwrap());
    for step in ["submit", "approve"] {
        dealership.admin.patch(&format!("{path}/{step}"), json!({})).await.expect(200);
    }
    let line = json!({"itemId": order["items"][0]["id"], "receivedQty": 20, "acceptedQty": 20});
    dealership.central.patch(&format!("{path}/receive"), json!({"receivedItems": [line]})).await.expect(200);
    let path = format!("/api/central-inventory/parts/{}/adjust-stock", part["id"].as_str().unwrap());
    let body = json!({"adjustmentType": "SUBTRACT", "quantity": 1, "reason": "SCRAPPED"});
    let after = dealership.central.patch(&path, body).await.expect(200);
    assert_eq!(after["stockQuantity"], 10_000_019);
}
