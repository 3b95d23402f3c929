//! Appointments: making, changing, moving, deleting, listing, and their job card.

use axum::http::Method;
use chrono::TimeDelta;
use dms_testkit::{Answer, Client, Dealership};
use serde_json::{Value, json};

const APPOINTMENTS: &str = "/api/appointments";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

fn path(appointment: &Value) -> String {
    format!("{APPOINTMENTS}/{}", id(appointment))
}

async fn body(dealership: &Dealership) -> Value {
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    json!({"customerId": id(&customer), "vehicleId": id(&vehicle), "serviceType": "Regular Service",
        "appointmentDate": "2026-12-25", "appointmentTime": "10:00 AM"})
}

async fn made(dealership: &Dealership) -> Value {
    let body = body(dealership).await;
    dealership.one.advisor.create(APPOINTMENTS, body).await
}

async fn step(client: &Client, appointment: &Value, status: &str) -> Answer {
    client.patch(&format!("{}/status", path(appointment)), json!({"status": status})).await
}

async fn read(dealership: &Dealership, appointment: &Value) -> Value {
    dealership.one.advisor.get(&path(appointment)).await.expect(200)
}

async fn total(dealership: &Dealership, query: &str) -> u64 {
    let answer = dealership.one.advisor.get(&format!("{APPOINTMENTS}{query}")).await;
    let total = answer.body["pagination"]["total"].as_u64().expect("a total");
    assert_eq!(answer.rows().len() as u64, total);
    total
}

/// An appointment in this status, of a customer of its own.
async fn in_status(dealership: &Dealership, status: &str) -> Value {
    let appointment = made(dealership).await;
    let ways: &[&str] = match status {
        "PENDING" => &[],
        "CONFIRMED" | "CANCELLED" | "NO_SHOW" => &[status],
        _ => &["CONFIRMED", "ARRIVED"],
    };
    for status in ways {
        step(&dealership.one.advisor, &appointment, status).await.expect(200);
    }
    if matches!(status, "IN_PROGRESS" | "COMPLETED") {
        let card = card_for(dealership, &appointment).await.expect(201);
        if status == "COMPLETED" {
            complete(dealership, &card).await;
        }
    }
    let appointment = read(dealership, &appointment).await;
    assert_eq!(appointment["status"], status);
    appointment
}

async fn card_for(dealership: &Dealership, appointment: &Value) -> Answer {
    let body = json!({"customerId": appointment["customerId"], "vehicleId": appointment["vehicleId"],
        "appointmentId": appointment["id"], "serviceType": "Regular Service"});
    dealership.one.advisor.post("/api/job-cards", body).await
}

async fn complete(dealership: &Dealership, card: &Value) {
    let path = format!("/api/job-cards/{}", id(card));
    let engineer = json!({"engineerId": dealership.one.engineer_id});
    dealership.one.manager.post(&format!("{path}/assign-engineer"), engineer).await.expect(200);
    for status in ["IN_PROGRESS", "COMPLETED"] {
        let step = json!({"status": status});
        dealership.one.engineer.patch(&format!("{path}/status"), step).await.expect(200);
    }
}

#[tokio::test]
async fn a_new_appointment_is_pending_in_the_own_centre_with_a_number_of_the_month() {
    let dealership = open().await;
    let mut body = body(&dealership).await;
    body["customerComplaint"] = json!("Strange noise");
    body["location"] = json!("HOME");
    body["estimatedCost"] = json!(5000);
    let appointment = dealership.one.advisor.create(APPOINTMENTS, body.clone()).await;
    assert_eq!(appointment["appointmentNumber"], "APT-2026-11-0001", "the month in which it is made");
    assert_eq!(appointment["serviceCenterId"], dealership.one.id);
    assert_eq!((&appointment["status"], &appointment["version"]), (&json!("PENDING"), &json!(1)));
    assert_eq!((&appointment["estimatedCost"], &appointment["jobCardId"]), (&json!("5000"), &Value::Null));
    for field in ["customerId", "vehicleId", "appointmentDate", "appointmentTime", "customerComplaint", "location"]
    {
        assert_eq!(appointment[field], body[field], "{field}");
    }
    let next = made(&dealership).await;
    assert_eq!(next["appointmentNumber"], "APT-2026-11-0002");
    assert_eq!((&next["location"], &next["estimatedCost"]), (&json!("STATION"), &Value::Null));
}

#[tokio::test]
async fn the_month_of_the_number_is_that_of_india_and_counts_for_the_whole_dealership() {
    let dealership = open().await;
    let body = body(&dealership).await;
    // 2026-11-30, one second before midnight in India.
    dealership.app.advance(TimeDelta::days(7) + TimeDelta::seconds(14 * 3600 - 1));
    let november = dealership.one.advisor.create(APPOINTMENTS, body.clone()).await;
    assert_eq!(november["appointmentNumber"], "APT-2026-11-0001");
    dealership.app.advance(TimeDelta::seconds(1));
    let december = dealership.one.advisor.create(APPOINTMENTS, body.clone()).await;
    assert_eq!(december["appointmentNumber"], "APT-2026-12-0001");
    let elsewhere = dealership.two.advisor.create(APPOINTMENTS, body).await;
    assert_eq!(elsewhere["appointmentNumber"], "APT-2026-12-0002");
}

