//! Documents whose papers are kept and looked at.

use dms_domain::{
    calendar::Timestamp,
    formats::{GstState, HsnSac},
    gst::Supply,
    invoice::{BillTo, ChargeLine, Invoice, InvoiceItem, IssuedBy, charge},
    job_card::{JobCard, JobCardForms},
    money::Paise,
    payment::Payment,
    service_centre::ServiceCentre,
    statuses::{InvoiceStatus, PaymentKind, PaymentMethod},
};
use dms_papers::{Charges, CreditNote, JobCardPaper, Laid, Party, Quotation, TaxInvoice};
use serde_json::json;
use uuid::Uuid;

pub(super) fn centre() -> ServiceCentre {
    serde_json::from_value(
        json!({"id": Uuid::nil(), "code": "SC001", "name": "Volt Motors Andheri East", "address":
        "Plot 12, MIDC Central Road, Marol", "city": "Mumbai", "state": "Maharashtra", "pincode": "400093",
        "phone": "+919820012345", "email": "andheri@voltmotors.example", "gstin": "27AABCU9603R1ZN",
        "upiId": "voltmotors.andheri@okbank", "active": true, "createdAt": "2025-12-20T10:00:00Z",
        "updatedAt": "2025-12-20T10:00:00Z", "version": 1}),
    )
    .unwrap()
}

pub(super) fn line(name: &str, hsn: &str, price: i64, quantity: i64, rate: u8) -> ChargeLine {
    ChargeLine {
        name: name.to_owned(),
        hsn_sac_code: HsnSac::parse(hsn).ok(),
        inventory_part_id: None,
        quantity,
        unit_price_paise: Paise::new(price),
        gst_rate: rate,
    }
}

fn usual() -> Vec<ChargeLine> {
    vec![
        line("Front brake pad set, ceramic (Nexon EV)", "87083000", 245_000, 2, 18),
        line("Coolant, battery circuit, 1 l", "38200000", 64_550, 3, 18),
        line("Cabin air filter", "84213990", 89_900, 1, 18),
        line("Periodic service, 30 000 km, with battery health check", "998714", 349_900, 1, 18),
        line("Owner's handbook in Hindi", "49019900", 25_000, 1, 5),
    ]
}

fn states(place: &str) -> (GstState, GstState) {
    (GstState::parse("Maharashtra").unwrap(), GstState::parse(place).unwrap())
}

fn at(text: &str) -> Timestamp {
    Timestamp::new(text.parse().unwrap())
}

