//! The files function's binary on Lambda: a form reaches it in base64, as API Gateway sends what is not text.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../../customers/tests/support/mod.rs"]
#[allow(dead_code)]
mod support;

use base64::{Engine, engine::general_purpose::STANDARD};
use dms_testkit::{Dealership, samples, together};
use serde_json::{Value, json};
use support::{Function, event, token_of};

const BINARY: &str = env!("CARGO_BIN_EXE_files");

/// What API Gateway makes of a form with a file.
fn upload(customer: &Value, content: &[u8], token: &str) -> Value {
    let mut body = Vec::new();
    for (name, value) in [
        ("category", "warranty_documents"),
        ("relatedEntityType", "customer"),
        ("relatedEntityId", customer["id"].as_str().unwrap()),
    ] {
        body.extend(format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    let head = "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"warranty.pdf\"\r\n\
        Content-Type: application/pdf\r\n\r\n";
    body.extend(head.bytes());
    body.extend(content);
    body.extend(b"\r\n--XX--\r\n");
    let mut event = event("create-customer.json", token);
    event["rawPath"] = "/api/files/upload".into();
    event["requestContext"]["http"]["path"] = "/api/files/upload".into();
    event["headers"]["content-type"] = "multipart/form-data; boundary=XX".into();
    event["headers"]["content-length"] = body.len().to_string().into();
    event["body"] = STANDARD.encode(&body).into();
    event["isBase64Encoded"] = true.into();
    event
}

#[tokio::test]
async fn a_form_in_base64_becomes_a_file_byte_for_byte() {
    let dealership = Dealership::open(together([admin::routes(), customers::routes(), files::routes()])).await;
    let customer = dealership.customer().await;
    let function = Function::start(BINARY, &dealership.app).await;
    let token = token_of(&dealership, "advisor@sc001.example").await;

    // As large as an event can be: in base64 with all around it less than 6 MiB.
    let content = samples::pdf(4_400_000);
    let event = upload(&customer, &content, &token);
    assert!(
        event.to_string().len() < 6 * 1024 * 1024,
        "Lambda takes no larger event: {}",
        event.to_string().len()
    );
    let created = function.invoke(&event).await;
    created.expect(201, &event);
    let file = &created.body["data"];
    assert_eq!((&file["status"], &file["size"]), (&json!("READY"), &json!(content.len())));
    let downloaded = reqwest::get(file["url"].as_str().unwrap()).await.unwrap();
    assert_eq!(downloaded.headers()["content-type"], "application/pdf");
    assert!(downloaded.bytes().await.unwrap() == content, "byte for byte");

    let mut refused = upload(&customer, &samples::exe(), &token);
    refused["headers"]["idempotency-key"] = "another".into();
    let answer = function.invoke(&refused).await;
    answer.refused(422, "VALIDATION_FAILED", &refused);
    assert!(answer.body["errors"]["file"][0].is_string(), "{}", answer.text);
    assert_eq!(dealership.one.advisor.get("/api/files").await.body["pagination"]["total"], 1);
}
