//! The demo dealership: two centres, every role, customers, vehicles, parts, job cards in every state, and Central
//! with suppliers, orders and parts on their way. Made by ordinary requests to the API, so it is as true as any data.
//! Every request has an Idempotency-Key: a first start that was killed goes on where it was.

mod api;
mod central;

use std::{fs, path::Path};

use dms_http::{AppState, service};
use serde_json::{Value, json};

use self::api::Api;
use crate::{admin_user::ensure_admin, all_routes, server::ServerError};

/// Password of all demo users.
pub const DEMO_PASSWORD: &str = "demo-password";

/// The demo users: e-mail address and what they are.
pub const DEMO_LOGINS: &[(&str, &str)] = &[
    (ADMIN, "admin"),
    ("central@demo.example", "central inventory manager"),
    ("manager@sc001.example", "manager of SC001, Andheri"),
    ("advisor@sc001.example", "service advisor of SC001"),
    ("engineer@sc001.example", "service engineer of SC001"),
    ("inventory@sc001.example", "inventory manager of SC001"),
    ("manager@sc002.example", "manager of SC002, Indiranagar"),
    ("advisor@sc002.example", "service advisor of SC002"),
    ("engineer@sc002.example", "service engineer of SC002"),
    ("inventory@sc002.example", "inventory manager of SC002"),
];

/// The demo user who makes the others.
const ADMIN: &str = "admin@demo.example";

/// Makes the demo dealership unless it is there.
///
/// # Errors
/// [`ServerError::Demo`] telling which request failed.
pub(crate) async fn ensure(app: &AppState, folder: &Path) -> Result<(), ServerError> {
    let done = folder.join("demo-done");
    if done.exists() {
        return Ok(());
    }
    ensure_admin(&app.store, (ADMIN, DEMO_PASSWORD), app.password_cost, app.clock.now()).await?;
    make(&Api::of_router(service(all_routes(), app.clone()))).await?;
    fs::write(done, "")?;
    Ok(())
}

/// Makes the demo dealership in a deployment, by requests to its address. Its admin is there already: `create-admin` made
/// them, with the demo's password. What was made before is not made again.
///
/// # Errors
/// [`ServerError::Demo`] telling which request failed.
pub async fn make_demo(url: &str) -> Result<(), ServerError> {
    make(&Api::of_deployment(url)?).await
}

async fn make(api: &Api) -> Result<(), ServerError> {
    let admin = api.login(ADMIN).await?;
    let central = user("central@demo.example", "Kavita Joshi", "central_inventory_manager", None);
    api.post(&admin, "/api/users", central).await?;
    let mut centres = Vec::new();
    for (code, city, state, gstin) in
        [("SC001", "Mumbai", "Maharashtra", Some("27AABCU9603R1ZN")), ("SC002", "Bengaluru", "Karnataka", None)]
    {
        let centre = centre(api, &admin, (code, city, state, gstin)).await?;
        let staff = staff(api, &admin, code, &centre).await?;
        let parts = parts(api, &staff).await?;
        day(api, code, &staff, &parts).await?;
        centres.push((centre, staff));
    }
    central::stock_up(api, &admin, &centres).await
}

fn text(document: &Value, field: &str) -> String {
    document[field].as_str().unwrap_or_default().to_owned()
}

fn user(email: &str, name: &str, role: &str, centre: Option<&str>) -> Value {
    let mut user = json!({"email": email, "password": DEMO_PASSWORD, "name": name, "role": role});
    if let Some(centre) = centre {
        user["serviceCenterId"] = centre.into();
    }
    user
}

async fn centre(
    api: &Api,
    admin: &str,
    (code, city, state, gstin): (&str, &str, &str, Option<&str>),
) -> Result<String, ServerError> {
    let (name, pincode) = if code == "SC001" { ("Andheri East", "400093") } else { ("Indiranagar", "560038") };
    let body = json!({"code": code, "name": name, "address": "12 Service Road", "city": city, "state": state,
        "pincode": pincode, "phone": "+919820012345", "gstin": gstin, "upiId": format!("{}@upi", code.to_lowercase())});
    Ok(text(&api.post(admin, "/api/service-centers", body).await?, "id"))
}

/// A centre's people: their tokens.
struct Staff {
    manager: String,
    advisor: String,
    engineer: String,
    engineer_id: String,
    inventory: String,
}

