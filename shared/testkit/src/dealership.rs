use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use dms_access::{AccessGrant, CentreClaim};
use dms_domain::{
    calendar::{Clock, Timestamp},
    formats::CentreCode,
    permissions::Role,
    user::User,
};
use dms_http::AppState;
use dms_store::{Command, Credentials, Plan, Reply};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{TestApp, TestSettings},
    client::Client,
};

/// A dealership with two centres and a user of every role, on a cloud of its own.
pub struct Dealership {
    /// The application.
    pub app: TestApp,
    /// Sees all.
    pub admin: Client,
    /// Central's staff.
    pub central: Client,
    /// The centre SC001.
    pub one: Centre,
    /// The centre SC002.
    pub two: Centre,
    numbers: AtomicU32,
}

/// A centre with its people.
pub struct Centre {
    /// Its id.
    pub id: String,
    /// Its code.
    pub code: String,
    /// Runs it.
    pub manager: Client,
    /// Talks to customers.
    pub advisor: Client,
    /// Repairs.
    pub engineer: Client,
    /// The engineer's user id.
    pub engineer_id: String,
    /// Keeps the stock.
    pub inventory: Client,
}

impl Dealership {
    /// Opens a dealership with these routes.
    pub async fn open(routes: Router<AppState>) -> Self {
        Self::open_with(routes, TestSettings::default()).await
    }

    /// Opens a dealership with these routes and settings.
    pub async fn open_with(routes: Router<AppState>, settings: TestSettings) -> Self {
        let app = TestApp::start_with(routes, settings).await;
        let (_, admin) = person(&app, Role::Admin, "admin", None).await;
        let (_, central) = person(&app, Role::CentralInventoryManager, "central", None).await;
        let one = centre(&app, &admin, "SC001").await;
        let two = centre(&app, &admin, "SC002").await;
        Self { app, admin, central, one, two, numbers: AtomicU32::new(1) }
    }

    fn next(&self) -> u32 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Registers a customer.
    pub async fn customer(&self) -> Value {
        let n = self.next();
        let body = json!({"name": format!("Customer {n}"), "phone": format!("98765{n:05}"),
            "address": "1 MG Road", "cityState": "Mumbai, Maharashtra"});
        self.admin.create("/api/customers", body).await
    }

    /// Registers a vehicle of a customer.
    pub async fn vehicle_of(&self, customer: &Value) -> Value {
        let n = self.next();
        let body = json!({"customerId": customer["id"], "registration": format!("MH01AB{n:04}"),
            "vin": format!("VIN{n:09}"), "vehicleMake": "Tesla", "vehicleModel": "Model 3", "vehicleYear": 2023});
        self.admin.create("/api/vehicles", body).await
    }

    /// Opens a job card at a centre for a new customer with a new vehicle.
    pub async fn job_card(&self, centre: &Centre) -> Value {
        let customer = self.customer().await;
        let vehicle = self.vehicle_of(&customer).await;
        self.job_card_for(centre, &vehicle).await
    }

    /// Opens a job card at a centre for a vehicle.
    pub async fn job_card_for(&self, centre: &Centre, vehicle: &Value) -> Value {
        let body = json!({"customerId": vehicle["customerId"], "vehicleId": vehicle["id"],
            "serviceType": "Regular Service", "priority": "HIGH", "location": "STATION"});
        centre.manager.create("/api/job-cards", body).await
    }

    /// A job card in work.
    pub async fn card_in_progress(&self, centre: &Centre) -> Value {
        let card = self.job_card(centre).await;
        let path = format!("/api/job-cards/{}", id(&card));
        let assignment = json!({"engineerId": centre.engineer_id});
        centre.manager.post(&format!("{path}/assign-engineer"), assignment).await.expect(200);
        centre.engineer.patch(&format!("{path}/status"), json!({"status": "IN_PROGRESS"})).await.expect(200)
    }

    /// A job card whose work is done.
    pub async fn completed_card(&self, centre: &Centre) -> Value {
        let card = self.card_in_progress(centre).await;
        let path = format!("/api/job-cards/{}/status", id(&card));
        centre.engineer.patch(&path, json!({"status": "COMPLETED"})).await.expect(200)
    }

