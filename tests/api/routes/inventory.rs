//! Inventory: parts, their stock and ledger, what is low, and searching.

use axum::http::Method;
use chrono::TimeDelta;
use dms_testkit::{Answer, Dealership};
use serde_json::{Value, json};

const PARTS: &str = "/api/inventory/parts";

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
        "costPrice": "40000.50", "gstRate": 18, "stockQuantity": 10, "minStockLevel": 5, "maxStockLevel": 50,
        "location": "Warehouse Section B"})
}

/// The part, to compare with the answer of a command. Beyond that a GET tells what is under way: here nothing.
async fn read(dealership: &Dealership, part: &Value) -> Value {
    let mut part = dealership.one.inventory.get(&path(part)).await.expect(200);
    assert_eq!(part.as_object_mut().unwrap().remove("inTransit"), Some(json!(0)));
    part
}

async fn adjust(dealership: &Dealership, part: &Value, kind: &str, quantity: i64) -> Answer {
    let body = json!({"adjustmentType": kind, "quantity": quantity, "reason": "STOCK_COUNT"});
    dealership.one.inventory.patch(&format!("{}/adjust-stock", path(part)), body).await
}

/// The ledger, oldest first where time tells.
async fn ledger(dealership: &Dealership, part: &Value) -> Vec<Value> {
    let path = format!("{}/transactions?sort=createdAt&limit=100", path(part));
    dealership.one.inventory.get(&path).await.rows()
}

/// The stock, which is the sum of the ledger.
async fn stock(dealership: &Dealership, part: &Value) -> i64 {
    let stock = read(dealership, part).await["stockQuantity"].as_i64().expect("a quantity");
    let sum: i64 = ledger(dealership, part).await.iter().filter_map(|line| line["delta"].as_i64()).sum();
    assert_eq!(stock, sum, "stock is the sum of the ledger");
    stock
}

async fn numbers(dealership: &Dealership, query: &str) -> Vec<String> {
    let answer = dealership.one.inventory.get(&format!("/api/inventory{query}")).await;
    let total = answer.body["pagination"]["total"].as_u64();
    let rows = answer.rows();
    assert_eq!(total, Some(rows.len() as u64), "{query}: the total is exact");
    rows.iter().map(|row| row["partNumber"].as_str().expect("a number").to_owned()).collect()
}

async fn low(dealership: &Dealership) -> Vec<String> {
    numbers(dealership, "/low-stock").await
}

#[tokio::test]
async fn a_new_part_has_its_stock_as_the_opening_entry_of_its_ledger() {
    let dealership = open().await;
    let part = dealership.one.inventory.create(PARTS, battery("BAT-MOD-001")).await;
    for (field, value) in [
        ("partCode", json!("BAT-MOD-001")),
        ("unitPrice", json!("50000")),
        ("costPrice", json!("40000.50")),
        ("stockQuantity", json!(10)),
        ("lowStock", json!(false)),
        ("serviceCenterId", json!(dealership.one.id)),
        ("location", json!("Warehouse Section B")),
        ("version", json!(1)),
    ] {
        assert_eq!(part[field], value, "{field}");
    }
    assert_eq!(read(&dealership, &part).await, part);
    let ledger = ledger(&dealership, &part).await;
    assert_eq!(ledger.len(), 1);
    assert_eq!((&ledger[0]["type"], &ledger[0]["delta"]), (&json!("OPENING"), &json!(10)));
    assert_eq!(ledger[0]["createdAt"], part["createdAt"]);
    assert!(ledger[0]["createdBy"].is_string());
}

#[tokio::test]
async fn a_part_without_stock_has_an_empty_ledger() {
    let dealership = open().await;
    let mut body = battery("BAT-MOD-001");
    for field in ["stockQuantity", "minStockLevel", "maxStockLevel", "location"] {
        body.as_object_mut().unwrap().remove(field);
    }
    let part = dealership.one.inventory.create(PARTS, body).await;
    assert_eq!((&part["stockQuantity"], &part["minStockLevel"]), (&json!(0), &json!(0)));
    assert_eq!((&part["maxStockLevel"], &part["lowStock"]), (&Value::Null, &json!(true)));
    assert!(ledger(&dealership, &part).await.is_empty());
}

