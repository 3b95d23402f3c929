//! Many at once: numbers without gaps, stock never below zero, nothing twice.

use std::collections::BTreeSet;

use axum::http::Method;
use dms_testkit::Dealership;
use futures::future::join_all;
use serde_json::{Value, json};

fn id(document: &Value) -> &str {
    document["id"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_job_cards_at_once_get_consecutive_numbers() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let customer = dealership.customer().await;
    let vehicles = join_all((0..200).map(|_| dealership.vehicle_of(&customer))).await;
    let cards = join_all(vehicles.iter().map(|vehicle| dealership.job_card_for(&dealership.one, vehicle))).await;
    let numbers: BTreeSet<&str> = cards.iter().map(|card| card["jobCardNumber"].as_str().unwrap()).collect();
    let expected: BTreeSet<String> = (1..=200).map(|n| format!("SC001-2026-11-{n:04}")).collect();
    assert_eq!(numbers, expected.iter().map(String::as_str).collect());
    let list = dealership.one.manager.get("/api/job-cards?limit=1&filter[status]=CREATED").await;
    assert_eq!(list.body["pagination"]["total"], 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_of_a_function_share_one_number_series() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    // A second router has its own queue for turns, as another Lambda instance has.
    let other = dealership.app.second_instance(dms_local::all_routes());
    let other = other.with_token_of(&dealership.one.manager);
    let customer = dealership.customer().await;
    let vehicles = join_all((0..40).map(|_| dealership.vehicle_of(&customer))).await;
    let cards = join_all(vehicles.iter().enumerate().map(|(n, vehicle)| {
        let client = if n % 2 == 0 { &dealership.one.manager } else { &other };
        let body =
            json!({"customerId": vehicle["customerId"], "vehicleId": vehicle["id"], "serviceType": "Repair"});
        async move {
            // A client repeats what it was told to repeat.
            for _ in 0..10 {
                let answer = client.post("/api/job-cards", body.clone()).await;
                if answer.status != 503 {
                    return answer.expect(201);
                }
            }
            panic!("refused ten times")
        }
    }))
    .await;
    let numbers: BTreeSet<&str> = cards.iter().map(|card| card["jobCardNumber"].as_str().unwrap()).collect();
    let expected: BTreeSet<String> = (1..=40).map(|n| format!("SC001-2026-11-{n:04}")).collect();
    assert_eq!(numbers, expected.iter().map(String::as_str).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_invoices_at_once_of_two_instances_get_consecutive_numbers_and_none_is_lost() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let other = dealership.app.second_instance(dms_local::all_routes());
    let other = other.with_token_of(&dealership.one.manager);
    let customer = dealership.customer().await;
    let line = json!({"name": "Service Charge", "unitPrice": 100, "quantity": 1, "gstRate": 18});
    let body = json!({"customerId": customer["id"], "items": [line]});
    // The last seconds of a calendar year, in the middle of a financial one.
    let eve: chrono::DateTime<chrono::Utc> = "2026-12-31T18:29:58Z".parse().unwrap();
    dealership.app.advance(eve - dms_domain::calendar::Clock::now(&*dealership.app.clock));
    let issue = async |n: usize| {
        let client = if n.is_multiple_of(2) { &dealership.one.manager } else { &other };
        if n == 50 {
            dealership.app.advance(chrono::TimeDelta::seconds(2));
        }
        for _ in 0..50 {
            let answer = client.post("/api/invoices", body.clone()).await;
            if answer.status != 503 {
                return answer.expect(201);
            }
        }
        panic!("refused fifty times")
    };
    let invoices = join_all((0..100).map(issue)).await;
    let numbers: BTreeSet<&str> =
        invoices.iter().map(|invoice| invoice["invoiceNumber"].as_str().unwrap()).collect();
    let expected: BTreeSet<String> = (1..=100).map(|n| format!("INV-SC001-2026-{n:04}")).collect();
    assert_eq!(numbers, expected.iter().map(String::as_str).collect());
    let list = dealership.one.manager.get("/api/invoices?limit=100").await;
    assert_eq!(list.body["pagination"]["total"], 100);
    let listed: BTreeSet<String> =
        list.rows().iter().map(|row| row["invoiceNumber"].as_str().unwrap().to_owned()).collect();
    assert_eq!(listed, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_approvals_for_a_stock_of_a_hundred_exactly_a_hundred_succeed() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let one = &dealership.one;
    // With a minimum: the alert and the low-stock index are crossed on the way.
    let part = dealership.part_with_minimum(one, 100, 10).await;
    let requests = join_all((0..200).map(|_| async {
        let card = dealership.card_in_progress(one).await;
        let body = json!({"parts": [{"inventoryPartId": part["id"], "requestedQty": 1}]});
        one.engineer.create(&format!("/api/job-cards/{}/request-parts", id(&card)), body).await
    }))
    .await;
    let answers = join_all(requests.iter().map(|request| async {
        let path = format!("/api/parts-requests/{}/approve", id(request));
        for _ in 0..20 {
            let answer = one.inventory.patch(&path, json!({})).await;
            if answer.status != 503 {
                return answer;
            }
        }
        panic!("refused twenty times")
    }))
    .await;
    let approved = answers.iter().filter(|answer| answer.status == 200).count();
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.clone().refused(409, "INSUFFICIENT_STOCK").naming(part["partNumber"].as_str().unwrap());
    }
    assert_eq!(approved, 100);
    let path = format!("/api/inventory/parts/{}", id(&part));
    assert_eq!(one.inventory.get(&path).await.expect(200)["stockQuantity"], 0);
    let mut sum = 0;
    for page in 1..=2 {
        let ledger = one.inventory.get(&format!("{path}/transactions?limit=100&page={page}")).await;
        assert_eq!(ledger.body["pagination"]["total"], 101, "the opening and a line for each approval");
        sum += ledger.rows().iter().map(|line| line["delta"].as_i64().unwrap()).sum::<i64>();
    }
    assert_eq!(sum, 0, "stock is the sum of the ledger");
    let low = one.inventory.get("/api/inventory/low-stock").await.rows();
    assert_eq!(low[0]["id"], part["id"], "the part is listed as low");
    let in_work = one.manager.get("/api/job-cards?limit=1&filter[status]=IN_PROGRESS").await;
    assert_eq!(in_work.body["pagination"]["total"], 100, "cards whose request was decided are in work again");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_payment_fifty_times_at_once_adds_its_totals_once() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let one = &dealership.one;
    let card = dealership.completed_card(one).await;
    let invoice = dealership.invoice_for(one, &card).await;
    let path = format!("/api/invoices/{}/status", id(&invoice));
    let answers = join_all((0..50).map(|_| one.manager.patch(&path, json!({"status": "PAID"})))).await;
    for answer in answers {
        let paid = answer.expect(200);
        assert_eq!((&paid["status"], &paid["version"]), (&json!("PAID"), &json!(2)));
        assert_eq!(paid["payments"].as_array().unwrap().len(), 1);
    }
    let vehicle = format!("/api/vehicles/{}?expand=serviceHistory", card["vehicleId"].as_str().unwrap());
    let vehicle = one.manager.get(&vehicle).await.expect(200);
    assert_eq!(vehicle["totalServices"], 1);
    assert_eq!(vehicle["totalSpent"], invoice["grandTotal"]);
    assert_eq!(vehicle["serviceHistory"].as_array().unwrap().len(), 1);
    assert_eq!(vehicle["currentStatus"], "AVAILABLE");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_post_with_one_key_twenty_times_at_once_creates_one_document() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let advisor = &dealership.one.advisor;
    let body = json!({"name": "Asha Rao", "phone": "9876543210"});
    let answers = join_all((0..20).map(|_| {
        advisor.request(Method::POST, "/api/customers").header("idempotency-key", "once").json(&body).send()
    }))
    .await;
    let texts: BTreeSet<&str> = answers.iter().map(|answer| answer.text.as_str()).collect();
    assert_eq!(texts.len(), 1, "byte for byte the same");
    assert!(answers.iter().all(|answer| answer.status == 201));
    assert_eq!(advisor.get("/api/customers").await.body["pagination"]["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_cards_for_one_vehicle_at_once_one_is_opened() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    let body = json!({"customerId": customer["id"], "vehicleId": vehicle["id"], "serviceType": "Repair"});
    let both = [&dealership.one.manager, &dealership.two.manager];
    let answers = join_all((0..20).map(|n| both[n % 2].post("/api/job-cards", body.clone()))).await;
    let opened = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(opened, 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.refused(409, "VEHICLE_BUSY");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn adjustments_at_once_all_count() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let one = &dealership.one;
    let part = dealership.part(one, 0).await;
    let path = format!("/api/inventory/parts/{}", id(&part));
    let add = json!({"adjustmentType": "ADD", "quantity": 3, "reason": "STOCK_RECEIVED"});
    // In one instance they line up: nobody is told to repeat.
    let adjust = async || one.inventory.patch(&format!("{path}/adjust-stock"), add.clone()).await.expect(200);
    let adjusted = join_all((0..100).map(|_| adjust())).await;
    let seen: BTreeSet<i64> = adjusted.iter().map(|part| part["stockQuantity"].as_i64().unwrap()).collect();
    assert_eq!(seen.len(), 100, "each saw its own result");
    assert_eq!(one.inventory.get(&path).await.expect(200)["stockQuantity"], 300);
    assert_eq!(one.inventory.get(&format!("{path}/transactions")).await.body["pagination"]["total"], 100);
}

#[tokio::test]
async fn a_centre_that_another_instance_has_opened_is_in_the_very_next_list_of_all_centres() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let other = dealership.app.second_instance(dms_local::all_routes()).with_token_of(&dealership.admin);
    let customer = dealership.customer().await;
    // This instance counts two centres.
    assert_eq!(dealership.admin.get("/api/invoices").await.body["pagination"]["total"], 0);
    let centre = json!({"code": "SC003", "name": "New", "address": "1 New Road", "city": "Pune", "state": "Maharashtra",
        "pincode": "411001", "phone": "+919876543210", "gstin": "27AABCU9603R1ZN"});
    let centre = other.create("/api/service-centers", centre).await;
    let lines = json!([{"name": "Service Charge", "unitPrice": 100, "quantity": 1, "gstRate": 18}]);
    let invoice = json!({"customerId": customer["id"], "serviceCenterId": centre["id"], "items": lines});
    let invoice = other.create("/api/invoices", invoice).await;
    let listed = dealership.admin.get("/api/invoices").await;
    assert_eq!(listed.body["pagination"]["total"], 1);
    assert_eq!(id(&listed.rows()[0]), id(&invoice));
    // To the others it is as foreign as it was.
    assert_eq!(dealership.one.manager.get("/api/invoices").await.rows(), Vec::<Value>::new());
}
