//! Queues: delivery, redelivery, dead letters and waiting.

use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName};

use crate::clients::in_memory;

pub(crate) async fn create(client: &Client, name: &str) -> String {
    let created = client.create_queue().queue_name(name).send().await.unwrap();
    created.queue_url.unwrap()
}

pub(crate) async fn send(client: &Client, url: &str, body: &str) {
    client.send_message().queue_url(url).message_body(body).send().await.unwrap();
}

pub(crate) async fn receive(client: &Client, url: &str) -> Vec<Message> {
    let request = client.receive_message().queue_url(url).max_number_of_messages(10);
    let request = request.message_system_attribute_names(MessageSystemAttributeName::All);
    request.message_attribute_names("All").send().await.unwrap().messages.unwrap_or_default()
}

pub(crate) async fn attribute(client: &Client, url: &str, name: QueueAttributeName) -> String {
    let request = client.get_queue_attributes().queue_url(url);
    let got = request.attribute_names(QueueAttributeName::All).send().await.unwrap();
    got.attributes.unwrap().remove(&name).unwrap_or_default()
}

#[tokio::test]
async fn a_message_is_sent_received_and_deleted() {
    let (cloud, clients) = in_memory().await;
    let sqs = &clients.sqs;
    let url = create(sqs, "jobs").await;
    assert_eq!(url, format!("{}/000000000000/jobs", cloud.sqs_endpoint()));
    let kind = MessageAttributeValue::builder().data_type("String").string_value("invoice");
    let sent = sqs
        .send_message()
        .queue_url(&url)
        .message_body("hello")
        .message_attributes("kind", kind.build().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(sent.md5_of_message_body(), Some("5d41402abc4b2a76b9719d911017c592"));

    let messages = receive(sqs, &url).await;
    assert_eq!(messages.len(), 1);
    let message = &messages[0];
    assert_eq!(message.body(), Some("hello"));
    assert_eq!(message.message_id(), sent.message_id());
    let attributes = message.attributes().unwrap();
    assert_eq!(attributes[&MessageSystemAttributeName::ApproximateReceiveCount], "1");
    assert!(attributes.contains_key(&MessageSystemAttributeName::SentTimestamp));
    assert_eq!(message.message_attributes().unwrap()["kind"].string_value(), Some("invoice"));
    let hidden = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
    assert_eq!(attribute(sqs, &url, hidden.clone()).await, "1");

    let handle = message.receipt_handle().unwrap();
    sqs.delete_message().queue_url(&url).receipt_handle(handle).send().await.unwrap();
    assert_eq!(attribute(sqs, &url, hidden).await, "0");
    cloud.stop().await;
}

#[tokio::test]
async fn a_message_returns_after_the_visibility_timeout() {
    let (cloud, clients) = in_memory().await;
    let sqs = &clients.sqs;
    let url = create(sqs, "jobs").await;
    send(sqs, &url, "again").await;
    let request = sqs.receive_message().queue_url(&url).visibility_timeout(1);
    let first = request.send().await.unwrap().messages.unwrap().remove(0);
    assert!(receive(sqs, &url).await.is_empty());

    // Waits until the second is over, without a new arrival.
    let waiting = Instant::now();
    let request = sqs.receive_message().queue_url(&url).wait_time_seconds(10);
    let second = request.send().await.unwrap().messages.unwrap().remove(0);
    assert!(waiting.elapsed() < Duration::from_secs(5));
    assert_eq!(first.message_id(), second.message_id());

    // The first receipt is stale now: no error, and no effect.
    let stale = first.receipt_handle().unwrap();
    sqs.delete_message().queue_url(&url).receipt_handle(stale).send().await.unwrap();
    let fresh = second.receipt_handle().unwrap();
    let change = sqs.change_message_visibility().queue_url(&url).visibility_timeout(0);
    change.receipt_handle(fresh).send().await.unwrap();
    assert_eq!(receive(sqs, &url).await.len(), 1);
    cloud.stop().await;
}

#[tokio::test]
async fn a_message_received_too_often_becomes_a_dead_letter() {
    let (cloud, clients) = in_memory().await;
    let sqs = &clients.sqs;
    let dead = create(sqs, "jobs-dead").await;
    let arn = attribute(sqs, &dead, QueueAttributeName::QueueArn).await;
    assert_eq!(arn, "arn:aws:sqs:ap-south-1:000000000000:jobs-dead");
    let policy = format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":2}}"#);
    let created = sqs
        .create_queue()
        .queue_name("jobs")
        .attributes(QueueAttributeName::RedrivePolicy, policy)
        .attributes(QueueAttributeName::VisibilityTimeout, "0")
        .send()
        .await
        .unwrap();
    let url = created.queue_url.unwrap();
    send(sqs, &url, "poison").await;
    assert_eq!(receive(sqs, &url).await.len(), 1);
    assert_eq!(receive(sqs, &url).await.len(), 1);
    assert!(receive(sqs, &url).await.is_empty());
    let letters = receive(sqs, &dead).await;
    assert_eq!(letters[0].body(), Some("poison"));
    cloud.stop().await;
}

#[tokio::test]
async fn a_waiting_receiver_wakes_on_arrival() {
    let (cloud, clients) = in_memory().await;
    let url = create(&clients.sqs, "jobs").await;
    let waiting = clients.sqs.receive_message().queue_url(&url).wait_time_seconds(20).send();
    let started = Instant::now();
    let (received, ()) = tokio::join!(waiting, async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        send(&clients.sqs, &url, "wake up").await;
    });
    assert_eq!(received.unwrap().messages.unwrap().len(), 1);
    assert!(started.elapsed() < Duration::from_secs(5));
    cloud.stop().await;
}

#[tokio::test]
async fn a_delayed_message_wakes_a_waiting_receiver_when_due() {
    let (cloud, clients) = in_memory().await;
    let url = create(&clients.sqs, "jobs").await;
    let later = clients.sqs.send_message().queue_url(&url).message_body("later");
    later.delay_seconds(1).send().await.unwrap();
    let delayed = QueueAttributeName::ApproximateNumberOfMessagesDelayed;
    assert_eq!(attribute(&clients.sqs, &url, delayed).await, "1");
    let started = Instant::now();
    let request = clients.sqs.receive_message().queue_url(&url).wait_time_seconds(20);
    assert_eq!(request.send().await.unwrap().messages.unwrap().len(), 1);
    let waited = started.elapsed();
    assert!(waited > Duration::from_millis(500) && waited < Duration::from_secs(5), "{waited:?}");
    cloud.stop().await;
}

#[tokio::test]
async fn stopping_does_not_wait_for_receivers() {
    let (cloud, clients) = in_memory().await;
    let url = create(&clients.sqs, "jobs").await;
    let waiting = clients.sqs.receive_message().queue_url(&url).wait_time_seconds(20).send();
    let started = Instant::now();
    let (received, ()) = tokio::join!(waiting, async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        cloud.stop().await;
    });
    assert!(received.unwrap().messages.unwrap_or_default().is_empty());
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn dropping_the_cloud_ends_waiting_too() {
    let (cloud, clients) = in_memory().await;
    let url = create(&clients.sqs, "jobs").await;
    let waiting = clients.sqs.receive_message().queue_url(&url).wait_time_seconds(20).send();
    let started = Instant::now();
    let (received, ()) = tokio::join!(waiting, async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        drop(cloud);
    });
    assert!(received.unwrap().messages.is_none());
    assert!(started.elapsed() < Duration::from_secs(3));
}
