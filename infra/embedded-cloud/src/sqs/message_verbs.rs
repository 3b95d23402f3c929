//! The operations on messages.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::error::SqsError;
use super::message_store::Received;
use super::messages::{check_batch, check_batch_size, md5_hex, new_message, to_json};
use super::receipt::Receipt;
use super::requests::{
    Batch, Deletion, Entry, OnMessage, Outgoing, ReceiveMessage, SendMessage, VisibilityChange,
};
use super::verbs::{Answer, list_answer, queue_name};
use super::{Sqs, now};
use crate::serve;

const MAX_VISIBILITY_TIMEOUT: u32 = 43_200;
const MAX_WAIT_SECONDS: u32 = 20;

/// What became of each entry of a batch.
type Results = Vec<(String, Answer)>;

impl Sqs {
    pub(super) async fn send_message(&self, request: SendMessage) -> Answer {
        let queue = queue_name(&request.queue_url);
        let md5 = md5_hex(&request.message.message_body);
        let bell = self.bell(&queue);
        let message_id = self
            .with_store(move |store| {
                let now = now();
                let message = new_message(request.message, &store.attributes(&queue)?, now)?;
                store.send(&queue, std::slice::from_ref(&message), now)?;
                Ok(message.message_id)
            })
            .await?;
        bell.send_replace(());
        Ok(json!({ "MessageId": message_id, "MD5OfMessageBody": md5 }))
    }

    pub(super) async fn send_message_batch(&self, request: Batch<Outgoing>) -> Answer {
        check_batch(&request.entries)?;
        check_batch_size(&request.entries)?;
        let queue = queue_name(&request.queue_url);
        let bell = self.bell(&queue);
        let results = self
            .with_store(move |store| {
                let now = now();
                let attributes = store.attributes(&queue)?;
                let mut messages = Vec::new();
                let mut results = Vec::new();
                for Entry { id, content } in request.entries {
                    let sent = new_message(content, &attributes, now).map(|message| {
                        let done = json!({
                            "MessageId": message.message_id,
                            "MD5OfMessageBody": md5_hex(&message.body),
                        });
                        messages.push(message);
                        done
                    });
                    results.push((id, sent));
                }
                store.send(&queue, &messages, now)?;
                Ok(results)
            })
            .await?;
        bell.send_replace(());
        Ok(batch_answer(results))
    }

    pub(super) async fn receive_message(&self, request: ReceiveMessage) -> Answer {
        let queue = queue_name(&request.queue_url);
        let limit = request.max_number_of_messages.unwrap_or(1);
        check_range("MaxNumberOfMessages", limit, 1, 10)?;
        check_range("VisibilityTimeout", request.visibility_timeout.unwrap_or(0), 0, MAX_VISIBILITY_TIMEOUT)?;
        check_range("WaitTimeSeconds", request.wait_time_seconds.unwrap_or(0), 0, MAX_WAIT_SECONDS)?;

        let mut stop = self.stop.clone();
        // Subscribed before looking, so that no arrival is missed in between.
        let mut arrivals = self.bell(&queue).subscribe();
        let mut deadline = None;
        let mut stopping = false;
        loop {
            let (received, wait) = self.receive_now(&queue, limit, request.visibility_timeout).await?;
            if let Some(target) = &received.moved_to {
                self.bell(target).send_replace(());
            }
            let wait = Duration::from_secs(u64::from(request.wait_time_seconds.unwrap_or(wait)));
            let deadline = *deadline.get_or_insert_with(|| Instant::now() + wait);
            if !received.messages.is_empty() || Instant::now() >= deadline || stopping {
                let messages: Result<Vec<Value>, _> =
                    received.messages.into_iter().map(|message| to_json(message, &request)).collect();
                return Ok(list_answer("Messages", messages?));
            }
            let next = received.next_visible_at.map_or(deadline, |at| deadline.min(instant(at)));
            tokio::select! {
                () = serve::stopped(&mut stop) => stopping = true,
                () = tokio::time::sleep_until(next) => {}
                _ = arrivals.changed() => {}
            }
        }
    }

