use axum::extract::State;
use dms_domain::{inputs::LongText, permissions::grant, refusal::Refusal, statuses::JobCardStatus};
use dms_http::{
    ApiResult, AppState, Reply,
    bulk::{self, BulkRow, parse_row},
    envelope::Envelope,
    extract::{Cmd, Json, Permit},
    views::JobCardView,
};
use dms_store::Hints;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// Up to 100 changes of state.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"updates": [{"id": "0190a1b2-0000-7001-8000-000000000001", "status": "COMPLETED"}]}))]
pub(crate) struct JobCardUpdates {
    /// Each is taken or refused by itself.
    #[schema(value_type = Vec<JobCardUpdate>, min_items = 1, max_items = 100)]
    updates: Vec<Value>,
}

/// The state one card is to have.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct JobCardUpdate {
    id: Uuid,
    status: JobCardStatus,
    notes: Option<LongText>,
}

/// What became of each row.
#[derive(Serialize, ToSchema)]
pub(crate) struct UpdatedJobCards {
    updated: usize,
    failed: usize,
    /// In the order of the request.
    results: Vec<BulkRow>,
}

/// Change the state of several job cards
///
/// Up to 100; each row is taken or refused by itself, and its result tells which.
#[utoipa::path(
    patch, path = "/api/job-cards/bulk", tag = "Job cards", request_body = JobCardUpdates,
    responses((status = 200, description = "What became of each row", body = Envelope<UpdatedJobCards>)),
    security(("bearer" = ["job_cards:update"]))
)]
pub(crate) async fn update_many(
    permit: Permit<grant::JobCardsUpdate>,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<JobCardUpdates>,
) -> ApiResult<Reply> {
    bulk::check_length("updates", input.updates.len())?;
    let results = bulk::run(input.updates, &cmd.context.request_id, |row, value| {
        let (app, cmd, permit) = (&app, &cmd, &permit);
        async move {
            let update: JobCardUpdate = parse_row(value)?;
            let scope = permit.scope_of(&update.id, "job card")?;
            let hints = Hints::default();
            let plan = || async {
                let card = app.store.job_card(scope, &update.id).await?;
                let card = card.ok_or(Refusal::NotFound { what: "job card" })?;
                let notes = update.notes.clone().map(|text| text.0);
                let new = card.stepped(update.status, notes, cmd.context.timestamp())?;
                app.store.step_job_card(&card, new, &hints)
            };
            cmd.run_row(&app.store, permit.user_id(), row, plan, JobCardView::of).await
        }
    })
    .await?;
    let updated = results.iter().filter(|row| row.success).count();
    let answer = UpdatedJobCards { updated, failed: results.len() - updated, results };
    cmd.context.reply(200, &answer, None)
}
