//! An approved quotation becomes a job card, once, and its parts are charged once.

use axum::http::Method;
use chrono::TimeDelta;
use dms_testkit::{Answer, Dealership};
use futures::future::join_all;
use serde_json::{Value, json};

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

fn path(quotation: &Value) -> String {
    format!("/api/quotations/{}", id(quotation))
}

async fn convert(dealership: &Dealership, quotation: &Value, body: Value) -> Answer {
    let request = dealership.one.advisor.request(Method::POST, &format!("{}/convert", path(quotation)));
    if body.is_null() { request.send().await } else { request.json(&body).send().await }
}

async fn read(dealership: &Dealership, quotation: &Value) -> Value {
    dealership.one.advisor.get(&path(quotation)).await.expect(200)
}

/// The card of a quotation, in work.
async fn in_work(dealership: &Dealership, card: &Value) -> String {
    let path = format!("/api/job-cards/{}", id(card));
    let assignment = json!({"engineerId": dealership.one.engineer_id});
    dealership.one.manager.post(&format!("{path}/assign-engineer"), assignment).await.expect(200);
    let started = dealership.one.engineer.patch(&format!("{path}/status"), json!({"status": "IN_PROGRESS"})).await;
    started.expect(200);
    path
}

/// A part of the centre's stock with this number, dearer than it was quoted.
async fn part(dealership: &Dealership, number: &str) -> Value {
    let body = json!({"partName": "Brake Pad", "partNumber": number, "category": "Brakes", "unitPrice": 3100,
        "costPrice": 1800, "gstRate": 18, "stockQuantity": 10});
    dealership.one.inventory.create("/api/inventory/parts", body).await
}

async fn issue(dealership: &Dealership, card: &str, part: &Value, line: Value) {
    let mut line = line;
    line["inventoryPartId"] = part["id"].clone();
    let request = json!({"parts": [line]});
    let request = dealership.one.engineer.create(&format!("{card}/request-parts"), request).await;
    let approve = format!("/api/parts-requests/{}/approve", id(&request));
    dealership.one.inventory.patch(&approve, json!({})).await.expect(200);
}

/// The invoice of a card whose work is done.
async fn invoice(dealership: &Dealership, card: &str) -> Value {
    let done = dealership.one.engineer.patch(&format!("{card}/status"), json!({"status": "COMPLETED"})).await;
    let card = done.expect(200);
    let body = json!({"customerId": card["customerId"], "jobCardId": card["id"]});
    dealership.one.advisor.create("/api/invoices", body).await
}

/// Name, quantity and price of the lines of an invoice.
fn charged(invoice: &Value) -> Vec<Value> {
    let lines = invoice["items"].as_array().unwrap().iter();
    lines.map(|line| json!([line["name"], line["quantity"], line["unitPrice"]])).collect()
}

