//! Quotations: writing them, their taxes, their states, their validity and their lists. The customer's link and the
//! conversion into a job card have files of their own.

use axum::http::Method;
use chrono::TimeDelta;
use dms_testkit::{Answer, Client, Dealership};
use serde_json::{Value, json};

const QUOTATIONS: &str = "/api/quotations";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

fn path(quotation: &Value) -> String {
    format!("{QUOTATIONS}/{}", id(quotation))
}

async fn step(client: &Client, quotation: &Value, step: &str, body: Value) -> Answer {
    client.patch(&format!("{}/{step}", path(quotation)), body).await
}

async fn read(dealership: &Dealership, quotation: &Value) -> Value {
    dealership.one.advisor.get(&path(quotation)).await.expect(200)
}

fn line(name: &str, quantity: i64, rate: Value, gst: i64) -> Value {
    json!({"partName": name, "quantity": quantity, "rate": rate, "gstPercent": gst})
}

async fn body(dealership: &Dealership) -> Value {
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    json!({"customerId": customer["id"], "vehicleId": vehicle["id"], "items": [line("Brake Pad", 2, json!(2500), 18)]})
}

fn paise(value: &Value) -> i64 {
    let text = value.as_str().expect("an amount");
    let (rupees, paise) = text.split_once('.').unwrap_or((text, "0"));
    let sign = if text.starts_with('-') { -1 } else { 1 };
    rupees.parse::<i64>().unwrap() * 100 + sign * format!("{paise:0<2}").parse::<i64>().unwrap()
}

#[track_caller]
fn assert_fields(document: &Value, fields: &[(&str, Value)]) {
    for (field, value) in fields {
        assert_eq!(document[field], *value, "{field} of {document}");
    }
}

#[tokio::test]
async fn the_specifications_example_is_a_draft_with_a_number_and_its_sums() {
    let dealership = open().await;
    let mut body = body(&dealership).await;
    body["serviceCenterId"] = json!(dealership.one.id);
    body["items"][0]["partNumber"] = json!("BP001");
    body["discount"] = json!(500);
    let quotation = dealership.one.advisor.create(QUOTATIONS, body.clone()).await;
    assert_fields(
        &quotation,
        &[
            ("quotationNumber", json!("QTN-2026-0001")),
            ("status", json!("DRAFT")),
            ("serviceCenterId", json!(dealership.one.id)),
            ("customerId", body["customerId"].clone()),
            ("vehicleId", body["vehicleId"].clone()),
            ("appointmentId", Value::Null),
            ("supplierState", json!("Maharashtra")),
            ("placeOfSupply", json!("Maharashtra")),
            ("subtotal", json!("5000")),
            ("discount", json!("500")),
            ("taxableValue", json!("4500")),
            ("cgst", json!("405")),
            ("sgst", json!("405")),
            ("igst", json!("0")),
            ("roundOff", json!("0")),
            ("totalAmount", json!("5310")),
            ("approved", Value::Null),
            ("validityDays", json!(15)),
            ("validUntil", json!("2026-12-08")),
            ("revision", json!(1)),
            ("answer", Value::Null),
            ("jobCardId", Value::Null),
            ("version", json!(1)),
        ],
    );
    assert_fields(
        &quotation["items"][0],
        &[
            ("srNo", json!(1)),
            ("itemType", json!("part")),
            ("partName", json!("Brake Pad")),
            ("partNumber", json!("BP001")),
            ("hsnSacCode", Value::Null),
            ("quantity", json!(2)),
            ("rate", json!("2500")),
            ("gstPercent", json!(18)),
            ("discount", json!("500")),
            ("total", json!("5310")),
            ("approved", Value::Null),
        ],
    );
    assert_eq!(read(&dealership, &quotation).await, quotation);
    let second = dealership.two.manager.create(QUOTATIONS, self::body(&dealership).await).await;
    assert_eq!(second["quotationNumber"], "QTN-2026-0002", "one series for the dealership");
    // The number's year is India's.
    dealership.app.advance(TimeDelta::days(38) + TimeDelta::hours(14) + TimeDelta::minutes(30));
    let third = dealership.one.advisor.create(QUOTATIONS, self::body(&dealership).await).await;
    assert_fields(&third, &[("quotationNumber", json!("QTN-2027-0001")), ("validUntil", json!("2027-01-16"))]);
}