#[tokio::test]
async fn a_part_number_is_unique_in_its_centre_and_free_in_another() {
    let dealership = open().await;
    dealership.one.inventory.create(PARTS, battery("BAT-MOD-001")).await;
    let again = dealership.one.inventory.post(PARTS, battery("BAT-MOD-001")).await;
    again.refused(409, "ALREADY_EXISTS").naming("partNumber");
    assert_eq!(numbers(&dealership, "").await.len(), 1);
    let elsewhere = dealership.two.inventory.create(PARTS, battery("BAT-MOD-001")).await;
    assert_eq!(elsewhere["serviceCenterId"], dealership.two.id);
    dealership.one.inventory.get(&path(&elsewhere)).await.refused(404, "NOT_FOUND");
    assert_eq!(numbers(&dealership, "").await.len(), 1);
}

#[tokio::test]
async fn a_wrong_part_is_refused_naming_its_field() {
    let dealership = open().await;
    for (field, value) in [
        ("gstRate", json!(12)),
        ("gstRate", json!(-1)),
        ("unitPrice", json!("1.234")),
        ("unitPrice", json!(-1)),
        ("unitPrice", json!("1000000001")),
        ("costPrice", json!("free")),
        ("stockQuantity", json!(-1)),
        ("stockQuantity", json!(1.5)),
        ("stockQuantity", json!(10_000_001)),
        ("minStockLevel", json!(-1)),
        ("maxStockLevel", json!(4)),
        ("partName", json!(" ")),
        ("partNumber", json!("x".repeat(101))),
        ("hsnSacCode", json!("12345")),
    ] {
        let mut body = battery("BAT-MOD-001");
        body[field] = value.clone();
        let answer = dealership.one.inventory.post(PARTS, body).await;
        assert_eq!(answer.status, 422, "{field} {value}: {}", answer.text);
        answer.refused(422, "VALIDATION_FAILED").naming(field);
    }
    assert!(numbers(&dealership, "").await.is_empty());
}

#[tokio::test]
async fn adjusting_adds_subtracts_and_sets_with_a_ledger_line_each() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 10).await;
    for (kind, quantity, after, delta) in
        [("ADD", 5, 15, 5), ("SUBTRACT", 7, 8, -7), ("SET", 20, 20, 12), ("SET", 3, 3, -17)]
    {
        dealership.app.advance(TimeDelta::seconds(1));
        let adjusted = adjust(&dealership, &part, kind, quantity).await.expect(200);
        assert_eq!(adjusted["stockQuantity"], after, "{kind} {quantity}");
        assert_eq!(stock(&dealership, &part).await, after);
        let ledger = ledger(&dealership, &part).await;
        let last = ledger.last().unwrap();
        assert_eq!((&last["type"], &last["delta"]), (&json!("ADJUSTMENT"), &json!(delta)));
        assert_eq!((&last["reason"], &last["notes"]), (&json!("STOCK_COUNT"), &Value::Null));
    }
    let body = json!({"adjustmentType": "ADD", "quantity": 1, "reason": "RETURNED", "notes": "From the workshop"});
    dealership.app.advance(TimeDelta::seconds(1));
    let adjusted =
        dealership.one.inventory.patch(&format!("{}/adjust-stock", path(&part)), body).await.expect(200);
    assert_eq!(adjusted["version"], 6);
    let ledger = ledger(&dealership, &part).await;
    assert_eq!(ledger.len(), 6);
    assert_eq!(ledger[5]["notes"], "From the workshop");
}

#[tokio::test]
async fn a_count_that_finds_no_difference_is_in_the_ledger_too() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 10).await;
    adjust(&dealership, &part, "SET", 10).await.expect(200);
    assert_eq!(stock(&dealership, &part).await, 10);
    assert_eq!(ledger(&dealership, &part).await.len(), 2);
}

#[tokio::test]
async fn stock_never_falls_below_zero() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 10).await;
    let answer = adjust(&dealership, &part, "SUBTRACT", 11).await.refused(409, "INSUFFICIENT_STOCK");
    answer.naming(part["partNumber"].as_str().unwrap());
    assert_eq!(read(&dealership, &part).await, part);
    adjust(&dealership, &part, "SUBTRACT", 10).await.expect(200);
    adjust(&dealership, &part, "SUBTRACT", 1).await.refused(409, "INSUFFICIENT_STOCK");
    assert_eq!(stock(&dealership, &part).await, 0);
    assert_eq!(ledger(&dealership, &part).await.len(), 2);
}

#[tokio::test]
async fn a_wrong_adjustment_is_refused_naming_its_field() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 10).await;
    let good = json!({"adjustmentType": "ADD", "quantity": 1, "reason": "STOCK_COUNT"});
    for (field, value) in [
        ("quantity", json!(0)),
        ("quantity", json!(-1)),
        ("quantity", json!(1.5)),
        ("quantity", json!("1")),
        ("quantity", json!(10_000_000)),
        ("quantity", json!(10_000_001)),
        ("adjustmentType", json!("STEAL")),
        ("reason", json!("BECAUSE")),
        ("reason", Value::Null),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let answer = dealership.one.inventory.patch(&format!("{}/adjust-stock", path(&part)), body).await;
        assert_eq!(answer.status, 422, "{field} {value}: {}", answer.text);
        answer.refused(422, "VALIDATION_FAILED").naming(field);
    }
    assert_eq!(read(&dealership, &part).await, part);
    assert_eq!(ledger(&dealership, &part).await.len(), 1);
}

