//! Plays the stream and the queues of events, for the local server and for tests: the same relay, the same workers.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use auditor::Auditor;
use dms_embedded_cloud::{CloudError, Streams};
use dms_http::AppState;
use dms_messages::{Queue, QueueError, Queues, Received};
use dms_store::Table;
use notifier::Notifier;
use relay::Relay;
use rollups::Rollups;
use thiserror::Error;
use tokio::{sync::watch, time::sleep};

use crate::{
    server::until,
    workers::{batch, done},
};

/// Most changes that are looked at at once; the relay gets those that it is called for.
const CHANGES_AT_ONCE: usize = 200;
/// How often the stream is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Rest after a failure.
const REST: Duration = Duration::from_secs(1);
/// The file, in the data folder, that says how far the stream was read.
const PLACE: &str = "stream-place";

/// Why the events stand still.
#[derive(Debug, Error)]
pub enum PlayError {
    /// The stream.
    #[error(transparent)]
    Stream(#[from] CloudError),
    /// A queue.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// Changes that Lambda would not understand.
    #[error("the stream: {0}")]
    Changes(#[from] serde_json::Error),
    /// The relay or a worker asks to be called again.
    #[error("{0} failed")]
    Failed(&'static str),
}

/// The workers behind the queues of events.
pub(crate) struct Consumers {
    notifier: Notifier,
    rollups: Rollups,
    auditor: Auditor,
}

impl Consumers {
    /// Their queues.
    pub(crate) const QUEUES: [Queue; 3] = [Queue::Notifications, Queue::Rollups, Queue::Audit];

    pub(crate) fn new(app: &AppState) -> Self {
        Self {
            notifier: Notifier::new(app.store.clone(), app.clock.clone(), Vec::new()),
            rollups: Rollups::new(app.store.clone(), app.clock.clone()),
            auditor: Auditor::new(app.store.clone()),
        }
    }

    /// Deals with a batch of one of their queues, and removes what is done of it. Whether that was all.
    ///
    /// # Errors
    /// [`QueueError`].
    pub(crate) async fn deal(
        &self,
        queues: &Queues,
        queue: Queue,
        messages: &[Received],
    ) -> Result<bool, QueueError> {
        let event = batch(messages);
        // In boxes: the compiler will not nest futures as deep as the SDK's.
        let response = match queue {
            Queue::Notifications => Box::pin(self.notifier.handle(event)).await,
            Queue::Rollups => Box::pin(self.rollups.handle(event)).await,
            Queue::Audit => Box::pin(self.auditor.handle(event)).await,
            Queue::Uploads => return Ok(messages.is_empty()),
        };
        done(queues, queue, messages, &response).await?;
        Ok(response.batch_item_failures.is_empty())
    }
}

/// Brings what the core table's stream has to the relay, and what the queues have to their workers.
pub struct EventPlayer {
    relay: Relay,
    consumers: Consumers,
    queues: Queues,
    streams: Streams,
    table: String,
    place: i64,
}

impl EventPlayer {
    /// A player that begins at a place in the stream; 0 is its beginning.
    pub fn new(app: &AppState, streams: Streams, place: i64) -> Self {
        Self {
            relay: Relay::new(app.store.clone(), app.queues.clone(), app.clock.clone()),
            consumers: Consumers::new(app),
            queues: app.queues.clone(),
            streams,
            table: app.store.table_name(Table::Core),
            place,
        }
    }

    /// Relays some changes. Whether there were any.
    ///
    /// # Errors
    /// [`PlayError`]; the same changes come again.
    pub async fn relay(&mut self) -> Result<bool, PlayError> {
        let span = (self.place, CHANGES_AT_ONCE);
        let changes = self.streams.changes(&self.table, span, relay::is_called_for).await?;
        if changes.next == self.place {
            return Ok(false);
        }
        if !changes.records.is_empty() {
            let event = serde_json::from_value(serde_json::json!({ "Records": changes.records }))?;
            let response = Box::pin(self.relay.relay(event)).await;
            if !response.batch_item_failures.is_empty() {
                return Err(PlayError::Failed("the relay"));
            }
        }
        self.place = changes.next;
        Ok(true)
    }

    /// Everything that has happened is relayed and told, as far as it can be.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn settle(&mut self) -> Result<(), PlayError> {
        loop {
            let mut idle = !self.relay().await?;
            for queue in Consumers::QUEUES {
                let messages = self.queues.receive_now(queue).await?;
                idle &= messages.is_empty();
                if !self.consumers.deal(&self.queues, queue, &messages).await? {
                    return Err(PlayError::Failed("a worker"));
                }
            }
            if idle {
                return Ok(());
            }
        }
    }
}

/// Relays changes as they come, until told to stop.
pub(crate) async fn relay(app: AppState, streams: Streams, folder: PathBuf, stopped: watch::Receiver<bool>) {
    let place = folder.join(PLACE);
    let mut player = EventPlayer::new(&app, streams, read_place(&place).await);
    loop {
        let rest = match player.relay().await {
            Ok(true) => {
                // Lost, it costs a repetition: the receivers know what they have seen.
                if let Err(error) = tokio::fs::write(&place, player.place.to_string()).await {
                    tracing::warn!(%error, "how far the stream was read");
                }
                Duration::ZERO
            }
            Ok(false) => LOOK_EVERY,
            Err(error) => {
                tracing::warn!(%error, "the stream");
                REST
            }
        };
        tokio::select! {
            () = until(stopped.clone()) => return,
            () = sleep(rest) => {}
        }
    }
}

/// Deals with all that the stream and the queues hold.
///
/// # Errors
/// [`PlayError`].
pub(crate) async fn catch_up(app: &AppState, streams: Streams, folder: &Path) -> Result<(), PlayError> {
    let place = folder.join(PLACE);
    let mut player = EventPlayer::new(app, streams, read_place(&place).await);
    player.settle().await?;
    if let Err(error) = tokio::fs::write(&place, player.place.to_string()).await {
        tracing::warn!(%error, "how far the stream was read");
    }
    Ok(())
}

async fn read_place(file: &Path) -> i64 {
    let text = tokio::fs::read_to_string(file).await.unwrap_or_default();
    text.trim().parse().unwrap_or_default()
}
