//! Suppliers: whom Central buys from.

use axum::http::Method;
use chrono::TimeDelta;
use dms_testkit::Dealership;
use serde_json::{Value, json};

const SUPPLIERS: &str = "/api/suppliers";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

fn path(supplier: &Value) -> String {
    format!("{SUPPLIERS}/{}", id(supplier))
}

fn exide() -> Value {
    json!({"name": "Exide Industries", "gstin": "27AABCU9603R1ZN", "state": "Maharashtra", "phone": "98765 43210",
        "email": "orders@exide.example", "address": "Pune Road, Chinchwad", "paymentTerms": "Net 30 days"})
}

async fn read(dealership: &Dealership, supplier: &Value) -> Value {
    dealership.central.get(&path(supplier)).await.expect(200)
}

async fn names(dealership: &Dealership, query: &str) -> Vec<String> {
    let answer = dealership.central.get(&format!("{SUPPLIERS}{query}")).await;
    let total = answer.body["pagination"]["total"].as_u64();
    let rows = answer.rows();
    assert_eq!(total, Some(rows.len() as u64), "{query}: the total is exact");
    rows.iter().map(|row| row["name"].as_str().expect("a name").to_owned()).collect()
}

/// An order of one part with this supplier.
async fn order_with(dealership: &Dealership, supplier: &Value) -> dms_testkit::Answer {
    let part = dealership.central_part(0).await;
    let body = json!({"supplierId": id(supplier),
        "items": [{"centralInventoryPartId": id(&part), "quantity": 1, "unitPrice": 10}]});
    dealership.central.post("/api/purchase-orders", body).await
}

#[tokio::test]
async fn a_supplier_is_registered_as_it_was_described() {
    let dealership = open().await;
    for client in [&dealership.central, &dealership.admin] {
        let supplier = client.create(SUPPLIERS, exide()).await;
        for (field, value) in [
            ("name", json!("Exide Industries")),
            ("gstin", json!("27AABCU9603R1ZN")),
            ("state", json!("Maharashtra")),
            ("phone", json!("+919876543210")),
            ("email", json!("orders@exide.example")),
            ("address", json!("Pune Road, Chinchwad")),
            ("paymentTerms", json!("Net 30 days")),
            ("active", json!(true)),
            ("version", json!(1)),
        ] {
            assert_eq!(supplier[field], value, "{field}");
        }
        assert_eq!(read(&dealership, &supplier).await, supplier);
    }
}

#[tokio::test]
async fn a_supplier_needs_no_more_than_a_name_and_a_state() {
    let dealership = open().await;
    let supplier = dealership.central.create(SUPPLIERS, json!({"name": "A Garage", "state": "29"})).await;
    assert_eq!(supplier["state"], "Karnataka", "a state may be named by its code");
    for field in ["gstin", "phone", "email", "address", "paymentTerms"] {
        assert_eq!(supplier[field], Value::Null, "{field}");
    }
}

#[tokio::test]
async fn a_wrong_supplier_is_refused_naming_its_field() {
    let dealership = open().await;
    for (field, value) in [
        ("name", json!(" ")),
        ("name", Value::Null),
        ("gstin", json!("27AABCU9603R1Z2")),
        ("gstin", json!("27AABCU9603R1Z")),
        ("state", json!("Karnataka")),
        ("state", json!("Atlantis")),
        ("state", Value::Null),
        ("phone", json!("12345")),
        ("email", json!("nobody")),
        ("paymentTerms", json!(30)),
    ] {
        let mut body = exide();
        body[field] = value.clone();
        let answer = dealership.central.post(SUPPLIERS, body).await;
        assert_eq!(answer.status, 422, "{field} {value}: {}", answer.text);
        answer.refused(422, "VALIDATION_FAILED").naming(field);
    }
    assert!(names(&dealership, "").await.is_empty());
}

#[tokio::test]
async fn patch_changes_what_it_names_and_the_state_must_stay_that_of_the_gstin() {
    let dealership = open().await;
    let supplier = dealership.central.create(SUPPLIERS, exide()).await;
    dealership.app.advance(TimeDelta::seconds(1));
    let changes = json!({"paymentTerms": "Net 45 days", "phone": null});
    let changed = dealership.central.patch(&path(&supplier), changes).await.expect(200);
    assert_eq!((&changed["paymentTerms"], &changed["phone"]), (&json!("Net 45 days"), &Value::Null));
    assert_eq!((&changed["name"], &changed["gstin"]), (&supplier["name"], &supplier["gstin"]));
    assert_eq!((&changed["version"], &changed["createdAt"]), (&json!(2), &supplier["createdAt"]));
    assert_ne!(changed["updatedAt"], supplier["updatedAt"]);

    let moved = dealership.central.patch(&path(&supplier), json!({"state": "Karnataka"})).await;
    moved.refused(422, "VALIDATION_FAILED").naming("state");
    let wrong = dealership.central.patch(&path(&supplier), json!({"gstin": "27AABCU9603R1Z2"})).await;
    wrong.refused(422, "VALIDATION_FAILED").naming("gstin");
    let nameless = dealership.central.patch(&path(&supplier), json!({"name": null})).await;
    nameless.refused(422, "VALIDATION_FAILED").naming("name");
    assert_eq!(read(&dealership, &supplier).await, changed);

    let moved = dealership.central.patch(&path(&supplier), json!({"state": "Karnataka", "gstin": null})).await;
    let moved = moved.expect(200);
    assert_eq!((&moved["state"], &moved["gstin"]), (&json!("Karnataka"), &Value::Null));
}

