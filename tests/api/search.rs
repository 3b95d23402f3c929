//! Searching: what each kind of document is found by, at once and at flat cost, and what it is not found by.

use chrono::TimeDelta;
use dms_testkit::{Client, Dealership};
use serde_json::{Value, json};

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn text<'a>(document: &'a Value, field: &str) -> &'a str {
    document[field].as_str().expect("a text")
}

/// A field of what a search of a list finds, in the list's order; its total must be exact.
async fn found(client: &Client, path: &str, search: &str, field: &str) -> Vec<String> {
    let separator = if path.contains('?') { '&' } else { '?' };
    let parameter = if path.ends_with("/search") { "query" } else { "search" };
    let answer = client.get(&format!("{path}{separator}{parameter}={}", search.replace('+', "%2B"))).await;
    let total = answer.body["pagination"]["total"].as_u64();
    let rows = answer.rows();
    assert_eq!(total, Some(rows.len() as u64), "{path}: {search}");
    rows.iter().map(|row| text(row, field).to_owned()).collect()
}

#[tokio::test]
async fn customers_are_found_by_all_they_say_about_themselves_and_by_their_vehicles() {
    let dealership = open().await;
    let advisor = &dealership.one.advisor;
    let body = json!({"name": "आशा शर्मा Sharma", "phone": "9876540123", "email": "asha@example.com"});
    let asha = advisor.create("/api/customers", body).await;
    dealership.app.advance(TimeDelta::seconds(1));
    let body = json!({"name": "Ravi Sharma", "phone": "7012355555"});
    advisor.create("/api/customers", body).await;
    let vehicle = json!({"customerId": asha["id"], "registration": "KA 05 MJ 4321", "vin": "MA3EYD32S00123456",
        "vehicleMake": "Tata", "vehicleModel": "Nexon EV", "vehicleYear": 2024});
    advisor.create("/api/vehicles", vehicle).await;
    let (asha, ravi): (&[&str], &[&str]) = (&["CUST-0001"], &["CUST-0002"]);
    for (search, expected) in [
        ("9876", asha),
        ("0123", asha),
        ("40123", asha),
        ("540-123", asha),
        ("98765 40123", asha),
        ("+91 98765 40123", asha),
        ("5555", ravi),
        ("8765", &[]),
        ("शर्मा", asha),
        ("sharma आशा", asha),
        ("SHARMA RAV", ravi),
        ("harma", &[]),
        ("asha@ex", asha),
        ("CUST-0002", ravi),
        ("0002", ravi),
        ("ka05mj4321", asha),
        ("KA-05-MJ", asha),
        ("mj 4321", asha),
        ("4321", asha),
        ("123456", asha),
        ("MA3EYD", asha),
        ("0123456", asha),
        ("zzz", &[]),
    ] {
        for path in ["/api/customers/search", "/api/customers"] {
            assert_eq!(found(advisor, path, search, "customerNumber").await, expected, "{path}: {search}");
        }
    }
    for (by, search, expected) in [
        ("phone", "0123", asha),
        ("vin", "123456", asha),
        ("vin", "4321", &[]),
        ("email", "asha", asha),
        ("name", "asha", &[]),
        ("name", "sharma", &["CUST-0002", "CUST-0001"]),
    ] {
        let path = format!("/api/customers/search?type={by}&query={search}");
        let rows = advisor.get(&path).await.rows();
        let numbers: Vec<&str> = rows.iter().map(|row| text(row, "customerNumber")).collect();
        assert_eq!(numbers, expected, "{path}");
    }
}

