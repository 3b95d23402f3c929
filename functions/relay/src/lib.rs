//! The relay: what commands have recorded as their events goes into the queue of notifications, and what changes of
//! documents add to the rollups into theirs (DESIGN, §4), and what the audit log is to keep of commands into a third. It reads
//! the core table's stream, and once an hour looks for commands that were left behind. Whatever it sends twice, its receivers do once.

use std::sync::Arc;

use aws_lambda_events::{
    dynamodb::{Event, EventRecord},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use chrono::TimeDelta;
use dms_domain::{audit::AuditRecord, calendar::Clock};
use dms_http::{
    SystemClock,
    config::{ConfigError, queues_from_env, store_from_env},
};
use dms_messages::{Queue, QueueError, Queues, RollupChange};
use dms_store::{Item, Outgoing, Store, StoreError};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A command younger than this may still be in the stream.
const LEFT_BEHIND_AFTER_SECS: i64 = 600;
/// Commands of one partition of the outbox that one sweep sends.
const SWEPT_AT_ONCE: usize = 200;

/// What the function is called for.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Work {
    /// Items of the core table have changed.
    Stream(Event),
    /// An hour has passed.
    Scheduled {
        /// Whose schedule.
        source: String,
    },
}

/// Whether the stream calls the relay for a change, which has a kind (`INSERT`) and a partition key: for new commands, and for
/// documents of centres and of the dealership. On AWS the filter of the event source says so (template.yaml).
pub fn is_called_for(kind: &str, pk: &str) -> bool {
    let of_a_centre =
        pk.strip_prefix('C').is_some_and(|rest| rest.starts_with(|c: char| ('1'..='9').contains(&c)));
    let is_document = of_a_centre || ["CUST#", "VEH#", "CENTRAL#PART"].iter().any(|prefix| pk.starts_with(prefix));
    is_document || (kind == "INSERT" && pk.starts_with("CMD#"))
}

/// Events that could not be sent: to be tried again.
#[derive(Debug, Error)]
pub enum RelayError {
    /// DynamoDB.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// SQS.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// The relay.
pub struct Relay {
    store: Store,
    queues: Queues,
    clock: Arc<dyn Clock>,
}

impl Relay {
    /// A relay between this table and these queues.
    pub fn new(store: Store, queues: Queues, clock: Arc<dyn Clock>) -> Self {
        Self { store, queues, clock }
    }

    /// The relay of a Lambda function.
    ///
    /// # Errors
    /// [`ConfigError`] naming the variable.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self::new(store_from_env()?, queues_from_env()?, Arc::new(SystemClock)))
    }

    /// Does what the function is called for. Of a batch of the stream, the first record that failed is named: it and
    /// those after it come again.
    ///
    /// # Errors
    /// [`RelayError`] of a sweep.
    pub async fn handle(&self, work: Work) -> Result<DynamoDbEventResponse, RelayError> {
        match work {
            Work::Stream(event) => Ok(self.relay(event).await),
            Work::Scheduled { source } => {
                let sent = self.sweep().await?;
                tracing::info!(source, sent, "swept");
                Ok(response(None))
            }
        }
    }

    /// Sends the events of the commands among these changes, what the audit log is to keep of them, and what the changes add
    /// to the rollups.
    pub async fn relay(&self, event: Event) -> DynamoDbEventResponse {
        let Some(first) = event.records.first().and_then(|record| record.change.sequence_number.clone()) else {
            return response(None);
        };
        // What cannot be read must not hold back the others for ever: the sweep will tell of a command, a recount of
        // the rollups of a document.
        let commands: Vec<Item> = event.records.iter().filter_map(command).collect();
        let outgoing: Vec<Outgoing> = commands.iter().filter_map(outgoing).collect();
        let audited: Vec<AuditRecord> = commands.iter().filter_map(audit_record).collect();
        let changes: Vec<RollupChange> = event.records.into_iter().filter_map(rollup_change).collect();
        let sent = tokio::try_join!(
            self.send(&outgoing),
            self.pass_on(Queue::Audit, &audited),
            self.pass_on(Queue::Rollups, &changes)
        );
        match sent {
            Ok(_) => response(None),
            Err(error) => {
                tracing::warn!(%error, "the events of a batch were not sent");
                response(Some(first))
            }
        }
    }

    /// Sends the events of commands that were left behind. Returns how many commands.
    ///
    /// # Errors
    /// [`RelayError`].
    pub async fn sweep(&self) -> Result<usize, RelayError> {
        let before = self.clock.now() - TimeDelta::seconds(LEFT_BEHIND_AFTER_SECS);
        let left = self.store.unsent(before, SWEPT_AT_ONCE).await?;
        self.send(&left).await?;
        Ok(left.len())
    }

    async fn send(&self, outgoing: &[Outgoing]) -> Result<(), RelayError> {
        let mut traced = Vec::new();
        for command in outgoing {
            traced.extend(command.messages.iter().map(|message| (message, command.trace.clone())));
        }
        self.queues.send_traced(Queue::Notifications, traced).await?;
        try_join_all(outgoing.iter().map(|command| self.store.sent(&command.key))).await?;
        Ok(())
    }

    async fn pass_on<M: Serialize>(&self, queue: Queue, messages: &[M]) -> Result<(), RelayError> {
        self.queues.send_all(queue, messages).await?;
        Ok(())
    }
}

/// The record of a new command; none of any other change.
fn command(record: &EventRecord) -> Option<Item> {
    if record.event_name != "INSERT" {
        return None;
    }
    let item: Item = record.change.new_image.clone().into();
    Outgoing::is_command(&item).then_some(item)
}

fn outgoing(command: &Item) -> Option<Outgoing> {
    Outgoing::of(command).unwrap_or_else(|error| {
        tracing::error!(%error, "a command's events cannot be read");
        None
    })
}

fn audit_record(command: &Item) -> Option<AuditRecord> {
    dms_store::audit_record(command).unwrap_or_else(|error| {
        tracing::error!(%error, "the audit log cannot be told of a command");
        None
    })
}

/// What follows from a change of a document; none when nothing does.
fn rollup_change(record: EventRecord) -> Option<RollupChange> {
    let EventRecord { event_id, change, .. } = record;
    let follows = dms_store::rollup_change(event_id, change.old_image.into(), change.new_image.into());
    follows.unwrap_or_else(|error| {
        tracing::error!(%error, "a document cannot be read: count the rollups again");
        None
    })
}

fn response(failed: Option<String>) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures.extend(failed.map(|sequence_number| {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = Some(sequence_number);
        failure
    }));
    response
}
