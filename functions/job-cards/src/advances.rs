use axum::{extract::State, http::StatusCode};
use dms_domain::{job_card::JobCard, permissions::grant, statuses::PaymentKind};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    payment::{NewPayment, Receipted},
    views::JobCardView,
};

use crate::read::present;

/// Take an advance
///
/// Until the card is invoiced: the invoice takes the entries over as payments. Of a card that is cancelled it is given back with
/// `POST /api/job-cards/{id}/refunds`. The law asks for a receipt voucher for an advance (CGST section 31(3)(d), Rule 50) and, where
/// no supply follows, for a refund voucher (section 31(3)(e), Rule 51): the receipt's id, date, amount and the card number are
/// their particulars. Of the advance for a service the tax falls due when it is received (section 13(2)), for goods with
/// the invoice (Notification 66/2017): an advance that is not invoiced in its month goes into table 11A of GSTR-1.
#[utoipa::path(
    post, path = "/api/job-cards/{id}/payments", tag = "Job cards", request_body = NewPayment,
    params(("id" = uuid::Uuid, Path, description = "The job card")),
    responses((status = 201, description = "The card and the receipt", body = Envelope<Receipted<JobCardView>>)),
    security(("bearer" = ["invoices:update"]))
)]
pub(crate) async fn pay(
    permit: Permit<grant::InvoicesUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<NewPayment>,
) -> ApiResult<Reply> {
    record(PaymentKind::Advance, permit, app, id, cmd, input).await
}

/// Give an advance back
///
/// All of it or some, also of a card that is cancelled. Once the card is invoiced the money is the invoice's, and is given
/// back with `POST /api/invoices/{id}/refunds`.
#[utoipa::path(
    post, path = "/api/job-cards/{id}/refunds", tag = "Job cards", request_body = NewPayment,
    params(("id" = uuid::Uuid, Path, description = "The job card")),
    responses((status = 201, description = "The card and the receipt", body = Envelope<Receipted<JobCardView>>)),
    security(("bearer" = ["invoices:update"]))
)]
pub(crate) async fn refund(
    permit: Permit<grant::InvoicesUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<NewPayment>,
) -> ApiResult<Reply> {
    record(PaymentKind::Refund, permit, app, id, cmd, input).await
}

async fn record(
    kind: PaymentKind,
    permit: Permit<grant::InvoicesUpdate>,
    app: AppState,
    id: Id,
    cmd: Cmd,
    input: NewPayment,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "job card")?;
    let (by, now) = (permit.user_id(), cmd.context.timestamp());
    let entry = input.entry(kind, cmd.context.new_id(), by, &cmd);
    let plan = || async {
        let card = present(&app.store, scope, &id, &cmd).await?;
        let new = match kind {
            PaymentKind::Advance | PaymentKind::Payment => card.with_advance(entry.clone(), now)?,
            PaymentKind::Refund => card.with_refund(entry.clone(), now)?,
        };
        app.store.pay_in_advance(&card, new)
    };
    let view = |card: &JobCard| (Receipted::of(JobCardView::of(card), &card.advances), Some(card.version));
    cmd.run(&app.store, by, StatusCode::CREATED, plan, view).await
}
