//! Plays Lambda for the workers: brings them what their queues hold, and calls them when their hour has come.

use std::{future::Future, path::Path, time::Duration};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use dms_embedded_cloud::Streams;
use dms_http::AppState;
use dms_messages::{Queue, QueueError, Queues, Received, Trace};
use file_checker::{CheckError, FileChecker, Swept};
use relay::Relay;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep},
};

use crate::{
    events::{self, Consumers},
    server::until,
};

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
    let uploads = |app: AppState, messages| async move { check(&app, messages).await.map(|_| ()) };
    workers.spawn(consume(Queue::Uploads, app.clone(), stopped.clone(), uploads));
    for queue in Consumers::QUEUES {
        let deal = move |app: AppState, messages: Vec<Received>| async move {
            Consumers::new(&app).deal(&app.queues, queue, &messages).await.map(|_| ())
        };
        workers.spawn(consume(queue, app.clone(), stopped.clone(), deal));
    }
    workers.spawn(events::relay(app.clone(), streams, folder.to_owned(), stopped.clone()));
    let files =
        |app: AppState| async move { sweep_files(&app).await.map(|_| ()).map_err(|error| error.to_string()) };
    workers.spawn(hourly("files", app.clone(), stopped.clone(), files));
    let outbox = |app: AppState| async move {
        let relay = Relay::new(app.store.clone(), app.queues.clone(), app.clock.clone());
        relay.sweep().await.map(|_| ()).map_err(|error| error.to_string())
    };
    workers.spawn(hourly("events", app.clone(), stopped.clone(), outbox));
    let expiry = |app: AppState| async move {
        quotations::expire(&app.store, app.clock.now()).await.map_err(|error| error.to_string())
    };
    workers.spawn(hourly("quotations", app.clone(), stopped.clone(), expiry));
    let reminders = |app: AppState| async move {
        let reminded = notifier::remind(&app.store, &app.queues, app.clock.now()).await;
        reminded.map(|_| ()).map_err(|error| error.to_string())
    };
    workers.spawn(hourly("reminders", app.clone(), stopped.clone(), reminders));
    workers
}

/// Brings a worker what its queue holds, until told to stop.
async fn consume<F, Fut>(queue: Queue, app: AppState, stopped: watch::Receiver<bool>, work: F)
where
    F: Fn(AppState, Vec<Received>) -> Fut + Send,
    Fut: Future<Output = Result<(), QueueError>> + Send,
{
    loop {
        let received = tokio::select! {
            () = until(stopped.clone()) => return,
            received = app.queues.receive(queue) => received,
        };
        let done = match received {
            Ok(messages) => Box::pin(work(app.clone(), messages)).await,
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            tracing::warn!(%error, queue = queue.name(), "a queue stands still");
            sleep(REST).await;
        }
    }
}

/// Calls a worker now and every hour, until told to stop.
async fn hourly<F, Fut>(what: &'static str, app: AppState, stopped: watch::Receiver<bool>, work: F)
where
    F: Fn(AppState) -> Fut + Send,
    Fut: Future<Output = Result<(), String>> + Send,
{
    let mut hours = interval(SWEEP_EVERY);
    hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = until(stopped.clone()) => return,
            _ = hours.tick() => {}
        }
        if let Err(error) = Box::pin(work(app.clone())).await {
            tracing::warn!(error, what, "the hourly sweep");
        }
    }
}

/// Checks what the queue holds of uploads, one batch; how many messages are done with.
///
/// # Errors
/// [`QueueError`].
pub async fn check_uploads_once(app: &AppState) -> Result<usize, QueueError> {
    check(app, app.queues.receive(Queue::Uploads).await?).await
}

/// One batch.
async fn check(app: &AppState, messages: Vec<Received>) -> Result<usize, QueueError> {
    let response = checker(app).check_all(batch(&messages)).await;
    done(&app.queues, Queue::Uploads, &messages, &response).await
}

/// Sweeps files once.
///
/// # Errors
/// [`CheckError`].
pub async fn sweep_files(app: &AppState) -> Result<Swept, CheckError> {
    checker(app).sweep().await
}

fn checker(app: &AppState) -> FileChecker {
    FileChecker::new(app.store.clone(), app.blob.clone(), app.clock.clone())
}

/// Messages as Lambda brings them.
pub fn batch<'m>(messages: impl IntoIterator<Item = &'m Received>) -> SqsEvent {
    let mut event = SqsEvent::default();
    event.records.extend(messages.into_iter().map(|message| {
        let mut record = SqsMessage::default();
        record.message_id = Some(message.id.clone());
        record.body = Some(message.body.clone());
        let trace = message.trace.as_ref();
        record.attributes.extend(trace.map(|trace| (Trace::ATTRIBUTE.to_owned(), trace.header().to_owned())));
        record
    }));
    event
}

/// Removes what a worker has done of a batch; how many messages. What failed comes again when its time in hiding is
/// over.
pub(crate) async fn done(
    queues: &Queues,
    queue: Queue,
    messages: &[Received],
    response: &SqsBatchResponse,
) -> Result<usize, QueueError> {
    let failed = &response.batch_item_failures;
    let is_done = |message: &&Received| failed.iter().all(|failure| failure.item_identifier != message.id);
    let mut count = 0;
    for message in messages.iter().filter(is_done) {
        queues.delete(queue, message).await?;
        count += 1;
    }
    Ok(count)
}
