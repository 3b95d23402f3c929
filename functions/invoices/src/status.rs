use axum::{extract::State, http::StatusCode};
use dms_domain::{
    inputs::{ShortText, Text},
    invoice::Invoice,
    money::Paise,
    payment::Payment,
    permissions::grant,
    refusal::{Refusal, check_version},
    statuses::{InvoiceStatus, PaymentKind, PaymentMethod},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    views::InvoiceView,
};
use dms_store::{Hints, Plan};
use serde::Deserialize;
use utoipa::ToSchema;

/// The state an invoice is to have.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"status": "PAID", "method": "UPI", "reference": "4017-2265"}))]
pub(crate) struct NewStatus {
    /// PAID or CANCELLED.
    status: InvoiceStatus,
    /// How the balance was paid; CASH unless given.
    method: Option<PaymentMethod>,
    /// The bank's or the UPI reference of the payment.
    reference: Option<ShortText>,
    /// Why it is cancelled; required for CANCELLED.
    reason: Option<Text<1, 500>>,
}

/// Pay or cancel an invoice
///
/// PAID records the balance as one payment, adds the service to the vehicle's totals and history, frees the
/// vehicle and notes the service with the customer. Asking for PAID again changes nothing and answers the same
/// invoice. CANCELLED, on the day of issue while nothing is paid, makes the job card COMPLETED again, or returns
/// what was sold over the counter.
#[utoipa::path(
    patch, path = "/api/invoices/{id}/status", tag = "Invoices", request_body = NewStatus,
    params(("id" = uuid::Uuid, Path, description = "The invoice")),
    responses((status = 200, description = "Paid or cancelled", body = Envelope<InvoiceView>)),
    security(("bearer" = ["invoices:update"]))
)]
pub(crate) async fn change_status(
    permit: Permit<grant::InvoicesUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<NewStatus>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "invoice")?;
    let by = permit.user_id();
    let now = cmd.context.timestamp();
    let payment_id = cmd.context.new_id();
    let hints = Hints::default();
    let plan = || async {
        app.store.recall_parts(&hints).await?;
        let found = app.store.invoice(scope, &id).await?;
        let invoice = found.ok_or(Refusal::NotFound { what: "invoice" })?;
        match input.status {
            // Paid is paid: the same answer, and nothing is added again.
            InvoiceStatus::Paid if invoice.status == InvoiceStatus::Paid => Ok(Plan::nothing(invoice)),
            InvoiceStatus::Paid => {
                check_version(cmd.if_match, invoice.version)?;
                let payment = Payment {
                    id: payment_id,
                    kind: PaymentKind::Payment,
                    amount_paise: Paise::ZERO,
                    method: input.method.unwrap_or(PaymentMethod::Cash),
                    reference: input.reference.as_ref().map(|text| text.0.clone()),
                    received_by_id: by,
                    received_at: now,
                };
                app.store.pay_invoice(&invoice, invoice.settled(payment, now)?, &hints)
            }
            InvoiceStatus::Cancelled => {
                check_version(cmd.if_match, invoice.version)?;
                let reason = input.reason.as_ref().ok_or_else(|| Refusal::field("reason", "is required"))?;
                let cancelled = invoice.cancelled(reason.0.clone(), now)?;
                app.store.cancel_invoice(&invoice, cancelled, by, &hints)
            }
            InvoiceStatus::Unpaid | InvoiceStatus::PartiallyPaid | InvoiceStatus::Credited => {
                Err(Refusal::field("status", "can be set to PAID or CANCELLED").into())
            }
        }
    };
    let view = |invoice: &Invoice| (InvoiceView::of(invoice), Some(invoice.version));
    cmd.run(&app.store, by, StatusCode::OK, plan, view).await
}
