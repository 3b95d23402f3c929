//! The two binaries of quotations on Lambda, as far as a machine without AWS can tell.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../../customers/tests/support/mod.rs"]
mod support;

use chrono::TimeDelta;
use dms_testkit::{Dealership, together};
use serde_json::{Value, json};
use support::{Function, event, failed_start_without, token_of};

const API: &str = env!("CARGO_BIN_EXE_quotations");
const EXPIRY: &str = env!("CARGO_BIN_EXE_expire-quotations");

async fn dealership() -> Dealership {
    let routes = together([admin::routes(), customers::routes(), vehicles::routes(), quotations::routes()]);
    Dealership::open(routes).await
}

/// An event of another route, with a body.
fn request(method: &str, path: &str, token: &str, body: &Value) -> Value {
    let mut event = event("create-customer.json", token);
    event["rawPath"] = path.into();
    event["requestContext"]["http"]["path"] = path.into();
    event["requestContext"]["http"]["method"] = method.into();
    event["requestContext"]["requestId"] = format!("{method} a quotation").into();
    event["headers"].as_object_mut().unwrap().shift_remove("idempotency-key");
    event["headers"]["content-length"] = body.to_string().len().to_string().into();
    event["body"] = body.to_string().into();
    event
}

#[tokio::test]
async fn the_hour_expires_what_nobody_answered_in_time() {
    let dealership = dealership().await;
    // The binary lives in real time: what was sent long before is overdue there.
    dealership.app.advance(TimeDelta::days(-3_650));
    let sent = dealership.sent_quotation(&dealership.one).await;
    let path = format!("/api/quotations/{}", sent["id"].as_str().unwrap());
    let function = Function::start(EXPIRY, &dealership.app).await;
    for _ in 0..2 {
        let answer = function.invoke(&event("hourly.json", "")).await;
        assert_eq!(answer.body, Value::Null, "{}", answer.text);
    }
    let expired = dealership.one.advisor.get(&path).await.expect(200);
    assert_eq!((&expired["status"], &expired["version"]), (&json!("EXPIRED"), &json!(3)), "once");
}

#[tokio::test]
async fn the_binary_makes_a_link_and_takes_its_answer() {
    let dealership = dealership().await;
    // The binary lives in real time: what was written long after is not overdue there.
    dealership.app.advance(TimeDelta::days(3_600));
    let function = Function::start(API, &dealership.app).await;
    let token = token_of(&dealership, "advisor@sc001.example").await;
    let draft = dealership.quotation(&dealership.one).await;
    let path = format!("/api/quotations/{}", draft["id"].as_str().unwrap());
    let revise = request("PATCH", &format!("{path}/revise"), &token, &json!({}));
    function.invoke(&revise).await.refused(409, "INVALID_TRANSITION", &revise);
    // Sent by the binary, so that its time is the link's.
    let send = request("PATCH", &format!("{path}/send"), &token, &json!({}));
    function.invoke(&send).await.expect(200, &send);
    let link = request("POST", &format!("{path}/approval-link"), &token, &json!({}));
    let made = function.invoke(&link).await;
    made.expect(200, &link);
    let link = made.body["data"]["path"].as_str().unwrap();
    let answer = request("POST", link, "", &json!({"all": "APPROVE", "name": "Asha Rao"}));
    let answered = function.invoke(&answer).await;
    answered.expect(200, &answer);
    assert_eq!(answered.header("cache-control"), "no-store");
    assert_eq!(answered.header("referrer-policy"), "no-referrer");
    assert_eq!(answered.body["data"]["status"], "APPROVED");
    assert_eq!(dealership.one.advisor.get(&path).await.expect(200)["status"], "APPROVED");
}

#[tokio::test]
async fn a_missing_variable_is_named() {
    let dealership = dealership().await;
    for (binary, variable) in [(API, "JWT_SECRET"), (EXPIRY, "DMS_TABLE_PREFIX")] {
        let written = failed_start_without(binary, &dealership.app, variable).await;
        assert!(written.contains(variable), "{written}");
    }
}
