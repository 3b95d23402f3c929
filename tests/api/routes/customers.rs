//! Customers: registering, changing, deleting, listing, searching, and repeating requests.

use std::collections::BTreeSet;

use axum::http::Method;
use chrono::TimeDelta;
use dms_testkit::{Answer, Client, Dealership};
use serde_json::{Value, json};

const CUSTOMERS: &str = "/api/customers";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

fn path(customer: &Value) -> String {
    format!("{CUSTOMERS}/{}", id(customer))
}

async fn register(dealership: &Dealership, name: &str, phone: &str) -> Value {
    dealership.one.advisor.create(CUSTOMERS, json!({"name": name, "phone": phone})).await
}

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["name"].as_str().expect("a name")).collect()
}

/// The names a list or a search answers, in its order.
async fn found(dealership: &Dealership, query: &str) -> Vec<String> {
    let answer = dealership.one.advisor.get(&format!("{CUSTOMERS}{query}")).await;
    let total = answer.body["pagination"]["total"].as_u64();
    let rows = answer.rows();
    assert_eq!(total, Some(rows.len() as u64), "{query}: the total is exact");
    names(&rows).into_iter().map(str::to_owned).collect()
}

async fn total(dealership: &Dealership) -> u64 {
    let answer = dealership.admin.get(CUSTOMERS).await;
    answer.body["pagination"]["total"].as_u64().expect("a total")
}

