//! The customer's approval link: what it shows, that it answers once, and what makes it void.

use std::collections::BTreeSet;

use axum::http::Method;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use dms_store::{Table, keys};
use dms_testkit::{Answer, Dealership};
use futures::future::join_all;
use serde_json::{Value, json};

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

fn path(quotation: &Value) -> String {
    format!("/api/quotations/{}", id(quotation))
}

/// A quotation of centre one that is with the customer, and the path of the link.
async fn sent(dealership: &Dealership) -> (Value, String) {
    let quotation = dealership.sent_quotation(&dealership.one).await;
    let link = link(dealership, &quotation).await;
    (quotation, link)
}

async fn link(dealership: &Dealership, quotation: &Value) -> String {
    let link =
        dealership.one.advisor.post(&format!("{}/approval-link", path(quotation)), json!({})).await.expect(200);
    link["path"].as_str().unwrap().to_owned()
}

async fn see(dealership: &Dealership, link: &str) -> Answer {
    dealership.app.anonymous().get(link).await
}

async fn answer(dealership: &Dealership, link: &str, body: Value) -> Answer {
    dealership.app.anonymous().post(link, body).await
}

async fn read(dealership: &Dealership, quotation: &Value) -> Value {
    dealership.one.advisor.get(&path(quotation)).await.expect(200)
}

fn some() -> Value {
    json!({"decisions": [{"line": 1, "approve": false}, {"line": 2, "approve": true}], "name": "Asha Rao",
        "comment": "The pads next month"})
}

#[tokio::test]
async fn a_customer_sees_the_offer_and_no_more_than_that() {
    let dealership = open().await;
    let (quotation, link) = sent(&dealership).await;
    let answer = see(&dealership, &link).await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["referrer-policy"], "no-referrer");
    let text = answer.text.clone();
    let offer = answer.expect(200);
    let vehicle =
        dealership.admin.get(&format!("/api/vehicles/{}", quotation["vehicleId"].as_str().unwrap())).await;
    let vehicle = vehicle.expect(200);
    for field in ["quotationNumber", "items", "subtotal", "discount", "cgst", "sgst", "totalAmount", "validUntil"]
    {
        assert_eq!(offer[field], quotation[field], "{field}");
    }
    assert_eq!((&offer["status"], &offer["answeredAt"]), (&json!("SENT"), &Value::Null));
    assert_eq!(offer["vehicle"]["registration"], vehicle["registration"]);
    assert_eq!(offer["serviceCenter"]["name"], "Centre SC001");
    assert_eq!(offer["serviceCenter"]["gstin"], "27AABCU9603R1ZN");
    assert!(offer["customerName"].as_str().unwrap().starts_with("Customer "));
    // No id of anything, no telephone number or address of the customer, no VIN.
    for field in ["id", "customerId", "vehicleId", "serviceCenterId", "createdById"] {
        assert!(
            quotation[field].is_string() && !text.contains(quotation[field].as_str().unwrap()),
            "{field}: {text}"
        );
    }
    assert!(!text.contains("1 MG Road") && !text.contains(vehicle["vin"].as_str().unwrap()), "{text}");
    assert!(!text.contains("\"id\""), "{text}");
    assert_eq!(read(&dealership, &quotation).await, quotation, "looking changes nothing");
}

#[tokio::test]
async fn each_line_is_decided_and_the_approved_ones_are_added_up() {
    let dealership = open().await;
    let (quotation, link) = sent(&dealership).await;
    let answered = answer(&dealership, &link, some()).await.expect(200);
    assert_eq!((&answered["status"], &answered["items"][0]["approved"]), (&json!("APPROVED"), &json!(false)));
    assert_eq!(answered["items"][1]["approved"], true);
    assert_eq!(answered["approved"]["subtotal"], "1500");
    assert_eq!(answered["approved"]["discount"], "115.38");
    let now = read(&dealership, &quotation).await;
    assert_eq!((&now["status"], &now["version"]), (&json!("APPROVED"), &json!(3)));
    assert_eq!(now["approved"], answered["approved"]);
    assert_eq!(
        now["answer"],
        json!({"approvedLines": [2], "answeredBy": "CUSTOMER", "userId": null, "name": "Asha Rao",
            "comment": "The pads next month", "answeredAt": answered["answeredAt"]})
    );
    let list = dealership.one.advisor.get("/api/quotations?filter[status]=APPROVED").await;
    assert_eq!(list.body["pagination"]["total"], 1);
}

