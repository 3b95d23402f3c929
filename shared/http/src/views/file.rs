use dms_domain::{
    calendar::Timestamp,
    file::{FileName, Sha256Hash, StoredFile},
    statuses::{FileCategory, FileStatus, FileType, RelatedEntity},
};
use uuid::Uuid;

super::view! {
    /// A file attached to a job card, a vehicle or a customer.
    FileView of StoredFile as f {
        id: Uuid = f.id,
        service_center_id: Uuid = f.service_center_id,
        status: FileStatus = f.status,
        category: FileCategory = f.category,
        related_entity_type: RelatedEntity = f.related_entity_type,
        related_entity_id: Uuid = f.related_entity_id,
        filename: FileName = f.filename.clone(),
        /// Bytes.
        #[schema(example = 245_760)]
        size: u64 = f.size_bytes,
        content_type: FileType = f.content_type,
        sha256: Sha256Hash = f.sha256.clone(),
        /// Where to download it, for 15 minutes; null until it is READY.
        url: Option<String> = None,
        /// What was wrong with the content of a REJECTED file.
        #[schema(example = "its content is image/png, not application/pdf")]
        rejection_reason: Option<String> = f.rejection_reason.clone(),
        uploaded_by_id: Uuid = f.uploaded_by_id,
        created_at: Timestamp = f.created_at,
        updated_at: Timestamp = f.updated_at,
        version: u64 = f.version,
    }
}
