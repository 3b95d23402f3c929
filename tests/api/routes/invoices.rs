//! Invoices: of job cards and over the counter, their sums and numbers, paying and cancelling.

use axum::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use dms_domain::calendar::Clock;
use dms_testkit::{Answer, Dealership};
use serde_json::{Value, json};

const INVOICES: &str = "/api/invoices";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

async fn get(dealership: &Dealership, path: &str, document: &Value) -> Value {
    dealership.admin.get(&format!("{path}/{}", document.as_str().expect("an id"))).await.expect(200)
}

async fn read(dealership: &Dealership, invoice: &Value) -> Value {
    get(dealership, INVOICES, &invoice["id"]).await
}

async fn total(dealership: &Dealership) -> usize {
    dealership.one.manager.get(INVOICES).await.rows().len()
}

/// What is asked for an invoice of a card: with more fields.
fn of_card(card: &Value, more: Value) -> Value {
    let mut body = json!({"customerId": card["customerId"], "jobCardId": card["id"]});
    for (field, value) in more.as_object().expect("fields") {
        body[field] = value.clone();
    }
    body
}

fn service(price: &str, rate: u8) -> Value {
    json!({"name": "Service Charge", "hsnSacCode": "998714", "unitPrice": price, "quantity": 1, "gstRate": rate})
}

async fn set(dealership: &Dealership, invoice: &Value, body: Value) -> Answer {
    dealership.one.manager.patch(&format!("{INVOICES}/{}/status", id(invoice)), body).await
}

async fn pay(dealership: &Dealership, invoice: &Value) -> Answer {
    set(dealership, invoice, json!({"status": "PAID"})).await
}

async fn cancel(dealership: &Dealership, invoice: &Value) -> Answer {
    set(dealership, invoice, json!({"status": "CANCELLED", "reason": "Wrong customer"})).await
}

/// A completed card with two brake pads of 2500 each from stock.
async fn card_with_parts(dealership: &Dealership, part: &Value) -> Value {
    let centre = &dealership.one;
    let card = dealership.card_in_progress(centre).await;
    let path = format!("/api/job-cards/{}", id(&card));
    let body = json!({"parts": [{"inventoryPartId": id(part), "requestedQty": 2}]});
    let request = centre.engineer.create(&format!("{path}/request-parts"), body).await;
    centre.inventory.patch(&format!("/api/parts-requests/{}/approve", id(&request)), json!({})).await.expect(200);
    centre.engineer.patch(&format!("{path}/status"), json!({"status": "COMPLETED"})).await.expect(200)
}

async fn stock(dealership: &Dealership, part: &Value) -> i64 {
    let part = get(dealership, "/api/inventory/parts", &part["id"]).await;
    part["stockQuantity"].as_i64().expect("a quantity")
}

async fn ledger(dealership: &Dealership, part: &Value) -> Vec<Value> {
    let path = format!("/api/inventory/parts/{}/transactions", id(part));
    dealership.one.inventory.get(&path).await.rows()
}

/// A sale over the counter.
async fn sell(dealership: &Dealership, customer: &Value, lines: Value) -> Answer {
    dealership.one.manager.post(INVOICES, json!({"customerId": id(customer), "items": lines})).await
}

fn go_to(dealership: &Dealership, time: &str) {
    let time: DateTime<Utc> = time.parse().expect("a time");
    dealership.app.advance(time - dealership.app.clock.now());
}

fn paise(value: &Value) -> i64 {
    let text = value.as_str().expect("a decimal string");
    let (whole, cents) = text.split_once('.').unwrap_or((text, "00"));
    let sign = if text.starts_with('-') { -1 } else { 1 };
    whole.parse::<i64>().unwrap() * 100 + sign * cents.parse::<i64>().unwrap()
}

#[track_caller]
fn assert_money(document: &Value, expected: &[(&str, &str)]) {
    for (field, amount) in expected {
        assert_eq!(document[*field], *amount, "{field} in {document}");
    }
}

/// The totals are the sums of the lines, to the paisa.
#[track_caller]
fn assert_sums(invoice: &Value) {
    let lines = invoice["items"].as_array().expect("lines");
    let sum = |field: &str| lines.iter().map(|line| paise(&line[field])).sum::<i64>();
    for (total, line) in [
        ("discount", "discount"),
        ("taxableValue", "taxableValue"),
        ("cgst", "cgst"),
        ("sgst", "sgst"),
        ("igst", "igst"),
    ] {
        assert_eq!(paise(&invoice[total]), sum(line), "{total}");
    }
    assert_eq!(paise(&invoice["subtotal"]) - paise(&invoice["discount"]), paise(&invoice["taxableValue"]));
    assert_eq!(paise(&invoice["grandTotal"]) - paise(&invoice["roundOff"]), sum("total"));
    assert_eq!(paise(&invoice["grandTotal"]) % 100, 0, "whole rupees");
}

