//! What orders, their deliveries and parts issues cost in the database (PERFORMANCE.md), for 1, 10 and 40 parts.

use dms_testkit::{Centre, Client, Dealership};
use serde_json::{Value, json};

use crate::cost::within;

fn id(document: &Value) -> &str {
    document["id"].as_str().unwrap()
}

/// One unit more where someone is told of it: the command waits in the outbox until its events are sent.
const TOLD: f64 = 1.0;

/// Budget of a delivery, and of an issue's request, approval and receipt: 8 + 6n write units for n parts.
fn budget(parts: usize) -> f64 {
    8.0 + 6.0 * f64::from(u32::try_from(parts).unwrap())
}

/// 40 lines make documents of 16 to 24 KB: reading one takes up to six units instead of one.
fn one_document(parts: usize) -> f64 {
    match parts {
        1 => 1.0,
        10 => 2.0,
        _ => 6.0,
    }
}

async fn central_parts(dealership: &Dealership, count: usize) -> Vec<Value> {
    let mut parts = Vec::new();
    for _ in 0..count {
        parts.push(dealership.central_part(1_000).await);
    }
    parts
}

/// A receipt of so many pieces of every line.
fn all_of(document: &Value, quantity: i64) -> Value {
    let lines = document["items"].as_array().unwrap().iter();
    let lines = lines.map(|line| json!({"itemId": id(line), "receivedQty": quantity, "acceptedQty": quantity}));
    json!({"receivedItems": lines.collect::<Vec<_>>()})
}

/// An issue of ten pieces of each part, on its way.
async fn sent(dealership: &Dealership, centre: &Centre, parts: &[Value]) -> (Value, String) {
    let lines: Vec<(&Value, i64)> = parts.iter().map(|part| (part, 10)).collect();
    let issue = dealership.dispatched_issue(centre, &lines).await;
    let receive = format!("/api/parts-issues/{}/receive", id(&issue));
    (issue, receive)
}

#[tokio::test]
async fn a_delivery_costs_no_more_than_its_budget() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let central = &dealership.central;
    for (n, more) in [(1, 2.0), (10, 0.0), (40, 0.0)] {
        let parts = central_parts(&dealership, n).await;
        let supplier = dealership.supplier().await;
        let line = |part: &Value| json!({"centralInventoryPartId": id(part), "quantity": 10, "unitPrice": 1});
        let body = json!({"supplierId": id(&supplier), "items": parts.iter().map(line).collect::<Vec<_>>()});
        // Every part is read for its number and its rate, and the supplier.
        let reads = f64::from(u32::try_from(n).unwrap()) + 1.0;
        let what = format!("order of {n}");
        let order = within(central.post("/api/purchase-orders", body).await, &what, 2, reads, budget(n));
        let path = format!("/api/purchase-orders/{}", id(&order));
        let one = one_document(n);
        let submitted = central.patch(&format!("{path}/submit"), json!({})).await;
        within(submitted, &format!("submit {n}"), 2, one, budget(n));
        let approved = dealership.admin.patch(&format!("{path}/approve"), json!({})).await;
        within(approved, &format!("approve {n}"), 2, one, budget(n));
        for quantity in [4, 6] {
            let received = central.patch(&format!("{path}/receive"), all_of(&order, quantity)).await;
            // The smallest order with its deliveries has grown beyond a kilobyte: two units each time it is written,
            // once for itself and once for the answer kept with its command.
            within(received, &format!("receive {quantity} of {n}"), 2, one, budget(n) + more);
        }
        within(central.get(&path).await, &format!("get {n}"), 1, one, 0.0);
    }
}

