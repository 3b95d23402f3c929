//! The query language over HTTP: what its parser accepts does what it says, and errors say where they are.

use dms_testkit::{Client, Dealership};
use serde_json::{Value, json};

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

#[tokio::test]
async fn relations_are_followed_three_steps_with_a_limit_for_each() {
    let dealership = open().await;
    let one = &dealership.one;
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    dealership.vehicle_of(&customer).await;
    for _ in 0..2 {
        let card = dealership.job_card_for(one, &vehicle).await;
        let path = format!("/api/job-cards/{}", id(&card));
        let engineer = json!({"engineerId": one.engineer_id});
        one.manager.post(&format!("{path}/assign-engineer"), engineer).await.expect(200);
        for status in ["IN_PROGRESS", "COMPLETED"] {
            one.engineer.patch(&format!("{path}/status"), json!({ "status": status })).await.expect(200);
        }
        let invoice = dealership.invoice_for(one, &card).await;
        let pay = format!("/api/invoices/{}/status", id(&invoice));
        one.manager.patch(&pay, json!({"status": "PAID"})).await.expect(200);
    }
    let list = "/api/job-cards?expand=customer.vehicles.serviceHistory";
    let rows = one.manager.get(list).await.rows();
    assert_eq!(rows.len(), 2);
    for row in &rows {
        assert_eq!(row["customer"]["name"], customer["name"], "the steps on the way are shown, too");
        let vehicles = row["customer"]["vehicles"].as_array().unwrap();
        assert_eq!(vehicles.len(), 2);
        let histories: Vec<usize> =
            vehicles.iter().map(|vehicle| vehicle["serviceHistory"].as_array().unwrap().len()).collect();
        assert_eq!(histories.iter().sum::<usize>(), 2, "the serviced vehicle has both services: {histories:?}");
    }
    let limited = format!("{list}&serviceHistory.limit=1&vehicles.limit=1&sort=createdAt");
    let row = one.manager.get(&limited).await.rows().remove(0);
    let vehicles = row["customer"]["vehicles"].as_array().unwrap();
    assert_eq!(vehicles.len(), 1);
    assert!(vehicles[0]["serviceHistory"].as_array().unwrap().len() <= 1);
    // One round trip a step.
    assert_eq!(one.manager.get(list).await.reading.round_trips, 1 + 3);
}

#[tokio::test]
async fn a_step_that_the_role_may_not_read_is_refused_wherever_it_stands() {
    let dealership = open().await;
    let one = &dealership.one;
    dealership.card_in_progress(one).await;
    let refused = one.inventory.get("/api/job-cards?expand=customer.vehicles").await.refused(403, "FORBIDDEN");
    assert!(refused.text.contains("customers:read"), "{}", refused.text);
    // The engineer may read customers and vehicles, and no invoices.
    let allowed = one.engineer.get("/api/job-cards?expand=vehicle.activeJobCard").await.rows();
    assert_eq!(allowed[0]["vehicle"]["activeJobCard"]["id"], allowed[0]["id"]);
    let refused = one.engineer.get("/api/job-cards?expand=vehicle.activeJobCard.invoice").await;
    refused.refused(403, "FORBIDDEN");
}

#[tokio::test]
async fn another_centres_document_is_null_at_the_end_of_every_path() {
    let dealership = open().await;
    let (one, two) = (&dealership.one, &dealership.two);
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    dealership.job_card_for(two, &vehicle).await;
    let path = format!("/api/customers/{}?expand=vehicles.activeJobCard.partsRequests", id(&customer));
    let seen = one.manager.get(&path).await.expect(200);
    assert!(seen["vehicles"][0]["activeJobCard"].is_null());
    let own = two.manager.get(&path).await.expect(200);
    assert!(own["vehicles"][0]["activeJobCard"]["partsRequests"].is_array());
}

#[tokio::test]
async fn texts_can_be_compared_by_what_they_contain() {
    let dealership = open().await;
    for number in ["BRK-PAD-1", "brk-disc-2", "WPR-1"] {
        let body = json!({"partName": "Part", "partNumber": number, "category": "C", "unitPrice": 1, "costPrice": 1,
            "gstRate": 18});
        dealership.one.inventory.create("/api/inventory/parts", body).await;
    }
    let answer = dealership.one.inventory.get("/api/inventory?filter[partNumber][like]=BRK&sort=partNumber").await;
    assert_eq!(answer.body["pagination"]["total"], 2);
    let numbers: Vec<Value> = answer.rows().iter().map(|row| row["partNumber"].clone()).collect();
    assert_eq!(numbers, ["BRK-PAD-1", "brk-disc-2"]);
    let wrong = dealership.one.inventory.get("/api/inventory?filter[gstRate][like]=1").await;
    wrong.refused(400, "BAD_QUERY").naming("filter[gstRate][like]");
}

