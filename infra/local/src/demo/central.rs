//! Central of the demo dealership: what it has, what it has ordered, and what is on its way to the centres.

use serde_json::{Value, json};

use super::{Api, PARTS, Staff, text};
use crate::server::ServerError;

/// Pieces of each part in an order, and of each part that a centre asks for.
const ORDERED: i64 = 100;
const ASKED: i64 = 10;

/// How far a demo order goes.
const ORDERS: [&str; 4] = ["DRAFT", "PENDING_APPROVAL", "APPROVED", "COMPLETED"];
/// How far a demo issue to a centre goes.
const ISSUES: [&str; 4] = ["PENDING_APPROVAL", "APPROVED", "DISPATCHED", "COMPLETED"];

pub(super) async fn stock_up(api: &Api, admin: &str, centres: &[(String, Staff)]) -> Result<(), ServerError> {
    let central = api.login("central@demo.example").await?;
    let suppliers = suppliers(api, &central).await?;
    let mut parts = Vec::new();
    for (name, number, category, price, cost, ..) in PARTS {
        let body = json!({"partName": name, "partNumber": number, "category": category, "unitPrice": price,
            "costPrice": cost, "gstRate": 18, "stockQuantity": 60, "minStockLevel": 50, "location": "Rack 4"});
        parts.push((text(&api.post(&central, "/api/central-inventory/parts", body).await?, "id"), cost));
    }
    // The last one first: what it brings is what the centres then ask for.
    for (stage, supplier) in ORDERS.iter().rev().zip(suppliers.iter().cycle()) {
        order(api, (admin, &central), supplier, &parts, stage).await?;
    }
    for (centre, staff) in centres {
        for stage in ISSUES {
            issue(api, (admin, &central), (centre, staff), &parts, stage).await?;
        }
    }
    Ok(())
}

async fn suppliers(api: &Api, central: &str) -> Result<Vec<String>, ServerError> {
    let suppliers = [
        json!({"name": "Exide Industries", "gstin": "27AABCU9603R1ZN", "state": "Maharashtra",
            "phone": "+919820054321", "paymentTerms": "Net 30 days"}),
        json!({"name": "Bosch Mobility", "state": "Karnataka", "paymentTerms": "Net 45 days"}),
    ];
    let mut ids = Vec::new();
    for supplier in suppliers {
        ids.push(text(&api.post(central, "/api/suppliers", supplier).await?, "id"));
    }
    Ok(ids)
}

/// Whether a document that goes as far as `stage` passes through a stage.
fn reaches(stages: &[&str], stage: &str, through: &str) -> bool {
    let position = |wanted: &str| stages.iter().position(|known| *known == wanted);
    position(stage) >= position(through)
}

fn lines(document: &Value) -> impl Iterator<Item = &Value> {
    document["items"].as_array().into_iter().flatten()
}

async fn order(
    api: &Api,
    (admin, central): (&str, &str),
    supplier: &str,
    parts: &[(String, i64)],
    stage: &str,
) -> Result<(), ServerError> {
    let items: Vec<Value> = parts
        .iter()
        .map(|(part, cost)| json!({"centralInventoryPartId": part, "quantity": ORDERED, "unitPrice": cost}))
        .collect();
    let order = api.post(central, "/api/purchase-orders", json!({"supplierId": supplier, "items": items})).await?;
    let path = format!("/api/purchase-orders/{}", text(&order, "id"));
    if reaches(&ORDERS, stage, "PENDING_APPROVAL") {
        api.patch(central, &format!("{path}/submit"), Value::Null).await?;
    }
    if reaches(&ORDERS, stage, "APPROVED") {
        api.patch(admin, &format!("{path}/approve"), json!({"notes": "Approved"})).await?;
    }
    if reaches(&ORDERS, stage, "COMPLETED") {
        let received: Vec<Value> = lines(&order)
            .map(|line| {
                json!({"itemId": line["id"], "receivedQty": ORDERED, "acceptedQty": ORDERED - 2,
                    "rejectedQty": 2, "condition": "GOOD"})
            })
            .collect();
        let body = json!({"receivedItems": received, "invoiceNumber": "SUP-INV-001"});
        api.patch(central, &format!("{path}/receive"), body).await?;
    }
    Ok(())
}

async fn issue(
    api: &Api,
    (admin, central): (&str, &str),
    (centre, staff): (&str, &Staff),
    parts: &[(String, i64)],
    stage: &str,
) -> Result<(), ServerError> {
    let items: Vec<Value> =
        parts.iter().map(|(part, _)| json!({"centralInventoryPartId": part, "requestedQty": ASKED})).collect();
    let body = json!({"toServiceCenterId": centre, "items": items, "priority": "MEDIUM"});
    let issue = api.post(&staff.manager, "/api/parts-issues", body).await?;
    let path = format!("/api/parts-issues/{}", text(&issue, "id"));
    if reaches(&ISSUES, stage, "APPROVED") {
        api.patch(admin, &format!("{path}/approve"), json!({})).await?;
    }
    if reaches(&ISSUES, stage, "DISPATCHED") {
        let body = json!({"transportDetails": {"vehicleNumber": "MH01AB1234", "driverPhone": "+919820099999"},
            "estimatedArrival": "2030-01-15"});
        api.patch(central, &format!("{path}/dispatch"), body).await?;
    }
    if reaches(&ISSUES, stage, "COMPLETED") {
        let received: Vec<Value> = lines(&issue)
            .map(|line| json!({"itemId": line["id"], "receivedQty": ASKED, "condition": "GOOD"}))
            .collect();
        api.patch(&staff.inventory, &format!("{path}/receive"), json!({"receivedItems": received})).await?;
    }
    Ok(())
}
