//! Administration: service centres, users, and who may still log in.

use axum::http::Method;
use chrono::TimeDelta;
use dms_testkit::{Answer, Dealership};
use serde_json::{Value, json};

const CENTRES: &str = "/api/service-centers";
const USERS: &str = "/api/users";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

fn pune() -> Value {
    json!({"code": "PN01", "name": "Pune", "address": "1 FC Road", "city": "Pune", "state": "27",
        "pincode": "411004", "phone": "9876543210", "email": "pune@example.com", "gstin": "27AABCU9603R1ZN",
        "upiId": "pn01@upi"})
}

fn mike(dealership: &Dealership) -> Value {
    json!({"email": "Mike@SC001.Example", "password": "password-1", "name": "Mike Johnson",
        "phone": "9876543210", "role": "service_engineer", "serviceCenterId": dealership.one.id})
}

async fn login(dealership: &Dealership, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password});
    dealership.app.anonymous().post("/api/auth/login", body).await
}

async fn refresh(dealership: &Dealership, tokens: &Value) -> Answer {
    let body = json!({"refreshToken": tokens["refreshToken"]});
    dealership.app.anonymous().post("/api/auth/refresh", body).await
}

/// The one user with this e-mail address.
async fn user(dealership: &Dealership, email: &str) -> Value {
    let rows = dealership.admin.get(&format!("{USERS}?filter[email]={email}")).await.rows();
    assert_eq!(rows.len(), 1, "{email}");
    rows[0].clone()
}

async fn total(dealership: &Dealership, path: &str) -> u64 {
    dealership.admin.get(path).await.body["pagination"]["total"].as_u64().expect("a total")
}

#[tokio::test]
async fn a_new_centre_works_and_keeps_what_was_said() {
    let dealership = open().await;
    let mut body = pune();
    body["code"] = json!("pn01");
    let centre = dealership.admin.create(CENTRES, body).await;
    for (field, value) in [
        ("code", json!("PN01")),
        ("name", json!("Pune")),
        ("state", json!("Maharashtra")),
        ("phone", json!("+919876543210")),
        ("gstin", json!("27AABCU9603R1ZN")),
        ("upiId", json!("pn01@upi")),
        ("active", json!(true)),
        ("version", json!(1)),
    ] {
        assert_eq!(centre[field], value, "{field}");
    }
    let read = dealership.admin.get(&format!("{CENTRES}/{}", id(&centre))).await.expect(200);
    assert_eq!(read, centre);
    let codes: Vec<Value> =
        dealership.admin.get(CENTRES).await.rows().iter().map(|centre| centre["code"].clone()).collect();
    assert_eq!(codes, ["SC001", "SC002", "PN01"], "in the order of their creation");
}

#[tokio::test]
async fn a_code_is_unique_and_never_changes() {
    let dealership = open().await;
    let mut body = pune();
    body["code"] = json!("sc001");
    dealership.admin.post(CENTRES, body).await.refused(409, "ALREADY_EXISTS").naming("code");
    assert_eq!(total(&dealership, CENTRES).await, 2);
    let centre = dealership.admin.create(CENTRES, pune()).await;
    let path = format!("{CENTRES}/{}", id(&centre));
    let changes = json!({"code": "XX99", "name": "Pune East", "upiId": null});
    let changed = dealership.admin.patch(&path, changes).await.expect(200);
    assert_eq!((&changed["code"], &changed["name"]), (&json!("PN01"), &json!("Pune East")));
    assert_eq!((&changed["upiId"], &changed["gstin"]), (&Value::Null, &centre["gstin"]));
    assert_eq!(changed["version"], 2);
    let stale = dealership.admin.request(Method::PATCH, &path).header("if-match", "\"1\"");
    stale.json(&json!({"name": "No"})).send().await.refused(412, "VERSION_MISMATCH");
    assert_eq!(dealership.admin.get(&path).await.expect(200), changed);
}