#[tokio::test]
async fn customer_and_vehicle_must_exist_and_belong_together() {
    let dealership = open().await;
    let good = body(&dealership).await;
    let other = dealership.customer().await;
    let nobody = json!("01939a3e-0f00-7000-8000-000000000001");
    for (field, value) in
        [("customerId", nobody.clone()), ("vehicleId", nobody), ("customerId", other["id"].clone())]
    {
        let mut body = good.clone();
        body[field] = value;
        let answer = dealership.one.advisor.post(APPOINTMENTS, body).await;
        answer.refused(422, "VALIDATION_FAILED").naming("vehicleId");
    }
    assert_eq!(total(&dealership, "").await, 0);
}

#[tokio::test]
async fn an_admin_names_the_centre_and_others_only_their_own() {
    let dealership = open().await;
    let mut body = body(&dealership).await;
    let unnamed = dealership.admin.post(APPOINTMENTS, body.clone()).await;
    unnamed.refused(422, "VALIDATION_FAILED").naming("serviceCenterId");
    body["serviceCenterId"] = json!(dealership.two.id);
    dealership.one.advisor.post(APPOINTMENTS, body.clone()).await.refused(403, "FORBIDDEN");
    let appointment = dealership.admin.create(APPOINTMENTS, body.clone()).await;
    assert_eq!(appointment["serviceCenterId"], dealership.two.id);
    dealership.one.advisor.get(&path(&appointment)).await.refused(404, "NOT_FOUND");
    body["serviceCenterId"] = json!("01939a3e-0f00-7fff-8000-000000000001");
    let nowhere = dealership.admin.post(APPOINTMENTS, body).await;
    nowhere.refused(422, "VALIDATION_FAILED").naming("serviceCenterId");
    assert_eq!(total(&dealership, "").await, 0);
}

#[tokio::test]
async fn an_appointment_takes_exactly_the_steps_of_its_machine() {
    let dealership = open().await;
    let all = ["PENDING", "CONFIRMED", "ARRIVED", "IN_PROGRESS", "COMPLETED", "CANCELLED", "NO_SHOW"];
    let allowed: [(&str, &[&str]); 7] = [
        ("PENDING", &["CONFIRMED", "CANCELLED", "NO_SHOW"]),
        ("CONFIRMED", &["ARRIVED", "CANCELLED", "NO_SHOW"]),
        ("ARRIVED", &[]),
        ("IN_PROGRESS", &[]),
        ("COMPLETED", &[]),
        ("CANCELLED", &[]),
        ("NO_SHOW", &[]),
    ];
    for (from, to) in allowed {
        let appointment = in_status(&dealership, from).await;
        for status in all.iter().filter(|status| !to.contains(status)) {
            let by_job_card = matches!((from, *status), ("ARRIVED", "IN_PROGRESS") | ("IN_PROGRESS", "COMPLETED"));
            let code = if by_job_card { "USE_JOB_CARD" } else { "INVALID_TRANSITION" };
            step(&dealership.one.advisor, &appointment, status).await.refused(409, code);
        }
        assert_eq!(read(&dealership, &appointment).await, appointment, "{from}: refused steps change nothing");
        for status in to {
            let appointment = in_status(&dealership, from).await;
            let stepped = step(&dealership.one.advisor, &appointment, status).await.expect(200);
            assert_eq!(stepped["status"], *status);
            assert_eq!(stepped["version"].as_u64(), appointment["version"].as_u64().map(|version| version + 1));
        }
    }
}

#[tokio::test]
async fn details_and_status_change_together_as_one_version_and_null_clears() {
    let dealership = open().await;
    let mut body = body(&dealership).await;
    body["customerComplaint"] = json!("Strange noise");
    body["estimatedCost"] = json!("5000.50");
    let appointment = dealership.one.advisor.create(APPOINTMENTS, body).await;
    let changes = json!({"status": "CONFIRMED", "appointmentDate": "2026-12-26", "customerComplaint": null});
    let changed = dealership.one.advisor.patch(&path(&appointment), changes).await.expect(200);
    assert_eq!((&changed["status"], &changed["version"]), (&json!("CONFIRMED"), &json!(2)));
    assert_eq!((&changed["appointmentDate"], &changed["customerComplaint"]), (&json!("2026-12-26"), &Value::Null));
    assert_eq!((&changed["estimatedCost"], &changed["appointmentTime"]), (&json!("5000.50"), &json!("10:00 AM")));
    let stale = dealership.one.advisor.request(Method::PATCH, &path(&appointment)).header("if-match", "\"1\"");
    stale.json(&json!({"location": "HOME"})).send().await.refused(412, "VERSION_MISMATCH");
    let wrong = json!({"status": "COMPLETED", "location": "HOME"});
    dealership.one.advisor.patch(&path(&appointment), wrong).await.refused(409, "INVALID_TRANSITION");
    assert_eq!(read(&dealership, &appointment).await, changed);
}

