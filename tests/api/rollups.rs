//! Rollups: they are what the documents come to, whatever is delivered again, in whatever order, and whoever dies over it.

use std::time::Duration;

use dms_local::EventPlayer;
use dms_messages::{Queue, Received, RollupChange};
use dms_store::{Recounted, Table, keys};
use dms_testkit::{Centre, Dealership};
use notifier::Notifier;
use rollups::Rollups;
use serde_json::{Value, json};

use crate::deliveries::{event, take_all};

async fn open() -> (Dealership, EventPlayer) {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let player = EventPlayer::new(&dealership.app.app, dealership.app.streams(), 0);
    (dealership, player)
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

async fn recount(dealership: &Dealership) -> Recounted {
    dealership.app.app.store.recount(|_, _| {}).await.expect("a recount")
}

/// Something of everything that counts.
async fn a_day(dealership: &Dealership, centre: &Centre) {
    let customer = dealership.customer().await;
    dealership.admin.delete(&format!("/api/customers/{}", id(&customer))).await.expect(200);
    let part = dealership.part_with_minimum(centre, 20, 15).await;
    let gone = dealership.part(centre, 0).await;
    centre.inventory.delete(&format!("/api/inventory/parts/{}", id(&gone))).await.expect(200);
    let adjust = json!({"adjustmentType": "SUBTRACT", "quantity": 2, "reason": "STOCK_DAMAGED"});
    let path_of_part = format!("/api/inventory/parts/{}/adjust-stock", id(&part));
    centre.inventory.patch(&path_of_part, adjust).await.expect(200);

    let card = dealership.card_in_progress(centre).await;
    let path = format!("/api/job-cards/{}", id(&card));
    let body = json!({"parts": [{"inventoryPartId": part["id"], "requestedQty": 5}], "urgency": "HIGH"});
    let request = centre.engineer.create(&format!("{path}/request-parts"), body).await;
    let approve = format!("/api/parts-requests/{}/approve", id(&request));
    centre.inventory.patch(&approve, json!({})).await.expect(200);
    let status = format!("{path}/status");
    centre.engineer.patch(&status, json!({"status": "COMPLETED"})).await.expect(200);
    let feedback = json!({"customerFeedback": "Quick", "feedbackRating": 4});
    centre.manager.patch(&path, feedback).await.expect(200);
    let invoice = dealership.invoice_for(centre, &card).await;
    let pay = format!("/api/invoices/{}/status", id(&invoice));
    centre.manager.patch(&pay, json!({"status": "PAID"})).await.expect(200);
    let credit = json!({"reason": "Too dear", "items": [{"srNo": 1, "amount": 100}]});
    centre.manager.create(&format!("/api/invoices/{}/credit-notes", id(&invoice)), credit).await;

    let cancelled = dealership.card_in_progress(centre).await;
    let path = format!("/api/job-cards/{}/cancel", id(&cancelled));
    centre.manager.post(&path, json!({"reason": "Not today"})).await.expect(200);
    let sale = json!({"customerId": invoice["customerId"], "items": [{"name": "Brake Pad", "quantity": 2,
        "inventoryPartId": part["id"], "unitPrice": 2500, "gstRate": 18}]});
    let sale = centre.manager.create("/api/invoices", sale).await;
    let pay = format!("/api/invoices/{}/payments", id(&sale));
    centre.manager.post(&pay, json!({"amount": 100, "method": "CASH"})).await.expect(201);
}

#[tokio::test]
async fn after_a_day_they_are_what_the_documents_come_to() {
    let (dealership, mut player) = open().await;
    a_day(&dealership, &dealership.one).await;
    a_day(&dealership, &dealership.two).await;
    let central = dealership.central_part_with_minimum(3, 5).await;
    dealership.dispatched_issue(&dealership.one, &[(&central, 3)]).await;
    let before = recount(&dealership).await;
    assert!(before.differences.len() > 30, "nothing is rolled up yet: {}", before.differences.len());
    assert!(
        before.differences.iter().all(|difference| difference.key.pk.starts_with("ROLLUP#")),
        "tallies are right"
    );
    Box::pin(player.settle()).await.expect("all is added");
    let after = recount(&dealership).await;
    assert_eq!(after.differences, []);
    assert!(after.items > 100 && after.numbers > 100, "{after:?}");
    // And once more, as when the relay had not noted how far it came.
    Box::pin(EventPlayer::new(&dealership.app.app, dealership.app.streams(), 0).settle()).await.expect("all");
    assert_eq!(recount(&dealership).await.differences, []);
}

#[tokio::test]
async fn a_wrong_number_is_found_and_mended() {
    let (dealership, mut player) = open().await;
    dealership.card_in_progress(&dealership.one).await;
    Box::pin(player.settle()).await.expect("all is added");
    let store = &dealership.app.app.store;
    let key = keys::Key { pk: "ROLLUP#C1#DAY".to_owned(), sk: "ALL".to_owned() };
    store.add(Table::Core, &key, "cardsInProgress", 3, None).await.expect("written");
    let key = keys::Key { pk: "TALLY#CUST".to_owned(), sk: "2026-11".to_owned() };
    // The 23rd, as one digit.
    store.add(Table::Core, &key, "n", -1, None).await.expect("written");
    let found = recount(&dealership).await.differences;
    let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "ROLLUP#C1#DAY ALL cardsInProgress: 4 is stored, 1 counted",
            "TALLY#CUST 2026-11 n: 0 is stored, 1 counted"
        ]
    );
    store.correct_all(&found).await.expect("mended");
    assert_eq!(recount(&dealership).await.differences, []);
}