#[tokio::test]
async fn the_approved_lines_become_the_items_of_a_card_like_any_other() {
    let dealership = open().await;
    let quotation = dealership.sent_quotation(&dealership.one).await;
    let decisions = json!([{"line": 1, "approve": true}, {"line": 2, "approve": false}]);
    let approve = format!("{}/approve", path(&quotation));
    let approved = dealership.one.advisor.patch(&approve, json!({"decisions": decisions})).await.expect(200);
    let body = json!({"serviceType": "Brake repair", "priority": "HIGH", "location": "HOME"});
    let card = convert(&dealership, &quotation, body).await.expect(201);
    for (field, value) in [
        ("jobCardNumber", json!("SC001-2026-11-0001")),
        ("status", json!("CREATED")),
        ("customerId", quotation["customerId"].clone()),
        ("vehicleId", quotation["vehicleId"].clone()),
        ("serviceType", json!("Brake repair")),
        ("priority", json!("HIGH")),
        ("location", json!("HOME")),
        ("quotationId", quotation["id"].clone()),
        ("quotationNumber", quotation["quotationNumber"].clone()),
        ("estimatedCost", approved["approved"]["totalAmount"].clone()),
        ("agreedDiscount", approved["approved"]["discount"].clone()),
        ("version", json!(1)),
    ] {
        assert_eq!(card[field], value, "{field}");
    }
    let items = card["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "only what was approved");
    for (field, value) in [
        ("itemType", json!("part")),
        ("partName", json!("Brake Pad")),
        ("partCode", json!("BP001")),
        ("qty", json!(2)),
        ("unitPrice", json!("2500")),
        ("amount", json!("5000")),
        ("gstRate", json!(18)),
        ("inventoryPartId", Value::Null),
        ("quotationLine", json!(1)),
    ] {
        assert_eq!(items[0][field], value, "{field}");
    }
    assert_eq!(card["part1Data"]["jobCardNumber"], card["jobCardNumber"]);
    assert!(card["part1Data"]["registrationNumber"].is_string());
    let vehicle = format!("/api/vehicles/{}?expand=activeJobCard", quotation["vehicleId"].as_str().unwrap());
    let vehicle = dealership.one.advisor.get(&vehicle).await.expect(200);
    assert_eq!(
        (&vehicle["currentStatus"], &vehicle["activeJobCard"]["id"]),
        (&json!("ACTIVE_JOB_CARD"), &card["id"])
    );
    let now = dealership.one.advisor.get(&format!("{}?expand=jobCard", path(&quotation))).await.expect(200);
    assert_eq!((&now["jobCardId"], &now["jobCardNumber"]), (&card["id"], &card["jobCardNumber"]));
    assert_eq!((&now["status"], &now["jobCard"]["id"]), (&json!("APPROVED"), &card["id"]));
    let expanded = format!("/api/job-cards/{}?expand=quotation.customer", id(&card));
    let expanded = dealership.one.advisor.get(&expanded).await.expect(200);
    assert_eq!(expanded["quotation"]["quotationNumber"], quotation["quotationNumber"]);
    assert_eq!(expanded["quotation"]["customer"]["id"], quotation["customerId"]);
    let engineer = format!("/api/job-cards/{}?expand=quotation", id(&card));
    dealership.one.engineer.get(&engineer).await.refused(403, "FORBIDDEN");
    let listed = dealership.one.advisor.get(&format!("/api/quotations?filter[jobCardId]={}", id(&card))).await;
    assert_eq!(listed.body["pagination"]["total"], 1);
    let listed = dealership.one.advisor.get("/api/job-cards?filter[status]=CREATED").await;
    assert_eq!(listed.body["pagination"]["total"], 1, "the card is counted");
}

#[tokio::test]
async fn only_an_approved_quotation_is_converted_and_only_once() {
    let dealership = open().await;
    let one = &dealership.one;
    for quotation in [dealership.quotation(one).await, dealership.sent_quotation(one).await] {
        convert(&dealership, &quotation, Value::Null).await.refused(409, "NOT_APPROVED");
        assert_eq!(read(&dealership, &quotation).await, quotation);
    }
    let declined = dealership.sent_quotation(one).await;
    one.advisor.patch(&format!("{}/reject", path(&declined)), json!({"reason": "No"})).await.expect(200);
    convert(&dealership, &declined, json!({})).await.refused(409, "NOT_APPROVED");

    let approved = dealership.approved_quotation(one).await;
    for wrong in [json!({"serviceType": ""}), json!({"priority": "SOON"}), json!({"location": "MOON"})] {
        let field = wrong.as_object().unwrap().keys().next().unwrap().clone();
        convert(&dealership, &approved, wrong).await.refused(422, "VALIDATION_FAILED").naming(&field);
    }
    // Long after its last day: what was approved stays approved.
    dealership.app.advance(TimeDelta::days(60));
    let card = convert(&dealership, &approved, Value::Null).await.expect(201);
    assert_eq!(card["serviceType"], "Repair");
    let refused = convert(&dealership, &approved, json!({})).await.refused(409, "ALREADY_CONVERTED");
    assert!(refused.text.contains(card["jobCardNumber"].as_str().unwrap()), "{}", refused.text);
    // Also after the card is cancelled: its number stays with the quotation.
    let cancel = format!("/api/job-cards/{}/cancel", id(&card));
    one.manager.post(&cancel, json!({"reason": "Sold"})).await.expect(200);
    convert(&dealership, &approved, json!({})).await.refused(409, "ALREADY_CONVERTED");
    assert_eq!(one.manager.get("/api/job-cards").await.body["pagination"]["total"], 1);
}

#[tokio::test]
async fn a_busy_vehicle_takes_no_number_and_leaves_the_quotation() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    let quotation = dealership.quotation_for(&dealership.one, &vehicle).await;
    let approve = format!("{}/approve", path(&quotation));
    let approved = dealership.one.advisor.patch(&approve, json!({})).await.expect(200);
    let busy = dealership.job_card_for(&dealership.two, &vehicle).await;
    convert(&dealership, &approved, json!({})).await.refused(409, "VEHICLE_BUSY");
    assert_eq!(read(&dealership, &approved).await, approved);
    let cancel = format!("/api/job-cards/{}/cancel", id(&busy));
    dealership.two.manager.post(&cancel, json!({"reason": "Sold"})).await.expect(200);
    // The admin, who has no centre, opens it in the quotation's.
    let card = dealership.admin.post(&format!("{}/convert", path(&approved)), json!({})).await.expect(201);
    assert_eq!(card["jobCardNumber"], "SC001-2026-11-0001", "no number was lost");
    assert_eq!(card["serviceCenterId"], dealership.one.id);
}

