//! Files as answers show them: with a link to their content, which never passes through a function.

use axum::http::StatusCode;
use dms_domain::{
    file::{LINK_LIFETIME_SECS, MAX_FILE_BYTES, MAX_INLINE_FILE_BYTES, Shelf, StoredFile},
    statuses::FileStatus,
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    app::App,
    error::{ApiError, ApiResult},
    views::{FileView, json},
};

/// The route that takes files.
pub const UPLOAD_ROUTE: &str = "/api/files/upload";

/// The view of a file, with a link when there is something to download.
///
/// # Errors
/// 503 when the link cannot be signed.
pub async fn view(app: &App, file: &StoredFile) -> ApiResult<FileView> {
    let url = match file.status {
        FileStatus::Ready => Some(link(app, file).await?),
        FileStatus::Pending | FileStatus::Rejected => None,
    };
    Ok(FileView { url, ..FileView::of(file) })
}

async fn link(app: &App, file: &StoredFile) -> ApiResult<String> {
    let saved_as = (file.filename.as_str(), file.content_type.as_str());
    Ok(app.blob.download_link(&Shelf::Ready.key(&file.id), saved_as, LINK_LIFETIME_SECS).await?)
}

/// The views of several files.
///
/// # Errors
/// As [`view`].
pub async fn rows(app: &App, files: &[StoredFile]) -> ApiResult<Vec<Value>> {
    let mut rows = Vec::with_capacity(files.len());
    for file in files {
        rows.push(json(&view(app, file).await?)?);
    }
    Ok(rows)
}

/// Removes a file's objects that are noted as loose. What does not succeed now, the sweep does within the hour.
pub async fn remove_objects(app: &App, id: &Uuid) {
    for shelf in Shelf::ALL {
        if let Err(error) = app.blob.delete(&shelf.key(id)).await {
            tracing::warn!(%error, file_id = %id, "an object is left to the sweep");
            return;
        }
    }
    if let Err(error) = app.store.forget_loose_objects(id).await {
        tracing::warn!(%error, file_id = %id, "a note is left to the sweep");
    }
}

/// A file that is too large to be sent in a request: says how it can be sent all the same.
pub fn too_large_inline() -> ApiError {
    let message = format!(
        "A file in the request itself has at most {MAX_INLINE_FILE_BYTES} bytes. For up to {MAX_FILE_BYTES} bytes ask \
         for a ticket: POST {UPLOAD_ROUTE} as application/json with filename, size, contentType, sha256, category, \
         relatedEntityType and relatedEntityId, then PUT the file to the answer's uploadUrl"
    );
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
        .with_field("file", format!("at most {MAX_INLINE_FILE_BYTES} bytes"))
}
