//! Reconciliation: where every piece is, after whatever happened to it.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use dms_testkit::{Centre, Client, Dealership};
use serde_json::{Value, json};

const PATH: &str = "/api/inventory/reconciliation";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

fn number(part: &Value) -> &str {
    part["partNumber"].as_str().expect("a number")
}

/// A part of a centre's own with any number.
async fn own_part(centre: &Centre, number: &str, stock: i64) -> Value {
    let body = json!({"partName": "Brake Pad", "partNumber": number, "category": "Brakes", "unitPrice": 10,
        "costPrice": 5, "gstRate": 18, "stockQuantity": stock});
    centre.inventory.create("/api/inventory/parts", body).await
}

async fn step(client: &Client, issue: &Value, step: &str, body: Value) -> Value {
    client.patch(&format!("/api/parts-issues/{}/{step}", id(issue)), body).await.expect(200)
}

async fn adjust(client: &Client, path: &str, (kind, quantity, reason): (&str, i64, &str)) {
    let body = json!({"adjustmentType": kind, "quantity": quantity, "reason": reason});
    client.patch(&format!("{path}/adjust-stock"), body).await.expect(200);
}

/// The balance of one part, which must add up.
async fn balance(dealership: &Dealership, number: &str) -> Value {
    let answer = dealership.admin.get(&format!("{PATH}?partNumber={number}")).await.expect(200);
    assert_eq!((&answer["differences"], &answer["nextCursor"]), (&json!(0), &Value::Null), "{answer}");
    let part = answer["parts"][0].clone();
    assert_eq!(answer["parts"].as_array().unwrap().len(), 1);
    assert_eq!((&part["partNumber"], &part["mismatches"]), (&json!(number), &json!([])));
    assert_eq!(part["difference"], 0, "{part}");
    part
}

/// Checks a balance: opening, received; central, inTransit, centres, consumed, scrapped.
#[track_caller]
fn is(part: &Value, expected: [i64; 7]) {
    let fields = ["opening", "received", "central", "inTransit", "centres", "consumed", "scrapped"];
    let seen = fields.map(|field| part[field].as_i64().expect("a number"));
    assert_eq!(seen, expected, "{part}");
    assert_eq!(seen[0] + seen[1], seen[2..].iter().sum::<i64>());
}

/// Every part number of a walk with this limit, and how many requests it took.
async fn walk(dealership: &Dealership, limit: usize) -> (Vec<String>, usize) {
    let (mut numbers, mut cursor, mut requests) = (Vec::new(), String::new(), 0);
    loop {
        let answer = dealership.admin.get(&format!("{PATH}?limit={limit}{cursor}")).await.expect(200);
        let parts = answer["parts"].as_array().unwrap();
        assert!(parts.len() <= limit, "{answer}");
        assert_eq!(answer["differences"], 0, "{answer}");
        numbers.extend(parts.iter().map(|part| number(part).to_owned()));
        requests += 1;
        assert!(requests < 100, "the walk ends");
        match answer["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (numbers, requests),
        }
    }
}

