//! Bad input: every request is refused in words, none is our fault (5xx), and none changes data.

use axum::http::Method;
use chrono::TimeDelta;
use dms_testkit::{Answer, Client, Dealership};
use serde_json::{Value, json};

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

/// A dealership in use, with what its lists show.
struct Shop {
    dealership: Dealership,
    card: Value,
    part: Value,
    request: Value,
    invoice: Value,
    quotation: Value,
    before: Vec<Value>,
}

impl Shop {
    async fn open() -> Self {
        let dealership = open().await;
        let centre = &dealership.one;
        let part = dealership.part(centre, 5).await;
        let card = dealership.card_in_progress(centre).await;
        let body = json!({"parts": [{"inventoryPartId": id(&part), "requestedQty": 2}]});
        let request = format!("/api/job-cards/{}/request-parts", id(&card));
        let request = centre.engineer.create(&request, body).await;
        let completed = dealership.completed_card(centre).await;
        let appointment = json!({"customerId": card["customerId"], "vehicleId": card["vehicleId"],
            "serviceType": "Repair", "appointmentDate": "2026-12-25", "appointmentTime": "10:00 AM"});
        centre.advisor.create("/api/appointments", appointment).await;
        let invoice = dealership.invoice_for(centre, &completed).await;
        let quotation = dealership.sent_quotation(centre).await;
        let before = lists(&dealership.admin).await;
        Self { dealership, card, part, request, invoice, quotation, before }
    }

    fn card(&self, suffix: &str) -> String {
        format!("/api/job-cards/{}{suffix}", id(&self.card))
    }

    async fn assert_unchanged(&self, what: &str) {
        assert_eq!(lists(&self.dealership.admin).await, self.before, "{what} changed something");
    }
}

/// Everything that is listed, with the totals.
async fn lists(admin: &Client) -> Vec<Value> {
    let mut all = Vec::new();
    for path in [
        "customers",
        "vehicles",
        "appointments",
        "job-cards",
        "parts-requests",
        "inventory",
        "invoices",
        "quotations",
        "users",
        "service-centers",
    ] {
        let answer = admin.get(&format!("/api/{path}?limit=100")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        all.push(json!([answer.body["data"], answer.body["pagination"]]));
    }
    all
}

#[track_caller]
fn assert_named(answer: Answer, status: u16, field: &str, what: &str) {
    assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text);
    assert!(answer.body["errors"][field][0].is_string(), "{what} does not name {field}: {}", answer.text);
    assert!(answer.body["code"].is_string() && answer.body["requestId"].is_string(), "{what}: {}", answer.text);
}

async fn send(client: &Client, method: &Method, path: &str, body: &Value) -> Answer {
    client.request(method.clone(), path).json(body).send().await
}

fn customer(field: &str, value: Value) -> Value {
    let mut body = json!({"name": "Asha Rao", "phone": "9876543210"});
    body[field] = value;
    body
}

#[tokio::test]
async fn wrong_fields_of_a_customer_are_named() {
    let shop = Shop::open().await;
    for (field, value) in [
        ("phone", json!("12345")),
        ("phone", json!("5876543210")),
        ("phone", json!("+1 212 555 0100")),
        ("phone", json!(9_876_543_210_u64)),
        ("phone", Value::Null),
        ("phone", json!("")),
        ("name", json!("x".repeat(200))),
        ("name", json!("A")),
        ("name", json!("   ")),
        ("name", json!("Asha\u{0}Rao")),
        ("name", Value::Null),
        ("name", json!(["Asha"])),
        ("name", json!({"first": "Asha"})),
        ("name", json!(1)),
        ("name", json!(true)),
        ("whatsappNumber", json!("abc")),
        ("alternateNumber", json!("0")),
        ("email", json!("nobody")),
        ("email", json!("a@b@c.example")),
        ("address", json!("x".repeat(2_001))),
        ("cityState", json!("x".repeat(101))),
        ("pincode", json!("012345")),
        ("pincode", json!("4000011")),
        ("customerType", json!("B2X")),
        ("customerType", json!("b2c")),
        ("gstin", json!("27AABCU9603R1Z2")),
    ] {
        let what = format!("{field} {value}");
        let body = customer(field, value);
        assert_named(shop.dealership.admin.post("/api/customers", body).await, 422, field, &what);
    }
    shop.assert_unchanged("a wrong customer").await;
}

