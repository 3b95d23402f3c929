//! What each endpoint costs in the database: serial round trips and request units, as DynamoDB reports them
//! (PERFORMANCE.md), and that lists cost the same however long they are.

use axum::http::Method;
use dms_domain::file::Sha256Hash;
use dms_store::Reading;
use dms_testkit::{Answer, Dealership, samples};
use serde_json::{Value, json};

use crate::routes::send_form;

fn id(document: &Value) -> &str {
    document["id"].as_str().unwrap()
}

/// Checks a request's cost and returns its data.
#[track_caller]
pub(crate) fn within(answer: Answer, what: &str, round_trips: u64, read_units: f64, write_units: f64) -> Value {
    let cost: Reading = answer.reading;
    assert!(answer.status.is_success(), "{what}: {}", answer.text);
    assert!(cost.round_trips <= round_trips, "{what}: {} round trips, {round_trips} allowed", cost.round_trips);
    assert!(cost.read_units <= read_units, "{what}: {} read units, {read_units} allowed", cost.read_units);
    assert!(cost.write_units <= write_units, "{what}: {} write units, {write_units} allowed", cost.write_units);
    answer.body["data"].clone()
}

/// Checks the cost of a paper.
#[track_caller]
fn paper_within(answer: Answer, read_units: f64) {
    assert_eq!(answer.headers["content-type"], "application/pdf", "{}", answer.text);
    let cost = answer.reading;
    assert!(
        cost.round_trips <= 2 && cost.read_units <= read_units && cost.write_units == 0.0,
        "a paper: {cost:?}"
    );
}

