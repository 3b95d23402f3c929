//! The dealership in which every history begins. It is set up once, through the application; each history gets a
//! copy of its items.

use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};
use dms_access::CentreClaim;
use dms_domain::{calendar::Timestamp, formats::CentreCode, permissions::Role, user::User};
use dms_store::{Command, Credentials, Reply};
use dynoxide::{Database, ImportOptions, Item};
use serde_json::{Value, json};

use crate::{
    app::{Sent, World, admin_token},
    fault::Faults,
    wire::Wire,
};

/// Stock of the parts of each centre at the beginning: little, so that it runs short.
const STOCKS: [i64; 3] = [3, 6, 12];
/// Minimum stock of each: so that movements cross it.
const MINIMUMS: [i64; 3] = [0, 3, 9];
/// Job cards in work in each centre.
const CARDS: usize = 3;
/// Vehicles without a job card, for each centre.
const VEHICLES: usize = 2;

/// A dealership as items, and what there is in it.
pub(crate) struct Template {
    tables: Vec<(&'static str, Vec<Item>)>,
    /// The service centres.
    pub(crate) centres: Vec<Centre>,
    /// A customer.
    pub(crate) customer: String,
    /// When it was set up.
    pub(crate) made_at: DateTime<Utc>,
}

/// A service centre.
pub(crate) struct Centre {
    pub(crate) id: String,
    pub(crate) engineer: String,
    /// Ids of its parts.
    pub(crate) parts: Vec<String>,
    /// Ids of its job cards in work.
    pub(crate) cards: Vec<String>,
    /// Ids of vehicles to be served.
    pub(crate) vehicles: Vec<String>,
}

struct Maker<'a> {
    world: &'a World,
    token: String,
    numbers: std::cell::Cell<u32>,
}

/// The one dealership, set up at the first call.
pub(crate) fn template() -> &'static Template {
    static TEMPLATE: OnceLock<Template> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        // A thread of its own: the caller may run in a runtime.
        let made = std::thread::spawn(|| paused_runtime().block_on(make()));
        made.join().expect("the dealership is set up")
    })
}

/// A runtime on this thread whose time goes on when nobody has anything to do.
pub(crate) fn paused_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime needs nothing")
}

/// A new database with the tables and nothing in them.
async fn empty_database() -> Database {
    let db = Database::memory().expect("a database in memory");
    let world = World::start(Wire::new(db.clone(), 0), DateTime::UNIX_EPOCH);
    world.app().store.create_missing_tables().await.expect("tables");
    db
}

impl Template {
    /// A database with a copy of the dealership.
    pub(crate) async fn copy(&self) -> Database {
        let db = empty_database().await;
        for (table, items) in &self.tables {
            db.import_items(table, items.clone(), ImportOptions::default()).expect("items are imported");
        }
        db
    }
}

async fn make() -> Template {
    let made_at: DateTime<Utc> = "2026-11-30T06:00:00Z".parse().expect("a time");
    let db = empty_database().await;
    let wire = Wire::new(db.clone(), 0);
    let world = World::start(wire.clone(), made_at);
    wire.begin(Faults::None);
    let maker = Maker { world: &world, token: admin_token(made_at), numbers: std::cell::Cell::new(0) };
    let customer = maker.create("/api/customers", json!({"name": "Asha Rao", "phone": "9876543210"})).await;
    let customer = id(&customer);
    let mut centres = Vec::new();
    for code in ["SC001", "SC002"] {
        centres.push(maker.centre(code, &customer).await);
    }
    let tables = ["dms-auth", "dms-core", "dms-search"].map(|table| (table, items(&db, table))).to_vec();
    Template { tables, centres, customer, made_at }
}

/// All items of a table.
pub(crate) fn items(db: &Database, table: &str) -> Vec<Item> {
    let request = serde_json::from_value(json!({"TableName": table})).expect("a request");
    let answer = db.scan(request).expect("a table can be scanned");
    answer.items.unwrap_or_default()
}

/// A document's id.
pub(crate) fn id(document: &Value) -> String {
    document["id"].as_str().expect("an id").to_owned()
}

