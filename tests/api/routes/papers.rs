//! Papers: what a customer is handed, as PDF. How they look is kept in `tests/golden`.

use axum::http::{Method, header};
use dms_testkit::{Answer, Dealership};
use serde_json::{Value, json};

use crate::golden::text_of;

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

fn header_of(answer: &Answer, name: header::HeaderName) -> &str {
    answer.headers.get(&name).unwrap_or_else(|| panic!("{name}")).to_str().unwrap()
}

/// The paper of a document, as its text.
#[track_caller]
fn read(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(header_of(answer, header::CONTENT_TYPE), "application/pdf");
    text_of(&answer.bytes)
}

#[track_caller]
fn assert_says(paper: &str, words: &[&str]) {
    for words in words {
        assert!(paper.contains(words), "{words:?} is not on the paper:\n{paper}");
    }
}

fn path(invoice: &Value) -> String {
    format!("/api/invoices/{}/pdf", id(invoice))
}

#[tokio::test]
async fn an_invoice_is_handed_out_as_a_pdf_named_by_its_number() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    let answer = dealership.one.advisor.get(&path(&invoice)).await;
    let paper = read(&answer);
    assert_eq!(header_of(&answer, header::CONTENT_DISPOSITION), "inline; filename=\"SC001-2026-0001.pdf\"");
    assert_eq!(header_of(&answer, header::CACHE_CONTROL), "no-store");
    assert!(answer.headers.contains_key("x-request-id"));
    let registration = invoice["vehicleRegistration"].as_str().unwrap();
    assert_says(
        &paper,
        &[
            "Tax Invoice",
            "ORIGINAL FOR RECIPIENT",
            "Centre SC001",
            "27AABCU9603R1ZN",
            "SC001-2026-0001",
            "1 MG Road",
            "Maharashtra (27)",
            registration,
            "Tesla Model 3",
            "998714",
            "5,900.00",
            "Rupees Five Thousand Nine Hundred Only",
            "Page 1 of 1",
        ],
    );
    assert_eq!(answer.bytes, dealership.admin.get(&path(&invoice)).await.bytes, "the same for everyone");
}

#[tokio::test]
async fn an_old_invoice_reads_the_same_whatever_became_of_centre_customer_and_vehicle() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    let before = dealership.admin.get(&path(&invoice)).await;
    let change = async |path: &str, id: &Value, body: Value| {
        let path = format!("/api/{path}/{}", id.as_str().unwrap());
        dealership.admin.patch(&path, body).await.expect(200)
    };
    let moved = json!({"name": "Moved", "address": "Elsewhere", "city": "Pune", "pincode": "411001",
        "phone": "9000000001", "email": "new@example.com", "gstin": null, "state": "Goa"});
    change("service-centers", &json!(dealership.one.id), moved).await;
    let person = json!({"name": "Another", "address": "Nowhere", "cityState": "Panaji, Goa", "pincode": "403001"});
    change("customers", &card["customerId"], person).await;
    change("vehicles", &card["vehicleId"], json!({"vehicleMake": "Tata", "registration": "GA01AB1234"})).await;
    change("job-cards", &card["id"], json!({"part1Data": {"registrationNumber": "GA01AB1234"}})).await;
    let after = dealership.admin.get(&path(&invoice)).await;
    assert_eq!(text_of(&after.bytes), text_of(&before.bytes));
    assert_eq!(after.bytes, before.bytes);
    // The supplier is part of the invoice, as its figures are.
    let seen = dealership.admin.get(&format!("/api/invoices/{}", id(&invoice))).await.expect(200);
    assert_eq!(seen["supplier"], invoice["supplier"]);
    assert_eq!(
        (&seen["supplier"]["name"], &seen["supplier"]["gstin"]),
        (&json!("Centre SC001"), &json!("27AABCU9603R1ZN"))
    );
}

