use axum::extract::State;
use dms_domain::{gst::e_invoice::EInvoice, invoice::IssuedBy, permissions::grant, refusal::Refusal};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, ErrorBody},
    extract::{Id, Permit},
};

/// Get an invoice as e-invoice
///
/// In the form INV-01, schema 1.1, as the invoice registration portal takes it (CGST Rule 48(4)): `data` is what is sent
/// there. Only an invoice to a registered person becomes one (409 `NOT_B2B`); what the schema asks for and the invoice
/// does not say is named (422).
#[utoipa::path(
    get, path = "/api/invoices/{id}/e-invoice", tag = "Invoices",
    params(("id" = uuid::Uuid, Path, description = "The invoice")),
    responses(
        (status = 200, description = "The e-invoice", body = Envelope<EInvoice>),
        (status = 409, description = "`NOT_B2B`, `INVOICE_CANCELLED`", body = ErrorBody),
        (status = 422, description = "What the schema asks for and the invoice does not say: named in `errors`", body = ErrorBody)
    ),
    security(("bearer" = ["invoices:read"]))
)]
pub(crate) async fn e_invoice(
    permit: Permit<grant::InvoicesRead>,
    State(app): State<AppState>,
    id: Id,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "invoice")?;
    let invoice = app.store.invoice(scope, &id).await?.ok_or(Refusal::NotFound { what: "invoice" })?;
    let supplier = match invoice.supplier.clone() {
        Some(supplier) => supplier,
        // Issued before invoices kept it.
        None => {
            let centre = app.store.centre(&invoice.service_center_id).await?;
            IssuedBy::of(&centre.ok_or(Refusal::NotFound { what: "service centre" })?)
        }
    };
    permit.context.reply(200, &EInvoice::of(&invoice, &supplier)?, Some(invoice.version))
}
