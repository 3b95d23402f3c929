//! Channels beyond the application, dead letters and their way back, and how far behind the events are.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use chrono::TimeDelta;
use dms_http::config::Access;
use dms_local::EventPlayer;
use dms_messages::{Queue, Received};
use dms_testkit::Dealership;
use hmac::{Hmac, KeyInit, Mac};
use notifier::{Channel, Email, Notifier, SIGNATURE, Webhook};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::deliveries::{event, take_all};

const SECRET: &str = "the secret of the webhook, long enough";

/// A server that keeps what it is sent, or refuses it.
#[derive(Clone, Default)]
struct Capture {
    requests: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    is_down: Arc<AtomicBool>,
}

impl Capture {
    async fn start() -> (Self, String) {
        let capture = Self::default();
        let keep = |State(capture): State<Self>, headers: HeaderMap, body: String| async move {
            if capture.is_down.load(Relaxed) {
                return (StatusCode::BAD_GATEWAY, "down");
            }
            capture.requests.lock().unwrap().push((headers, body));
            (StatusCode::OK, r#"{"MessageId": "1"}"#)
        };
        let router = Router::new().fallback(keep).with_state(capture.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (capture, url)
    }

    fn taken(&self) -> Vec<(HeaderMap, Value)> {
        let requests = std::mem::take(&mut *self.requests.lock().unwrap());
        requests.into_iter().map(|(headers, body)| (headers, serde_json::from_str(&body).unwrap())).collect()
    }
}

async fn open() -> (Dealership, EventPlayer) {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let player = EventPlayer::new(&dealership.app.app, dealership.app.streams(), 0);
    (dealership, player)
}

fn notifier(dealership: &Dealership, channel: impl Channel + 'static) -> Notifier {
    let app = &dealership.app.app;
    Notifier::new(app.store.clone(), app.clock.clone(), vec![Arc::new(channel)])
}

fn webhook(dealership: &Dealership, url: &str) -> Webhook {
    Webhook::new(url, SECRET.to_owned(), dealership.app.app.clock.clone()).unwrap()
}

#[tokio::test]
async fn a_webhook_is_told_signed_once_for_each_recipient() {
    let (dealership, mut player) = open().await;
    let (capture, url) = Capture::start().await;
    let notifier = notifier(&dealership, webhook(&dealership, &url));
    dealership.card_in_progress(&dealership.one).await;
    let messages = take_all(&dealership, &mut player, Queue::Notifications).await;
    let batch: Vec<&Received> = messages.iter().collect();
    capture.is_down.store(true, Relaxed);
    let response = Box::pin(notifier.handle(event(&batch))).await;
    assert_eq!(response.batch_item_failures.len(), 1, "to be tried again");
    capture.is_down.store(false, Relaxed);
    for _ in 0..3 {
        let response = Box::pin(notifier.handle(event(&batch))).await;
        assert!(response.batch_item_failures.is_empty());
    }
    let taken = capture.requests.lock().unwrap().clone();
    assert_eq!(taken.len(), 1);
    let (headers, body) = &taken[0];
    let signature = headers[SIGNATURE].to_str().unwrap();
    let (at, signed) = signature.split_once(",v1=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{}.{body}", at.strip_prefix("t=").unwrap()).as_bytes());
    let expected: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(signed, expected);
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["userId"], dealership.one.engineer_id.as_str());
    assert_eq!(body["notification"]["type"], "ENGINEER_ASSIGNED");
    assert_eq!(dealership.one.engineer.get("/api/notifications").await.rows().len(), 1, "in the application, too");
}

#[tokio::test]
async fn e_mail_goes_to_those_who_want_it() {
    let (dealership, mut player) = open().await;
    let (capture, url) = Capture::start().await;
    let access = Access {
        region: "ap-south-1".to_owned(),
        credentials: aws_credential_types::Credentials::new("key", "secret", None, None, "test"),
        http: aws_smithy_http_client::Builder::new().build_http(),
        endpoint: Some(url),
    };
    let notifier = notifier(&dealership, Email::new(access, "dms@example.in".to_owned()));
    let one = &dealership.one;
    one.inventory.patch("/api/notifications/preferences", json!({"email": true})).await.expect(200);
    let card = dealership.card_in_progress(one).await;
    let part = dealership.part(one, 5).await;
    let body = json!({"parts": [{"inventoryPartId": part["id"], "requestedQty": 2}], "urgency": "HIGH"});
    let path = format!("/api/job-cards/{}/request-parts", card["id"].as_str().unwrap());
    one.engineer.create(&path, body).await;
    let messages = take_all(&dealership, &mut player, Queue::Notifications).await;
    let batch: Vec<&Received> = messages.iter().collect();
    for _ in 0..2 {
        let response = Box::pin(notifier.handle(event(&batch))).await;
        assert!(response.batch_item_failures.is_empty());
    }
    let taken = capture.taken();
    assert_eq!(taken.len(), 1, "neither the engineer nor the manager: {taken:?}");
    let mail = &taken[0].1;
    assert_eq!(mail["FromEmailAddress"], "dms@example.in");
    let me = one.inventory.get("/api/auth/me").await.expect(200);
    assert_eq!(mail["Destination"]["ToAddresses"], json!([me["email"]]));
    assert_eq!(mail["Content"]["Simple"]["Subject"]["Data"], "Parts are requested: HIGH");
}