#[tokio::test]
async fn tax_follows_from_the_customers_state_and_every_line_adds_up() {
    let dealership = open().await;
    let mut wanted = body(&dealership).await;
    let states = [
        (json!({"cityState": "Panaji, Goa"}), "Goa"),
        (json!({"cityState": "Pune, Maharashtra"}), "Maharashtra"),
        // Not known: the centre's.
        (json!({"cityState": "Pune"}), "Maharashtra"),
    ];
    wanted["items"] = json!([
        line("Brake Pad", 7, json!("142.87"), 18),
        line("Oil", 3, json!("33.33"), 5),
        line("Leaflet", 7, json!("1.05"), 0),
        {"itemType": "work_item", "partName": "Work", "quantity": 1, "rate": "0.03", "gstPercent": 40},
    ]);
    wanted["discount"] = json!("99.99");
    for (change, state) in states {
        let customer = format!("/api/customers/{}", wanted["customerId"].as_str().unwrap());
        dealership.one.advisor.patch(&customer, change).await.expect(200);
        let quotation = dealership.one.advisor.create(QUOTATIONS, wanted.clone()).await;
        assert_eq!(quotation["placeOfSupply"], state);
        let items = quotation["items"].as_array().unwrap();
        let sum = |field: &str| items.iter().map(|item| paise(&item[field])).sum::<i64>();
        for field in ["discount", "taxableValue", "cgst", "sgst", "igst"] {
            assert_eq!(paise(&quotation[field]), sum(field), "{state} {field}");
        }
        assert_eq!(paise(&quotation["totalAmount"]), sum("total") + paise(&quotation["roundOff"]));
        assert_eq!(paise(&quotation["totalAmount"]) % 100, 0, "whole rupees, as the invoice's");
        let untaxed = if state == "Goa" { "cgst" } else { "igst" };
        assert!(items.iter().all(|item| item[untaxed] == "0" && item["cgst"] == item["sgst"]), "{quotation}");
        assert_eq!(items[3]["hsnSacCode"], "998714", "labour");
    }
    wanted["placeOfSupply"] = json!("29");
    let named = dealership.one.advisor.create(QUOTATIONS, wanted).await;
    assert_eq!(named["placeOfSupply"], "Karnataka");
    assert!(paise(&named["igst"]) > 0);
}

#[tokio::test]
async fn a_wrong_quotation_is_refused_naming_its_field() {
    let dealership = open().await;
    let good = body(&dealership).await;
    let other = body(&dealership).await;
    let appointment = json!({"customerId": other["customerId"], "vehicleId": other["vehicleId"],
        "serviceType": "Repair", "appointmentDate": "2026-12-01", "appointmentTime": "10:00 AM"});
    let appointment = dealership.one.advisor.create("/api/appointments", appointment).await;
    let with = |field: &str, value: Value| {
        let mut line = good["items"][0].clone();
        line[field] = value;
        json!([good["items"][0], line])
    };
    let huge = json!(vec![line("X", 10_000_000, json!(1_000_000_000), 40); 40]);
    for (field, value, named) in [
        ("customerId", json!("me"), "customerId"),
        ("customerId", good["vehicleId"].clone(), "customerId"),
        ("customerId", Value::Null, "customerId"),
        ("vehicleId", other["vehicleId"].clone(), "vehicleId"),
        ("vehicleId", good["customerId"].clone(), "vehicleId"),
        ("appointmentId", appointment["id"].clone(), "appointmentId"),
        ("appointmentId", good["customerId"].clone(), "appointmentId"),
        ("items", json!([]), "items"),
        ("items", json!(vec![good["items"][0].clone(); 41]), "items"),
        ("items", huge, "items"),
        ("items", with("partName", json!("")), "items[1].partName"),
        ("items", with("partNumber", json!("x".repeat(101))), "items[1].partNumber"),
        ("items", with("itemType", json!("labour")), "items[1].itemType"),
        ("items", with("hsnSacCode", json!("12")), "items[1].hsnSacCode"),
        ("items", with("quantity", json!(0)), "items[1].quantity"),
        ("items", with("quantity", json!(1.5)), "items[1].quantity"),
        ("items", with("rate", json!(-1)), "items[1].rate"),
        ("items", with("rate", json!("1.234")), "items[1].rate"),
        ("items", with("gstPercent", json!(12)), "items[1].gstPercent"),
        ("items", with("gstPercent", json!(101)), "items[1].gstPercent"),
        ("discount", json!("5000.01"), "discount"),
        ("discount", json!(-1), "discount"),
        ("placeOfSupply", json!("Atlantis"), "placeOfSupply"),
        ("validityDays", json!(0), "validityDays"),
        ("validityDays", json!(366), "validityDays"),
        ("notes", json!("x".repeat(2_001)), "notes"),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let answer = dealership.one.advisor.post(QUOTATIONS, body).await;
        assert_eq!(answer.status, 422, "{field} {value}: {}", answer.text);
        answer.refused(422, "VALIDATION_FAILED").naming(named);
    }
    assert_eq!(dealership.admin.get(QUOTATIONS).await.body["pagination"]["total"], 0);
    dealership
        .admin
        .post(QUOTATIONS, good.clone())
        .await
        .refused(422, "VALIDATION_FAILED")
        .naming("serviceCenterId");
    let mut widest = good.clone();
    widest["items"] = json!(vec![good["items"][0].clone(); 40]);
    let widest = dealership.one.advisor.create(QUOTATIONS, widest).await;
    assert_eq!(widest["items"][39]["srNo"], 40);
}

