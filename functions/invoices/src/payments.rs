use axum::{extract::State, http::StatusCode};
use dms_domain::{
    invoice::Invoice,
    permissions::grant,
    refusal::{Refusal, check_version},
    statuses::PaymentKind,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    payment::{NewPayment, Receipted},
    views::InvoiceView,
};
use dms_store::Hints;

/// Take a payment
///
/// In full or in part, in any number of payments. With the one after which nothing is left to pay the invoice is PAID by
/// itself, with all that PAID does (see `PATCH /api/invoices/{id}/status`). More than the balance is refused with
/// `OVERPAYMENT`, which names the balance.
#[utoipa::path(
    post, path = "/api/invoices/{id}/payments", tag = "Invoices", request_body = NewPayment,
    params(("id" = uuid::Uuid, Path, description = "The invoice")),
    responses((status = 201, description = "The invoice and the receipt", body = Envelope<Receipted<InvoiceView>>)),
    security(("bearer" = ["invoices:update"]))
)]
pub(crate) async fn pay(
    permit: Permit<grant::InvoicesUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<NewPayment>,
) -> ApiResult<Reply> {
    record(PaymentKind::Payment, permit, app, id, cmd, input).await
}

/// Give money back
///
/// Of an invoice that is paid in part, any of what was paid: after that it is UNPAID or PARTIALLY_PAID. Of one that is PAID, only
/// what is the customer's (`refundDue`): what a credit note takes back, and what an advance was too much. More is refused with
/// `OVER_REFUND`, which names how much it can be.
#[utoipa::path(
    post, path = "/api/invoices/{id}/refunds", tag = "Invoices", request_body = NewPayment,
    params(("id" = uuid::Uuid, Path, description = "The invoice")),
    responses((status = 201, description = "The invoice and the receipt", body = Envelope<Receipted<InvoiceView>>)),
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
    let scope = permit.scope_of(&id, "invoice")?;
    let (by, now) = (permit.user_id(), cmd.context.timestamp());
    let entry = input.entry(kind, cmd.context.new_id(), by, &cmd);
    let hints = Hints::default();
    let plan = || async {
        let found = app.store.invoice(scope, &id).await?;
        let invoice = found.ok_or(Refusal::NotFound { what: "invoice" })?;
        check_version(cmd.if_match, invoice.version)?;
        let new = match kind {
            PaymentKind::Payment | PaymentKind::Advance => invoice.paid_with(entry.clone(), now)?,
            PaymentKind::Refund => invoice.refunded(entry.clone(), now)?,
        };
        app.store.pay_invoice(&invoice, new, &hints)
    };
    let view =
        |invoice: &Invoice| (Receipted::of(InvoiceView::of(invoice), &invoice.payments), Some(invoice.version));
    cmd.run(&app.store, by, StatusCode::CREATED, plan, view).await
}
