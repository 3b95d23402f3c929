//! What quotations cost in the database (PERFORMANCE.md), for 1, 10 and 40 lines, and their lists at any length.

use dms_testkit::Dealership;
use serde_json::{Value, json};

use crate::cost::within;

fn id(document: &Value) -> &str {
    document["id"].as_str().unwrap()
}

fn lines(count: usize) -> Vec<Value> {
    let line = |n| {
        json!({"partName": format!("Part {n}"), "partNumber": format!("P-{n:03}"), "quantity": 2, "rate": 100,
        "gstPercent": 18})
    };
    (0..count).map(line).collect()
}

/// A write of a quotation of so many lines: itself, in the indexes of its state and of its last day, its tally, and the
/// record of the command; a line is some 250 bytes. A job card's own budget is 25, with its forms and the vehicle.
fn budget(lines: usize) -> f64 {
    match lines {
        1 => 13.0,
        10 => 21.0,
        _ => 51.0,
    }
}

#[tokio::test]
async fn a_quotation_costs_no_more_than_its_budget() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let advisor = &dealership.one.advisor;
    for n in [1, 10, 40] {
        let customer = dealership.customer().await;
        let vehicle = dealership.vehicle_of(&customer).await;
        let body =
            json!({"customerId": id(&customer), "vehicleId": id(&vehicle), "items": lines(n), "discount": 10});
        // The centre for its state, the customer for theirs.
        let answer = advisor.post("/api/quotations", body).await;
        let quotation = within(answer, &format!("create {n}"), 2, 2.0, budget(n));
        let path = format!("/api/quotations/{}", id(&quotation));
        // 40 lines are 10 KB: three units to read.
        let one = if n == 40 { 3.0 } else { 1.0 };
        within(advisor.get(&path).await, &format!("get {n}"), 1, one, 0.0);
        let changed = advisor.patch(&path, json!({"discount": 20})).await;
        within(changed, &format!("change {n}"), 2, one, budget(n));
        let sent = advisor.patch(&format!("{path}/send"), json!({})).await;
        within(sent, &format!("send {n}"), 2, one, budget(n));
        let link = advisor.post(&format!("{path}/approval-link"), json!({})).await;
        let link = within(link, &format!("link {n}"), 1, one, 0.0)["path"].as_str().unwrap().to_owned();
        // The quotation; then centre, customer and vehicle.
        let customer = dealership.app.anonymous();
        within(customer.get(&link).await, &format!("see {n}"), 2, one + 3.0, 0.0);
        let answered = customer.post(&link, json!({"all": "APPROVE"})).await;
        within(answered, &format!("answer {n}"), 3, one + 3.0, budget(n));
        // Quotation and counter; then customer and vehicle; then the card with its forms, the vehicle and the quotation.
        let card = advisor.post(&format!("{path}/convert"), json!({})).await;
        within(card, &format!("convert {n}"), 3, one + 3.0, budget(n) + 20.0);
    }
}

#[tokio::test]
async fn a_list_costs_the_same_at_any_length_and_knows_what_has_expired() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let advisor = &dealership.one.advisor;
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    let list = async |query: &str| advisor.get(&format!("/api/quotations?limit=20{query}")).await;
    let mut days = Vec::new();
    for day in 1..=4_u64 {
        for _ in 0..40 {
            dealership.quotation_for(&dealership.one, &vehicle).await;
        }
        let first = list("").await;
        assert_eq!(first.body["pagination"]["total"], 40 * day);
        within(first.clone(), "list", 2, 45.0, 0.0);
        within(list("&expand=customer").await, "list with expand", 3, 45.0, 0.0);
        days.push(first.reading);
        dealership.app.advance(chrono::TimeDelta::days(1));
    }
    let (first, last) = (days[0], days[3]);
    assert_eq!(last.round_trips, first.round_trips);
    assert!(last.read_units <= first.read_units * 1.05, "{last:?} after {first:?}");
    within(list("&page=7&filter[status]=DRAFT").await, "page 7", 2, 45.0, 0.0);

    // Whoever looks first on the day on which they expire pays for them; nobody else does.
    dealership.app.advance(chrono::TimeDelta::days(12));
    let expiring = list("&filter[status]=EXPIRED").await;
    assert_eq!(expiring.body["pagination"]["total"], 40, "{}", expiring.text);
    assert!(expiring.reading.write_units > 0.0);
    within(list("&filter[status]=EXPIRED").await, "the next one", 2, 45.0, 0.0);
    assert_eq!(list("&filter[status]=DRAFT").await.body["pagination"]["total"], 120);
}