#[tokio::test]
async fn an_invoice_of_a_card_has_its_numbers_and_makes_the_card_invoiced() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    for (field, value) in [
        ("invoiceNumber", json!("INV-SC001-2026-0001")),
        ("gstInvoiceNumber", json!("SC001-2026-0001")),
        ("status", json!("UNPAID")),
        ("serviceCenterId", json!(dealership.one.id)),
        ("customerId", card["customerId"].clone()),
        ("vehicleId", card["vehicleId"].clone()),
        ("jobCardId", card["id"].clone()),
        ("jobCardNumber", card["jobCardNumber"].clone()),
        ("placeOfSupply", json!("Maharashtra")),
        ("supplierState", json!("Maharashtra")),
        ("amountPaid", json!("0")),
        ("balance", json!("5900")),
        ("payments", json!([])),
        ("warnings", json!([])),
        ("version", json!(1)),
    ] {
        assert_eq!(invoice.get(field), Some(&value), "{field}");
    }
    assert_eq!((&invoice["billTo"]["address"], &invoice["billTo"]["gstin"]), (&json!("1 MG Road"), &Value::Null));
    let card = get(&dealership, "/api/job-cards", &card["id"]).await;
    assert_eq!((&card["status"], &card["invoiceId"]), (&json!("INVOICED"), &invoice["id"]));
    let vehicle = get(&dealership, "/api/vehicles", &card["vehicleId"]).await;
    assert_eq!((&vehicle["currentStatus"], &vehicle["totalServices"]), (&json!("ACTIVE_JOB_CARD"), &json!(0)));
}

#[tokio::test]
async fn within_a_state_central_and_state_tax_are_charged_to_the_paisa() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 5).await;
    let card = card_with_parts(&dealership, &part).await;
    let lines = json!([service("5000", 18), {"name": "Oil", "unitPrice": 333.33, "quantity": 3, "gstRate": 5}]);
    let more = json!({"items": lines, "discount": 500, "placeOfSupply": "27"});
    let invoice = dealership.one.manager.create(INVOICES, of_card(&card, more)).await;
    // 5000 + 5000 + 999.99; 500 off is 227.27 + 227.27 + 45.46.
    let names: Vec<&Value> = invoice["items"].as_array().unwrap().iter().map(|line| &line["name"]).collect();
    assert_eq!(names, [&part["partName"], &json!("Service Charge"), &json!("Oil")], "the card's items come first");
    for position in [0, 1] {
        assert_money(
            &invoice["items"][position],
            &[
                ("discount", "227.27"),
                ("taxableValue", "4772.73"),
                ("cgst", "429.55"),
                ("sgst", "429.55"),
                ("igst", "0"),
            ],
        );
    }
    assert_money(
        &invoice["items"][2],
        &[
            ("discount", "45.46"),
            ("taxableValue", "954.53"),
            ("cgst", "23.86"),
            ("sgst", "23.86"),
            ("total", "1002.25"),
        ],
    );
    assert_money(
        &invoice,
        &[
            ("subtotal", "10999.99"),
            ("discount", "500"),
            ("taxableValue", "10499.99"),
            ("cgst", "882.96"),
            ("sgst", "882.96"),
            ("igst", "0"),
            ("roundOff", "0.09"),
            ("grandTotal", "12266"),
            ("balance", "12266"),
        ],
    );
    assert_sums(&invoice);
    assert_eq!(stock(&dealership, &part).await, 3, "the parts left the stock when they were approved");
    assert_eq!(read(&dealership, &invoice).await["items"], invoice["items"]);
}

#[tokio::test]
async fn between_states_integrated_tax_is_charged_to_the_paisa() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 5).await;
    let card = card_with_parts(&dealership, &part).await;
    let lines = json!([service("5000", 18), {"name": "Oil", "unitPrice": "333.33", "quantity": 3, "gstRate": 5}]);
    let more = json!({"items": lines, "discount": "500.00", "placeOfSupply": "Karnataka"});
    let invoice = dealership.one.manager.create(INVOICES, of_card(&card, more)).await;
    assert_money(
        &invoice,
        &[
            ("taxableValue", "10499.99"),
            ("cgst", "0"),
            ("sgst", "0"),
            ("igst", "1765.91"),
            ("roundOff", "0.10"),
            ("grandTotal", "12266"),
        ],
    );
    assert_eq!(
        (&invoice["placeOfSupply"], &invoice["supplierState"]),
        (&json!("Karnataka"), &json!("Maharashtra"))
    );
    assert_sums(&invoice);
}