#[tokio::test]
async fn every_piece_of_a_long_history_is_somewhere() {
    let dealership = open().await;
    let (one, central) = (&dealership.one, &dealership.central);
    let part = dealership.central_part(100).await;
    let central_path = format!("/api/central-inventory/parts/{}", id(&part));
    let name = number(&part);
    is(&balance(&dealership, name).await, [100, 0, 100, 0, 0, 0, 0]);

    // Bought 50, of which 48 were good; two of Central's scrapped, one found.
    let supplier = dealership.supplier().await;
    let body = json!({"supplierId": id(&supplier),
        "items": [{"centralInventoryPartId": id(&part), "quantity": 50, "unitPrice": 1}]});
    let order = central.create("/api/purchase-orders", body).await;
    let path = format!("/api/purchase-orders/{}", id(&order));
    for name in ["submit", "approve"] {
        dealership.admin.patch(&format!("{path}/{name}"), json!({})).await.expect(200);
    }
    let line = json!({"itemId": id(&order["items"][0]), "receivedQty": 50, "acceptedQty": 48, "rejectedQty": 2});
    central.patch(&format!("{path}/receive"), json!({"receivedItems": [line]})).await.expect(200);
    adjust(central, &central_path, ("SUBTRACT", 2, "SCRAPPED")).await;
    adjust(central, &central_path, ("ADD", 1, "STOCK_COUNT")).await;
    is(&balance(&dealership, name).await, [100, 49, 147, 0, 0, 0, 2]);

    // Forty sent to centre one: 30 arrive, 3 are lost, 2 damaged, 4 sent back, 1 still under way.
    let issue = dealership.issue(one, &[(&part, 40)]).await;
    is(&balance(&dealership, name).await, [100, 49, 147, 0, 0, 0, 2]);
    step(&dealership.admin, &issue, "approve", json!({})).await;
    is(&balance(&dealership, name).await, [100, 49, 107, 40, 0, 0, 2]);
    step(central, &issue, "dispatch", json!({})).await;
    let line = json!({"itemId": id(&issue["items"][0]), "receivedQty": 30, "lostQty": 3, "damagedQty": 2,
        "returnedQty": 4});
    step(&one.manager, &issue, "receive", json!({"receivedItems": [line]})).await;
    is(&balance(&dealership, name).await, [100, 49, 111, 1, 30, 0, 7]);

    // Centre two had five of its own, and sends two of them back.
    let own = own_part(&dealership.two, name, 5).await;
    let body =
        json!({"direction": "CENTER_TO_CENTRAL", "items": [{"inventoryPartId": id(&own), "requestedQty": 2}]});
    let back = dealership.two.inventory.create("/api/parts-issues", body).await;
    step(&dealership.admin, &back, "approve", json!({})).await;
    step(&dealership.two.inventory, &back, "dispatch", json!({})).await;
    is(&balance(&dealership, name).await, [105, 49, 111, 3, 33, 0, 7]);
    let line = json!({"itemId": id(&back["items"][0]), "receivedQty": 1, "lostQty": 1});
    step(central, &back, "receive", json!({"receivedItems": [line]})).await;
    is(&balance(&dealership, name).await, [105, 49, 112, 1, 33, 0, 8]);

    // Centre one: ten on a card, of which three are not used; four on another card, which is cancelled.
    let stock = one.inventory.get("/api/inventory").await.rows().remove(0);
    let path = format!("/api/inventory/parts/{}", id(&stock));
    for (quantity, cancelled) in [(10, false), (4, true)] {
        let card = dealership.card_in_progress(one).await;
        let card_path = format!("/api/job-cards/{}", id(&card));
        let body = json!({"parts": [{"inventoryPartId": id(&stock), "requestedQty": quantity}]});
        let request = one.engineer.create(&format!("{card_path}/request-parts"), body).await;
        let approve = format!("/api/parts-requests/{}/approve", id(&request));
        one.inventory.patch(&approve, json!({})).await.expect(200);
        if cancelled {
            one.manager.post(&format!("{card_path}/cancel"), json!({"reason": "No"})).await.expect(200);
        } else {
            let card = one.manager.get(&card_path).await.expect(200);
            let body = json!({"items": [{"itemId": id(&card["items"][0]), "quantity": 3}]});
            one.inventory.post(&format!("{card_path}/return-parts"), body).await.expect(200);
        }
    }
    is(&balance(&dealership, name).await, [105, 49, 112, 1, 26, 7, 8]);

    // Three sold over the counter, two sold and taken back, one scrapped, two missing at a count.
    let customer = dealership.customer().await;
    for (quantity, cancelled) in [(3, false), (2, true)] {
        let body = json!({"customerId": id(&customer), "placeOfSupply": "Maharashtra",
            "items": [{"inventoryPartId": id(&stock), "quantity": quantity}]});
        let sale = one.manager.create("/api/invoices", body).await;
        if cancelled {
            let path = format!("/api/invoices/{}/status", id(&sale));
            one.manager.patch(&path, json!({"status": "CANCELLED", "reason": "Wrong"})).await.expect(200);
        }
    }
    adjust(&one.inventory, &path, ("SUBTRACT", 1, "SCRAPPED")).await;
    adjust(&one.inventory, &path, ("SET", 17, "STOCK_COUNT")).await;
    is(&balance(&dealership, name).await, [105, 49, 112, 1, 20, 10, 11]);

    // An issue that is closed unsent, and one that is rejected, leave everything as it was.
    let unsent = dealership.approved_issue(one, &[(&part, 6)]).await;
    is(&balance(&dealership, name).await, [105, 49, 106, 7, 20, 10, 11]);
    step(central, &unsent, "close", json!({})).await;
    let rejected = dealership.issue(one, &[(&part, 6)]).await;
    step(&dealership.admin, &rejected, "reject", json!({"reason": "No"})).await;
    is(&balance(&dealership, name).await, [105, 49, 112, 1, 20, 10, 11]);

    let all = dealership.admin.get(PATH).await.expect(200);
    assert_eq!((&all["differences"], &all["parts"].as_array().unwrap().len()), (&json!(0), &1));
    is(&all["parts"][0], [105, 49, 112, 1, 20, 10, 11]);
}

#[tokio::test]
async fn a_number_that_nobody_has_is_all_zero() {
    let dealership = open().await;
    dealership.central_part(3).await;
    is(&balance(&dealership, "NO-SUCH").await, [0; 7]);
}

