use axum::extract::State;
use dms_domain::{permissions::grant, refusal::Refusal};
use dms_http::{
    ApiError, ApiResult, AppState, Pdf,
    extract::{Id, Permit},
};
use dms_papers::JobCardPaper;

/// Get a job card as PDF
///
/// With its forms, parts and work, and places to sign. Customer and vehicle are those of part 1: as they were at the visit.
#[utoipa::path(
    get, path = "/api/job-cards/{id}/pdf", tag = "Job cards",
    params(("id" = uuid::Uuid, Path, description = "The job card")),
    responses((status = 200, description = "The paper", content_type = "application/pdf", body = Pdf)),
    security(("bearer" = ["job_cards:read"]))
)]
pub(crate) async fn pdf(
    permit: Permit<grant::JobCardsRead>,
    State(app): State<AppState>,
    id: Id,
) -> ApiResult<Pdf> {
    let scope = permit.scope_of(&id, "job card")?;
    let (card, forms) = tokio::try_join!(app.store.job_card(scope, &id), app.store.job_card_forms(scope, &id))?;
    let card = card.ok_or(Refusal::NotFound { what: "job card" })?;
    let centre = app.store.centre(&card.service_center_id).await?;
    let centre = centre.ok_or(Refusal::NotFound { what: "service centre" })?;
    let bytes = JobCardPaper::of(&card, forms.as_ref(), &centre).lay().pdf().map_err(ApiError::internal)?;
    Ok(Pdf::new(&card.job_card_number, bytes))
}
