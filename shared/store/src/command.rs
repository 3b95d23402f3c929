//! Commands: every state-changing request is one transaction of its effects and a record of itself. The
//! record is the Idempotency-Key's memory and the outbox of the command's events.

use std::{collections::HashMap, future::Future, time::Duration};

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, CancellationReason, ReturnConsumedCapacity, TransactWriteItem},
};
use chrono::{DateTime, Utc};
use dms_domain::{ids::CentreOrdinal, refusal::Refusal};
use dms_messages::{Event, EventKind, Trace};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::{
    audit,
    client::{Item, Store, key_item, number, text},
    entity::Entity,
    error::{StoreError, is_throttle},
    keys, meter,
    planted::{PlantedBug, planted},
    tables::{TTL_ATTRIBUTE, Table},
    transaction::{MAX_ACTIONS, OnFailure, Transaction},
};

/// Tries before a command gives up.
pub(crate) const MAX_TRIES: u32 = 8;
/// Time after which no further try is begun.
pub(crate) const DEADLINE: Duration = Duration::from_secs(5);
/// How long a command is remembered.
const REMEMBERED_SECS: i64 = 48 * 3600;

/// A record's attribute: the trace of the request, for those who are told of its events.
pub(crate) const TRACE: &str = "trace";

/// Who asks for what: a state-changing request.
#[derive(Debug, Clone)]
pub struct Command {
    /// The user who asks.
    pub user: Uuid,
    /// Their Idempotency-Key, if they sent one.
    pub idempotency_key: Option<String>,
    /// Hash of method, path and body: tells a repetition from another request with the same key.
    pub fingerprint: String,
    /// What is asked, for the audit log: method and route, or the name of a task.
    pub action: String,
    /// The user's centre, if they have one.
    pub centre: Option<CentreOrdinal>,
    /// The request's id.
    pub request_id: String,
    /// The time at which it happens.
    pub now: DateTime<Utc>,
}

impl Command {
    /// What a worker or an operator's task does, in someone's name; no one's is the nil UUID.
    pub fn of_task(action: &str, user: Uuid, request_id: String, now: DateTime<Utc>) -> Self {
        Self {
            user,
            idempotency_key: None,
            fingerprint: String::new(),
            action: action.to_owned(),
            centre: None,
            request_id,
            now,
        }
    }
}

/// What a command will do, and what it answers when it is done.
pub struct Plan<T> {
    /// The effects.
    pub transaction: Transaction,
    /// What the answer shows.
    pub value: T,
    /// What happened, for the consumers.
    pub events: Vec<Event>,
}

/// An answer, as it is stored and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The body, byte for byte.
    pub body: String,
    /// The document's version, for the ETag.
    pub version: Option<u64>,
    /// Whether this is the stored answer of an earlier request.
    pub replayed: bool,
}

/// The answer of a command for which no one waits.
///
/// # Errors
/// None.
pub fn no_answer<T>(_: &T) -> Result<Reply, StoreError> {
    Ok(Reply { status: 200, body: String::new(), version: None, replayed: false })
}

impl<T> Plan<T> {
    /// Effects and answer, without events.
    pub fn new(transaction: Transaction, value: T) -> Self {
        Self { transaction, value, events: Vec::new() }
    }

    /// Nothing to do; only an answer.
    pub fn nothing(value: T) -> Self {
        Self::new(Transaction::new(), value)
    }

    /// The same, answering with something beside the value.
    pub fn with<U>(self, beside: U) -> Plan<(T, U)> {
        Plan { transaction: self.transaction, value: (self.value, beside), events: self.events }
    }

    /// The same with one more event.
    #[must_use]
    pub fn event(mut self, service_center_id: Option<Uuid>, kind: EventKind) -> Self {
        self.events.push(Event { id: Uuid::now_v7(), service_center_id, kind });
        self
    }
}

impl<E: Entity> Plan<E> {
    /// Replaces a document that was read.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn replace(old: &E, new: E) -> Result<Self, StoreError> {
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        Ok(Self::new(transaction, new))
    }

    /// Deletes a document of a centre.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn archive(old: &E, deleted: E) -> Result<Self, StoreError> {
        let mut transaction = Transaction::new();
        transaction.archive(old, &deleted)?;
        Ok(Self::new(transaction, deleted))
    }
}

/// How a try ended that did not commit.
pub(crate) enum Setback {
    Refused(Refusal),
    /// The command has its record already: it is done.
    Done(Box<Item>),
    /// Data the plan was made from has changed.
    Stale,
    /// Another transaction holds an item.
    Conflict,
    Failed(StoreError),
}

