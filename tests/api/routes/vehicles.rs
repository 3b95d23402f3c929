//! Vehicles: registering, changing, giving to another owner, deleting, listing, and their service history.

use axum::http::Method;
use chrono::TimeDelta;
use dms_testkit::{Answer, Dealership};
use serde_json::{Value, json};

const VEHICLES: &str = "/api/vehicles";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

fn path(vehicle: &Value) -> String {
    format!("{VEHICLES}/{}", id(vehicle))
}

fn tesla(customer: &Value, registration: &str, vin: &str) -> Value {
    json!({"customerId": id(customer), "registration": registration, "vin": vin, "vehicleMake": "Tesla",
        "vehicleModel": "Model 3", "vehicleYear": 2023})
}

async fn register(dealership: &Dealership, customer: &Value, registration: &str, vin: &str) -> Answer {
    dealership.one.advisor.post(VEHICLES, tesla(customer, registration, vin)).await
}

async fn read(dealership: &Dealership, vehicle: &Value) -> Value {
    dealership.admin.get(&path(vehicle)).await.expect(200)
}

async fn total(dealership: &Dealership) -> u64 {
    dealership.admin.get(VEHICLES).await.body["pagination"]["total"].as_u64().expect("a total")
}

/// Names of the customers a search finds.
async fn owners(dealership: &Dealership, query: &str) -> Vec<String> {
    let rows = dealership.admin.get(&format!("/api/customers/search?query={query}")).await.rows();
    rows.iter().map(|row| id(row).to_owned()).collect()
}

/// A card for the vehicle, from its opening to the payment.
async fn serviced(dealership: &Dealership, vehicle: &Value) -> (Value, Value) {
    let card = dealership.job_card_for(&dealership.one, vehicle).await;
    let path = format!("/api/job-cards/{}", id(&card));
    let engineer = json!({"engineerId": dealership.one.engineer_id});
    dealership.one.manager.post(&format!("{path}/assign-engineer"), engineer).await.expect(200);
    for status in ["IN_PROGRESS", "COMPLETED"] {
        let step = json!({"status": status});
        dealership.one.engineer.patch(&format!("{path}/status"), step).await.expect(200);
    }
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    let paid = json!({"status": "PAID"});
    let invoice = format!("/api/invoices/{}/status", id(&invoice));
    (card, dealership.one.manager.patch(&invoice, paid).await.expect(200))
}

#[tokio::test]
async fn a_new_vehicle_is_available_and_has_no_services() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let vehicle = register(&dealership, &customer, "mh-01 ab 1234", "vin123456789").await.expect(201);
    for (field, value) in [
        ("customerId", customer["id"].clone()),
        ("registration", json!("MH01AB1234")),
        ("vin", json!("VIN123456789")),
        ("vinStandard", json!(false)),
        ("currentStatus", json!("AVAILABLE")),
        ("activeJobCardId", Value::Null),
        ("totalServices", json!(0)),
        ("totalSpent", json!("0")),
        ("lastServiceDate", Value::Null),
        ("warrantyStatus", Value::Null),
        ("version", json!(1)),
    ] {
        assert_eq!(vehicle.get(field), Some(&value), "{field}");
    }
    assert_eq!(read(&dealership, &vehicle).await, vehicle);
}

#[tokio::test]
async fn all_that_the_specification_names_is_kept() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let body = json!({"customerId": id(&customer), "registration": "22BH1234AA", "vin": "MA3EYD32S00123456",
        "vehicleMake": "Tesla", "vehicleModel": "Model 3", "vehicleYear": 2023, "variant": "Long Range",
        "vehicleColor": "Pearl White", "motorNumber": "MTR123456", "chargerSerialNumber": "CHG789012",
        "purchaseDate": "2023-01-15", "warrantyStatus": "Not Applicable", "insuranceStartDate": "2023-01-15",
        "insuranceEndDate": "2024-01-15", "insuranceCompanyName": "HDFC ERGO"});
    let created = dealership.admin.create(VEHICLES, body.clone()).await;
    let read = read(&dealership, &created).await;
    for (field, value) in body.as_object().unwrap() {
        assert_eq!(&read[field.as_str()], value, "{field}");
    }
    assert_eq!(read["vinStandard"], true);
}

