//! The program as its users run it: started, killed, stopped, started again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::{
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use dms_local::{DEMO_LOGINS, DEMO_PASSWORD};
use serde_json::{Value, json};
use support::{Api, PATIENCE, Process, Server, on, program};
use tempfile::TempDir;

const ADMIN: &str = "a@b.in";
const PASSWORD: &str = "correct horse";
const JOB_CARD_STATES: [&str; 7] =
    ["CREATED", "ASSIGNED", "IN_PROGRESS", "PARTS_PENDING", "COMPLETED", "INVOICED", "CANCELLED"];

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// An empty system with an admin.
async fn without_demo(folder: &Path) -> Server {
    let admin = ["--no-demo", "--admin-email", ADMIN, "--admin-password", PASSWORD];
    Server::start(on(folder, &[&admin[..], &["--rate-limit-per-minute", "0"]].concat())).await
}

/// The system with the demo dealership.
async fn with_demo(folder: &Path) -> Server {
    Server::start(on(folder, &["--rate-limit-per-minute", "0"])).await
}

fn customer(number: u32) -> Value {
    json!({"name": format!("Customer {number}"), "phone": format!("98{number:08}"), "address": "1 MG Road",
        "cityState": "Mumbai, Maharashtra"})
}

#[tokio::test]
async fn what_was_acknowledged_survives_kill_9() {
    let folder = folder();
    let server = without_demo(folder.path()).await;
    let admin = server.login(ADMIN, PASSWORD).await;
    let created = admin.create("/api/customers", &customer(1)).await;
    let path = format!("/api/customers/{}", created["id"].as_str().unwrap());
    let before = admin.read(&path).await;
    server.kill().await;

    let server = without_demo(folder.path()).await;
    // The token of before is good: the secret is kept. So is the password.
    let old_token = admin.at(&server);
    assert_eq!(old_token.read(&path).await, before);
    let admin = server.login(ADMIN, PASSWORD).await;
    assert_eq!(admin.read(&path).await, before);
    assert_eq!(admin.total("/api/customers").await, 1);
    assert_eq!(admin.total("/api/users").await, 1, "the admin is not made twice");
    let found = admin
        .read(&format!("/api/customers/search?query={}", before["phone"].as_str().unwrap().replace('+', "%2B")))
        .await;
    assert_eq!(found[0]["id"], before["id"]);
}

#[tokio::test]
async fn all_settings_can_come_from_the_environment() {
    let parent = folder();
    // The folder need not exist.
    let data = parent.path().join("new/data");
    let start = || {
        let settings = [
            ("PORT", "0"),
            ("DMS_DATA_DIR", data.to_str().unwrap()),
            ("DMS_DEMO", "off"),
            ("DMS_ADMIN_EMAIL", ADMIN),
            ("DMS_ADMIN_PASSWORD", PASSWORD),
            ("RATE_LIMIT_PER_MINUTE", "0"),
        ];
        Server::start(program(&settings))
    };
    let server = start().await;
    let admin = server.login(ADMIN, PASSWORD).await;
    assert_eq!(admin.total("/api/users").await, 1, "no demo");
    let created = admin.create("/api/customers", &customer(1)).await;
    // No limit: more requests than the default allows, and no headers.
    for _ in 0..101 {
        let health = server.anonymous().get("/api/health").await;
        assert_eq!(health.status, 200, "{}", health.body);
        assert!(!health.headers.contains_key("x-ratelimit-limit"));
    }
    assert!(data.join("jwt-secret").exists());
    server.kill().await;

    let server = start().await;
    let admin = server.login(ADMIN, PASSWORD).await;
    let seen = admin.read(&format!("/api/customers/{}", created["id"].as_str().unwrap())).await;
    assert_eq!(seen["name"], created["name"]);
}

#[tokio::test]
async fn a_password_without_an_address_and_a_short_password_are_refused() {
    let folder = folder();
    let alone = Process::spawn(on(folder.path(), &["--no-demo", "--admin-email", ADMIN]));
    let (status, errors) = alone.end(PATIENCE).await;
    assert!(!status.success() && errors.contains("--admin-password"), "{status} {errors}");
    let short = Process::spawn(on(folder.path(), &["--no-demo", "--admin-email", ADMIN, "--admin-password", "x"]));
    let (status, errors) = short.end(PATIENCE).await;
    assert!(!status.success() && errors.contains("password"), "{status} {errors}");
    let wrong = ["--no-demo", "--admin-email", "nobody", "--admin-password", PASSWORD];
    let (status, errors) = Process::spawn(on(folder.path(), &wrong)).end(PATIENCE).await;
    assert!(!status.success() && errors.contains("e-mail"), "{status} {errors}");
    // None of it spoils the folder.
    without_demo(folder.path()).await.login(ADMIN, PASSWORD).await;
}

