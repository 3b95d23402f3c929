//! Files on the program as its users run it: uploaded to its bucket, checked by its worker, also after a kill.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::time::{Duration, Instant};

use dms_domain::file::Sha256Hash;
use serde_json::{Value, json};
use support::{Api, PATIENCE, Server, on};

const ADMIN: &str = "a@b.in";
const PASSWORD: &str = "correct horse";

/// An empty system with an admin.
async fn start(folder: &std::path::Path) -> Server {
    let arguments = ["--no-demo", "--admin-email", ADMIN, "--admin-password", PASSWORD];
    Server::start(on(folder, &[&arguments[..], &["--rate-limit-per-minute", "0"]].concat())).await
}

/// A ticket for a file of a customer, and what is to be PUT by it.
async fn ticket(api: &Api, content: &[u8]) -> (String, reqwest::RequestBuilder) {
    let customer = api.create("/api/customers", &json!({"name": "Asha Rao", "phone": "9876543210"})).await;
    let centres = api.read("/api/service-centers").await;
    let request = json!({"filename": "a.pdf", "size": content.len(), "contentType": "application/pdf",
        "sha256": Sha256Hash::of(content), "category": "invoices", "relatedEntityType": "customer",
        "relatedEntityId": customer["id"], "serviceCenterId": centres[0]["id"]});
    let ticket = api.create("/api/files/upload", &request).await;
    let mut put = reqwest::Client::new().put(ticket["uploadUrl"].as_str().unwrap()).body(content.to_vec());
    for (name, value) in ticket["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    (format!("/api/files/{}", ticket["fileId"].as_str().unwrap()), put)
}

/// A centre to whom files can belong.
async fn open_centre(api: &Api) {
    let body = json!({"code": "SC1", "name": "One", "address": "A", "city": "Mumbai", "state": "Maharashtra",
        "pincode": "400093", "phone": "9876543210"});
    api.create("/api/service-centers", &body).await;
}

/// The file once it was checked, and how long that took.
async fn checked(api: &Api, path: &str) -> (Value, Duration) {
    let started = Instant::now();
    loop {
        let file = api.read(path).await;
        if file["status"] != "PENDING" {
            return (file, started.elapsed());
        }
        assert!(started.elapsed() < PATIENCE, "{file}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_upload_is_checked_within_moments_and_also_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let content = dms_testkit::samples::pdf(10 * 1024 * 1024);
    let server = start(folder.path()).await;
    let admin = server.login(ADMIN, PASSWORD).await;
    open_centre(&admin).await;
    let (path, put) = ticket(&admin, &content).await;
    assert_eq!(put.send().await.unwrap().status(), 200);
    let (file, took) = checked(&admin, &path).await;
    assert_eq!(file["status"], "READY", "{file}");
    // It takes some 100 ms; slow machines take their time.
    assert!(took < Duration::from_secs(10), "{took:?}");
    let downloaded = reqwest::get(file["url"].as_str().unwrap()).await.unwrap();
    assert!(downloaded.bytes().await.unwrap() == content, "byte for byte");

    // Uploaded, acknowledged, and killed before anyone can have looked.
    let (path, put) = ticket(&admin, &content).await;
    assert_eq!(put.send().await.unwrap().status(), 200);
    server.kill().await;
    let server = start(folder.path()).await;
    let admin = server.login(ADMIN, PASSWORD).await;
    let (file, _) = checked(&admin, &path).await;
    assert_eq!(file["status"], "READY", "{file}");
    let downloaded = reqwest::get(file["url"].as_str().unwrap()).await.unwrap();
    assert!(downloaded.bytes().await.unwrap() == content, "byte for byte");
    server.end_by("TERM").await;
}