#[tokio::test]
async fn registration_and_vin_are_unique_however_they_are_written() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let other = dealership.customer().await;
    register(&dealership, &customer, "MH01AB1234", "VIN123456789").await.expect(201);
    let same_plate = register(&dealership, &other, "mh 01 ab-1234", "VIN000000001").await;
    same_plate.refused(409, "ALREADY_EXISTS").naming("registration");
    let same_vin = register(&dealership, &other, "MH01AB9999", "vin123456789").await;
    same_vin.refused(409, "ALREADY_EXISTS").naming("vin");
    assert_eq!(total(&dealership).await, 1);
    // What the refused ones asked for is still free.
    register(&dealership, &other, "MH01AB9999", "VIN000000001").await.expect(201);
}

#[tokio::test]
async fn the_owner_must_exist() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    dealership.admin.delete(&format!("/api/customers/{}", id(&customer))).await.expect(200);
    let deleted = register(&dealership, &customer, "MH01AB1234", "VIN123456789").await;
    deleted.refused(422, "VALIDATION_FAILED").naming("customerId");
    let unknown = json!({"id": "01939a3e-0f00-7000-8000-000000000001"});
    let unknown = register(&dealership, &unknown, "MH01AB1234", "VIN123456789").await;
    unknown.refused(422, "VALIDATION_FAILED").naming("customerId");
    assert_eq!(total(&dealership).await, 0);
    let customer = dealership.customer().await;
    register(&dealership, &customer, "MH01AB1234", "VIN123456789").await.expect(201);
}

#[tokio::test]
async fn an_insurance_does_not_end_before_it_begins() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let mut body = tesla(&customer, "MH01AB1234", "VIN123456789");
    body["insuranceStartDate"] = json!("2024-01-15");
    body["insuranceEndDate"] = json!("2024-01-14");
    let answer = dealership.admin.post(VEHICLES, body.clone()).await;
    answer.refused(422, "VALIDATION_FAILED").naming("insuranceEndDate");
    body["insuranceEndDate"] = json!("2024-01-15");
    let vehicle = dealership.admin.create(VEHICLES, body).await;
    let earlier = dealership.admin.patch(&path(&vehicle), json!({"insuranceEndDate": "2024-01-01"})).await;
    earlier.refused(422, "VALIDATION_FAILED").naming("insuranceEndDate");
    assert_eq!(read(&dealership, &vehicle).await, vehicle);
}

#[tokio::test]
async fn patch_changes_what_is_named_and_null_clears() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let mut body = tesla(&customer, "MH01AB1234", "VIN123456789");
    body["variant"] = json!("Long Range");
    body["vehicleColor"] = json!("Pearl White");
    let created = dealership.admin.create(VEHICLES, body).await;
    let changes =
        json!({"variant": null, "vehicleYear": 2024, "totalServices": 99, "currentStatus": "ACTIVE_JOB_CARD"});
    let changed = dealership.one.advisor.patch(&path(&created), changes).await.expect(200);
    assert_eq!((&changed["variant"], &changed["vehicleColor"]), (&Value::Null, &json!("Pearl White")));
    assert_eq!((&changed["vehicleYear"], &changed["version"]), (&json!(2024), &json!(2)));
    assert_eq!((&changed["totalServices"], &changed["currentStatus"]), (&json!(0), &json!("AVAILABLE")));
    let stale = dealership.admin.request(Method::PATCH, &path(&created)).header("if-match", "\"1\"");
    stale.json(&json!({"vehicleYear": 2020})).send().await.refused(412, "VERSION_MISMATCH");
    assert_eq!(read(&dealership, &created).await, changed);
}

#[tokio::test]
async fn another_registration_frees_the_old_one_and_the_search_follows() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let vehicle = register(&dealership, &customer, "MH01AB1234", "VIN123456789").await.expect(201);
    let second = register(&dealership, &customer, "MH01AB7777", "VIN777777777").await.expect(201);
    let taken = dealership.admin.patch(&path(&vehicle), json!({"registration": "MH01AB7777"})).await;
    taken.refused(409, "ALREADY_EXISTS").naming("registration");
    let taken = dealership.admin.patch(&path(&vehicle), json!({"vin": "VIN777777777"})).await;
    taken.refused(409, "ALREADY_EXISTS").naming("vin");
    assert_eq!(read(&dealership, &vehicle).await["version"], 1);
    dealership.admin.patch(&path(&vehicle), json!({"registration": "MH01AB5555"})).await.expect(200);
    assert!(owners(&dealership, "MH01AB1234").await.is_empty());
    assert_eq!(owners(&dealership, "MH01AB5555").await, [id(&customer)]);
    dealership.admin.patch(&path(&second), json!({"registration": "MH01AB1234"})).await.expect(200);
}