#[tokio::test]
async fn missing_fields_are_named() {
    let shop = Shop::open().await;
    let admin = &shop.dealership.admin;
    let card = shop.card("");
    for (path, body, field) in [
        ("/api/auth/login", json!({"email": "a@b.example"}), "password"),
        ("/api/auth/refresh", json!({}), "refreshToken"),
        ("/api/auth/change-password", json!({"newPassword": "another-one"}), "currentPassword"),
        ("/api/customers", json!({"name": "Asha Rao"}), "phone"),
        ("/api/customers", json!({}), "name"),
        ("/api/customers/bulk", json!({}), "customers"),
        ("/api/vehicles", json!({"registration": "MH01AB1234"}), "customerId"),
        ("/api/appointments", json!({}), "customerId"),
        ("/api/job-cards", json!({}), "customerId"),
        (&format!("{card}/assign-engineer"), json!({}), "engineerId"),
        (&format!("{card}/cancel"), json!({}), "reason"),
        (&format!("{card}/request-parts"), json!({}), "parts"),
        (&format!("{card}/request-parts"), json!({"parts": [{"requestedQty": 1}]}), "parts[0].inventoryPartId"),
        (
            &format!("{card}/request-parts"),
            json!({"parts": [{"inventoryPartId": id(&shop.part)}]}),
            "parts[0].requestedQty",
        ),
        (&format!("{card}/items"), json!({"itemType": "part"}), "partName"),
        ("/api/inventory/parts", json!({}), "partName"),
        ("/api/invoices", json!({}), "customerId"),
        ("/api/quotations", json!({}), "customerId"),
        ("/api/quotations", json!({"customerId": id(&shop.card)}), "vehicleId"),
        ("/api/service-centers", json!({}), "code"),
        ("/api/users", json!({}), "email"),
    ] {
        assert_named(send(admin, &Method::POST, path, &body).await, 422, field, path);
    }
    for (path, field) in [
        (format!("{card}/status"), "status"),
        ("/api/job-cards/bulk".to_owned(), "updates"),
        (format!("/api/inventory/parts/{}/adjust-stock", id(&shop.part)), "adjustmentType"),
        (format!("/api/parts-requests/{}/reject", id(&shop.request)), "reason"),
        (format!("/api/invoices/{}/status", id(&shop.invoice)), "status"),
        (format!("/api/quotations/{}/reject", id(&shop.quotation)), "reason"),
    ] {
        assert_named(send(admin, &Method::PATCH, &path, &json!({})).await, 422, field, &path);
    }
    shop.assert_unchanged("a missing field").await;
}

