//! The operations: all of them by name, and those on queues.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::attributes::{ACCOUNT, QueueAttributes, arn};
use super::error::SqsError;
use super::queue_store::Counts;
use super::requests::{CreateQueue, GetQueueAttributes, GetQueueUrl, ListQueues, OnQueue, SetQueueAttributes};
use super::{Sqs, now};

pub(super) type Answer = Result<Value, SqsError>;

impl Sqs {
    /// Runs the operation called `name`.
    pub(super) async fn call(&self, name: &str, body: &[u8]) -> Answer {
        match name {
            "CreateQueue" => self.create_queue(parse(body)?).await,
            "DeleteQueue" => self.delete_queue(parse(body)?).await,
            "GetQueueUrl" => self.get_queue_url(parse(body)?).await,
            "ListQueues" => self.list_queues(parse(body)?).await,
            "GetQueueAttributes" => self.get_queue_attributes(parse(body)?).await,
            "SetQueueAttributes" => self.set_queue_attributes(parse(body)?).await,
            "PurgeQueue" => self.purge_queue(parse(body)?).await,
            "SendMessage" => self.send_message(parse(body)?).await,
            "SendMessageBatch" => self.send_message_batch(parse(body)?).await,
            "ReceiveMessage" => self.receive_message(parse(body)?).await,
            "DeleteMessage" => self.delete_message(parse(body)?).await,
            "DeleteMessageBatch" => self.delete_message_batch(parse(body)?).await,
            "ChangeMessageVisibility" => self.change_visibility(parse(body)?).await,
            "ChangeMessageVisibilityBatch" => self.change_visibility_batch(parse(body)?).await,
            other => Err(SqsError::UnsupportedOperation(other.to_owned())),
        }
    }

    async fn create_queue(&self, request: CreateQueue) -> Answer {
        let name = request.queue_name;
        let well_formed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > 80 || !name.chars().all(well_formed) {
            let reason = "A queue name has 1 to 80 alphanumeric characters, hyphens and underscores.";
            return Err(SqsError::InvalidParameterValue(reason.to_owned()));
        }
        let answer = json!({ "QueueUrl": self.url(&name) });
        let attributes = QueueAttributes::parse(request.attributes)?;
        self.with_store(move |store| store.create(&name, &attributes, now())).await?;
        Ok(answer)
    }

    async fn delete_queue(&self, request: OnQueue) -> Answer {
        let queue = queue_name(&request.queue_url);
        self.with_store(move |store| store.delete_queue(&queue)).await?;
        Ok(json!({}))
    }

    async fn get_queue_url(&self, request: GetQueueUrl) -> Answer {
        let answer = json!({ "QueueUrl": self.url(&request.queue_name) });
        self.with_store(move |store| store.attributes(&request.queue_name)).await?;
        Ok(answer)
    }

    async fn list_queues(&self, request: ListQueues) -> Answer {
        let names = self.with_store(move |store| store.names(&request.queue_name_prefix)).await?;
        let urls = names.iter().map(|name| self.url(name).into()).collect();
        Ok(list_answer("QueueUrls", urls))
    }

    async fn get_queue_attributes(&self, request: GetQueueAttributes) -> Answer {
        let queue = queue_name(&request.queue_url);
        let queue_arn = arn(&queue);
        let (attributes, counts) =
            self.with_store(move |store| Ok((store.attributes(&queue)?, store.counts(&queue, now())?))).await?;
        let mut all = attributes.all();
        all.insert("QueueArn".to_owned(), queue_arn.into());
        all.extend(count_attributes(&counts));
        all.retain(|name, _| request.attribute_names.iter().any(|wanted| wanted == "All" || wanted == name));
        Ok(json!({ "Attributes": all }))
    }

    async fn set_queue_attributes(&self, request: SetQueueAttributes) -> Answer {
        let queue = queue_name(&request.queue_url);
        let attributes = QueueAttributes::parse(request.attributes)?;
        self.with_store(move |store| store.set_attributes(&queue, attributes)).await?;
        Ok(json!({}))
    }

    async fn purge_queue(&self, request: OnQueue) -> Answer {
        let queue = queue_name(&request.queue_url);
        self.with_store(move |store| {
            store.attributes(&queue)?;
            store.purge(&queue)
        })
        .await?;
        Ok(json!({}))
    }

    /// The port changes between starts, so URLs are never stored.
    fn url(&self, queue: &str) -> String {
        format!("{}/{ACCOUNT}/{queue}", self.base_url)
    }
}

/// The last segment of a queue URL, whatever host and port it names.
pub(super) fn queue_name(url: &str) -> String {
    url.rsplit('/').next().unwrap_or_default().to_owned()
}

/// SQS leaves an empty list out.
pub(super) fn list_answer(name: &str, list: Vec<Value>) -> Value {
    if list.is_empty() { json!({}) } else { json!({ name: list }) }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, SqsError> {
    Ok(serde_json::from_slice(body)?)
}

fn count_attributes(counts: &Counts) -> Map<String, Value> {
    Map::from_iter([
        ("ApproximateNumberOfMessages".to_owned(), counts.visible.to_string().into()),
        ("ApproximateNumberOfMessagesNotVisible".to_owned(), counts.in_flight.to_string().into()),
        ("ApproximateNumberOfMessagesDelayed".to_owned(), counts.delayed.to_string().into()),
    ])
}
