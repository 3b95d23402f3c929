use axum::{extract::State, http::StatusCode};
use dms_access::Principal;
use dms_domain::{
    inputs::{LongText, Text},
    permissions::grant,
    purchase_order::PurchaseOrder,
    refusal::Refusal,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    views::PurchaseOrderView,
};
use dms_store::{Plan, Store, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{create::view, edit::present};

/// An approval.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"notes": "Approved"}))]
pub(crate) struct Approval {
    /// Whoever sends the request; another one is refused.
    approved_by: Option<Uuid>,
    notes: Option<LongText>,
}

/// Why an order is rejected, cancelled or closed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"reason": "Too dear"}))]
pub(crate) struct Reason {
    reason: Text<1, 500>,
}

/// Runs one step of an order.
async fn step(
    (store, caller): (&Store, &Principal),
    id: &Id,
    cmd: &Cmd,
    next: impl Fn(&PurchaseOrder) -> Result<PurchaseOrder, Refusal>,
    commit: impl Fn(&PurchaseOrder, PurchaseOrder) -> Result<Plan<PurchaseOrder>, StoreError>,
) -> ApiResult<Reply> {
    let scope = caller.central_scope()?;
    let plan = || async {
        let order = present(store, scope, id, cmd).await?;
        commit(&order, next(&order)?)
    };
    cmd.run(store, caller.user_id(), StatusCode::OK, plan, view).await
}

/// Submit a purchase order
///
/// A draft waits for an admin's approval, and can no longer be changed.
#[utoipa::path(
    patch, path = "/api/purchase-orders/{id}/submit", tag = "Purchase orders",
    params(("id" = Uuid, Path, description = "The purchase order")),
    responses((status = 200, description = "Submitted", body = Envelope<PurchaseOrderView>)),
    security(("bearer" = ["purchase_orders:update"]))
)]
pub(crate) async fn submit(
    permit: Permit<grant::PurchaseOrdersUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let next = |order: &PurchaseOrder| order.submitted(permit.user_id(), cmd.context.timestamp());
    step((&app.store, &permit), &id, &cmd, next, |old, new| app.store.submit_order(old, new)).await
}

/// Approve a purchase order
#[utoipa::path(
    patch, path = "/api/purchase-orders/{id}/approve", tag = "Purchase orders", request_body = Approval,
    params(("id" = Uuid, Path, description = "The purchase order")),
    responses((status = 200, description = "Approved", body = Envelope<PurchaseOrderView>)),
    security(("bearer" = ["purchase_orders:approve"]))
)]
pub(crate) async fn approve(
    permit: Permit<grant::PurchaseOrdersApprove>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    input: Option<Json<Approval>>,
) -> ApiResult<Reply> {
    let Approval { approved_by, notes } = input.map(|Json(input)| input).unwrap_or_default();
    let by = permit.user_id();
    if approved_by.is_some_and(|named| named != by) {
        return Err(Refusal::field("approvedBy", "is not you: whoever approves sends the request").into());
    }
    let notes = notes.map(|text| text.0);
    let next = |order: &PurchaseOrder| order.approved(by, notes.clone(), cmd.context.timestamp());
    step((&app.store, &permit), &id, &cmd, next, |old, new| app.store.decide_order(old, new)).await
}

/// Reject a purchase order
///
/// It is a draft again, with the reason, and can be changed and submitted anew.
#[utoipa::path(
    patch, path = "/api/purchase-orders/{id}/reject", tag = "Purchase orders", request_body = Reason,
    params(("id" = Uuid, Path, description = "The purchase order")),
    responses((status = 200, description = "Rejected", body = Envelope<PurchaseOrderView>)),
    security(("bearer" = ["purchase_orders:approve"]))
)]
pub(crate) async fn reject(
    permit: Permit<grant::PurchaseOrdersApprove>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<Reason>,
) -> ApiResult<Reply> {
    let next = |order: &PurchaseOrder| order.rejected(input.reason.0.clone(), cmd.context.timestamp());
    step((&app.store, &permit), &id, &cmd, next, |old, new| app.store.decide_order(old, new)).await
}

/// Cancel a purchase order
///
/// Before anything has arrived.
#[utoipa::path(
    patch, path = "/api/purchase-orders/{id}/cancel", tag = "Purchase orders", request_body = Reason,
    params(("id" = Uuid, Path, description = "The purchase order")),
    responses((status = 200, description = "Cancelled", body = Envelope<PurchaseOrderView>)),
    security(("bearer" = ["purchase_orders:update"]))
)]
pub(crate) async fn cancel(
    permit: Permit<grant::PurchaseOrdersUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<Reason>,
) -> ApiResult<Reply> {
    let next = |order: &PurchaseOrder| order.cancelled(input.reason.0.clone(), cmd.context.timestamp());
    step((&app.store, &permit), &id, &cmd, next, Plan::replace).await
}

/// Close a purchase order
///
/// Of which something came, and the rest will not: it is COMPLETED as it is.
#[utoipa::path(
    patch, path = "/api/purchase-orders/{id}/close", tag = "Purchase orders", request_body = Reason,
    params(("id" = Uuid, Path, description = "The purchase order")),
    responses((status = 200, description = "Closed", body = Envelope<PurchaseOrderView>)),
    security(("bearer" = ["purchase_orders:update"]))
)]
pub(crate) async fn close(
    permit: Permit<grant::PurchaseOrdersUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<Reason>,
) -> ApiResult<Reply> {
    let next = |order: &PurchaseOrder| order.closed(input.reason.0.clone(), cmd.context.timestamp());
    step((&app.store, &permit), &id, &cmd, next, Plan::replace).await
}

/// Note that goods have arrived
///
/// They are being inspected: what is fit for stock is said by receiving them.
#[utoipa::path(
    patch, path = "/api/purchase-orders/{id}/arrive", tag = "Purchase orders",
    params(("id" = Uuid, Path, description = "The purchase order")),
    responses((status = 200, description = "Arrived", body = Envelope<PurchaseOrderView>)),
    security(("bearer" = ["purchase_orders:receive"]))
)]
pub(crate) async fn arrive(
    permit: Permit<grant::PurchaseOrdersReceive>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let next = |order: &PurchaseOrder| order.arrived(cmd.context.timestamp());
    step((&app.store, &permit), &id, &cmd, next, Plan::replace).await
}