#[tokio::test]
async fn vehicles_are_found_by_either_end_of_their_plates_and_by_model() {
    let dealership = open().await;
    let advisor = &dealership.one.advisor;
    let (one, other) = (dealership.customer().await, dealership.customer().await);
    let register = async |customer: &Value, registration: &str, vin: &str, model: &str| {
        dealership.app.advance(TimeDelta::seconds(1));
        let body = json!({"customerId": customer["id"], "registration": registration, "vin": vin,
            "vehicleMake": "Tata", "vehicleModel": model, "vehicleYear": 2024});
        advisor.create("/api/vehicles", body).await
    };
    let nexon = register(&one, "MH12AB1234", "MAT625001A0000001", "Nexon EV").await;
    register(&other, "MH12CD1234", "MAT625001A0000002", "Tiago EV").await;
    register(&other, "22BH5678AA", "MAT700000A0000003", "Nexon EV Max").await;
    let cases: [(&str, &[&str]); 12] = [
        ("mh-12-ab-1234", &["MH12AB1234"]),
        ("MH12", &["MH12CD1234", "MH12AB1234"]),
        ("22bh", &["22BH5678AA"]),
        ("1234", &["MH12CD1234", "MH12AB1234"]),
        ("CD1234", &["MH12CD1234"]),
        ("000003", &["22BH5678AA"]),
        ("MAT625", &["MH12CD1234", "MH12AB1234"]),
        ("MAT625001A0000001", &["MH12AB1234"]),
        ("nexon", &["22BH5678AA", "MH12AB1234"]),
        ("NEXON EV M", &["22BH5678AA"]),
        ("exon", &[]),
        ("12AB", &[]),
    ];
    for (search, expected) in cases {
        assert_eq!(found(advisor, "/api/vehicles", search, "registration").await, expected, "{search}");
    }
    let of_other = format!("/api/vehicles?filter[customerId]={}", text(&other, "id"));
    assert_eq!(found(advisor, &of_other, "nexon", "registration").await, ["22BH5678AA"]);
    assert_eq!(
        found(advisor, "/api/vehicles?sort=createdAt", "1234", "registration").await,
        ["MH12AB1234", "MH12CD1234"]
    );
    let path = format!("/api/vehicles/{}", text(&nexon, "id"));
    advisor.patch(&path, json!({"customerId": other["id"], "registration": "MH14ZZ9999"})).await.expect(200);
    assert_eq!(found(advisor, "/api/vehicles", "AB1234", "registration").await, [""; 0]);
    for plate in ["MH14ZZ", "9999", "MAT625001A0000001", "nexon ev"] {
        let owners = found(advisor, "/api/customers", plate, "id").await;
        let expected: &[&str] = if plate == "nexon ev" { &[] } else { &[text(&other, "id")] };
        assert_eq!(owners, expected, "{plate} is the new owner's");
    }
    dealership.admin.delete(&path).await.expect(200);
    for plate in ["MH14ZZ9999", "9999", "MAT625001A0000001", "000001"] {
        assert_eq!(found(advisor, "/api/vehicles", plate, "registration").await, [""; 0], "{plate} is deleted");
        assert_eq!(found(advisor, "/api/customers", plate, "id").await, [""; 0], "{plate} is deleted");
    }
}

#[tokio::test]
async fn documents_are_found_by_their_number_or_its_end_in_the_own_centre_alone() {
    let dealership = open().await;
    let (one, two) = (&dealership.one, &dealership.two);
    let card = dealership.completed_card(one).await;
    let invoice = dealership.invoice_for(one, &card).await;
    let quotation = dealership.quotation(one).await;
    let theirs = dealership.job_card(two).await;
    let part = dealership.central_part(10).await;
    let issue = dealership.issue(one, &[(&part, 1)]).await;
    let supplier = dealership.supplier().await;
    let body = json!({"supplierId": supplier["id"], "paymentTerms": "Net 30 days",
        "items": [{"centralInventoryPartId": part["id"], "quantity": 1, "unitPrice": 1, "gstRate": 18}]});
    let order = dealership.central.create("/api/purchase-orders", body).await;
    for (client, path, document, field) in [
        (&one.advisor, "/api/job-cards", &card, "jobCardNumber"),
        (&one.advisor, "/api/invoices", &invoice, "invoiceNumber"),
        (&one.advisor, "/api/quotations", &quotation, "quotationNumber"),
        (&one.manager, "/api/parts-issues", &issue, "issueNumber"),
        (&dealership.central, "/api/purchase-orders", &order, "poNumber"),
    ] {
        let number = text(document, field);
        for search in [number, &number[number.len() - 4..], &number.replace('-', " ").to_lowercase()] {
            assert_eq!(found(client, path, search, field).await, [number], "{path}: {search}");
        }
        assert_eq!(found(client, path, "9999", field).await, [""; 0], "{path}");
        client.get(&format!("{path}?search=01")).await.refused(400, "BAD_QUERY").naming("search");
    }
    let theirs = text(&theirs, "jobCardNumber");
    assert_eq!(found(&one.advisor, "/api/job-cards", theirs, "jobCardNumber").await, [""; 0]);
    let mine = text(&card, "jobCardNumber");
    assert_eq!(found(&dealership.admin, "/api/job-cards", "0001", "jobCardNumber").await, [theirs, mine]);
    let of_two = format!("/api/job-cards?serviceCenterId={}", two.id);
    assert_eq!(found(&dealership.admin, &of_two, "0001", "jobCardNumber").await, [theirs]);
    assert_eq!(found(&dealership.admin, "/api/job-cards?filter[status]=CREATED", "0001", "id").await.len(), 1);
}

