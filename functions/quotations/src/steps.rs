use axum::{extract::State, http::StatusCode};
use dms_domain::{
    inputs::{LongText, ShortText, Text},
    permissions::grant,
    quotation::{Decisions, Said},
    statuses::AnsweredBy,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    views::QuotationView,
};
use dms_store::Plan;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    decision::{LineDecision, each},
    read::{WHAT, present, view},
};

/// What the customer has approved, as the centre was told.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(example = json!({"decisions": [{"line": 1, "approve": true}, {"line": 2, "approve": false}], "name": "Asha Rao"}))]
pub(crate) struct QuotationApproval {
    /// Every line once; all are approved unless given.
    decisions: Option<Vec<LineDecision>>,
    /// Who approved.
    name: Option<ShortText>,
    comment: Option<LongText>,
}

/// Why a quotation is declined.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"reason": "Too dear"}))]
pub(crate) struct QuotationRejection {
    reason: Text<1, 500>,
}

/// Send a quotation
///
/// It is with the customer, its days count from today, and it can no longer be changed. `approval-link` gives the
/// customer's link.
#[utoipa::path(
    patch, path = "/api/quotations/{id}/send", tag = "Quotations",
    params(("id" = Uuid, Path, description = "The quotation")),
    responses((status = 200, description = "Sent", body = Envelope<QuotationView>)),
    security(("bearer" = ["quotations:update"]))
)]
pub(crate) async fn send(
    permit: Permit<grant::QuotationsUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let plan = || async {
        let quotation = present(&app.store, scope, &id, &cmd).await?;
        app.store.send_quotation(&quotation, quotation.sent(cmd.context.timestamp())?)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Revise a quotation
///
/// One that is with the customer, or has expired, is a draft again. The link the customer has is void.
#[utoipa::path(
    patch, path = "/api/quotations/{id}/revise", tag = "Quotations",
    params(("id" = Uuid, Path, description = "The quotation")),
    responses((status = 200, description = "A draft again", body = Envelope<QuotationView>)),
    security(("bearer" = ["quotations:update"]))
)]
pub(crate) async fn revise(
    permit: Permit<grant::QuotationsUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let plan = || async {
        let quotation = present(&app.store, scope, &id, &cmd).await?;
        Plan::replace(&quotation, quotation.revised(cmd.context.timestamp())?)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Approve a quotation
///
/// In the customer's name: all lines, or some. Also from a draft, for a customer at the counter.
#[utoipa::path(
    patch, path = "/api/quotations/{id}/approve", tag = "Quotations", request_body = QuotationApproval,
    params(("id" = Uuid, Path, description = "The quotation")),
    responses((status = 200, description = "Approved", body = Envelope<QuotationView>)),
    security(("bearer" = ["quotations:approve"]))
)]
pub(crate) async fn approve(
    permit: Permit<grant::QuotationsApprove>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    input: Option<Json<QuotationApproval>>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let input = input.map(|Json(input)| input).unwrap_or_default();
    let decisions = input.decisions.map_or(Ok(Decisions::ApproveAll), |lines| each(&lines))?;
    let said = by_staff(&permit, input.name.map(|text| text.0), input.comment.map(|text| text.0));
    let plan = || async {
        let quotation = present(&app.store, scope, &id, &cmd).await?;
        let approved = quotation.approved(&decisions, said.clone(), cmd.context.timestamp())?;
        app.store.answer_quotation(&quotation, approved)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Reject a quotation
///
/// In the customer's name: nothing of it is wanted.
#[utoipa::path(
    patch, path = "/api/quotations/{id}/reject", tag = "Quotations", request_body = QuotationRejection,
    params(("id" = Uuid, Path, description = "The quotation")),
    responses((status = 200, description = "Rejected", body = Envelope<QuotationView>)),
    security(("bearer" = ["quotations:approve"]))
)]
pub(crate) async fn reject(
    permit: Permit<grant::QuotationsApprove>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<QuotationRejection>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let said = by_staff(&permit, None, Some(input.reason.0));
    let plan = || async {
        let quotation = present(&app.store, scope, &id, &cmd).await?;
        app.store.answer_quotation(&quotation, quotation.rejected(said.clone(), cmd.context.timestamp())?)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

fn by_staff(permit: &Permit<grant::QuotationsApprove>, name: Option<String>, comment: Option<String>) -> Said {
    Said { answered_by: AnsweredBy::Staff, user_id: Some(permit.user_id()), name, comment }
}
