use axum::{extract::State, http::StatusCode};
use dms_domain::{
    inputs::Text,
    permissions::{Role, grant},
    statuses::PartsIssueStatus,
};
use dms_http::{
    ApiResult, AppState, Reply,
    approval::ApprovedLines,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    views::PartsIssueView,
};
use dms_store::Hints;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    create::view,
    edit::{present, scope_of},
};

/// Why an issue is rejected.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"reason": "Needed elsewhere"}))]
pub(crate) struct IssueRejection {
    reason: Text<1, 500>,
}

/// Approve a parts issue
///
/// In full, or less per line. What was promised is free again, and what is approved leaves the sender's stock: it is
/// in transit until it is received.
#[utoipa::path(
    patch, path = "/api/parts-issues/{id}/approve", tag = "Parts issues", request_body = ApprovedLines,
    params(("id" = Uuid, Path, description = "The parts issue")),
    responses((status = 200, description = "Approved", body = Envelope<PartsIssueView>)),
    security(("bearer" = ["parts_issues:approve"]))
)]
pub(crate) async fn approve(
    permit: Permit<grant::PartsIssuesApprove>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    input: Option<Json<ApprovedLines>>,
) -> ApiResult<Reply> {
    let scope = scope_of(&permit, &id)?;
    let (approvals, notes) = input.map(|Json(input)| input).unwrap_or_default().into_parts();
    let (by, hints) = (permit.user_id(), Hints::default());
    let plan = || async {
        let issue = present(&app.store, scope, &id, &cmd).await?;
        let approved = issue.approved(&approvals, by, notes.clone(), cmd.context.timestamp())?;
        app.store.approve_issue(&issue, approved, by, &hints)
    };
    cmd.run(&app.store, by, StatusCode::OK, plan, view).await
}

/// Reject a parts issue
///
/// What was promised is free again.
#[utoipa::path(
    patch, path = "/api/parts-issues/{id}/reject", tag = "Parts issues", request_body = IssueRejection,
    params(("id" = Uuid, Path, description = "The parts issue")),
    responses((status = 200, description = "Rejected", body = Envelope<PartsIssueView>)),
    security(("bearer" = ["parts_issues:approve"]))
)]
pub(crate) async fn reject(
    permit: Permit<grant::PartsIssuesApprove>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<IssueRejection>,
) -> ApiResult<Reply> {
    let scope = scope_of(&permit, &id)?;
    let (by, hints) = (permit.user_id(), Hints::default());
    let plan = || async {
        let issue = present(&app.store, scope, &id, &cmd).await?;
        let reason = Some(input.reason.0.clone());
        let rejected = issue.decided(PartsIssueStatus::Rejected, by, reason, cmd.context.timestamp())?;
        app.store.refuse_issue(&issue, rejected, &hints)
    };
    cmd.run(&app.store, by, StatusCode::OK, plan, view).await
}

/// Cancel a parts issue
///
/// By the one who asked, or by an admin, while it waits for its decision. What was promised is free again.
#[utoipa::path(
    patch, path = "/api/parts-issues/{id}/cancel", tag = "Parts issues",
    params(("id" = Uuid, Path, description = "The parts issue")),
    responses((status = 200, description = "Cancelled", body = Envelope<PartsIssueView>)),
    security(("bearer" = ["parts_issues:create"]))
)]
pub(crate) async fn cancel(
    permit: Permit<grant::PartsIssuesCreate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let scope = scope_of(&permit, &id)?;
    let (by, hints) = (permit.user_id(), Hints::default());
    let plan = || async {
        let issue = present(&app.store, scope, &id, &cmd).await?;
        let cancelled = issue.cancelled(by, permit.role() == Role::Admin, cmd.context.timestamp())?;
        app.store.refuse_issue(&issue, cancelled, &hints)
    };
    cmd.run(&app.store, by, StatusCode::OK, plan, view).await
}