/// Delivers what a queue holds, as Lambda does: what is done goes, what failed comes again.
async fn deliver(dealership: &Dealership, notifier: &Notifier) -> usize {
    let queues = &dealership.app.app.queues;
    let messages = queues.receive_now(Queue::Notifications).await.unwrap();
    let response = Box::pin(notifier.handle(event(&messages.iter().collect::<Vec<_>>()))).await;
    for message in &messages {
        let failed = |failure: &aws_lambda_events::sqs::BatchItemFailure| failure.item_identifier == message.id;
        match response.batch_item_failures.iter().any(failed) {
            true => queues.release(Queue::Notifications, message).await.unwrap(),
            false => queues.delete(Queue::Notifications, message).await.unwrap(),
        }
    }
    messages.len()
}

#[tokio::test]
async fn what_fails_for_good_goes_to_the_dead_letters_alone_and_comes_home_by_a_redrive() {
    let (dealership, mut player) = open().await;
    let (one, queues) = (&dealership.one, &dealership.app.app.queues);
    let (capture, url) = Capture::start().await;
    capture.is_down.store(true, Relaxed);
    let notifier = notifier(&dealership, webhook(&dealership, &url));
    queues.send(Queue::Notifications, &["not an event".to_owned()]).await.unwrap();
    dealership.card_in_progress(one).await;
    while player.relay().await.expect("relayed") {}
    let received = deliver(&dealership, &notifier).await;
    assert_eq!(received, 2);
    let row = one.engineer.get("/api/notifications").await.rows();
    assert_eq!(row.len(), 1, "the application knows, whatever the webhook does");
    for _ in 0..4 {
        assert_eq!(deliver(&dealership, &notifier).await, 2);
    }
    assert_eq!(deliver(&dealership, &notifier).await, 0, "five times, then never again");
    let health = dealership.app.anonymous().get("/api/health").await.expect(200);
    assert_eq!(health["events"]["notifications"], json!({"waiting": 0, "dead": 2}));
    // The webhook is mended, and what was left is told. The poison dies once more.
    capture.is_down.store(false, Relaxed);
    assert_eq!(queues.redrive(Queue::Notifications).await.unwrap(), 2);
    for _ in 0..5 {
        deliver(&dealership, &notifier).await;
    }
    assert_eq!(deliver(&dealership, &notifier).await, 0);
    assert_eq!(capture.taken().len(), 1, "told once");
    assert_eq!(one.engineer.get("/api/notifications").await.rows(), row);
    assert_eq!(queues.backlog(Queue::Notifications).await.unwrap().dead, 1);
    assert_eq!(queues.redrive(Queue::Rollups).await.unwrap(), 0, "nothing died there");
}

#[tokio::test]
async fn health_tells_how_far_behind_the_events_are() {
    let (dealership, mut player) = open().await;
    dealership.card_in_progress(&dealership.one).await;
    dealership.app.advance(TimeDelta::seconds(90));
    let health = dealership.app.anonymous().get("/api/health").await.expect(200);
    assert_eq!(health["events"]["lagSeconds"], 90);
    while player.relay().await.expect("relayed") {}
    dealership.app.advance(TimeDelta::seconds(1));
    let health = dealership.app.anonymous().get("/api/health").await.expect(200);
    assert_eq!(health["events"]["lagSeconds"], Value::Null, "all is sent");
    assert_eq!(health["events"]["notifications"]["waiting"], 1);
    assert!(health["events"]["rollups"]["waiting"].as_u64().unwrap() > 2, "{health}");
    Box::pin(player.settle()).await.expect("all is done");
    dealership.app.advance(TimeDelta::seconds(1));
    let health = dealership.app.anonymous().get("/api/health").await.expect(200);
    assert_eq!(health["events"]["rollups"], json!({"waiting": 0, "dead": 0}));
}

