//! Job cards: opening, forms, engineers, states, items, cancelling, and several at once.

use std::collections::BTreeSet;

use axum::http::Method;
use chrono::TimeDelta;
use dms_testkit::{Answer, Dealership};
use serde_json::{Value, json};

const CARDS: &str = "/api/job-cards";
const STATES: [&str; 7] =
    ["CREATED", "ASSIGNED", "IN_PROGRESS", "PARTS_PENDING", "COMPLETED", "INVOICED", "CANCELLED"];

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

fn path(card: &Value) -> String {
    format!("{CARDS}/{}", id(card))
}

async fn read(dealership: &Dealership, card: &Value) -> Value {
    dealership.one.manager.get(&path(card)).await.expect(200)
}

async fn vehicle(dealership: &Dealership, card: &Value) -> Value {
    let path = format!("/api/vehicles/{}", card["vehicleId"].as_str().expect("a vehicle"));
    dealership.admin.get(&path).await.expect(200)
}

async fn step(dealership: &Dealership, card: &Value, status: &str) -> Answer {
    dealership.one.manager.patch(&format!("{}/status", path(card)), json!({"status": status})).await
}

async fn assign(dealership: &Dealership, card: &Value, engineer: &str) -> Answer {
    let body = json!({"engineerId": engineer});
    dealership.one.manager.post(&format!("{}/assign-engineer", path(card)), body).await
}

async fn cancel(dealership: &Dealership, card: &Value) -> Answer {
    let body = json!({"reason": "The customer took the vehicle back"});
    dealership.one.manager.post(&format!("{}/cancel", path(card)), body).await
}

async fn request_parts(dealership: &Dealership, card: &Value, part: &Value, quantity: i64) -> Answer {
    let body = json!({"parts": [{"inventoryPartId": id(part), "requestedQty": quantity}]});
    dealership.one.engineer.post(&format!("{}/request-parts", path(card)), body).await
}

/// Asks for a part and approves it: the card has it as an item.
async fn fit(dealership: &Dealership, card: &Value, part: &Value, quantity: i64) {
    let request = request_parts(dealership, card, part, quantity).await.expect(201);
    let approve = format!("/api/parts-requests/{}/approve", id(&request));
    dealership.one.inventory.patch(&approve, json!({})).await.expect(200);
}

async fn stock(dealership: &Dealership, part: &Value) -> i64 {
    let path = format!("/api/inventory/parts/{}", id(part));
    let part = dealership.one.inventory.get(&path).await.expect(200);
    part["stockQuantity"].as_i64().expect("a quantity")
}

async fn ledger(dealership: &Dealership, part: &Value) -> Vec<Value> {
    let path = format!("/api/inventory/parts/{}/transactions", id(part));
    dealership.one.inventory.get(&path).await.rows()
}

async fn total(dealership: &Dealership, query: &str) -> usize {
    let answer = dealership.one.manager.get(&format!("{CARDS}{query}")).await;
    let total = answer.body["pagination"]["total"].as_u64();
    let rows = answer.rows();
    assert_eq!(total, Some(rows.len() as u64), "{query}: the total is exact");
    rows.len()
}

/// A card in this state, of a vehicle of its own.
async fn in_state(dealership: &Dealership, state: &str) -> Value {
    let centre = &dealership.one;
    let card = match state {
        "CREATED" | "CANCELLED" | "ASSIGNED" => dealership.job_card(centre).await,
        "IN_PROGRESS" | "PARTS_PENDING" => dealership.card_in_progress(centre).await,
        _ => dealership.completed_card(centre).await,
    };
    match state {
        "ASSIGNED" => drop(assign(dealership, &card, &centre.engineer_id).await.expect(200)),
        "PARTS_PENDING" => {
            let part = dealership.part(centre, 5).await;
            request_parts(dealership, &card, &part, 1).await.expect(201);
        }
        "INVOICED" => drop(dealership.invoice_for(centre, &card).await),
        "CANCELLED" => drop(cancel(dealership, &card).await.expect(200)),
        _ => {}
    }
    let card = read(dealership, &card).await;
    assert_eq!(card["status"], state);
    card
}

async fn new_card(dealership: &Dealership) -> Value {
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    json!({"customerId": id(&customer), "vehicleId": id(&vehicle), "serviceType": "Regular Service"})
}

/// A user of the first centre, and their id.
async fn user(dealership: &Dealership, name: &str, role: &str, centre: &str) -> Value {
    let body = json!({"email": format!("{name}@example.com"), "password": "password-1", "name": format!("The {name}"),
        "role": role, "serviceCenterId": centre});
    dealership.admin.create("/api/users", body).await
}