#[tokio::test]
async fn a_wrong_centre_is_refused_naming_its_field() {
    let dealership = open().await;
    for (field, value) in [
        ("code", json!("0A")),
        ("code", json!("TOOLONG")),
        ("code", json!("A")),
        ("name", json!("")),
        ("state", json!("Atlantis")),
        ("state", json!("25")),
        ("pincode", json!("012345")),
        ("phone", json!("12345")),
        ("email", json!("nobody")),
        ("gstin", json!("27AABCU9603R1Z2")),
        ("city", Value::Null),
    ] {
        let mut body = pune();
        body[field] = value.clone();
        let answer = dealership.admin.post(CENTRES, body).await;
        assert_eq!(answer.status, 422, "{field} {value}: {}", answer.text);
        answer.refused(422, "VALIDATION_FAILED").naming(field);
    }
    assert_eq!(total(&dealership, CENTRES).await, 2);
}

#[tokio::test]
async fn the_tax_of_a_centre_follows_its_gstin() {
    let dealership = open().await;
    let mut body = pune();
    body["state"] = json!("Karnataka");
    let centre = dealership.admin.create(CENTRES, body).await;
    let customer = dealership.customer().await;
    let invoice = json!({"serviceCenterId": id(&centre), "customerId": id(&customer),
        "items": [{"name": "Work", "unitPrice": 100, "quantity": 1, "gstRate": 18}]});
    let invoice = dealership.admin.create("/api/invoices", invoice).await;
    assert_eq!(
        (&invoice["supplierState"], &invoice["invoiceNumber"]),
        (&json!("Maharashtra"), &json!("INV-PN01-2026-0001"))
    );
}

#[tokio::test]
async fn users_of_a_centre_see_their_own_and_change_none() {
    let dealership = open().await;
    let rows = dealership.one.manager.get(CENTRES).await;
    assert_eq!(rows.body["pagination"]["total"], 1);
    assert_eq!(rows.rows()[0]["id"], dealership.one.id);
    dealership.one.engineer.get(&format!("{CENTRES}/{}", dealership.one.id)).await.expect(200);
    let other = format!("{CENTRES}/{}", dealership.two.id);
    dealership.one.manager.get(&other).await.refused(404, "NOT_FOUND");
    assert_eq!(dealership.central.get(CENTRES).await.rows().len(), 2);
    let own = format!("{CENTRES}/{}", dealership.one.id);
    dealership.one.manager.patch(&own, json!({"name": "Mine"})).await.refused(403, "FORBIDDEN");
    dealership.one.manager.delete(&own).await.refused(403, "FORBIDDEN");
    dealership.one.manager.post(CENTRES, pune()).await.refused(403, "FORBIDDEN");
    assert_eq!(dealership.admin.get(&own).await.expect(200)["version"], 1);
    assert_eq!(total(&dealership, CENTRES).await, 2);
}

#[tokio::test]
async fn the_users_of_a_deactivated_centre_cannot_log_in_or_refresh() {
    let dealership = open().await;
    let tokens = login(&dealership, "manager@sc001.example", "password-1").await.expect(200);
    let path = format!("{CENTRES}/{}", dealership.one.id);
    let closed = dealership.admin.delete(&path).await.expect(200);
    assert_eq!(closed["active"], false);
    login(&dealership, "manager@sc001.example", "password-1").await.refused(401, "WRONG_CREDENTIALS");
    assert_eq!(refresh(&dealership, &tokens).await.status, 401);
    login(&dealership, "manager@sc002.example", "password-1").await.expect(200);
    login(&dealership, "admin@central.example", "password-1").await.expect(200);
    assert_eq!(total(&dealership, CENTRES).await, 2, "it is not removed");
    dealership.admin.patch(&path, json!({"active": true})).await.expect(200);
    login(&dealership, "manager@sc001.example", "password-1").await.expect(200);
}

