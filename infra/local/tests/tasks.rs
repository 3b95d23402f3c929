//! The program's other tasks than serving, as operators run them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use support::{Server, on};

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

#[tokio::test]
async fn a_recount_after_kill_9_finds_no_difference_and_a_redrive_nothing_dead() {
    let folder = tempfile::tempdir().expect("a folder");
    Server::start(on(folder.path(), &["--rate-limit-per-minute", "0"])).await.kill().await;
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_dms-local"));
        command.args(arguments).arg("--data-dir").arg(folder.path()).output().expect("it runs")
    };
    let recounted = run(&["recount"]);
    let (out, err) = (String::from_utf8_lossy(&recounted.stdout), String::from_utf8_lossy(&recounted.stderr));
    assert!(recounted.status.success(), "{out}{err}");
    assert!(out.contains("numbers are what") && out.contains("items come to"), "{out}");
    let redriven = run(&["redrive", "rollups"]);
    assert_eq!(String::from_utf8_lossy(&redriven.stdout), "0 dead letters are in rollups again\n");
    let wrong = run(&["redrive", "letters"]);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("notifications, rollups, uploads"));
}