#[tokio::test]
async fn a_new_card_is_created_with_a_number_and_occupies_the_vehicle() {
    let dealership = open().await;
    let mut body = new_card(&dealership).await;
    body["estimatedCost"] = json!(5000);
    let card = dealership.one.advisor.create(CARDS, body.clone()).await;
    for (field, value) in [
        ("jobCardNumber", json!("SC001-2026-11-0001")),
        ("status", json!("CREATED")),
        ("serviceCenterId", json!(dealership.one.id)),
        ("priority", json!("MEDIUM")),
        ("location", json!("STATION")),
        ("estimatedCost", json!("5000")),
        ("items", json!([])),
        ("openPartsRequests", json!(0)),
        ("assignedEngineerId", Value::Null),
        ("invoiceId", Value::Null),
        ("version", json!(1)),
    ] {
        assert_eq!(card.get(field), Some(&value), "{field}");
    }
    let vehicle = vehicle(&dealership, &card).await;
    assert_eq!((&vehicle["currentStatus"], &vehicle["activeJobCardId"]), (&json!("ACTIVE_JOB_CARD"), &card["id"]));
    assert_eq!((&vehicle["totalServices"], &vehicle["version"]), (&json!(0), &json!(2)));
    assert_eq!(read(&dealership, &card).await, card);
}

#[tokio::test]
async fn numbers_have_no_gaps_per_centre_and_month_of_india() {
    let dealership = open().await;
    let number = |card: Value| card["jobCardNumber"].as_str().unwrap().to_owned();
    assert_eq!(number(dealership.job_card(&dealership.one).await), "SC001-2026-11-0001");
    let busy = new_card(&dealership).await;
    assert_eq!(number(dealership.one.manager.create(CARDS, busy.clone()).await), "SC001-2026-11-0002");
    dealership.one.manager.post(CARDS, busy).await.refused(409, "VEHICLE_BUSY");
    assert_eq!(
        number(dealership.job_card(&dealership.one).await),
        "SC001-2026-11-0003",
        "a refused one takes none"
    );
    assert_eq!(number(dealership.job_card(&dealership.two).await), "SC002-2026-11-0001");
    // 2026-11-30T23:59:59 in India.
    dealership.app.advance(TimeDelta::days(7) + TimeDelta::seconds(14 * 3600 - 1));
    assert_eq!(number(dealership.job_card(&dealership.one).await), "SC001-2026-11-0004");
    dealership.app.advance(TimeDelta::seconds(1));
    assert_eq!(number(dealership.job_card(&dealership.one).await), "SC001-2026-12-0001");
}

#[tokio::test]
async fn a_vehicle_has_at_most_one_open_card() {
    let dealership = open().await;
    let card = dealership.job_card(&dealership.one).await;
    let before = vehicle(&dealership, &card).await;
    let second =
        json!({"customerId": card["customerId"], "vehicleId": card["vehicleId"], "serviceType": "Repair"});
    dealership.one.manager.post(CARDS, second.clone()).await.refused(409, "VEHICLE_BUSY");
    dealership.two.manager.post(CARDS, second.clone()).await.refused(409, "VEHICLE_BUSY");
    assert_eq!(vehicle(&dealership, &card).await, before);
    assert_eq!(total(&dealership, "").await, 1);
    cancel(&dealership, &card).await.expect(200);
    let second = dealership.two.manager.create(CARDS, second).await;
    assert_eq!(vehicle(&dealership, &card).await["activeJobCardId"], second["id"]);
}

#[tokio::test]
async fn customer_and_vehicle_must_exist_and_belong_together() {
    let dealership = open().await;
    let good = new_card(&dealership).await;
    let other = dealership.customer().await;
    let nobody = json!("01939a3e-0f00-7000-8000-000000000001");
    for (field, value, named) in [
        ("customerId", nobody.clone(), "customerId"),
        ("vehicleId", nobody.clone(), "vehicleId"),
        ("customerId", other["id"].clone(), "vehicleId"),
        ("appointmentId", nobody, "appointmentId"),
    ] {
        let mut body = good.clone();
        body[field] = value;
        dealership.one.manager.post(CARDS, body).await.refused(422, "VALIDATION_FAILED").naming(named);
    }
    assert_eq!(total(&dealership, "").await, 0);
    let vehicle = vehicle(&dealership, &good).await;
    assert_eq!((&vehicle["currentStatus"], &vehicle["version"]), (&json!("AVAILABLE"), &json!(1)));
    let card = dealership.one.manager.create(CARDS, good).await;
    assert_eq!(card["jobCardNumber"], "SC001-2026-11-0001");
}

#[tokio::test]
async fn an_appointment_moves_with_its_card_and_only_for_the_same_vehicle() {
    let dealership = open().await;
    let mut body = new_card(&dealership).await;
    let mut appointment = body.clone();
    appointment["appointmentDate"] = json!("2026-11-24");
    appointment["appointmentTime"] = json!("10:00 AM");
    let appointment = dealership.one.advisor.create("/api/appointments", appointment).await;
    let appointment_path = format!("/api/appointments/{}", id(&appointment));
    let mut other = new_card(&dealership).await;
    other["appointmentId"] = appointment["id"].clone();
    let answer = dealership.one.manager.post(CARDS, other).await;
    answer.refused(422, "VALIDATION_FAILED").naming("appointmentId");
    assert_eq!(dealership.one.advisor.get(&appointment_path).await.expect(200)["status"], "PENDING");

    body["appointmentId"] = appointment["id"].clone();
    let card = dealership.one.manager.create(CARDS, body).await;
    let moved = dealership.one.advisor.get(&appointment_path).await.expect(200);
    assert_eq!((&moved["status"], &moved["jobCardId"]), (&json!("IN_PROGRESS"), &card["id"]));
    let shown = dealership.one.manager.get(&format!("{}?expand=appointment", path(&card))).await.expect(200);
    assert_eq!(shown["appointment"]["id"], appointment["id"]);
}