    /// A part in a centre's stock.
    pub async fn part(&self, centre: &Centre, stock: i64) -> Value {
        self.part_with_minimum(centre, stock, 0).await
    }

    /// A part in a centre's stock with a minimum.
    pub async fn part_with_minimum(&self, centre: &Centre, stock: i64, minimum: i64) -> Value {
        let n = self.next();
        let body = json!({"partName": format!("Brake Pad {n}"), "partNumber": format!("BP-{n:04}"),
            "category": "Brakes", "unitPrice": 2500, "costPrice": "1999.50", "gstRate": 18,
            "stockQuantity": stock, "minStockLevel": minimum, "maxStockLevel": 1_000_000});
        centre.inventory.create("/api/inventory/parts", body).await
    }

    /// A supplier in the warehouse's own state.
    pub async fn supplier(&self) -> Value {
        self.supplier_in("Maharashtra").await
    }

    /// A supplier in a state.
    pub async fn supplier_in(&self, state: &str) -> Value {
        let body = json!({"name": format!("Supplier {}", self.next()), "state": state,
            "paymentTerms": "Net 30 days"});
        self.central.create("/api/suppliers", body).await
    }

    /// A part in Central's stock.
    pub async fn central_part(&self, stock: i64) -> Value {
        self.central_part_with_minimum(stock, 0).await
    }

    /// A part in Central's stock with a minimum.
    pub async fn central_part_with_minimum(&self, stock: i64, minimum: i64) -> Value {
        let n = self.next();
        let body = json!({"partName": format!("Battery Module {n}"), "partNumber": format!("BAT-{n:04}"),
            "category": "Battery", "unitPrice": 50000, "costPrice": "40000.50", "gstRate": 18,
            "hsnSacCode": "8507", "stockQuantity": stock, "minStockLevel": minimum, "maxStockLevel": 1_000_000,
            "location": "Rack 7"});
        self.central.create("/api/central-inventory/parts", body).await
    }

    /// A centre asks Central for these many pieces of each part.
    pub async fn issue(&self, centre: &Centre, parts: &[(&Value, i64)]) -> Value {
        let line = |(part, quantity): &(&Value, i64)| json!({"centralInventoryPartId": part["id"], "requestedQty": quantity});
        let lines: Vec<Value> = parts.iter().map(line).collect();
        let body = json!({"toServiceCenterId": centre.id, "items": lines, "priority": "HIGH"});
        centre.manager.create("/api/parts-issues", body).await
    }

    /// The same, approved in full.
    pub async fn approved_issue(&self, centre: &Centre, parts: &[(&Value, i64)]) -> Value {
        let issue = self.issue(centre, parts).await;
        let path = format!("/api/parts-issues/{}/approve", id(&issue));
        self.admin.patch(&path, json!({})).await.expect(200)
    }

    /// The same, on its way.
    pub async fn dispatched_issue(&self, centre: &Centre, parts: &[(&Value, i64)]) -> Value {
        let issue = self.approved_issue(centre, parts).await;
        let path = format!("/api/parts-issues/{}/dispatch", id(&issue));
        self.central.patch(&path, json!({})).await.expect(200)
    }

    /// Writes a quotation for a new customer with a new vehicle: two brake pads and the work, 500 off.
    pub async fn quotation(&self, centre: &Centre) -> Value {
        let customer = self.customer().await;
        let vehicle = self.vehicle_of(&customer).await;
        self.quotation_for(centre, &vehicle).await
    }

    /// The same for a vehicle.
    pub async fn quotation_for(&self, centre: &Centre, vehicle: &Value) -> Value {
        let body = json!({"customerId": vehicle["customerId"], "vehicleId": vehicle["id"], "discount": 500,
        "items": [
            {"partName": "Brake Pad", "partNumber": "BP001", "quantity": 2, "rate": 2500, "gstPercent": 18},
            {"itemType": "work_item", "partName": "Brake adjustment", "quantity": 1, "rate": 1500, "gstPercent": 18},
        ]});
        centre.advisor.create("/api/quotations", body).await
    }