#[tokio::test]
async fn all_lines_are_approved_or_declined_with_one_word() {
    let dealership = open().await;
    for (word, status) in [("APPROVE", "APPROVED"), ("DECLINE", "REJECTED")] {
        let (quotation, link) = sent(&dealership).await;
        let answered = answer(&dealership, &link, json!({"all": word})).await.expect(200);
        assert_eq!(answered["status"], status);
        assert_eq!(read(&dealership, &quotation).await["status"], status);
    }
    let (quotation, link) = sent(&dealership).await;
    let none = json!({"decisions": [{"line": 1, "approve": false}, {"line": 2, "approve": false}]});
    assert_eq!(answer(&dealership, &link, none).await.expect(200)["status"], "REJECTED");
    assert!(read(&dealership, &quotation).await["approved"].is_null());
}

#[tokio::test]
async fn the_link_answers_once_and_repeats_the_same_answer() {
    let dealership = open().await;
    let (quotation, link) = sent(&dealership).await;
    let first = answer(&dealership, &link, some()).await.expect(200);
    let after = read(&dealership, &quotation).await;
    let mut again = some();
    again["decisions"].as_array_mut().unwrap().reverse();
    assert_eq!(answer(&dealership, &link, again).await.expect(200), first, "the same answer");
    for other in [
        json!({"all": "APPROVE"}),
        json!({"all": "DECLINE"}),
        json!({"decisions": [{"line": 1, "approve": true}, {"line": 2, "approve": false}]}),
    ] {
        answer(&dealership, &link, other).await.refused(409, "ALREADY_ANSWERED");
    }
    assert_eq!(read(&dealership, &quotation).await, after, "one effect");
    assert_eq!(see(&dealership, &link).await.expect(200), first, "it still shows what was agreed");
    // Nobody is asked again.
    dealership
        .one
        .advisor
        .post(&format!("{}/approval-link", path(&quotation)), json!({}))
        .await
        .refused(409, "NOT_SENT");
}

#[tokio::test]
async fn what_the_centre_was_told_stands_against_the_link() {
    let dealership = open().await;
    let (quotation, link) = sent(&dealership).await;
    let reject = json!({"reason": "Told us on the telephone"});
    dealership.one.advisor.patch(&format!("{}/reject", path(&quotation)), reject).await.expect(200);
    answer(&dealership, &link, json!({"all": "APPROVE"})).await.refused(409, "ALREADY_ANSWERED");
    let same = answer(&dealership, &link, json!({"all": "DECLINE"})).await.expect(200);
    assert_eq!(same["status"], "REJECTED");
    assert_eq!(read(&dealership, &quotation).await["answer"]["answeredBy"], "STAFF");
}

#[tokio::test]
async fn a_changed_offer_voids_its_link_for_ever() {
    let dealership = open().await;
    let advisor = &dealership.one.advisor;
    let (quotation, old) = sent(&dealership).await;
    let void = async |when: &str| {
        let seen = see(&dealership, &old).await;
        assert!(!seen.text.contains("Brake"), "{when}: {}", seen.text);
        seen.refused(409, "LINK_VOID");
        answer(&dealership, &old, json!({"all": "APPROVE"})).await.refused(409, "LINK_VOID");
    };
    advisor.patch(&format!("{}/revise", path(&quotation)), json!({})).await.expect(200);
    void("while it is a draft again").await;
    advisor.patch(&format!("{}/send", path(&quotation)), json!({})).await.expect(200);
    void("sent again as it was").await;
    let new = link(&dealership, &quotation).await;
    assert_ne!(new, old);
    advisor.patch(&format!("{}/revise", path(&quotation)), json!({})).await.expect(200);
    advisor.patch(&path(&quotation), json!({"discount": 501})).await.expect(200);
    advisor.patch(&format!("{}/send", path(&quotation)), json!({})).await.expect(200);
    void("sent again with another discount").await;
    see(&dealership, &new).await.refused(409, "LINK_VOID");
    let newest = link(&dealership, &quotation).await;
    assert_eq!(see(&dealership, &newest).await.expect(200)["discount"], "501");
    answer(&dealership, &newest, json!({"all": "APPROVE"})).await.expect(200);
    void("after the new one was answered").await;
}

#[tokio::test]
async fn a_link_is_made_of_a_sent_quotation_alone_and_is_always_the_same() {
    let dealership = open().await;
    let advisor = &dealership.one.advisor;
    let draft = dealership.quotation(&dealership.one).await;
    let make = format!("{}/approval-link", path(&draft));
    advisor.post(&make, json!({})).await.refused(409, "NOT_SENT");
    advisor.patch(&format!("{}/send", path(&draft)), json!({})).await.expect(200);
    let first = advisor.post(&make, Value::Null).await.expect(200);
    assert_eq!(first["expiresAt"], "2026-12-08T18:30:00.000Z", "the end of the last day in India");
    dealership.app.advance(TimeDelta::days(2));
    assert_eq!(dealership.one.manager.post(&make, json!({})).await.expect(200), first);
    let other = dealership.sent_quotation(&dealership.one).await;
    assert_ne!(link(&dealership, &other).await, first["path"].as_str().unwrap());
}