#[tokio::test]
async fn a_unit_of_a_special_economic_zone_is_charged_integrated_tax_in_its_own_state_too() {
    let dealership = open().await;
    let mut unit = json!({"name": "Zone Ltd", "phone": "9876543210", "customerType": "B2B", "isSez": true});
    let refused = dealership.admin.post("/api/customers", unit.clone()).await;
    refused.refused(422, "VALIDATION_FAILED").naming("isSez");
    unit["gstin"] = json!("27AABCU9603R1ZN");
    let unit = dealership.admin.create("/api/customers", unit).await;
    assert_eq!(unit["isSez"], true);
    let path = format!("/api/customers/{}", id(&unit));
    let without = dealership.admin.patch(&path, json!({"gstin": null})).await;
    without.refused(422, "VALIDATION_FAILED").naming("isSez");
    let invoice = sell(&dealership, &unit, json!([service("100", 18)])).await.expect(201);
    assert_eq!((&invoice["placeOfSupply"], &invoice["billTo"]["isSez"]), (&json!("Maharashtra"), &json!(true)));
    assert_money(&invoice, &[("cgst", "0"), ("sgst", "0"), ("igst", "18"), ("grandTotal", "118")]);
    dealership.admin.patch(&path, json!({"isSez": false})).await.expect(200);
    let credit = format!("{INVOICES}/{}/credit-notes", id(&invoice));
    let part = json!({"reason": "Too dear", "items": [{"srNo": 1, "amount": 50}]});
    let note = dealership.one.manager.create(&credit, part).await;
    assert_money(&note, &[("cgst", "0"), ("igst", "9"), ("grandTotal", "59")]);
    let later = sell(&dealership, &unit, json!([service("100", 18)])).await.expect(201);
    assert_money(&later, &[("cgst", "9"), ("sgst", "9"), ("igst", "0")]);
}

#[tokio::test]
async fn a_warranty_item_is_on_the_invoice_and_costs_nothing() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let path = format!("/api/job-cards/{}", id(&card));
    let item = json!({"itemType": "part", "partName": "Bulb", "qty": 1, "unitPrice": 1000, "isWarranty": true});
    dealership.one.engineer.post(&format!("{path}/items"), item).await.expect(201);
    dealership.one.engineer.patch(&format!("{path}/status"), json!({"status": "COMPLETED"})).await.expect(200);
    let more = json!({"items": [service("100", 0)]});
    let invoice = dealership.one.manager.create(INVOICES, of_card(&card, more)).await;
    assert_eq!((&invoice["items"][0]["name"], &invoice["items"][0]["total"]), (&json!("Bulb"), &json!("0")));
    assert_money(&invoice, &[("grandTotal", "100"), ("cgst", "0")]);
}

#[tokio::test]
async fn the_sample_code_of_the_specification_is_accepted_with_a_warning() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let mut line = service("5000", 18);
    line["hsnSacCode"] = json!("998314");
    let invoice = dealership.one.manager.create(INVOICES, of_card(&card, json!({"items": [line]}))).await;
    assert_eq!(invoice["warnings"].as_array().unwrap().len(), 1);
    assert!(invoice["warnings"][0].as_str().unwrap().contains("998714"));
}

#[tokio::test]
async fn only_a_completed_card_is_invoiced_and_only_once() {
    let dealership = open().await;
    let working = dealership.card_in_progress(&dealership.one).await;
    let body = of_card(&working, json!({"items": [service("5000", 18)]}));
    dealership.one.manager.post(INVOICES, body).await.refused(409, "INVALID_TRANSITION");
    assert_eq!(get(&dealership, "/api/job-cards", &working["id"]).await, {
        let mut card = working.clone();
        card["part1Data"] = get(&dealership, "/api/job-cards", &working["id"]).await["part1Data"].clone();
        card["part2AData"] = Value::Null;
        card["part3Data"] = Value::Null;
        card
    });
    assert_eq!(total(&dealership).await, 0);

    let card = dealership.completed_card(&dealership.one).await;
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    assert_eq!(invoice["invoiceNumber"], "INV-SC001-2026-0001", "the refused one took no number");
    let second = of_card(&card, json!({"items": [service("5000", 18)]}));
    dealership.one.manager.post(INVOICES, second).await.refused(409, "INVALID_TRANSITION");
    assert_eq!(total(&dealership).await, 1);
    assert_eq!(get(&dealership, "/api/job-cards", &card["id"]).await["invoiceId"], invoice["id"]);
}