#[tokio::test]
async fn the_snapshot_is_filled_from_customer_and_vehicle_and_stays() {
    let dealership = open().await;
    let mut body = new_card(&dealership).await;
    body["part1Data"] = json!({"customerFeedback": "Strange noise", "fullName": "As he says"});
    let card = dealership.one.manager.create(CARDS, body).await;
    let vehicle = vehicle(&dealership, &card).await;
    let customer = format!("/api/customers/{}", card["customerId"].as_str().unwrap());
    let before = dealership.admin.get(&customer).await.expect(200);
    for (field, value) in [
        ("customerFeedback", json!("Strange noise")),
        ("fullName", json!("As he says")),
        ("mobilePrimary", before["phone"].clone()),
        ("customerType", json!("B2C")),
        ("customerAddress", json!("1 MG Road")),
        ("vehicleBrand", json!("Tesla")),
        ("vehicleModel", json!("Model 3")),
        ("registrationNumber", vehicle["registration"].clone()),
        ("vinChassisNumber", vehicle["vin"].clone()),
        ("jobCardNumber", card["jobCardNumber"].clone()),
    ] {
        assert_eq!(card["part1Data"][field], value, "{field}");
    }
    assert_eq!((card.get("part2AData"), card.get("part3Data")), (Some(&Value::Null), Some(&Value::Null)));
    dealership.admin.patch(&customer, json!({"address": "2 Park Street"})).await.expect(200);
    assert_eq!(read(&dealership, &card).await["part1Data"]["customerAddress"], "1 MG Road", "it is history");
}

#[tokio::test]
async fn a_number_that_the_request_claims_for_the_snapshot_is_not_believed() {
    let dealership = open().await;
    let mut body = new_card(&dealership).await;
    body["part1Data"] = json!({"fullName": "A", "registrationNumber": "B", "jobCardNumber": "SC001-2026-11-9999"});
    let card = dealership.one.manager.create(CARDS, body).await;
    assert_eq!(card["part1Data"]["jobCardNumber"], "SC001-2026-11-0001");
}

#[tokio::test]
async fn a_patch_merges_into_the_forms_and_leaves_the_rest() {
    let dealership = open().await;
    let mut body = new_card(&dealership).await;
    body["part1Data"] = json!({"customerFeedback": "Strange noise", "technicianObservation": "Initial"});
    body["estimatedCost"] = json!(5000);
    let card = dealership.one.manager.create(CARDS, body).await;
    let changes = json!({"part1Data": {"technicianObservation": "Worn pads"}, "part2AData": {"claim": "C-1"}});
    dealership.one.engineer.patch(&path(&card), changes).await.expect(200);
    let changes = json!({"part2AData": {"dealer": "D"}, "priority": "HIGH", "estimatedCost": null});
    dealership.one.engineer.patch(&path(&card), changes).await.expect(200);
    dealership.one.engineer.patch(&path(&card), json!({"location": "HOME"})).await.expect(200);
    let after = read(&dealership, &card).await;
    assert_eq!(after["part1Data"]["technicianObservation"], "Worn pads");
    assert_eq!(after["part1Data"]["customerFeedback"], "Strange noise");
    assert_eq!(after["part1Data"]["fullName"], card["part1Data"]["fullName"]);
    assert_eq!(after["part2AData"], json!({"claim": "C-1", "dealer": "D"}));
    assert_eq!((&after["part3Data"], &after["priority"]), (&Value::Null, &json!("HIGH")));
    assert_eq!((&after["estimatedCost"], &after["location"]), (&Value::Null, &json!("HOME")));
    assert_eq!((&after["version"], &after["status"]), (&json!(4), &json!("CREATED")));
}

#[tokio::test]
async fn lists_leave_the_forms_out() {
    let dealership = open().await;
    dealership.job_card(&dealership.one).await;
    let rows = dealership.one.manager.get(CARDS).await.rows();
    assert!(rows[0].get("part1Data").is_none());
}

#[tokio::test]
async fn if_match_of_an_older_version_is_refused_on_changes_and_steps() {
    let dealership = open().await;
    let card = in_state(&dealership, "ASSIGNED").await;
    let send = |method: Method, suffix: &str, body: Value| {
        let request = dealership.one.manager.request(method, &format!("{}{suffix}", path(&card)));
        request.header("if-match", "\"1\"").json(&body).send()
    };
    for answer in [
        send(Method::PATCH, "", json!({"priority": "LOW"})).await,
        send(Method::PATCH, "/status", json!({"status": "IN_PROGRESS"})).await,
        send(Method::POST, "/cancel", json!({"reason": "No"})).await,
        send(Method::POST, "/assign-engineer", json!({"engineerId": dealership.one.engineer_id})).await,
    ] {
        answer.refused(412, "VERSION_MISMATCH");
    }
    assert_eq!(read(&dealership, &card).await, card);
}

