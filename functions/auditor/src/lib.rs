//! The auditor: appends what commands did to the audit log, each once, whatever is delivered again and in whatever order.

use std::collections::BTreeMap;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use dms_domain::{
    audit::AuditRecord,
    ids::{self, CentreOrdinal},
};
use dms_http::config::{ConfigError, store_from_env};
use dms_store::Store;
use uuid::Uuid;

/// The worker.
pub struct Auditor {
    store: Store,
}

/// What a batch brings for one chain, and by which messages.
#[derive(Default)]
struct Brought {
    /// By their ids, so in the order of time; a message can come twice in one batch.
    records: BTreeMap<Uuid, AuditRecord>,
    message_ids: Vec<String>,
}

impl Auditor {
    /// A worker on this store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// The worker of a Lambda function.
    ///
    /// # Errors
    /// [`ConfigError`] naming the variable.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self::new(store_from_env()?))
    }

    /// Appends a batch. The messages that failed are named: only they come again.
    pub async fn handle(&self, event: SqsEvent) -> SqsBatchResponse {
        let mut response = SqsBatchResponse::default();
        let mut chains: BTreeMap<Option<CentreOrdinal>, Brought> = BTreeMap::new();
        for message in event.records {
            let message_id = message.message_id.unwrap_or_default();
            match serde_json::from_str::<AuditRecord>(message.body.as_deref().unwrap_or_default()) {
                Ok(record) => {
                    let brought = chains.entry(ids::ordinal_of(&record.id)).or_default();
                    brought.message_ids.push(message_id);
                    brought.records.insert(record.id, record);
                }
                Err(error) => {
                    tracing::warn!(%error, message_id, "not for the audit log");
                    response.add_failure(message_id);
                }
            }
        }
        for (chain, Brought { records, message_ids }) in chains {
            let records: Vec<AuditRecord> = records.into_values().collect();
            let centre = chain.map(CentreOrdinal::get);
            match self.store.append_to_audit_log(chain, &records).await {
                // Kept beside the table: who can rewrite the one need not be able to rewrite the other.
                Ok(head) => tracing::info!(centre, sequence = head.sequence, hash = head.hash, "audit log"),
                Err(error) => {
                    tracing::warn!(%error, centre, "not in the audit log");
                    message_ids.into_iter().for_each(|message_id| response.add_failure(message_id));
                }
            }
        }
        response
    }
}
