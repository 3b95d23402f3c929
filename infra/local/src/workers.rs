//! Plays Lambda for the workers: brings them what their queues hold, and calls them when their hour has come.

use std::time::Duration;

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use dms_http::AppState;
use dms_messages::{Queue, QueueError, Received};
use file_checker::FileChecker;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep},
};

use crate::server::until;

/// How often the workers look after what the queues did not bring.
const SWEEP_EVERY: Duration = Duration::from_secs(3_600);
/// Rest after a failure.
const REST: Duration = Duration::from_secs(1);

/// Starts the workers; they end by themselves when told to stop, after what they are at.
pub(crate) fn start(app: &AppState, stopped: &watch::Receiver<bool>) -> JoinSet<()> {
    let mut workers = JoinSet::new();
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

/// One batch. What fails comes again when its time in hiding is over.
async fn check(app: &AppState, checker: &FileChecker, messages: Vec<Received>) -> Result<(), QueueError> {
    let mut event = SqsEvent::default();
    event.records.extend(messages.iter().map(record));
    let failed = checker.check_all(event).await.batch_item_failures;
    let is_done = |message: &&Received| failed.iter().all(|failure| failure.item_identifier != message.id);
    for message in messages.iter().filter(is_done) {
        app.queues.delete(Queue::Uploads, message).await?;
    }
    Ok(())
}

fn record(message: &Received) -> SqsMessage {
    let mut record = SqsMessage::default();
    record.message_id = Some(message.id.clone());
    record.body = Some(message.body.clone());
    record
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
        if let Err(error) = quotations::expire(&app).await {
            tracing::warn!(%error, "the hourly expiry of quotations");
        }
    }
}
