use axum::{extract::State, http::StatusCode};
use dms_domain::{file::StoredFile, permissions::grant, refusal::check_version};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Permit},
    files,
    views::FileView,
};

use crate::read::{NOT_FOUND, WHAT};

/// Delete a file
///
/// Its content, too: for good.
#[utoipa::path(
    delete, path = "/api/files/{id}", tag = "Files",
    params(("id" = uuid::Uuid, Path, description = "The file")),
    responses((status = 200, description = "Deleted", body = Envelope<FileView>)),
    security(("bearer" = ["files:delete"]))
)]
pub(crate) async fn delete(
    permit: Permit<grant::FilesDelete>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let plan = || async {
        let file = app.store.file(scope, &id).await?.ok_or(NOT_FOUND)?;
        check_version(cmd.if_match, file.version)?;
        app.store.discard_file(file)
    };
    let view = |file: &StoredFile| (FileView::of(file), Some(file.version));
    let reply = cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await?;
    files::remove_objects(&app, &id).await;
    Ok(reply)
}