#[tokio::test]
async fn assigning_makes_a_created_card_assigned_and_later_only_changes_the_engineer() {
    let dealership = open().await;
    let second = user(&dealership, "second", "service_engineer", &dealership.one.id).await;
    let card = dealership.job_card(&dealership.one).await;
    let assigned = assign(&dealership, &card, &dealership.one.engineer_id).await.expect(200);
    assert_eq!((&assigned["status"], &assigned["version"]), (&json!("ASSIGNED"), &json!(2)));
    assert_eq!(assigned["assignedEngineerId"], dealership.one.engineer_id);
    assert_eq!(assigned["engineerName"], "The engineer");
    for state in ["ASSIGNED", "IN_PROGRESS", "PARTS_PENDING"] {
        let card = in_state(&dealership, state).await;
        let again = assign(&dealership, &card, id(&second)).await.expect(200);
        assert_eq!((&again["status"], &again["engineerName"]), (&json!(state), &json!("The second")));
        assert_eq!(again["openPartsRequests"], card["openPartsRequests"]);
    }
    for state in ["COMPLETED", "INVOICED", "CANCELLED"] {
        let card = in_state(&dealership, state).await;
        assign(&dealership, &card, id(&second)).await.refused(409, "JOB_CARD_CLOSED");
        assert_eq!(read(&dealership, &card).await, card);
    }
}

#[tokio::test]
async fn only_an_active_engineer_of_the_same_centre_is_assigned() {
    let dealership = open().await;
    let card = dealership.job_card(&dealership.one).await;
    let advisor = user(&dealership, "adviser", "service_advisor", &dealership.one.id).await;
    let gone = user(&dealership, "gone", "service_engineer", &dealership.one.id).await;
    dealership.admin.delete(&format!("/api/users/{}", id(&gone))).await.expect(200);
    let nobody = "01939a3e-0f00-7000-8000-000000000001";
    for engineer in [id(&advisor), id(&gone), dealership.two.engineer_id.as_str(), nobody] {
        let answer = assign(&dealership, &card, engineer).await;
        answer.refused(422, "VALIDATION_FAILED").naming("engineerId");
    }
    assert_eq!(read(&dealership, &card).await, card);
    let own = json!({"engineerId": dealership.one.engineer_id});
    let assign_path = format!("{}/assign-engineer", path(&card));
    dealership.one.engineer.post(&assign_path, own.clone()).await.refused(403, "FORBIDDEN");
    dealership.two.manager.post(&assign_path, own).await.refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn every_forbidden_step_is_refused_and_changes_nothing() {
    let dealership = open().await;
    for from in STATES {
        let card = in_state(&dealership, from).await;
        for to in STATES {
            let code = match (from, to) {
                ("ASSIGNED", "IN_PROGRESS")
                | ("IN_PROGRESS", "PARTS_PENDING" | "COMPLETED")
                | ("PARTS_PENDING", "IN_PROGRESS") => continue,
                ("CREATED", "ASSIGNED") => "ENGINEER_REQUIRED",
                ("COMPLETED", "INVOICED") => "USE_INVOICE",
                ("INVOICED" | "CANCELLED", "CANCELLED") => "INVALID_TRANSITION",
                (_, "CANCELLED") => "USE_CANCEL",
                _ => "INVALID_TRANSITION",
            };
            let answer = step(&dealership, &card, to).await;
            assert_eq!(answer.body["code"], code, "{from} to {to}: {}", answer.text);
            answer.refused(409, code);
        }
        assert_eq!(read(&dealership, &card).await, card, "{from}");
    }
    let unknown = step(&dealership, &in_state(&dealership, "CREATED").await, "DONE").await;
    unknown.refused(422, "VALIDATION_FAILED").naming("status");
}

#[tokio::test]
async fn a_card_goes_to_work_waits_and_is_completed() {
    let dealership = open().await;
    let card = in_state(&dealership, "ASSIGNED").await;
    let status = format!("{}/status", path(&card));
    let started = json!({"status": "IN_PROGRESS", "notes": "Started work"});
    let started = dealership.one.engineer.patch(&status, started).await.expect(200);
    assert_eq!((&started["statusNotes"], &started["completedAt"]), (&json!("Started work"), &Value::Null));
    step(&dealership, &card, "PARTS_PENDING").await.expect(200);
    step(&dealership, &card, "IN_PROGRESS").await.expect(200);
    dealership.app.advance(TimeDelta::hours(2));
    let done = step(&dealership, &card, "COMPLETED").await.expect(200);
    assert_eq!(done["completedAt"], "2026-11-23T06:30:00.000Z");
    assert_eq!(done["version"].as_u64(), card["version"].as_u64().map(|version| version + 4));
    let vehicle = vehicle(&dealership, &card).await;
    assert_eq!(vehicle["currentStatus"], "ACTIVE_JOB_CARD", "until it is paid");
    assert_eq!(total(&dealership, "?filter[status]=COMPLETED").await, 1);
    assert_eq!(total(&dealership, "?filter[status]=IN_PROGRESS").await, 0);
}

#[tokio::test]
async fn a_card_with_open_parts_requests_is_not_completed() {
    let dealership = open().await;
    let card = in_state(&dealership, "PARTS_PENDING").await;
    step(&dealership, &card, "COMPLETED").await.refused(409, "INVALID_TRANSITION");
    let card = step(&dealership, &card, "IN_PROGRESS").await.expect(200);
    step(&dealership, &card, "COMPLETED").await.refused(409, "PARTS_REQUESTS_OPEN");
    let after = read(&dealership, &card).await;
    assert_eq!((&after["status"], &after["openPartsRequests"]), (&json!("IN_PROGRESS"), &json!(1)));
    assert_eq!(after["version"], card["version"]);
}

#[tokio::test]
async fn parts_are_requested_only_of_a_card_in_work() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 5).await;
    for state in ["CREATED", "ASSIGNED", "COMPLETED", "INVOICED", "CANCELLED"] {
        let card = in_state(&dealership, state).await;
        request_parts(&dealership, &card, &part, 1).await.refused(409, "INVALID_TRANSITION");
        assert_eq!(read(&dealership, &card).await, card, "{state}");
    }
    assert_eq!(dealership.one.inventory.get("/api/parts-requests").await.rows().len(), 0);
    assert_eq!(stock(&dealership, &part).await, 5);
}

