use axum::{extract::State, http::StatusCode};
use dms_access::{Principal, TenantScope};
use dms_domain::{
    inputs::LongText,
    parts_issue::PartsIssue,
    permissions::grant,
    refusal::{Refusal, check_version},
    statuses::Priority,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Change, Cmd, Id, Json, Permit, set_only},
    views::PartsIssueView,
};
use dms_store::{Plan, Store, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{create::view, read::NOT_FOUND};

/// What changes of an issue that waits for its decision; absent fields stay, null clears.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"priority": "HIGH"}))]
pub(crate) struct IssueChanges {
    #[serde(default, deserialize_with = "set_only")]
    priority: Option<Priority>,
    #[serde(default)]
    #[schema(value_type = Option<LongText>)]
    notes: Change<LongText>,
}

/// The scope in which to look for an issue: it belongs to its centre and to Central.
///
/// # Errors
/// 404 for an issue of another centre.
pub(crate) fn scope_of(caller: &Principal, id: &Id) -> Result<TenantScope, Refusal> {
    caller.scope_of_issue(id).ok_or(NOT_FOUND)
}

/// The issue that a command is about.
///
/// # Errors
/// No such issue; `If-Match` names another version; a failure of the store.
pub(crate) async fn present(
    store: &Store,
    scope: TenantScope,
    id: &Id,
    cmd: &Cmd,
) -> Result<PartsIssue, StoreError> {
    let issue = store.parts_issue(scope, id).await?.ok_or(NOT_FOUND)?;
    check_version(cmd.if_match, issue.version)?;
    Ok(issue)
}

/// Change a parts issue
///
/// Its priority and notes, while it waits for its decision. For other lines cancel it and ask anew.
#[utoipa::path(
    patch, path = "/api/parts-issues/{id}", tag = "Parts issues", request_body = IssueChanges,
    params(("id" = uuid::Uuid, Path, description = "The parts issue")),
    responses((status = 200, description = "Changed", body = Envelope<PartsIssueView>)),
    security(("bearer" = ["parts_issues:create"]))
)]
pub(crate) async fn update(
    permit: Permit<grant::PartsIssuesCreate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(changes): Json<IssueChanges>,
) -> ApiResult<Reply> {
    let scope = scope_of(&permit, &id)?;
    let plan = || async {
        let issue = present(&app.store, scope, &id, &cmd).await?;
        let notes = changes.notes.clone().map(|text| text.0).or(issue.notes.clone());
        let priority = changes.priority.unwrap_or(issue.priority);
        Plan::replace(&issue, issue.edited(priority, notes, cmd.context.timestamp())?)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Delete a parts issue
///
/// One that moved no stock: rejected, or cancelled before its approval. It disappears from lists; its number stays
/// taken.
#[utoipa::path(
    delete, path = "/api/parts-issues/{id}", tag = "Parts issues",
    params(("id" = uuid::Uuid, Path, description = "The parts issue")),
    responses((status = 200, description = "Deleted", body = Envelope<PartsIssueView>)),
    security(("bearer" = ["parts_issues:delete"]))
)]
pub(crate) async fn delete(
    permit: Permit<grant::PartsIssuesDelete>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let scope = scope_of(&permit, &id)?;
    let plan = || async {
        let issue = present(&app.store, scope, &id, &cmd).await?;
        Plan::archive(&issue, issue.deleted(cmd.context.timestamp())?)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