#[tokio::test]
async fn if_match_makes_a_count_a_compare_and_set() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 10).await;
    adjust(&dealership, &part, "SUBTRACT", 1).await.expect(200);
    let counted = json!({"adjustmentType": "SET", "quantity": 10, "reason": "STOCK_COUNT"});
    let request = dealership.one.inventory.request(Method::PATCH, &format!("{}/adjust-stock", path(&part)));
    request.header("if-match", "\"1\"").json(&counted).send().await.refused(412, "VERSION_MISMATCH");
    assert_eq!(stock(&dealership, &part).await, 9);
}

#[tokio::test]
async fn an_adjustment_repeated_with_its_key_happens_once() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 10).await;
    let body = json!({"adjustmentType": "ADD", "quantity": 5, "reason": "STOCK_RECEIVED"});
    let mut answers = Vec::new();
    for _ in 0..3 {
        let request = dealership.one.inventory.request(Method::PATCH, &format!("{}/adjust-stock", path(&part)));
        answers.push(request.header("idempotency-key", "k1").json(&body).send().await.text);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(stock(&dealership, &part).await, 15);
    assert_eq!(ledger(&dealership, &part).await.len(), 2);
}

#[tokio::test]
async fn a_part_is_low_from_its_minimum_down_and_no_longer_above_it() {
    let dealership = open().await;
    let part = dealership.part_with_minimum(&dealership.one, 10, 5).await;
    let number = part["partNumber"].as_str().unwrap();
    assert!(low(&dealership).await.is_empty());
    for (kind, quantity, is_low) in [
        ("SUBTRACT", 4, false),
        ("SUBTRACT", 1, true),
        ("SUBTRACT", 5, true),
        ("ADD", 5, true),
        ("ADD", 1, false),
        ("SET", 0, true),
    ] {
        let adjusted = adjust(&dealership, &part, kind, quantity).await.expect(200);
        assert_eq!(adjusted["lowStock"], is_low);
        let expected: &[&str] = if is_low { &[number] } else { &[] };
        assert_eq!(low(&dealership).await, expected, "{kind} {quantity}");
    }
}

#[tokio::test]
async fn issuing_and_returning_parts_moves_them_into_the_low_list_and_out() {
    let dealership = open().await;
    let part = dealership.part_with_minimum(&dealership.one, 10, 5).await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let body = json!({"parts": [{"inventoryPartId": id(&part), "requestedQty": 6}]});
    let request = format!("/api/job-cards/{}/request-parts", id(&card));
    let request = dealership.one.engineer.create(&request, body).await;
    assert!(low(&dealership).await.is_empty());
    let approve = format!("/api/parts-requests/{}/approve", id(&request));
    dealership.one.inventory.patch(&approve, json!({})).await.expect(200);
    assert_eq!(low(&dealership).await, [part["partNumber"].as_str().unwrap()]);
    assert_eq!(stock(&dealership, &part).await, 4);
    let cancel = format!("/api/job-cards/{}/cancel", id(&card));
    dealership.one.manager.post(&cancel, json!({"reason": "No"})).await.expect(200);
    assert!(low(&dealership).await.is_empty());
    assert_eq!(stock(&dealership, &part).await, 10);
}

#[tokio::test]
async fn another_minimum_moves_a_part_into_the_low_list_and_out() {
    let dealership = open().await;
    let part = dealership.part_with_minimum(&dealership.one, 10, 5).await;
    for (minimum, is_low) in [(10, true), (12, true), (9, false)] {
        let changed = dealership.one.inventory.patch(&path(&part), json!({"minStockLevel": minimum})).await;
        assert_eq!(changed.expect(200)["lowStock"], is_low, "{minimum}");
        assert_eq!(low(&dealership).await.len(), usize::from(is_low), "{minimum}");
    }
    assert_eq!(stock(&dealership, &part).await, 10);
}