#[tokio::test]
async fn items_are_added_changed_and_removed() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let items = format!("{}/items", path(&card));
    let work = json!({"itemType": "work_item", "partName": "Brake adjustment", "partCode": "LAB-01", "qty": 2,
        "amount": 3000, "technician": "Mike", "labourCode": "L1"});
    let added = dealership.one.engineer.post(&items, work).await.expect(201);
    let item = &added["items"][0];
    for (field, value) in [
        ("srNo", json!(1)),
        ("unitPrice", json!("1500")),
        ("amount", json!("3000")),
        ("gstRate", json!(18)),
        ("hsnSacCode", json!("998714")),
        ("technician", json!("Mike")),
        ("isWarranty", json!(false)),
        ("inventoryPartId", Value::Null),
    ] {
        assert_eq!(item[field], value, "{field}");
    }
    let part = json!({"itemType": "part", "partName": "Bulb", "qty": 3, "unitPrice": "99.99", "isWarranty": true});
    let added = dealership.one.engineer.post(&items, part).await.expect(201);
    assert_eq!((&added["items"][1]["srNo"], &added["items"][1]["amount"]), (&json!(2), &json!("0")));
    assert_eq!(
        (&added["items"][1]["unitPrice"], &added["items"][1]["partCode"]),
        (&json!("99.99"), &json!("Bulb"))
    );

    let first = format!("{items}/{}", id(&added["items"][0]));
    let other = json!({"itemType": "work_item", "partName": "Brake check", "qty": 1, "unitPrice": 500});
    let changed = dealership.one.engineer.patch(&first, other).await.expect(200);
    assert_eq!(
        (&changed["items"][0]["id"], &changed["items"][0]["amount"]),
        (&added["items"][0]["id"], &json!("500"))
    );
    assert_eq!(changed["items"][1], added["items"][1]);
    let removed = dealership.one.engineer.delete(&first).await.expect(200);
    assert_eq!(removed["items"].as_array().unwrap().len(), 1);
    assert_eq!((&removed["items"][0]["partName"], &removed["items"][0]["srNo"]), (&json!("Bulb"), &json!(1)));
    dealership.one.engineer.delete(&first).await.refused(404, "NOT_FOUND");
    assert_eq!(read(&dealership, &card).await["version"].as_u64(), card["version"].as_u64().map(|v| v + 4));
}

#[tokio::test]
async fn a_wrong_item_is_refused_naming_its_field() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let items = format!("{}/items", path(&card));
    let good = json!({"itemType": "part", "partName": "Bulb", "qty": 3, "unitPrice": 100});
    for (field, value, named) in [
        ("qty", json!(0), "qty"),
        ("qty", json!(-1), "qty"),
        ("qty", json!(1.5), "qty"),
        ("unitPrice", json!("1.234"), "unitPrice"),
        ("unitPrice", json!(-1), "unitPrice"),
        ("unitPrice", Value::Null, "unitPrice"),
        ("amount", json!(300), "amount"),
        ("gstRate", json!(12), "gstRate"),
        ("itemType", json!("labour"), "itemType"),
        ("hsnSacCode", json!("123"), "hsnSacCode"),
        ("partName", json!(""), "partName"),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let answer = dealership.one.engineer.post(&items, body).await;
        assert_eq!(answer.status, 422, "{field} {value}: {}", answer.text);
        answer.refused(422, "VALIDATION_FAILED").naming(named);
    }
    let odd = json!({"itemType": "part", "partName": "Bulb", "qty": 3, "amount": 100});
    dealership.one.engineer.post(&items, odd).await.refused(422, "VALIDATION_FAILED").naming("amount");
    assert_eq!(read(&dealership, &card).await["items"], json!([]));
}

