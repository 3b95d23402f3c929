use axum::extract::State;
use dms_access::ApprovalLink;
use dms_domain::{calendar::Timestamp, permissions::grant};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Id, Permit},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::read::{NOT_FOUND, WHAT};

/// The customer's link.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApprovalLinkView {
    /// Whoever has it can see and answer the quotation: it is for the customer alone.
    token: String,
    /// Where this API shows the quotation to the customer.
    #[schema(example = "/api/quotation-approvals/eyJ…")]
    path: String,
    /// The end of the quotation's last day.
    expires_at: Timestamp,
}

/// Make the customer's approval link
///
/// Of a quotation that is SENT. With it the customer sees and answers the quotation without a login, once. It is good for
/// what is offered now: `revise` makes it void. Asked for again, it is the same link.
#[utoipa::path(
    post, path = "/api/quotations/{id}/approval-link", tag = "Quotations",
    params(("id" = Uuid, Path, description = "The quotation")),
    responses((status = 200, description = "The link", body = Envelope<ApprovalLinkView>)),
    security(("bearer" = ["quotations:update"]))
)]
pub(crate) async fn approval_link(
    permit: Permit<grant::QuotationsUpdate>,
    State(app): State<AppState>,
    id: Id,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let quotation = app.store.quotation(scope, &id).await?.ok_or(NOT_FOUND)?;
    let times = quotation.link_times(permit.context.timestamp())?;
    let link = ApprovalLink { quotation_id: quotation.id, offer_hash: quotation.offer_hash() };
    let token = app.tokens.issue_approval(&link, times)?;
    let path = format!("/api/quotation-approvals/{token}");
    let view = ApprovalLinkView { token, path, expires_at: Timestamp::new(times.1) };
    permit.context.reply(200, &view, None)
}