#[tokio::test]
async fn a_wrong_invoice_is_refused_naming_its_field_and_takes_no_number() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let part = dealership.part(&dealership.one, 5).await;
    let (other, foreign) = (dealership.customer().await, dealership.completed_card(&dealership.two).await);
    let nobody = json!("01939a3e-0f00-7000-8000-000000000001");
    let good = of_card(&card, json!({"items": [service("5000", 18)]}));
    let from_stock = json!([{"inventoryPartId": id(&part), "quantity": 1}]);
    for (field, value, named) in [
        ("customerId", other["id"].clone(), "customerId"),
        ("customerId", nobody.clone(), "customerId"),
        ("vehicleId", nobody.clone(), "vehicleId"),
        ("jobCardId", nobody, "jobCardId"),
        ("jobCardId", foreign["id"].clone(), "jobCardId"),
        ("placeOfSupply", json!("Atlantis"), "placeOfSupply"),
        ("discount", json!("5000.01"), "items"),
        ("discount", json!(-1), "discount"),
        ("discount", json!(1.234), "discount"),
        ("items", json!([]), "items"),
        ("items", json!([service("5000", 12)]), "items[0].gstRate"),
        ("items", json!([{"name": "X", "quantity": 1, "gstRate": 18}]), "items[0].unitPrice"),
        ("items", json!([{"unitPrice": 1, "quantity": 1}]), "items[0].name"),
        ("items", json!([{"name": "X", "quantity": 0, "unitPrice": 1, "gstRate": 18}]), "items[0].quantity"),
        ("items", from_stock, "items[0].inventoryPartId"),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let answer = dealership.one.manager.post(INVOICES, body).await;
        assert_eq!(answer.status, 422, "{field} {value}: {}", answer.text);
        answer.refused(422, "VALIDATION_FAILED").naming(named);
    }
    assert_eq!((total(&dealership).await, stock(&dealership, &part).await), (0, 5));
    assert_eq!(get(&dealership, "/api/job-cards", &card["id"]).await["version"], card["version"]);
    let invoice = dealership.one.manager.create(INVOICES, good).await;
    assert_eq!(invoice["invoiceNumber"], "INV-SC001-2026-0001");
}

#[tokio::test]
async fn numbers_have_no_gaps_per_centre_and_the_year_begins_on_the_first_of_april_in_india() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let numbers = async || {
        let invoice = sell(&dealership, &customer, json!([service("100", 18)])).await.expect(201);
        let gst = invoice["gstInvoiceNumber"].as_str().unwrap().to_owned();
        assert_eq!(invoice["invoiceNumber"], format!("INV-{gst}"));
        assert!(gst.len() <= 16);
        gst
    };
    assert_eq!(numbers().await, "SC001-2026-0001");
    assert_eq!(numbers().await, "SC001-2026-0002");
    let other = json!({"customerId": id(&customer), "items": [service("100", 18)]});
    let other = dealership.two.manager.create(INVOICES, other).await;
    assert_eq!(other["invoiceNumber"], "INV-SC002-2026-0001");
    go_to(&dealership, "2027-01-15T00:00:00Z");
    assert_eq!(numbers().await, "SC001-2026-0003", "not the calendar year");
    go_to(&dealership, "2027-03-31T18:29:59Z");
    assert_eq!(numbers().await, "SC001-2026-0004");
    go_to(&dealership, "2027-03-31T18:30:00Z");
    assert_eq!(numbers().await, "SC001-2027-0001");
    assert_eq!(numbers().await, "SC001-2027-0002");
}

