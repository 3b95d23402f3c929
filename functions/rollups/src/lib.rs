//! The rollups' worker: adds what changes of documents amount to, each change once, whatever is delivered again and in
//! whatever order.

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use dms_domain::calendar::Clock;
use dms_http::{
    SystemClock,
    config::{ConfigError, store_from_env},
};
use dms_messages::RollupChange;
use dms_store::Store;

/// The worker.
pub struct Rollups {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Rollups {
    /// A worker on this store.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// The worker of a Lambda function.
    ///
    /// # Errors
    /// [`ConfigError`] naming the variable.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self::new(store_from_env()?, Arc::new(SystemClock)))
    }

    /// Adds a batch. The messages that failed are named: only they come again.
    pub async fn handle(&self, event: SqsEvent) -> SqsBatchResponse {
        let mut response = SqsBatchResponse::default();
        let (mut changes, mut message_ids) = (Vec::new(), Vec::new());
        for message in event.records {
            let message_id = message.message_id.unwrap_or_default();
            match serde_json::from_str::<RollupChange>(message.body.as_deref().unwrap_or_default()) {
                Ok(change) => {
                    message_ids.push((change.id.clone(), message_id));
                    changes.push(change);
                }
                Err(error) => {
                    tracing::warn!(%error, message_id, "not a change of the rollups");
                    response.add_failure(message_id);
                }
            }
        }
        for (change, error) in self.store.roll_up(&changes, self.clock.now()).await {
            tracing::warn!(%error, change = change.id, "not added to the rollups");
            let failed = message_ids.iter().filter(|(id, _)| *id == change.id);
            failed.for_each(|(_, message_id)| response.add_failure(message_id.clone()));
        }
        response
    }
}