async fn staff(api: &Api, admin: &str, code: &str, centre: &str) -> Result<Staff, ServerError> {
    let domain = code.to_lowercase();
    let names = if code == "SC001" {
        ["Priya Nair", "Asha Rao", "Mike Johnson", "Suresh Patil"]
    } else {
        ["Deepa Iyer", "Rahul Menon", "Imran Khan", "Lakshmi Reddy"]
    };
    let roles = ["sc_manager", "service_advisor", "service_engineer", "inventory_manager"];
    let logins = ["manager", "advisor", "engineer", "inventory"];
    let mut ids = Vec::new();
    for ((name, role), login) in names.iter().zip(roles).zip(logins) {
        let body = user(&format!("{login}@{domain}.example"), name, role, Some(centre));
        ids.push(text(&api.post(admin, "/api/users", body).await?, "id"));
    }
    let login = |name: &str| format!("{name}@{domain}.example");
    Ok(Staff {
        manager: api.login(&login("manager")).await?,
        advisor: api.login(&login("advisor")).await?,
        engineer: api.login(&login("engineer")).await?,
        engineer_id: ids.swap_remove(2),
        inventory: api.login(&login("inventory")).await?,
    })
}

/// Name, number, category, price, cost, a centre's stock and its minimum.
type DemoPart = (&'static str, &'static str, &'static str, i64, i64, i64, i64);

const PARTS: [DemoPart; 5] = [
    ("Battery Module", "BAT-MOD-001", "Battery", 50_000, 40_000, 10, 5),
    ("Brake Pad Set", "BRK-PAD-001", "Brakes", 2_500, 1_800, 40, 10),
    ("Coolant 5 L", "COOL-005", "Fluids", 950, 700, 6, 8),
    ("Cabin Air Filter", "FLT-CAB-001", "Filters", 650, 420, 25, 5),
    ("Wiper Blade", "WPR-001", "Body", 480, 300, 0, 4),
];

async fn parts(api: &Api, staff: &Staff) -> Result<Vec<String>, ServerError> {
    let mut ids = Vec::new();
    for (name, number, category, price, cost, stock, minimum) in PARTS {
        let body = json!({"partName": name, "partNumber": number, "category": category, "unitPrice": price,
            "costPrice": cost, "gstRate": 18, "stockQuantity": stock, "minStockLevel": minimum,
            "maxStockLevel": 100, "location": "Warehouse Section B"});
        ids.push(text(&api.post(&staff.inventory, "/api/inventory/parts", body).await?, "id"));
    }
    Ok(ids)
}

/// How far a demo job card goes.
const STAGES: [&str; 8] =
    ["CREATED", "ASSIGNED", "IN_PROGRESS", "PARTS_PENDING", "COMPLETED", "INVOICED", "PAID", "CANCELLED"];

async fn day(api: &Api, code: &str, staff: &Staff, parts: &[String]) -> Result<(), ServerError> {
    let people = [
        "Rohan Mehta",
        "Sneha Kulkarni",
        "Vikram Singh",
        "Fatima Sheikh",
        "Arjun Das",
        "Meera Pillai",
        "Gurpreet Kaur",
        "आदित्य शर्मा",
    ];
    let (letters, offset) = if code == "SC001" { ("MH02EV", 0) } else { ("KA03EV", 100) };
    for (index, (name, stage)) in people.iter().zip(STAGES).enumerate() {
        let number = offset + index + 1;
        let body = json!({"name": name, "phone": format!("98200{number:05}"), "address": "14 Hill Road",
            "cityState": if code == "SC001" { "Mumbai, Maharashtra" } else { "Bengaluru, Karnataka" },
            "email": format!("customer{number}@mail.example")});
        let customer = api.post(&staff.advisor, "/api/customers", body).await?;
        let body = json!({"customerId": customer["id"], "registration": format!("{letters}{number:04}"),
            "vin": format!("MA1EV2DMS7K{number:06}"), "vehicleMake": "Tata", "vehicleModel": "Nexon EV",
            "vehicleYear": 2024, "variant": "Long Range", "vehicleColor": "Pearl White", "warrantyStatus": "Active"});
        let vehicle = api.post(&staff.advisor, "/api/vehicles", body).await?;
        visit(api, staff, parts, &vehicle, stage).await?;
    }
    Ok(())
}

/// What the customer of an appointment is offered: it waits for the answer.
async fn quotation(api: &Api, staff: &Staff, appointment: &Value) -> Result<(), ServerError> {
    let (name, number, _, rate, ..) = PARTS[1];
    let body = json!({"customerId": appointment["customerId"], "vehicleId": appointment["vehicleId"],
    "appointmentId": appointment["id"], "discount": 300, "items": [
        {"partName": name, "partNumber": number, "quantity": 2, "rate": rate, "gstPercent": 18},
        {"itemType": "work_item", "partName": "Brake adjustment", "quantity": 1, "rate": 1500, "gstPercent": 18},
    ]});
    let quotation = api.post(&staff.advisor, "/api/quotations", body).await?;
    let send = format!("/api/quotations/{}/send", text(&quotation, "id"));
    api.patch(&staff.advisor, &send, json!({})).await?;
    Ok(())
}

async fn visit(
    api: &Api,
    staff: &Staff,
    parts: &[String],
    vehicle: &Value,
    stage: &str,
) -> Result<(), ServerError> {
    let reached = |name: &str| {
        let position = |stage: &str| STAGES.iter().position(|known| *known == stage);
        stage != "CANCELLED" && position(stage) >= position(name)
    };
    let body = json!({"customerId": vehicle["customerId"], "vehicleId": vehicle["id"],
        "serviceType": "Regular Service", "appointmentDate": "2030-01-15", "appointmentTime": "10:00 AM",
        "customerComplaint": "Strange noise", "location": "STATION", "estimatedCost": 5000});
    let appointment = api.post(&staff.advisor, "/api/appointments", body).await?;
    if stage == "CREATED" {
        // One appointment stays one.
        let path = format!("/api/appointments/{}/status", text(&appointment, "id"));
        api.patch(&staff.advisor, &path, json!({"status": "CONFIRMED"})).await?;
        quotation(api, staff, &appointment).await?;
    }
    let mut body = json!({"customerId": vehicle["customerId"], "vehicleId": vehicle["id"],
        "serviceType": "Regular Service", "priority": "MEDIUM", "location": "STATION", "estimatedCost": 5000,
        "part1Data": {"customerFeedback": "Strange noise", "technicianObservation": "Initial inspection"}});
    if stage != "CREATED" {
        body["appointmentId"] = appointment["id"].clone();
    }
    let card = api.post(&staff.advisor, "/api/job-cards", body).await?;
    let path = format!("/api/job-cards/{}", text(&card, "id"));
    if stage == "CANCELLED" {
        let reason = json!({"reason": "The customer took the vehicle back"});
        api.post(&staff.manager, &format!("{path}/cancel"), reason).await?;
    }
    if reached("ASSIGNED") {
        let engineer = json!({"engineerId": staff.engineer_id});
        api.post(&staff.manager, &format!("{path}/assign-engineer"), engineer).await?;
    }
    if reached("IN_PROGRESS") {
        let status = json!({"status": "IN_PROGRESS", "notes": "Started work"});
        api.patch(&staff.engineer, &format!("{path}/status"), status).await?;
    }
    if reached("PARTS_PENDING") {
        let body = json!({"parts": [{"inventoryPartId": parts[1], "requestedQty": 2}], "urgency": "HIGH"});
        let request = api.post(&staff.engineer, &format!("{path}/request-parts"), body).await?;
        if reached("COMPLETED") {
            let approve = format!("/api/parts-requests/{}/approve", text(&request, "id"));
            api.patch(&staff.inventory, &approve, json!({})).await?;
        }
    }
    if reached("COMPLETED") {
        api.patch(&staff.engineer, &format!("{path}/status"), json!({"status": "COMPLETED"})).await?;
    }
    if reached("INVOICED") {
        let body = json!({"customerId": vehicle["customerId"], "jobCardId": card["id"],
            "items": [{"name": "Service Charge", "hsnSacCode": "998714", "unitPrice": 5000, "quantity": 1,
                "gstRate": 18}]});
        let invoice = api.post(&staff.advisor, "/api/invoices", body).await?;
        if reached("PAID") {
            let pay = format!("/api/invoices/{}/status", text(&invoice, "id"));
            api.patch(&staff.manager, &pay, json!({"status": "PAID", "method": "UPI"})).await?;
        }
    }
    Ok(())
}
