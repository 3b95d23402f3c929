use axum::extract::State;
use dms_domain::{permissions::grant, refusal::Refusal};
use dms_http::{
    ApiError, ApiResult, AppState, Pdf,
    extract::{Id, Permit},
};
use dms_papers::TaxInvoice;

/// Get an invoice as PDF
///
/// The tax invoice as it was issued (CGST Rule 46), what was paid since, and a UPI code for the balance; a bill of supply
/// (Rule 49) when nothing on it is taxed.
#[utoipa::path(
    get, path = "/api/invoices/{id}/pdf", tag = "Invoices",
    params(("id" = uuid::Uuid, Path, description = "The invoice")),
    responses((status = 200, description = "The paper", content_type = "application/pdf", body = Pdf)),
    security(("bearer" = ["invoices:read"]))
)]
pub(crate) async fn pdf(
    permit: Permit<grant::InvoicesRead>,
    State(app): State<AppState>,
    id: Id,
) -> ApiResult<Pdf> {
    let scope = permit.scope_of(&id, "invoice")?;
    let invoice = app.store.invoice(scope, &id).await?.ok_or(Refusal::NotFound { what: "invoice" })?;
    let centre = app.store.centre(&invoice.service_center_id).await?;
    let centre = centre.ok_or(Refusal::NotFound { what: "service centre" })?;
    let bytes = TaxInvoice::of(&invoice, &centre).lay().pdf().map_err(ApiError::internal)?;
    Ok(Pdf::new(&invoice.gst_invoice_number, bytes))
}
