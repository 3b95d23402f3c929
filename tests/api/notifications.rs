//! Notifications: who is told of what, once, whatever is delivered again, and what each does with them.

use dms_local::EventPlayer;
use dms_messages::Queue;
use dms_testkit::{Client, Dealership};
use serde_json::{Value, json};

const NOTIFICATIONS: &str = "/api/notifications";

async fn open() -> (Dealership, EventPlayer) {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let player = EventPlayer::new(&dealership.app.app, dealership.app.streams(), 0);
    (dealership, player)
}

async fn settle(player: &mut EventPlayer) {
    Box::pin(player.settle()).await.expect("everything is told");
}

async fn titles(client: &Client) -> Vec<String> {
    let rows = client.get(&format!("{NOTIFICATIONS}?limit=100")).await.rows();
    rows.iter().map(|row| row["title"].as_str().expect("a title").to_owned()).collect()
}

async fn unread(client: &Client) -> u64 {
    client.get(NOTIFICATIONS).await.body["unread"].as_u64().expect("a count")
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

#[tokio::test]
async fn a_day_tells_everyone_concerned_and_no_one_else() {
    let (dealership, mut player) = open().await;
    let (one, two) = (&dealership.one, &dealership.two);
    let card = dealership.card_in_progress(one).await;
    let number = card["jobCardNumber"].as_str().expect("a number");
    let part = dealership.part_with_minimum(one, 6, 5).await;
    let path = format!("/api/job-cards/{}", id(&card));
    let body = json!({"parts": [{"inventoryPartId": part["id"], "requestedQty": 2}], "urgency": "HIGH"});
    let request = one.engineer.create(&format!("{path}/request-parts"), body).await;
    one.inventory.patch(&format!("/api/parts-requests/{}/approve", id(&request)), json!({})).await.expect(200);
    settle(&mut player).await;
    assert_eq!(
        titles(&one.engineer).await,
        ["Your parts request is approved".to_owned(), format!("Job card {number} is yours")]
    );
    let low = format!("{} is low: 4 left, at least 5 wanted", part["partNumber"].as_str().expect("a number"));
    assert_eq!(titles(&one.inventory).await, [low.as_str(), "Parts are requested: HIGH"]);
    assert_eq!(titles(&one.manager).await, [low.as_str(), "Parts are requested: HIGH"]);
    for client in
        [&one.advisor, &two.manager, &two.inventory, &two.engineer, &dealership.admin, &dealership.central]
    {
        assert_eq!(titles(client).await, [""; 0]);
    }
    one.engineer.patch(&format!("{path}/status"), json!({"status": "COMPLETED"})).await.expect(200);
    let invoice = dealership.invoice_for(one, &card).await;
    let pay = format!("/api/invoices/{}/status", id(&invoice));
    one.manager.patch(&pay, json!({"status": "PAID"})).await.expect(200);
    one.manager.patch(&pay, json!({"status": "PAID"})).await.expect(200);
    settle(&mut player).await;
    let paid = format!("{} is paid", invoice["invoiceNumber"].as_str().expect("a number"));
    assert_eq!(titles(&one.manager).await.iter().filter(|title| **title == paid).count(), 1);
}

#[tokio::test]
async fn what_waits_for_approval_is_told_to_the_admins_and_the_decision_to_who_asked() {
    let (dealership, mut player) = open().await;
    let one = &dealership.one;
    let part = dealership.central_part(100).await;
    let supplier = dealership.supplier().await;
    let body = json!({"supplierId": supplier["id"],
        "items": [{"centralInventoryPartId": part["id"], "quantity": 1, "unitPrice": 1}]});
    let order = dealership.central.create("/api/purchase-orders", body).await;
    let path = format!("/api/purchase-orders/{}", id(&order));
    dealership.central.patch(&format!("{path}/submit"), json!({})).await.expect(200);
    dealership.dispatched_issue(one, &[(&part, 3)]).await;
    settle(&mut player).await;
    let admin = titles(&dealership.admin).await;
    assert_eq!(admin.len(), 2, "{admin:?}");
    assert!(admin.iter().any(|title| title == "PO-2026-0001 waits for approval"), "{admin:?}");
    assert!(admin.iter().any(|title| title.starts_with("PI-2026-0001 waits for approval")), "{admin:?}");
    assert!(titles(&one.inventory).await.iter().any(|title| title.ends_with("is on its way")));
    assert!(titles(&one.manager).await.iter().any(|title| title == "PI-2026-0001 is approved"));
    dealership.admin.patch(&format!("{path}/reject"), json!({"reason": "Too dear"})).await.expect(200);
    settle(&mut player).await;
    assert_eq!(titles(&dealership.central).await, ["PO-2026-0001 is rejected"]);
}

#[tokio::test]
async fn whatever_is_delivered_again_is_told_once_even_after_it_was_read() {
    let (dealership, mut player) = open().await;
    let one = &dealership.one;
    dealership.card_in_progress(one).await;
    settle(&mut player).await;
    let rows = one.engineer.get(NOTIFICATIONS).await.rows();
    let path = format!("{NOTIFICATIONS}/{}/read", id(&rows[0]));
    let read = one.engineer.patch(&path, json!({})).await.expect(200);
    assert!(read["readAt"].is_string());
    for _ in 0..3 {
        // The whole stream once more, as when a relay dies after sending.
        let mut again = EventPlayer::new(&dealership.app.app, dealership.app.streams(), 0);
        settle(&mut again).await;
    }
    assert_eq!(one.engineer.get(NOTIFICATIONS).await.rows(), [read.clone()]);
    assert_eq!(unread(&one.engineer).await, 0);
    assert_eq!(one.engineer.patch(&path, json!({})).await.expect(200), read, "read once");
}

#[tokio::test]
async fn a_message_that_is_no_event_fails_alone() {
    let (dealership, mut player) = open().await;
    let one = &dealership.one;
    dealership.app.app.queues.send(Queue::Notifications, &["not an event".to_owned()]).await.expect("sent");
    dealership.card_in_progress(one).await;
    assert!(Box::pin(player.settle()).await.is_err(), "the poison stays");
    assert_eq!(titles(&one.engineer).await.len(), 1, "the rest of its batch is told");
    Box::pin(player.settle()).await.expect("it is hidden until its time is over");
}

#[tokio::test]
async fn the_unread_ones_come_first_and_are_counted_and_marked_at_once() {
    let (dealership, mut player) = open().await;
    let one = &dealership.one;
    for _ in 0..5 {
        dealership.app.advance(chrono::TimeDelta::seconds(1));
        dealership.card_in_progress(one).await;
    }
    settle(&mut player).await;
    let rows = one.engineer.get(NOTIFICATIONS).await.rows();
    assert_eq!(rows.len(), 5);
    let newest = id(&rows[0]).to_owned();
    one.engineer.patch(&format!("{NOTIFICATIONS}/{newest}/read"), json!({})).await.expect(200);
    let page = one.engineer.get(&format!("{NOTIFICATIONS}?limit=4")).await;
    assert_eq!((page.reading.round_trips, page.reading.read_units <= 3.0), (1, true), "{:?}", page.reading);
    assert_eq!((&page.body["unread"], &page.body["pagination"]["total"]), (&json!(4), &json!(5)));
    assert_eq!(page.rows().iter().map(id).collect::<Vec<_>>(), rows[1..].iter().map(id).collect::<Vec<_>>());
    let last = one.engineer.get(&format!("{NOTIFICATIONS}?limit=4&page=2")).await.rows();
    assert_eq!(id(&last[0]), newest, "what was read is last");
    let only = one.engineer.get(&format!("{NOTIFICATIONS}?unread=true")).await;
    assert_eq!((only.body["pagination"]["total"].as_u64(), only.rows().len()), (Some(4), 4));
    one.manager.patch(&format!("{NOTIFICATIONS}/{newest}/read"), json!({})).await.refused(404, "NOT_FOUND");
    let path = format!("{NOTIFICATIONS}/read-all");
    assert_eq!(one.engineer.post(&path, json!({})).await.expect(200)["marked"], 4);
    assert_eq!(one.engineer.post(&path, json!({})).await.expect(200)["marked"], 0);
    assert_eq!(unread(&one.engineer).await, 0);
    one.engineer.get(&format!("{NOTIFICATIONS}?unread=maybe")).await.refused(400, "BAD_QUERY").naming("unread");
}

#[tokio::test]
async fn what_is_muted_is_not_told() {
    let (dealership, mut player) = open().await;
    let one = &dealership.one;
    let path = format!("{NOTIFICATIONS}/preferences");
    let before = one.engineer.get(&path).await.expect(200);
    assert_eq!((&before["muted"], &before["email"]), (&json!([]), &json!(false)));
    let changed = one.engineer.patch(&path, json!({"muted": ["ENGINEER_ASSIGNED"]})).await.expect(200);
    assert_eq!(changed["muted"], json!(["ENGINEER_ASSIGNED"]));
    dealership.card_in_progress(one).await;
    settle(&mut player).await;
    assert_eq!(titles(&one.engineer).await, [""; 0]);
    one.engineer.patch(&path, json!({"muted": ["COLOURS"]})).await.refused(422, "VALIDATION_FAILED");
    one.engineer.patch(&path, json!({"muted": []})).await.expect(200);
    dealership.card_in_progress(one).await;
    settle(&mut player).await;
    assert_eq!(titles(&one.engineer).await.len(), 1);
}

#[tokio::test]
async fn a_command_that_was_left_behind_is_sent_by_the_sweep() {
    let (dealership, mut player) = open().await;
    let one = &dealership.one;
    dealership.card_in_progress(one).await;
    let app = &dealership.app.app;
    assert!(app.store.oldest_unsent().await.expect("an answer").is_some());
    let relay = relay::Relay::new(app.store.clone(), app.queues.clone(), app.clock.clone());
    assert_eq!(relay.sweep().await.expect("a sweep"), 0, "it may still be in the stream");
    dealership.app.advance(chrono::TimeDelta::minutes(11));
    assert!(relay.sweep().await.expect("a sweep") > 0);
    assert_eq!(relay.sweep().await.expect("a sweep"), 0, "sent once");
    assert_eq!(app.store.oldest_unsent().await.expect("an answer"), None);
    settle(&mut player).await;
    assert_eq!(titles(&one.engineer).await.len(), 1, "and told once, although the stream brings it, too");
}