#[tokio::test]
async fn a_search_is_walked_in_pages_and_by_cursor_in_both_directions() {
    let dealership = open().await;
    let advisor = &dealership.one.advisor;
    for n in 0..7 {
        dealership.app.advance(TimeDelta::seconds(1));
        let body = json!({"name": format!("Asha Rao {n}"), "phone": format!("987654321{n}")});
        advisor.create("/api/customers", body).await;
    }
    for (sort, expected) in [("-createdAt", "6543210"), ("createdAt", "0123456"), ("name", "0123456")] {
        let (mut paged, mut walked) = (String::new(), String::new());
        let mut cursor = String::new();
        for page in 1..=3 {
            let path = format!("/api/customers?search=rao asha&sort={sort}&limit=3");
            let rows = advisor.get(&format!("{path}&page={page}")).await.rows();
            paged.extend(rows.iter().map(|row| text(row, "name").chars().last().expect("a digit")));
            let answer = advisor.get(&format!("{path}{cursor}")).await;
            cursor = answer.body["pagination"]["nextCursor"]
                .as_str()
                .map_or(String::new(), |next| format!("&cursor={next}"));
            assert_eq!(cursor.is_empty(), page == 3, "{sort}: page {page}");
            walked.extend(answer.rows().iter().map(|row| text(row, "name").chars().last().expect("a digit")));
        }
        assert_eq!((paged.as_str(), walked.as_str()), (expected, expected), "{sort}");
    }
}

#[tokio::test]
async fn two_words_cost_what_they_find_however_common_each_is() {
    let dealership = open().await;
    let people = async |from: usize| {
        let rows: Vec<Value> = (from..from + 100)
            .map(|n| {
                // Five are called both; of each name there are many.
                let (first, last) = if n % 100 == 7 { ("Asha", "Sharma") } else { ("Asha", "Rao") };
                let (first, last) = if n % 2 == 0 { ("Vikram", "Sharma") } else { (first, last) };
                json!({"name": format!("{first} {last}"), "phone": format!("9{n:09}")})
            })
            .collect();
        let body = json!({"customers": rows});
        assert_eq!(dealership.admin.post("/api/customers/bulk", body).await.expect(201)["created"], 100);
    };
    people(0).await;
    let path = "/api/customers?search=sharma asha";
    let few = dealership.admin.get(path).await;
    assert_eq!(few.body["pagination"]["total"], 1);
    people(100).await;
    people(200).await;
    people(300).await;
    people(400).await;
    let many = dealership.admin.get(path).await;
    assert_eq!(many.body["pagination"]["total"], 5);
    // A unit for each document that is shown, and one for all their postings.
    assert_eq!((many.reading.round_trips, few.reading.round_trips), (2, 2));
    assert!(many.reading.read_units <= few.reading.read_units + 4.0, "{:?}", many.reading);
    // Beginnings, another order, and one that says nothing new.
    for same in ["ash sharma", "asha sha", "SHARMA ash", "as asha sharma", "asha ash sharma"] {
        let answer = dealership.admin.get(&format!("/api/customers?search={same}")).await;
        let expected = if same.starts_with("as ") { 0 } else { 5 };
        assert_eq!(answer.body["pagination"]["total"], expected, "{same}");
    }
    let all = dealership.admin.get("/api/customers?search=sharma").await;
    assert_eq!(all.body["pagination"]["total"], 255, "a common word is counted to the end");
}