#[tokio::test]
async fn a_sale_over_the_counter_takes_the_parts_from_stock_and_touches_no_vehicle() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    let (pads, oil) = (dealership.part(&dealership.one, 5).await, dealership.part(&dealership.one, 7).await);
    let lines = json!([
        {"inventoryPartId": id(&pads), "quantity": 2},
        {"inventoryPartId": id(&oil), "quantity": 1, "unitPrice": 100, "name": "Oil, half price"},
        service("50", 18),
    ]);
    let invoice = sell(&dealership, &customer, lines).await.expect(201);
    assert_eq!((&invoice["jobCardId"], &invoice["vehicleId"]), (&Value::Null, &Value::Null));
    assert_eq!(
        (&invoice["items"][0]["name"], &invoice["items"][0]["unitPrice"]),
        (&pads["partName"], &json!("2500"))
    );
    assert_eq!(
        (&invoice["items"][1]["name"], &invoice["items"][1]["gstRate"]),
        (&json!("Oil, half price"), &json!(18))
    );
    assert_money(&invoice, &[("subtotal", "5150"), ("cgst", "463.50"), ("grandTotal", "6077")]);
    assert_sums(&invoice);
    for (part, before, sold) in [(&pads, 5, 2), (&oil, 7, 1)] {
        assert_eq!(stock(&dealership, part).await, before - sold);
        let ledger = ledger(&dealership, part).await;
        assert_eq!(ledger.len(), 2);
        let sale = ledger.iter().find(|line| line["type"] == "SALE").expect("a sale");
        assert_eq!((&sale["delta"], &sale["documentNumber"]), (&json!(-sold), &invoice["invoiceNumber"]));
    }
    let customer_before = get(&dealership, "/api/customers", &customer["id"]).await;
    pay(&dealership, &invoice).await.expect(200);
    assert_eq!(get(&dealership, "/api/vehicles", &vehicle["id"]).await, vehicle);
    assert_eq!(get(&dealership, "/api/customers", &customer["id"]).await, customer_before);
    assert_eq!(stock(&dealership, &pads).await, 3);
}

#[tokio::test]
async fn a_sale_of_more_than_is_in_stock_takes_nothing() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let (pads, oil) = (dealership.part(&dealership.one, 5).await, dealership.part(&dealership.one, 7).await);
    let line = |part: &Value, quantity: i64| json!({"inventoryPartId": id(part), "quantity": quantity});
    let too_many = json!([line(&oil, 7), line(&pads, 6)]);
    let answer = sell(&dealership, &customer, too_many).await.refused(409, "INSUFFICIENT_STOCK");
    answer.naming(pads["partNumber"].as_str().unwrap());
    let on_two_lines = json!([line(&pads, 3), line(&pads, 3)]);
    sell(&dealership, &customer, on_two_lines).await.refused(409, "INSUFFICIENT_STOCK");
    let foreign = dealership.part(&dealership.two, 5).await;
    let answer = sell(&dealership, &customer, json!([line(&foreign, 1)])).await;
    answer.refused(422, "VALIDATION_FAILED").naming("items[0].inventoryPartId");
    assert_eq!((stock(&dealership, &pads).await, stock(&dealership, &oil).await), (5, 7));
    assert_eq!(ledger(&dealership, &pads).await.len(), 1);
    assert_eq!(total(&dealership).await, 0);
    let sold = sell(&dealership, &customer, json!([line(&pads, 3), line(&pads, 2)])).await.expect(201);
    assert_eq!(sold["invoiceNumber"], "INV-SC001-2026-0001");
    assert_eq!(stock(&dealership, &pads).await, 0);
}

#[tokio::test]
async fn forty_lines_are_the_most() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let lines = |count: usize| Value::Array((0..count).map(|_| service("1", 18)).collect());
    let answer = sell(&dealership, &customer, lines(41)).await;
    answer.refused(422, "VALIDATION_FAILED").naming("items");
    let invoice = sell(&dealership, &customer, lines(40)).await.expect(201);
    assert_sums(&invoice);
}

#[tokio::test]
async fn paying_does_all_that_the_specification_says() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    let customer_before = get(&dealership, "/api/customers", &card["customerId"]).await;
    dealership.app.advance(TimeDelta::hours(1));
    let now = json!("2026-11-23T05:30:00.000Z");
    let body = json!({"status": "PAID", "method": "UPI", "reference": "4017-2265"});
    let paid = set(&dealership, &invoice, body).await.expect(200);
    assert_eq!((&paid["status"], &paid["paidAt"], &paid["version"]), (&json!("PAID"), &now, &json!(2)));
    assert_money(&paid, &[("amountPaid", "5900"), ("balance", "0"), ("grandTotal", "5900")]);
    let payments = paid["payments"].as_array().unwrap();
    assert_eq!(payments.len(), 1);
    for (field, value) in [
        ("amount", json!("5900")),
        ("method", json!("UPI")),
        ("reference", json!("4017-2265")),
        ("receivedAt", now.clone()),
    ] {
        assert_eq!(payments[0][field], value, "{field}");
    }

    let customer = get(&dealership, "/api/customers", &card["customerId"]).await;
    assert_eq!(
        (&customer["lastServiceCenterId"], &customer["lastServiceDate"]),
        (&json!(dealership.one.id), &now)
    );
    assert_eq!(customer["lastInvoiceNumber"], "INV-SC001-2026-0001");
    assert_eq!(customer["name"], customer_before["name"]);
    let vehicle = get(&dealership, "/api/vehicles", &card["vehicleId"]).await;
    for (field, value) in [
        ("lastServiceDate", now),
        ("lastServiceCenterId", json!(dealership.one.id)),
        ("totalServices", json!(1)),
        ("totalSpent", json!("5900")),
        ("currentStatus", json!("AVAILABLE")),
        ("activeJobCardId", Value::Null),
    ] {
        assert_eq!(vehicle[field], value, "{field}");
    }
    let history = format!("/api/vehicles/{}/service-history", id(&vehicle));
    let history = dealership.admin.get(&history).await.rows();
    assert_eq!(history.len(), 1);
    assert_eq!(
        (&history[0]["invoiceNumber"], &history[0]["totalCost"]),
        (&invoice["invoiceNumber"], &json!("5900"))
    );
    assert_eq!(get(&dealership, "/api/job-cards", &card["id"]).await["status"], "INVOICED");
    dealership.job_card_for(&dealership.two, &vehicle).await;
}