#[tokio::test]
async fn a_closed_appointment_stays_as_it_is() {
    let dealership = open().await;
    for status in ["COMPLETED", "CANCELLED", "NO_SHOW"] {
        let appointment = in_status(&dealership, status).await;
        let edit = dealership.one.advisor.patch(&path(&appointment), json!({"location": "HOME"})).await;
        edit.refused(409, "APPOINTMENT_CLOSED");
        if status != "COMPLETED" {
            card_for(&dealership, &appointment).await.refused(409, "APPOINTMENT_CLOSED");
        }
        assert_eq!(read(&dealership, &appointment).await, appointment);
    }
}

#[tokio::test]
async fn its_job_card_takes_an_appointment_from_any_state_before_to_completion() {
    let dealership = open().await;
    for status in ["PENDING", "CONFIRMED", "ARRIVED"] {
        let appointment = in_status(&dealership, status).await;
        let card = card_for(&dealership, &appointment).await.expect(201);
        let open = read(&dealership, &appointment).await;
        assert_eq!((&open["status"], &open["jobCardId"]), (&json!("IN_PROGRESS"), &card["id"]));
        complete(&dealership, &card).await;
        let done = read(&dealership, &appointment).await;
        assert_eq!((&done["status"], &done["jobCardId"]), (&json!("COMPLETED"), &card["id"]));
    }
    assert_eq!(total(&dealership, "?filter[status]=COMPLETED").await, 3);
    assert_eq!(total(&dealership, "?filter[status]=IN_PROGRESS").await, 0);
}

#[tokio::test]
async fn a_deleted_appointment_is_not_shown_or_listed() {
    let dealership = open().await;
    let (gone, kept) = (made(&dealership).await, made(&dealership).await);
    dealership.one.advisor.delete(&path(&gone)).await.expect(200);
    dealership.one.advisor.get(&path(&gone)).await.refused(404, "NOT_FOUND");
    step(&dealership.one.advisor, &gone, "CONFIRMED").await.refused(404, "NOT_FOUND");
    card_for(&dealership, &gone).await.refused(422, "VALIDATION_FAILED").naming("appointmentId");
    assert_eq!(total(&dealership, "").await, 1);
    assert_eq!(total(&dealership, "?filter[status]=PENDING").await, 1);
    let card = card_for(&dealership, &kept).await.expect(201);
    dealership.one.advisor.delete(&path(&kept)).await.refused(409, "APPOINTMENT_IN_PROGRESS");
    assert_eq!(read(&dealership, &kept).await["jobCardId"], card["id"]);
    assert_eq!(total(&dealership, "").await, 1);
}

#[tokio::test]
async fn lists_are_filtered_by_status_and_day_and_show_relations() {
    let dealership = open().await;
    let mut body = body(&dealership).await;
    for day in ["2026-12-19", "2026-12-20", "2026-12-21"] {
        dealership.app.advance(TimeDelta::seconds(1));
        body["appointmentDate"] = json!(day);
        let appointment = dealership.one.advisor.create(APPOINTMENTS, body.clone()).await;
        if day == "2026-12-20" {
            step(&dealership.one.advisor, &appointment, "CONFIRMED").await.expect(200);
        }
    }
    for (query, count) in [
        ("?filter[status]=PENDING", 2),
        ("?filter[status]=CONFIRMED", 1),
        ("?filter[status][in]=PENDING,CONFIRMED", 3),
        ("?filter[status][ne]=PENDING", 1),
        ("?filter[appointmentDate][gte]=2026-12-20", 2),
        ("?filter[appointmentDate][gte]=2026-12-20&filter[status]=PENDING", 1),
        ("?filter[appointmentDate]=2026-12-25", 0),
        ("?filter[status]=CANCELLED", 0),
    ] {
        assert_eq!(total(&dealership, query).await, count, "{query}");
    }
    let shown = dealership.one.advisor.get(&format!("{APPOINTMENTS}?expand=customer,vehicle,serviceCenter")).await;
    let rows = shown.rows();
    assert_eq!(rows[0]["appointmentDate"], "2026-12-21", "newest first");
    for row in rows {
        assert_eq!(row["customer"]["id"], body["customerId"]);
        assert_eq!(row["vehicle"]["id"], body["vehicleId"]);
        assert_eq!(row["serviceCenter"]["code"], "SC001");
    }
    let unknown = dealership.one.advisor.get(&format!("{APPOINTMENTS}?filter[status]=LATE")).await;
    unknown.refused(400, "BAD_QUERY").naming("filter[status]");
}