#[tokio::test]
async fn a_part_from_stock_cannot_be_edited_away() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let part = dealership.part(&dealership.one, 5).await;
    fit(&dealership, &card, &part, 2).await;
    let before = read(&dealership, &card).await;
    let item = format!("{}/items/{}", path(&card), id(&before["items"][0]));
    let cheaper = json!({"itemType": "part", "partName": "Brake Pad", "qty": 1, "unitPrice": 1});
    for answer in
        [dealership.one.engineer.delete(&item).await, dealership.one.engineer.patch(&item, cheaper).await]
    {
        answer.refused(422, "VALIDATION_FAILED").naming("items");
    }
    assert_eq!(read(&dealership, &card).await, before);
    assert_eq!(stock(&dealership, &part).await, 3);
}

#[tokio::test]
async fn items_of_a_closed_card_stay_and_a_card_holds_forty() {
    let dealership = open().await;
    let item = json!({"itemType": "part", "partName": "Bulb", "qty": 1, "unitPrice": 100});
    for state in ["COMPLETED", "INVOICED", "CANCELLED"] {
        let card = in_state(&dealership, state).await;
        let answer = dealership.one.engineer.post(&format!("{}/items", path(&card)), item.clone()).await;
        answer.refused(409, "JOB_CARD_CLOSED");
        assert_eq!(read(&dealership, &card).await, card);
    }
    let card = dealership.card_in_progress(&dealership.one).await;
    let items = format!("{}/items", path(&card));
    for _ in 0..40 {
        dealership.one.engineer.post(&items, item.clone()).await.expect(201);
    }
    dealership.one.engineer.post(&items, item).await.refused(409, "TOO_MANY_ITEMS");
    assert_eq!(read(&dealership, &card).await["items"].as_array().unwrap().len(), 40);
}

#[tokio::test]
async fn cancelling_returns_the_parts_with_a_ledger_line_and_frees_the_vehicle() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let (pads, oil) = (dealership.part(&dealership.one, 5).await, dealership.part(&dealership.one, 7).await);
    fit(&dealership, &card, &pads, 2).await;
    fit(&dealership, &card, &pads, 1).await;
    fit(&dealership, &card, &oil, 7).await;
    assert_eq!((stock(&dealership, &pads).await, stock(&dealership, &oil).await), (2, 0));

    let cancelled = cancel(&dealership, &card).await.expect(200);
    assert_eq!(cancelled["status"], "CANCELLED");
    assert_eq!(cancelled["cancelReason"], "The customer took the vehicle back");
    assert_eq!((stock(&dealership, &pads).await, stock(&dealership, &oil).await), (5, 7));
    for (part, returned, lines) in [(&pads, 3, 4), (&oil, 7, 3)] {
        let ledger = ledger(&dealership, part).await;
        assert_eq!(ledger.len(), lines);
        let back: Vec<&Value> = ledger.iter().filter(|line| line["type"] == "RETURN").collect();
        assert_eq!(back.len(), 1);
        assert_eq!((&back[0]["delta"], &back[0]["documentNumber"]), (&json!(returned), &card["jobCardNumber"]));
        let sum: i64 = ledger.iter().filter_map(|line| line["delta"].as_i64()).sum();
        assert_eq!(sum, stock(&dealership, part).await);
    }
    let vehicle = vehicle(&dealership, &card).await;
    assert_eq!((&vehicle["currentStatus"], &vehicle["activeJobCardId"]), (&json!("AVAILABLE"), &Value::Null));
    assert_eq!((&vehicle["totalServices"], &vehicle["totalSpent"]), (&json!(0), &json!("0")));
    cancel(&dealership, &card).await.refused(409, "INVALID_TRANSITION");
    assert_eq!(stock(&dealership, &pads).await, 5, "once");
}

#[tokio::test]
async fn cancelling_cancels_open_parts_requests_and_reopens_the_appointment() {
    let dealership = open().await;
    let mut body = new_card(&dealership).await;
    let mut appointment = body.clone();
    appointment["appointmentDate"] = json!("2026-11-24");
    appointment["appointmentTime"] = json!("10:00 AM");
    let appointment = dealership.one.advisor.create("/api/appointments", appointment).await;
    body["appointmentId"] = appointment["id"].clone();
    let card = dealership.one.manager.create(CARDS, body.clone()).await;
    assign(&dealership, &card, &dealership.one.engineer_id).await.expect(200);
    step(&dealership, &card, "IN_PROGRESS").await.expect(200);
    let part = dealership.part(&dealership.one, 5).await;
    let open_request = request_parts(&dealership, &card, &part, 2).await.expect(201);
    request_parts(&dealership, &card, &part, 3).await.expect(201);

    let cancelled = cancel(&dealership, &card).await.expect(200);
    assert_eq!((&cancelled["status"], &cancelled["openPartsRequests"]), (&json!("CANCELLED"), &json!(0)));
    let requests = dealership.one.inventory.get("/api/parts-requests?filter[status]=CANCELLED").await.rows();
    assert_eq!(requests.len(), 2);
    let approve = format!("/api/parts-requests/{}/approve", id(&open_request));
    dealership.one.inventory.patch(&approve, json!({})).await.refused(409, "INVALID_TRANSITION");
    assert_eq!((stock(&dealership, &part).await, ledger(&dealership, &part).await.len()), (5, 1));

    let path = format!("/api/appointments/{}", id(&appointment));
    assert_eq!(dealership.one.advisor.get(&path).await.expect(200)["status"], "ARRIVED");
    let again = dealership.one.manager.create(CARDS, body).await;
    let moved = dealership.one.advisor.get(&path).await.expect(200);
    assert_eq!((&moved["status"], &moved["jobCardId"]), (&json!("IN_PROGRESS"), &again["id"]));
}

