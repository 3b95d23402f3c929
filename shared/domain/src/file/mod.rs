//! Files: photos, warranty papers and invoices of others, attached to a job card, a vehicle or a customer. A file
//! belongs to the centre that uploaded it, also when it is about a vehicle or a customer of the whole dealership.

mod content;
mod name;
mod shelf;

#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    permissions::Permission,
    refusal::Refusal,
    state_machine::Machine,
    statuses::{FileCategory, FileStatus, FileType, RelatedEntity},
};

pub use self::{
    content::{Announced, check_type, recognised},
    name::{FileName, Sha256Hash},
    shelf::{ReportFile, Shelf},
};

/// Largest file, in bytes: 10 MB (specification §13, `MAX_FILE_SIZE`).
pub const MAX_FILE_BYTES: u64 = 10 * 1024 * 1024;
/// Largest file that is sent in the request itself, in bytes. Lambda takes requests of 6 MiB, in which a file is in
/// base64: a third larger than it is, with headers and the form's other parts beside it.
pub const MAX_INLINE_FILE_BYTES: u64 = 4_400_000;
/// How long a link for uploading or downloading is good, in seconds.
pub const LINK_LIFETIME_SECS: u32 = 15 * 60;
/// How long a ticket can stay unclaimed, in seconds (decisions, "Files").
const UNCLAIMED_SECS: i64 = 24 * 3600;

/// A file as it is stored: what is known about it. Its content is an object in the bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredFile {
    /// UUIDv7 with the centre's ordinal in it.
    pub id: Uuid,
    /// The centre that uploaded it.
    pub service_center_id: Uuid,
    /// Its state.
    pub status: FileStatus,
    /// What it is kept for.
    pub category: FileCategory,
    /// The kind of document it is attached to.
    pub related_entity_type: RelatedEntity,
    /// That document.
    pub related_entity_id: Uuid,
    /// Its name on the uploader's machine.
    pub filename: FileName,
    /// Its length.
    #[serde(rename = "size")]
    pub size_bytes: u64,
    /// Its type: that of its name, and, once READY, of its content.
    pub content_type: FileType,
    /// SHA-256 of its content.
    pub sha256: Sha256Hash,
    /// Why it was rejected.
    pub rejection_reason: Option<String>,
    /// Who uploaded it.
    pub uploaded_by_id: Uuid,
    /// Created.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// 1 at creation, one more with every change.
    pub version: u64,
}

impl StoredFile {
    /// What its content must be like.
    pub fn announced(&self) -> Announced<'_> {
        Announced { size_bytes: self.size_bytes, content_type: self.content_type, sha256: &self.sha256 }
    }

    /// Whether its content can no longer be expected to come.
    pub fn is_unclaimed(&self, now: DateTime<Utc>) -> bool {
        self.status == FileStatus::Pending && now - self.created_at.utc() >= TimeDelta::seconds(UNCLAIMED_SECS)
    }

    /// The file after its content was checked: READY, or REJECTED with the reason; an object to be kept or not.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` when that was decided before.
    pub fn checked(&self, verdict: Result<(), String>, now: Timestamp) -> Result<Self, Refusal> {
        let (status, rejection_reason) = match verdict {
            Ok(()) => (FileStatus::Ready, None),
            Err(reason) => (FileStatus::Rejected, Some(reason)),
        };
        self.status.step(status)?;
        Ok(Self { status, rejection_reason, updated_at: now, version: self.version + 1, ..self.clone() })
    }
}

impl RelatedEntity {
    /// The document in the user's words.
    pub fn what(self) -> &'static str {
        match self {
            Self::JobCard => "job card",
            Self::Vehicle => "vehicle",
            Self::Customer => "customer",
        }
    }

    /// The permission to see the document: without it no file can be attached.
    pub fn permission(self) -> Permission {
        match self {
            Self::JobCard => Permission::JobCardsRead,
            Self::Vehicle => Permission::VehiclesRead,
            Self::Customer => Permission::CustomersRead,
        }
    }
}

impl FileType {
    /// The endings of its files' names, in lower case.
    fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Png => &["png"],
            Self::Pdf => &["pdf"],
            Self::Doc => &["doc"],
            Self::Docx => &["docx"],
        }
    }

    /// The ending that a file of this type gets from us.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
            Self::Doc => "doc",
            Self::Docx => "docx",
        }
    }

    /// The type of files of this name's ending, whatever the case.
    pub fn of_name(name: &str) -> Option<Self> {
        let (stem, ending) = name.rsplit_once('.')?;
        let ending = ending.to_ascii_lowercase();
        let known = |of: &&Self| of.extensions().contains(&ending.as_str());
        Self::ALL.iter().find(known).copied().filter(|_| !stem.is_empty())
    }
}
