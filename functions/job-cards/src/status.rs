use axum::{extract::State, http::StatusCode};
use dms_domain::{inputs::LongText, permissions::grant, statuses::JobCardStatus};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    views::JobCardView,
};
use dms_store::Hints;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::read::{present, view};

/// The state a card is to have.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"status": "IN_PROGRESS", "notes": "Started work"}))]
pub(crate) struct NewCardStatus {
    status: JobCardStatus,
    notes: Option<LongText>,
}

/// Change a job card's state
///
/// CREATED → ASSIGNED → IN_PROGRESS → COMPLETED, and IN_PROGRESS ⇄ PARTS_PENDING. An invoice makes the card
/// INVOICED; `cancel` makes it CANCELLED.
#[utoipa::path(
    patch, path = "/api/job-cards/{id}/status", tag = "Job cards", request_body = NewCardStatus,
    params(("id" = uuid::Uuid, Path, description = "The job card")),
    responses((status = 200, description = "Changed", body = Envelope<JobCardView>)),
    security(("bearer" = ["job_cards:update"]))
)]
pub(crate) async fn change_status(
    permit: Permit<grant::JobCardsUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<NewCardStatus>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "job card")?;
    let hints = Hints::default();
    let plan = || async {
        let card = present(&app.store, scope, &id, &cmd).await?;
        let notes = input.notes.clone().map(|text| text.0);
        let new = card.stepped(input.status, notes, cmd.context.timestamp())?;
        app.store.step_job_card(&card, new, &hints)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