#[tokio::test]
async fn an_issue_costs_no_more_than_its_budget() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let one = &dealership.one;
    for (n, more) in [(1, 4.0), (10, 1.0), (40, 0.0)] {
        let parts = central_parts(&dealership, n).await;
        // The centre has them already.
        for some in parts.chunks(10) {
            let (issue, receive) = sent(&dealership, one, some).await;
            one.manager.patch(&receive, all_of(&issue, 10)).await.expect(200);
        }
        let line = |part: &Value| json!({"centralInventoryPartId": id(part), "requestedQty": 10});
        let body = json!({"items": parts.iter().map(line).collect::<Vec<_>>()});
        // Every part is read, and which part of the centre it is.
        let reads = 2.0 * f64::from(u32::try_from(n).unwrap());
        let what = format!("ask for {n}");
        let issue = within(one.manager.post("/api/parts-issues", body).await, &what, 2, reads, budget(n) + TOLD);
        let path = format!("/api/parts-issues/{}", id(&issue));
        let read = one_document(n);
        let approved = dealership.admin.patch(&format!("{path}/approve"), json!({})).await;
        within(approved, &format!("approve {n}"), 2, read, budget(n) + TOLD);
        let dispatched = dealership.central.patch(&format!("{path}/dispatch"), json!({})).await;
        within(dispatched, &format!("dispatch {n}"), 2, read, budget(n) + TOLD);
        let received = one.manager.patch(&format!("{path}/receive"), all_of(&issue, 10)).await;
        // Beside the lines: the issue (over a kilobyte with its dispatch and its receipt, and in the index of its
        // state), the tally, the note of what is in transit, and the command with the answer.
        within(received, &format!("receive {n}"), 2, read, budget(n) + more + TOLD);
        within(one.manager.get(&path).await, &format!("get {n}"), 1, read, 0.0);
    }
}

#[tokio::test]
async fn a_receipt_of_parts_that_are_new_to_the_centre_creates_them() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    // A new part is four writes: itself, its entry, and the guards of its number and of Central's part; and one for each
    // word it is found by. Of 40 there are too many for one transaction: they are created before it.
    for (n, round_trips, write_units) in [(1, 2, 33.0), (10, 2, 196.0), (40, 6, 955.0)] {
        let parts = central_parts(&dealership, n).await;
        let (issue, receive) = sent(&dealership, &dealership.one, &parts).await;
        let received = dealership.one.manager.patch(&receive, all_of(&issue, 10)).await;
        within(received, &format!("receive {n} new"), round_trips, one_document(n), write_units);
    }
}

#[tokio::test]
async fn reading_costs_no_more_than_its_budgets() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let (one, central) = (&dealership.one, &dealership.central);
    let parts = central_parts(&dealership, 20).await;
    let supplier = dealership.supplier().await;
    let line = json!({"centralInventoryPartId": id(&parts[0]), "quantity": 10, "unitPrice": 1});
    let order = json!({"supplierId": id(&supplier), "items": [line]});
    let order = central.create("/api/purchase-orders", order).await;
    for part in &parts {
        let (issue, receive) = sent(&dealership, one, std::slice::from_ref(part)).await;
        one.manager.patch(&receive, all_of(&issue, 9)).await.expect(200);
    }
    let own = one.inventory.get("/api/inventory").await.rows();
    let cost = async |client: &Client, path: &str, round_trips: u64, read_units: f64| {
        within(client.get(path).await, path, round_trips, read_units, 0.0);
    };
    let part = format!("/api/central-inventory/parts/{}", id(&parts[0]));
    // The part, and beside it the notes of what is in transit.
    cost(central, &part, 1, 3.0).await;
    cost(&one.inventory, &format!("/api/inventory/parts/{}", id(&own[0])), 1, 3.0).await;
    cost(central, &format!("/api/suppliers/{}", id(&supplier)), 1, 1.0).await;
    cost(central, &format!("/api/purchase-orders/{}", id(&order)), 1, 1.0).await;
    cost(central, &format!("{part}/transactions"), 1, 3.0).await;
    cost(central, "/api/central-inventory/low-stock", 1, 3.0).await;
    cost(&one.inventory, "/api/inventory/low-stock", 1, 3.0).await;
    for path in ["/api/suppliers", "/api/central-inventory", "/api/purchase-orders"] {
        cost(central, path, 2, 45.0).await;
    }
    for path in ["/api/parts-issues", "/api/inventory"] {
        cost(&one.inventory, path, 2, 45.0).await;
    }
    // Across the centres.
    cost(central, "/api/parts-issues", 3, 45.0).await;
    let adjustment = json!({"adjustmentType": "ADD", "quantity": 5, "reason": "STOCK_RECEIVED"});
    within(central.patch(&format!("{part}/adjust-stock"), adjustment).await, "adjust stock", 2, 1.0, 10.0);
}
