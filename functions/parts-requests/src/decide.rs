use axum::{extract::State, http::StatusCode};
use dms_access::TenantScope;
use dms_domain::{
    inputs::Text,
    parts_request::PartsRequest,
    permissions::{Role, grant},
    refusal::{Refusal, check_version},
    statuses::PartsRequestStatus,
};
use dms_http::{
    ApiResult, AppState, Reply,
    approval::ApprovedLines,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    views::PartsRequestView,
};
use dms_store::{Hints, Store, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;

/// Why a request is rejected.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"reason": "Ordered from Central"}))]
pub(crate) struct Rejection {
    reason: Text<1, 500>,
}

async fn present(store: &Store, scope: TenantScope, id: &Id, cmd: &Cmd) -> Result<PartsRequest, StoreError> {
    let found = store.parts_request(scope, id).await?;
    let request = found.ok_or(Refusal::NotFound { what: "parts request" })?;
    check_version(cmd.if_match, request.version)?;
    Ok(request)
}

fn view(request: &PartsRequest) -> (PartsRequestView, Option<u64>) {
    (PartsRequestView::of(request), Some(request.version))
}

/// Approve a parts request
///
/// In full, or less per line. The parts leave the stock and become items of the job card; when no other request
/// of the card is open, the card is IN_PROGRESS again. Nothing is taken when any part is short.
#[utoipa::path(
    patch, path = "/api/parts-requests/{id}/approve", tag = "Parts requests", request_body = ApprovedLines,
    params(("id" = Uuid, Path, description = "The parts request")),
    responses((status = 200, description = "Approved", body = Envelope<PartsRequestView>)),
    security(("bearer" = ["parts_requests:approve"]))
)]
pub(crate) async fn approve(
    permit: Permit<grant::PartsRequestsApprove>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    input: Option<Json<ApprovedLines>>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "parts request")?;
    let (approvals, notes) = input.map(|Json(input)| input).unwrap_or_default().into_parts();
    let hints = Hints::default();
    let by = permit.user_id();
    let plan = || async {
        let request = present(&app.store, scope, &id, &cmd).await?;
        let (approved, status) = request.approved(&approvals)?;
        let decided = approved.decided(status, by, notes.clone(), cmd.context.timestamp())?;
        app.store.decide_parts_request(&request, decided, by, &hints)
    };
    cmd.run(&app.store, by, StatusCode::OK, plan, view).await
}

/// Reject a parts request
///
/// When no other request of the card is open, the card is IN_PROGRESS again.
#[utoipa::path(
    patch, path = "/api/parts-requests/{id}/reject", tag = "Parts requests", request_body = Rejection,
    params(("id" = Uuid, Path, description = "The parts request")),
    responses((status = 200, description = "Rejected", body = Envelope<PartsRequestView>)),
    security(("bearer" = ["parts_requests:approve"]))
)]
pub(crate) async fn reject(
    permit: Permit<grant::PartsRequestsApprove>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<Rejection>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "parts request")?;
    let hints = Hints::default();
    let by = permit.user_id();
    let plan = || async {
        let request = present(&app.store, scope, &id, &cmd).await?;
        let reason = Some(input.reason.0.clone());
        let decided =
            request.clone().decided(PartsRequestStatus::Rejected, by, reason, cmd.context.timestamp())?;
        app.store.decide_parts_request(&request, decided, by, &hints)
    };
    cmd.run(&app.store, by, StatusCode::OK, plan, view).await
}

/// Cancel a parts request
///
/// By the one who asked, by a manager or by an admin, while it is PENDING.
#[utoipa::path(
    patch, path = "/api/parts-requests/{id}/cancel", tag = "Parts requests",
    params(("id" = Uuid, Path, description = "The parts request")),
    responses((status = 200, description = "Cancelled", body = Envelope<PartsRequestView>)),
    security(("bearer" = ["parts_requests:create"]))
)]
pub(crate) async fn cancel(
    permit: Permit<grant::PartsRequestsCreate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "parts request")?;
    let hints = Hints::default();
    let by = permit.user_id();
    let is_manager = matches!(permit.role(), Role::Admin | Role::ScManager);
    let plan = || async {
        let request = present(&app.store, scope, &id, &cmd).await?;
        if request.requested_by_id != by && !is_manager {
            let message = "Only the one who asked can cancel a parts request".to_owned();
            return Err(Refusal::Forbidden { message }.into());
        }
        let decided = request.clone().decided(PartsRequestStatus::Cancelled, by, None, cmd.context.timestamp())?;
        app.store.decide_parts_request(&request, decided, by, &hints)
    };
    cmd.run(&app.store, by, StatusCode::OK, plan, view).await
}