    /// One look at the queue, and how long the queue would have a receiver wait.
    async fn receive_now(
        &self,
        queue: &str,
        limit: u32,
        visibility_timeout: Option<u32>,
    ) -> Result<(Received, u32), SqsError> {
        let queue = queue.to_owned();
        self.with_store(move |store| {
            let attributes = store.attributes(&queue)?;
            let now = now();
            let hidden_until = later(now, visibility_timeout.unwrap_or_else(|| attributes.visibility_timeout()));
            let received = store.receive(&queue, attributes.redrive().as_ref(), limit, now, hidden_until)?;
            Ok((received, attributes.wait_time()))
        })
        .await
    }

    pub(super) async fn delete_message(&self, request: OnMessage<Deletion>) -> Answer {
        let results = self.delete_all(&request.queue_url, vec![(String::new(), request.content)]).await?;
        single(results)
    }

    pub(super) async fn delete_message_batch(&self, request: Batch<Deletion>) -> Answer {
        check_batch(&request.entries)?;
        let entries = request.entries.into_iter().map(|entry| (entry.id, entry.content)).collect();
        self.delete_all(&request.queue_url, entries).await.map(batch_answer)
    }

    async fn delete_all(&self, url: &str, entries: Vec<(String, Deletion)>) -> Result<Results, SqsError> {
        let queue = queue_name(url);
        self.with_store(move |store| {
            store.attributes(&queue)?;
            let delete = |entry: Deletion| store.delete(&queue, &Receipt::parse(&entry.receipt_handle)?);
            Ok(entries.into_iter().map(|(id, entry)| (id, delete(entry).map(|()| json!({})))).collect())
        })
        .await
    }

    pub(super) async fn change_visibility(&self, request: OnMessage<VisibilityChange>) -> Answer {
        let results = self.change_all(&request.queue_url, vec![(String::new(), request.content)]).await?;
        single(results)
    }

    pub(super) async fn change_visibility_batch(&self, request: Batch<VisibilityChange>) -> Answer {
        check_batch(&request.entries)?;
        let entries = request.entries.into_iter().map(|entry| (entry.id, entry.content)).collect();
        self.change_all(&request.queue_url, entries).await.map(batch_answer)
    }

    async fn change_all(&self, url: &str, entries: Vec<(String, VisibilityChange)>) -> Result<Results, SqsError> {
        let queue = queue_name(url);
        let bell = self.bell(&queue);
        let results = self
            .with_store(move |store| {
                store.attributes(&queue)?;
                let change = |entry: VisibilityChange| {
                    let now = now();
                    check_range("VisibilityTimeout", entry.visibility_timeout, 0, MAX_VISIBILITY_TIMEOUT)?;
                    let receipt = Receipt::parse(&entry.receipt_handle)?;
                    store.change_visibility(&queue, &receipt, now, later(now, entry.visibility_timeout))
                };
                Ok(entries.into_iter().map(|(id, entry)| (id, change(entry).map(|()| json!({})))).collect())
            })
            .await?;
        // Messages may have become visible at once.
        bell.send_replace(());
        Ok(results)
    }
}

/// Entries fail one by one, the request as a whole succeeds.
fn batch_answer(results: Results) -> Value {
    let mut successful = Vec::new();
    let mut failed = Vec::new();
    for (id, result) in results {
        match result {
            Ok(mut entry) => {
                entry["Id"] = id.into();
                successful.push(entry);
            }
            Err(error) => failed.push(json!({
                "Id": id,
                "Code": error.names().1,
                "Message": error.to_string(),
                "SenderFault": error.status().is_client_error(),
            })),
        }
    }
    let mut answer = json!({ "Successful": successful });
    if !failed.is_empty() {
        answer["Failed"] = failed.into();
    }
    answer
}

fn single(results: Results) -> Answer {
    results.into_iter().next().map_or_else(|| Ok(json!({})), |(_, result)| result)
}

fn check_range(name: &str, value: u32, low: u32, high: u32) -> Result<(), SqsError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    let reason =
        format!("Value {value} for parameter {name} is invalid. Reason: Must be between {low} and {high}.");
    Err(SqsError::InvalidParameterValue(reason))
}

fn later(now: i64, seconds: u32) -> i64 {
    now + i64::from(seconds) * 1_000
}

/// The instant of a time in milliseconds since 1970.
fn instant(at: i64) -> Instant {
    Instant::now() + Duration::from_millis(u64::try_from(at - now()).unwrap_or(0))
}
