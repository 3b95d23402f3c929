//! Checks of outgoing messages and the form of received ones.

use md5::{Digest, Md5};
use serde_json::{Map, Value, json};

use super::attributes::{ACCOUNT, MAX_BYTES, QueueAttributes, arn};
use super::error::SqsError;
use super::message_store::{NewMessage, StoredMessage};
use super::requests::{Entry, Outgoing, ReceiveMessage};

const MAX_BATCH: usize = 10;
const MAX_DELAY_SECONDS: u32 = 900;
const TRACE_HEADER: &str = "AWSTraceHeader";

/// Checks a message and stamps it with an id.
pub(super) fn new_message(sent: Outgoing, queue: &QueueAttributes, now: i64) -> Result<NewMessage, SqsError> {
    if sent.message_body.is_empty() {
        return Err(SqsError::MissingParameter("MessageBody"));
    }
    if !sent.message_body.chars().all(is_allowed) {
        return Err(SqsError::InvalidMessageContents);
    }
    let limit = queue.max_bytes();
    if bytes(&sent) > limit {
        let reason =
            format!("One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes.");
        return Err(SqsError::InvalidParameterValue(reason));
    }
    let delay = sent.delay_seconds.unwrap_or_else(|| queue.delay());
    if delay > MAX_DELAY_SECONDS {
        return Err(SqsError::InvalidParameterValue("DelaySeconds must be at most 900.".to_owned()));
    }
    let trace_header = trace_header(sent.message_system_attributes.as_ref())?;
    Ok(NewMessage {
        trace_header,
        message_id: uuid::Uuid::new_v4().to_string(),
        body: sent.message_body,
        attributes: sent.message_attributes.filter(|attributes| !attributes.is_empty()),
        visible_at: now + i64::from(delay) * 1_000,
    })
}

/// The one system attribute that a sender can set.
fn trace_header(attributes: Option<&Map<String, Value>>) -> Result<Option<String>, SqsError> {
    let mut header = None;
    for (name, value) in attributes.into_iter().flatten() {
        match value["StringValue"].as_str().filter(|_| name == TRACE_HEADER && value["DataType"] == "String") {
            Some(text) => header = Some(text.to_owned()),
            None => {
                let reason = format!("The message system attribute '{name}' is invalid.");
                return Err(SqsError::InvalidParameterValue(reason));
            }
        }
    }
    Ok(header)
}

/// The rules for every batch: one to ten entries with distinct ids.
pub(super) fn check_batch<T>(entries: &[Entry<T>]) -> Result<(), SqsError> {
    if entries.is_empty() {
        return Err(SqsError::EmptyBatchRequest);
    }
    if entries.len() > MAX_BATCH {
        return Err(SqsError::TooManyEntriesInBatchRequest(entries.len()));
    }
    for (index, entry) in entries.iter().enumerate() {
        let well_formed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if entry.id.is_empty() || entry.id.len() > 80 || !entry.id.chars().all(well_formed) {
            return Err(SqsError::InvalidBatchEntryId);
        }
        if entries[..index].iter().any(|earlier| earlier.id == entry.id) {
            return Err(SqsError::BatchEntryIdsNotDistinct);
        }
    }
    Ok(())
}

/// The limit holds for all messages of a batch together.
pub(super) fn check_batch_size(entries: &[Entry<Outgoing>]) -> Result<(), SqsError> {
    let total = entries.iter().map(|entry| bytes(&entry.content)).sum();
    if total > MAX_BYTES { Err(SqsError::BatchRequestTooLong(total)) } else { Ok(()) }
}

/// The checksum that senders and receivers are given.
pub(super) fn md5_hex(text: &str) -> String {
    hex::encode(Md5::digest(text.as_bytes()))
}

/// A received message, with the attributes that were asked for.
pub(super) fn to_json(message: StoredMessage, asked: &ReceiveMessage) -> Result<Value, SqsError> {
    let mut answer = json!({
        "MessageId": message.message_id,
        "ReceiptHandle": message.receipt.to_string(),
        "MD5OfBody": md5_hex(&message.body),
    });
    let system = system_attributes(&message, asked);
    if !system.is_empty() {
        answer["Attributes"] = Value::Object(system);
    }
    if let Some(text) = &message.attributes {
        let mut attributes: Map<String, Value> =
            serde_json::from_str(text).map_err(|error| SqsError::Internal(error.to_string()))?;
        attributes.retain(|name, _| asked.message_attribute_names.iter().any(|pattern| matches(pattern, name)));
        if !attributes.is_empty() {
            answer["MessageAttributes"] = Value::Object(attributes);
        }
    }
    answer["Body"] = message.body.into();
    Ok(answer)
}

fn system_attributes(message: &StoredMessage, asked: &ReceiveMessage) -> Map<String, Value> {
    let mut all = Map::from_iter([
        ("ApproximateReceiveCount".to_owned(), message.receive_count.to_string().into()),
        ("ApproximateFirstReceiveTimestamp".to_owned(), message.first_received_at.to_string().into()),
        ("SentTimestamp".to_owned(), message.sent_at.to_string().into()),
        ("SenderId".to_owned(), ACCOUNT.into()),
    ]);
    if let Some(source) = &message.dead_letter_source {
        all.insert("DeadLetterQueueSourceArn".to_owned(), arn(source).into());
    }
    if let Some(header) = &message.trace_header {
        all.insert(TRACE_HEADER.to_owned(), header.clone().into());
    }
    let names = || asked.attribute_names.iter().chain(&asked.message_system_attribute_names);
    all.retain(|name, _| names().any(|wanted| wanted == "All" || wanted == name));
    all
}

/// `All`, `.*`, a name, or a prefix such as `trace.*`.
fn matches(pattern: &str, name: &str) -> bool {
    pattern == "All"
        || pattern == name
        || pattern.strip_suffix(".*").is_some_and(|prefix| name.starts_with(prefix))
}

/// Body and attributes count; of an attribute its name, type and value.
fn bytes(message: &Outgoing) -> usize {
    let attributes = message.message_attributes.iter().flatten().map(|(name, value)| {
        let text = |field: &str| value[field].as_str().map_or(0, str::len);
        // Base64 takes four characters for three bytes.
        name.len() + text("DataType") + text("StringValue") + text("BinaryValue") / 4 * 3
    });
    message.message_body.len() + attributes.sum::<usize>()
}

/// The characters of XML 1.0.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_not_allowed() {
        assert!("a\tb\r\nß 🚗".chars().all(is_allowed));
        assert!(!"\u{0}".chars().all(is_allowed));
        assert!(!"\u{FFFF}".chars().all(is_allowed));
    }

    #[test]
    fn attribute_names_may_be_prefixes() {
        assert!(matches("trace.*", "trace.id"));
        assert!(matches(".*", "anything"));
        assert!(!matches("trace", "trace.id"));
    }
}