#[tokio::test]
async fn wrong_fields_of_everything_else_are_named() {
    let shop = Shop::open().await;
    let admin = &shop.dealership.admin;
    let owner = &shop.card["customerId"];
    let vehicle = |field: &str, value: Value| {
        let mut body = json!({"customerId": owner, "registration": "MH01ZZ1234", "vin": "VINZZ",
            "vehicleMake": "Tesla", "vehicleModel": "Model 3", "vehicleYear": 2023});
        body[field] = value;
        ("/api/vehicles".to_owned(), body, field.to_owned())
    };
    let appointment = |field: &str, value: Value| {
        let mut body = json!({"customerId": owner, "vehicleId": shop.card["vehicleId"], "serviceType": "Repair",
            "appointmentDate": "2026-12-25", "appointmentTime": "10:00 AM",
            "serviceCenterId": shop.dealership.one.id});
        body[field] = value;
        ("/api/appointments".to_owned(), body, field.to_owned())
    };
    let invoice = |items: Value, field: &str| {
        let body = json!({"customerId": owner, "items": items, "serviceCenterId": shop.dealership.one.id});
        ("/api/invoices".to_owned(), body, field.to_owned())
    };
    let quotation = |field: &str, value: Value| {
        let mut item = json!({"partName": "Brake Pad", "quantity": 1, "rate": 1, "gstPercent": 18});
        item[field] = value;
        let body = json!({"customerId": owner, "vehicleId": shop.card["vehicleId"], "items": [item],
            "serviceCenterId": shop.dealership.one.id});
        ("/api/quotations".to_owned(), body, format!("items[0].{field}"))
    };
    let line = |quantity: Value, price: Value| json!([{"name": "X", "quantity": quantity, "unitPrice": price, "gstRate": 18}]);
    let parts = |quantity: Value| {
        let body = json!({"parts": [{"inventoryPartId": id(&shop.part), "requestedQty": quantity}]});
        (shop.card("/request-parts"), body, "parts[0].requestedQty".to_owned())
    };
    for (path, body, field) in [
        vehicle("vin", json!("MA3EYD32SO0123456")),
        vehicle("vin", json!("ABC")),
        vehicle("vin", json!("VIN-123456")),
        vehicle("vin", json!("X".repeat(18))),
        vehicle("registration", json!("NOT A PLATE")),
        vehicle("vehicleYear", json!(1899)),
        vehicle("vehicleYear", json!("2023")),
        vehicle("vehicleYear", json!(2023.5)),
        vehicle("vehicleMake", json!("")),
        vehicle("warrantyStatus", json!("ACTIVE")),
        vehicle("purchaseDate", json!("15-01-2023")),
        vehicle("purchaseDate", json!("2023-02-30")),
        vehicle("customerId", json!("me")),
        appointment("appointmentDate", json!("tomorrow")),
        appointment("appointmentTime", json!("")),
        appointment("location", json!("OFFICE")),
        appointment("estimatedCost", json!(1.234)),
        appointment("estimatedCost", json!("a lot")),
        appointment("estimatedCost", json!(-5)),
        appointment("estimatedCost", json!(1e300)),
        appointment("customerComplaint", json!("x".repeat(2_001))),
        parts(json!(-1)),
        parts(json!(0)),
        parts(json!(10_000_001)),
        parts(json!(9_223_372_036_854_775_807_i64)),
        parts(json!(1e30)),
        quotation("partName", Value::Null),
        quotation("quantity", json!(-1)),
        quotation("quantity", json!(1e30)),
        quotation("rate", json!("0.001")),
        quotation("rate", json!("1000000000.01")),
        quotation("gstPercent", json!(-1)),
        quotation("gstPercent", json!("18")),
        quotation("gstPercent", json!(17)),
        invoice(line(json!(-1), json!(1)), "items[0].quantity"),
        invoice(line(json!(1), json!("0.001")), "items[0].unitPrice"),
        invoice(line(json!(1), json!(-1)), "items[0].unitPrice"),
        invoice(line(json!(1), json!("1000000000.01")), "items[0].unitPrice"),
        invoice(json!("none"), "items"),
    ] {
        let what = format!("{field} in {body}");
        assert_named(send(admin, &Method::POST, &path, &body).await, 422, &field, &what);
    }
    shop.assert_unchanged("a wrong field").await;
}

#[tokio::test]
async fn the_largest_amounts_are_refused_or_counted_and_never_overflow() {
    let shop = Shop::open().await;
    let line = json!({"name": "X", "quantity": 10_000_000, "unitPrice": 1_000_000_000, "gstRate": 40});
    let lines: Vec<Value> = (0..40).map(|_| line.clone()).collect();
    let body = json!({"customerId": shop.card["customerId"], "items": lines});
    let answer = shop.dealership.one.manager.post("/api/invoices", body).await;
    assert_named(answer, 422, "items", "an invoice of forty times ten million billions");
    shop.assert_unchanged("an enormous invoice").await;
}