impl Store {
    /// Runs a command: plans it, commits its effects, its answer and its events together, and plans again
    /// when the data has changed meanwhile. A command that was done before answers as it did then.
    ///
    /// # Errors
    /// The plan's refusal; [`StoreError::KeyReused`]; [`StoreError::Contended`] after eight tries or five
    /// seconds; [`StoreError::Throttled`] or [`StoreError::Unavailable`].
    pub async fn run<T, F, Fut, R>(&self, command: &Command, plan: F, reply: R) -> Result<Reply, StoreError>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<Plan<T>, StoreError>>,
        R: Fn(&T) -> Result<Reply, StoreError>,
    {
        // Tells a lost answer of this run from an earlier run of the same request.
        let run_id = Uuid::new_v4().to_string();
        let record_key = command.idempotency_key.clone().unwrap_or_else(|| Uuid::new_v4().to_string());
        let started = Instant::now();
        let mut answers: Vec<Reply> = Vec::new();
        let mut last = StoreError::Contended;
        for attempt in 0..MAX_TRIES {
            if attempt > 0 {
                if started.elapsed() > DEADLINE {
                    break;
                }
                sleep(backoff(attempt)).await;
            }
            let planned = match plan().await {
                Ok(planned) => planned,
                Err(StoreError::Refused(refusal)) => {
                    return self.refuse(command, (&record_key, &run_id), &answers, refusal).await;
                }
                // What was read did not fit together yet: read again.
                Err(StoreError::Contended) => {
                    last = StoreError::Contended;
                    continue;
                }
                // An earlier try may have taken effect: the record tells, below.
                Err(error) if !answers.is_empty() => {
                    last = error;
                    break;
                }
                Err(error) => return Err(error),
            };
            let answer = reply(&planned.value)?;
            if planned.transaction.is_empty() && command.idempotency_key.is_none() {
                return Ok(answer);
            }
            answers.push(answer.clone());
            let mut record = record(command, (&record_key, &run_id), attempt, &answer, &planned.events)?;
            audit::note(&mut record, command, &planned.transaction)?;
            if planted(PlantedBug::RecordPerTry) {
                record.insert("sk".to_owned(), AttributeValue::S(format!("{run_id}#{attempt}")));
            }
            match self.commit(record, planned.transaction).await? {
                Ok(()) => return Ok(answer),
                Err(Setback::Done(record)) => return earlier_answer(command, &run_id, &record, &answers),
                Err(Setback::Refused(refusal)) => {
                    return self.refuse(command, (&record_key, &run_id), &answers, refusal).await;
                }
                Err(Setback::Stale) => last = StoreError::Contended,
                Err(Setback::Conflict) => {
                    meter::conflict();
                    last = StoreError::Contended;
                }
                Err(Setback::Failed(error)) => last = error,
            }
        }
        // The last try may have taken effect although its answer was lost.
        match self.command_record(command, &record_key).await? {
            Some(record) => earlier_answer(command, &run_id, &record, &answers),
            None => Err(last),
        }
    }

    /// Before a refusal is told, look whether this very command has been done: what it did may be the reason
    /// for the refusal now.
    async fn refuse(
        &self,
        command: &Command,
        (record_key, run_id): (&str, &str),
        answers: &[Reply],
        refusal: Refusal,
    ) -> Result<Reply, StoreError> {
        let may_be_done = (command.idempotency_key.is_some() || !answers.is_empty())
            && !planted(PlantedBug::RefusalWithoutLooking);
        if may_be_done && let Some(record) = self.command_record(command, record_key).await? {
            return earlier_answer(command, run_id, &record, answers);
        }
        Err(refusal.into())
    }

    async fn command_record(&self, command: &Command, record_key: &str) -> Result<Option<Item>, StoreError> {
        self.get(Table::Core, &keys::command(&command.user, record_key)).await
    }

    /// Commits effects together with a record that must be new.
    pub(crate) async fn commit(
        &self,
        record: Item,
        transaction: Transaction,
    ) -> Result<Result<(), Setback>, StoreError> {
        let mut record_transaction = Transaction::new();
        if planted(PlantedBug::RecordWithoutCondition) {
            record_transaction.overwrite_item(record);
        } else {
            record_transaction.insert(Table::Core, record, Box::new(|_| None));
        }
        let mut actions = record_transaction.into_actions(self)?;
        actions.extend(transaction.into_actions(self)?);
        self.write_all(actions).await
    }

    /// Writes all or nothing. A failed condition of the first means that this was done before.
    pub(crate) async fn write_all(
        &self,
        actions: Vec<(TransactWriteItem, OnFailure)>,
    ) -> Result<Result<(), Setback>, StoreError> {
        if actions.len() > MAX_ACTIONS {
            let message =
                "This would change too many documents at once: do it in two requests, each with some of the lines";
            return Err(Refusal::conflict("TOO_MANY_CHANGES", message).into());
        }
        let (writes, meanings): (Vec<TransactWriteItem>, Vec<OnFailure>) = actions.into_iter().unzip();
        let _call = meter::Call::start();
        let sent = self
            .client()
            .transact_write_items()
            .set_transact_items(Some(writes))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let error = match sent {
            Ok(output) => {
                meter::wrote(output.consumed_capacity());
                return Ok(Ok(()));
            }
            Err(error) => error,
        };
        Ok(Err(match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                setback(cancelled.cancellation_reasons(), &meanings)
            }
            Some(TransactWriteItemsError::TransactionInProgressException(_)) => Setback::Conflict,
            // Unknown outcome (a lost answer, a timeout): the record's condition makes another try safe.
            _ => Setback::Failed(error.into()),
        }))
    }
}