#[tokio::test]
async fn a_day_costs_no_more_than_its_budgets() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let one = &dealership.one;

    let login = json!({"email": "manager@sc001.example", "password": "password-1"});
    // Two reads more than the budget: the failed logins of this minute, and whether the centre works.
    let tokens = within(dealership.app.anonymous().post("/api/auth/login", login).await, "login", 2, 3.0, 1.0);
    let refresh = json!({"refreshToken": tokens["refreshToken"]});
    // One read more: whether the centre works.
    within(dealership.app.anonymous().post("/api/auth/refresh", refresh).await, "refresh", 2, 2.0, 1.0);
    within(one.manager.get("/api/auth/me").await, "me", 1, 1.0, 0.0);

    // One read more than the budget: the answer lists who has the same phone (decisions, "Mobile"). Five write units
    // more: they are found by two words of the name and by both together, both ends of the phone number, e-mail and
    // number, two units each.
    let body = json!({"name": "Asha Rao", "phone": "9876543210", "email": "asha@example.com"});
    let customer = within(one.advisor.post("/api/customers", body).await, "create customer", 2, 1.0, 22.0);
    let body = json!({"customerId": customer["id"], "registration": "MH12AB1234", "vin": "VIN123456789",
        "vehicleMake": "Tesla", "vehicleModel": "Model 3", "vehicleYear": 2023});
    let vehicle = within(one.advisor.post("/api/vehicles", body).await, "create vehicle", 2, 1.0, 21.0);
    let path = format!("/api/customers/{}", id(&customer));
    within(one.advisor.get(&path).await, "customer", 1, 5.0, 0.0);
    within(one.advisor.get(&format!("{path}?expand=vehicles")).await, "customer with vehicles", 2, 5.0, 0.0);
    // Five digits can be either end of a phone number, or the end of a customer number or a VIN: a unit for each.
    within(one.advisor.get("/api/customers/search?query=98765").await, "search", 2, 5.0, 0.0);
    within(one.advisor.get("/api/customers/search?query=9876543210").await, "whole phone", 2, 2.0, 0.0);
    within(one.advisor.get("/api/customers/search?query=asha&type=name").await, "name", 2, 2.0, 0.0);
    within(one.advisor.get("/api/vehicles?search=MH12AB1234").await, "registration", 2, 2.0, 0.0);

    let body = json!({"customerId": customer["id"], "vehicleId": vehicle["id"], "serviceType": "Repair",
        "appointmentDate": "2026-12-01", "appointmentTime": "10:00 AM", "location": "STATION"});
    within(one.advisor.post("/api/appointments", body).await, "create appointment", 2, 1.0, 16.0);
    let body = json!({"customerId": customer["id"], "vehicleId": vehicle["id"], "serviceType": "Repair",
        "part1Data": {"fullName": "Asha Rao", "registrationNumber": "MH12AB1234"}});
    let card = within(one.advisor.post("/api/job-cards", body).await, "create job card", 2, 1.0, 25.0);

    let path = format!("/api/job-cards/{}", id(&card));
    let body = json!({"engineerId": one.engineer_id});
    // Two documents are read, the card and the engineer.
    within(one.manager.post(&format!("{path}/assign-engineer"), body).await, "assign engineer", 2, 2.0, 18.0);
    let body = json!({"status": "IN_PROGRESS"});
    within(one.engineer.patch(&format!("{path}/status"), body).await, "status", 2, 1.0, 18.0);

    let part = dealership.part(one, 100).await;
    let body = json!({"parts": [{"inventoryPartId": part["id"], "requestedQty": 1}]});
    let request =
        within(one.engineer.post(&format!("{path}/request-parts"), body).await, "request parts", 2, 2.0, 26.0);
    // 4 + 6n cannot hold with the card's own return to work in the same transaction: 20 + 4n.
    let approve = format!("/api/parts-requests/{}/approve", id(&request));
    within(one.inventory.patch(&approve, json!({})).await, "approve 1 part", 2, 1.0, 24.0);
    let body = json!({"adjustmentType": "ADD", "quantity": 5, "reason": "STOCK_RECEIVED"});
    let adjust = format!("/api/inventory/parts/{}/adjust-stock", id(&part));
    within(one.inventory.patch(&adjust, body).await, "adjust stock", 2, 1.0, 10.0);
    let body = json!({"status": "COMPLETED"});
    within(one.engineer.patch(&format!("{path}/status"), body).await, "complete", 2, 1.0, 18.0);

    let body = json!({"customerId": customer["id"], "jobCardId": card["id"],
        "items": [{"name": "Service Charge", "unitPrice": 5000, "quantity": 1, "gstRate": 18}]});
    // Four documents are read at once: counter, centre, customer, card.
    let invoice = within(one.advisor.post("/api/invoices", body).await, "create invoice", 2, 4.0, 26.0);
    let pay = format!("/api/invoices/{}/status", id(&invoice));
    within(one.manager.patch(&pay, json!({"status": "PAID"})).await, "pay", 2, 2.0, 28.0);

    // The document, then the centre it is of; the card comes with its forms.
    paper_within(one.manager.get(&format!("/api/invoices/{}/pdf", id(&invoice))).await, 2.0);
    paper_within(one.manager.get(&format!("{path}/pdf")).await, 3.0);

    within(one.manager.get("/api/inventory/low-stock").await, "low stock", 1, 3.0, 0.0);
    let ledger = format!("/api/inventory/parts/{}/transactions", id(&part));
    within(one.inventory.get(&ledger).await, "ledger", 1, 3.0, 0.0);
    let history = format!("/api/vehicles/{}/service-history", id(&vehicle));
    within(one.manager.get(&history).await, "service history", 1, 3.0, 0.0);
}

