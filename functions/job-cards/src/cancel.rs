use axum::{extract::State, http::StatusCode};
use dms_domain::{inputs::Text, parts_request::PartsRequest, permissions::grant, statuses::PartsRequestStatus};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    views::JobCardView,
};
use dms_store::{Hints, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::read::{present, view};

/// Parts requests of one card that are looked through for open ones.
const MAX_REQUESTS: usize = 200;

/// Why a card is cancelled.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"reason": "The customer took the vehicle back"}))]
pub(crate) struct Cancellation {
    reason: Text<1, 500>,
}

/// Cancel a job card
///
/// From any state before INVOICED. Parts it took go back to stock, open parts requests are cancelled, the vehicle
/// is AVAILABLE again, and its appointment is back at ARRIVED. What was paid in advance is still to be given back.
#[utoipa::path(
    post, path = "/api/job-cards/{id}/cancel", tag = "Job cards", request_body = Cancellation,
    params(("id" = uuid::Uuid, Path, description = "The job card")),
    responses((status = 200, description = "Cancelled", body = Envelope<JobCardView>)),
    security(("bearer" = ["job_cards:cancel"]))
)]
pub(crate) async fn cancel(
    permit: Permit<grant::JobCardsCancel>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<Cancellation>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "job card")?;
    let hints = Hints::default();
    let plan = || async {
        app.store.recall_parts(&hints).await?;
        let (card, requests) = tokio::try_join!(
            present(&app.store, scope, &id, &cmd),
            app.store.parts_requests_of(scope, &id, MAX_REQUESTS),
        )?;
        let new = card.cancelled(input.reason.0.clone(), cmd.context.timestamp())?;
        let open: Vec<PartsRequest> =
            requests.into_iter().filter(|request| request.status == PartsRequestStatus::Pending).collect();
        // The index of the requests may lag behind the card.
        if open.len() != card.open_parts_requests as usize {
            return Err(StoreError::Contended);
        }
        app.store.cancel_job_card(&card, new, &open, permit.user_id(), &hints)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