#[tokio::test]
async fn the_low_list_begins_with_the_greatest_shortage_and_shows_the_own_centre() {
    let dealership = open().await;
    let some = dealership.part_with_minimum(&dealership.one, 3, 5).await;
    let most = dealership.part_with_minimum(&dealership.one, 0, 9).await;
    let just = dealership.part_with_minimum(&dealership.one, 5, 5).await;
    dealership.part_with_minimum(&dealership.one, 6, 5).await;
    dealership.part_with_minimum(&dealership.two, 0, 5).await;
    let number = |part: &Value| part["partNumber"].as_str().unwrap().to_owned();
    assert_eq!(low(&dealership).await, [number(&most), number(&some), number(&just)]);
    assert_eq!(
        numbers(&dealership, "/low-stock?sort=stockQuantity").await,
        [number(&most), number(&some), number(&just)]
    );
    assert_eq!(numbers(&dealership, "/low-stock?filter[stockQuantity][gt]=3").await, [number(&just)]);
    let unnamed = dealership.admin.get("/api/inventory/low-stock").await;
    unnamed.refused(422, "VALIDATION_FAILED").naming("serviceCenterId");
    let named = format!("/api/inventory/low-stock?serviceCenterId={}", dealership.two.id);
    assert_eq!(dealership.admin.get(&named).await.rows().len(), 1);
    dealership.one.inventory.get(&named).await.refused(403, "FORBIDDEN");
}

#[tokio::test]
async fn patch_changes_words_and_prices_and_never_the_stock() {
    let dealership = open().await;
    let part = dealership.one.inventory.create(PARTS, battery("BAT-MOD-001")).await;
    let changes = json!({"unitPrice": "52000", "location": null, "partName": "Battery", "stockQuantity": 999});
    let changed = dealership.one.inventory.patch(&path(&part), changes).await.expect(200);
    assert_eq!((&changed["unitPrice"], &changed["location"]), (&json!("52000"), &Value::Null));
    assert_eq!((&changed["partName"], &changed["partNumber"]), (&json!("Battery"), &json!("BAT-MOD-001")));
    assert_eq!((&changed["stockQuantity"], &changed["version"]), (&json!(10), &json!(2)));
    assert_eq!(stock(&dealership, &part).await, 10);
    let wrong = dealership.one.inventory.patch(&path(&part), json!({"maxStockLevel": 1})).await;
    wrong.refused(422, "VALIDATION_FAILED").naming("maxStockLevel");
    let wrong = dealership.one.inventory.patch(&path(&part), json!({"gstRate": 28})).await;
    wrong.refused(422, "VALIDATION_FAILED").naming("gstRate");
    assert_eq!(read(&dealership, &part).await, changed);
}

#[tokio::test]
async fn another_part_number_must_be_free_and_frees_the_old_one() {
    let dealership = open().await;
    let part = dealership.one.inventory.create(PARTS, battery("BAT-MOD-001")).await;
    dealership.one.inventory.create(PARTS, battery("BAT-MOD-002")).await;
    let taken = dealership.one.inventory.patch(&path(&part), json!({"partNumber": "BAT-MOD-002"})).await;
    taken.refused(409, "ALREADY_EXISTS").naming("partNumber");
    assert_eq!(read(&dealership, &part).await, part);
    dealership.one.inventory.patch(&path(&part), json!({"partNumber": "BAT-MOD-003"})).await.expect(200);
    dealership.one.inventory.create(PARTS, battery("BAT-MOD-001")).await;
    assert_eq!(stock(&dealership, &part).await, 10, "its ledger stays its own");
}