#[tokio::test]
async fn a_vehicle_given_to_another_owner_is_theirs_in_lists_and_searches() {
    let dealership = open().await;
    let (seller, buyer) = (dealership.customer().await, dealership.customer().await);
    let vehicle = register(&dealership, &seller, "MH01AB1234", "VIN123456789").await.expect(201);
    let nobody = json!({"customerId": "01939a3e-0f00-7000-8000-000000000001"});
    let nobody = dealership.admin.patch(&path(&vehicle), nobody).await;
    nobody.refused(422, "VALIDATION_FAILED").naming("customerId");
    dealership.admin.patch(&path(&vehicle), json!({"customerId": id(&buyer)})).await.expect(200);
    for (owner, count) in [(&seller, 0), (&buyer, 1)] {
        let rows = dealership.admin.get(&format!("{VEHICLES}?filter[customerId]={}", id(owner))).await.rows();
        assert_eq!(rows.len(), count);
        let shown = dealership.admin.get(&format!("/api/customers/{}?expand=vehicles", id(owner))).await;
        assert_eq!(shown.expect(200)["vehicles"].as_array().unwrap().len(), count);
    }
    assert_eq!(owners(&dealership, "VIN123456789").await, [id(&buyer)]);
    assert_eq!(owners(&dealership, "MH01AB1234").await, [id(&buyer)]);
    assert_eq!(total(&dealership).await, 1);
    dealership.admin.delete(&format!("/api/customers/{}", id(&seller))).await.expect(200);
}

#[tokio::test]
async fn a_vehicle_with_an_open_job_card_keeps_its_owner_and_is_not_deleted() {
    let dealership = open().await;
    let card = dealership.job_card(&dealership.one).await;
    let other = dealership.customer().await;
    let vehicle = json!({"id": card["vehicleId"]});
    let before = read(&dealership, &vehicle).await;
    assert_eq!((&before["currentStatus"], &before["activeJobCardId"]), (&json!("ACTIVE_JOB_CARD"), &card["id"]));
    let given = dealership.admin.patch(&path(&vehicle), json!({"customerId": id(&other)})).await;
    given.refused(409, "VEHICLE_BUSY");
    dealership.admin.delete(&path(&vehicle)).await.refused(409, "VEHICLE_BUSY");
    assert_eq!(read(&dealership, &vehicle).await, before);
    let same_owner = json!({"customerId": card["customerId"], "vehicleColor": "Red"});
    dealership.admin.patch(&path(&vehicle), same_owner).await.expect(200);
}

#[tokio::test]
async fn a_deleted_vehicle_is_not_shown_listed_or_found_and_its_plates_stay_taken() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let vehicle = register(&dealership, &customer, "MH01AB1234", "VIN123456789").await.expect(201);
    register(&dealership, &customer, "MH01AB7777", "VIN777777777").await.expect(201);
    dealership.one.manager.delete(&path(&vehicle)).await.expect(200);
    dealership.admin.get(&path(&vehicle)).await.refused(404, "NOT_FOUND");
    dealership.admin.patch(&path(&vehicle), json!({"vehicleYear": 2020})).await.refused(404, "NOT_FOUND");
    dealership.admin.get(&format!("{}/service-history", path(&vehicle))).await.refused(404, "NOT_FOUND");
    assert_eq!(total(&dealership).await, 1);
    assert!(owners(&dealership, "MH01AB1234").await.is_empty());
    assert!(owners(&dealership, "VIN123456789").await.is_empty());
    let again = register(&dealership, &customer, "MH01AB1234", "VIN000000001").await;
    again.refused(409, "ALREADY_EXISTS").naming("registration");
    let card = json!({"customerId": id(&customer), "vehicleId": id(&vehicle), "serviceType": "Repair"});
    let card = dealership.one.manager.post("/api/job-cards", card).await;
    card.refused(422, "VALIDATION_FAILED").naming("vehicleId");
}