#[tokio::test]
async fn a_card_is_cancelled_from_every_state_before_the_invoice_and_needs_a_reason() {
    let dealership = open().await;
    for state in ["CREATED", "ASSIGNED", "IN_PROGRESS", "PARTS_PENDING", "COMPLETED"] {
        let card = in_state(&dealership, state).await;
        assert_eq!(cancel(&dealership, &card).await.expect(200)["status"], "CANCELLED", "{state}");
        assert_eq!(vehicle(&dealership, &card).await["currentStatus"], "AVAILABLE", "{state}");
    }
    let card = in_state(&dealership, "INVOICED").await;
    cancel(&dealership, &card).await.refused(409, "INVALID_TRANSITION");
    let card = in_state(&dealership, "CREATED").await;
    let path = format!("{}/cancel", path(&card));
    dealership.one.manager.post(&path, json!({})).await.refused(422, "VALIDATION_FAILED").naming("reason");
    dealership.one.engineer.post(&path, json!({"reason": "No"})).await.refused(403, "FORBIDDEN");
    assert_eq!(read(&dealership, &card).await, card);
}

#[tokio::test]
async fn only_a_cancelled_card_is_deleted_and_then_not_listed() {
    let dealership = open().await;
    let card = dealership.job_card(&dealership.one).await;
    dealership.one.manager.delete(&path(&card)).await.refused(409, "NOT_CANCELLED");
    assert_eq!(total(&dealership, "").await, 1);
    cancel(&dealership, &card).await.expect(200);
    dealership.one.manager.patch(&path(&card), json!({"priority": "LOW"})).await.refused(409, "JOB_CARD_CLOSED");
    dealership.one.manager.delete(&path(&card)).await.expect(200);
    dealership.one.manager.get(&path(&card)).await.refused(404, "NOT_FOUND");
    assert_eq!(total(&dealership, "").await, 0);
    assert_eq!(total(&dealership, "?filter[status]=CANCELLED").await, 0);
    let next = dealership.job_card(&dealership.one).await;
    assert_eq!(next["jobCardNumber"], "SC001-2026-11-0002", "its number stays taken");
}

#[tokio::test]
async fn a_bulk_steps_the_good_rows_and_tells_what_is_wrong_with_the_others() {
    let dealership = open().await;
    let (ready, waiting) = (in_state(&dealership, "IN_PROGRESS").await, in_state(&dealership, "CREATED").await);
    let foreign = dealership.job_card(&dealership.two).await;
    let rows = json!({"updates": [
        {"id": id(&ready), "status": "COMPLETED", "notes": "Done"},
        {"id": id(&waiting), "status": "COMPLETED"},
        {"id": id(&foreign), "status": "ASSIGNED"},
        {"id": "nonsense", "status": "COMPLETED"},
        {"id": id(&waiting), "status": "DONE"},
    ]});
    let bulk = format!("{CARDS}/bulk");
    let answer = dealership.one.engineer.patch(&bulk, rows).await.expect(200);
    assert_eq!((&answer["updated"], &answer["failed"]), (&json!(1), &json!(4)));
    let codes: Vec<&Value> =
        answer["results"].as_array().unwrap().iter().map(|row| &row["error"]["code"]).collect();
    let invalid = json!("VALIDATION_FAILED");
    assert_eq!(codes, [&Value::Null, &json!("INVALID_TRANSITION"), &json!("NOT_FOUND"), &invalid, &invalid]);
    assert_eq!(answer["results"][0]["data"]["statusNotes"], "Done");
    assert!(answer["results"][4]["error"]["errors"]["status"][0].is_string());
    assert_eq!(read(&dealership, &ready).await["status"], "COMPLETED");
    assert_eq!(read(&dealership, &waiting).await, waiting);
    let rows: Vec<Value> = (0..101).map(|_| json!({"id": id(&waiting), "status": "ASSIGNED"})).collect();
    let many = dealership.one.engineer.patch(&bulk, json!({"updates": rows})).await;
    many.refused(422, "VALIDATION_FAILED").naming("updates");
}