/// What a demo dealership consists of, as far as it is the same every time.
async fn contents_of_demo(server: &Server) -> Value {
    let admin = server.login("admin@demo.example", DEMO_PASSWORD).await;
    let mut all = json!({});
    for list in [
        "users",
        "service-centers",
        "customers",
        "vehicles",
        "appointments",
        "parts-requests",
        "invoices",
        "inventory",
    ] {
        all[list] = admin.walk(&format!("/api/{list}")).await.len().into();
    }
    all["job-cards"] = admin.walk("/api/job-cards").await.len().into();
    for state in JOB_CARD_STATES {
        all[state] = admin.total(&format!("/api/job-cards?filter[status]={state}")).await.into();
    }
    let mut stock: Vec<String> = Vec::new();
    for part in admin.walk("/api/inventory").await.values() {
        let path = format!("/api/inventory/parts/{}/transactions", part["id"].as_str().unwrap());
        stock.push(format!(
            "{}: {}, {} entries",
            part["partNumber"],
            part["stockQuantity"],
            admin.total(&path).await
        ));
    }
    stock.sort();
    all["stock"] = stock.into();
    let invoices = admin.walk("/api/invoices").await;
    let mut invoices: Vec<String> = invoices
        .values()
        .map(|invoice| format!("{} {} {}", invoice["invoiceNumber"], invoice["status"], invoice["grandTotal"]))
        .collect();
    invoices.sort();
    all["invoice numbers"] = invoices.into();
    all
}