#[tokio::test]
async fn a_payment_code_is_on_the_paper_while_something_is_due_and_the_centre_has_a_upi_id() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    let paper = read(&dealership.one.manager.get(&path(&invoice)).await);
    assert!(!paper.contains("SCAN TO PAY"), "the centre has no UPI id:\n{paper}");

    let centre = format!("/api/service-centers/{}", dealership.one.id);
    dealership.admin.patch(&centre, json!({"upiId": "sc001@okbank"})).await.expect(200);
    let due = dealership.one.manager.get(&path(&invoice)).await;
    assert_says(&read(&due), &["SCAN TO PAY BY UPI", "sc001@okbank", "Balance due"]);
    let link = "upi://pay?pa=sc001@okbank&pn=Centre%20SC001&am=5900.00&tn=Invoice%20SC001-2026-0001&cu=INR";
    assert_eq!(crate::golden::codes_of(&due.bytes), [link]);

    let status = format!("/api/invoices/{}/status", id(&invoice));
    let paid = json!({"status": "PAID", "method": "UPI", "reference": "4017-2265"});
    dealership.one.manager.patch(&status, paid).await.expect(200);
    let paid = dealership.one.manager.get(&path(&invoice)).await;
    let paper = read(&paid);
    assert_says(&paper, &["PAYMENTS", "4017-2265", "-5,900.00"]);
    assert!(!paper.contains("SCAN TO PAY"), "{paper}");
    assert_eq!(crate::golden::codes_of(&paid.bytes), Vec::<String>::new());
}

#[tokio::test]
async fn a_cancelled_invoice_says_so_across_the_page_with_the_reason() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    let status = format!("/api/invoices/{}/status", id(&invoice));
    let cancel = json!({"status": "CANCELLED", "reason": "Wrong customer"});
    dealership.one.manager.patch(&status, cancel).await.expect(200);
    let paper = read(&dealership.one.manager.get(&path(&invoice)).await);
    assert_says(&paper, &["CANCELLED", "Cancelled: Wrong customer"]);
    assert!(!paper.contains("Balance due"), "{paper}");
}

#[tokio::test]
async fn a_sale_without_tax_is_a_bill_of_supply() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let body = json!({"customerId": customer["id"],
        "items": [{"name": "Route map", "hsnSacCode": "4905", "unitPrice": 150, "quantity": 2, "gstRate": 0}]});
    let invoice = dealership.one.manager.create("/api/invoices", body).await;
    let paper = read(&dealership.one.manager.get(&path(&invoice)).await);
    assert_says(&paper, &["Bill of Supply", "Value of supply", "300.00"]);
    assert!(!paper.contains("Tax Invoice") && !paper.contains("CGST"), "{paper}");
}

#[tokio::test]
async fn a_job_card_is_handed_out_with_its_complaint_parts_and_places_to_sign() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    let body = json!({"customerId": customer["id"], "vehicleId": vehicle["id"], "serviceType": "Repair",
        "estimatedCost": 8500, "part1Data": {"customerFeedback": "Grinding noise when braking", "odometerKm": 30120},
        "part2AData": {"claimNumber": "W-991"}});
    let card = dealership.one.advisor.create("/api/job-cards", body).await;
    let items = format!("/api/job-cards/{}/items", id(&card));
    let item = json!({"itemType": "part", "partName": "Battery management unit", "partCode": "BMS-22", "qty": 1,
        "unitPrice": 18500, "gstRate": 18, "isWarranty": true, "serialNumber": "B-77120"});
    dealership.one.manager.post(&items, item).await;

    let answer = dealership.one.engineer.get(&format!("/api/job-cards/{}/pdf", id(&card))).await;
    let name = format!("inline; filename=\"{}.pdf\"", card["jobCardNumber"].as_str().unwrap());
    assert_eq!(header_of(&answer, header::CONTENT_DISPOSITION), name);
    assert_says(
        &read(&answer),
        &[
            "Job Card",
            card["jobCardNumber"].as_str().unwrap(),
            customer["name"].as_str().unwrap(),
            vehicle["registration"].as_str().unwrap(),
            vehicle["vin"].as_str().unwrap(),
            "Grinding noise when braking",
            "Odometer km",
            "30120",
            "W-991",
            "Battery management unit",
            "Serial B-77120",
            "Under warranty",
            "8,500.00",
            "Service advisor",
        ],
    );
}

#[tokio::test]
async fn a_job_card_with_the_largest_forms_is_printed_whole() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    let long = "word ".repeat(19_000);
    let nested = (0..50).fold(json!("deep"), |value, _| json!({"in": [value]}));
    let body = json!({"customerId": customer["id"], "vehicleId": vehicle["id"], "serviceType": "Repair",
        "part1Data": {"long": long, "unbroken": "W".repeat(2_000)}, "part3Data": {"nested": nested}});
    let card = dealership.one.advisor.create("/api/job-cards", body).await;
    let paper = read(&dealership.one.advisor.get(&format!("/api/job-cards/{}/pdf", id(&card))).await);
    assert_eq!(paper.split_whitespace().filter(|word| *word == "word").count(), 19_000);
    assert_eq!(paper.matches('W').count() - paper.matches("Work").count() - paper.matches("WORK").count(), 2_000);
    assert_says(&paper, &["deep"]);
}