#[tokio::test]
async fn a_walk_visits_every_number_once_whatever_its_limit() {
    let dealership = open().await;
    let mut expected = BTreeMap::new();
    for n in 0..5 {
        let part = dealership.central_part(n).await;
        expected.insert(number(&part).to_owned(), n);
        // Some are at one centre, too, some at both.
        for centre in [&dealership.one, &dealership.two].into_iter().take(usize::try_from(n % 3).unwrap()) {
            own_part(centre, number(&part), 10).await;
        }
    }
    for n in 0..4 {
        own_part(&dealership.one, &format!("ONE-{n}"), n).await;
        own_part(&dealership.two, &format!("TWO-{n}"), n).await;
        own_part(&dealership.one, &format!("BOTH-{n}"), n).await;
        own_part(&dealership.two, &format!("BOTH-{n}"), n).await;
        for name in ["ONE", "TWO", "BOTH"] {
            expected.insert(format!("{name}-{n}"), n);
        }
    }
    let expected: Vec<String> = expected.into_keys().collect();
    for limit in [1, 2, 3, 4, 5, 6, 7, 17, 100] {
        let (mut numbers, requests) = walk(&dealership, limit).await;
        numbers.sort();
        assert_eq!(numbers, expected, "limit {limit}");
        assert!(requests <= 17 / limit + 3 + 17, "{requests} requests with limit {limit}");
    }
    let both = balance(&dealership, "BOTH-3").await;
    is(&both, [6, 0, 0, 0, 6, 0, 0]);
}

#[tokio::test]
async fn a_number_is_visited_when_the_part_was_deleted_elsewhere() {
    let dealership = open().await;
    // Central has none any more, the centre still has what it was sent.
    let part = dealership.central_part(4).await;
    let issue = dealership.dispatched_issue(&dealership.one, &[(&part, 4)]).await;
    let line = json!({"itemId": id(&issue["items"][0]), "receivedQty": 4});
    step(&dealership.one.manager, &issue, "receive", json!({"receivedItems": [line]})).await;
    dealership.central.delete(&format!("/api/central-inventory/parts/{}", id(&part))).await.expect(200);
    is(&balance(&dealership, number(&part)).await, [4, 0, 0, 0, 4, 0, 0]);
    // Centre one has none any more, centre two does.
    let first = own_part(&dealership.one, "BOTH", 0).await;
    own_part(&dealership.two, "BOTH", 3).await;
    dealership.one.inventory.delete(&format!("/api/inventory/parts/{}", id(&first))).await.expect(200);
    for limit in [1, 2, 100] {
        let (mut numbers, _) = walk(&dealership, limit).await;
        numbers.sort();
        assert_eq!(numbers, [number(&part), "BOTH"], "limit {limit}");
    }
}

#[tokio::test]
async fn a_bad_limit_or_cursor_is_refused_naming_it() {
    let dealership = open().await;
    for _ in 0..3 {
        dealership.central_part(1).await;
    }
    for limit in ["0", "101", "-1", "1.5", "many", ""] {
        let answer = dealership.admin.get(&format!("{PATH}?limit={limit}")).await;
        assert!(answer.status.is_client_error(), "{limit}: {}", answer.text);
        answer.naming("limit");
    }
    for cursor in ["x", "0", "1.x", "-1.", "99.", "0.0.0", "99999999999999999999."] {
        let answer = dealership.admin.get(&format!("{PATH}?limit=1&cursor={cursor}")).await;
        assert!(answer.status.is_client_error(), "{cursor}: {}", answer.text);
        answer.naming("cursor");
    }
    dealership.admin.get(&format!("{PATH}?page=2")).await.refused(400, "BAD_QUERY");
}

#[tokio::test]
async fn only_an_admin_reconciles() {
    let dealership = open().await;
    let one = &dealership.one;
    for client in [&dealership.central, &one.manager, &one.advisor, &one.engineer, &one.inventory] {
        client.get(PATH).await.refused(403, "FORBIDDEN");
    }
    assert_eq!(dealership.admin.get(PATH).await.expect(200)["parts"], json!([]));
}

#[tokio::test]
async fn a_request_that_meets_only_parts_that_were_done_before_ends_and_tells_where_to_go_on() {
    let dealership = open().await;
    for n in 0..15 {
        let part = dealership.central_part(1).await;
        own_part(&dealership.one, number(&part), n).await;
    }
    // Ids of one millisecond are in no order.
    dealership.app.advance(TimeDelta::seconds(1));
    own_part(&dealership.one, "MINE-1", 1).await;
    let mut answer = dealership.admin.get(&format!("{PATH}?limit=1")).await.expect(200);
    let (mut numbers, mut empty) = (Vec::new(), 0);
    while let Some(cursor) = answer["nextCursor"].as_str() {
        let parts = answer["parts"].as_array().unwrap();
        numbers.extend(parts.iter().map(|part| number(part).to_owned()));
        empty += usize::from(parts.is_empty());
        answer = dealership.admin.get(&format!("{PATH}?limit=1&cursor={cursor}")).await.expect(200);
    }
    numbers.extend(answer["parts"].as_array().unwrap().iter().map(|part| number(part).to_owned()));
    assert_eq!((numbers.len(), numbers.last().unwrap().as_str()), (16, "MINE-1"));
    assert_eq!(empty, 1, "fifteen parts of the centre were done: ten are looked at by one request");
}

#[tokio::test]
async fn it_shows_the_fields_that_are_asked_for_alone() {
    let dealership = open().await;
    own_part(&dealership.one, "BP-1", 3).await;
    let asked = format!("{PATH}?fields=differences,parts.partNumber,parts.centres");
    let shown = dealership.admin.get(&asked).await.expect(200);
    assert_eq!(shown, json!({"differences": 0, "parts": [{"partNumber": "BP-1", "centres": 3}]}));
}