#[tokio::test]
async fn plain_dates_are_days_of_creation_in_india_and_keep_the_total_exact() {
    let dealership = open().await;
    for _ in 0..3 {
        dealership.customer().await;
        dealership.app.advance(chrono::TimeDelta::days(1));
    }
    let total = async |query: &str| {
        let answer = dealership.admin.get(&format!("/api/customers?{query}")).await;
        answer.body["pagination"]["total"].as_u64().unwrap()
    };
    assert_eq!(total("dateFrom=2026-11-24").await, 2);
    assert_eq!(total("dateFrom=2026-11-24&dateTo=2026-11-24").await, 1);
    assert_eq!(total("dateTo=2026-11-22").await, 0);
}

#[tokio::test]
async fn an_error_names_the_parameter_and_where_it_stands() {
    let dealership = open().await;
    let wrong = dealership.one.manager.get("/api/job-cards?page=1&limit=5&filter[colour]=red").await;
    let wrong = wrong.refused(400, "BAD_QUERY").naming("filter[colour]");
    assert!(wrong.text.contains("(parameter 3)"), "{}", wrong.text);
    assert!(wrong.text.contains("valid: status, createdAt"), "{}", wrong.text);
    let twice = dealership.one.manager.get("/api/job-cards?page=1&page=2").await;
    twice.refused(400, "BAD_QUERY").naming("page");
}

#[tokio::test]
async fn documents_of_one_moment_stand_in_the_same_order_whatever_is_filtered() {
    let dealership = open().await;
    for _ in 0..3 {
        dealership.customer().await;
    }
    for sort in ["createdAt", "-createdAt"] {
        let ids = async |filter: &str| -> Vec<Value> {
            let rows = dealership.admin.get(&format!("/api/customers?sort={sort}{filter}")).await.rows();
            rows.iter().map(|row| row["id"].clone()).collect()
        };
        assert_eq!(ids("").await, ids("&filter[customerType]=B2C").await, "{sort}");
    }
}

#[tokio::test]
async fn a_time_between_two_milliseconds_has_all_others_before_or_after_it() {
    let dealership = open().await;
    dealership.app.advance(chrono::TimeDelta::milliseconds(1));
    dealership.customer().await;
    // Created at …00.001.
    for (filter, total) in [
        ("[gt]=2026-11-23T04:30:00.000600Z", 1),
        ("[gt]=2026-11-23T04:30:00.001Z", 0),
        ("[lt]=2026-11-23T04:30:00.001400Z", 1),
        ("[lt]=2026-11-23T04:30:00.001Z", 0),
        ("=2026-11-23T04:30:00.001400Z", 0),
    ] {
        let answer = dealership.admin.get(&format!("/api/customers?filter[createdAt]{filter}")).await;
        assert_eq!(answer.body["pagination"]["total"], total, "{filter}");
    }
}

#[tokio::test]
async fn a_centre_shown_beside_rows_is_read_once_in_half_a_minute_but_always_for_those_who_change_it() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let one = &dealership.one;
    dealership.job_card(one).await;
    let shown = async |client: &Client| {
        let answer = client.get("/api/job-cards?expand=serviceCenter").await;
        let reading = answer.reading;
        (answer.rows()[0]["serviceCenter"]["name"].as_str().expect("a name").to_owned(), reading.calls)
    };
    let (before, calls) = shown(&one.advisor).await;
    assert_eq!(shown(&one.manager).await, (before.clone(), calls - 1), "the second look needs no read");
    let path = format!("/api/service-centers/{}", one.id);
    dealership.admin.patch(&path, json!({"name": "Pune West"})).await.expect(200);
    assert_eq!(shown(&one.advisor).await.0, before);
    assert_eq!(shown(&dealership.admin).await.0, "Pune West", "who changed it sees it");
    assert_eq!(shown(&one.advisor).await.0, "Pune West");
    dealership.admin.patch(&path, json!({"name": "Pune East"})).await.expect(200);
    dealership.app.advance(chrono::TimeDelta::seconds(30));
    assert_eq!(shown(&one.advisor).await.0, "Pune East");
}