#[tokio::test]
async fn a_draft_is_changed_and_calculated_anew() {
    let dealership = open().await;
    let advisor = &dealership.one.advisor;
    let quotation = dealership.quotation(&dealership.one).await;
    let discounted = advisor.patch(&path(&quotation), json!({"discount": 1000})).await.expect(200);
    assert_fields(
        &discounted,
        &[
            ("subtotal", json!("6500")),
            ("discount", json!("1000")),
            ("totalAmount", json!("6490")),
            ("version", json!(2)),
        ],
    );
    assert_eq!(discounted["items"][0]["partName"], quotation["items"][0]["partName"], "what is not named stays");
    let items = json!([line("Wiper", 1, json!(300), 18)]);
    let changes = json!({"items": items, "discount": null, "validityDays": 30, "notes": "Rear only",
        "placeOfSupply": "Goa"});
    let changed = advisor.patch(&path(&quotation), changes).await.expect(200);
    assert_fields(
        &changed,
        &[
            ("subtotal", json!("300")),
            ("discount", json!("0")),
            ("igst", json!("54")),
            ("cgst", json!("0")),
            ("totalAmount", json!("354")),
            ("validityDays", json!(30)),
            ("validUntil", json!("2026-12-23")),
            ("notes", json!("Rear only")),
            ("quotationNumber", quotation["quotationNumber"].clone()),
        ],
    );
    // Another customer: their state, their vehicle, their appointment.
    let other = body(&dealership).await;
    let refused = advisor.patch(&path(&quotation), json!({"customerId": other["customerId"]})).await;
    refused.refused(422, "VALIDATION_FAILED").naming("vehicleId");
    let moved = json!({"customerId": other["customerId"], "vehicleId": other["vehicleId"], "notes": null});
    let moved = advisor.patch(&path(&quotation), moved).await.expect(200);
    assert_fields(
        &moved,
        &[
            ("customerId", other["customerId"].clone()),
            ("vehicleId", other["vehicleId"].clone()),
            ("placeOfSupply", json!("Maharashtra")),
            ("igst", json!("0")),
            ("notes", Value::Null),
        ],
    );
    for (changes, field) in [
        (json!({"items": []}), "items"),
        (json!({"items": null}), "items"),
        (json!({"discount": 301}), "discount"),
        (json!({"customerId": null}), "customerId"),
        (json!({"validityDays": null}), "validityDays"),
        (json!({"appointmentId": other["customerId"]}), "appointmentId"),
    ] {
        let answer = advisor.patch(&path(&quotation), changes.clone()).await;
        assert_eq!(answer.status, 422, "{changes}: {}", answer.text);
        answer.naming(field);
    }
    assert_eq!(read(&dealership, &quotation).await, moved);
    let stale = advisor.request(Method::PATCH, &path(&quotation)).header("if-match", "\"1\"");
    stale.json(&json!({"notes": "Late"})).send().await.refused(412, "VERSION_MISMATCH");
}

