//! What happens to events after their command: they wait in its record until the relay has sent them, and a consumer
//! deals with each of them once, however often it is delivered.

use std::{future::Future, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use dms_messages::{Event, Message, Trace};
use tokio::time::{Instant, sleep};

use crate::{
    client::{Item, Store, key_item, text},
    command::{DEADLINE, MAX_TRIES, Setback, TRACE, backoff},
    error::StoreError,
    keys::{self, Key, OUTBOX_PARTITIONS},
    range::{Range, SortRange},
    tables::{Index, TTL_ATTRIBUTE, Table},
    transaction::Transaction,
    update::Update,
};

/// How long a consumer remembers an event: longer than a queue, its dead letters and a redrive keep it.
const SEEN_SECS: i64 = 40 * 24 * 3600;

/// A command whose events are to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// The command's record.
    pub key: Key,
    /// Its events, as the queues carry them.
    pub messages: Vec<Message>,
    /// The trace of the request.
    pub trace: Option<Trace>,
}

impl Outgoing {
    /// Whether an item is a command's record.
    pub fn is_command(item: &Item) -> bool {
        text(item, "pk").is_some_and(|pk| pk.starts_with("CMD#"))
    }

    /// What a command's record has to send; none of another item, or of a command without events.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the events cannot be read.
    pub fn of(record: &Item) -> Result<Option<Self>, StoreError> {
        let (Some(pk), Some(sk)) = (text(record, "pk"), text(record, "sk")) else { return Ok(None) };
        let (true, Some(events)) = (pk.starts_with("CMD#"), text(record, "events")) else { return Ok(None) };
        let events: Vec<Event> = serde_json::from_str(events)?;
        let at = text(record, "at").unwrap_or_default();
        let at: DateTime<Utc> =
            at.parse().map_err(|_| StoreError::Corrupt("a command's record has no time".to_owned()))?;
        let told = events.into_iter().filter(|event| event.kind.is_told());
        let messages: Vec<Message> = told.map(|event| Message { at, event }).collect();
        if messages.is_empty() {
            return Ok(None);
        }
        let trace = record.get(TRACE).and_then(|trace| Trace::from_bytes(trace.as_b().ok()?.as_ref()));
        Ok(Some(Self { key: Key { pk: pk.to_owned(), sk: sk.to_owned() }, messages, trace }))
    }
}

impl Store {
    /// Commands that have waited so long that something must have gone wrong with their events.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn unsent(&self, before: DateTime<Utc>, limit: usize) -> Result<Vec<Outgoing>, StoreError> {
        let before = before.to_rfc3339_opts(SecondsFormat::Millis, true);
        let mut unsent = Vec::new();
        for partition in 0..OUTBOX_PARTITIONS {
            let range = Range::index(Index::Gsi1, keys::outbox_pk(partition)).ascending();
            let range = range.within(SortRange::Between("0".to_owned(), before.clone()));
            for item in self.query(&range, limit).await? {
                unsent.extend(Outgoing::of(&item)?);
            }
        }
        Ok(unsent)
    }

    /// The time of the oldest command whose events were not sent yet; none when all were.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn oldest_unsent(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let reads = (0..OUTBOX_PARTITIONS).map(|partition| async move {
            let range = Range::index(Index::Gsi1, keys::outbox_pk(partition)).ascending();
            let first = self.query_page(&range, Some(1), None).await?.items.pop();
            Ok::<_, StoreError>(first.and_then(|item| text(&item, "at")?.parse::<DateTime<Utc>>().ok()))
        });
        Ok(futures::future::try_join_all(reads).await?.into_iter().flatten().min())
    }

    /// The events of a command are in their queues: it waits no longer. Nothing is wrong when its record is gone.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn sent(&self, record: &Key) -> Result<(), StoreError> {
        let done = Update::of(record.clone()).remove("gsi1pk").remove("gsi1sk").when_exists();
        self.update_now(done).await
    }

    /// Does a consumer's part of an event: its effects, and the note that they took place. Whether they did now, or
    /// had before.
    ///
    /// # Errors
    /// A failure of the store: deliver the event again.
    pub async fn once<F, Fut>(
        &self,
        (consumer, event): (&str, &str),
        now: DateTime<Utc>,
        plan: F,
    ) -> Result<bool, StoreError>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<Transaction, StoreError>>,
    {
        let started = Instant::now();
        let mut last = StoreError::Contended;
        for attempt in 0..MAX_TRIES {
            if attempt > 0 {
                if started.elapsed() > DEADLINE {
                    break;
                }
                sleep(pause(attempt)).await;
            }
            match self.commit(seen_note((consumer, event), now), plan().await?).await? {
                Ok(()) => return Ok(true),
                Err(Setback::Done(_)) => return Ok(false),
                Err(Setback::Refused(refusal)) => return Err(refusal.into()),
                Err(Setback::Stale | Setback::Conflict) => last = StoreError::Contended,
                // The note tells whether it took effect, at the next try.
                Err(Setback::Failed(error)) => last = error,
            }
        }
        Err(last)
    }
}

impl Store {
    /// A consumer has not dealt with an event after all.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn forget(&self, (consumer, event): (&str, &str)) -> Result<(), StoreError> {
        self.remove(Table::Core, &keys::seen(consumer, event)).await
    }
}

/// The note that a consumer has dealt with an event.
pub(crate) fn seen_note((consumer, event): (&str, &str), now: DateTime<Utc>) -> Item {
    let expires_at = (now + TimeDelta::seconds(SEEN_SECS)).timestamp();
    let mut note = key_item(&keys::seen(consumer, event));
    note.insert(TTL_ATTRIBUTE.to_owned(), AttributeValue::N(expires_at.to_string()));
    note
}

/// Consumers have more patience than users.
fn pause(attempt: u32) -> Duration {
    backoff(attempt) * 2
}
