//! The job cards function's binary on Lambda, as far as a machine without AWS can tell.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../../customers/tests/support/mod.rs"]
mod support;

use dms_testkit::{Dealership, together};
use serde_json::{Value, json};
use support::{Function, event, failed_start_without, token_of};

const BINARY: &str = env!("CARGO_BIN_EXE_job-cards");

async fn dealership() -> Dealership {
    let routes = together([admin::routes(), customers::routes(), vehicles::routes(), job_cards::routes()]);
    Dealership::open(routes).await
}

/// The ids of a list's rows.
fn ids(rows: &Value) -> Vec<&str> {
    rows.as_array().expect("rows").iter().map(|row| row["id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn the_list_event_is_answered_with_a_page_of_the_callers_centre() {
    let dealership = dealership().await;
    let mut own = Vec::new();
    for _ in 0..6 {
        own.push(dealership.job_card(&dealership.one).await["id"].as_str().unwrap().to_owned());
    }
    let foreign = dealership.job_card(&dealership.two).await;
    let function = Function::start(BINARY, &dealership.app).await;

    let token = token_of(&dealership, "manager@sc001.example").await;
    let event = event("list-job-cards.json", &token);
    let page = function.invoke(&event).await;
    page.expect(200, &event);
    assert_eq!(page.body["success"], true);
    // The event asks for five on a page; a cursor leads to the sixth.
    let mut pagination = page.body["pagination"].clone();
    let cursor = pagination.as_object_mut().unwrap().remove("nextCursor").unwrap();
    assert_eq!(
        pagination,
        json!({"page": 1, "limit": 5, "total": 6, "totalPages": 2, "hasNext": true, "hasPrev": false})
    );
    let rows = ids(&page.body["data"]);
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|id| own.iter().any(|own| own == id)), "{}", page.text);
    assert!(!rows.contains(&foreign["id"].as_str().unwrap()));

    // The same page as in process.
    let in_process = dealership.one.manager.get("/api/job-cards?limit=5").await;
    assert_eq!(page.body["data"], in_process.body["data"]);
    assert_eq!(cursor, in_process.body["pagination"]["nextCursor"], "good for every instance");

    // The admin sees both centres.
    let admin = token_of(&dealership, "admin@central.example").await;
    let event = support::event("list-job-cards.json", &admin);
    let page = function.invoke(&event).await;
    page.expect(200, &event);
    assert_eq!(page.body["pagination"]["total"], 7, "{}", page.text);
}

#[tokio::test]
async fn an_empty_list_and_refusals() {
    let dealership = dealership().await;
    let function = Function::start(BINARY, &dealership.app).await;
    let token = token_of(&dealership, "manager@sc002.example").await;

    let list = event("list-job-cards.json", &token);
    let page = function.invoke(&list).await;
    page.expect(200, &list);
    assert_eq!((&page.body["data"], &page.body["pagination"]["total"]), (&json!([]), &json!(0)));

    let mut without_token = list.clone();
    without_token["headers"].as_object_mut().unwrap().shift_remove("authorization");
    function.invoke(&without_token).await.refused(401, "UNAUTHENTICATED", &without_token);

    for name in ["health.json", "login.json", "create-customer.json"] {
        let foreign = event(name, &token);
        function.invoke(&foreign).await.refused(404, "NO_SUCH_ROUTE", &foreign);
    }
}

#[tokio::test]
async fn a_paper_passes_through_api_gateway_byte_for_byte() {
    let dealership = dealership().await;
    let card = dealership.job_card(&dealership.one).await;
    let path = format!("/api/job-cards/{}/pdf", card["id"].as_str().unwrap());
    let function = Function::start(BINARY, &dealership.app).await;
    let token = token_of(&dealership, "engineer@sc001.example").await;
    let mut event = event("list-job-cards.json", &token);
    event["rawPath"] = path.clone().into();
    event["rawQueryString"] = "".into();
    event["requestContext"]["http"]["path"] = path.clone().into();

    let answer = function.invoke(&event).await;
    assert_eq!(answer.status(), 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/pdf");
    let name = format!("inline; filename=\"{}.pdf\"", card["jobCardNumber"].as_str().unwrap());
    assert_eq!(answer.header("content-disposition"), &json!(name));
    assert_eq!(answer.header("x-request-id"), &event["requestContext"]["requestId"]);
    // What another process painted is the same to the last byte.
    assert_eq!(answer.bytes(), dealership.one.engineer.get(&path).await.bytes);
    assert!(answer.bytes().starts_with(b"%PDF-1."));

    // And errors are text again.
    let foreign = token_of(&dealership, "engineer@sc002.example").await;
    event["headers"]["authorization"] = format!("Bearer {foreign}").into();
    function.invoke(&event).await.refused(404, "NOT_FOUND", &event);
}

#[tokio::test]
async fn without_a_secret_the_binary_does_not_start_and_says_why() {
    let dealership = dealership().await;
    let written = failed_start_without(BINARY, &dealership.app, "JWT_SECRET").await;
    assert!(written.contains("JWT_SECRET"), "{written}");
}
