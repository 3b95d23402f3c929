//! Plays Lambda for the workers: brings them what their queues hold, and calls them when their hour has come.

use std::{path::Path, time::Duration};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use dms_embedded_cloud::Streams;
use dms_http::AppState;
use dms_messages::{Queue, QueueError, Queues, Received};
use file_checker::FileChecker;
use relay::Relay;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep},
};

use crate::{events, server::until};

/// How often the workers look after what the queues did not bring.
const SWEEP_EVERY: Duration = Duration::from_secs(3_600);
/// Rest after a failure.
const REST: Duration = Duration::from_secs(1);

/// Starts the workers; they end by themselves when told to stop, after what they are at.
pub(crate) fn start(
    app: &AppState,
    streams: Streams,
    folder: &Path,
    stopped: &watch::Receiver<bool>,
) -> JoinSet<()> {
    let mut workers = JoinSet::new();
    workers.spawn(events::relay(app.clone(), streams, folder.to_owned(), stopped.clone()));
    workers.spawn(events::notify(app.clone(), stopped.clone()));
    workers.spawn(sweep_outbox(app.clone(), stopped.clone()));
    workers.spawn(check_uploads(app.clone(), stopped.clone()));
    workers.spawn(sweep(app.clone(), stopped.clone()));
    workers
}

fn checker(app: &AppState) -> FileChecker {
    FileChecker::new(app.store.clone(), app.blob.clone(), app.clock.clone())
}

async fn check_uploads(app: AppState, stopped: watch::Receiver<bool>) {
    let checker = checker(&app);
    loop {
        let received = tokio::select! {
            () = until(stopped.clone()) => return,
            received = app.queues.receive(Queue::Uploads) => received,
        };
        let done = match received {
            Ok(messages) => check(&app, &checker, messages).await,
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            tracing::warn!(%error, "the queue of uploads");
            sleep(REST).await;
        }
    }
}

/// One batch.
async fn check(app: &AppState, checker: &FileChecker, messages: Vec<Received>) -> Result<(), QueueError> {
    let response = checker.check_all(batch(&messages)).await;
    done(&app.queues, Queue::Uploads, &messages, &response).await
}

/// Messages as Lambda brings them.
pub(crate) fn batch(messages: &[Received]) -> SqsEvent {
    let mut event = SqsEvent::default();
    event.records.extend(messages.iter().map(|message| {
        let mut record = SqsMessage::default();
        record.message_id = Some(message.id.clone());
        record.body = Some(message.body.clone());
        record
    }));
    event
}

/// Removes what a worker has done of a batch. What failed comes again when its time in hiding is over.
pub(crate) async fn done(
    queues: &Queues,
    queue: Queue,
    messages: &[Received],
    response: &SqsBatchResponse,
) -> Result<(), QueueError> {
    let failed = &response.batch_item_failures;
    let is_done = |message: &&Received| failed.iter().all(|failure| failure.item_identifier != message.id);
    for message in messages.iter().filter(is_done) {
        queues.delete(queue, message).await?;
    }
    Ok(())
}

async fn sweep(app: AppState, stopped: watch::Receiver<bool>) {
    let checker = checker(&app);
    let mut hours = interval(SWEEP_EVERY);
    hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = until(stopped.clone()) => return,
            _ = hours.tick() => {}
        }
        if let Err(error) = checker.sweep().await {
            tracing::warn!(%error, "the hourly sweep");
        }
    }
}

async fn sweep_outbox(app: AppState, stopped: watch::Receiver<bool>) {
    let relay = Relay::new(app.store.clone(), app.queues.clone(), app.clock.clone());
    let mut hours = interval(SWEEP_EVERY);
    hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = until(stopped.clone()) => return,
            _ = hours.tick() => {}
        }
        if let Err(error) = relay.sweep().await {
            tracing::warn!(%error, "the hourly sweep of events");
        }
    }
}
