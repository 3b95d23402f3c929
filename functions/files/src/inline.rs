use axum::http::StatusCode;
use dms_blob::{ByteStream, Upload};
use dms_domain::{
    file::{FileName, MAX_INLINE_FILE_BYTES, Sha256Hash, Shelf, StoredFile, check_type},
    permissions::grant,
    refusal::Refusal,
    statuses::{FileCategory, FileStatus, FileType, RelatedEntity},
};
use dms_http::{
    ApiResult, AppState, Reply, centre,
    extract::{Cmd, FilePart, Form, Permit},
    files,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::new::{Description, Purpose};

/// A file with what it is for.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UploadForm {
    /// The file, with its name.
    #[serde(default, rename = "file")]
    #[schema(value_type = String, format = Binary, required = true)]
    _file: (),
    /// The service centre; your own unless you are an admin.
    service_center_id: Option<Uuid>,
    category: FileCategory,
    related_entity_type: RelatedEntity,
    related_entity_id: Uuid,
}

impl UploadForm {
    fn purpose(self) -> Purpose {
        Purpose {
            service_center_id: self.service_center_id,
            category: self.category,
            related_entity_type: self.related_entity_type,
            related_entity_id: self.related_entity_id,
        }
    }
}

/// Senders that do not know a file's type say this.
const ANY_TYPE: &str = "application/octet-stream";

/// What a file is that came in a request; its name, its type and its content must agree.
fn description(part: &FilePart) -> Result<Description, Refusal> {
    let wrong = |message: String| Refusal::field("file", message);
    let filename = FileName::parse(&part.filename).map_err(|error| wrong(format!("its name {error}")))?;
    let content_type = filename.file_type().unwrap_or(FileType::Pdf);
    let said = part.content_type.as_deref().unwrap_or(ANY_TYPE);
    if said != ANY_TYPE && said != content_type.as_str() {
        let expected = content_type.as_str();
        return Err(wrong(format!("was sent as {said}; with this name it must be {expected}")));
    }
    if part.content.is_empty() {
        return Err(wrong("is empty".to_owned()));
    }
    check_type(&part.content, content_type).map_err(wrong)?;
    let (size_bytes, sha256) = (part.content.len() as u64, Sha256Hash::of(&part.content));
    Ok(Description { filename, size_bytes, content_type, sha256 })
}

/// Keeps a file that came in the request: it is checked, and READY at once.
pub(crate) async fn keep(
    app: &AppState,
    permit: &Permit<grant::FilesCreate>,
    cmd: Cmd,
    form: Form,
) -> ApiResult<Reply> {
    if form.file.content.len() as u64 > MAX_INLINE_FILE_BYTES {
        return Err(files::too_large_inline());
    }
    let purpose = form.fields::<UploadForm>()?.purpose();
    let (scope, centre_id) = purpose.place(permit)?;
    let file = purpose.file((scope, centre_id), description(&form.file)?, FileStatus::Ready, (permit, &cmd));
    // Whatever happens from here on, the sweep finds an object that became no file's.
    app.store.note_loose_objects(&file.id).await?;
    put(app, &file, form).await?;
    let shown = files::view(app, &file).await?;
    let plan = || async {
        centre::check(&app.store, permit, centre_id).await?;
        app.store.keep_file(scope, file.clone())
    };
    let view = |file: &StoredFile| (shown.clone(), Some(file.version));
    let reply = cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, view).await?;
    if reply.0.replayed {
        // An earlier request with the same key has its own object.
        files::remove_objects(app, &file.id).await;
    }
    Ok(reply)
}

async fn put(app: &AppState, file: &StoredFile, form: Form) -> ApiResult<()> {
    let upload = Upload {
        key: &Shelf::Ready.key(&file.id),
        size_bytes: file.size_bytes,
        content_type: file.content_type.as_str(),
        sha256_base64: &file.sha256.base64(),
    };
    Ok(app.blob.put(&upload, ByteStream::from(form.file.content)).await?)
}
