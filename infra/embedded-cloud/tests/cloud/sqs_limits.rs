//! Batches and refusals.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, QueueAttributeName,
    SendMessageBatchRequestEntry,
};

use crate::clients::in_memory;
use crate::sqs::{attribute, create, receive, send};

fn entries(bodies: &[String]) -> Vec<SendMessageBatchRequestEntry> {
    let entry = |(index, body): (usize, &String)| {
        let entry = SendMessageBatchRequestEntry::builder().id(index.to_string());
        entry.message_body(body).build().unwrap()
    };
    bodies.iter().enumerate().map(entry).collect()
}

/// The error code that sending these bodies in one batch gives.
async fn refusal(client: &Client, url: &str, bodies: &[String]) -> String {
    let batch = client.send_message_batch().queue_url(url).set_entries(Some(entries(bodies)));
    batch.send().await.unwrap_err().code().unwrap().to_owned()
}

#[tokio::test]
async fn ten_messages_go_through_in_batches() {
    let (cloud, clients) = in_memory().await;
    let sqs = &clients.sqs;
    let url = create(sqs, "jobs").await;
    let bodies: Vec<String> = (0..10).map(|number| format!("message {number}")).collect();
    let batch = sqs.send_message_batch().queue_url(&url).set_entries(Some(entries(&bodies)));
    let sent = batch.send().await.unwrap();
    assert_eq!(sent.successful().len(), 10);
    assert!(sent.failed().is_empty());
    let messages = receive(sqs, &url).await;
    let received: Vec<&str> = messages.iter().filter_map(|message| message.body()).collect();
    assert_eq!(received, bodies);

    let (kept, deleted) = messages.split_at(4);
    let deletion = |(index, message): (usize, &aws_sdk_sqs::types::Message)| {
        let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
        entry.receipt_handle(message.receipt_handle().unwrap()).build().unwrap()
    };
    let batch = sqs.delete_message_batch().queue_url(&url);
    let batch = batch.set_entries(Some(deleted.iter().enumerate().map(deletion).collect()));
    assert_eq!(batch.send().await.unwrap().successful().len(), 6);

    let change = |id: &str, handle: &str| {
        let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(id);
        entry.receipt_handle(handle).visibility_timeout(0).build().unwrap()
    };
    let batch = sqs.change_message_visibility_batch().queue_url(&url);
    let batch = batch.entries(change("good", kept[0].receipt_handle().unwrap()));
    let changed = batch.entries(change("bad", "nonsense")).send().await.unwrap();
    assert_eq!(changed.successful()[0].id(), "good");
    assert_eq!(changed.failed()[0].code(), "ReceiptHandleIsInvalid");

    let visible = QueueAttributeName::ApproximateNumberOfMessages;
    let hidden = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
    assert_eq!(attribute(sqs, &url, visible.clone()).await, "1");
    assert_eq!(attribute(sqs, &url, hidden).await, "3");
    sqs.purge_queue().queue_url(&url).send().await.unwrap();
    assert_eq!(attribute(sqs, &url, visible).await, "0");
    cloud.stop().await;
}

#[tokio::test]
async fn batches_out_of_bounds_are_refused() {
    let (cloud, clients) = in_memory().await;
    let sqs = &clients.sqs;
    let url = create(sqs, "jobs").await;
    let large = "x".repeat(30 * 1024);
    let code = refusal(sqs, &url, &vec![large; 10]).await;
    assert_eq!(code, "AWS.SimpleQueueService.BatchRequestTooLong");
    let code = refusal(sqs, &url, &vec!["x".to_owned(); 11]).await;
    assert_eq!(code, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest");
    assert_eq!(refusal(sqs, &url, &[]).await, "AWS.SimpleQueueService.EmptyBatchRequest");

    let whole = "x".repeat(256 * 1024);
    send(sqs, &url, &whole).await;
    let larger = format!("{whole}x");
    let sent = sqs.send_message().queue_url(&url).message_body(larger).send().await;
    assert_eq!(sent.unwrap_err().code(), Some("InvalidParameterValue"));
    cloud.stop().await;
}

#[tokio::test]
async fn an_unknown_queue_is_a_typed_error() {
    let (cloud, clients) = in_memory().await;
    let url = format!("{}/000000000000/nowhere", cloud.sqs_endpoint());
    let sent = clients.sqs.send_message().queue_url(&url).message_body("x").send().await;
    let error = sent.unwrap_err().into_service_error();
    assert!(error.is_queue_does_not_exist(), "{error:?}");
    let received = clients.sqs.receive_message().queue_url(&url).wait_time_seconds(5).send().await;
    assert!(received.unwrap_err().into_service_error().is_queue_does_not_exist());
    let found = clients.sqs.get_queue_url().queue_name("nowhere").send().await;
    assert!(found.unwrap_err().into_service_error().is_queue_does_not_exist());
    cloud.stop().await;
}

#[tokio::test]
async fn creating_a_queue_again_is_fine_unless_it_differs() {
    let (cloud, clients) = in_memory().await;
    let sqs = &clients.sqs;
    let url = create(sqs, "jobs").await;
    assert_eq!(create(sqs, "jobs").await, url);
    let timeout = QueueAttributeName::VisibilityTimeout;
    let other = sqs.create_queue().queue_name("jobs").attributes(timeout.clone(), "60");
    let error = other.clone().send().await.unwrap_err().into_service_error();
    assert!(error.is_queue_name_exists(), "{error:?}");

    let set = sqs.set_queue_attributes().queue_url(&url).attributes(timeout.clone(), "60");
    set.send().await.unwrap();
    assert_eq!(attribute(sqs, &url, timeout).await, "60");
    other.send().await.unwrap();
    let listed = sqs.list_queues().queue_name_prefix("jo").send().await.unwrap();
    assert_eq!(listed.queue_urls(), [url]);
    cloud.stop().await;
}