#[tokio::test]
async fn a_credit_note_names_its_invoice_and_its_supplier_as_it_was() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    let notes = format!("/api/invoices/{}/credit-notes", id(&invoice));
    let body = json!({"reason": "Half a service", "items": [{"srNo": 1, "amount": 2000}]});
    let note = dealership.one.manager.create(&notes, body).await;
    let moved = json!({"name": "Moved", "address": "Elsewhere"});
    dealership.admin.patch(&format!("/api/service-centers/{}", dealership.one.id), moved).await.expect(200);

    let answer = dealership.one.manager.get(&format!("/api/credit-notes/{}/pdf", id(&note))).await;
    let number = note["gstCreditNoteNumber"].as_str().unwrap();
    assert_eq!(header_of(&answer, header::CONTENT_DISPOSITION), format!("inline; filename=\"{number}.pdf\""));
    let paper = read(&answer);
    assert_says(
        &paper,
        &["Credit Note", number, "SC001-2026-0001", "Half a service", "Centre SC001", "12 MIDC Road", "2,360.00"],
    );
    assert_says(&paper, &["Rupees Two Thousand Three Hundred Sixty Only"]);
    assert!(!paper.contains("Moved") && !paper.contains("SCAN TO PAY"), "{paper}");
    // The invoice shows what is left of it.
    let paper = read(&dealership.one.manager.get(&path(&invoice)).await);
    assert_says(&paper, &["Credit notes", "-2,360.00", "3,540.00"]);
}

#[tokio::test]
async fn a_quotation_says_until_when_it_stands_and_what_was_approved() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    let body = json!({"customerId": customer["id"], "vehicleId": vehicle["id"], "notes": "Two days of work", "items": [
        {"partName": "Brake Pad", "partNumber": "BP001", "quantity": 2, "rate": 2500, "gstPercent": 18}]});
    let quotation = dealership.one.advisor.create("/api/quotations", body).await;
    let path = format!("/api/quotations/{}", id(&quotation));
    let draft = read(&dealership.one.advisor.get(&format!("{path}/pdf")).await);
    assert_says(&draft, &["Quotation", "DRAFT", "NOT A TAX INVOICE", "Two days of work", "BP001"]);

    dealership.one.advisor.patch(&format!("{path}/send"), json!({})).await.expect(200);
    dealership.one.advisor.patch(&format!("{path}/approve"), json!({})).await.expect(200);
    let answer = dealership.one.advisor.get(&format!("{path}/pdf")).await;
    let number = quotation["quotationNumber"].as_str().unwrap();
    assert_eq!(header_of(&answer, header::CONTENT_DISPOSITION), format!("inline; filename=\"{number}.pdf\""));
    let paper = read(&answer);
    let registration = vehicle["registration"].as_str().unwrap();
    assert_says(
        &paper,
        &["Valid until", "Approved", "5,900.00", registration, "Rupees Five Thousand Nine Hundred Only"],
    );
    assert!(!paper.contains("DRAFT"), "{paper}");
}

#[tokio::test]
async fn a_paper_of_another_centre_or_of_nothing_is_not_found_and_no_paper_is_written_to() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    for path in [path(&invoice), format!("/api/job-cards/{}/pdf", id(&card))] {
        dealership.two.manager.get(&path).await.refused(404, "NOT_FOUND");
        dealership.central.get(&path).await.refused(403, "FORBIDDEN");
        dealership.app.anonymous().get(&path).await.refused(401, "UNAUTHENTICATED");
        let posted = dealership.one.manager.request(Method::POST, &path).send().await;
        posted.refused(405, "METHOD_NOT_ALLOWED");
    }
    // Who repairs sees no invoices.
    dealership.one.inventory.get(&path(&invoice)).await.refused(403, "FORBIDDEN");
    let absent = "/api/invoices/0190a1b2-0000-7001-8000-000000000003/pdf";
    dealership.admin.get(absent).await.refused(404, "NOT_FOUND");
    dealership.admin.get("/api/invoices/x/pdf").await.refused(400, "BAD_PATH");
}