/// A vehicle whose papers end on these days.
async fn vehicle(dealership: &Dealership, insurance: &str, warranty: &str) -> Value {
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    let path = format!("/api/vehicles/{}", vehicle["id"].as_str().unwrap());
    let ends =
        json!({"insuranceStartDate": "2025-01-01", "insuranceEndDate": insurance, "warrantyEndDate": warranty});
    dealership.admin.patch(&path, ends).await.expect(200)
}

async fn remind(dealership: &Dealership, player: &mut EventPlayer) -> usize {
    Box::pin(player.settle()).await.expect("all is noted");
    let app = &dealership.app.app;
    let sent = notifier::remind(&app.store, &app.queues, app.clock.now()).await.expect("a run");
    Box::pin(player.settle()).await.expect("all is told");
    sent
}

async fn titles(client: &dms_testkit::Client) -> Vec<String> {
    let rows = client.get("/api/notifications?limit=100").await.rows();
    let mut titles: Vec<String> = rows.iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

#[tokio::test]
async fn what_is_due_for_a_vehicle_is_told_once_on_its_day_to_those_who_served_it() {
    let (dealership, mut player) = open().await;
    let (one, two) = (&dealership.one, &dealership.two);
    // The 23rd of November: insured for 30 days more, and guaranteed for 31.
    let vehicle = vehicle(&dealership, "2026-12-23", "2026-12-24").await;
    let plate = vehicle["registration"].as_str().unwrap();
    assert_eq!(vehicle["warrantyEndDate"], "2026-12-24");
    let insured = format!("The insurance of {plate} ends on 23 Dec 2026");
    for run in [1, 0, 0] {
        assert_eq!(remind(&dealership, &mut player).await, run);
    }
    assert_eq!(titles(&dealership.admin).await, [insured.as_str()], "no centre has served it");
    assert_eq!(titles(&one.manager).await, [""; 0]);

    let card = dealership.job_card_for(one, &vehicle).await;
    let path = format!("/api/job-cards/{}", card["id"].as_str().unwrap());
    let assign = json!({"engineerId": one.engineer_id});
    one.manager.post(&format!("{path}/assign-engineer"), assign).await.expect(200);
    for status in ["IN_PROGRESS", "COMPLETED"] {
        one.engineer.patch(&format!("{path}/status"), json!({"status": status})).await.expect(200);
    }
    let invoice = dealership.invoice_for(one, &card).await;
    let pay = format!("/api/invoices/{}/status", invoice["id"].as_str().unwrap());
    one.manager.patch(&pay, json!({"status": "PAID"})).await.expect(200);
    let path = format!("/api/vehicles/{}", vehicle["id"].as_str().unwrap());
    let served = one.manager.get(&path).await.expect(200);
    assert_eq!(served["nextServiceDate"], "2027-05-22", "180 days from now");

    // Days later, when the daily run was away; the whole stream comes once more.
    dealership.app.advance(TimeDelta::days(3));
    player = EventPlayer::new(&dealership.app.app, dealership.app.streams(), 0);
    let told = remind(&dealership, &mut player).await;
    assert!(told <= 2, "the insurance may be sent again, and is not told again");
    let warranty = format!("The warranty of {plate} ends on 24 Dec 2026");
    assert_eq!(titles(&one.advisor).await, [warranty.as_str()]);
    assert!(titles(&one.manager).await.contains(&warranty));
    assert_eq!(titles(&dealership.admin).await, [insured.as_str()]);
    assert_eq!(titles(&two.manager).await, [""; 0]);

    // The service, a week before; a vehicle that is gone is no one's.
    let gone = self::vehicle(&dealership, "2027-06-01", "2027-06-01").await;
    remind(&dealership, &mut player).await;
    let path = format!("/api/vehicles/{}", gone["id"].as_str().unwrap());
    dealership.admin.delete(&path).await.expect(200);
    dealership.app.advance(TimeDelta::days(170)); // the 15th of May
    assert_eq!(remind(&dealership, &mut player).await, 1);
    let service = format!("{plate} is due for service on 22 May 2027");
    assert_eq!(titles(&one.advisor).await, [service.as_str(), warranty.as_str()]);
    assert_eq!(titles(&dealership.admin).await, [insured.as_str()]);
}
