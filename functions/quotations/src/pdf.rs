use axum::extract::State;
use dms_domain::{permissions::grant, refusal::Refusal};
use dms_http::{
    ApiError, ApiResult, AppState, Pdf,
    extract::{Id, Permit},
};
use dms_papers::Quotation;

use crate::read::{NOT_FOUND, WHAT};

/// Get a quotation as PDF
///
/// To the customer as they are now, and with the answer if there is one. A draft says so across the page.
#[utoipa::path(
    get, path = "/api/quotations/{id}/pdf", tag = "Quotations",
    params(("id" = uuid::Uuid, Path, description = "The quotation")),
    responses((status = 200, description = "The paper", content_type = "application/pdf", body = Pdf)),
    security(("bearer" = ["quotations:read"]))
)]
pub(crate) async fn pdf(
    permit: Permit<grant::QuotationsRead>,
    State(app): State<AppState>,
    id: Id,
) -> ApiResult<Pdf> {
    let scope = permit.scope_of(&id, WHAT)?;
    let quotation = app.store.quotation(scope, &id).await?.ok_or(NOT_FOUND)?;
    let (customer, vehicle, centre) = tokio::try_join!(
        app.store.customer(&quotation.offer.customer_id),
        app.store.vehicle(&quotation.offer.vehicle_id),
        app.store.centre(&quotation.service_center_id),
    )?;
    let customer = customer.ok_or(Refusal::NotFound { what: "customer" })?;
    let centre = centre.ok_or(Refusal::NotFound { what: "service centre" })?;
    let today = permit.context.timestamp().ist_date();
    let paper = Quotation::of(&quotation, (&customer, vehicle.as_ref()), &centre, today);
    Ok(Pdf::new(&quotation.quotation_number, paper.lay().pdf().map_err(ApiError::internal)?))
}
