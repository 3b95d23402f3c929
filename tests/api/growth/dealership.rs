//! A generated dealership and what is asked about it.

use std::path::Path;

use chrono::NaiveDate;
use dms_access::{AccessGrant, CentreClaim};
use dms_domain::{calendar::Clock, formats::CentreCode, permissions::Role};
use dms_local::{GenerateOptions, generate};
use dms_testkit::{Client, TestApp};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

/// How many of each are asked about.
pub(super) const SAMPLES: usize = 12;

/// So many of the parts that are needed most: every dealership has them, and each about as often a day.
const BUSY_PARTS: usize = 3;

/// As long as a dealership is there, if nothing else is said.
const MONTHS: u32 = 24;

/// A generated dealership.
pub(super) struct Large {
    _app: TestApp,
    _folder: Option<TempDir>,
    pub(super) admin: Client,
    pub(super) manager: Client,
    /// The manager's centre.
    pub(super) centre: String,
    /// Job cards of the centre, of all customers.
    pub(super) cards: u64,
    /// Its first and its last day.
    pub(super) days: (NaiveDate, NaiveDate),
    pub(super) all_cards: u64,
    pub(super) customers: u64,
    /// Documents of all times.
    pub(super) some_cards: Vec<Value>,
    pub(super) some_customers: Vec<Value>,
    /// Customers with one vehicle that was serviced once: they are alike.
    pub(super) some_served: Vec<Value>,
    pub(super) some_vehicles: Vec<Value>,
    /// Those that are needed most.
    pub(super) some_parts: Vec<Value>,
    /// After the third page of the list of customers.
    pub(super) cursor: String,
    /// After the third page of the job cards of all centres.
    pub(super) cursor_of_all: String,
}

impl Large {
    /// As many job cards and customers, of these last days or of two years.
    pub(super) async fn generate(rows: usize, days: Option<u32>) -> Self {
        // In memory there is room for 1 GiB.
        let folder = (rows > 20_000).then(|| tempfile::tempdir().expect("a folder"));
        let kept = std::env::var_os("DMS_GROWTH_FOLDER").map(|kept| {
            let name = days.map_or_else(|| rows.to_string(), |days| format!("{rows}-of-{days}-days"));
            Path::new(&kept).join(name)
        });
        let app = match kept.or_else(|| Some(folder.as_ref()?.path().to_owned())) {
            Some(folder) => {
                std::fs::create_dir_all(&folder).expect("a folder");
                TestApp::start_in(folder, dms_local::all_routes()).await
            }
            None => TestApp::start(dms_local::all_routes()).await,
        };
        let until = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day");
        let options = GenerateOptions {
            customers: rows,
            job_cards: rows,
            service_centers: 12,
            parts_per_centre: 30,
            months: MONTHS,
            days,
            until: Some(until),
            ..GenerateOptions::small()
        };
        let staff = ("password-1", app.app.password_cost);
        let after_step = async |made| {
            if std::env::var_os("DMS_GROWTH_VERBOSE").is_some() {
                println!("{made} of {}", options.documents());
            }
            app.forget_stream().await;
        };
        generate(&app.app.store, &options, staff, until, after_step).await.expect("a dealership");
        Self::ask_around(app, folder, options.first_and_last_day()).await
    }

    async fn ask_around(app: TestApp, folder: Option<TempDir>, days: (NaiveDate, NaiveDate)) -> Self {
        let admin = user(&app, Role::Admin, None);
        let centres = admin.get("/api/service-centers").await.rows();
        let centre = &centres[0];
        let claim = CentreClaim {
            id: text(centre, "id").parse().expect("a UUID"),
            code: CentreCode::parse(text(centre, "code")).expect("a code"),
        };
        let centre = claim.id.to_string();
        let manager = user(&app, Role::ScManager, Some(claim));
        let total = async |client: &Client, path: &str| {
            let answer = client.get(&format!("{path}{}limit=1", if path.contains('?') { '&' } else { '?' })).await;
            answer.body["pagination"]["total"].as_u64().expect("a total")
        };
        let cards = total(&manager, "/api/job-cards").await;
        let customers = total(&admin, "/api/customers").await;
        let mut parts = Vec::new();
        for part in manager.get("/api/inventory?limit=100").await.rows() {
            let ledger = format!("/api/inventory/parts/{}/transactions", text(&part, "id"));
            parts.push((total(&manager, &ledger).await, part));
        }
        parts.sort_by_key(|(entries, _)| std::cmp::Reverse(*entries));
        // Those that are needed most, if their ledger has two pages.
        let busiest = parts.into_iter().take(BUSY_PARTS).filter(|(entries, _)| *entries >= 20);
        let some_parts: Vec<Value> = busiest.map(|(_, part)| part).collect();
        assert!(!some_parts.is_empty(), "a part that is often needed");
        let after_third = async |path: &str| {
            let third = admin.get(&format!("{path}?page=3")).await;
            third.body["pagination"]["nextCursor"].as_str().expect("a cursor").to_owned()
        };
        Self {
            cards,
            days,
            customers,
            all_cards: total(&admin, "/api/job-cards").await,
            some_cards: spread(&manager, "/api/job-cards", cards).await,
            some_customers: spread(&admin, "/api/customers", customers).await,
            some_served: served(&admin, customers).await,
            some_vehicles: spread(&admin, "/api/vehicles", customers).await,
            some_parts,
            cursor: after_third("/api/customers").await,
            cursor_of_all: after_third("/api/job-cards").await,
            centre,
            manager,
            admin,
            _app: app,
            _folder: folder,
        }
    }
}

fn user(app: &TestApp, role: Role, centre: Option<CentreClaim>) -> Client {
    let user_id = Uuid::new_v4();
    let grant = AccessGrant { user_id, session_id: user_id, role, centre };
    app.with_token(app.app.tokens.issue_access(&grant, app.clock.now()).expect("a token"))
}

/// Rows of a list, from its beginning to its end.
async fn spread(client: &Client, path: &str, total: u64) -> Vec<Value> {
    let mut rows = Vec::new();
    for page in pages(total, 1) {
        rows.extend(client.get(&format!("{path}?limit=1&page={page}")).await.rows());
    }
    rows
}

async fn served(client: &Client, total: u64) -> Vec<Value> {
    let mut served = Vec::new();
    for page in pages(total, 100) {
        let rows = client.get(&format!("/api/customers?limit=100&page={page}&expand=vehicles")).await.rows();
        let is_alike = |row: &Value| {
            let vehicles = row["vehicles"].as_array().expect("vehicles");
            vehicles.len() == 1 && vehicles[0]["totalServices"] == 1
        };
        served.extend(rows.into_iter().find(is_alike));
    }
    served
}

/// Pages of a list, from the first to the last full one.
pub(super) fn pages(total: u64, limit: u64) -> impl Iterator<Item = u64> {
    let last = (total / limit).max(1);
    let samples = last.min(SAMPLES as u64);
    (0..samples).map(move |sample| 1 + (last - 1) * sample / (samples - 1).max(1))
}

/// A text of a document.
#[track_caller]
pub(super) fn text<'a>(document: &'a Value, field: &str) -> &'a str {
    document[field].as_str().expect("a text")
}
