use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::{
    appointment::Appointment,
    credit_note::CreditNote,
    customer::Customer,
    invoice::Invoice,
    job_card::{JobCard, JobCardForms},
    quotation::Quotation,
    vehicle::{ServiceRecord, Vehicle},
};

/// What must be nowhere afterwards.
const SECRETS: [&str; 8] =
    ["Asha", "9876543210", "9812345678", "asha@", "12 Hill Road", "400050", "27AABCU9603R1ZN", "UTR"];

fn now() -> Timestamp {
    Timestamp::new("2026-11-26T06:00:00Z".parse().unwrap())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A document of fields that all have, and its own.
fn document<T: serde::de::DeserializeOwned>(own: Value) -> T {
    let id = Uuid::from_u128(7);
    let mut all = json!({"id": id, "serviceCenterId": id, "customerId": id, "vehicleId": id, "createdById": id,
        "createdAt": "2025-12-20T10:00:00Z", "updatedAt": "2025-12-20T10:00:00Z", "version": 3});
    all.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

fn bill_to() -> Value {
    json!({"name": "Asha Rao", "address": "12 Hill Road", "cityState": "Mumbai, Maharashtra", "pincode": "400050",
        "gstin": "27AABCU9603R1ZN"})
}

fn customer() -> Customer {
    document(json!({"customerNumber": "CUST-0001", "name": "Asha Rao", "phone": "9876543210",
        "whatsappNumber": "9812345678", "alternateNumber": "9812345678", "email": "asha@example.com",
        "address": "12 Hill Road", "cityState": "Mumbai, Maharashtra", "pincode": "400050", "customerType": "B2B",
        "gstin": "27AABCU9603R1ZN", "lastInvoiceNumber": "INV-1"}))
}

fn vehicle() -> Vehicle {
    document(json!({"registration": "MH12AB1234", "vin": "EV123456789", "vehicleMake": "Tata",
        "vehicleModel": "Nexon EV", "vehicleYear": 2024, "purchaseDate": "2024-05-01",
        "insuranceCompanyName": "of Asha", "insuranceEndDate": "2027-05-01", "warrantyEndDate": "2032-05-01",
        "nextServiceDate": "2027-01-01", "currentStatus": "AVAILABLE", "totalServices": 1, "totalSpentPaise": 100}))
}

fn card(status: &str, advances: Value) -> JobCard {
    document(json!({"jobCardNumber": "SC001-2025-12-0001", "status": status, "serviceType": "Repair",
        "priority": "LOW", "location": "HOME", "vehicleRegistration": "MH12AB1234", "statusNotes": "Asha called",
        "cancelReason": "Asha sold it", "customerFeedback": "Asha is glad", "feedbackRating": 5,
        "advances": advances}))
}

fn payments() -> Value {
    json!([{"id": Uuid::nil(), "type": "PAYMENT", "amountPaise": 100, "method": "UPI", "reference": "UTR asha@bank",
        "receivedById": Uuid::nil(), "receivedAt": "2025-12-21T10:00:00Z"}])
}

fn invoice(status: &str, (grand_total, credited, paid): (i64, i64, i64)) -> Invoice {
    document(
        json!({"invoiceNumber": "INV-SC001-2025-0001", "gstInvoiceNumber": "SC001-2025-0001", "status": status,
        "billTo": bill_to(), "placeOfSupply": "27", "supplierState": "27", "items": [], "subtotalPaise": grand_total,
        "discountPaise": 0, "taxableValuePaise": grand_total, "cgstPaise": 0, "sgstPaise": 0, "igstPaise": 0,
        "roundOffPaise": 0, "grandTotalPaise": grand_total, "amountPaidPaise": paid, "creditedPaise": credited,
        "payments": payments(), "cancelReason": "Asha asked"}),
    )
}

fn quotation(status: &str) -> Quotation {
    document(json!({"quotationNumber": "QTN-2025-0001", "status": status, "supplierState": "27",
        "placeOfSupply": "27", "items": [], "subtotalPaise": 0, "discountPaise": 0, "taxableValuePaise": 0,
        "cgstPaise": 0, "sgstPaise": 0, "igstPaise": 0, "roundOffPaise": 0, "grandTotalPaise": 0, "validityDays": 15,
        "notes": "For Asha", "validUntil": "2026-11-26", "revision": 1, "answer": {"approvedLines": [1],
        "answeredBy": "CUSTOMER", "name": "Asha", "comment": "Call 9876543210", "answeredAt": "2025-12-21T10:00:00Z"}}))
}

fn appointment(status: &str, on: &str) -> Appointment {
    document(json!({"appointmentNumber": "APT-2025-12-0001", "status": status, "serviceType": "Repair",
        "appointmentDate": on, "appointmentTime": "10:00 AM", "customerComplaint": "Asha hears a noise",
        "location": "HOME"}))
}

fn credit_note() -> CreditNote {
    document(json!({"creditNoteNumber": "CN-1", "gstCreditNoteNumber": "CN25-1", "invoiceId": Uuid::nil(),
        "invoiceNumber": "INV-1", "gstInvoiceNumber": "1", "invoiceDate": "2025-12-20T10:00:00Z",
        "invoiceGrandTotalPaise": 100, "reason": "Asha sent it back", "billTo": bill_to(), "placeOfSupply": "27",
        "supplierState": "27", "items": [], "taxableValuePaise": 100, "cgstPaise": 0, "sgstPaise": 0, "igstPaise": 0,
        "roundOffPaise": 0, "grandTotalPaise": 100, "returnToStock": false}))
}

fn forms() -> JobCardForms {
    let part1 = json!({"fullName": "Asha Rao", "mobilePrimary": "+919876543210", "customerAddress": "12 Hill Road",
        "registrationNumber": "MH12AB1234", "vehicleBrand": {"hidden": "Asha"}, "ownWords": "Asha", "vehicleModel": "EV"});
    document(json!({"jobCardId": Uuid::nil(), "part1Data": part1.to_string(),
        "part2AData": json!({"complaint": "Asha says"}).to_string(), "part3Data": json!("Asha").to_string()}))
}

fn record() -> ServiceRecord {
    document(json!({"jobCardId": Uuid::nil(), "jobCardNumber": "N", "date": "2025-12-20", "serviceType": "Repair",
        "parts": ["Pad"], "totalCostPaise": 100, "invoiceNumber": "I", "customerFeedback": "Asha", "feedbackRating": 5}))
}

/// The document without its personal data, which is nowhere in it; erased once more, it does not change.
fn erased<T: Personal + serde::Serialize + PartialEq + std::fmt::Debug>(document: &T) -> Value {
    let before = serde_json::to_string(document).unwrap();
    assert!(before.contains("Asha"), "{before}");
    let erased = document.erased(now()).expect("there is something to erase");
    let after = serde_json::to_string(&erased).unwrap();
    for secret in SECRETS {
        assert!(!after.contains(secret), "{secret} is in {after}");
    }
    assert_eq!(erased.erased(now()), None, "once is enough");
    serde_json::to_value(&erased).unwrap()
}

#[test]
fn of_each_document_what_is_personal_goes_and_what_others_count_on_stays() {
    let customer = erased(&customer());
    assert_eq!((&customer["name"], &customer["customerNumber"]), (&json!(ERASED), &json!("CUST-0001")));
    assert!(customer["deletedAt"].is_string() && customer["version"] == 4);
    let vehicle = erased(&vehicle());
    assert_eq!((&vehicle["registration"], &vehicle["vin"]), (&json!("MH12AB1234"), &json!("EV123456789")));
    assert_eq!((&vehicle["warrantyEndDate"], &vehicle["nextServiceDate"]), (&json!("2032-05-01"), &Value::Null));
    let card = erased(&card("CANCELLED", payments()));
    assert_eq!((&card["vehicleRegistration"], &card["feedbackRating"]), (&json!("MH12AB1234"), &json!(5)));
    assert_eq!(card["advances"][0]["amountPaise"], 100);
    let invoice = erased(&invoice("PAID", (100, 0, 100)));
    assert_eq!((&invoice["grandTotalPaise"], &invoice["placeOfSupply"]), (&json!(100), &json!("Maharashtra")));
    assert_eq!(invoice["payments"][0]["amountPaise"], 100);
    assert_eq!(erased(&credit_note())["grandTotalPaise"], 100);
    assert_eq!(erased(&quotation("APPROVED"))["answer"]["approvedLines"], json!([1]));
    assert_eq!(erased(&appointment("COMPLETED", "2025-12-21"))["appointmentTime"], "10:00 AM");
    assert_eq!(erased(&record())["feedbackRating"], 5);
    let part1: Value = serde_json::from_str(erased(&forms())["part1Data"].as_str().unwrap()).unwrap();
    assert_eq!(part1, json!({"registrationNumber": "MH12AB1234", "vehicleModel": "EV"}));
}

#[test]
fn a_tax_record_is_kept_for_72_months_from_the_day_of_the_annual_return() {
    // Of 2025-26, whose return is due on 31 December 2026.
    for made_on in ["2025-04-01", "2025-12-20", "2026-03-31"] {
        assert_eq!(tax_record_kept_until(day(made_on)), day("2032-12-31"));
    }
    assert_eq!(tax_record_kept_until(day("2026-04-01")), day("2033-12-31"));
    let invoice = invoice("PAID", (100, 0, 100));
    assert!(invoice.is_kept(day("2032-12-31")) && !invoice.is_kept(day("2033-01-01")));
    assert!(credit_note().is_kept(day("2032-12-31")) && !credit_note().is_kept(day("2033-01-01")));
    assert!(!card("INVOICED", json!([])).is_kept(day("2025-12-21")));
}

#[test]
fn what_is_open_is_named_and_what_is_over_is_not() {
    let today = day("2026-11-26");
    for status in ["CREATED", "ASSIGNED", "IN_PROGRESS", "PARTS_PENDING", "COMPLETED"] {
        let open = card(status, json!([])).open_business(today);
        assert_eq!(open, Some(format!("job card SC001-2025-12-0001 is {status}")));
    }
    assert_eq!(card("INVOICED", json!([])).open_business(today), None);
    let held = card("CANCELLED", payments()).open_business(today).unwrap();
    assert!(held.contains("advance") && held.contains("given back"), "{held}");
    for (status, money, open) in [
        ("UNPAID", (100, 0, 0), true),
        ("PARTIALLY_PAID", (100, 0, 50), true),
        ("PAID", (100, 0, 100), false),
        ("PAID", (100, 30, 100), true),
        ("CREDITED", (100, 100, 0), false),
        ("CREDITED", (100, 100, 100), true),
        ("CANCELLED", (100, 0, 0), false),
        ("CANCELLED", (100, 0, 100), true),
    ] {
        assert_eq!(invoice(status, money).open_business(today).is_some(), open, "{status} {money:?}");
    }
    for (status, on, open) in [
        ("CONFIRMED", "2026-11-26", true),
        ("PENDING", "2026-12-26", true),
        ("CONFIRMED", "2026-11-25", false),
        ("CANCELLED", "2026-12-26", false),
    ] {
        assert_eq!(appointment(status, on).open_business(today).is_some(), open, "{status} {on}");
    }
    assert!(quotation("SENT").open_business(today).is_some());
    assert_eq!(quotation("SENT").open_business(day("2026-11-27")), None, "nobody answered in time");
    assert_eq!(quotation("APPROVED").open_business(today), None);
}

#[test]
fn of_a_remembered_answer_the_id_is_left() {
    let traces = Traces::of(&customer(), [Uuid::from_u128(9)]);
    let answer =
        json!({"data": {"id": "x", "name": "Asha Rao"}, "success": true, "meta": {"requestId": "r"}}).to_string();
    assert!(traces.are_in(&answer) && traces.are_in("+919812345678") && traces.are_in("asha@example.com"));
    assert!(traces.are_in(&format!("of {}", Uuid::from_u128(9))));
    assert!(!traces.are_in(r#"{"name": "Asha Raote", "id": "other"}"#));
    let left: Value = serde_json::from_str(&erased_answer(&answer)).unwrap();
    assert_eq!(left, json!({"data": {"id": "x"}, "success": true, "meta": {"requestId": "r"}}));
    assert_eq!(erased_answer("no JSON"), r#"{"data":{"id":null},"success":true,"meta":null}"#);
}
