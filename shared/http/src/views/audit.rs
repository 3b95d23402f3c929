use dms_domain::{audit::AuditEntry, calendar::Timestamp};
use uuid::Uuid;

super::view! {
    /// An entry of the audit log: a command that changed something, linked to the one before by their hashes.
    AuditEntryView of AuditEntry as e {
        id: Uuid = e.record.id,
        /// The centre in whose chain it stands; null in the dealership's own.
        service_center_id: Option<Uuid> = None,
        /// When the command took effect.
        created_at: Timestamp = e.record.created_at,
        /// Its place in the chain of its centre, from 1. Entries of one moment can stand in another order than they happened.
        sequence: u64 = e.sequence,
        /// Who; 00000000-0000-0000-0000-000000000000 for what nobody asked for.
        user_id: Uuid = e.record.user_id,
        /// What: method and route, or the name of a task.
        #[schema(example = "PATCH /api/invoices/{id}/status")]
        action: String = e.record.action.clone(),
        /// The kind of the document that was changed, as its keys begin.
        #[schema(example = "INV")]
        document_type: Option<String> = e.record.document_type.clone(),
        document_id: Option<Uuid> = e.record.document_id,
        /// SHA-256 of all that was replaced or removed, as it was read; null when nothing was read.
        before: Option<String> = e.record.before.clone(),
        /// SHA-256 of all that was written: documents, ledger lines, movements of stock.
        after: String = e.record.after.clone(),
        /// The request's id, as in the answer and in the log.
        request_id: String = e.record.request_id.clone(),
        /// The hash of the entry before.
        previous_hash: String = e.previous_hash.clone(),
        /// SHA-256 of the hash before, the place in the chain, and all that is told.
        hash: String = e.hash.clone(),
    }
}