#[tokio::test]
async fn a_new_user_can_log_in() {
    let dealership = open().await;
    let user = dealership.admin.create(USERS, mike(&dealership)).await;
    for (field, value) in [
        ("email", json!("mike@sc001.example")),
        ("name", json!("Mike Johnson")),
        ("phone", json!("+919876543210")),
        ("role", json!("service_engineer")),
        ("serviceCenterId", json!(dealership.one.id)),
        ("active", json!(true)),
        ("version", json!(1)),
    ] {
        assert_eq!(user[field], value, "{field}");
    }
    assert!(user.get("password").is_none());
    let tokens = login(&dealership, "mike@sc001.example", "password-1").await.expect(200);
    assert_eq!((&tokens["user"]["id"], &tokens["user"]["role"]), (&user["id"], &user["role"]));
    let shown = dealership.admin.get(&format!("{USERS}/{}?expand=serviceCenter", id(&user))).await.expect(200);
    assert_eq!(shown["serviceCenter"]["code"], "SC001");
}

#[tokio::test]
async fn an_email_address_is_unique() {
    let dealership = open().await;
    dealership.admin.create(USERS, mike(&dealership)).await;
    let before = total(&dealership, USERS).await;
    let mut again = mike(&dealership);
    again["email"] = json!("mike@sc001.example");
    again["password"] = json!("another-one");
    dealership.admin.post(USERS, again).await.refused(409, "ALREADY_EXISTS").naming("email");
    assert_eq!(total(&dealership, USERS).await, before);
    login(&dealership, "mike@sc001.example", "another-one").await.refused(401, "WRONG_CREDENTIALS");
    login(&dealership, "mike@sc001.example", "password-1").await.expect(200);
}

#[tokio::test]
async fn a_wrong_user_is_refused_naming_the_field() {
    let dealership = open().await;
    let before = total(&dealership, USERS).await;
    for (field, value) in [
        ("email", json!("nobody")),
        ("password", json!("short")),
        ("password", json!("x".repeat(129))),
        ("name", json!("M")),
        ("phone", json!("12345")),
        ("role", json!("boss")),
        ("serviceCenterId", json!("nonsense")),
        ("serviceCenterId", json!("01939a3e-0f00-7fff-8000-000000000001")),
        ("serviceCenterId", Value::Null),
    ] {
        let mut body = mike(&dealership);
        body[field] = value.clone();
        let answer = dealership.admin.post(USERS, body).await;
        assert_eq!(answer.status, 422, "{field} {value}: {}", answer.text);
        answer.refused(422, "VALIDATION_FAILED").naming(field);
    }
    assert_eq!(total(&dealership, USERS).await, before);
}

#[tokio::test]
async fn roles_of_a_centre_need_one_and_the_others_must_have_none() {
    let dealership = open().await;
    for role in ["sc_manager", "service_engineer", "service_advisor", "inventory_manager"] {
        let mut body = mike(&dealership);
        body["role"] = json!(role);
        body.as_object_mut().unwrap().remove("serviceCenterId");
        let answer = dealership.admin.post(USERS, body).await;
        answer.refused(422, "VALIDATION_FAILED").naming("serviceCenterId");
    }
    for role in ["admin", "central_inventory_manager"] {
        let mut body = mike(&dealership);
        body["role"] = json!(role);
        let answer = dealership.admin.post(USERS, body.clone()).await;
        answer.refused(422, "VALIDATION_FAILED").naming("serviceCenterId");
        body.as_object_mut().unwrap().remove("serviceCenterId");
        body["email"] = json!(format!("another-{}@central.example", role.replace('_', "-")));
        dealership.admin.create(USERS, body).await;
    }
    let user = dealership.admin.create(USERS, mike(&dealership)).await;
    let path = format!("{USERS}/{}", id(&user));
    for wrong in [json!({"role": "admin"}), json!({"serviceCenterId": null})] {
        let answer = dealership.admin.patch(&path, wrong).await;
        answer.refused(422, "VALIDATION_FAILED").naming("serviceCenterId");
    }
    assert_eq!(dealership.admin.get(&path).await.expect(200), user);
}

