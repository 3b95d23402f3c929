//! The customers function's binary on Lambda, as far as a machine without AWS can tell.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use dms_testkit::{Dealership, together};
use serde_json::{Value, json};
use support::{Function, event, failed_start_without, token_of};

const BINARY: &str = env!("CARGO_BIN_EXE_customers");

async fn dealership() -> Dealership {
    Dealership::open(together([admin::routes(), customers::routes(), vehicles::routes()])).await
}

/// An event for another path of the API.
fn get(path: &str, query: &str, token: &str) -> Value {
    let mut event = event("list-job-cards.json", token);
    event["rawPath"] = path.into();
    event["rawQueryString"] = query.into();
    event["requestContext"]["http"]["path"] = path.into();
    event["requestContext"]["requestId"] = format!("request-of-{path}").into();
    event
}

#[tokio::test]
async fn a_customer_created_by_the_binary_is_there_for_everyone() {
    let dealership = dealership().await;
    let function = Function::start(BINARY, &dealership.app).await;
    let token = token_of(&dealership, "manager@sc001.example").await;

    let event = event("create-customer.json", &token);
    let created = function.invoke(&event).await;
    created.expect(201, &event);
    assert_eq!(created.header("etag"), "\"1\"");
    assert_eq!(created.header("cache-control"), "no-store");
    assert_eq!(created.header("x-content-type-options"), "nosniff");
    assert_eq!(created.body["success"], true);
    let customer = &created.body["data"];
    let sent: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
    for field in ["name", "email", "address", "cityState", "pincode", "customerType"] {
        assert_eq!(customer[field], sent[field], "{field}: {}", created.text);
    }
    assert_eq!(customer["possibleDuplicates"], json!([]));

    let path = format!("/api/customers/{}", customer["id"].as_str().unwrap());
    let seen = dealership.one.manager.get(&path).await.expect(200);
    for field in ["id", "customerNumber", "name", "phone", "email", "createdAt"] {
        assert!(seen[field].is_string(), "{field}: {seen}");
        assert_eq!(seen[field], customer[field], "{field}");
    }

    // The caller repeats the request, which API Gateway gives another id: the same answer, and still one customer.
    let mut repetition = event.clone();
    repetition["requestContext"]["requestId"] = "another".into();
    let repeated = function.invoke(&repetition).await;
    assert_eq!(repeated.text, created.text);
    assert_eq!(repeated.header("idempotency-replayed"), "true");
    assert_eq!(repeated.header("x-request-id"), "another");
    let list = dealership.admin.get("/api/customers").await;
    assert_eq!(list.body["pagination"]["total"], 1, "{}", list.text);
}

#[tokio::test]
async fn the_very_same_event_once_more_answers_with_the_customer_there_is() {
    let dealership = dealership().await;
    let function = Function::start(BINARY, &dealership.app).await;
    let token = token_of(&dealership, "manager@sc001.example").await;
    // As `sam local invoke -e` does when it is run twice: even the request id is the same.
    let event = event("create-customer.json", &token);
    let first = function.invoke(&event).await;
    first.expect(201, &event);
    let second = function.invoke(&event).await;
    second.expect(201, &event);
    assert_eq!(second.body["data"]["id"], first.body["data"]["id"]);
}