/// Every message one to five times, in a random order, in batches of random sizes.
fn shuffled(messages: &[Received]) -> Vec<Vec<&Received>> {
    let mut deliveries: Vec<&Received> =
        messages.iter().flat_map(|message| std::iter::repeat_n(message, fastrand::usize(1..=5))).collect();
    fastrand::shuffle(&mut deliveries);
    let mut batches = Vec::new();
    while !deliveries.is_empty() {
        let size = fastrand::usize(1..=10).min(deliveries.len());
        let mut batch: Vec<&Received> = deliveries.drain(..size).collect();
        batch.sort_by_key(|message| &message.id);
        batch.dedup_by_key(|message| &message.id);
        batches.push(batch);
    }
    batches
}

#[tokio::test]
async fn messages_in_any_order_any_number_of_times_with_dying_workers_are_added_and_told_once() {
    let (dealership, mut player) = open().await;
    a_day(&dealership, &dealership.one).await;
    a_day(&dealership, &dealership.two).await;
    let app = &dealership.app.app;
    let rollups = Rollups::new(app.store.clone(), app.clock.clone());
    let notifier = Notifier::new(app.store.clone(), app.clock.clone(), Vec::new());
    let changes = take_all(&dealership, &mut player, Queue::Rollups).await;
    let told = take_all(&dealership, &mut player, Queue::Notifications).await;
    assert!(changes.len() > 30 && told.len() >= 8, "{} {}", changes.len(), told.len());
    let mut killed = 0;
    for (of_rollups, messages) in [(true, &changes), (false, &told)] {
        // Two rounds of workers that may die, two at a time.
        for _ in 0..2 {
            let batches = shuffled(messages);
            for pair in batches.chunks(2) {
                let work = pair.iter().map(|batch| {
                    let life = Duration::from_micros(fastrand::u64(0..15_000));
                    let (rollups, notifier) = (&rollups, &notifier);
                    async move {
                        let work = async {
                            match of_rollups {
                                true => Box::pin(rollups.handle(event(batch))).await,
                                false => Box::pin(notifier.handle(event(batch))).await,
                            }
                        };
                        u32::from(tokio::time::timeout(life, work).await.is_err())
                    }
                });
                killed += futures::future::join_all(work).await.into_iter().sum::<u32>();
            }
        }
    }
    assert!(killed > 5, "{killed} workers died");
    // The last delivery of each, to a worker that lives.
    for batch in changes.chunks(10) {
        let response = Box::pin(rollups.handle(event(&batch.iter().collect::<Vec<_>>()))).await;
        assert!(response.batch_item_failures.is_empty());
    }
    for batch in told.chunks(10) {
        let response = Box::pin(notifier.handle(event(&batch.iter().collect::<Vec<_>>()))).await;
        assert!(response.batch_item_failures.is_empty());
    }
    assert_eq!(recount(&dealership).await.differences, []);
    // Each centre's engineer: two cards assigned, one request decided; the store's keepers: asked once, low once.
    for centre in [&dealership.one, &dealership.two] {
        assert_eq!(centre.engineer.get("/api/notifications").await.body["unread"], 3);
        let mut titles: Vec<String> = Vec::new();
        for row in centre.inventory.get("/api/notifications?limit=100").await.rows() {
            titles.push(row["title"].as_str().expect("a title").to_owned());
        }
        titles.sort();
        assert_eq!(titles.len(), 2, "{titles:?}");
        assert!(titles[0].contains("is low") && titles[1] == "Parts are requested: HIGH", "{titles:?}");
    }
}

#[tokio::test]
async fn a_message_that_is_no_change_fails_alone_and_the_rest_of_its_batch_is_added() {
    let (dealership, mut player) = open().await;
    dealership.card_in_progress(&dealership.one).await;
    let app = &dealership.app.app;
    let mut messages = take_all(&dealership, &mut player, Queue::Rollups).await;
    messages.truncate(9);
    let poison = Received { id: "poison".to_owned(), body: "{}".to_owned(), receipt: String::new(), trace: None };
    messages.insert(1, poison);
    let rollups = Rollups::new(app.store.clone(), app.clock.clone());
    let batch: Vec<&Received> = messages.iter().collect();
    let response = Box::pin(rollups.handle(event(&batch))).await;
    let failed: Vec<&str> =
        response.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect();
    assert_eq!(failed, ["poison"]);
}

#[tokio::test]
async fn ten_thousand_events_pass_in_one_go() {
    let (dealership, mut player) = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let app = &dealership.app.app;
    let change = take_all(&dealership, &mut player, Queue::Rollups).await.pop().expect("a change");
    let change: RollupChange = serde_json::from_str(&change.body).expect("a change");
    let body =
        |n: usize| serde_json::to_string(&RollupChange { id: format!("{n}"), ..change.clone() }).expect("text");
    let bodies: Vec<String> = (0..10_000).map(body).collect();
    app.queues.send(Queue::Rollups, &bodies).await.expect("sent");
    Box::pin(player.settle()).await.expect("all are added");
    let held = app.queues.backlog(Queue::Rollups).await.expect("a backlog");
    assert_eq!((held.waiting, held.dead), (0, 0));
    // The card itself is counted ten thousand times in the state it came to.
    assert_eq!(card["status"], "IN_PROGRESS");
    let dashboard = dealership.one.manager.get("/api/reports/job-cards?groupBy=serviceCenter").await.expect(200);
    assert_eq!(dashboard["totals"]["inProgress"], 10_000);
}