async fn post_with_key(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    client.request(Method::POST, path).header("idempotency-key", key).json(body).send().await
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_new_customer_gets_a_number_and_defaults() {
    let dealership = open().await;
    let body = json!({"name": "  Asha Rao ", "phone": "9876543210"});
    let answer = dealership.one.advisor.post(CUSTOMERS, body).await;
    assert_eq!(keys(&answer.body), BTreeSet::from(["data", "success", "meta"]));
    assert_eq!(answer.body["success"], true);
    let customer = answer.expect(201);
    assert_eq!(customer["customerNumber"], "CUST-0001");
    assert_eq!((&customer["name"], &customer["phone"]), (&json!("Asha Rao"), &json!("+919876543210")));
    assert_eq!((&customer["customerType"], &customer["version"]), (&json!("B2C"), &json!(1)));
    assert_eq!(customer["createdAt"], "2026-11-23T04:30:00.000Z");
    assert_eq!(customer["possibleDuplicates"], json!([]));
    for field in ["lastServiceCenterId", "lastServiceDate", "lastInvoiceNumber", "email", "address", "gstin"] {
        assert_eq!(customer.get(field), Some(&Value::Null), "{field} is there, and null");
    }
    let next = register(&dealership, "Vikram Shah", "9876543211").await;
    assert_eq!(next["customerNumber"], "CUST-0002");
}

#[tokio::test]
async fn all_that_the_specification_names_is_kept() {
    let dealership = open().await;
    let body = json!({"name": "John Doe", "phone": "+919876543210", "whatsappNumber": "+919876543210",
        "alternateNumber": "+919876543211", "email": "John@Example.com", "address": "123 Main St",
        "cityState": "Mumbai, Maharashtra", "pincode": "400001", "customerType": "B2B",
        "gstin": "27AABCU9603R1ZN", "colour": "ignored"});
    let created = dealership.admin.create(CUSTOMERS, body.clone()).await;
    let mut read = dealership.admin.get(&path(&created)).await.expect(200);
    assert!(read.get("colour").is_none(), "unknown fields are ignored");
    assert_eq!(read["email"], "john@example.com");
    read["email"] = body["email"].clone();
    for (field, value) in body.as_object().unwrap().iter().filter(|(field, _)| *field != "colour") {
        assert_eq!(&read[field.as_str()], value, "{field}");
    }
}

#[tokio::test]
async fn customers_with_the_same_phone_are_named_as_possible_duplicates() {
    let dealership = open().await;
    let first = register(&dealership, "Asha Rao", "9876543210").await;
    let other = register(&dealership, "Vikram Shah", "9876543211").await;
    assert_eq!(other["possibleDuplicates"], json!([]));
    let second = register(&dealership, "Asha R", "+91 98765 43210").await;
    assert_eq!(second["possibleDuplicates"], json!([id(&first)]));
    let third = register(&dealership, "Ravi Rao", "09876543210").await;
    let named: BTreeSet<&str> =
        third["possibleDuplicates"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(named, BTreeSet::from([id(&first), id(&second)]));
    assert_eq!(total(&dealership).await, 4, "they are registered all the same");
}

#[tokio::test]
async fn phones_are_stored_in_one_form() {
    let dealership = open().await;
    for phone in ["9876543210", "09876543210", "919876543210", "+919876543210", "+91 98765-43210", "98765 43210"] {
        let customer = register(&dealership, "Asha Rao", phone).await;
        assert_eq!(customer["phone"], "+919876543210", "{phone}");
    }
}

#[tokio::test]
async fn patch_changes_what_is_named_and_null_clears() {
    let dealership = open().await;
    let body = json!({"name": "Asha Rao", "phone": "9876543210", "email": "asha@example.com",
        "address": "1 MG Road", "pincode": "400001"});
    let created = dealership.admin.create(CUSTOMERS, body).await;
    dealership.app.advance(TimeDelta::minutes(5));
    let changes = json!({"name": "Asha Devi", "email": null, "address": null, "customerNumber": "CUST-9999"});
    let changed = dealership.one.manager.patch(&path(&created), changes).await.expect(200);
    assert_eq!((&changed["name"], &changed["email"]), (&json!("Asha Devi"), &Value::Null));
    assert_eq!((&changed["address"], &changed["pincode"]), (&Value::Null, &json!("400001")));
    assert_eq!((&changed["phone"], &changed["customerNumber"]), (&created["phone"], &created["customerNumber"]));
    assert_eq!((&changed["version"], &changed["createdAt"]), (&json!(2), &created["createdAt"]));
    assert_eq!(changed["updatedAt"], "2026-11-23T04:35:00.000Z");
    assert_eq!(dealership.admin.get(&path(&created)).await.expect(200), changed);
}

#[tokio::test]
async fn null_for_a_field_that_cannot_be_cleared_is_refused() {
    let dealership = open().await;
    let created = register(&dealership, "Asha Rao", "9876543210").await;
    for field in ["name", "phone", "customerType"] {
        let mut body = json!({});
        body[field] = Value::Null;
        let answer = dealership.admin.patch(&path(&created), body).await;
        answer.refused(422, "VALIDATION_FAILED").naming(field);
    }
    assert_eq!(dealership.admin.get(&path(&created)).await.expect(200)["version"], 1);
}

#[tokio::test]
async fn if_match_of_an_older_version_is_refused_and_changes_nothing() {
    let dealership = open().await;
    let created = register(&dealership, "Asha Rao", "9876543210").await;
    let patch = |version: &'static str, name: &'static str| {
        let request = dealership.admin.request(Method::PATCH, &path(&created)).header("if-match", version);
        request.json(&json!({"name": name})).send()
    };
    patch("\"1\"", "Asha Devi").await.expect(200);
    patch("\"1\"", "Somebody Else").await.refused(412, "VERSION_MISMATCH");
    patch("abc", "Somebody Else").await.refused(400, "BAD_HEADER").naming("if-match");
    let deleted = dealership.admin.request(Method::DELETE, &path(&created)).header("if-match", "\"1\"");
    deleted.send().await.refused(412, "VERSION_MISMATCH");
    let read = dealership.admin.get(&path(&created)).await.expect(200);
    assert_eq!((&read["name"], &read["version"]), (&json!("Asha Devi"), &json!(2)));
    patch("W/\"2\"", "Asha Sharma").await.expect(200);
    patch("*", "Asha Verma").await.expect(200);
}

#[tokio::test]
async fn a_deleted_customer_is_not_shown_listed_or_found() {
    let dealership = open().await;
    let kept = register(&dealership, "Asha Rao", "9876543210").await;
    let gone = register(&dealership, "Asha Devi", "9876543211").await;
    dealership.one.manager.delete(&path(&gone)).await.expect(200);
    dealership.admin.get(&path(&gone)).await.refused(404, "NOT_FOUND");
    dealership.admin.patch(&path(&gone), json!({"name": "Back Again"})).await.refused(404, "NOT_FOUND");
    dealership.admin.delete(&path(&gone)).await.refused(404, "NOT_FOUND");
    assert_eq!(found(&dealership, "").await, ["Asha Rao"]);
    assert_eq!(found(&dealership, "/search?query=asha").await, ["Asha Rao"]);
    assert!(found(&dealership, "/search?query=9876543211").await.is_empty());
    assert_eq!(total(&dealership).await, 1);
    assert_eq!(dealership.admin.get(&path(&kept)).await.expect(200)["version"], 1);
    let next = register(&dealership, "Ravi Rao", "9876543211").await;
    assert_eq!(next["customerNumber"], "CUST-0003", "a number is never given twice");
    assert_eq!(next["possibleDuplicates"], json!([]));
}

#[tokio::test]
async fn a_customer_with_vehicles_is_not_deleted() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    dealership.admin.delete(&path(&customer)).await.refused(409, "CUSTOMER_HAS_VEHICLES");
    assert_eq!(dealership.admin.get(&path(&customer)).await.expect(200)["version"], 1);
    assert_eq!(total(&dealership).await, 1);
    dealership.admin.delete(&format!("/api/vehicles/{}", id(&vehicle))).await.expect(200);
    dealership.admin.delete(&path(&customer)).await.expect(200);
    assert_eq!(total(&dealership).await, 0);
}

#[tokio::test]
async fn pages_are_newest_first_and_their_totals_exact() {
    let dealership = open().await;
    for n in 1..=5 {
        dealership.app.advance(TimeDelta::seconds(1));
        register(&dealership, &format!("Customer {n}"), "9876543210").await;
    }
    let expected: [(u32, &[&str], bool, bool); 4] = [
        (1, &["Customer 5", "Customer 4"], true, false),
        (2, &["Customer 3", "Customer 2"], true, true),
        (3, &["Customer 1"], false, true),
        (4, &[], false, true),
    ];
    for (page, rows, has_next, has_prev) in expected {
        let mut answer = dealership.admin.get(&format!("{CUSTOMERS}?limit=2&page={page}")).await;
        // Where there is a next page, a cursor leads to it, too.
        let cursor = answer.body["pagination"].as_object_mut().unwrap().remove("nextCursor");
        assert_eq!(cursor.is_some_and(|cursor| cursor.is_string()), has_next);
        let pagination = json!({"page": page, "limit": 2, "total": 5, "totalPages": 3, "hasNext": has_next,
            "hasPrev": has_prev});
        assert_eq!(answer.body["pagination"], pagination);
        assert_eq!(names(&answer.rows()), rows, "page {page}");
    }
    let oldest_first = dealership.admin.get(&format!("{CUSTOMERS}?sort=createdAt&limit=2")).await.rows();
    assert_eq!(names(&oldest_first), ["Customer 1", "Customer 2"]);
    let by_name = dealership.admin.get(&format!("{CUSTOMERS}?sort=-name&limit=1&page=2")).await.rows();
    assert_eq!(names(&by_name), ["Customer 4"]);
}

#[tokio::test]
async fn an_empty_list_has_no_pages() {
    let dealership = open().await;
    let answer = dealership.admin.get(CUSTOMERS).await;
    let pagination = json!({"page": 1, "limit": 20, "total": 0, "totalPages": 0, "hasNext": false,
        "hasPrev": false});
    assert_eq!(answer.body["pagination"], pagination);
    assert!(answer.rows().is_empty());
}

#[tokio::test]
async fn lists_are_filtered_by_the_day_in_india_on_which_customers_were_created() {
    let dealership = open().await;
    let on = |name: &'static str| register(&dealership, name, "9876543210");
    // 2026-11-23, 10:00 in India; then the last and the first second of a day there.
    on("First").await;
    dealership.app.advance(TimeDelta::seconds(14 * 3600 - 1));
    on("Last of 23").await;
    dealership.app.advance(TimeDelta::seconds(1));
    on("First of 24").await;
    dealership.app.advance(TimeDelta::days(1));
    on("First of 25").await;
    dealership.app.advance(TimeDelta::days(7));
    on("December").await;
    let cases: [(&str, &[&str]); 9] = [
        ("?filter[createdAt]=2026-11-23", &["Last of 23", "First"]),
        ("?filter[createdAt][gte]=2026-11-24", &["December", "First of 25", "First of 24"]),
        ("?filter[createdAt][gt]=2026-11-24", &["December", "First of 25"]),
        ("?filter[createdAt][lt]=2026-11-24", &["Last of 23", "First"]),
        ("?filter[createdAt][lte]=2026-11-24", &["First of 24", "Last of 23", "First"]),
        ("?filter[createdAt][gte]=2026-11-24&filter[createdAt][lte]=2026-11-25", &["First of 25", "First of 24"]),
        (
            "?filter[createdAt][gte]=2026-11-23T18:29:59Z&filter[createdAt][lt]=2026-11-23T18:30:00Z",
            &["Last of 23"],
        ),
        ("?filter[createdAt][gte]=2026-12-03", &[]),
        ("?filter[createdAt][gte]=2026-11-25&filter[createdAt][lte]=2026-11-24", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(found(&dealership, query).await, expected, "{query}");
    }
    let by_type = found(&dealership, "?filter[createdAt]=2026-11-23&filter[customerType]=B2B").await;
    assert!(by_type.is_empty());
}

#[tokio::test]
async fn days_before_all_and_after_all_customers_are_understood() {
    let dealership = open().await;
    register(&dealership, "Asha Rao", "9876543210").await;
    for since in ["1900-01-01", "0001-01-01", "1969-12-31", "1970-01-01"] {
        let query = format!("?filter[createdAt][gte]={since}");
        assert_eq!(found(&dealership, &query).await, ["Asha Rao"], "{query}");
        let query = format!("?filter[createdAt][lte]={since}");
        assert!(found(&dealership, &query).await.is_empty(), "{query}");
    }
    assert_eq!(found(&dealership, "?filter[createdAt][lte]=9999-12-31").await, ["Asha Rao"]);
    assert!(found(&dealership, "?filter[createdAt][gte]=9999-12-31").await.is_empty());
}

#[tokio::test]
async fn a_span_that_ends_before_it_begins_is_empty() {
    let dealership = open().await;
    register(&dealership, "Asha Rao", "9876543210").await;
    for (from, to) in [("2026-11-24", "2026-11-23"), ("2026-12-01", "2026-11-30"), ("2027-01-01", "2026-01-01")] {
        let span = format!("?filter[createdAt][gte]={from}&filter[createdAt][lte]={to}");
        for more in ["", "&filter[customerType]=B2C", "&sort=name"] {
            let query = format!("{span}{more}");
            assert!(found(&dealership, &query).await.is_empty(), "{query}");
        }
    }
    let moments = "?filter[createdAt][gt]=2026-11-23T05:00:00Z&filter[createdAt][lt]=2026-11-23T04:00:00Z";
    assert!(found(&dealership, moments).await.is_empty());
}

#[tokio::test]
async fn lists_are_filtered_by_their_fields() {
    let dealership = open().await;
    let firm = json!({"name": "Rao Motors", "phone": "9876543210", "customerType": "B2B", "pincode": "400001",
        "email": "rao@example.com"});
    dealership.admin.create(CUSTOMERS, firm).await;
    register(&dealership, "Asha Rao", "9876543211").await;
    let cases: [(&str, &[&str]); 6] = [
        ("?filter[customerType]=B2B", &["Rao Motors"]),
        ("?filter[customerType][ne]=B2B", &["Asha Rao"]),
        ("?filter[phone]=%2B919876543211", &["Asha Rao"]),
        ("?filter[email]=rao@example.com", &["Rao Motors"]),
        ("?filter[customerNumber]=CUST-0002", &["Asha Rao"]),
        ("?filter[pincode][in]=400001,400002", &["Rao Motors"]),
    ];
    for (query, expected) in cases {
        assert_eq!(found(&dealership, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn what_a_list_does_not_understand_is_named_with_the_choices() {
    let dealership = open().await;
    let cases = [
        ("?filter[colour]=red", "filter[colour]", "customerType"),
        ("?filter[customerType]=B2D", "filter[customerType]", "B2C, B2B"),
        ("?filter[createdAt][about]=2026-11-23", "filter[createdAt][about]", "gte"),
        ("?filter[createdAt]=yesterday", "filter[createdAt]", "YYYY-MM-DD"),
        ("?colour=red", "colour", "filter[field]"),
        ("?sort=colour", "sort", "createdAt"),
        ("?expand=wheels", "expand", "vehicles"),
        ("?page=0", "page", "1"),
        ("?limit=101", "limit", "100"),
        ("?vehicles.limit=3", "vehicles.limit", "expand"),
    ];
    for (query, parameter, choice) in cases {
        let answer = dealership.admin.get(&format!("{CUSTOMERS}{query}")).await;
        let answer = answer.refused(400, "BAD_QUERY").naming(parameter);
        let message = answer.body["errors"][parameter][0].as_str().unwrap();
        assert!(message.contains(choice), "{query}: {message}");
    }
}

#[tokio::test]
async fn fields_shows_only_what_is_named() {
    let dealership = open().await;
    let customer = dealership.customer().await;
    dealership.vehicle_of(&customer).await;
    let one = dealership.admin.get(&format!("{}?fields=id,name,phone", path(&customer))).await.expect(200);
    assert_eq!(keys(&one), BTreeSet::from(["id", "name", "phone"]));
    let rows = dealership.admin.get(&format!("{CUSTOMERS}?fields=name")).await.rows();
    assert_eq!(rows, [json!({"name": customer["name"]})]);
    let nested = format!("{}?expand=vehicles&fields=id,vehicles.vin", path(&customer));
    let nested = dealership.admin.get(&nested).await.expect(200);
    assert_eq!(keys(&nested["vehicles"][0]), BTreeSet::from(["vin"]));
    let unknown = dealership.admin.get(&format!("{}?fields=id,colour", path(&customer))).await;
    unknown.refused(400, "BAD_QUERY").naming("fields");
}

#[tokio::test]
async fn expand_shows_vehicles_and_their_history() {
    let dealership = open().await;
    let card = dealership.completed_card(&dealership.one).await;
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    let paid = json!({"status": "PAID"});
    dealership.one.manager.patch(&format!("/api/invoices/{}/status", id(&invoice)), paid).await.expect(200);
    let customer = format!("{CUSTOMERS}/{}", card["customerId"].as_str().unwrap());
    dealership.app.advance(TimeDelta::seconds(1));
    let second = dealership.vehicle_of(&json!({"id": card["customerId"]})).await;

    let shown = dealership.admin.get(&format!("{customer}?expand=vehicles,lastServiceCenter")).await.expect(200);
    let vehicles: Vec<&str> = shown["vehicles"].as_array().unwrap().iter().map(id).collect();
    assert_eq!(vehicles, [id(&second), card["vehicleId"].as_str().unwrap()], "newest first");
    assert_eq!(shown["lastServiceCenter"]["code"], "SC001");
    assert!(shown["vehicles"][0].get("serviceHistory").is_none());

    let limited = dealership.admin.get(&format!("{customer}?expand=vehicles&vehicles.limit=1")).await.expect(200);
    assert_eq!(limited["vehicles"].as_array().unwrap().len(), 1);

    let nested = format!("{customer}?expand=vehicles.serviceHistory&vehicles.limit=5&serviceHistory.limit=10");
    let nested = dealership.one.advisor.get(&nested).await.expect(200);
    assert_eq!(nested["vehicles"][0]["serviceHistory"], json!([]));
    let history = nested["vehicles"][1]["serviceHistory"].as_array().unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0]["jobCardNumber"], card["jobCardNumber"]);

    let listed = dealership.admin.get(&format!("{CUSTOMERS}?expand=vehicles")).await.rows();
    assert_eq!(listed[0]["vehicles"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_search_finds_out_what_it_is_asked_for_and_the_very_next_request_finds() {
    let dealership = open().await;
    let body = json!({"name": "José Álvarez-Rao", "phone": "9876543210", "email": "jose@example.com"});
    let jose = dealership.admin.create(CUSTOMERS, body).await;
    assert_eq!(found(&dealership, "/search?query=jose").await, ["José Álvarez-Rao"]);
    register(&dealership, "Asha Rao", "9123456780").await;
    let vehicle = json!({"customerId": id(&jose), "registration": "MH 01 AB 1234", "vin": "MA3EYD32S00123456",
        "vehicleMake": "Tesla", "vehicleModel": "Model 3", "vehicleYear": 2023});
    dealership.admin.create("/api/vehicles", vehicle).await;
    let cases: [(&str, &[&str]); 16] = [
        ("query=98765", &["José Álvarez-Rao"]),
        ("query=%2B91 98765 43210", &["José Álvarez-Rao"]),
        ("query=09876543210", &["José Álvarez-Rao"]),
        ("query=98765&type=phone", &["José Álvarez-Rao"]),
        ("query=alv", &["José Álvarez-Rao"]),
        ("query=RAO jos", &["José Álvarez-Rao"]),
        ("query=rao asha", &["Asha Rao"]),
        ("query=lvarez", &[]),
        ("query=jose@ex", &["José Álvarez-Rao"]),
        ("query=jose@ex&type=email", &["José Álvarez-Rao"]),
        ("query=JOSE@EXAMPLE.COM", &["José Álvarez-Rao"]),
        ("query=MA3EYD32S", &["José Álvarez-Rao"]),
        ("query=ma3eyd32s00123456&type=vin", &["José Álvarez-Rao"]),
        ("query=mh-01-ab-1234", &["José Álvarez-Rao"]),
        ("query=MH01AB9999", &[]),
        ("query=jose&type=vin", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(found(&dealership, &format!("/search?{query}")).await, expected, "{query}");
    }
    assert_eq!(found(&dealership, "/search?query=rao").await.len(), 2);
}

#[tokio::test]
async fn a_search_has_pages_newest_first_and_shows_relations() {
    let dealership = open().await;
    for n in 1..=5 {
        dealership.app.advance(TimeDelta::seconds(1));
        register(&dealership, &format!("Rao {n}"), "9876543210").await;
    }
    for (page, expected) in [(1, vec!["Rao 5", "Rao 4"]), (2, vec!["Rao 3", "Rao 2"]), (3, vec!["Rao 1"])] {
        let answer = dealership.admin.get(&format!("{CUSTOMERS}/search?query=rao&limit=2&page={page}")).await;
        assert_eq!(answer.body["pagination"]["total"], 5);
        assert_eq!(names(&answer.rows()), expected);
    }
    let rows = dealership.admin.get(&format!("{CUSTOMERS}/search?query=rao&expand=vehicles")).await.rows();
    assert!(rows.iter().all(|row| row["vehicles"] == json!([])));
}

#[tokio::test]
async fn a_search_for_too_little_or_of_an_unknown_type_is_refused() {
    let dealership = open().await;
    for (query, parameter) in [
        ("", "query"),
        ("?query=ab", "query"),
        ("?query=abc&type=phone", "query"),
        ("?query=abc&type=colour", "type"),
        ("?query=abc&colour=red", "colour"),
    ] {
        let answer = dealership.admin.get(&format!("{CUSTOMERS}/search{query}")).await;
        answer.refused(400, "BAD_QUERY").naming(parameter);
    }
}

#[tokio::test]
async fn a_renamed_customer_is_found_by_the_new_name_and_phone_only() {
    let dealership = open().await;
    let customer = register(&dealership, "Asha Rao", "9876543210").await;
    let changes = json!({"name": "Meera Rao", "phone": "9123456780", "email": "meera@example.com"});
    dealership.admin.patch(&path(&customer), changes).await.expect(200);
    for gone in ["asha", "9876543210"] {
        assert!(found(&dealership, &format!("/search?query={gone}")).await.is_empty(), "{gone}");
    }
    for new in ["meera", "rao", "9123456780", "meera@"] {
        assert_eq!(found(&dealership, &format!("/search?query={new}")).await, ["Meera Rao"], "{new}");
    }
    dealership.admin.patch(&path(&customer), json!({"email": null})).await.expect(200);
    assert!(found(&dealership, "/search?query=meera@").await.is_empty());
}

#[tokio::test]
async fn a_bulk_takes_the_good_rows_and_tells_what_is_wrong_with_the_others() {
    let dealership = open().await;
    let rows = json!({"customers": [
        {"name": "Asha Rao", "phone": "9876543210"},
        {"name": "Nobody", "phone": "12345"},
        {"phone": "9876543211"},
        "not a customer",
        {"name": "Vikram Shah", "phone": "9876543212"},
    ]});
    let answer = dealership.one.advisor.post(&format!("{CUSTOMERS}/bulk"), rows).await.expect(201);
    assert_eq!((&answer["created"], &answer["failed"]), (&json!(2), &json!(3)));
    let results = answer["results"].as_array().unwrap();
    let successes: Vec<bool> = results.iter().map(|row| row["success"] == true).collect();
    assert_eq!(successes, [true, false, false, false, true]);
    for (index, row) in results.iter().enumerate() {
        assert_eq!(row["index"], index);
    }
    assert_eq!(results[4]["data"]["name"], "Vikram Shah");
    assert!(results[1]["error"]["errors"]["phone"][0].is_string());
    assert!(results[2]["error"]["errors"]["name"][0].is_string());
    assert_eq!(results[3]["error"]["status"], 422);
    let names: BTreeSet<String> = found(&dealership, "").await.into_iter().collect();
    assert_eq!(names, BTreeSet::from(["Asha Rao".to_owned(), "Vikram Shah".to_owned()]));
}

#[tokio::test]
async fn a_bulk_has_one_to_a_hundred_rows() {
    let dealership = open().await;
    let bulk = |rows: usize| {
        let customers: Vec<Value> =
            (0..rows).map(|n| json!({"name": format!("Customer {n}"), "phone": format!("98765{n:05}")})).collect();
        dealership.admin.request(Method::POST, "/api/customers/bulk").json(&json!({"customers": customers})).send()
    };
    bulk(101).await.refused(422, "VALIDATION_FAILED").naming("customers");
    bulk(0).await.refused(422, "VALIDATION_FAILED").naming("customers");
    assert_eq!(total(&dealership).await, 0);
    let hundred = bulk(100).await.expect(201);
    assert_eq!((&hundred["created"], &hundred["failed"]), (&json!(100), &json!(0)));
    assert_eq!(total(&dealership).await, 100);
    let rows = dealership.admin.get(&format!("{CUSTOMERS}?limit=100")).await.rows();
    let numbers: BTreeSet<&str> = rows.iter().filter_map(|row| row["customerNumber"].as_str()).collect();
    assert_eq!(numbers.len(), 100, "every number is given once");
}

#[tokio::test]
async fn a_bulk_repeated_with_its_key_creates_nothing_new() {
    let dealership = open().await;
    let bulk = format!("{CUSTOMERS}/bulk");
    let rows = json!({"customers": [
        {"name": "Asha Rao", "phone": "9876543210"},
        {"name": "Nobody", "phone": "12345"},
        {"name": "Vikram Shah", "phone": "9876543212"},
    ]});
    let first = post_with_key(&dealership.admin, &bulk, "k1", &rows).await.expect(201);
    let again = post_with_key(&dealership.admin, &bulk, "k1", &rows).await.expect(201);
    assert_eq!(total(&dealership).await, 2);
    for position in [0, 2] {
        assert_eq!(first["results"][position]["data"], again["results"][position]["data"]);
    }
    assert_eq!((&again["created"], &again["failed"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn a_bulk_key_with_other_rows_creates_nothing() {
    let dealership = open().await;
    let bulk = format!("{CUSTOMERS}/bulk");
    let rows = |name: &str| json!({"customers": [{"name": name, "phone": "9876543210"}]});
    post_with_key(&dealership.admin, &bulk, "k1", &rows("Asha Rao")).await.expect(201);
    let other = post_with_key(&dealership.admin, &bulk, "k1", &rows("Vikram Shah")).await;
    assert!(other.text.contains("IDEMPOTENCY_KEY_REUSED"), "{}", other.text);
    assert_eq!(found(&dealership, "").await, ["Asha Rao"]);
}

#[tokio::test]
async fn a_repeated_key_gets_the_first_answer_byte_for_byte() {
    let dealership = open().await;
    let body = json!({"name": "Asha Rao", "phone": "9876543210"});
    let first = post_with_key(&dealership.admin, CUSTOMERS, "k1", &body).await;
    assert_eq!(first.status, 201);
    assert!(first.headers.get("idempotency-replayed").is_none());
    dealership.app.advance(TimeDelta::hours(1));
    let changed = path(&first.body["data"]);
    dealership.admin.patch(&changed, json!({"name": "Asha Devi"})).await.expect(200);
    let again = post_with_key(&dealership.admin, CUSTOMERS, "k1", &body).await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.headers["etag"], first.headers["etag"]);
    assert_eq!(found(&dealership, "").await, ["Asha Devi"]);
}

#[tokio::test]
async fn a_repeated_patch_does_not_undo_what_came_after_it() {
    let dealership = open().await;
    let customer = register(&dealership, "Asha Rao", "9876543210").await;
    let patch = || {
        let request = dealership.admin.request(Method::PATCH, &path(&customer)).header("idempotency-key", "k1");
        request.json(&json!({"name": "Asha Devi"})).send()
    };
    let first = patch().await;
    dealership.admin.patch(&path(&customer), json!({"name": "Asha Sharma"})).await.expect(200);
    let again = patch().await;
    assert_eq!(again.text, first.text);
    let read = dealership.admin.get(&path(&customer)).await.expect(200);
    assert_eq!((&read["name"], &read["version"]), (&json!("Asha Sharma"), &json!(3)));
}

#[tokio::test]
async fn a_key_used_with_another_body_is_refused_and_changes_nothing() {
    let dealership = open().await;
    let body = |name: &str| json!({"name": name, "phone": "9876543210"});
    post_with_key(&dealership.admin, CUSTOMERS, "k1", &body("Asha Rao")).await.expect(201);
    let other = post_with_key(&dealership.admin, CUSTOMERS, "k1", &body("Vikram Shah")).await;
    other.refused(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(found(&dealership, "").await, ["Asha Rao"]);
    let another_user = post_with_key(&dealership.one.advisor, CUSTOMERS, "k1", &body("Vikram Shah")).await;
    another_user.expect(201);
    assert_eq!(total(&dealership).await, 2, "a key is its user's own");
}

#[tokio::test]
async fn a_refused_request_does_not_use_up_its_key() {
    let dealership = open().await;
    let wrong = json!({"name": "Asha Rao", "phone": "12345"});
    post_with_key(&dealership.admin, CUSTOMERS, "k1", &wrong).await.refused(422, "VALIDATION_FAILED");
    let right = json!({"name": "Asha Rao", "phone": "9876543210"});
    post_with_key(&dealership.admin, CUSTOMERS, "k1", &right).await.expect(201);
    let long = "k".repeat(256);
    let answer = post_with_key(&dealership.admin, CUSTOMERS, &long, &right).await;
    answer.refused(400, "BAD_HEADER").naming("idempotency-key");
    assert_eq!(total(&dealership).await, 1);
}

#[tokio::test]
async fn only_who_may_read_or_write_customers_does() {
    let dealership = open().await;
    let customer = register(&dealership, "Asha Rao", "9876543210").await;
    let body = json!({"name": "Vikram Shah", "phone": "9876543211"});
    dealership.one.engineer.get(&path(&customer)).await.expect(200);
    dealership.one.engineer.post(CUSTOMERS, body.clone()).await.refused(403, "FORBIDDEN");
    dealership.one.engineer.delete(&path(&customer)).await.refused(403, "FORBIDDEN");
    dealership.one.inventory.get(&path(&customer)).await.refused(403, "FORBIDDEN");
    dealership.central.get(CUSTOMERS).await.refused(403, "FORBIDDEN");
    dealership.app.anonymous().post(CUSTOMERS, body).await.refused(401, "UNAUTHENTICATED");
    dealership.two.advisor.get(&path(&customer)).await.expect(200);
    assert_eq!(total(&dealership).await, 1);
}