#[tokio::test]
async fn a_body_that_is_no_json_is_malformed() {
    let shop = Shop::open().await;
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(1_000), close.repeat(1_000));
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("an open brace", b"{".to_vec()),
        ("nothing", Vec::new()),
        ("no value", br#"{"name": }"#.to_vec()),
        ("a trailing comma", br#"{"name": "Asha Rao", "phone": "9876543210",}"#.to_vec()),
        ("two values", br#"{"name": "Asha Rao", "phone": "9876543210"} {}"#.to_vec()),
        ("a form", b"name=Asha&phone=9876543210".to_vec()),
        ("single quotes", b"{'name': 'Asha'}".to_vec()),
        ("invalid UTF-8", b"{\"name\": \"Asha \xff\xfe\", \"phone\": \"9876543210\"}".to_vec()),
        ("half a surrogate", br#"{"name": "Asha \ud800", "phone": "9876543210"}"#.to_vec()),
        ("a thousand arrays", format!(r#"{{"name": {}}}"#, deep("[", "]")).into_bytes()),
        ("zeros", vec![0; 100]),
    ];
    for (what, body) in bodies {
        let request = shop.dealership.admin.request(Method::POST, "/api/customers");
        let answer = request.header("content-type", "application/json").bytes(body).send().await;
        let status = answer.status.as_u16();
        assert!(status == 400 || status == 422, "{what}: {}", answer.text);
        assert!(!answer.body["errors"].as_object().unwrap().is_empty(), "{what}: {}", answer.text);
    }
    for body in ["null", "[]", "\"text\"", "1", "true"] {
        let request = shop.dealership.admin.request(Method::POST, "/api/customers");
        let answer =
            request.header("content-type", "application/json").bytes(body.as_bytes().to_vec()).send().await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.text);
    }
    shop.assert_unchanged("a malformed body").await;
}

#[tokio::test]
async fn a_form_nested_a_thousand_deep_is_malformed() {
    let shop = Shop::open().await;
    let deep = format!("{}1{}", r#"{"a":"#.repeat(1_000), "}".repeat(1_000));
    for form in ["part1Data", "part2AData", "part3Data"] {
        let body = format!(r#"{{"{form}": {deep}}}"#).into_bytes();
        let request = shop.dealership.one.engineer.request(Method::PATCH, &shop.card(""));
        let answer = request.header("content-type", "application/json").bytes(body).send().await;
        assert_named(answer, 400, "body", "a deep form");
    }
    shop.assert_unchanged("a deep form").await;
}

#[tokio::test]
async fn a_form_longer_than_can_be_stored_is_refused() {
    let shop = Shop::open().await;
    for name in ["part1Data", "part2AData", "part3Data"] {
        let mut body = json!({});
        body[name] = json!({"text": "x".repeat(500_000)});
        let answer = shop.dealership.one.engineer.patch(&shop.card(""), body).await;
        assert_named(answer, 422, name, "half a megabyte");
    }
    shop.assert_unchanged("a form too large").await;
}

/// Also what DynamoDB's own maps do not know: more than 32 levels, numbers beyond 10^125.
#[tokio::test]
async fn odd_but_possible_forms_are_kept() {
    let shop = Shop::open().await;
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!({"a": deep});
    }
    let form = json!({"deep": deep, "beyond all": 1e300, "next to nothing": 1e-300, "": "an empty name", "empty": "", "nothing": null, "list": [], "object": {}, "float": 0.1,
        "big": 12_345_678_901_234_567_u64, "negative": -1.5, "emoji": "🚗", "hindi": "आशा", "a.b#c": [[1], [2]]});
    let path = shop.card("");
    let mut wrong = Vec::new();
    for (field, value) in form.as_object().unwrap() {
        let mut body = json!({"part3Data": {}});
        body["part3Data"][field] = value.clone();
        let answer = shop.dealership.one.engineer.patch(&path, body).await;
        let card = shop.dealership.one.engineer.get(&path).await.expect(200);
        if answer.status != 200 || card["part3Data"].get(field) != Some(value) {
            wrong.push(format!("{field:?}: {value} {} {}", answer.status, card["part3Data"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn another_content_type_is_refused() {
    let shop = Shop::open().await;
    let body = json!({"name": "Asha Rao", "phone": "9876543210"}).to_string().into_bytes();
    let types =
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", "json", ""];
    for content_type in types {
        let request = shop.dealership.admin.request(Method::POST, "/api/customers");
        let answer = request.header("content-type", content_type).bytes(body.clone()).send().await;
        assert_named(answer, 415, "content-type", content_type);
    }
    let request = shop.dealership.admin.request(Method::POST, "/api/customers").bytes(body.clone());
    assert_named(request.send().await, 415, "content-type", "no content type");
    shop.assert_unchanged("another content type").await;
    let request = shop.dealership.admin.request(Method::POST, "/api/customers");
    request.header("content-type", "application/json; charset=utf-8").bytes(body).send().await.expect(201);
}

#[tokio::test]
async fn a_body_of_two_megabytes_is_too_large() {
    let shop = Shop::open().await;
    let body = customer("address", json!("x".repeat(2 << 20)));
    for (method, path) in [
        (Method::POST, "/api/customers".to_owned()),
        (Method::POST, "/api/auth/login".to_owned()),
        (Method::PATCH, shop.card("")),
        (Method::POST, "/api/customers/bulk".to_owned()),
    ] {
        assert_named(send(&shop.dealership.admin, &method, &path, &body).await, 413, "body", &path);
    }
    shop.assert_unchanged("a large body").await;
}

#[tokio::test]
async fn a_path_without_an_id_is_refused() {
    let shop = Shop::open().await;
    let admin = &shop.dealership.admin;
    let documents = [
        "customers",
        "vehicles",
        "appointments",
        "job-cards",
        "parts-requests",
        "inventory/parts",
        "invoices",
        "service-centers",
        "users",
    ];
    for document in documents {
        for id in ["1", "me", "01939a3e-0f00-7000-8000-00000000000", "%00", "%F0%9F%9A%97", "..%2F..%2Fusers"] {
            let path = format!("/api/{document}/{id}");
            assert_named(admin.get(&path).await, 400, "id", &path);
        }
        for id in [
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "01939a3e-0f00-7000-8000-000000000001",
            "01939a3e-0f00-7fff-8000-000000000001",
        ] {
            admin.get(&format!("/api/{document}/{id}")).await.refused(404, "NOT_FOUND");
        }
    }
    assert_named(admin.delete(&shop.card("/items/1")).await, 400, "itemId", "an item");
    shop.assert_unchanged("a wrong path").await;
}

#[tokio::test]
async fn a_query_that_is_not_understood_is_named() {
    let shop = Shop::open().await;
    let long = "x".repeat(2_001);
    for list in
        ["customers", "vehicles", "appointments", "job-cards", "parts-requests", "inventory", "invoices", "users"]
    {
        for (query, parameter) in [
            ("page=0", "page"),
            ("page=-1", "page"),
            ("page=x", "page"),
            ("page=99999999999999999999", "page"),
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("filter[colour]=red", "filter[colour]"),
            ("filter[createdAt][near]=2026-11-23", "filter[createdAt][near]"),
            ("filter[createdAt]=2026-13-01", "filter[createdAt]"),
            ("filter[createdAt]=2026-02-30", "filter[createdAt]"),
            ("filter[createdAt", "filter[createdAt"),
            ("sort=colour", "sort"),
            ("expand=wheels", "expand"),
            ("colour=red", "colour"),
            ("fields=colour", "fields"),
            (&format!("fields={long}"), "fields"),
            (&format!("filter[createdAt]={long}"), "filter[createdAt]"),
        ] {
            let path = format!("/api/{list}?{query}");
            assert_named(shop.dealership.admin.get(&path).await, 400, parameter, &path);
        }
        let many = "fields=id&".repeat(51);
        assert_named(
            shop.dealership.admin.get(&format!("/api/{list}?{many}")).await,
            400,
            "fields",
            "51 parameters",
        );
    }
    for (path, parameter) in [
        ("/api/job-cards?serviceCenterId=me".to_owned(), "serviceCenterId"),
        (format!("/api/customers/search?query={}", "x".repeat(101)), "query"),
        (format!("/api/customers/search?query={long}"), "query"),
        ("/api/customers/search?query=%00%00%00".to_owned(), "query"),
        ("/api/customers/search?query=asha&type=%FF".to_owned(), "type"),
    ] {
        assert_named(shop.dealership.admin.get(&path).await, 400, parameter, &path);
    }
}

#[tokio::test]
async fn days_at_the_ends_of_the_calendar_are_no_fault_of_ours() {
    let shop = Shop::open().await;
    let ends = [
        "-262143-01-01",
        "-262142-01-01",
        "%2B262142-12-31",
        "%2B262142-12-30",
        "%2B10000-01-01",
        "0000-01-01",
        "-0001-12-31",
        "9999-12-31T23:59:59Z",
        "0000-01-01T00:00:00Z",
    ];
    let mut wrong = Vec::new();
    for list in ["customers", "job-cards", "inventory"] {
        for day in ends {
            for operator in ["", "[gte]", "[gt]", "[lte]", "[lt]", "[ne]", "[in]"] {
                let path = format!("/api/{list}?filter[createdAt]{operator}={day}");
                let answer = shop.dealership.admin.get(&path).await;
                if answer.status.is_server_error() {
                    wrong.push(format!("{path}: {}", answer.status));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn spans_across_the_ends_of_the_calendar_are_no_fault_of_ours() {
    let shop = Shop::open().await;
    for span in [
        "filter[createdAt][gte]=9999-12-31&filter[createdAt][lte]=9999-12-31T23:59:59-01:00",
        "filter[createdAt][gte]=0000-01-01T00:00:00%2B23:59&filter[createdAt][lte]=0000-01-01T00:00:00Z",
    ] {
        for list in ["customers", "job-cards"] {
            let answer = shop.dealership.admin.get(&format!("/api/{list}?{span}")).await;
            assert_eq!(answer.status, 200, "{list} {span}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn days_far_away_in_bodies_are_no_fault_of_ours() {
    let shop = Shop::open().await;
    for day in ["-262143-01-01", "+262142-12-31", "+10000-01-01", "0000-01-01"] {
        let body = json!({"customerId": shop.card["customerId"], "vehicleId": shop.card["vehicleId"],
            "serviceType": "Repair", "appointmentDate": day, "appointmentTime": "10:00 AM"});
        let answer = shop.dealership.one.advisor.post("/api/appointments", body).await;
        assert!(!answer.status.is_server_error(), "{day}: {}", answer.text);
        let listed =
            shop.dealership.one.advisor.get("/api/appointments?filter[appointmentDate][gte]=2026-01-01").await;
        assert_eq!(listed.status, 200, "{}", listed.text);
    }
}

/// Each of these letters stands for up to six others when a name is searched: longer than a key may be.
#[tokio::test]
async fn a_name_that_unfolds_is_no_fault_of_ours() {
    let shop = Shop::open().await;
    let mut wrong = Vec::new();
    for letter in ['\u{3316}', '\u{fdfa}', '\u{1f150}', '\u{0344}', 'ß', 'ﬃ', '🚗'] {
        let name = letter.to_string().repeat(100);
        let body = json!({"name": name, "phone": "9876543210"});
        let answer = shop.dealership.admin.post("/api/customers", body).await;
        let query: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let found = shop.dealership.admin.get(&format!("/api/customers/search?query={query}&type=name")).await;
        if answer.status.is_server_error() || found.status.is_server_error() {
            wrong.push(format!("{letter} registered: {}, searched: {}", answer.status, found.status));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_search_for_nothing_but_signs_finds_nothing() {
    let shop = Shop::open().await;
    for query in ["---", "%23%23%23", "...", "%27%22%3B", "%F0%9F%9A%97%F0%9F%9A%97%F0%9F%9A%97", "n%3Aasha"] {
        for kind in ["auto", "name", "email", "vin", "phone"] {
            let path = format!("/api/customers/search?query={query}&type={kind}");
            let answer = shop.dealership.admin.get(&path).await;
            assert!(answer.status == 200 || answer.status == 400, "{path}: {}", answer.text);
            if answer.status == 200 {
                assert!(answer.rows().is_empty(), "{path}");
            }
        }
    }
}

#[tokio::test]
async fn wrong_headers_are_named() {
    let shop = Shop::open().await;
    let body = customer("name", json!("Asha Rao"));
    for (header, value, field) in [
        ("idempotency-key", "", "idempotency-key"),
        ("idempotency-key", "ключ", "idempotency-key"),
        ("if-match", "abc", "if-match"),
        ("if-match", "\"-1\"", "if-match"),
        ("if-match", "\"99999999999999999999999\"", "if-match"),
        ("if-match", "", "if-match"),
    ] {
        let request = shop.dealership.admin.request(Method::POST, "/api/customers").header(header, value);
        assert_named(request.json(&body).send().await, 400, field, &format!("{header}: {value}"));
    }
    shop.assert_unchanged("a wrong header").await;
}

#[tokio::test]
async fn an_expired_or_forged_token_changes_nothing() {
    let shop = Shop::open().await;
    let login = json!({"email": "admin@central.example", "password": "password-1"});
    let tokens = shop.dealership.app.anonymous().post("/api/auth/login", login).await.expect(200);
    let token = tokens["accessToken"].as_str().unwrap();
    let (start, signature) = token.rsplit_once('.').unwrap();
    let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{start}.{flipped}{}", &signature[1..]);
    shop.dealership.app.advance(TimeDelta::minutes(16));
    let refresh = tokens["refreshToken"].as_str().unwrap();
    for (token, code) in [
        (token, "TOKEN_EXPIRED"),
        (forged.as_str(), "UNAUTHENTICATED"),
        (refresh, "UNAUTHENTICATED"),
        ("", "UNAUTHENTICATED"),
    ] {
        let client = shop.dealership.app.with_token(token);
        let card = shop.card("");
        for (method, path, body) in [
            (Method::POST, "/api/customers".to_owned(), customer("name", json!("Asha Rao"))),
            (Method::PATCH, card.clone(), json!({"priority": "LOW"})),
            (Method::POST, format!("{card}/cancel"), json!({"reason": "No"})),
            (Method::PATCH, format!("/api/invoices/{}/status", id(&shop.invoice)), json!({"status": "PAID"})),
            (Method::PATCH, format!("/api/quotations/{}/approve", id(&shop.quotation)), json!({})),
            (Method::POST, format!("/api/quotations/{}/approval-link", id(&shop.quotation)), json!({})),
            (Method::PATCH, format!("/api/parts-requests/{}/approve", id(&shop.request)), json!({})),
            (Method::DELETE, card, json!({})),
        ] {
            send(&client, &method, &path, &body).await.refused(401, code);
        }
    }
    shop.assert_unchanged("a bad token").await;
}
