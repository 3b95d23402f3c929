//! The audit log: every command that changed something stands in it once, each centre's in an unbroken chain.

use std::collections::{BTreeMap, HashMap};

use auditor::Auditor;
use aws_lambda_events::sqs::SqsEvent;
use aws_sdk_dynamodb::types::AttributeValue;
use axum::http::Method;
use chrono::TimeDelta;
use dms_domain::audit::Break;
use dms_local::EventPlayer;
use dms_messages::{Queue, Received};
use dms_store::CheckedChain;
use dms_testkit::Dealership;
use serde_json::{Value, json};

use crate::deliveries::{event, take_all};

async fn open() -> (Dealership, EventPlayer) {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let mut player = EventPlayer::new(&dealership.app.app, dealership.app.streams(), 0);
    Box::pin(player.settle()).await.expect("what made the dealership is told");
    (dealership, player)
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

/// What an entry says, without what is another every time.
fn said(entry: &Value) -> (&str, Value, Value) {
    (entry["action"].as_str().expect("an action"), entry["documentType"].clone(), entry["userId"].clone())
}

async fn checked(dealership: &Dealership) -> Vec<CheckedChain> {
    dealership.app.app.store.check_audit_log(|_| {}).await.expect("a check")
}

async fn total(dealership: &Dealership, path: &str) -> u64 {
    dealership.admin.get(path).await.body["pagination"]["total"].as_u64().expect("a total")
}

/// A chain's entries in their order.
async fn chain(dealership: &Dealership, path: &str) -> Vec<Value> {
    let mut entries = dealership.admin.get(path).await.rows();
    entries.sort_by_key(|entry| entry["sequence"].as_u64());
    entries
}

#[tokio::test]
async fn a_command_stands_in_it_once_with_who_what_and_the_hashes_before_and_after() {
    let (dealership, mut player) = open().await;
    let one = &dealership.one;
    let path = format!("/api/audit-log?serviceCenterId={}", one.id);
    assert_eq!(total(&dealership, &path).await, 0);

    let body = json!({"name": "Asha Rao", "phone": "9876500001"});
    let customer = one.advisor.create("/api/customers", body).await;
    let stale = one.manager.request(Method::PATCH, &format!("/api/customers/{}", id(&customer)));
    let stale = stale.header("if-match", "\"7\"").json(&json!({"name": "Nobody"})).send().await;
    assert_eq!(stale.status, 412, "{}", stale.text);
    let path_of_customer = format!("/api/customers/{}", id(&customer));
    for _ in 0..2 {
        dealership.app.advance(TimeDelta::milliseconds(1));
        let rename = one.manager.request(Method::PATCH, &path_of_customer).header("idempotency-key", "once");
        rename.json(&json!({"name": "Asha R. Rao"})).send().await.expect(200);
    }
    dealership.app.advance(TimeDelta::milliseconds(1));
    one.manager.delete(&path_of_customer).await.expect(200);
    Box::pin(player.settle()).await.expect("all is told");

    let entries = chain(&dealership, &path).await;
    let manager = one.manager.get("/api/auth/me").await.expect(200)["id"].clone();
    let advisor = one.advisor.get("/api/auth/me").await.expect(200)["id"].clone();
    let said: Vec<_> = entries.iter().map(said).collect();
    assert_eq!(
        said,
        [
            ("POST /api/customers", json!("CUST"), advisor),
            ("PATCH /api/customers/{id}", json!("CUST"), manager.clone()),
            ("DELETE /api/customers/{id}", json!("CUST"), manager),
        ]
    );
    let expanded = dealership.admin.get(&format!("{path}&expand=user,serviceCenter&limit=1")).await.rows();
    assert_eq!(expanded[0]["user"]["id"], expanded[0]["userId"]);
    assert_eq!(expanded[0]["serviceCenter"]["code"], "SC001");
    for (entry, place) in entries.iter().zip(1..) {
        assert_eq!(entry["sequence"], place);
        assert_eq!(entry["documentId"], customer["id"]);
        assert_eq!(entry["serviceCenterId"], one.id.as_str());
        assert_eq!(entry["before"].is_null(), place == 1, "{entry}");
        assert_eq!(entry["after"].as_str().map(str::len), Some(64));
    }
    assert_eq!(entries[1]["previousHash"], entries[0]["hash"]);
    assert_eq!(entries[2]["previousHash"], entries[1]["hash"]);
    let text = serde_json::to_string(&entries).expect("JSON");
    assert!(!text.contains("Asha") && !text.contains("98765"), "it holds nobody's data: {text}");
    let other = format!("/api/audit-log?serviceCenterId={}", dealership.two.id);
    assert_eq!(total(&dealership, &other).await, 0, "the other centre did nothing");
}

#[tokio::test]
async fn what_happens_to_a_centres_document_stands_in_the_centres_chain_whoever_did_it() {
    let (dealership, mut player) = open().await;
    let one = &dealership.one;
    let card = dealership.completed_card(one).await;
    let invoice = dealership.invoice_for(one, &card).await;
    dealership.app.advance(TimeDelta::milliseconds(1));
    let paid = format!("/api/invoices/{}/status", id(&invoice));
    dealership.admin.patch(&paid, json!({"status": "PAID"})).await.expect(200);
    dealership.admin.patch(&paid, json!({"status": "PAID"})).await.expect(200);
    Box::pin(player.settle()).await.expect("all is told");

    let of_invoice = format!("/api/audit-log?filter[documentId]={}", id(&invoice));
    let entries = chain(&dealership, &of_invoice).await;
    let actions: Vec<_> = entries.iter().map(|entry| entry["action"].as_str().expect("an action")).collect();
    assert_eq!(actions, ["POST /api/invoices", "PATCH /api/invoices/{id}/status"], "PAID twice is one change");
    assert!(entries[1]["before"].is_string());
    assert_ne!(entries[1]["before"], entries[1]["after"]);

    // What admins do to the dealership's own documents is in a chain of its own.
    assert_eq!(total(&dealership, "/api/audit-log/dealership?filter[documentType]=CUST").await, 1);
    let users = dealership.admin.get("/api/audit-log/dealership?filter[documentType]=USER").await.rows();
    assert!(users.iter().all(|entry| entry["action"] == "testkit"), "{users:?}");
    let chains = checked(&dealership).await;
    assert_eq!(chains.len(), 3, "the dealership's and two centres'");
    assert!(chains.iter().all(|chain| chain.breaks.is_empty()), "{chains:?}");
    assert!(chains[0].entries > 3 && chains[1].entries >= 5 && chains[2].entries == 0, "{chains:?}");
}

#[tokio::test]
async fn only_admins_read_it() {
    let (dealership, _) = open().await;
    let (one, central) = (&dealership.one, &dealership.central);
    for client in [&one.manager, &one.advisor, &one.engineer, &one.inventory, central] {
        for path in ["/api/audit-log", "/api/audit-log/dealership"] {
            client.get(path).await.refused(403, "FORBIDDEN");
        }
    }
    dealership.app.anonymous().get("/api/audit-log").await.refused(401, "UNAUTHENTICATED");
}

#[tokio::test]
async fn what_the_relay_lost_is_appended_from_the_commands_records() {
    let (dealership, mut player) = open().await;
    dealership.completed_card(&dealership.one).await;
    let lost = take_all(&dealership, &mut player, Queue::Audit).await;
    dealership.card_in_progress(&dealership.one).await;
    Box::pin(player.settle()).await.expect("the others are told");
    let entries = |chains: Vec<CheckedChain>| {
        assert!(chains.iter().all(|chain| chain.breaks.is_empty()), "{chains:?}");
        chains.iter().map(|chain| chain.entries).sum::<u64>()
    };
    let before = entries(checked(&dealership).await);
    for _ in 0..2 {
        dealership.app.app.store.append_missing_to_audit_log().await.expect("appended");
        assert_eq!(entries(checked(&dealership).await), before + lost.len() as u64);
    }
}

/// Batches as a queue that delivers at least once brings them: every message up to four times, in any order.
fn batches(messages: &[Received]) -> Vec<SqsEvent> {
    let mut deliveries: Vec<&Received> =
        messages.iter().flat_map(|message| std::iter::repeat_n(message, fastrand::usize(1..=4))).collect();
    fastrand::shuffle(&mut deliveries);
    deliveries.chunks(7).map(event).collect()
}

#[tokio::test]
async fn messages_in_any_order_any_number_of_times_to_several_workers_make_one_unbroken_chain() {
    let (dealership, mut player) = open().await;
    for centre in [&dealership.one, &dealership.two] {
        dealership.completed_card(centre).await;
        dealership.part(centre, 5).await;
        dealership.card_in_progress(centre).await;
    }
    let before: Vec<u64> = checked(&dealership).await.iter().map(|chain| chain.entries).collect();
    let messages = take_all(&dealership, &mut player, Queue::Audit).await;
    assert!(messages.len() > 20, "{}", messages.len());
    let auditor = Auditor::new(dealership.app.app.store.clone());
    let deal = |batches: Vec<SqsEvent>| {
        let auditor = &auditor;
        async move {
            let mut again = Vec::new();
            for batch in batches {
                let response = Box::pin(auditor.handle(batch)).await;
                again.extend(response.batch_item_failures.into_iter().map(|failure| failure.item_identifier));
            }
            again
        }
    };
    let again = tokio::join!(deal(batches(&messages)), deal(batches(&messages)), deal(batches(&messages)));
    // What gave up before the others is brought again.
    let again = [again.0, again.1, again.2].concat();
    let again: Vec<&Received> = messages.iter().filter(|message| again.contains(&message.id)).collect();
    assert!(deal(vec![event(&again)]).await.is_empty());

    let chains = checked(&dealership).await;
    assert!(chains.iter().all(|chain| chain.breaks.is_empty()), "{chains:?}");
    let added: u64 = chains.iter().zip(before).map(|(chain, before)| chain.entries - before).sum();
    assert_eq!(added, messages.len() as u64);
    assert!(
        dealership
            .app
            .app
            .store
            .recount(|_, _| {})
            .await
            .expect("a recount")
            .differences
            .iter()
            .all(|difference| !difference.key.pk.contains("AUDIT"))
    );
}

#[tokio::test]
async fn an_entry_that_is_changed_or_taken_out_of_the_table_is_found() {
    let (dealership, mut player) = open().await;
    dealership.completed_card(&dealership.one).await;
    Box::pin(player.settle()).await.expect("all is told");
    let store = &dealership.app.app.store;
    let path = format!("/api/audit-log?serviceCenterId={}", dealership.one.id);
    let entries = chain(&dealership, &path).await;
    let table = store.table_name(dms_store::Table::Core);
    let key = |entry: &Value| {
        let pk = AttributeValue::S("C1#AUDIT".to_owned());
        let sk = AttributeValue::S(id(entry).to_owned());
        HashMap::from([("pk".to_owned(), pk), ("sk".to_owned(), sk)])
    };
    let someone_else = AttributeValue::S(uuid::Uuid::nil().to_string());
    let changed = store.client().update_item().table_name(&table).set_key(Some(key(&entries[1])));
    let changed = changed.update_expression("SET userId = :u").expression_attribute_values(":u", someone_else);
    changed.send().await.expect("changed");
    let broken: BTreeMap<_, _> =
        checked(&dealership).await.into_iter().map(|chain| (chain.centre.map(u16::from), chain.breaks)).collect();
    assert_eq!(broken[&Some(1)], [Break::Changed { sequence: 2 }]);
    assert!(broken[&None].is_empty() && broken[&Some(2)].is_empty());

    store.client().delete_item().table_name(&table).set_key(Some(key(&entries[1]))).send().await.expect("gone");
    assert_eq!(checked(&dealership).await[1].breaks, [Break::Missing { from: 2, to: 2 }]);
}
