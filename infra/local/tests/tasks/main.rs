//! The program's other tasks than serving, as operators run them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod export;
mod purge;
mod search;
#[path = "../support/mod.rs"]
mod support;

use std::{path::Path, process::Output};

use dms_local::DEMO_PASSWORD;
use serde_json::json;
use support::{PATIENCE, Process, Server, on, program};

#[tokio::test]
async fn the_first_admin_of_a_deployment_is_created_from_the_command_line() {
    let app = dms_testkit::TestApp::start(dms_local::all_routes()).await;
    let create = |password: Option<&str>| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_dms-local"));
        command.args(["create-admin", "first@example.com"]).env_clear().envs(app.environment());
        password.into_iter().for_each(|password| {
            command.env("DMS_ADMIN_PASSWORD", password);
        });
        tokio::task::spawn_blocking(move || command.output().unwrap())
    };
    assert!(!create(None).await.unwrap().status.success(), "without a password");
    assert!(!create(Some("short")).await.unwrap().status.success(), "with a short password");
    let created = create(Some("a-long-password")).await.unwrap();
    assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
    // Once more: the admin stays, with the password they have.
    assert!(create(Some("another-password")).await.unwrap().status.success());
    let login = |password: &str| serde_json::json!({"email": "first@example.com", "password": password});
    let answer = app.anonymous().post("/api/auth/login", login("a-long-password")).await.expect(200);
    assert_eq!(answer["user"]["role"], "admin");
    app.anonymous().post("/api/auth/login", login("another-password")).await.refused(401, "WRONG_CREDENTIALS");
}

/// The program, run to its end on a folder.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_dms-local"));
    command.args(arguments).arg("--data-dir").arg(folder).output().expect("it runs")
}

/// What it said of a task that must succeed.
fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {out}{err}");
    out.into_owned()
}

#[tokio::test]
async fn the_demo_is_made_in_a_deployment_by_requests_and_only_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let admin = ["--admin-email", "admin@demo.example", "--admin-password", DEMO_PASSWORD];
    let options = [&["--no-demo", "--rate-limit-per-minute", "0"], &admin[..]].concat();
    let server = Server::start(on(folder.path(), &options)).await;
    let demo = |url: &str| {
        let mut command = program(&[]);
        command.args(["demo", url]);
        command
    };
    let made = |url: String| async move {
        let mut process = Process::spawn(demo(&url));
        (process.line().await, process.end(PATIENCE).await)
    };
    for _ in 0..2 {
        let (said, (status, errors)) = made(server.url.clone()).await;
        assert_eq!(status.code(), Some(0), "{errors}");
        assert!(said.is_some_and(|said| said.starts_with("demo logins")));
        let admin = server.login("admin@demo.example", DEMO_PASSWORD).await;
        assert_eq!(admin.total("/api/customers").await, 16);
        assert_eq!(admin.total("/api/parts-issues").await, 8);
    }
    let (_, (status, errors)) = made("http://127.0.0.1:1".to_owned()).await;
    assert!(status.code() == Some(1) && errors.contains("/api/auth/login"), "{status} {errors}");
}

#[tokio::test]
async fn a_recount_after_kill_9_finds_no_difference_and_a_redrive_nothing_dead() {
    let folder = tempfile::tempdir().expect("a folder");
    Server::start(on(folder.path(), &["--rate-limit-per-minute", "0"])).await.kill().await;
    let out = done(folder.path(), &["recount"]);
    assert!(out.contains("numbers are what") && out.contains("items come to"), "{out}");
    let chains = done(folder.path(), &["verify-audit-log"]);
    let counts: Vec<u64> =
        chains.lines().map(|line| line.split(' ').rev().nth(6).unwrap().parse().expect("how many")).collect();
    assert!(chains.starts_with("dealership: ") && chains.contains("\ncentre 1: "), "{chains}");
    assert!(counts.iter().sum::<u64>() > 50, "the demo's commands are in it: {chains}");
    assert_eq!(done(folder.path(), &["redrive", "rollups"]), "0 dead letters are in rollups again\n");
    let wrong = run(folder.path(), &["redrive", "letters"]);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("notifications, rollups, uploads, audit"));
}

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

#[tokio::test]
async fn data_of_another_version_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    Server::start(on(folder.path(), &["--no-demo"])).await.kill().await;
    let format = folder.path().join("format");
    std::fs::write(&format, "1").expect("written");
    for gone in [false, true] {
        if gone {
            std::fs::remove_file(&format).expect("removed");
        }
        let (status, errors) = Process::spawn(on(folder.path(), &["recount"])).end(PATIENCE).await;
        assert!(status.code() == Some(1) && errors.contains("of another version"), "{status} {errors}");
    }
}
