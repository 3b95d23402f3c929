//! `cargo run -- generate` as its users run it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use dms_local::DEMO_PASSWORD;
use serde_json::json;
use support::{PATIENCE, Process, Server, on};

#[tokio::test]
async fn a_generated_dealership_is_served_with_the_demo_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let asked = ["generate", "--customers", "60", "--job-cards", "80", "--service-centers", "2", "--months", "2"];
    let generate = |more: &[&str]| Process::spawn(on(folder.path(), &[&asked[..], more].concat()));
    let mut first = generate(&[]);
    let said = first.line().await.expect("what was done");
    assert!(said.starts_with("generated in"), "{said}");
    let (status, errors) = first.end(PATIENCE).await;
    assert_eq!(status.code(), Some(0), "{errors}");
    // Once more changes nothing; something else is refused.
    let said = generate(&[]).line().await.expect("what was done");
    assert!(said.contains("there already"), "{said}");
    let (status, errors) = generate(&["--seed", "2"]).end(PATIENCE).await;
    assert!(status.code() == Some(1) && errors.contains("other options"), "{status} {errors}");

    let server = Server::start(on(folder.path(), &["--rate-limit-per-minute", "0"])).await;
    let (status, errors) = generate(&[]).end(PATIENCE).await;
    assert!(status.code() == Some(1) && errors.contains("used by another process"), "{status} {errors}");
    let manager = server.login("manager@mum01.example", DEMO_PASSWORD).await;
    let admin = server.login("admin@demo.example", DEMO_PASSWORD).await;
    let own = manager.total("/api/job-cards").await;
    assert!((20..80).contains(&own), "{own}");
    assert_eq!(manager.walk("/api/job-cards").await.len() as u64, own);
    assert_eq!(admin.total("/api/customers").await, 60 + 16);
    assert_eq!(admin.total("/api/job-cards").await, 80 + 16);
    // The numbers go on after the generated ones.
    let created = manager.create("/api/customers", &json!({"name": "Asha Rao", "phone": "9876543210"})).await;
    assert_eq!(created["customerNumber"], "CUST-0077");
    assert_eq!(admin.read("/api/inventory/reconciliation").await["differences"], 0);
}
