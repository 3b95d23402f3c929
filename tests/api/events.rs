//! The samples in events/: each is what its function takes.

use std::{collections::BTreeMap, fs, path::PathBuf, sync::Arc};

use auditor::Auditor;
use axum::http::Method;
use dms_messages::Queue;
use dms_testkit::Dealership;
use notifier::Notifier;
use relay::{Relay, Work};
use rollups::Rollups;
use serde_json::{Value, json};

fn sample(name: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events").join(name);
    serde_json::from_str(&fs::read_to_string(path).expect("a sample")).expect("JSON")
}

/// The table of the samples: file and functions.
fn table() -> BTreeMap<String, Vec<String>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events/README.md");
    let text = fs::read_to_string(path).expect("a table");
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let row = |row: &str| {
        let mut cells = row.split('|');
        let file = cells.next()?.trim().trim_end_matches('`').to_owned();
        Some((file, quoted(cells.next()?)))
    };
    rows.filter_map(row).collect()
}

#[test]
fn every_function_of_the_template_has_a_sample_and_every_sample_is_told_of() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let template = fs::read_to_string(root.join("template.yaml")).expect("the template");
    let table = table();
    let sampled: Vec<&String> = table.values().flatten().collect();
    let functions: Vec<&str> = template.lines().filter_map(|line| line.trim().strip_prefix("Binary: ")).collect();
    assert!(functions.len() > 20, "{functions:?}");
    for function in functions {
        assert!(sampled.iter().any(|name| *name == function), "events/README.md has no sample for {function}");
    }
    for entry in fs::read_dir(root.join("events")).expect("a folder") {
        let name = entry.expect("a file").file_name().into_string().expect("a name");
        assert!(name == "README.md" || table.contains_key(&name), "events/README.md does not tell of {name}");
    }
}

#[tokio::test]
async fn requests_are_answered() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let mut asked = 0;
    for file in table().keys() {
        let event = sample(file);
        let Some(http) = event["requestContext"]["http"].as_object() else { continue };
        assert_eq!(
            event["routeKey"],
            format!("{} {}", http["method"].as_str().unwrap(), event["rawPath"].as_str().unwrap())
        );
        let method: Method = http["method"].as_str().expect("a method").parse().expect("a method");
        if method != Method::GET {
            continue; // the functions' own tests send them
        }
        let path = format!("{}?{}", event["rawPath"].as_str().unwrap(), event["rawQueryString"].as_str().unwrap());
        dealership.admin.get(&path).await.expect(200);
        asked += 1;
    }
    assert!(asked > 12, "{asked}");
}

#[tokio::test]
async fn what_the_stream_brings_is_told_and_counted() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let app = &dealership.app.app;
    let relay = Relay::new(app.store.clone(), app.queues.clone(), app.clock.clone());
    let work: Work = serde_json::from_value(sample("stream.json")).expect("a stream");
    let response = Box::pin(relay.handle(work)).await.expect("relayed");
    assert!(response.batch_item_failures.is_empty());
    assert_eq!(app.queues.backlog(Queue::Notifications).await.expect("a backlog").waiting, 1);
    assert_eq!(app.queues.backlog(Queue::Rollups).await.expect("a backlog").waiting, 1);
    let hourly: Work = serde_json::from_value(sample("hourly.json")).expect("a schedule");
    assert!(matches!(hourly, Work::Scheduled { .. }));
    Box::pin(relay.handle(hourly)).await.expect("swept");
}

#[tokio::test]
async fn what_the_queues_bring_is_dealt_with() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let app = &dealership.app.app;
    let notifier = Notifier::new(app.store.clone(), app.clock.clone(), vec![]);
    let rollups = Rollups::new(app.store.clone(), Arc::clone(&app.clock));
    let response = Box::pin(notifier.handle(serde_json::from_value(sample("notification.json")).unwrap())).await;
    assert!(response.batch_item_failures.is_empty());
    let told = dealership.admin.get("/api/notifications").await.rows();
    assert_eq!(told[0]["title"], "PO-2025-0001 waits for approval");
    let response = Box::pin(rollups.handle(serde_json::from_value(sample("rollup.json")).unwrap())).await;
    assert!(response.batch_item_failures.is_empty());
    let auditor = Auditor::new(app.store.clone());
    let response = Box::pin(auditor.handle(serde_json::from_value(sample("audit.json")).unwrap())).await;
    assert!(response.batch_item_failures.is_empty());
    let entries = dealership.admin.get("/api/audit-log?dateTo=2025-12-31").await.rows();
    assert_eq!(entries[0]["action"], "PATCH /api/invoices/{id}/status");
    let report = dealership.one.manager.get("/api/reports/job-cards?dateFrom=2025-12-20&dateTo=2025-12-20").await;
    assert_eq!(report.expect(200)["totals"]["total"], json!(1));
}