/// Full jitter: a random share of 10, 20, 40 … 320 ms.
pub(crate) fn backoff(attempt: u32) -> Duration {
    let cap_ms = 10u64 << attempt.min(6).saturating_sub(1);
    Duration::from_millis(fastrand::u64(0..=cap_ms))
}

fn setback(reasons: &[CancellationReason], meanings: &[OnFailure]) -> Setback {
    let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    if let Some(record) = reasons.first().filter(|reason| failed(reason)) {
        return Setback::Done(Box::new(record.item().cloned().unwrap_or_default()));
    }
    let mut stale = false;
    let mut short = Vec::new();
    for (reason, meaning) in reasons.iter().zip(meanings) {
        match reason.code() {
            Some("ConditionalCheckFailed") => match meaning(reason.item()) {
                // All parts that are short are named, not only the first.
                Some(Refusal::InsufficientStock(parts)) => short.extend(parts),
                Some(refusal) => return Setback::Refused(refusal),
                None => stale = true,
            },
            Some(code) if is_throttle(code) => return Setback::Failed(StoreError::Throttled),
            Some("ValidationError" | "ItemCollectionSizeLimitExceeded") => {
                let message = reason.message().unwrap_or_default();
                return Setback::Failed(StoreError::Corrupt(message.to_owned()));
            }
            _ => {}
        }
    }
    if !short.is_empty() {
        return Setback::Refused(Refusal::InsufficientStock(short));
    }
    if stale { Setback::Stale } else { Setback::Conflict }
}

fn record(
    command: &Command,
    (record_key, run_id): (&str, &str),
    attempt: u32,
    answer: &Reply,
    events: &[Event],
) -> Result<Item, StoreError> {
    let mut item: HashMap<String, AttributeValue> = key_item(&keys::command(&command.user, record_key));
    let mut put = |name: &str, value: AttributeValue| item.insert(name.to_owned(), value);
    put("runId", AttributeValue::S(run_id.to_owned()));
    put("requestId", AttributeValue::S(command.request_id.clone()));
    put("at", AttributeValue::S(dms_domain::calendar::timestamp(command.now)));
    put("attempt", AttributeValue::N(attempt.to_string()));
    put(TTL_ATTRIBUTE, AttributeValue::N((command.now.timestamp() + REMEMBERED_SECS).to_string()));
    if !events.is_empty() {
        put("events", AttributeValue::S(serde_json::to_string(events)?));
    }
    if events.iter().any(|event| event.kind.is_told()) {
        let at = dms_domain::calendar::timestamp(command.now);
        let waits = keys::outbox(&run_id.parse().unwrap_or_default(), &at);
        put("gsi1pk", AttributeValue::S(waits.pk));
        put("gsi1sk", AttributeValue::S(waits.sk));
        if let Some(trace) = Trace::current() {
            put(TRACE, AttributeValue::B(trace.to_bytes().into()));
        }
    }
    // Only who sent a key can ask again; others need not pay for storing the answer.
    if command.idempotency_key.is_some() {
        put("fingerprint", AttributeValue::S(command.fingerprint.clone()));
        put("status", AttributeValue::N(answer.status.to_string()));
        put("body", AttributeValue::S(answer.body.clone()));
        if let Some(version) = answer.version {
            put("version", AttributeValue::N(version.to_string()));
        }
    }
    Ok(item)
}

fn earlier_answer(command: &Command, run_id: &str, record: &Item, answers: &[Reply]) -> Result<Reply, StoreError> {
    if text(record, "fingerprint").is_some_and(|fingerprint| fingerprint != command.fingerprint) {
        return Err(StoreError::KeyReused);
    }
    if text(record, "runId") == Some(run_id) {
        // This run's own earlier try, whose answer was lost.
        let attempt = number(record, "attempt").and_then(|attempt| usize::try_from(attempt).ok());
        if let Some(answer) = attempt.and_then(|attempt| answers.get(attempt)) {
            return Ok(answer.clone());
        }
    }
    let stored = text(record, "body").zip(number(record, "status").and_then(|status| u16::try_from(status).ok()));
    let (body, status) =
        stored.ok_or_else(|| StoreError::Corrupt("a command's record has no answer".to_owned()))?;
    let version = number(record, "version").and_then(|version| u64::try_from(version).ok());
    Ok(Reply { status, body: body.to_owned(), version, replayed: true })
}
