use axum::extract::State;
use dms_domain::{permissions::grant, refusal::Refusal};
use dms_http::{
    ApiError, ApiResult, AppState, Pdf,
    extract::{Id, Permit},
};
use dms_papers::CreditNote;

/// Get a credit note as PDF
///
/// As CGST Rule 53(1A) asks for it, with the number and date of its invoice.
#[utoipa::path(
    get, path = "/api/credit-notes/{id}/pdf", tag = "Credit notes",
    params(("id" = uuid::Uuid, Path, description = "The credit note")),
    responses((status = 200, description = "The paper", content_type = "application/pdf", body = Pdf)),
    security(("bearer" = ["invoices:read"]))
)]
pub(crate) async fn pdf(
    permit: Permit<grant::InvoicesRead>,
    State(app): State<AppState>,
    id: Id,
) -> ApiResult<Pdf> {
    let scope = permit.scope_of(&id, "credit note")?;
    let note = app.store.credit_note(scope, &id).await?.ok_or(Refusal::NotFound { what: "credit note" })?;
    let (invoice, centre) =
        tokio::try_join!(app.store.invoice(scope, &note.invoice_id), app.store.centre(&note.service_center_id))?;
    let invoice = invoice.ok_or(Refusal::NotFound { what: "invoice" })?;
    let centre = centre.ok_or(Refusal::NotFound { what: "service centre" })?;
    let bytes = CreditNote::of(&note, &invoice, &centre).lay().pdf().map_err(ApiError::internal)?;
    Ok(Pdf::new(&note.gst_credit_note_number, bytes))
}