pub(super) fn invoice(lines: &[ChargeLine], discount: i64, place: &str, bill_to: BillTo) -> Invoice {
    let (supplier, place_of_supply) = states(place);
    let now = at("2025-12-20T10:00:00Z");
    let (items, totals): (Vec<InvoiceItem>, _) =
        charge(lines, Paise::new(discount), Supply::between(supplier, place_of_supply), now.ist_date()).unwrap();
    Invoice {
        id: Uuid::nil(),
        invoice_number: "INV-SC001-2025-0042".to_owned(),
        gst_invoice_number: "SC001-2025-0042".to_owned(),
        service_center_id: Uuid::nil(),
        customer_id: Uuid::nil(),
        vehicle_id: Some(Uuid::nil()),
        vehicle_registration: Some("MH02EV4711".to_owned()),
        vehicle_name: Some("Tata Nexon EV".to_owned()),
        job_card_id: Some(Uuid::nil()),
        job_card_number: Some("SC001-2025-12-0007".to_owned()),
        status: InvoiceStatus::Unpaid,
        service_type: Some("Regular Service".to_owned()),
        engineer_id: None,
        engineer_name: Some("Ravi Kulkarni".to_owned()),
        supplier: Some(IssuedBy::of(&centre())),
        bill_to,
        place_of_supply,
        supplier_state: supplier,
        items,
        totals,
        amount_paid_paise: Paise::ZERO,
        payments: Vec::new(),
        credited_paise: Paise::ZERO,
        credit_notes: Vec::new(),
        paid_at: None,
        cancel_reason: None,
        created_by_id: Uuid::nil(),
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

fn person(name: &str, address: &str, city: &str) -> BillTo {
    BillTo {
        name: name.to_owned(),
        address: Some(address.to_owned()),
        city_state: Some(city.to_owned()),
        pincode: "400061".parse().ok(),
        gstin: None,
        is_sez: false,
    }
}

pub(super) fn firm() -> BillTo {
    let mut firm = person(
        "Deccan Electric Logistics and Last-Mile Delivery Services Private Limited",
        "Unit 1204, 12th floor, Prestige Meridian Tower II, 30 Mahatma Gandhi Road, near Trinity Circle metro station",
        "Bengaluru, Karnataka",
    );
    firm.gstin = "29AABCU9603R1ZJ".parse().ok();
    firm.pincode = "560001".parse().ok();
    firm
}

pub(super) fn asha() -> BillTo {
    person("Asha Rao", "14 Yari Road, Versova", "Mumbai, Maharashtra")
}

fn paid(mut invoice: Invoice, parts: &[(i64, PaymentMethod, &str)]) -> Invoice {
    for (amount, method, reference) in parts {
        invoice.payments.push(Payment {
            kind: PaymentKind::Payment,
            id: Uuid::nil(),
            amount_paise: Paise::new(*amount),
            method: *method,
            reference: (!reference.is_empty()).then(|| (*reference).to_owned()),
            received_by_id: Uuid::nil(),
            received_at: at("2025-12-21T06:00:00Z"),
        });
        invoice.amount_paid_paise = invoice.amount_paid_paise.checked_add(Paise::new(*amount)).unwrap();
    }
    invoice
}

pub(super) fn invoices() -> Vec<(&'static str, Laid)> {
    let lay = |invoice: &Invoice| TaxInvoice::of(invoice, &centre()).lay();
    let many: Vec<ChargeLine> = (1..=60)
        .map(|at| {
            line(
                &format!("Part {at} of the drive train, with fastening kit"),
                "87089900",
                12_345 * at,
                at % 7 + 1,
                18,
            )
        })
        .collect();
    let hundred: Vec<ChargeLine> =
        (1..=100).map(|at| line(&format!("Work step {at}"), "998714", 10_000, 1, 18)).collect();
    let huge = [
        line(
            "Battery pack 60 kWh, complete, with shipping and commissioning",
            "85076000",
            99_999_999_999,
            9_999_999,
            18,
        ),
        line("Fleet contract", "998714", 99_999_999_999, 1_000_000, 40),
    ];
    let zero =
        [line("Printed route maps", "49059100", 15_000, 4, 0), line("Unstitched cloth", "53092110", 90_000, 1, 0)];
    let mut mixed = usual();
    mixed.extend(zero.clone());
    let mut cancelled = invoice(&usual(), 0, "Maharashtra", asha());
    cancelled.status = InvoiceStatus::Cancelled;
    cancelled.cancel_reason = Some("Issued to the wrong customer".to_owned());
    let devanagari = person(
        "श्रीमती प्रज्ञा त्रिपाठी-कुलकर्णी",
        "१४, शिवाजी मार्ग, सिद्धिविनायक मंदिर के पास, प्रभादेवी",
        "मुंबई, Maharashtra",
    );
    let scripts = person(
        "विक्रम সুস্মিতা ਗੁਰਪ੍ਰੀਤ જિજ્ઞેશ ପ୍ରଶାନ୍ତ தமிழ்ச்செல்வி శ్రీనివాస్ ಕೃಷ್ಣಮೂರ್ತಿ ഉണ്ണിക്കൃഷ്ണൻ",
        "हर लिपि अपने अक्षरों में / every script in its letters",
        "Mumbai, Maharashtra",
    );
    vec![
        (
            "paid",
            lay(&paid(
                invoice(&usual()[..2], 0, "Maharashtra", asha()),
                &[(806_700, PaymentMethod::Card, "AUTH 771204")],
            )),
        ),
        ("one-line", lay(&invoice(&usual()[3..4], 0, "Maharashtra", asha()))),
        (
            "usual",
            lay(&paid(
                invoice(&usual(), 50_000, "Maharashtra", asha()),
                &[(500_000, PaymentMethod::Upi, "435671239876"), (100_000, PaymentMethod::Cash, "")],
            )),
        ),
        ("inter-state-b2b", lay(&invoice(&usual(), 0, "Karnataka", firm()))),
        ("sixty-lines", lay(&invoice(&many, 123_456, "Maharashtra", firm()))),
        ("hundred-lines", lay(&invoice(&hundred, 0, "Karnataka", asha()))),
        ("huge", lay(&invoice(&huge, 12_345, "Maharashtra", firm()))),
        ("bill-of-supply", lay(&invoice(&zero, 5_000, "Maharashtra", asha()))),
        ("mixed-b2c", lay(&invoice(&mixed, 0, "Maharashtra", asha()))),
        ("cancelled", lay(&cancelled)),
        ("devanagari", lay(&invoice(&usual(), 0, "Maharashtra", devanagari))),
        ("scripts", lay(&invoice(&usual(), 0, "Maharashtra", scripts))),
    ]
}

pub(super) fn others() -> Vec<(&'static str, Laid)> {
    let invoice = invoice(&usual(), 50_000, "Maharashtra", asha());
    let charges = Charges::of(&invoice.items, &invoice.totals, Supply::IntraState, states("Maharashtra"));
    let note = CreditNote {
        number: "SC001-2025-C003".to_owned(),
        date: at("2026-01-05T10:00:00Z").ist_date(),
        invoice_number: invoice.gst_invoice_number.clone(),
        invoice_date: invoice.created_at.ist_date(),
        reason: "Brake pads returned unused".to_owned(),
        supplier: Party::centre(&centre()),
        recipient: Party::bill_to(&asha()),
        charges: charges.clone(),
    };
    // Of an invoice from before 22 September 2025, at the rate of that day.
    let old = at("2025-08-10T10:00:00Z").ist_date();
    let (supplier, place) = states("Maharashtra");
    let (items, totals) =
        charge(&[line("Tyre", "40111010", 812_500, 1, 28)], Paise::ZERO, Supply::between(supplier, place), old)
            .unwrap();
    let old_note = CreditNote {
        number: "SC001-2025-C004".to_owned(),
        invoice_number: "SC001-2025-0011".to_owned(),
        invoice_date: old,
        reason: "Price agreed with the customer".to_owned(),
        charges: Charges::of(&items, &totals, Supply::IntraState, (supplier, place)),
        ..note.clone()
    };
    let quotation = Quotation {
        number: "QTN-2025-0017".to_owned(),
        date: invoice.created_at.ist_date(),
        valid_until: Some(at("2026-01-04T10:00:00Z").ist_date()),
        status: "Sent".to_owned(),
        supplier: Party::centre(&centre()),
        recipient: Party::bill_to(&asha()),
        visit: vec![("Vehicle", "MH02EV4711".to_owned()), ("Model", "Tata Nexon EV".to_owned())],
        charges,
        notes: vec!["Prices hold until the day named above. Parts that turn out to be needed in the course of the work are \
            offered separately before they are fitted.".to_owned()],
        approved: None,
        stamp: None,
    };
    vec![
        ("credit-note", note.lay()),
        ("credit-note-28", old_note.lay()),
        ("quotation", quotation.lay()),
        ("job-card", job_card()),
    ]
}

fn job_card() -> Laid {
    let item = |kind: &str, name: &str, code: &str, qty: i64, paise: i64, warranty: bool| {
        json!({"id": Uuid::nil(), "itemType": kind, "partName": name, "partCode": code, "qty": qty,
            "unitPricePaise": paise, "gstRate": 18, "isWarranty": warranty, "partWarrantyTag": warranty,
            "technician": "Ravi Kulkarni", "serialNumber": if warranty { Some("BMS-77120") } else { None }})
    };
    let card: JobCard = serde_json::from_value(json!({"id": Uuid::nil(), "jobCardNumber": "SC001-2025-12-0007",
        "serviceCenterId": Uuid::nil(), "customerId": Uuid::nil(), "vehicleId": Uuid::nil(), "status": "IN_PROGRESS",
        "serviceType": "Regular Service", "priority": "HIGH", "location": "STATION", "estimatedCostPaise": 850_000,
        "engineerName": "Ravi Kulkarni", "statusNotes": "Waiting for the brake pads", "items": [
            item("part", "Front brake pad set, ceramic", "BRK-PAD-001", 2, 245_000, false),
            item("part", "Battery management unit", "BMS-22", 1, 1_850_000, true),
            item("work_item", "Periodic service, 30 000 km", "LAB-030", 1, 349_900, false)],
        "createdAt": "2025-12-20T04:00:00Z", "updatedAt": "2025-12-20T04:00:00Z", "version": 3}))
    .unwrap();
    let forms = JobCardForms {
        job_card_id: Uuid::nil(),
        part1_data: Some(json!({"fullName": "आशा राव", "mobilePrimary": "+919876543210", "customerType": "B2C",
            "customerAddress": "14 Yari Road, Versova, Mumbai", "vehicleBrand": "Tata", "vehicleModel": "Nexon EV",
            "registrationNumber": "MH02EV4711", "vinChassisNumber": "MAT62800012345678", "warrantyStatus": "ACTIVE",
            "variantBatteryCapacity": "Long Range, 40.5 kWh", "customerFeedback": "Grinding noise when braking from 40 km/h; \
            the range has fallen by a fifth since the monsoon. Charging at home stops at 92 %.",
            "technicianObservation": "Front pads worn to 2 mm", "batterySerialNumber": "BAT123", "odometerKm": 30120})),
        part2_a_data: Some(json!({"claimNumber": "W-2025-991", "failedPart": "BMS", "failureDate": "2025-12-18"})),
        part3_data: None,
    };
    JobCardPaper::of(&card, Some(&forms), &centre()).lay()
}