#[tokio::test]
async fn lists_are_filtered_and_show_relations() {
    let dealership = open().await;
    let created = in_state(&dealership, "CREATED").await;
    dealership.app.advance(TimeDelta::days(1));
    let working = in_state(&dealership, "IN_PROGRESS").await;
    for (query, count) in [
        (String::new(), 2),
        ("?filter[status]=IN_PROGRESS".to_owned(), 1),
        ("?filter[status][in]=CREATED,IN_PROGRESS".to_owned(), 2),
        ("?filter[status]=CANCELLED".to_owned(), 0),
        ("?filter[createdAt]=2026-11-23".to_owned(), 1),
        ("?filter[createdAt][gte]=2026-11-24&filter[status]=CREATED".to_owned(), 0),
        (format!("?filter[vehicleId]={}", created["vehicleId"].as_str().unwrap()), 1),
        (format!("?filter[assignedEngineerId]={}", dealership.one.engineer_id), 1),
        ("?filter[jobCardNumber]=SC001-2026-11-0001".to_owned(), 1),
        ("?filter[priority]=LOW".to_owned(), 0),
        (format!("?serviceCenterId={}", dealership.one.id), 2),
    ] {
        assert_eq!(total(&dealership, &query).await, count, "{query}");
    }
    let rows = dealership.one.manager.get(&format!("{CARDS}?expand=customer,vehicle,engineer,items")).await.rows();
    let ids: Vec<&str> = rows.iter().map(id).collect();
    assert_eq!(ids, [id(&working), id(&created)], "newest first");
    let engineer: BTreeSet<&str> = rows[0]["engineer"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(engineer, BTreeSet::from(["id", "name", "role"]), "a colleague without contact data");
    assert_eq!((&rows[1]["engineer"], &rows[1]["customer"]["id"]), (&Value::Null, &created["customerId"]));
    assert_eq!(rows[0]["vehicle"]["activeJobCardId"], working["id"]);
    let other = dealership.one.manager.get(&format!("{CARDS}?serviceCenterId={}", dealership.two.id)).await;
    other.refused(403, "FORBIDDEN");
}

/// The largest card there can be: forty parts from stock, five open requests.
#[tokio::test]
async fn the_largest_card_can_be_cancelled_and_returns_everything() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let one = &dealership.one;
    let card = dealership.card_in_progress(one).await;
    let path = format!("/api/job-cards/{}", card["id"].as_str().unwrap());
    let mut parts = Vec::new();
    for _ in 0..40 {
        parts.push(dealership.part_with_minimum(one, 3, 2).await["id"].clone());
    }
    let lines: Vec<Value> = parts.iter().map(|part| json!({"inventoryPartId": part, "requestedQty": 2})).collect();
    let request = one.engineer.create(&format!("{path}/request-parts"), json!({"parts": lines})).await;
    let approve = format!("/api/parts-requests/{}/approve", request["id"].as_str().unwrap());
    one.inventory.patch(&approve, json!({})).await.expect(200);
    let more = json!({"parts": [{"inventoryPartId": parts[0], "requestedQty": 1}]});
    let mut open = Vec::new();
    for _ in 0..5 {
        let request = one.engineer.create(&format!("{path}/request-parts"), more.clone()).await;
        open.push(request["id"].as_str().unwrap().to_owned());
    }
    one.engineer.post(&format!("{path}/request-parts"), more).await.refused(409, "TOO_MANY_REQUESTS");
    // A forty-first item does not fit.
    let approve = format!("/api/parts-requests/{}/approve", open[0]);
    one.inventory.patch(&approve, json!({})).await.refused(409, "TOO_MANY_ITEMS");

    let reason = json!({"reason": "The customer took the vehicle back"});
    let cancelled = one.manager.post(&format!("{path}/cancel"), reason).await.expect(200);
    assert_eq!(cancelled["status"], "CANCELLED");
    for part in &parts {
        let part =
            one.inventory.get(&format!("/api/inventory/parts/{}", part.as_str().unwrap())).await.expect(200);
        assert_eq!((&part["stockQuantity"], &part["lowStock"]), (&json!(3), &json!(false)));
    }
    assert_eq!(one.inventory.get("/api/inventory/low-stock").await.body["pagination"]["total"], 0);
    for request in open {
        let request = one.inventory.get(&format!("/api/parts-requests/{request}")).await.expect(200);
        assert_eq!(request["status"], "CANCELLED");
    }
}

#[tokio::test]
async fn a_card_can_be_cancelled_although_one_of_its_parts_was_deleted() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let one = &dealership.one;
    let card = dealership.card_in_progress(one).await;
    let path = format!("/api/job-cards/{}", card["id"].as_str().unwrap());
    let (gone, kept) = (dealership.part(one, 2).await, dealership.part(one, 2).await);
    let lines = json!({"parts": [{"inventoryPartId": gone["id"], "requestedQty": 2},
        {"inventoryPartId": kept["id"], "requestedQty": 2}]});
    let request = one.engineer.create(&format!("{path}/request-parts"), lines).await;
    let approve = format!("/api/parts-requests/{}/approve", request["id"].as_str().unwrap());
    one.inventory.patch(&approve, json!({})).await.expect(200);
    one.inventory.delete(&format!("/api/inventory/parts/{}", gone["id"].as_str().unwrap())).await.expect(200);
    let reason = json!({"reason": "The customer took the vehicle back"});
    one.manager.post(&format!("{path}/cancel"), reason).await.expect(200);
    let kept =
        one.inventory.get(&format!("/api/inventory/parts/{}", kept["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(kept["stockQuantity"], 2);
}