#[tokio::test]
async fn paying_twice_is_the_same_invoice_and_adds_nothing() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    let paid = pay(&dealership, &invoice).await.expect(200);
    let vehicle = get(&dealership, "/api/vehicles", &card["vehicleId"]).await;
    let customer = get(&dealership, "/api/customers", &card["customerId"]).await;
    dealership.app.advance(TimeDelta::days(1));
    for _ in 0..2 {
        assert_eq!(pay(&dealership, &invoice).await.expect(200), paid);
    }
    assert_eq!(read(&dealership, &invoice).await, paid);
    assert_eq!(get(&dealership, "/api/vehicles", &card["vehicleId"]).await, vehicle);
    assert_eq!(get(&dealership, "/api/customers", &card["customerId"]).await, customer);
    let history = format!("/api/vehicles/{}/service-history", id(&vehicle));
    assert_eq!(dealership.admin.get(&history).await.rows().len(), 1);
}

#[tokio::test]
async fn the_totals_of_several_services_add_up() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let vehicle = get(&dealership, "/api/vehicles", &card["vehicleId"]).await;
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    pay(&dealership, &invoice).await.expect(200);
    let second = dealership.job_card_for(&dealership.one, &vehicle).await;
    let path = format!("/api/job-cards/{}", id(&second));
    let engineer = json!({"engineerId": dealership.one.engineer_id});
    dealership.one.manager.post(&format!("{path}/assign-engineer"), engineer).await.expect(200);
    for status in ["IN_PROGRESS", "COMPLETED"] {
        dealership.one.engineer.patch(&format!("{path}/status"), json!({"status": status})).await.expect(200);
    }
    let more = json!({"items": [service("100", 18)]});
    let invoice = dealership.one.manager.create(INVOICES, of_card(&second, more)).await;
    // A payment that comes again by mistake, of the first visit, leaves the second one's card alone.
    pay(&dealership, &invoice).await.expect(200);
    let vehicle = get(&dealership, "/api/vehicles", &card["vehicleId"]).await;
    assert_eq!((&vehicle["totalServices"], &vehicle["totalSpent"]), (&json!(2), &json!("6018")));
}

#[tokio::test]
async fn cancelling_on_the_same_day_makes_the_card_completed_again() {
    let dealership = open().await;
    let part = dealership.part(&dealership.one, 5).await;
    let card = card_with_parts(&dealership, &part).await;
    let invoice = dealership.one.manager.create(INVOICES, of_card(&card, json!({}))).await;
    set(&dealership, &invoice, json!({"status": "CANCELLED"}))
        .await
        .refused(422, "VALIDATION_FAILED")
        .naming("reason");
    // The last second of the day in India.
    go_to(&dealership, "2026-11-23T18:29:59Z");
    let cancelled = cancel(&dealership, &invoice).await.expect(200);
    assert_eq!(
        (&cancelled["status"], &cancelled["cancelReason"]),
        (&json!("CANCELLED"), &json!("Wrong customer"))
    );
    assert_eq!(cancelled["invoiceNumber"], invoice["invoiceNumber"], "its number stays taken");
    let card = get(&dealership, "/api/job-cards", &card["id"]).await;
    assert_eq!((&card["status"], &card["invoiceId"]), (&json!("COMPLETED"), &Value::Null));
    assert_eq!(stock(&dealership, &part).await, 3, "the parts are still in the vehicle");
    let vehicle = get(&dealership, "/api/vehicles", &card["vehicleId"]).await;
    assert_eq!((&vehicle["currentStatus"], &vehicle["totalServices"]), (&json!("ACTIVE_JOB_CARD"), &json!(0)));
    cancel(&dealership, &invoice).await.refused(409, "INVALID_TRANSITION");
    pay(&dealership, &invoice).await.refused(409, "INVALID_TRANSITION");
    let next = dealership.one.manager.create(INVOICES, of_card(&card, json!({}))).await;
    assert_eq!(next["invoiceNumber"], "INV-SC001-2026-0002");
    assert_eq!(next["grandTotal"], invoice["grandTotal"]);
    assert_eq!(total(&dealership).await, 2);
}