#[tokio::test]
async fn lists_are_filtered_by_owner_status_and_plates() {
    let dealership = open().await;
    let card = dealership.job_card(&dealership.one).await;
    dealership.app.advance(TimeDelta::seconds(1));
    let customer = dealership.customer().await;
    let vehicle = register(&dealership, &customer, "MH01ZZ1234", "VINZZ").await.expect(201);
    let busy = card["vehicleId"].as_str().unwrap();
    for (query, expected) in [
        (String::new(), vec![id(&vehicle), busy]),
        (format!("?filter[customerId]={}", id(&customer)), vec![id(&vehicle)]),
        (format!("?filter[customerId]={}", card["customerId"].as_str().unwrap()), vec![busy]),
        ("?filter[currentStatus]=ACTIVE_JOB_CARD".to_owned(), vec![busy]),
        ("?filter[currentStatus]=AVAILABLE".to_owned(), vec![id(&vehicle)]),
        ("?filter[registration]=MH01ZZ1234".to_owned(), vec![id(&vehicle)]),
        ("?filter[vin]=VINZZ".to_owned(), vec![id(&vehicle)]),
        ("?filter[vehicleMake]=Tesla&filter[vehicleModel]=Model S".to_owned(), vec![]),
        ("?sort=createdAt".to_owned(), vec![busy, id(&vehicle)]),
    ] {
        let answer = dealership.one.engineer.get(&format!("{VEHICLES}{query}")).await;
        assert_eq!(answer.body["pagination"]["total"], expected.len(), "{query}");
        let rows = answer.rows();
        assert_eq!(rows.iter().map(id).collect::<Vec<_>>(), expected, "{query}");
    }
    let unknown = dealership.admin.get(&format!("{VEHICLES}?filter[customerId]=me")).await;
    unknown.refused(400, "BAD_QUERY").naming("filter[customerId]");
}

#[tokio::test]
async fn the_service_history_has_a_line_for_each_paid_service() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    let history = format!("{}/service-history", path(&vehicle));
    assert!(dealership.admin.get(&history).await.rows().is_empty());
    let (first, invoice) = serviced(&dealership, &vehicle).await;
    dealership.app.advance(TimeDelta::days(10));
    let (second, _) = serviced(&dealership, &vehicle).await;

    // Another centre reads the history, not the documents behind it.
    let rows = dealership.two.advisor.get(&history).await.rows();
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[0]["jobCardNumber"], &rows[0]["date"]), (&second["jobCardNumber"], &json!("2026-12-03")));
    for (field, value) in [
        ("jobCardNumber", first["jobCardNumber"].clone()),
        ("date", json!("2026-11-23")),
        ("serviceType", json!("Regular Service")),
        ("engineerName", json!("The engineer")),
        ("parts", json!(["Service Charge"])),
        ("totalCost", json!("5900")),
        ("invoiceNumber", invoice["invoiceNumber"].clone()),
        ("customerFeedback", Value::Null),
        ("feedbackRating", Value::Null),
    ] {
        assert_eq!(rows[1][field], value, "{field}");
    }
    for (query, count) in
        [("?filter[date][gte]=2026-12-01", 1), ("?filter[date]=2026-11-23", 1), ("?limit=1&page=3", 0)]
    {
        assert_eq!(dealership.admin.get(&format!("{history}{query}")).await.rows().len(), count, "{query}");
    }
    let read =
        dealership.admin.get(&format!("{}?expand=customer,serviceHistory", path(&vehicle))).await.expect(200);
    assert_eq!(read["serviceHistory"].as_array().unwrap().len(), 2);
    assert_eq!(read["customer"]["id"], customer["id"]);
    assert_eq!((&read["totalServices"], &read["totalSpent"]), (&json!(2), &json!("11800")));
}

#[tokio::test]
async fn feedback_given_after_the_payment_comes_into_the_history() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    let (card, _) = serviced(&dealership, &vehicle).await;
    let feedback = json!({"customerFeedback": "Excellent", "feedbackRating": 5});
    let card = format!("/api/job-cards/{}", id(&card));
    dealership.one.manager.patch(&card, feedback).await.expect(200);
    let rows = dealership.admin.get(&format!("{}/service-history", path(&vehicle))).await.rows();
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["customerFeedback"], &rows[0]["feedbackRating"]), (&json!("Excellent"), &json!(5)));
    assert_eq!(rows[0]["totalCost"], "5900");
    assert_eq!(read(&dealership, &vehicle).await["totalServices"], 1);
}

#[tokio::test]
async fn only_who_may_write_vehicles_does() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    let body = tesla(&customer, "MH01ZZ1234", "VINZZ");
    dealership.one.engineer.get(&path(&vehicle)).await.expect(200);
    dealership.one.engineer.post(VEHICLES, body.clone()).await.refused(403, "FORBIDDEN");
    dealership.one.inventory.get(&path(&vehicle)).await.refused(403, "FORBIDDEN");
    dealership.app.anonymous().post(VEHICLES, body).await.refused(401, "UNAUTHENTICATED");
    assert_eq!(total(&dealership).await, 1);
}