#[tokio::test]
async fn another_role_and_centre_hold_from_the_next_refresh_on() {
    let dealership = open().await;
    let user = dealership.admin.create(USERS, mike(&dealership)).await;
    let tokens = login(&dealership, "mike@sc001.example", "password-1").await.expect(200);
    let changes = json!({"role": "sc_manager", "serviceCenterId": dealership.two.id, "phone": null});
    let changed = dealership.admin.patch(&format!("{USERS}/{}", id(&user)), changes).await.expect(200);
    assert_eq!((&changed["phone"], &changed["version"]), (&Value::Null, &json!(2)));
    let fresh = refresh(&dealership, &tokens).await.expect(200);
    assert_eq!(fresh["user"]["role"], "sc_manager");
    assert_eq!(fresh["user"]["serviceCenterId"], dealership.two.id);
    let client = dealership.app.with_token(fresh["accessToken"].as_str().unwrap());
    let listed = client.get(CENTRES).await.rows();
    assert_eq!(listed[0]["id"], dealership.two.id);
    for (centre, count) in [(&dealership.one, 4), (&dealership.two, 5)] {
        let rows = dealership.admin.get(&format!("{USERS}?serviceCenterId={}", centre.id)).await.rows();
        assert_eq!(rows.len(), count, "the list of {} follows", centre.code);
    }
}

#[tokio::test]
async fn the_last_admin_stays_one() {
    let dealership = open().await;
    let admin = user(&dealership, "admin@central.example").await;
    let path = format!("{USERS}/{}", id(&admin));
    let demoted = json!({"role": "central_inventory_manager"});
    dealership.admin.delete(&path).await.refused(409, "LAST_ADMIN");
    dealership.admin.patch(&path, json!({"active": false})).await.refused(409, "LAST_ADMIN");
    dealership.admin.patch(&path, demoted.clone()).await.refused(409, "LAST_ADMIN");
    assert_eq!(dealership.admin.get(&path).await.expect(200), admin);
    login(&dealership, "admin@central.example", "password-1").await.expect(200);

    let second =
        json!({"email": "second@central.example", "password": "password-1", "name": "Second", "role": "admin"});
    let second = dealership.admin.create(USERS, second).await;
    dealership.admin.delete(&path).await.expect(200);
    let second = format!("{USERS}/{}", id(&second));
    dealership.admin.patch(&second, demoted).await.refused(409, "LAST_ADMIN");
    dealership.admin.delete(&path).await.expect(200);
    dealership.admin.delete(&second).await.refused(409, "LAST_ADMIN");
    dealership.admin.patch(&path, json!({"active": true})).await.expect(200);
    dealership.admin.delete(&second).await.expect(200);
}

#[tokio::test]
async fn a_deactivated_user_cannot_log_in_or_refresh_and_stays_listed() {
    let dealership = open().await;
    let user = dealership.admin.create(USERS, mike(&dealership)).await;
    let before = total(&dealership, USERS).await;
    let tokens = login(&dealership, "mike@sc001.example", "password-1").await.expect(200);
    let path = format!("{USERS}/{}", id(&user));
    let gone = dealership.admin.delete(&path).await.expect(200);
    assert_eq!((&gone["active"], &gone["version"]), (&json!(false), &json!(2)));
    login(&dealership, "mike@sc001.example", "password-1").await.refused(401, "WRONG_CREDENTIALS");
    refresh(&dealership, &tokens).await.refused(401, "SESSION_ENDED");
    let client = dealership.app.with_token(tokens["accessToken"].as_str().unwrap());
    client.get("/api/auth/me").await.refused(401, "UNAUTHENTICATED");
    assert_eq!(dealership.admin.get(&path).await.expect(200)["name"], "Mike Johnson");
    assert_eq!(total(&dealership, USERS).await, before);
    assert_eq!(total(&dealership, &format!("{USERS}?filter[active]=false")).await, 1);
    dealership.admin.patch(&path, json!({"active": true})).await.expect(200);
    login(&dealership, "mike@sc001.example", "password-1").await.expect(200);
}