#[tokio::test]
async fn cancelling_a_sale_returns_what_was_sold_with_a_ledger_line() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let part = dealership.part_with_minimum(&dealership.one, 5, 4).await;
    let line =
        json!([{"inventoryPartId": id(&part), "quantity": 1}, {"inventoryPartId": id(&part), "quantity": 2}]);
    let invoice = sell(&dealership, &customer, line).await.expect(201);
    assert_eq!(stock(&dealership, &part).await, 2);
    assert_eq!(dealership.one.inventory.get("/api/inventory/low-stock").await.rows().len(), 1);
    cancel(&dealership, &invoice).await.expect(200);
    assert_eq!(stock(&dealership, &part).await, 5);
    assert!(dealership.one.inventory.get("/api/inventory/low-stock").await.rows().is_empty());
    let ledger = ledger(&dealership, &part).await;
    assert_eq!(ledger.len(), 3);
    let back = ledger.iter().find(|line| line["type"] == "SALE_REVERSAL").expect("a reversal");
    assert_eq!((&back["delta"], &back["documentNumber"]), (&json!(3), &invoice["invoiceNumber"]));
    cancel(&dealership, &invoice).await.refused(409, "INVALID_TRANSITION");
    assert_eq!(stock(&dealership, &part).await, 5, "once");
}

#[tokio::test]
async fn after_the_day_of_issue_or_when_paid_an_invoice_is_not_cancelled() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    go_to(&dealership, "2026-11-23T18:30:00Z");
    cancel(&dealership, &invoice).await.refused(409, "USE_CREDIT_NOTE");
    assert_eq!(read(&dealership, &invoice).await["status"], "UNPAID");
    assert_eq!(get(&dealership, "/api/job-cards", &card["id"]).await["status"], "INVOICED");
    let paid = pay(&dealership, &invoice).await.expect(200);
    cancel(&dealership, &invoice).await.refused(409, "INVALID_TRANSITION");
    for status in ["UNPAID", "PARTIALLY_PAID"] {
        let answer = set(&dealership, &invoice, json!({"status": status})).await;
        answer.refused(422, "VALIDATION_FAILED").naming("status");
    }
    assert_eq!(read(&dealership, &invoice).await, paid);
}

#[tokio::test]
async fn if_match_of_an_older_version_pays_nothing() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    let path = format!("{INVOICES}/{}/status", id(&invoice));
    let request = dealership.one.manager.request(Method::PATCH, &path).header("if-match", "\"7\"");
    request.json(&json!({"status": "PAID"})).send().await.refused(412, "VERSION_MISMATCH");
    assert_eq!(read(&dealership, &invoice).await["status"], "UNPAID");
    let request = dealership.one.manager.request(Method::PATCH, &path).header("if-match", "\"1\"");
    request.json(&json!({"status": "PAID"})).send().await.expect(200);
}

#[tokio::test]
async fn from_fifty_thousand_rupees_a_person_needs_an_address() {
    let dealership = open().await;
    let body = json!({"name": "Asha Rao", "phone": "9876543210"});
    let person = dealership.admin.create("/api/customers", body.clone()).await;
    let below = sell(&dealership, &person, json!([service("42372", 18)])).await.expect(201);
    assert_eq!(below["grandTotal"], "49999");
    let from = json!([service("42372.88", 18)]);
    let answer = sell(&dealership, &person, from.clone()).await;
    answer.refused(422, "VALIDATION_FAILED").naming("customerId");
    assert_eq!(total(&dealership).await, 1);
    let path = format!("/api/customers/{}", id(&person));
    dealership.admin.patch(&path, json!({"address": "1 MG Road"})).await.expect(200);
    let no_state = sell(&dealership, &person, from.clone()).await;
    no_state.refused(422, "VALIDATION_FAILED").naming("customerId");
    dealership.admin.patch(&path, json!({"cityState": "Mumbai, Maharashtra"})).await.expect(200);
    let invoice = sell(&dealership, &person, from.clone()).await.expect(201);
    assert_eq!(
        (&invoice["grandTotal"], &invoice["invoiceNumber"]),
        (&json!("50000"), &json!("INV-SC001-2026-0002"))
    );
    assert_eq!(invoice["billTo"]["cityState"], "Mumbai, Maharashtra");
    let mut firm = body;
    firm["customerType"] = json!("B2B");
    firm["gstin"] = json!("27AABCU9603R1ZN");
    let firm = dealership.admin.create("/api/customers", firm).await;
    let invoice = sell(&dealership, &firm, from).await.expect(201);
    assert_eq!(invoice["billTo"]["gstin"], "27AABCU9603R1ZN");
}

