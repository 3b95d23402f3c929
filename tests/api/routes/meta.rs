//! Health, documentation, and what every answer has in common: headers, ids, limits.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use chrono::TimeDelta;
use dms_http::Documented;
use dms_testkit::{Answer, Client, Dealership, TestApp, TestSettings};
use serde_json::{Value, json};

async fn open() -> TestApp {
    TestApp::start(dms_local::all_routes()).await
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let value = answer.headers.get(name).unwrap_or_else(|| panic!("no {name}: {}", answer.text));
    value.to_str().expect("a header in ASCII")
}

fn number(answer: &Answer, name: &str) -> i64 {
    header(answer, name).parse().expect("a number")
}

/// A request that costs nothing and needs nobody.
async fn knock(client: &Client) -> Answer {
    client.get("/api/auth/me").await
}

#[tokio::test]
async fn health_names_every_service() {
    let app = open().await;
    let health = app.anonymous().get("/api/health").await.expect(200);
    let services = json!({"database": "connected", "redis": "connected", "queue": "connected",
        "storage": "connected"});
    let nothing = json!({"waiting": 0, "dead": 0});
    let events = json!({"lagSeconds": null, "notifications": nothing, "rollups": nothing, "audit": nothing});
    assert_eq!(health, json!({"status": "healthy", "services": services, "events": events}));
}

#[tokio::test]
async fn the_services_are_asked_once_a_second_however_many_want_to_know() {
    let app = open().await;
    let client = app.anonymous();
    let first = client.get("/api/health").await;
    assert!(first.reading.calls > 0, "{:?}", first.reading);
    let second = client.get("/api/health").await;
    assert_eq!((second.reading.calls, &second.body["data"]), (0, &first.body["data"]));
    app.advance(TimeDelta::seconds(1));
    assert_eq!(client.get("/api/health").await.reading.calls, first.reading.calls, "asked again");
}

#[tokio::test]
async fn health_is_unhealthy_when_the_services_are_down() {
    let client = open().await.stop_cloud().await;
    let answer = client.get("/api/health").await;
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert!(number(&answer, "retry-after") > 0);
    assert_eq!(answer.body["data"]["status"], "unhealthy");
    for service in ["database", "queue", "storage"] {
        assert_eq!(answer.body["data"]["services"][service], "disconnected", "{service}");
    }
}

#[tokio::test]
async fn a_request_is_answered_503_and_not_500_when_the_database_is_down() {
    let Dealership { app, one, .. } = Dealership::open(dms_local::all_routes()).await;
    let anonymous = app.stop_cloud().await;
    let login = json!({"email": "manager@sc001.example", "password": "password-1"});
    let customer = json!({"name": "Asha Rao", "phone": "9876543210"});
    // Together: each tries for some seconds.
    let answers = tokio::join!(
        anonymous.post("/api/auth/login", login),
        one.manager.get("/api/customers"),
        one.manager.post("/api/customers", customer),
    );
    for answer in [answers.0, answers.1, answers.2] {
        let answer = answer.refused(503, "DATABASE_UNAVAILABLE");
        assert!(number(&answer, "retry-after") > 0);
        assert!(!answer.text.contains("127.0.0.1"), "nothing about the inside: {}", answer.text);
    }
}