    /// A quotation that is with the customer.
    pub async fn sent_quotation(&self, centre: &Centre) -> Value {
        let quotation = self.quotation(centre).await;
        let path = format!("/api/quotations/{}/send", id(&quotation));
        centre.advisor.patch(&path, json!({})).await.expect(200)
    }

    /// A quotation that was approved as a whole.
    pub async fn approved_quotation(&self, centre: &Centre) -> Value {
        let quotation = self.quotation(centre).await;
        let path = format!("/api/quotations/{}/approve", id(&quotation));
        centre.advisor.patch(&path, json!({})).await.expect(200)
    }

    /// Issues an invoice for a completed card, with a service charge.
    pub async fn invoice_for(&self, centre: &Centre, card: &Value) -> Value {
        let body = json!({"customerId": card["customerId"], "vehicleId": card["vehicleId"], "jobCardId": card["id"],
            "items": [{"name": "Service Charge", "hsnSacCode": "998714", "unitPrice": 5000, "quantity": 1,
                "gstRate": 18}],
            "placeOfSupply": "Maharashtra"});
        centre.manager.create("/api/invoices", body).await
    }
}

/// A document's id.
#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

async fn centre(app: &TestApp, admin: &Client, code: &str) -> Centre {
    let body = json!({"code": code, "name": format!("Centre {code}"), "address": "12 MIDC Road", "city": "Mumbai",
        "state": "Maharashtra", "pincode": "400093", "phone": "+919876543210", "gstin": "27AABCU9603R1ZN"});
    let centre = admin.create("/api/service-centers", body).await;
    let claim =
        CentreClaim { id: id(&centre).parse().expect("a UUID"), code: CentreCode::parse(code).expect("a code") };
    let (_, manager) = person(app, Role::ScManager, "manager", Some(&claim)).await;
    let (_, advisor) = person(app, Role::ServiceAdvisor, "advisor", Some(&claim)).await;
    let (engineer_id, engineer) = person(app, Role::ServiceEngineer, "engineer", Some(&claim)).await;
    let (_, inventory) = person(app, Role::InventoryManager, "inventory", Some(&claim)).await;
    Centre {
        id: claim.id.to_string(),
        code: code.to_owned(),
        manager,
        advisor,
        engineer,
        engineer_id: engineer_id.to_string(),
        inventory,
    }
}

/// A user, made without the API (the first admin could not be made otherwise), with a token. The password is
/// `password-1`.
async fn person(app: &TestApp, role: Role, name: &str, centre: Option<&CentreClaim>) -> (Uuid, Client) {
    let now = app.clock.now();
    let domain = centre.map_or_else(|| "central".to_owned(), |centre| centre.code.as_str().to_lowercase());
    let email = format!("{name}@{domain}.example");
    let user = User {
        id: dms_store::new_id(now, None),
        email: email.parse().expect("an e-mail address"),
        name: format!("The {name}"),
        phone: None,
        role,
        service_center_id: centre.map(|centre| centre.id),
        active: true,
        created_at: Timestamp::new(now),
        updated_at: Timestamp::new(now),
        version: 1,
    };
    let credentials = Credentials {
        email,
        user_id: user.id,
        password_hash: dms_access::password::hash("password-1", app.app.password_cost).expect("a hash"),
        password_epoch: 0,
        role,
        centre: centre.cloned(),
        active: true,
    };
    let command = Command::of_task("testkit", user.id, user.id.to_string(), now);
    let plan = || async { app.app.store.create_user(user.clone(), &credentials).map(|plan: Plan<User>| plan) };
    let nothing = |_: &User| Ok(Reply { status: 201, body: String::new(), version: None, replayed: false });
    app.app.store.run(&command, plan, nothing).await.expect("a user");
    let grant = AccessGrant { user_id: user.id, session_id: user.id, role, centre: centre.cloned() };
    // Tests let days pass.
    let token = app.app.tokens.issue_access(&grant, now + chrono::TimeDelta::days(3_650)).expect("a token");
    (user.id, app.with_token(token))
}