#[tokio::test]
async fn who_is_charged_is_fixed_at_issue() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let invoice = sell(&dealership, &customer, json!([service("100", 18)])).await.expect(201);
    let path = format!("/api/customers/{}", id(&customer));
    dealership.admin.patch(&path, json!({"name": "Somebody Else"})).await.expect(200);
    assert_eq!(read(&dealership, &invoice).await["billTo"]["name"], customer["name"]);
}

#[tokio::test]
async fn an_invoice_repeated_with_its_key_is_issued_once() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let part = dealership.part(&dealership.one, 5).await;
    let body = json!({"customerId": id(&customer), "items": [{"inventoryPartId": id(&part), "quantity": 2}]});
    let mut answers = Vec::new();
    for _ in 0..3 {
        let request = dealership.one.manager.request(Method::POST, INVOICES).header("idempotency-key", "k1");
        answers.push(request.json(&body).send().await.text);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!((total(&dealership).await, stock(&dealership, &part).await), (1, 3));
}

#[tokio::test]
async fn lists_are_filtered_and_show_relations() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let first = dealership.invoice_for(&dealership.one, &card).await;
    pay(&dealership, &first).await.expect(200);
    dealership.app.advance(TimeDelta::days(1));
    let customer = dealership.customer().await;
    let second = sell(&dealership, &customer, json!([service("100", 18)])).await.expect(201);
    for (query, expected) in [
        (String::new(), vec![id(&second), id(&first)]),
        ("?filter[status]=PAID".to_owned(), vec![id(&first)]),
        ("?filter[status]=UNPAID".to_owned(), vec![id(&second)]),
        ("?filter[createdAt]=2026-11-24".to_owned(), vec![id(&second)]),
        ("?filter[paidAt][lte]=2026-11-23".to_owned(), vec![id(&first)]),
        (format!("?filter[jobCardId]={}", id(&card)), vec![id(&first)]),
        (format!("?filter[customerId]={}", id(&customer)), vec![id(&second)]),
        ("?filter[invoiceNumber]=INV-SC001-2026-0002".to_owned(), vec![id(&second)]),
        ("?filter[status]=CANCELLED".to_owned(), vec![]),
    ] {
        let answer = dealership.one.manager.get(&format!("{INVOICES}{query}")).await;
        assert_eq!(answer.body["pagination"]["total"], expected.len(), "{query}");
        let rows = answer.rows();
        assert_eq!(rows.iter().map(id).collect::<Vec<_>>(), expected, "{query}");
    }
    let shown = format!("{INVOICES}/{}?expand=customer,vehicle,jobCard,serviceCenter", id(&first));
    let shown = dealership.one.manager.get(&shown).await.expect(200);
    assert_eq!((&shown["jobCard"]["id"], &shown["vehicle"]["id"]), (&card["id"], &card["vehicleId"]));
    assert_eq!(
        (&shown["customer"]["id"], &shown["serviceCenter"]["code"]),
        (&card["customerId"], &json!("SC001"))
    );
    assert_eq!(dealership.two.manager.get(INVOICES).await.rows().len(), 0);
}

#[tokio::test]
async fn only_who_may_issue_and_pay_invoices_does() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let body = of_card(&card, json!({"items": [service("5000", 18)]}));
    for client in [&dealership.one.engineer, &dealership.one.inventory, &dealership.central] {
        client.post(INVOICES, body.clone()).await.refused(403, "FORBIDDEN");
        client.get(INVOICES).await.refused(403, "FORBIDDEN");
    }
    let invoice = dealership.one.advisor.create(INVOICES, body).await;
    let path = format!("{INVOICES}/{}/status", id(&invoice));
    dealership.one.advisor.patch(&path, json!({"status": "PAID"})).await.refused(403, "FORBIDDEN");
    dealership.two.manager.patch(&path, json!({"status": "PAID"})).await.refused(404, "NOT_FOUND");
    assert_eq!(read(&dealership, &invoice).await["status"], "UNPAID");
}