#[tokio::test]
async fn it_is_sent_approved_or_rejected_and_then_stays() {
    let dealership = open().await;
    let advisor = &dealership.one.advisor;
    let quotation = dealership.quotation(&dealership.one).await;
    step(advisor, &quotation, "reject", json!({"reason": "Too dear"})).await.refused(409, "INVALID_TRANSITION");
    step(advisor, &quotation, "revise", json!({})).await.refused(409, "INVALID_TRANSITION");
    dealership.app.advance(TimeDelta::days(3));
    let sent = step(advisor, &quotation, "send", Value::Null).await.expect(200);
    assert_fields(
        &sent,
        &[
            ("status", json!("SENT")),
            ("sentAt", json!("2026-11-26T04:30:00.000Z")),
            ("validUntil", json!("2026-12-11")),
        ],
    );
    advisor.patch(&path(&quotation), json!({"discount": 1})).await.refused(409, "NOT_A_DRAFT");
    // The state is told before what is wrong with the change.
    advisor.patch(&path(&quotation), json!({"discount": 1_000_000})).await.refused(409, "NOT_A_DRAFT");
    advisor.delete(&path(&quotation)).await.refused(409, "QUOTATION_IN_USE");
    step(advisor, &quotation, "send", json!({})).await.refused(409, "INVALID_TRANSITION");

    let approved = step(&dealership.one.manager, &quotation, "approve", json!({})).await.expect(200);
    assert_eq!(approved["status"], "APPROVED");
    assert_fields(
        &approved["answer"],
        &[("answeredBy", json!("STAFF")), ("approvedLines", json!([1, 2])), ("name", Value::Null)],
    );
    assert!(approved["answer"]["userId"].is_string());
    for field in ["subtotal", "discount", "taxableValue", "cgst", "sgst", "igst", "roundOff", "totalAmount"] {
        assert_eq!(approved["approved"][field], approved[field], "{field}: the whole was approved");
    }
    assert!(approved["items"].as_array().unwrap().iter().all(|item| item["approved"] == true));
    for (name, body) in
        [("approve", json!({})), ("reject", json!({"reason": "No"})), ("revise", json!({})), ("send", json!({}))]
    {
        step(advisor, &quotation, name, body).await.refused(409, "INVALID_TRANSITION");
    }
    assert_eq!(read(&dealership, &quotation).await, approved);

    let other = dealership.sent_quotation(&dealership.one).await;
    step(advisor, &other, "reject", json!({})).await.refused(422, "VALIDATION_FAILED").naming("reason");
    let rejected = step(advisor, &other, "reject", json!({"reason": "Too dear"})).await.expect(200);
    assert_fields(&rejected, &[("status", json!("REJECTED")), ("approved", Value::Null)]);
    assert_eq!(rejected["answer"]["comment"], "Too dear");
    assert!(rejected["items"].as_array().unwrap().iter().all(|item| item["approved"] == false));
    step(advisor, &other, "approve", json!({})).await.refused(409, "INVALID_TRANSITION");
}