#[tokio::test]
async fn a_reset_password_ends_the_sessions_and_the_old_password() {
    let dealership = open().await;
    let user = dealership.admin.create(USERS, mike(&dealership)).await;
    let tokens = login(&dealership, "mike@sc001.example", "password-1").await.expect(200);
    let path = format!("{USERS}/{}/password", id(&user));
    let short = dealership.admin.patch(&path, json!({"password": "short"})).await;
    short.refused(422, "VALIDATION_FAILED").naming("password");
    let own = dealership.one.manager.patch(&path, json!({"password": "another-one"})).await;
    own.refused(403, "FORBIDDEN");
    login(&dealership, "mike@sc001.example", "password-1").await.expect(200);
    dealership.admin.patch(&path, json!({"password": "another-one"})).await.expect(200);
    refresh(&dealership, &tokens).await.refused(401, "SESSION_ENDED");
    login(&dealership, "mike@sc001.example", "password-1").await.refused(401, "WRONG_CREDENTIALS");
    login(&dealership, "mike@sc001.example", "another-one").await.expect(200);
    let nobody = format!("{USERS}/01939a3e-0f00-7000-8000-000000000001/password");
    dealership.admin.patch(&nobody, json!({"password": "another-one"})).await.refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_change_of_the_user_leaves_the_password_and_the_sessions() {
    let dealership = open().await;
    let user = dealership.admin.create(USERS, mike(&dealership)).await;
    let tokens = login(&dealership, "mike@sc001.example", "password-1").await.expect(200);
    let changes = json!({"name": "Mike J", "email": "other@example.com", "password": "another-one"});
    let changed = dealership.admin.patch(&format!("{USERS}/{}", id(&user)), changes).await.expect(200);
    assert_eq!((&changed["name"], &changed["email"]), (&json!("Mike J"), &json!("mike@sc001.example")));
    refresh(&dealership, &tokens).await.expect(200);
    login(&dealership, "mike@sc001.example", "password-1").await.expect(200);
}

#[tokio::test]
async fn users_are_listed_newest_first_with_filters_and_exact_totals() {
    let dealership = open().await;
    dealership.app.advance(TimeDelta::days(1));
    let user = dealership.admin.create(USERS, mike(&dealership)).await;
    let answer = dealership.admin.get(&format!("{USERS}?limit=1")).await;
    assert_eq!(answer.body["pagination"]["total"], 11);
    assert_eq!(answer.rows()[0]["id"], user["id"]);
    for (query, count) in [
        ("filter[role]=service_engineer".to_owned(), 3),
        ("filter[role]=admin".to_owned(), 1),
        ("filter[active]=true".to_owned(), 11),
        ("filter[active]=false".to_owned(), 0),
        ("filter[createdAt]=2026-11-24".to_owned(), 1),
        (format!("serviceCenterId={}", dealership.two.id), 4),
    ] {
        assert_eq!(total(&dealership, &format!("{USERS}?{query}")).await, count, "{query}");
    }
    let unknown = dealership.admin.get(&format!("{USERS}?filter[password]=x")).await;
    unknown.refused(400, "BAD_QUERY").naming("filter[password]");
}

#[tokio::test]
async fn a_manager_sees_the_users_of_the_own_centre_and_changes_none() {
    let dealership = open().await;
    let rows = dealership.one.manager.get(USERS).await.rows();
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|user| user["serviceCenterId"] == dealership.one.id));
    let admin = user(&dealership, "admin@central.example").await;
    for foreign in [id(&admin), dealership.two.engineer_id.as_str()] {
        dealership.one.manager.get(&format!("{USERS}/{foreign}")).await.refused(404, "NOT_FOUND");
    }
    let own = format!("{USERS}/{}", dealership.one.engineer_id);
    let engineer = dealership.one.manager.get(&own).await.expect(200);
    dealership.one.manager.patch(&own, json!({"role": "sc_manager"})).await.refused(403, "FORBIDDEN");
    dealership.one.manager.delete(&own).await.refused(403, "FORBIDDEN");
    dealership.one.manager.post(USERS, mike(&dealership)).await.refused(403, "FORBIDDEN");
    dealership.one.advisor.get(USERS).await.refused(403, "FORBIDDEN");
    let other = format!("{USERS}?serviceCenterId={}", dealership.two.id);
    dealership.one.manager.get(&other).await.refused(403, "FORBIDDEN");
    assert_eq!(dealership.admin.get(&own).await.expect(200), engineer);
    assert_eq!(total(&dealership, USERS).await, 10);
}