#[tokio::test]
async fn files_cost_one_round_trip_and_their_content_none() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let one = &dealership.one;
    let card = dealership.job_card(one).await;
    let content = samples::pdf(1_000);
    let ticket = json!({"filename": "a.pdf", "size": content.len(), "contentType": "application/pdf",
        "sha256": Sha256Hash::of(&content), "category": "invoices", "relatedEntityType": "job_card",
        "relatedEntityId": card["id"]});
    // The budget is 2 units, of a ticket that is one item (2). This one is a document from the first moment: it is found
    // by what it is attached to (1) and by the sweep (1), counted in the list's total (2), its card is known to be
    // there (2), and the command has its record (2). All of it in one transaction, and nothing is read.
    let issued = within(one.advisor.post("/api/files/upload", ticket).await, "file ticket", 1, 0.0, 10.0);
    let path = format!("/api/files/{}", issued["fileId"].as_str().unwrap());
    within(one.advisor.get(&path).await, "file", 1, 1.0, 0.0);
    let of_card = format!("/api/files?entityType=job_card&entityId={}", id(&card));
    within(one.advisor.get(&of_card).await, "files of a card", 1, 1.0, 0.0);
    within(one.advisor.get("/api/files").await, "files", 2, 2.0, 0.0);
    // Two for the card, as ever, and one for its files.
    let path_of_card = format!("/api/job-cards/{}?expand=files", id(&card));
    within(one.advisor.get(&path_of_card).await, "card with files", 2, 3.0, 0.0);
    within(one.advisor.delete(&path).await, "delete file", 3, 1.0, 11.0);

    // The note by which nothing is left behind: one plain write before, and its removal with the rest.
    let fields = [("category", "invoices"), ("relatedEntityType", "job_card"), ("relatedEntityId", id(&card))];
    let answer = send_form(&one.advisor, &fields, Some(("a.pdf", "application/pdf", &content))).await;
    within(answer, "small file", 2, 0.0, 12.0);
}

#[tokio::test]
async fn approving_many_parts_costs_eleven_units_more_than_its_budget_of_six_each() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let one = &dealership.one;
    let card = dealership.card_in_progress(one).await;
    let mut lines = Vec::new();
    for _ in 0..20 {
        lines.push(json!({"inventoryPartId": dealership.part(one, 100).await["id"], "requestedQty": 1}));
    }
    let path = format!("/api/job-cards/{}/request-parts", id(&card));
    let request = one.engineer.create(&path, json!({"parts": lines})).await;
    let approve = format!("/api/parts-requests/{}/approve", id(&request));
    let answer = one.inventory.patch(&approve, json!({})).await;
    // Eleven more than 4 + 6n: whoever asked is told (the outbox), the card returns to work in the same transaction,
    // and twenty lines make both the request and the card larger than one unit.
    within(answer, "approve 20 parts", 2, 2.0, 4.0 + 6.0 * 20.0 + 11.0);
}

/// Creates customers in bulk, as many as asked for.
async fn customers(dealership: &Dealership, count: usize) {
    for chunk in 0..count / 100 {
        let rows: Vec<Value> = (0..100)
            .map(|n| json!({"name": format!("Person {}", chunk * 100 + n), "phone": format!("9{chunk:04}{n:05}")}))
            .collect();
        let body = json!({"customers": rows});
        let request = dealership.admin.request(Method::POST, "/api/customers/bulk").json(&body);
        assert_eq!(request.send().await.expect(201)["created"], 100);
    }
}

#[tokio::test]
async fn a_list_costs_the_same_at_any_length_and_on_any_page() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let list = async |page: usize| {
        let answer = dealership.one.advisor.get(&format!("/api/customers?limit=20&page={page}")).await;
        let rows = answer.body["data"].as_array().unwrap().len();
        assert_eq!(rows, 20, "a full page {page}: {}", answer.text);
        answer
    };
    let mut days = Vec::new();
    for day in 0..5 {
        customers(&dealership, 100).await;
        let total = list(1).await.body["pagination"]["total"].as_u64().unwrap();
        assert_eq!(total, 100 * (day + 1));
        days.push(list(1).await.reading);
        dealership.app.advance(chrono::TimeDelta::days(1));
    }
    let (first, last) = (days[0], days[4]);
    assert_eq!(first.round_trips, 2);
    assert_eq!(last.round_trips, first.round_trips);
    assert!(last.read_units <= first.read_units * 1.05, "{last:?} after {first:?}");
    // Page 21 begins the oldest day as page 1 begins the newest.
    let deep = list(21).await.reading;
    assert_eq!(deep.round_trips, first.round_trips);
    assert!(deep.read_units <= last.read_units * 1.05, "{deep:?} against {last:?}");
    // In the middle of a day, rows of that day on the nearer side of the page are read, too, and no others.
    let middle = list(23).await.reading;
    assert!(middle.read_units <= last.read_units * 3.0, "{middle:?} against {last:?}");
    let end = list(25).await.reading;
    assert!(end.read_units <= last.read_units * 1.05, "{end:?} against {last:?}");
}