#[tokio::test]
async fn a_part_with_stock_is_not_deleted_and_a_deleted_one_is_gone() {
    let dealership = open().await;
    let part = dealership.part_with_minimum(&dealership.one, 10, 5).await;
    dealership.one.inventory.delete(&path(&part)).await.refused(409, "STOCK_LEFT");
    assert_eq!(read(&dealership, &part).await, part);
    adjust(&dealership, &part, "SET", 0).await.expect(200);
    assert_eq!(low(&dealership).await.len(), 1);
    dealership.one.inventory.delete(&path(&part)).await.expect(200);
    dealership.one.inventory.get(&path(&part)).await.refused(404, "NOT_FOUND");
    dealership.one.inventory.get(&format!("{}/transactions", path(&part))).await.refused(404, "NOT_FOUND");
    adjust(&dealership, &part, "ADD", 1).await.refused(404, "NOT_FOUND");
    assert!(numbers(&dealership, "").await.is_empty());
    assert!(low(&dealership).await.is_empty());
    let again = dealership.one.inventory.post(PARTS, battery(part["partNumber"].as_str().unwrap())).await;
    again.refused(409, "ALREADY_EXISTS").naming("partNumber");
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
        dealership.one.inventory.create(PARTS, body).await;
    }
    let cases: [(&str, &[&str]); 13] = [
        ("", &["OIL-1", "BD-1", "BP-1"]),
        ("?filter[stockQuantity][lte]=10", &["OIL-1", "BP-1"]),
        ("?filter[stockQuantity][gt]=5&filter[stockQuantity][lt]=20", &["OIL-1"]),
        ("?filter[category]=Brakes", &["BD-1", "BP-1"]),
        ("?filter[partNumber][in]=BP-1,OIL-1", &["OIL-1", "BP-1"]),
        ("?filter[createdAt][gte]=2026-11-25", &["OIL-1", "BD-1"]),
        ("?search=brake", &["BD-1", "BP-1"]),
        ("?search=brake+pad", &["BP-1"]),
        ("?search=PAD bra", &["BP-1"]),
        ("?search=oil-1", &["OIL-1"]),
        ("?search=tyre", &[]),
        ("?search=brake&filter[stockQuantity][gte]=10", &["BD-1"]),
        ("?sort=partName", &["BD-1", "BP-1", "OIL-1"]),
    ];
    for (query, expected) in cases {
        assert_eq!(numbers(&dealership, query).await, expected, "{query}");
    }
    let page = dealership.one.inventory.get("/api/inventory?search=brake&limit=1&page=2").await;
    assert_eq!(page.body["pagination"]["total"], 2);
    assert_eq!(page.rows()[0]["partNumber"], "BP-1");
    let unknown = dealership.one.inventory.get("/api/inventory?filter[stockQuantity]=many").await;
    unknown.refused(400, "BAD_QUERY").naming("filter[stockQuantity]");
}

#[tokio::test]
async fn the_ledger_is_newest_first_filtered_and_paged() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 10).await;
    for quantity in 1..=4 {
        dealership.app.advance(TimeDelta::days(1));
        adjust(&dealership, &part, "ADD", quantity).await.expect(200);
    }
    let deltas = async |query: &str| {
        let rows = dealership.one.inventory.get(&format!("{}/transactions{query}", path(&part))).await.rows();
        rows.iter().filter_map(|row| row["delta"].as_i64()).collect::<Vec<_>>()
    };
    assert_eq!(deltas("").await, [4, 3, 2, 1, 10]);
    assert_eq!(deltas("?limit=2&page=2").await, [2, 1]);
    assert_eq!(deltas("?filter[type]=OPENING").await, [10]);
    assert_eq!(deltas("?filter[createdAt][gte]=2026-11-25&filter[createdAt][lt]=2026-11-27").await, [3, 2]);
    let unknown = dealership.one.inventory.get(&format!("{}/transactions?filter[type]=GIFT", path(&part))).await;
    unknown.refused(400, "BAD_QUERY").naming("filter[type]");
}

#[tokio::test]
async fn an_admin_names_the_centre_and_sees_all() {
    let dealership = open().await;
    let mut body = battery("BAT-MOD-001");
    dealership.admin.post(PARTS, body.clone()).await.refused(422, "VALIDATION_FAILED").naming("serviceCenterId");
    body["serviceCenterId"] = json!(dealership.two.id);
    dealership.one.inventory.post(PARTS, body.clone()).await.refused(403, "FORBIDDEN");
    let part = dealership.admin.create(PARTS, body).await;
    dealership.part(&dealership.one, 1).await;
    assert_eq!(dealership.admin.get("/api/inventory").await.rows().len(), 2);
    let named = format!("/api/inventory?serviceCenterId={}", dealership.two.id);
    let rows = dealership.admin.get(&named).await.rows();
    assert_eq!(rows.iter().map(id).collect::<Vec<_>>(), [id(&part)]);
    assert_eq!(numbers(&dealership, "").await.len(), 1);
}

#[tokio::test]
async fn only_who_may_change_stock_does() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 10).await;
    let adjustment = json!({"adjustmentType": "ADD", "quantity": 5, "reason": "STOCK_RECEIVED"});
    let adjust_path = format!("{}/adjust-stock", path(&part));
    for client in [&dealership.one.manager, &dealership.one.advisor, &dealership.one.engineer] {
        client.get(&path(&part)).await.expect(200);
        client.patch(&adjust_path, adjustment.clone()).await.refused(403, "FORBIDDEN");
        client.post(PARTS, battery("X-1")).await.refused(403, "FORBIDDEN");
        client.delete(&path(&part)).await.refused(403, "FORBIDDEN");
    }
    dealership.central.get("/api/inventory").await.refused(403, "FORBIDDEN");
    dealership.two.inventory.patch(&adjust_path, adjustment).await.refused(404, "NOT_FOUND");
    assert_eq!(read(&dealership, &part).await, part);
}
