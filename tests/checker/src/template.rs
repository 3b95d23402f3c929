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
const STOCKS: [i64; 3] = [2, 4, 12 + PARTS_INVOICED];
/// Minimum stock of each: so that movements cross it.
const MINIMUMS: [i64; 3] = [0, 3, 9];
/// Pieces of the last part on the job cards that are invoiced.
const PARTS_INVOICED: i64 = 4;
/// Job cards in work in each centre.
const CARDS: usize = 3;
/// Job cards with parts that are invoiced in each centre; the last invoice is paid.
const INVOICED: usize = 2;
/// Vehicles without a job card, for each centre.
const VEHICLES: usize = 2;

/// A dealership as items, and what there is in it.
pub(crate) struct Template {
    tables: Vec<(&'static str, Vec<Item>)>,
    /// The service centres.
    pub(crate) centres: Vec<Centre>,
    /// A customer.
    pub(crate) customer: String,
    /// A supplier.
    pub(crate) supplier: String,
    /// Ids of Central's parts.
    pub(crate) central_parts: Vec<String>,
    /// Purchase orders: one is a draft, one can be received.
    pub(crate) orders: Vec<Value>,
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
    /// Invoices of job cards with parts; the last is paid.
    pub(crate) invoices: Vec<Value>,
    /// Parts issues: one was asked for, one approved, one is under way, one comes back.
    pub(crate) issues: Vec<Value>,
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
    let supplier = id(&maker.create("/api/suppliers", json!({"name": "Bosch", "state": "Maharashtra"})).await);
    let central_parts = maker.central_parts().await;
    let orders = maker.orders(&supplier, &central_parts).await;
    for centre in &mut centres {
        maker.issues(centre, &central_parts).await;
    }
    let tables = ["dms-auth", "dms-core", "dms-search"].map(|table| (table, items(&db, table))).to_vec();
    Template { tables, centres, customer, supplier, central_parts, orders, made_at }
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
        for _ in 0..CARDS + INVOICED + VEHICLES {
            let n = self.next();
            let body = json!({"customerId": customer, "registration": format!("MH01AB{n:04}"),
                "vin": format!("VIN{n:09}"), "vehicleMake": "Tata", "vehicleModel": "Nexon", "vehicleYear": 2023});
            vehicles.push(id(&self.create("/api/vehicles", body).await));
        }
        let mut cards = Vec::new();
        for vehicle in vehicles.drain(..CARDS + INVOICED) {
            let body = json!({"serviceCenterId": centre, "customerId": customer, "vehicleId": vehicle,
                "serviceType": "Regular Service"});
            let card = id(&self.create("/api/job-cards", body).await);
            let path = format!("/api/job-cards/{card}");
            self.create(&format!("{path}/assign-engineer"), json!({"engineerId": engineer})).await;
            self.send("PATCH", &format!("{path}/status"), json!({"status": "IN_PROGRESS"})).await;
            cards.push(card);
        }
        // Of the first one, which is invoiced with what was paid in advance when its work is completed.
        let advance = json!({"amount": 59, "method": "CASH"});
        self.create(&format!("/api/job-cards/{}/payments", cards[0]), advance).await;
        let invoices = self.invoices(&centre, customer, &parts[STOCKS.len() - 1], cards.split_off(CARDS)).await;
        Centre { id: centre, engineer, parts, cards, vehicles, invoices, issues: Vec::new() }
    }

    /// Finishes these cards with pieces of a part on them, and invoices them.
    async fn invoices(&self, centre: &str, customer: &str, part: &str, cards: Vec<String>) -> Vec<Value> {
        let mut invoices = Vec::new();
        for card in cards {
            let path = format!("/api/job-cards/{card}");
            let pieces = PARTS_INVOICED / i64::try_from(INVOICED).expect("few");
            let body = json!({"parts": [{"inventoryPartId": part, "requestedQty": pieces}]});
            let request = id(&self.create(&format!("{path}/request-parts"), body).await);
            self.send("PATCH", &format!("/api/parts-requests/{request}/approve"), json!({})).await;
            self.send("PATCH", &format!("{path}/status"), json!({"status": "COMPLETED"})).await;
            let body = json!({"serviceCenterId": centre, "customerId": customer, "jobCardId": card});
            invoices.push(self.create("/api/invoices", body).await);
        }
        if let Some(last) = invoices.last() {
            self.send("PATCH", &format!("/api/invoices/{}/status", id(last)), json!({"status": "PAID"})).await;
        }
        invoices
    }

    /// Central's stock: parts that the centres have, too, and one that is new to them.
    async fn central_parts(&self) -> Vec<String> {
        let mut parts = Vec::new();
        for (number, stock) in [("P-001", 18), ("P-011", 5), ("Q-001", 9), ("Q-002", 1)] {
            let body = json!({"partName": number, "partNumber": number, "category": "Brakes", "unitPrice": 100,
                "costPrice": 80, "gstRate": 18, "hsnSacCode": "8708", "stockQuantity": stock, "minStockLevel": 4});
            parts.push(id(&self.create("/api/central-inventory/parts", body).await));
        }
        parts
    }

    async fn orders(&self, supplier: &str, parts: &[String]) -> Vec<Value> {
        let mut orders = Vec::new();
        for steps in [[].as_slice(), &["submit", "approve"]] {
            let items: Vec<Value> = [(0, 4), (0, 2), (2, 3)]
                .map(|(part, quantity): (usize, i64)| {
                    json!({"centralInventoryPartId": parts[part], "quantity": quantity, "unitPrice": 80})
                })
                .to_vec();
            let order = self.create("/api/purchase-orders", json!({"supplierId": supplier, "items": items})).await;
            for step in steps {
                self.send("PATCH", &format!("/api/purchase-orders/{}/{step}", id(&order)), json!({})).await;
            }
            orders.push(order);
        }
        orders
    }

    async fn issues(&self, centre: &mut Centre, parts: &[String]) {
        let items = json!([{"centralInventoryPartId": parts[0], "requestedQty": 1},
            {"centralInventoryPartId": parts[0], "requestedQty": 1},
            {"centralInventoryPartId": parts[2], "requestedQty": 1}]);
        let issue = json!({"toServiceCenterId": centre.id, "items": items});
        let items = json!([{"inventoryPartId": centre.parts[0], "requestedQty": 1}]);
        let back = json!({"direction": "CENTER_TO_CENTRAL", "fromServiceCenterId": centre.id, "items": items});
        let under_way = ["approve", "dispatch"].as_slice();
        for (body, steps) in
            [(&issue, [].as_slice()), (&issue, &["approve"]), (&issue, under_way), (&back, under_way)]
        {
            let issue = self.create("/api/parts-issues", body.clone()).await;
            for step in steps {
                self.send("PATCH", &format!("/api/parts-issues/{}/{step}", id(&issue)), json!({})).await;
            }
            centre.issues.push(issue);
        }
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
        let command = Command::of_task("template", user.id, String::new(), now + TimeDelta::zero());
        let nothing = |_: &User| Ok(Reply { status: 201, body: String::new(), version: None, replayed: false });
        let plan = || async { store.create_user(user.clone(), &credentials) };
        store.run(&command, plan, nothing).await.expect("an engineer");
        user.id.to_string()
    }
}

/// The core table's real name.
pub(crate) const CORE: &str = "dms-core";
