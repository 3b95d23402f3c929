use axum::{extract::State, http::StatusCode};
use dms_domain::permissions::grant;
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    views::JobCardView,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::read::{present, view};

/// Who is to work on the card.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Assignment {
    /// An active service engineer of the card's centre.
    engineer_id: Uuid,
}

/// Assign an engineer
///
/// A CREATED card becomes ASSIGNED; later the engineer changes and the state does not.
#[utoipa::path(
    post, path = "/api/job-cards/{id}/assign-engineer", tag = "Job cards", request_body = Assignment,
    params(("id" = Uuid, Path, description = "The job card")),
    responses((status = 200, description = "Assigned", body = Envelope<JobCardView>)),
    security(("bearer" = ["job_cards:assign"]))
)]
pub(crate) async fn assign_engineer(
    permit: Permit<grant::JobCardsAssign>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<Assignment>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "job card")?;
    let plan = || async {
        let (card, engineer) = tokio::try_join!(present(&app.store, scope, &id, &cmd), async {
            app.store.user(&input.engineer_id).await
        })?;
        let new = card.assigned(engineer.as_ref(), cmd.context.timestamp())?;
        app.store.assign_engineer(&card, new)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