#[tokio::test]
async fn what_others_wrote_is_there_for_the_binary() {
    let dealership = dealership().await;
    let customer = dealership.customer().await;
    dealership.customer().await;
    let function = Function::start(BINARY, &dealership.app).await;
    let token = token_of(&dealership, "advisor@sc001.example").await;

    let event = get(&format!("/api/customers/{}", customer["id"].as_str().unwrap()), "", &token);
    let seen = function.invoke(&event).await;
    seen.expect(200, &event);
    assert_eq!(seen.body["data"], customer_without_duplicates(&customer));

    // The query string reaches the function decoded once, not twice and not never.
    let event = get("/api/customers", "limit=1&page=2&filter%5BcustomerType%5D=B2C", &token);
    let page = function.invoke(&event).await;
    page.expect(200, &event);
    assert_eq!(page.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(
        page.body["pagination"],
        json!({"page": 2, "limit": 1, "total": 2, "totalPages": 2, "hasNext": false, "hasPrev": true})
    );
}

fn customer_without_duplicates(customer: &Value) -> Value {
    let mut customer = customer.clone();
    customer.as_object_mut().unwrap().shift_remove("possibleDuplicates");
    customer
}

#[tokio::test]
async fn a_body_that_api_gateway_sends_in_base64_is_understood() {
    let dealership = dealership().await;
    let function = Function::start(BINARY, &dealership.app).await;
    let token = token_of(&dealership, "manager@sc001.example").await;
    let mut event = event("create-customer.json", &token);
    // {"name":"Asha Rao","phone":"9876543210"}
    event["body"] = "eyJuYW1lIjoiQXNoYSBSYW8iLCJwaG9uZSI6Ijk4NzY1NDMyMTAifQ==".into();
    event["isBase64Encoded"] = true.into();
    event["headers"]["content-length"] = "40".into();
    let created = function.invoke(&event).await;
    created.expect(201, &event);
    assert_eq!(created.body["data"]["name"], "Asha Rao");
}

#[tokio::test]
async fn refusals_have_their_status_and_the_next_event_is_served() {
    let dealership = dealership().await;
    let function = Function::start(BINARY, &dealership.app).await;
    let token = token_of(&dealership, "manager@sc001.example").await;
    let create = event("create-customer.json", &token);

    let mut without_token = create.clone();
    without_token["headers"].as_object_mut().unwrap().shift_remove("authorization");
    function.invoke(&without_token).await.refused(401, "UNAUTHENTICATED", &without_token);

    let wrong_token = event("create-customer.json", "no-token");
    let answer = function.invoke(&wrong_token).await;
    answer.expect(401, &wrong_token);

    // A token of the dealership's other time, 2026, is one of the future only by its expiry; one of the past is over.
    let app = &dealership.app.app;
    let known = app.store.credentials("manager@sc001.example").await.unwrap().unwrap();
    let grant = dms_access::AccessGrant {
        user_id: known.user_id,
        session_id: known.user_id,
        role: known.role,
        centre: known.centre,
    };
    let long_ago = chrono::DateTime::from_timestamp(1_000_000_000, 0).unwrap();
    let expired = event("create-customer.json", &app.tokens.issue_access(&grant, long_ago).unwrap());
    function.invoke(&expired).await.expect(401, &expired);

    // A role that may not: engineers register no customers.
    let engineer = token_of(&dealership, "engineer@sc001.example").await;
    let forbidden = event("create-customer.json", &engineer);
    function.invoke(&forbidden).await.refused(403, "FORBIDDEN", &forbidden);

    // The other functions' routes are not this one's.
    for name in ["health.json", "login.json", "list-job-cards.json"] {
        let foreign = event(name, &token);
        function.invoke(&foreign).await.refused(404, "NO_SUCH_ROUTE", &foreign);
    }
    let unknown = get("/api/nothing", "", &token);
    function.invoke(&unknown).await.refused(404, "NO_SUCH_ROUTE", &unknown);

    let mut method = get("/api/customers", "", &token);
    method["requestContext"]["http"]["method"] = "PUT".into();
    function.invoke(&method).await.refused(405, "METHOD_NOT_ALLOWED", &method);

    let mut invalid = create.clone();
    invalid["body"] = json!({"name": "Asha Rao", "phone": "12"}).to_string().into();
    let answer = function.invoke(&invalid).await;
    answer.refused(422, "VALIDATION_FAILED", &invalid);
    assert!(answer.body["errors"]["phone"][0].is_string(), "{}", answer.text);

    let list = dealership.admin.get("/api/customers").await;
    assert_eq!(list.body["pagination"]["total"], 0, "{}", list.text);
    function.invoke(&create).await.expect(201, &create);
}

#[tokio::test]
async fn without_its_settings_the_binary_does_not_start_and_names_what_is_missing() {
    let dealership = dealership().await;
    for variable in ["JWT_SECRET", "DMS_TABLE_PREFIX", "DMS_BUCKET", "DMS_QUEUE_PREFIX", "AWS_REGION"] {
        let written = failed_start_without(BINARY, &dealership.app, variable).await;
        assert!(written.contains(variable), "{variable} is not named: {written}");
    }
}