#[tokio::test]
async fn staff_record_which_lines_a_customer_at_the_counter_wants() {
    let dealership = open().await;
    let advisor = &dealership.one.advisor;
    let quotation = dealership.quotation(&dealership.one).await;
    for (decisions, field) in [
        (json!([{"line": 1, "approve": true}]), "decisions"),
        (json!([]), "decisions"),
        (json!([{"line": 1, "approve": false}, {"line": 2, "approve": false}]), "decisions"),
        (json!([{"line": 1, "approve": true}, {"line": 1, "approve": true}]), "decisions[1].line"),
        (json!([{"line": 1, "approve": true}, {"line": 3, "approve": true}]), "decisions[1].line"),
        (json!([{"line": 0, "approve": true}]), "decisions[0].line"),
        (json!([{"line": 1}]), "decisions[0].approve"),
        (json!(vec![json!({"line": 1, "approve": true}); 41]), "decisions"),
    ] {
        let answer = step(advisor, &quotation, "approve", json!({"decisions": decisions})).await;
        answer.refused(422, "VALIDATION_FAILED").naming(field);
    }
    assert_eq!(read(&dealership, &quotation).await, quotation);
    let decisions = json!([{"line": 2, "approve": true}, {"line": 1, "approve": false}]);
    let body = json!({"decisions": decisions, "name": "Asha Rao", "comment": "The pads next month"});
    let approved = step(advisor, &quotation, "approve", body).await.expect(200);
    assert_fields(&approved["answer"], &[("approvedLines", json!([2])), ("name", json!("Asha Rao"))]);
    // 1500 less its share of the 500: 115.38.
    assert_fields(
        &approved["approved"],
        &[("subtotal", json!("1500")), ("discount", json!("115.38")), ("taxableValue", json!("1384.62"))],
    );
    assert_eq!(approved["totalAmount"], quotation["totalAmount"], "what was offered stays on record");
    let lines: Vec<&Value> = approved["items"].as_array().unwrap().iter().map(|item| &item["approved"]).collect();
    assert_eq!(lines, [&json!(false), &json!(true)]);
}

#[tokio::test]
async fn an_overdue_quotation_is_expired_wherever_one_looks() {
    let dealership = open().await;
    let advisor = &dealership.one.advisor;
    let draft = dealership.quotation(&dealership.one).await;
    let sent = dealership.sent_quotation(&dealership.one).await;
    let approved = dealership.approved_quotation(&dealership.one).await;
    let foreign = dealership.sent_quotation(&dealership.two).await;
    // The last minute of the last day in India.
    dealership.app.advance(TimeDelta::days(15) + TimeDelta::hours(13) + TimeDelta::minutes(59));
    assert_eq!(read(&dealership, &sent).await["status"], "SENT");
    let total = async |client: &Client, query: &str| {
        client.get(&format!("{QUOTATIONS}?limit=1&{query}")).await.body["pagination"]["total"].clone()
    };
    assert_eq!(total(advisor, "filter[status]=EXPIRED").await, 0);
    assert_eq!(total(advisor, "filter[status]=SENT").await, 1);

    dealership.app.advance(TimeDelta::minutes(1));
    // By id first: no list has looked yet.
    let seen = read(&dealership, &sent).await;
    assert_fields(&seen, &[("status", json!("EXPIRED")), ("validUntil", json!("2026-12-08"))]);
    step(advisor, &sent, "approve", json!({})).await.refused(409, "QUOTATION_EXPIRED");
    step(advisor, &sent, "reject", json!({"reason": "No"})).await.refused(409, "QUOTATION_EXPIRED");
    step(advisor, &draft, "send", json!({})).await.refused(409, "QUOTATION_EXPIRED");
    advisor.patch(&path(&draft), json!({"discount": 1})).await.refused(409, "QUOTATION_EXPIRED");
    // The very first list is right already, and so are the filters and the totals.
    assert_eq!(total(advisor, "filter[status]=SENT").await, 0);
    assert_eq!(total(advisor, "filter[status]=DRAFT").await, 0);
    let expired = advisor.get(&format!("{QUOTATIONS}?filter[status]=EXPIRED")).await;
    assert_eq!(expired.body["pagination"]["total"], 2);
    for row in expired.rows() {
        assert_fields(&row, &[("status", json!("EXPIRED"))]);
    }
    assert_eq!(total(advisor, "filter[status]=APPROVED").await, 1);
    assert_eq!(total(advisor, "").await, 3);
    assert_eq!(read(&dealership, &approved).await, approved);
    // What was written meanwhile is the same as what was seen.
    assert_eq!(read(&dealership, &sent).await["status"], "EXPIRED");
    // The other centre's was not looked at, and the admin sees it rightly.
    assert_eq!(total(&dealership.admin, "filter[status]=EXPIRED").await, 3);
    assert_eq!(dealership.two.advisor.get(&path(&foreign)).await.expect(200)["status"], "EXPIRED");
    step(advisor, &sent, "approve", json!({})).await.refused(409, "QUOTATION_EXPIRED");
}

