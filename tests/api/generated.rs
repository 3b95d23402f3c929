//! Generated data (`cargo run -- generate`) is as true as data made by requests, and the same for the same seed.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Mutex,
    time::Duration,
};

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, NaiveDate, Utc};
use dms_access::{AccessGrant, password::PasswordCost};
use dms_checker::wrong_items;
use dms_domain::{calendar::Clock, permissions::Role};
use dms_local::{GenerateError, GenerateOptions, Generated, Generation, generate};
use dms_store::{Command, Plan, Reply, Store, Table};
use dms_testkit::{Client, TestApp};
use serde_json::{Map, Value};
use uuid::Uuid;

async fn app() -> TestApp {
    TestApp::start(dms_local::all_routes()).await
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

const STAFF: (&str, PasswordCost) = ("password-1", PasswordCost { memory_kib: 8, passes: 1 });

async fn fill(app: &TestApp, options: &GenerateOptions) -> Result<Generated, GenerateError> {
    generate(&app.app.store, options, STAFF, today(), async |_| {}).await
}

fn admin(app: &TestApp) -> Client {
    let user_id = Uuid::new_v4();
    let grant = AccessGrant { user_id, session_id: user_id, role: Role::Admin, centre: None };
    app.with_token(app.app.tokens.issue_access(&grant, app.clock.now()).unwrap())
}

type Items = BTreeMap<(String, String), Value>;

/// All items of a table, as plain JSON.
async fn items(store: &Store, table: Table) -> Items {
    let mut items = Items::new();
    let mut start = None;
    loop {
        #[allow(clippy::disallowed_methods)] // a test that looks at everything
        let scan = store.client().scan().table_name(store.table_name(table)).set_exclusive_start_key(start);
        let page = scan.send().await.unwrap();
        for item in page.items() {
            let text = |name: &str| item[name].as_s().unwrap().clone();
            items.insert((text("pk"), text("sk")), plain(&AttributeValue::M(item.clone())));
        }
        start = page.last_evaluated_key.filter(|key| !key.is_empty());
        if start.is_none() {
            return items;
        }
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // sets and bytes, and whatever may be added
fn plain(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => text.clone().into(),
        // Numbers of tallies have more digits than JSON's: they stay text.
        AttributeValue::N(number) => number.parse::<i64>().map_or(number.clone().into(), Value::from),
        AttributeValue::Bool(is) => (*is).into(),
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::L(list) => list.iter().map(plain).collect(),
        AttributeValue::M(map) => {
            map.iter().map(|(name, value)| (name.clone(), plain(value))).collect::<Map<_, _>>().into()
        }
        other => panic!("{other:?} is not used here"),
    }
}

/// What there is to compare of two stores: all but the notes of commands and of the load.
async fn documents(store: &Store) -> [Items; 2] {
    let mut core = items(store, Table::Core).await;
    core.retain(|(pk, _), _| !pk.starts_with("CMD#") && !pk.starts_with("LOAD#"));
    [core, items(store, Table::Search).await]
}

#[track_caller]
fn assert_same(one: &[Items; 2], other: &[Items; 2]) {
    for (one, other) in one.iter().zip(other) {
        assert!(!one.is_empty());
        for (key, item) in one {
            assert_eq!(Some(item), other.get(key), "{key:?}");
        }
        assert_eq!(one.len(), other.len());
    }
}

#[tokio::test]
async fn generated_data_keeps_what_is_always_true() {
    let app = app().await;
    let options = GenerateOptions { customers: 300, job_cards: 400, rollups: true, ..GenerateOptions::small() };
    assert_eq!(fill(&app, &options).await.unwrap(), Generated::Now);
    assert_eq!(app.app.store.recount(|_, _| {}).await.unwrap().differences, []);
    let core = items(&app.app.store, Table::Core).await;
    let wrong = wrong_items(core.values().cloned().collect());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let admin = admin(&app);
    for (path, count) in [("customers", 300), ("vehicles", 300), ("job-cards", 400)] {
        let answer = admin.get(&format!("/api/{path}?limit=100")).await;
        assert_eq!(answer.body["pagination"]["total"], count, "{path}");
        let mut rows = 0;
        for page in 1..=count / 100 + 1 {
            rows += admin.get(&format!("/api/{path}?limit=100&page={page}")).await.rows().len();
        }
        assert_eq!(rows, count, "{path}");
    }
    let reconciled = admin.get("/api/inventory/reconciliation?limit=100").await.expect(200);
    assert_eq!(reconciled["differences"], 0, "{reconciled}");
    check_totals(&core);

    // As on an ordinary day: most is finished, some is not.
    let states = core.iter().filter(|((pk, _), _)| pk.starts_with('C') && pk.ends_with("#JC"));
    let mut counts: HashMap<&str, usize> = HashMap::new();
    states.for_each(|(_, card)| *counts.entry(card["status"].as_str().unwrap()).or_default() += 1);
    assert!(counts["INVOICED"] > 350 && counts.len() > 2, "{counts:?}");
}

/// What vehicles and customers say of their services is what the history says.
fn check_totals(core: &Items) {
    let histories = |vehicle: &str| {
        let pk = format!("VEH#{vehicle}#HISTORY");
        core.iter().filter(move |((found, _), _)| *found == pk).map(|(_, record)| record)
    };
    let mut served = 0;
    for (_, vehicle) in core.iter().filter(|((pk, sk), _)| pk.starts_with("VEH#") && sk == "-") {
        let id = vehicle["id"].as_str().unwrap();
        let spent: i64 = histories(id).map(|record| record["totalCostPaise"].as_i64().unwrap()).sum();
        assert_eq!(vehicle["totalSpentPaise"], spent, "{vehicle}");
        assert_eq!(vehicle["totalServices"], histories(id).count(), "{vehicle}");
        served += histories(id).count();
        let busy = vehicle["activeJobCardId"].is_string();
        assert_eq!(vehicle["currentStatus"], if busy { "ACTIVE_JOB_CARD" } else { "AVAILABLE" });
        let Some(last) = histories(id).map(|record| record["invoiceNumber"].as_str().unwrap()).next_back() else {
            continue;
        };
        let owner = &core[&(format!("CUST#{}", vehicle["customerId"].as_str().unwrap()), "-".to_owned())];
        assert!(owner["lastInvoiceNumber"].is_string(), "{last}: {owner}");
    }
    let paid = core.values().filter(|item| item["status"] == "PAID" && item["paidAt"].is_string()).count();
    assert!(served == paid && paid > 350, "{served} services, {paid} paid invoices");
}

#[tokio::test]
async fn the_same_seed_makes_the_same_documents_and_another_one_others() {
    let options = GenerateOptions { customers: 30, job_cards: 40, ..GenerateOptions::small() };
    let made = async |options: &GenerateOptions| {
        let app = app().await;
        fill(&app, options).await.unwrap();
        documents(&app.app.store).await
    };
    let first = made(&options).await;
    // However many items are written at once.
    let mut smaller_steps = made(&GenerateOptions { step: 300, ..options.clone() }).await;
    assert_same(&first, &smaller_steps);
    smaller_steps = made(&GenerateOptions { seed: 2, ..options }).await;
    let ids = |items: &Items| items.keys().filter(|(pk, _)| pk.starts_with("CUST#")).cloned().collect::<Vec<_>>();
    assert!(ids(&smaller_steps[0]).iter().all(|id| !first[0].contains_key(id)));
}

/// Commits a transaction as a command's.
async fn commit(store: &Store, plan: Plan<()>, now: DateTime<Utc>) {
    let plan = Mutex::new(Some(plan));
    let command = Command::of_task("generated", Uuid::nil(), String::new(), now);
    let once = || async { Ok(plan.lock().unwrap().take().expect("planned once: every condition holds")) };
    let reply = |_: &()| Ok(Reply { status: 200, body: String::new(), version: None, replayed: false });
    store.run(&command, once, reply).await.unwrap();
}

#[tokio::test]
async fn writing_in_bulk_leaves_what_the_same_commands_would_have_left() {
    let options = GenerateOptions { customers: 60, job_cards: 90, step: 700, ..GenerateOptions::small() };
    let (bulk, single) = (app().await, app().await);
    fill(&bulk, &options).await.unwrap();
    let store = &single.app.store;
    let mut generation = Generation::of(store, &options, (0, 0), "no hash").unwrap();
    let mut commands = 0;
    while let Some((transaction, _)) = generation.step().unwrap() {
        commit(store, Plan::new(transaction, ()), single.clock.now()).await;
        commands += 1;
    }
    assert!(commands > 500, "{commands}");
    assert_same(&documents(&bulk.app.store).await, &documents(store).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_was_interrupted_goes_on_and_a_complete_one_is_left_alone() {
    let options = GenerateOptions { customers: 60, job_cards: 90, step: 250, ..GenerateOptions::small() };
    let whole = app().await;
    fill(&whole, &options).await.unwrap();
    let expected = documents(&whole.app.store).await;

    let app = app().await;
    let mut interruptions = 0;
    for patience_ms in (20..).step_by(35) {
        match tokio::time::timeout(Duration::from_millis(patience_ms), fill(&app, &options)).await {
            Err(_) => interruptions += 1,
            Ok(done) => {
                assert_eq!(done.unwrap(), Generated::Now);
                break;
            }
        }
        // What was under way when it ended may still arrive.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(interruptions >= 3, "interrupted {interruptions} times");
    assert_same(&documents(&app.app.store).await, &expected);

    assert_eq!(fill(&app, &options).await.unwrap(), Generated::Before);
    let others = fill(&app, &GenerateOptions { seed: 9, ..options }).await;
    assert!(matches!(others, Err(GenerateError::Other(_))), "{others:?}");
    assert_same(&documents(&app.app.store).await, &expected);
}

#[tokio::test]
async fn what_somebody_else_changes_meanwhile_is_not_overwritten() {
    let app = app().await;
    let options =
        GenerateOptions { customers: 20, job_cards: 0, until: Some(today()), ..GenerateOptions::small() };
    // A customer registered by hand takes a number while nothing is generated yet.
    let body = serde_json::json!({"name": "Asha Rao", "phone": "9876543210"});
    let first = admin(&app).create("/api/customers", body).await;
    fill(&app, &options).await.unwrap();
    assert_eq!(first["customerNumber"], "CUST-0001");
    let answer = admin(&app).get("/api/customers?limit=100").await;
    assert_eq!(answer.body["pagination"]["total"], 21);
    let mut numbers: Vec<String> =
        answer.rows().iter().map(|row| row["customerNumber"].as_str().unwrap().to_owned()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!((numbers.len(), numbers[20].as_str()), (21, "CUST-0021"));
}