#[tokio::test]
async fn the_demo_is_complete_and_is_made_once() {
    let folder = folder();
    let mut server = with_demo(folder.path()).await;
    let mut printed = Vec::new();
    while printed.len() < DEMO_LOGINS.len() {
        let line = server.line().await.expect("the demo logins");
        if let Some(email) = line.split_whitespace().next().filter(|word| word.contains('@')) {
            printed.push(email.to_owned());
        } else if line.contains("demo logins") {
            assert!(line.contains(DEMO_PASSWORD), "{line}");
        }
    }
    for email in &printed {
        let api = server.login(email, DEMO_PASSWORD).await;
        assert_eq!(api.read("/api/auth/me").await["email"], email.as_str());
    }
    let admin = server.login("admin@demo.example", DEMO_PASSWORD).await;
    for state in JOB_CARD_STATES {
        let path = format!("/api/job-cards?filter[status]={state}");
        let (rows, total) = (admin.read(&path).await, admin.total(&path).await);
        let rows = rows.as_array().unwrap();
        assert!(total >= 1 && rows.len() as u64 == total, "{state}: {total}, {} rows", rows.len());
        assert!(rows.iter().all(|row| row["status"] == state), "{state}: {rows:?}");
    }
    let centres = admin.walk("/api/service-centers").await;
    let mut codes: Vec<&str> = centres.values().map(|centre| centre["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["SC001", "SC002"]);
    // Every centre's people see their centre's cards only.
    let all = admin.total("/api/job-cards").await;
    let mut of_centres = 0;
    for code in ["sc001", "sc002"] {
        let manager = server.login(&format!("manager@{code}.example"), DEMO_PASSWORD).await;
        of_centres += manager.total("/api/job-cards").await;
    }
    assert_eq!(of_centres, all);
    let first = contents_of_demo(&server).await;
    server.end_by("TERM").await;

    let server = with_demo(folder.path()).await;
    assert_eq!(contents_of_demo(&server).await, first);
    server.kill().await;
    let server = with_demo(folder.path()).await;
    assert_eq!(contents_of_demo(&server).await, first);
}

/// How many of the demo's customers are in a folder; none when not even its admin is there.
async fn customers_so_far(folder: &Path) -> u64 {
    let server = Server::start(on(folder, &["--no-demo", "--rate-limit-per-minute", "0"])).await;
    let login = json!({"email": "admin@demo.example", "password": DEMO_PASSWORD});
    if server.anonymous().post("/api/auth/login", &login).await.status != 200 {
        return 0;
    }
    server.login("admin@demo.example", DEMO_PASSWORD).await.total("/api/customers").await
}

/// Starts with the demo and kills after a while. Whether the demo was incomplete then.
async fn killed_after(folder: &Path, delay: Duration) -> bool {
    let process = Process::spawn(on(folder, &["--rate-limit-per-minute", "0"]));
    tokio::time::sleep(delay).await;
    process.kill().await;
    !folder.join("demo-done").exists()
}

#[tokio::test]
async fn a_demo_killed_while_it_is_made_is_completed_by_the_next_start() {
    let clean = folder();
    let started = Instant::now();
    let server = with_demo(clean.path()).await;
    let mut delay = started.elapsed() * 6 / 10;
    let expected = contents_of_demo(&server).await;
    server.kill().await;

    // Somewhere on the way to the last customer; how long that takes depends on what else the machine does.
    let mut tries = 0;
    let folder = loop {
        tries += 1;
        assert!(tries <= 15, "no kill came in the middle; the last after {delay:?}");
        let folder = folder();
        // Once almost at once, too: no table or secret may be left half-made.
        killed_after(folder.path(), Duration::from_millis(150)).await;
        if !killed_after(folder.path(), delay).await {
            delay = delay * 7 / 10;
        } else if customers_so_far(folder.path()).await == 0 {
            delay = delay * 13 / 10;
        } else {
            break folder;
        }
    };
    // And again while it goes on from there.
    killed_after(folder.path(), delay / 2).await;
    let server = with_demo(folder.path()).await;
    assert_eq!(contents_of_demo(&server).await, expected);
}

#[tokio::test]
async fn a_signal_ends_it_in_order() {
    let folder = folder();
    for signal in ["TERM", "INT"] {
        let server = without_demo(folder.path()).await;
        // A client that keeps its connection open does not keep the process.
        let idle = server.login(ADMIN, PASSWORD).await;
        idle.total("/api/customers").await;
        let rest = server.end_by(signal).await;
        assert!(rest.iter().any(|line| line == "stopping"), "{rest:?}");
        assert!(idle.send(reqwest::Method::GET, "/api/health", None).await.is_err(), "nobody listens");
    }
}

#[tokio::test]
async fn a_signal_does_not_cut_off_requests_under_way() {
    let folder = folder();
    let server = without_demo(folder.path()).await;
    let admin = server.login(ADMIN, PASSWORD).await;
    let (acknowledged, _) = write_until(&admin, server, Duration::from_millis(500), async |server: Server| {
        server.end_by("TERM").await
    })
    .await;
    let server = without_demo(folder.path()).await;
    let rows = server.login(ADMIN, PASSWORD).await.walk("/api/customers").await;
    assert!(!acknowledged.is_empty() && acknowledged.iter().all(|id| rows.contains_key(id)));
}

#[tokio::test]
async fn one_folder_has_one_process() {
    let folder = folder();
    let mut server = without_demo(folder.path()).await;
    let second = Process::spawn(on(folder.path(), &["--no-demo"]));
    let (status, errors) = second.end(PATIENCE).await;
    assert!(!status.success(), "{status}");
    let path = folder.path().display().to_string();
    assert!(errors.contains(&path) && errors.contains("used by another process"), "{errors}");
    assert!(!errors.contains("panicked"), "{errors}");
    // The first does not mind.
    assert!(server.runs());
    let admin = server.login(ADMIN, PASSWORD).await;
    admin.create("/api/customers", &customer(1)).await;
    server.end_by("INT").await;
    assert_eq!(without_demo(folder.path()).await.login(ADMIN, PASSWORD).await.total("/api/customers").await, 1);
}

#[tokio::test]
async fn a_busy_port_is_told() {
    let (one, two) = (folder(), folder());
    let server = without_demo(one.path()).await;
    let port = server.url.rsplit(':').next().unwrap();
    let mut command = program(&[("PORT", port)]);
    command.arg("--no-demo").arg("--data-dir").arg(two.path());
    let (status, errors) = Process::spawn(command).end(PATIENCE).await;
    assert!(!status.success() && errors.to_lowercase().contains("in use"), "{status} {errors}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_secret_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let server = without_demo(folder.path()).await;
    let file = folder.path().join("jwt-secret");
    let mode = || std::fs::metadata(&file).unwrap().permissions().mode() & 0o7777;
    assert_eq!(format!("{:o}", mode()), "600");
    let secret = std::fs::read(&file).unwrap();
    assert!(secret.len() >= 32, "{} bytes", secret.len());
    server.kill().await;
    drop(without_demo(folder.path()).await);
    assert_eq!(format!("{:o}", mode()), "600");
    assert_eq!(std::fs::read(&file).unwrap(), secret);
}

/// Eight writers create customers; after a while the server ends in some way. The ids for which a 201 came.
async fn write_until<T>(
    admin: &Api,
    server: Server,
    after: Duration,
    end: impl AsyncFnOnce(Server) -> T,
) -> (Vec<String>, T) {
    let numbers = std::sync::Arc::new(AtomicU32::new(1));
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (admin, numbers) = (admin.clone(), numbers.clone());
        writers.spawn(async move {
            let mut acknowledged = Vec::new();
            loop {
                let body = customer(numbers.fetch_add(1, Ordering::Relaxed));
                match admin.send(reqwest::Method::POST, "/api/customers", Some(&body)).await {
                    Ok(answer) if answer.status == 201 => {
                        acknowledged.push(answer.body["data"]["id"].as_str().unwrap().to_owned());
                    }
                    Ok(answer) => panic!("{} {}", answer.status, answer.body),
                    // The server is gone.
                    Err(_) => return acknowledged,
                }
            }
        });
    }
    tokio::time::sleep(after).await;
    let ended = end(server).await;
    let acknowledged = tokio::time::timeout(PATIENCE, writers.join_all()).await.expect("the writers end");
    (acknowledged.concat(), ended)
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_under_load_loses_nothing_acknowledged() {
    let folder = folder();
    let server = without_demo(folder.path()).await;
    let admin = server.login(ADMIN, PASSWORD).await;
    let (acknowledged, ()) = write_until(&admin, server, Duration::from_secs(1), async |server: Server| {
        server.kill().await;
    })
    .await;
    assert!(acknowledged.len() >= 8, "only {} customers in a second", acknowledged.len());

    let server = without_demo(folder.path()).await;
    let admin = server.login(ADMIN, PASSWORD).await;
    let rows = admin.walk("/api/customers").await;
    let lost: Vec<&String> = acknowledged.iter().filter(|id| !rows.contains_key(*id)).collect();
    assert!(lost.is_empty(), "{} of {} lost: {lost:?}", lost.len(), acknowledged.len());
    // What was under way may be there, one for each writer at most.
    assert!(rows.len() <= acknowledged.len() + 8, "{} rows, {} acknowledged", rows.len(), acknowledged.len());
    assert_eq!(admin.total("/api/customers").await, rows.len() as u64);
    // Every customer is whole: it can be read, has a number of its own, and is found.
    let mut numbers: Vec<&str> = rows.values().map(|row| row["customerNumber"].as_str().unwrap()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), rows.len());
    for id in rows.keys().step_by(rows.len() / 10 + 1) {
        let one = admin.read(&format!("/api/customers/{id}")).await;
        let phone = one["phone"].as_str().unwrap().trim_start_matches("+91").to_owned();
        let found = admin.read(&format!("/api/customers/search?query={phone}&type=phone")).await;
        assert_eq!(found[0]["id"], id.as_str(), "{phone}: {found}");
    }
    // And it goes on.
    admin.create("/api/customers", &customer(99_999_999)).await;
    assert_eq!(admin.total("/api/customers").await, rows.len() as u64 + 1);
}

#[tokio::test]
async fn requests_are_limited_unless_told_otherwise() {
    let folder = folder();
    let server = Server::start(on(folder.path(), &["--no-demo"])).await;
    let anonymous = server.anonymous();
    let number = |answer: &support::Answer, name: &str| -> i64 {
        answer.headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap().parse().unwrap()
    };
    let first = anonymous.get("/api/health").await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(number(&first, "x-ratelimit-limit"), 100);
    assert_eq!(number(&first, "x-ratelimit-remaining"), 99);
    let reset = number(&first, "x-ratelimit-reset");
    assert_eq!(reset % 60, 0);
    // Within two minutes at most, if a new one begins, a request is one too many.
    let mut refused = None;
    for _ in 0..202 {
        let answer = anonymous.get("/api/health").await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("a refusal");
    assert_eq!((number(&refused, "x-ratelimit-limit"), number(&refused, "x-ratelimit-remaining")), (100, 0));
    assert!((1..=60).contains(&number(&refused, "retry-after")), "{:?}", refused.headers);
    assert_eq!(refused.body["code"], "RATE_LIMITED");
}