#[tokio::test]
async fn the_sweep_expires_what_nobody_looks_at_and_says_so_once() {
    let dealership = open().await;
    let app = &dealership.app;
    let sent = dealership.sent_quotation(&dealership.one).await;
    let foreign = dealership.sent_quotation(&dealership.two).await;
    let later = dealership.quotation(&dealership.one).await;
    dealership.one.advisor.patch(&path(&later), json!({"validityDays": 16})).await.expect(200);
    let store = &app.app.store;
    quotations::expire(&app.app).await.unwrap();
    assert_eq!(read(&dealership, &sent).await, sent);
    app.advance(TimeDelta::days(16));
    let now = app.app.clock.now();
    assert_eq!(store.expire_all_quotations(now).await.unwrap(), 2);
    assert_eq!(store.expire_all_quotations(now).await.unwrap(), 0, "once");
    for (quotation, client) in [(&sent, &dealership.one.advisor), (&foreign, &dealership.two.advisor)] {
        let expired = client.get(&path(quotation)).await.expect(200);
        assert_fields(&expired, &[("status", json!("EXPIRED")), ("version", json!(3))]);
    }
    assert_eq!(read(&dealership, &later).await["status"], "DRAFT");
}

#[tokio::test]
async fn many_expire_at_once_and_none_is_forgotten() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    for n in 0..90 {
        dealership.quotation_for(&dealership.one, &vehicle).await;
        if n % 30 == 0 {
            dealership.app.advance(TimeDelta::hours(1));
        }
    }
    dealership.app.advance(TimeDelta::days(16));
    // Several look at the same time: each is told the truth.
    let lists = (0..6).map(|_| dealership.one.advisor.get("/api/quotations?filter[status]=EXPIRED&limit=1"));
    for answer in futures::future::join_all(lists).await {
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.body["pagination"]["total"], 90);
    }
    let drafts = dealership.one.advisor.get("/api/quotations?filter[status]=DRAFT").await;
    assert_eq!(drafts.body["pagination"]["total"], 0);
}

#[tokio::test]
async fn a_sent_or_expired_quotation_is_revised_under_the_same_number() {
    let dealership = open().await;
    let advisor = &dealership.one.advisor;
    let sent = dealership.sent_quotation(&dealership.one).await;
    let revised = step(advisor, &sent, "revise", Value::Null).await.expect(200);
    assert_fields(
        &revised,
        &[
            ("status", json!("DRAFT")),
            ("revision", json!(2)),
            ("sentAt", Value::Null),
            ("quotationNumber", sent["quotationNumber"].clone()),
            ("version", json!(3)),
        ],
    );
    advisor.patch(&path(&sent), json!({"discount": 700})).await.expect(200);
    step(advisor, &sent, "send", json!({})).await.expect(200);
    dealership.app.advance(TimeDelta::days(40));
    // Overdue, and nobody has written it: it counts as expired all the same.
    let again = step(advisor, &sent, "revise", json!({})).await.expect(200);
    assert_fields(
        &again,
        &[("revision", json!(3)), ("validUntil", json!("2027-01-17")), ("discount", json!("700"))],
    );
    let listed = advisor.get(&format!("{QUOTATIONS}?filter[status]=DRAFT")).await;
    assert_eq!(listed.body["pagination"]["total"], 1);
}

#[tokio::test]
async fn a_draft_is_deleted_and_then_not_listed() {
    let dealership = open().await;
    let advisor = &dealership.one.advisor;
    let (draft, kept) = (dealership.quotation(&dealership.one).await, dealership.quotation(&dealership.one).await);
    advisor.delete(&path(&draft)).await.expect(200);
    advisor.get(&path(&draft)).await.refused(404, "NOT_FOUND");
    step(advisor, &draft, "send", json!({})).await.refused(404, "NOT_FOUND");
    let list = advisor.get(QUOTATIONS).await;
    assert_eq!(list.body["pagination"]["total"], 1);
    assert_eq!(list.rows()[0]["id"], kept["id"]);
    // Nor does it expire.
    dealership.app.advance(TimeDelta::days(30));
    assert_eq!(dealership.app.app.store.expire_all_quotations(dealership.app.app.clock.now()).await.unwrap(), 1);
    advisor.delete(&path(&kept)).await.expect(200);
    assert_eq!(advisor.get(QUOTATIONS).await.body["pagination"]["total"], 0);
}