#[tokio::test]
async fn if_match_protects_changes_and_deactivation() {
    let dealership = open().await;
    let supplier = dealership.central.create(SUPPLIERS, exide()).await;
    let answer = dealership.central.get(&path(&supplier)).await;
    assert_eq!(answer.headers["etag"], "\"1\"");
    let changed = json!({"name": "Exide"});
    let request = || dealership.central.request(Method::PATCH, &path(&supplier)).json(&changed);
    let changed = request().header("if-match", "\"1\"").send().await.expect(200);
    request().header("if-match", "\"1\"").send().await.refused(412, "VERSION_MISMATCH");
    let delete = dealership.central.request(Method::DELETE, &path(&supplier));
    delete.header("if-match", "\"1\"").send().await.refused(412, "VERSION_MISMATCH");
    assert_eq!(read(&dealership, &supplier).await, changed);
}

#[tokio::test]
async fn registering_again_with_the_same_key_registers_once() {
    let dealership = open().await;
    let mut answers = Vec::new();
    for _ in 0..2 {
        let request = dealership.central.request(Method::POST, SUPPLIERS).header("idempotency-key", "k1");
        answers.push(request.json(&exide()).send().await.text);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(names(&dealership, "").await, ["Exide Industries"]);
}

#[tokio::test]
async fn a_deactivated_supplier_stays_and_gets_no_new_orders() {
    let dealership = open().await;
    let supplier = dealership.central.create(SUPPLIERS, exide()).await;
    let placed = order_with(&dealership, &supplier).await.expect(201);
    let deactivated = dealership.central.delete(&path(&supplier)).await.expect(200);
    assert_eq!((&deactivated["active"], &deactivated["version"]), (&json!(false), &json!(2)));
    assert_eq!(read(&dealership, &supplier).await, deactivated);
    assert_eq!(names(&dealership, "").await.len(), 1);
    order_with(&dealership, &supplier).await.refused(422, "VALIDATION_FAILED").naming("supplierId");
    let orders = dealership.central.get("/api/purchase-orders").await;
    assert_eq!(orders.body["pagination"]["total"], 1);
    // What was ordered before goes on.
    let submit = format!("/api/purchase-orders/{}/submit", id(&placed));
    dealership.central.patch(&submit, json!({})).await.expect(200);
    let active = dealership.central.patch(&path(&supplier), json!({"active": true})).await.expect(200);
    assert_eq!(active["active"], true);
    order_with(&dealership, &supplier).await.expect(201);
}

#[tokio::test]
async fn lists_are_filtered_and_sorted() {
    let dealership = open().await;
    for (name, state) in [("Bosch", "Karnataka"), ("Amara", "Andhra Pradesh"), ("Castrol", "Karnataka")] {
        dealership.app.advance(TimeDelta::days(1));
        dealership.central.create(SUPPLIERS, json!({"name": name, "state": state})).await;
    }
    let rows = dealership.central.get("/api/suppliers?filter[name]=Castrol").await.rows();
    dealership.central.delete(&path(&rows[0])).await.expect(200);
    let cases: [(&str, &[&str]); 7] = [
        ("", &["Castrol", "Amara", "Bosch"]),
        ("?sort=name", &["Amara", "Bosch", "Castrol"]),
        ("?sort=-name", &["Castrol", "Bosch", "Amara"]),
        ("?filter[active]=true", &["Amara", "Bosch"]),
        ("?filter[active]=false", &["Castrol"]),
        ("?filter[state]=Karnataka&sort=name", &["Bosch", "Castrol"]),
        ("?filter[createdAt][gte]=2026-11-25", &["Castrol", "Amara"]),
    ];
    for (query, expected) in cases {
        assert_eq!(names(&dealership, query).await, expected, "{query}");
    }
    let page = dealership.central.get("/api/suppliers?limit=2&page=2").await;
    assert_eq!(page.body["pagination"]["total"], 3);
    assert_eq!(page.rows()[0]["name"], "Bosch");
    dealership.central.get("/api/suppliers?filter[phone]=1").await.refused(400, "BAD_QUERY");
}

#[tokio::test]
async fn suppliers_are_no_business_of_the_centres() {
    let dealership = open().await;
    let supplier = dealership.central.create(SUPPLIERS, exide()).await;
    let one = &dealership.one;
    for client in [&one.manager, &one.advisor, &one.engineer, &one.inventory] {
        client.get(SUPPLIERS).await.refused(403, "FORBIDDEN");
        client.get(&path(&supplier)).await.refused(403, "FORBIDDEN");
        client.post(SUPPLIERS, exide()).await.refused(403, "FORBIDDEN");
        client.patch(&path(&supplier), json!({"name": "Mine"})).await.refused(403, "FORBIDDEN");
        client.delete(&path(&supplier)).await.refused(403, "FORBIDDEN");
    }
    dealership.app.anonymous().get(SUPPLIERS).await.refused(401, "UNAUTHENTICATED");
    assert_eq!(read(&dealership, &supplier).await, supplier);
    assert_eq!(names(&dealership, "").await.len(), 1);
    let absent = path(&supplier).replace(id(&supplier), "0d8f5a52-9f7d-4c8e-8f6e-5f3f1b0c2a11");
    dealership.central.get(&absent).await.refused(404, "NOT_FOUND");
    dealership.central.patch(&absent, json!({"name": "Nobody"})).await.refused(404, "NOT_FOUND");
}