#[tokio::test]
async fn the_openapi_document_is_served_with_every_route_of_the_specification() {
    let app = open().await;
    let answer = app.anonymous().get("/api/openapi.json").await;
    assert_eq!((answer.status.as_u16(), header(&answer, "content-type")), (200, "application/json"));
    assert!(answer.body["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    let paths = answer.body["paths"].as_object().expect("paths");
    for path in [
        "/api/auth/login",
        "/api/customers/search",
        "/api/customers/bulk",
        "/api/vehicles/{id}/service-history",
        "/api/appointments",
        "/api/job-cards/{id}/request-parts",
        "/api/job-cards/bulk",
        "/api/parts-requests/{id}/approve",
        "/api/inventory/parts/{id}/adjust-stock",
        "/api/invoices/{id}/status",
        "/api/service-centers",
        "/api/users",
        "/api/health",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
}

#[tokio::test]
async fn the_documentation_is_a_page_at_api_docs() {
    let app = open().await;
    let mut answer = app.anonymous().get("/api/docs").await;
    if answer.status.is_redirection() {
        let to = header(&answer, "location").to_owned();
        answer = app.anonymous().get(&to).await;
    }
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(header(&answer, "content-type").starts_with("text/html"));
    assert!(answer.text.contains("swagger-ui"));
}

#[tokio::test]
async fn an_unknown_route_is_answered_404_in_the_form_of_all_errors() {
    let app = open().await;
    for path in ["/", "/api", "/api/nothing", "/api/customers/1/2/3"] {
        let answer = app.anonymous().get(path).await.refused(404, "NO_SUCH_ROUTE");
        let names: BTreeSet<&str> = answer.body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, BTreeSet::from(["message", "code", "status", "errors", "requestId"]));
        assert_eq!(answer.body["requestId"], header(&answer, "x-request-id"));
        assert_eq!(header(&answer, "content-type"), "application/json");
    }
}

#[tokio::test]
async fn a_wrong_method_is_answered_405_naming_the_right_ones() {
    let app = open().await;
    for (method, path, allowed) in [
        (Method::PUT, "/api/customers", "POST"),
        (Method::GET, "/api/auth/login", "POST"),
        (Method::DELETE, "/api/health", "GET"),
    ] {
        let answer = app.anonymous().request(method, path).send().await.refused(405, "METHOD_NOT_ALLOWED");
        assert!(header(&answer, "allow").contains(allowed), "{path}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers_and_an_id_of_its_own() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let anonymous = dealership.app.anonymous();
    let answers = [
        anonymous.get("/api/health").await,
        anonymous.get("/api/openapi.json").await,
        anonymous.get("/api/nothing").await,
        anonymous.delete("/api/health").await,
        anonymous.get("/api/customers").await,
        dealership.one.inventory.get("/api/customers").await,
        dealership.admin.get("/api/customers").await,
        dealership.admin.get("/api/customers?page=0").await,
        dealership.admin.post("/api/customers", json!({})).await,
        dealership.admin.request(Method::POST, "/api/customers").bytes(vec![b' '; 2 << 20]).send().await,
    ];
    let mut ids = BTreeSet::new();
    for answer in &answers {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("strict-transport-security", "max-age=31536000"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(header(answer, name), value);
        }
        let id = header(answer, "x-request-id").to_owned();
        assert_eq!(id.len(), 36, "{id}");
        ids.insert(id);
    }
    assert_eq!(ids.len(), answers.len());
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses, [200, 200, 404, 405, 401, 403, 200, 400, 422, 413]);
}

#[tokio::test]
async fn a_document_answers_with_its_version_as_etag() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let body = json!({"name": "Asha Rao", "phone": "9876543210"});
    let created = dealership.admin.post("/api/customers", body).await;
    assert_eq!(header(&created, "etag"), "\"1\"");
    let path = format!("/api/customers/{}", created.expect(201)["id"].as_str().unwrap());
    let changed = dealership.admin.patch(&path, json!({"name": "Asha Devi"})).await;
    assert_eq!((header(&changed, "etag"), &changed.body["data"]["version"]), ("\"2\"", &json!(2)));
    assert_eq!(header(&dealership.admin.get(&path).await, "etag"), "\"2\"");
    assert!(dealership.admin.get("/api/customers").await.headers.get("etag").is_none());
}

#[tokio::test]
async fn the_request_after_the_limit_is_refused_and_the_next_minute_is_fine() {
    let app = TestApp::start_with(dms_local::all_routes(), TestSettings { rate_limit: 20 }).await;
    let client = app.anonymous();
    // 2026-11-23T04:30:00Z, the beginning of a minute.
    let reset = 1_795_408_260;
    for used in 1..=20 {
        let answer = knock(&client).await.refused(401, "UNAUTHENTICATED");
        assert_eq!(number(&answer, "x-ratelimit-limit"), 20);
        assert_eq!(number(&answer, "x-ratelimit-remaining"), 20 - used);
        assert_eq!(number(&answer, "x-ratelimit-reset"), reset);
    }
    app.advance(TimeDelta::seconds(15));
    for _ in 0..3 {
        let refused = knock(&client).await.refused(429, "RATE_LIMITED");
        assert_eq!(number(&refused, "retry-after"), 45);
        assert_eq!(number(&refused, "x-ratelimit-remaining"), 0);
        assert_eq!(number(&refused, "x-ratelimit-reset"), reset);
        assert_eq!(header(&refused, "x-request-id"), refused.body["requestId"]);
    }
    app.advance(TimeDelta::seconds(45));
    let fine = knock(&client).await.refused(401, "UNAUTHENTICATED");
    assert_eq!(number(&fine, "x-ratelimit-remaining"), 19);
    assert_eq!(number(&fine, "x-ratelimit-reset"), reset + 60);
}

#[tokio::test]
async fn a_request_over_the_limit_changes_nothing() {
    let settings = TestSettings { rate_limit: 20 };
    let dealership = Dealership::open_with(dms_local::all_routes(), settings).await;
    dealership.app.advance(TimeDelta::minutes(1));
    for _ in 0..20 {
        knock(&dealership.app.anonymous()).await;
    }
    let body = json!({"name": "Asha Rao", "phone": "9876543210"});
    dealership.admin.post("/api/customers", body).await.refused(429, "RATE_LIMITED");
    dealership.app.advance(TimeDelta::minutes(1));
    assert_eq!(dealership.admin.get("/api/customers").await.rows(), Vec::<Value>::new());
}

#[tokio::test]
async fn without_a_limit_there_are_no_limit_headers() {
    let app = open().await;
    let answer = knock(&app.anonymous()).await;
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("x-ratelimit")));
}

#[tokio::test]
async fn a_schema_of_the_document_means_the_same_to_every_function() {
    let functions: [(&str, Documented); 17] = [
        ("admin", admin::routes()),
        ("appointments", appointments::routes()),
        ("auth", auth::routes()),
        ("central-inventory", central_inventory::routes()),
        ("customers", customers::routes()),
        ("files", files::routes()),
        ("inventory", inventory::routes()),
        ("invoices", invoices::routes()),
        ("job-cards", job_cards::routes()),
        ("meta", meta::routes()),
        ("notifications", notifications::routes()),
        ("parts-issues", parts_issues::routes()),
        ("parts-requests", parts_requests::routes()),
        ("purchase-orders", purchase_orders::routes()),
        ("quotations", quotations::routes()),
        ("reports", reports::routes()),
        ("vehicles", vehicles::routes()),
    ];
    // Merged into one document, of two that differ one would be lost.
    let mut known: BTreeMap<String, (&str, Value)> = BTreeMap::new();
    for (function, routes) in functions {
        let components = serde_json::to_value(routes.into_openapi().components).unwrap();
        for (name, schema) in components["schemas"].as_object().into_iter().flatten() {
            let (first, meaning) = known.entry(name.clone()).or_insert_with(|| (function, schema.clone()));
            assert_eq!(meaning, schema, "{name} of {first} is another one in {function}");
        }
    }
    let document = serde_json::to_value(dms_local::all_routes::<Documented>().into_openapi().components).unwrap();
    assert_eq!(known.len(), document["schemas"].as_object().unwrap().len());
}