#[tokio::test]
async fn an_expired_link_shows_and_answers_nothing() {
    let dealership = open().await;
    let (quotation, link) = sent(&dealership).await;
    dealership.app.advance(TimeDelta::days(15) + TimeDelta::hours(13) + TimeDelta::minutes(59));
    see(&dealership, &link).await.expect(200);
    dealership.app.advance(TimeDelta::minutes(1));
    see(&dealership, &link).await.refused(409, "QUOTATION_EXPIRED");
    answer(&dealership, &link, json!({"all": "APPROVE"})).await.refused(409, "QUOTATION_EXPIRED");
    assert!(read(&dealership, &quotation).await["answer"].is_null());
    let make = format!("{}/approval-link", path(&quotation));
    dealership.one.advisor.post(&make, json!({})).await.refused(409, "QUOTATION_EXPIRED");
}

#[tokio::test]
async fn a_tampered_or_foreign_token_is_no_link_and_a_link_is_no_login() {
    let dealership = open().await;
    let (quotation, link) = sent(&dealership).await;
    let token = link.rsplit('/').next().unwrap().to_owned();
    let other = dealership.sent_quotation(&dealership.two).await;
    let parts: Vec<&str> = token.split('.').collect();
    let claims = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
    let claims = String::from_utf8(claims).unwrap().replace(id(&quotation), id(&other));
    let forged = URL_SAFE_NO_PAD.encode(claims);
    let flipped = if parts[2].starts_with('A') { "B" } else { "A" };
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let login = json!({"email": "admin@central.example", "password": "password-1"});
    let tokens = dealership.app.anonymous().post("/api/auth/login", login).await.expect(200);
    for wrong in [
        format!("{}.{forged}.{}", parts[0], parts[2]),
        format!("{}.{}.{flipped}{}", parts[0], parts[1], &parts[2][1..]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{none}.{}.", parts[1]),
        format!("{token}x"),
        "x".to_owned(),
        "%00".to_owned(),
        "%FF".to_owned(),
        id(&quotation).to_owned(),
        tokens["accessToken"].as_str().unwrap().to_owned(),
        tokens["refreshToken"].as_str().unwrap().to_owned(),
    ] {
        let path = format!("/api/quotation-approvals/{wrong}");
        see(&dealership, &path).await.refused(404, "NOT_FOUND");
        answer(&dealership, &path, json!({"all": "APPROVE"})).await.refused(404, "NOT_FOUND");
    }
    assert_eq!(read(&dealership, &quotation).await, quotation);
    // Nor does it open anything else.
    let customer = dealership.app.with_token(token.clone());
    for route in ["/api/auth/me", "/api/quotations", &path(&quotation), "/api/customers"] {
        customer.get(route).await.refused(401, "UNAUTHENTICATED");
    }
    let refresh = dealership.app.anonymous().post("/api/auth/refresh", json!({"refreshToken": token})).await;
    assert_eq!(refresh.status, 401, "{}", refresh.text);
    // A login is no help with someone else's link, and no hindrance with one's own.
    assert_eq!(dealership.two.manager.get(&link).await.expect(200)["status"], "SENT");
}

#[tokio::test]
async fn a_wrong_answer_is_refused_naming_its_field() {
    let dealership = open().await;
    let (quotation, link) = sent(&dealership).await;
    for (body, field) in [
        (json!({}), "decisions"),
        (json!({"all": "APPROVE", "decisions": []}), "all"),
        (json!({"all": "MAYBE"}), "all"),
        (json!({"all": true}), "all"),
        (json!({"decisions": []}), "decisions"),
        (json!({"decisions": [{"line": 1, "approve": true}]}), "decisions"),
        (json!({"decisions": [{"line": 1, "approve": true}, {"line": 1, "approve": true}]}), "decisions[1].line"),
        (json!({"decisions": [{"line": 1, "approve": true}, {"line": 9, "approve": true}]}), "decisions[1].line"),
        (json!({"decisions": [{"line": -1, "approve": true}]}), "decisions[0].line"),
        (json!({"decisions": [{"line": 1, "approve": "yes"}]}), "decisions[0].approve"),
        (json!({"decisions": vec![json!({"line": 1, "approve": true}); 10_000]}), "decisions"),
        (json!({"all": "APPROVE", "name": "x".repeat(101)}), "name"),
        (json!({"all": "APPROVE", "comment": "x".repeat(2_001)}), "comment"),
    ] {
        answer(&dealership, &link, body).await.refused(422, "VALIDATION_FAILED").naming(field);
    }
    let request = dealership.app.anonymous().request(Method::POST, &link).bytes(b"all=APPROVE".to_vec());
    request.send().await.refused(415, "UNSUPPORTED_MEDIA_TYPE");
    assert_eq!(read(&dealership, &quotation).await, quotation);
}

/// An answer with an Idempotency-Key: the command's record can be read afterwards.
async fn keyed(dealership: &Dealership, link: &str, key: String, body: Value) -> Answer {
    let request = dealership.app.anonymous().request(Method::POST, link).header("idempotency-key", &key);
    request.json(&body).send().await
}

/// The events that the commands of a user, or of a quotation's customer, with these keys have left for the consumers.
async fn events(dealership: &Dealership, by: &str, keys: impl Iterator<Item = String>) -> Vec<Value> {
    let by = by.parse().expect("a UUID");
    let mut events = Vec::new();
    for key in keys {
        let record = dealership.app.app.store.get(Table::Core, &keys::command(&by, &key)).await.expect("a store");
        let text = record.as_ref().and_then(|record| record.get("events")?.as_s().ok());
        events.extend(text.map_or(Vec::new(), |text| serde_json::from_str::<Vec<Value>>(text).expect("events")));
    }
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_answers_at_once_one_has_effect() {
    let dealership = open().await;
    // The same answer fifty times: all are told the same.
    let (quotation, link) = sent(&dealership).await;
    let answers = join_all((0..50).map(|n| keyed(&dealership, &link, format!("k{n}"), some()))).await;
    let bodies: BTreeSet<String> = answers.into_iter().map(|answer| answer.expect(200).to_string()).collect();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    let now = read(&dealership, &quotation).await;
    assert_eq!(now["version"], 3);
    let mut told = events(&dealership, id(&quotation), (0..50).map(|n| format!("k{n}"))).await;
    assert_eq!(told.len(), 1, "{told:?}");
    told[0].as_object_mut().unwrap().retain(|field, _| field != "id");
    assert_eq!(
        told[0],
        json!({"serviceCenterId": dealership.one.id, "type": "quotation_answered", "quotationId": id(&quotation),
            "quotationNumber": quotation["quotationNumber"], "status": "APPROVED", "answeredBy": "CUSTOMER",
            "approvedTotalPaise": 163_400, "createdBy": quotation["createdById"]})
    );

    // Two different ones, twenty-five times each: the first decides.
    let (quotation, link) = sent(&dealership).await;
    let answers = join_all((0..50).map(|n| {
        let word = if n % 2 == 0 { "APPROVE" } else { "DECLINE" };
        keyed(&dealership, &link, format!("k{n}"), json!({"all": word}))
    }))
    .await;
    let now = read(&dealership, &quotation).await;
    assert_eq!(now["version"], 3);
    for (n, answer) in answers.into_iter().enumerate() {
        let asked = if n % 2 == 0 { "APPROVED" } else { "REJECTED" };
        if now["status"] == asked {
            assert_eq!(answer.expect(200)["status"], asked);
        } else {
            answer.refused(409, "ALREADY_ANSWERED");
        }
    }
    assert_eq!(events(&dealership, id(&quotation), (0..50).map(|n| format!("k{n}"))).await.len(), 1);
}

#[tokio::test]
async fn no_event_and_no_stored_answer_has_the_token() {
    let dealership = open().await;
    let quotation = dealership.quotation(&dealership.one).await;
    let advisor = &dealership.one.advisor;
    let steps = [(Method::PATCH, "send", "s"), (Method::POST, "approval-link", "l")];
    for (method, step, key) in steps {
        let request =
            advisor.request(method, &format!("{}/{step}", path(&quotation))).header("idempotency-key", key);
        request.json(&json!({})).send().await.expect(200);
    }
    let by = quotation["createdById"].as_str().unwrap();
    let told = events(&dealership, by, ["s", "l"].map(str::to_owned).into_iter()).await;
    let types: Vec<&Value> = told.iter().map(|event| &event["type"]).collect();
    assert_eq!(types, ["quotation_sent"]);
    assert_eq!((&told[0]["customerId"], &told[0]["validUntil"]), (&quotation["customerId"], &json!("2026-12-08")));
    let record =
        dealership.app.app.store.get(Table::Core, &keys::command(&by.parse().unwrap(), "l")).await.unwrap();
    assert!(record.is_none(), "making a link is no command: {record:?}");
}

#[tokio::test]
async fn a_repeated_key_gets_the_first_answer_byte_for_byte() {
    let dealership = open().await;
    let (_, link) = sent(&dealership).await;
    let body = some();
    let send = |body: Value| {
        let request = dealership.app.anonymous().request(Method::POST, &link);
        async move { request.header("idempotency-key", "k1").json(&body).send().await }
    };
    let first = send(body.clone()).await;
    let again = send(body).await;
    assert_eq!((first.status.as_u16(), &first.text), (200, &again.text));
    send(json!({"all": "DECLINE"})).await.refused(422, "IDEMPOTENCY_KEY_REUSED");
}
