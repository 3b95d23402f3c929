use axum::{extract::State, http::StatusCode};
use dms_access::VerifiedLink;
use dms_domain::{
    inputs::{LongText, ShortText},
    quotation::{Decisions, Quotation, Said, void_link},
    refusal::Refusal,
    statuses::AnsweredBy,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, ErrorBody},
    extract::{Approval, Cmd, Json},
    views::{OfferView, Shown},
};
use dms_store::{Plan, Store, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::decision::{LineDecision, each};

/// The customer's answer: either `all` or `decisions`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"decisions": [{"line": 1, "approve": true}, {"line": 2, "approve": false}], "name": "Asha Rao"}))]
pub(crate) struct OfferAnswer {
    /// Every line once.
    decisions: Option<Vec<LineDecision>>,
    /// All lines alike.
    all: Option<AllLines>,
    /// Who answers.
    name: Option<ShortText>,
    comment: Option<LongText>,
}

/// One decision for all lines.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum AllLines {
    /// All are approved.
    Approve,
    /// All are declined.
    Decline,
}

impl OfferAnswer {
    fn decisions(&self) -> Result<Decisions, Refusal> {
        match (&self.decisions, self.all) {
            (Some(lines), None) => each(lines),
            (None, Some(AllLines::Approve)) => Ok(Decisions::ApproveAll),
            (None, Some(AllLines::Decline)) => Ok(Decisions::DeclineAll),
            (None, None) => Err(Refusal::field("decisions", "is required, or all")),
            (Some(_), Some(_)) => Err(Refusal::field("all", "give either decisions or all")),
        }
    }

    fn said(&self) -> Said {
        Said {
            answered_by: AnsweredBy::Customer,
            user_id: None,
            name: self.name.as_ref().map(|text| text.0.clone()),
            comment: self.comment.as_ref().map(|text| text.0.clone()),
        }
    }
}

/// The quotation with what it names.
async fn shown(store: &Store, quotation: Quotation) -> Result<Shown, StoreError> {
    let (centre, customer, vehicle) = tokio::try_join!(
        store.centre(&quotation.service_center_id),
        store.customer(&quotation.offer.customer_id),
        store.vehicle(&quotation.offer.vehicle_id),
    )?;
    Ok(Shown { quotation, centre, customer, vehicle })
}

/// The quotation of a link, as long as it offers what the link is for.
async fn offered(store: &Store, link: &VerifiedLink) -> Result<Quotation, StoreError> {
    let quotation = store.linked_quotation(link).await?.ok_or_else(void_link)?;
    quotation.check_link(link.offer_hash())?;
    Ok(quotation)
}

/// See what is offered
///
/// Without a login: the link is the permission. Looking changes nothing, so a mail program may look first.
#[utoipa::path(
    get, path = "/api/quotation-approvals/{token}", tag = "Quotations",
    params(("token" = String, Path, description = "From `approval-link`")),
    responses(
        (status = 200, description = "The offer", body = Envelope<OfferView>),
        (status = 404, description = "No such link", body = ErrorBody),
        (status = 409, description = "`LINK_VOID`: the offer has changed; `QUOTATION_EXPIRED`", body = ErrorBody)
    )
)]
pub(crate) async fn see(approval: Approval, State(app): State<AppState>) -> ApiResult<Reply> {
    let quotation = offered(&app.store, &approval).await?;
    let shown = shown(&app.store, quotation).await?;
    approval.context.reply(200, &OfferView::of(&shown), None)
}

/// Answer what is offered
///
/// Without a login: the link is the permission, and it is good for one answer. Each line is approved or declined; the
/// quotation is APPROVED with the approved lines, or REJECTED when there is none. The same answer once more changes
/// nothing; another one is refused.
#[utoipa::path(
    post, path = "/api/quotation-approvals/{token}", tag = "Quotations", request_body = OfferAnswer,
    params(("token" = String, Path, description = "From `approval-link`")),
    responses(
        (status = 200, description = "Answered", body = Envelope<OfferView>),
        (status = 404, description = "No such link", body = ErrorBody),
        (status = 409, description = "`ALREADY_ANSWERED` otherwise; `LINK_VOID`: the offer has changed; `QUOTATION_EXPIRED`", body = ErrorBody)
    )
)]
pub(crate) async fn answer(
    approval: Approval,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<OfferAnswer>,
) -> ApiResult<Reply> {
    let decisions = input.decisions()?;
    let plan = || async {
        let quotation = offered(&app.store, &approval).await?;
        let now = cmd.context.timestamp();
        let answered = quotation.answered_by_link(approval.offer_hash(), &decisions, input.said(), now)?;
        let shown = shown(&app.store, answered.clone().unwrap_or_else(|| quotation.clone())).await?;
        let plan = match answered {
            Some(answered) => app.store.answer_quotation(&quotation, answered)?,
            None => Plan::nothing(quotation),
        };
        Ok(plan.with(shown))
    };
    // The customer has no account: their commands are the quotation's.
    let by = approval.quotation_id();
    cmd.run(&app.store, by, StatusCode::OK, plan, |(_, shown)| (OfferView::of(shown), None)).await
}