#[tokio::test]
async fn the_appointment_comes_along_while_it_waits_for_a_card() {
    let dealership = open().await;
    let advisor = &dealership.one.advisor;
    for (status, becomes, comes_along) in [("CONFIRMED", "IN_PROGRESS", true), ("CANCELLED", "CANCELLED", false)] {
        let customer = dealership.customer().await;
        let vehicle = dealership.vehicle_of(&customer).await;
        let appointment = json!({"customerId": customer["id"], "vehicleId": vehicle["id"], "serviceType": "Brakes",
            "appointmentDate": "2026-12-01", "appointmentTime": "10:00 AM", "location": "HOME"});
        let appointment = advisor.create("/api/appointments", appointment).await;
        let body = json!({"customerId": customer["id"], "vehicleId": vehicle["id"], "appointmentId": appointment["id"],
            "items": [{"partName": "Brake Pad", "quantity": 2, "rate": 2500, "gstPercent": 18}]});
        let quotation = advisor.create("/api/quotations", body).await;
        advisor.patch(&format!("{}/approve", path(&quotation)), json!({})).await.expect(200);
        let appointment = format!("/api/appointments/{}", id(&appointment));
        advisor.patch(&format!("{appointment}/status"), json!({"status": status})).await.expect(200);
        let card = convert(&dealership, &quotation, Value::Null).await.expect(201);
        assert_eq!((&card["serviceType"], &card["location"]), (&json!("Brakes"), &json!("HOME")));
        assert_eq!(card["appointmentId"].is_string(), comes_along, "{status}");
        let appointment = advisor.get(&appointment).await.expect(200);
        assert_eq!(appointment["status"], becomes);
        assert_eq!(appointment["jobCardId"] == card["id"], comes_along);
    }
}

#[tokio::test]
async fn what_was_agreed_is_what_the_invoice_charges() {
    let dealership = open().await;
    let approved = dealership.approved_quotation(&dealership.one).await;
    let card = convert(&dealership, &approved, json!({})).await.expect(201);
    let card = in_work(&dealership, &card).await;
    let invoice = invoice(&dealership, &card).await;
    assert_eq!(charged(&invoice), [json!(["Brake Pad", 2, "2500"]), json!(["Brake adjustment", 1, "1500"])]);
    assert_eq!((&invoice["discount"], &invoice["grandTotal"]), (&approved["discount"], &approved["totalAmount"]));
}

#[tokio::test]
async fn a_quoted_part_that_is_issued_from_stock_is_charged_once_at_the_quoted_rate() {
    let dealership = open().await;
    let approved = dealership.approved_quotation(&dealership.one).await;
    let card = convert(&dealership, &approved, json!({})).await.expect(201);
    let card = in_work(&dealership, &card).await;
    let (pad, oil) = (part(&dealership, "BP001").await, part(&dealership, "OIL").await);
    // Three pads instead of the two that were quoted, and something that was not quoted at all.
    issue(&dealership, &card, &pad, json!({"requestedQty": 3})).await;
    issue(&dealership, &card, &oil, json!({"requestedQty": 1})).await;
    let now = dealership.one.engineer.get(&card).await.expect(200);
    let amounts: Vec<&Value> = now["items"].as_array().unwrap().iter().map(|item| &item["amount"]).collect();
    assert_eq!(amounts, ["0", "1500", "7500", "3100"]);
    let invoice = invoice(&dealership, &card).await;
    assert_eq!(
        charged(&invoice),
        [json!(["Brake adjustment", 1, "1500"]), json!(["Brake Pad", 3, "2500"]), json!(["Brake Pad", 1, "3100"])]
    );
    let stock = dealership.one.inventory.get(&format!("/api/inventory/parts/{}", id(&pad))).await.expect(200);
    assert_eq!(stock["stockQuantity"], 7, "the quotation itself moved nothing");
}