impl Maker<'_> {
    fn next(&self) -> u32 {
        self.numbers.set(self.numbers.get() + 1);
        self.numbers.get()
    }

    async fn send(&self, method: &'static str, path: &str, body: Value) -> Value {
        let (path, body) = (path.to_owned(), Some(body));
        self.world.must(&Sent { method, path, body, key: None, token: self.token.clone() }).await
    }

    async fn create(&self, path: &str, body: Value) -> Value {
        self.send("POST", path, body).await
    }

    async fn centre(&self, code: &str, customer: &str) -> Centre {
        let body = json!({"code": code, "name": code, "address": "12 MIDC Road", "city": "Mumbai",
            "state": "Maharashtra", "pincode": "400093", "phone": "+919876543210"});
        let centre = id(&self.create("/api/service-centers", body).await);
        let engineer = self.engineer(code, &centre).await;
        let mut parts = Vec::new();
        for (stock, minimum) in STOCKS.into_iter().zip(MINIMUMS) {
            let n = self.next();
            let body = json!({"serviceCenterId": centre, "partName": format!("Part {n}"),
                "partNumber": format!("P-{n:03}"), "category": "Brakes", "unitPrice": 100, "costPrice": 80,
                "gstRate": 18, "hsnSacCode": "8708", "stockQuantity": stock, "minStockLevel": minimum});
            parts.push(id(&self.create("/api/inventory/parts", body).await));
        }
        let mut vehicles = Vec::new();
        for _ in 0..CARDS + VEHICLES {
            let n = self.next();
            let body = json!({"customerId": customer, "registration": format!("MH01AB{n:04}"),
                "vin": format!("VIN{n:09}"), "vehicleMake": "Tata", "vehicleModel": "Nexon", "vehicleYear": 2023});
            vehicles.push(id(&self.create("/api/vehicles", body).await));
        }
        let mut cards = Vec::new();
        for vehicle in vehicles.drain(..CARDS) {
            let body = json!({"serviceCenterId": centre, "customerId": customer, "vehicleId": vehicle,
                "serviceType": "Regular Service"});
            let card = id(&self.create("/api/job-cards", body).await);
            let path = format!("/api/job-cards/{card}");
            self.create(&format!("{path}/assign-engineer"), json!({"engineerId": engineer})).await;
            self.send("PATCH", &format!("{path}/status"), json!({"status": "IN_PROGRESS"})).await;
            cards.push(card);
        }
        Centre { id: centre, engineer, parts, cards, vehicles }
    }

    /// An engineer, made without hashing a password.
    async fn engineer(&self, code: &str, centre: &str) -> String {
        let now = self.world.now();
        let store = &self.world.app().store;
        let claim = CentreClaim {
            id: centre.parse().expect("a UUID"),
            code: CentreCode::parse(code).expect("a centre's code"),
        };
        let email = format!("engineer@{}.example", code.to_lowercase());
        let user = User {
            id: dms_store::new_id(now, None),
            email: email.parse().expect("an e-mail address"),
            name: "The engineer".to_owned(),
            phone: None,
            role: Role::ServiceEngineer,
            service_center_id: Some(claim.id),
            active: true,
            created_at: Timestamp::new(now),
            updated_at: Timestamp::new(now),
            version: 1,
        };
        let credentials = Credentials {
            email: user.email.to_string(),
            user_id: user.id,
            password_hash: "none".to_owned(),
            password_epoch: 0,
            role: user.role,
            centre: Some(claim),
            active: true,
        };
        let command = Command {
            user: user.id,
            idempotency_key: None,
            fingerprint: String::new(),
            request_id: String::new(),
            now: now + TimeDelta::zero(),
        };
        let nothing = |_: &User| Ok(Reply { status: 201, body: String::new(), version: None, replayed: false });
        let plan = || async { store.create_user(user.clone(), &credentials) };
        store.run(&command, plan, nothing).await.expect("an engineer");
        user.id.to_string()
    }
}

/// The core table's real name.
pub(crate) const CORE: &str = "dms-core";


