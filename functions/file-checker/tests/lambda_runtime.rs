//! The file-checker's binary on Lambda: what the queue and the schedule bring.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::{path::PathBuf, process::Stdio};

use dms_domain::file::{Sha256Hash, Shelf};
use dms_testkit::{Dealership, LambdaRuntime, samples, together};
use serde_json::{Value, json};
use tokio::process::{Child, Command};

const BINARY: &str = env!("CARGO_BIN_EXE_file-checker");

fn sample(name: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The message by which the queue tells of an object.
fn message(id: &str, key: &str) -> Value {
    let mut message = sample("upload.json")["Records"][0].take();
    let mut body: Value = serde_json::from_str(message["body"].as_str().unwrap()).unwrap();
    body["Records"][0]["s3"]["object"]["key"] = key.into();
    message["body"] = body.to_string().into();
    message["messageId"] = id.into();
    message
}

fn start(dealership: &Dealership, runtime: &LambdaRuntime, without: Option<&str>) -> Command {
    let mut command = Command::new(BINARY);
    command.env_clear().envs(dealership.app.environment()).envs(runtime.environment()).kill_on_drop(true);
    // It verifies no tokens, and sends nothing to a queue.
    for unneeded in ["JWT_SECRET", "DMS_QUEUE_PREFIX", "DMS_WAREHOUSE_STATE"].into_iter().chain(without) {
        command.env_remove(unneeded);
    }
    command
}

#[tokio::test]
async fn uploads_are_checked_and_the_hour_is_swept() {
    let dealership = Dealership::open(together([admin::routes(), customers::routes(), files::routes()])).await;
    let advisor = &dealership.one.advisor;
    let customer = dealership.customer().await;
    let content = samples::pdf(50_000);
    let request = json!({"filename": "a.pdf", "size": content.len(), "contentType": "application/pdf",
        "sha256": Sha256Hash::of(&content), "category": "invoices", "relatedEntityType": "customer",
        "relatedEntityId": customer["id"]});
    let mut tickets = Vec::new();
    for _ in 0..2 {
        let ticket = advisor.create("/api/files/upload", request.clone()).await;
        let mut put = reqwest::Client::new().put(ticket["uploadUrl"].as_str().unwrap()).body(content.clone());
        for (name, value) in ticket["headers"].as_object().unwrap() {
            put = put.header(name, value.as_str().unwrap());
        }
        assert_eq!(put.send().await.unwrap().status(), 200);
        tickets.push(ticket["fileId"].as_str().unwrap().to_owned());
    }
    let status =
        async |ticket: &str| advisor.get(&format!("/api/files/{ticket}")).await.expect(200)["status"].clone();

    let runtime = LambdaRuntime::start().await;
    let _process: Child = start(&dealership, &runtime, None).stdout(Stdio::null()).spawn().unwrap();
    let key = Shelf::Quarantine.key(&tickets[0].parse().unwrap());
    let mut poison = message("poison", "");
    poison["body"] = "{".into();
    let batch = json!({"Records": [message("good", &key), poison, message("again", &key)]});
    let answer = runtime.invoke(&batch).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "poison"}]}));
    assert_eq!(status(&tickets[0]).await, "READY");
    assert_eq!(status(&tickets[1]).await, "PENDING", "no message told of it");
    // The sample as it stands tells of a file that there is not.
    assert_eq!(runtime.invoke(&sample("upload.json")).await.unwrap(), json!({"batchItemFailures": []}));
    // The dealership lives in 2026: by the machine's clock its files are young, or old.
    assert_eq!(runtime.invoke(&sample("hourly.json")).await.unwrap(), json!({"batchItemFailures": []}));
}

#[tokio::test]
async fn without_its_settings_the_binary_does_not_start_and_names_what_is_missing() {
    let dealership = Dealership::open(together([files::routes(), admin::routes()])).await;
    for variable in ["DMS_TABLE_PREFIX", "DMS_BUCKET", "AWS_REGION", "AWS_SECRET_ACCESS_KEY"] {
        let runtime = LambdaRuntime::start().await;
        let output = start(&dealership, &runtime, Some(variable)).output();
        let output = tokio::time::timeout(std::time::Duration::from_secs(30), output).await.unwrap().unwrap();
        let written = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!output.status.success() && written.contains(variable), "{variable}: {written}");
    }
}