#[tokio::test]
async fn a_quoted_part_under_warranty_or_returned_is_not_charged() {
    let dealership = open().await;
    let pad = part(&dealership, "BP001").await;
    for returned in [false, true] {
        let approved = dealership.approved_quotation(&dealership.one).await;
        let card = convert(&dealership, &approved, json!({})).await.expect(201);
        let card = in_work(&dealership, &card).await;
        issue(&dealership, &card, &pad, json!({"requestedQty": 2, "isWarranty": !returned})).await;
        if returned {
            let items = dealership.one.engineer.get(&card).await.expect(200)["items"].clone();
            let issued =
                items.as_array().unwrap().iter().find(|item| item["inventoryPartId"].is_string()).unwrap();
            let back = json!({"items": [{"itemId": issued["id"], "quantity": 2}]});
            dealership.one.inventory.post(&format!("{card}/return-parts"), back).await.expect(200);
        }
        let invoice = invoice(&dealership, &card).await;
        assert_eq!(invoice["subtotal"], "1500", "the work alone: {invoice}");
        assert_eq!(invoice["discount"], "500");
    }
    let stock = dealership.one.inventory.get(&format!("/api/inventory/parts/{}", id(&pad))).await.expect(200);
    assert_eq!(stock["stockQuantity"], 8);
}

#[tokio::test]
async fn a_quoted_item_that_is_changed_by_hand_is_still_the_quoted_one() {
    let dealership = open().await;
    let approved = dealership.approved_quotation(&dealership.one).await;
    let converted = convert(&dealership, &approved, json!({})).await.expect(201);
    let card = in_work(&dealership, &converted).await;
    let item = format!("{card}/items/{}", id(&converted["items"][0]));
    let change =
        json!({"itemType": "part", "partName": "Brake Pad", "partCode": "BP001", "qty": 1, "unitPrice": 2400});
    dealership.one.engineer.patch(&item, change).await.expect(200);
    let pad = part(&dealership, "BP001").await;
    issue(&dealership, &card, &pad, json!({"requestedQty": 2})).await;
    let invoice = invoice(&dealership, &card).await;
    assert_eq!(charged(&invoice), [json!(["Brake adjustment", 1, "1500"]), json!(["Brake Pad", 2, "2400"])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_conversions_at_once_one_opens_a_card() {
    let dealership = open().await;
    let approved = dealership.approved_quotation(&dealership.one).await;
    // Two instances, each with its own queue for numbers, and a user of each role that may.
    let other = dealership.app.second_instance(dms_local::all_routes());
    let others = other.with_token_of(&dealership.one.manager);
    let clients = [&dealership.one.advisor, &others, &dealership.admin];
    let convert = format!("{}/convert", path(&approved));
    let answers = join_all((0..50).map(|n| clients[n % 3].post(&convert, json!({})))).await;
    let opened: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(opened.len(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        // A client repeats what it was told to repeat.
        let again = if answer.status == 503 { clients[0].post(&convert, json!({})).await } else { answer.clone() };
        again.refused(409, "ALREADY_CONVERTED");
    }
    let now = read(&dealership, &approved).await;
    assert_eq!((&now["version"], &now["jobCardId"]), (&json!(3), &opened[0].body["data"]["id"]));
    let cards = dealership.one.manager.get("/api/job-cards").await;
    assert_eq!(cards.body["pagination"]["total"], 1);
    assert_eq!(cards.rows()[0]["jobCardNumber"], "SC001-2026-11-0001");
}

#[tokio::test]
async fn a_conversion_repeated_with_its_key_answers_the_same_card() {
    let dealership = open().await;
    let approved = dealership.approved_quotation(&dealership.one).await;
    let convert = format!("{}/convert", path(&approved));
    let send = || {
        let request = dealership.one.advisor.request(Method::POST, &convert).header("idempotency-key", "c1");
        request.json(&json!({})).send()
    };
    let (first, again) = (send().await, send().await);
    assert_eq!((first.status.as_u16(), &first.text), (201, &again.text));
}
