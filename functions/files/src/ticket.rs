use std::collections::BTreeMap;

use axum::http::StatusCode;
use chrono::TimeDelta;
use dms_blob::Upload;
use dms_domain::{
    calendar::Timestamp,
    file::{FileName, LINK_LIFETIME_SECS, Sha256Hash, Shelf, StoredFile},
    inputs::Whole,
    permissions::grant,
    refusal::Refusal,
    statuses::{FileCategory, FileStatus, FileType, RelatedEntity},
};
use dms_http::{
    ApiResult, AppState, Reply, centre,
    extract::{Cmd, Permit},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::new::{Description, Purpose};

/// A file that will be uploaded.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "filename": "battery-report.pdf", "size": 8_388_608, "contentType": "application/pdf",
    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "category": "warranty_documents",
    "relatedEntityType": "job_card", "relatedEntityId": "0190a1b2-0000-7001-8000-000000000003"
}))]
pub(crate) struct NewFileTicket {
    /// The service centre; your own unless you are an admin.
    service_center_id: Option<Uuid>,
    filename: FileName,
    /// Bytes, up to 10 MB.
    size: Whole<1, 10_485_760>,
    /// The type that goes with the name's ending.
    content_type: FileType,
    sha256: Sha256Hash,
    category: FileCategory,
    related_entity_type: RelatedEntity,
    related_entity_id: Uuid,
}

/// A ticket for uploading a file to the bucket.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TicketView {
    /// The file, PENDING until its content was checked.
    file_id: Uuid,
    /// Where to PUT the file's content.
    #[schema(
        example = "https://dms-prod-files.s3.ap-south-1.amazonaws.com/quarantine/C7/0190a1b2?X-Amz-Signature=…"
    )]
    upload_url: String,
    /// Headers that the PUT must have.
    headers: BTreeMap<String, String>,
    /// Until when the PUT must have begun.
    expires_at: Timestamp,
}

impl NewFileTicket {
    fn purpose(&self) -> Purpose {
        Purpose {
            service_center_id: self.service_center_id,
            category: self.category,
            related_entity_type: self.related_entity_type,
            related_entity_id: self.related_entity_id,
        }
    }

    /// What will come; the name and the type must agree.
    fn description(self) -> Result<Description, Refusal> {
        let of_name = self.filename.file_type();
        if let Some(expected) = of_name.filter(|expected| *expected != self.content_type) {
            let message = format!("must be {}, as the name's ending says", expected.as_str());
            return Err(Refusal::field("contentType", message));
        }
        Ok(Description {
            filename: self.filename,
            size_bytes: u64::try_from(self.size.0).unwrap_or_default(),
            content_type: self.content_type,
            sha256: self.sha256,
        })
    }
}

/// Issues a ticket: a file that is PENDING, and a link by which its content comes into quarantine.
pub(crate) async fn issue(
    app: &AppState,
    permit: &Permit<grant::FilesCreate>,
    cmd: &Cmd,
    input: NewFileTicket,
) -> ApiResult<Reply> {
    let purpose = input.purpose();
    let (scope, centre_id) = purpose.place(permit)?;
    let file = purpose.file((scope, centre_id), input.description()?, FileStatus::Pending, (permit, cmd));
    let ticket = ticket(app, &file, cmd).await?;
    let plan = || async {
        centre::check(&app.store, permit, centre_id).await?;
        app.store.issue_ticket(scope, file.clone())
    };
    let view = |file: &StoredFile| (ticket.clone(), Some(file.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, view).await
}

async fn ticket(app: &AppState, file: &StoredFile, cmd: &Cmd) -> ApiResult<TicketView> {
    let upload = Upload {
        key: &Shelf::Quarantine.key(&file.id),
        size_bytes: file.size_bytes,
        content_type: file.content_type.as_str(),
        sha256_base64: &file.sha256.base64(),
    };
    let link = app.blob.upload_link(&upload, LINK_LIFETIME_SECS).await?;
    Ok(TicketView {
        file_id: file.id,
        upload_url: link.url,
        headers: link.headers.into_iter().collect(),
        expires_at: Timestamp::new(cmd.context.now + TimeDelta::seconds(LINK_LIFETIME_SECS.into())),
    })
}