#[tokio::test]
async fn lists_filter_sort_expand_and_count() {
    let dealership = open().await;
    let (one, advisor) = (&dealership.one, &dealership.one.advisor);
    let wanted = body(&dealership).await;
    let appointment = json!({"customerId": wanted["customerId"], "vehicleId": wanted["vehicleId"],
        "serviceType": "Repair", "appointmentDate": "2026-12-01", "appointmentTime": "10:00 AM"});
    let appointment = advisor.create("/api/appointments", appointment).await;
    let mut first = wanted.clone();
    first["appointmentId"] = appointment["id"].clone();
    let first = advisor.create(QUOTATIONS, first).await;
    dealership.app.advance(TimeDelta::days(1));
    let second = dealership.sent_quotation(one).await;
    dealership.quotation(&dealership.two).await;
    let ids = async |query: &str| -> Vec<String> {
        let rows = advisor.get(&format!("{QUOTATIONS}?{query}")).await.rows();
        rows.iter().map(|row| id(row).to_owned()).collect()
    };
    assert_eq!(ids("").await, [id(&second), id(&first)]);
    assert_eq!(ids("sort=validUntil").await, [id(&first), id(&second)]);
    for query in [
        format!("filter[customerId]={}", wanted["customerId"].as_str().unwrap()),
        format!("filter[vehicleId]={}", wanted["vehicleId"].as_str().unwrap()),
        format!("filter[appointmentId]={}", id(&appointment)),
        "filter[quotationNumber]=QTN-2026-0001".to_owned(),
        "filter[status]=DRAFT".to_owned(),
        "filter[validUntil][lt]=2026-12-09".to_owned(),
        "dateFrom=2026-11-23&dateTo=2026-11-23".to_owned(),
        "page=2&limit=1".to_owned(),
    ] {
        assert_eq!(ids(&query).await, [id(&first)], "{query}");
    }
    let expand = "expand=customer,vehicle,items,appointment,jobCard,serviceCenter";
    let row = advisor.get(&format!("{}?{expand}", path(&first))).await.expect(200);
    assert_eq!(row["customer"]["id"], wanted["customerId"]);
    assert_eq!(row["vehicle"]["id"], wanted["vehicleId"]);
    assert_eq!(row["appointment"]["appointmentNumber"], appointment["appointmentNumber"]);
    assert_eq!(row["serviceCenter"]["code"], "SC001");
    assert_eq!(row["items"][0]["partName"], "Brake Pad");
    assert!(row["jobCard"].is_null());
    let rows = advisor.get(&format!("{QUOTATIONS}?{expand}&fields=id,customer.name")).await.rows();
    assert!(rows.iter().all(|row| row["customer"]["name"].is_string()), "{rows:?}");
    advisor.get(&format!("{QUOTATIONS}?filter[total]=1")).await.refused(400, "BAD_QUERY");
    assert_eq!(dealership.admin.get(QUOTATIONS).await.body["pagination"]["total"], 3);
}

#[tokio::test]
async fn a_quotation_repeated_with_its_key_is_written_once() {
    let dealership = open().await;
    let advisor = &dealership.one.advisor;
    let body = body(&dealership).await;
    let send = || advisor.request(Method::POST, QUOTATIONS).header("idempotency-key", "q1").json(&body).send();
    let (first, again) = (send().await, send().await);
    assert_eq!((first.status.as_u16(), &first.text), (201, &again.text));
    assert_eq!(advisor.get(QUOTATIONS).await.body["pagination"]["total"], 1);
    let quotation = first.expect(201);
    let approve = format!("{}/approve", path(&quotation));
    let approve =
        || advisor.request(Method::PATCH, &approve).header("idempotency-key", "a1").json(&json!({})).send();
    let (first, again) = (approve().await, approve().await);
    assert_eq!((first.status.as_u16(), &first.text), (200, &again.text));
}
