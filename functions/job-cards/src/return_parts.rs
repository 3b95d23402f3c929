use axum::{extract::State, http::StatusCode};
use dms_domain::{inputs::Quantity, permissions::grant, stock::check_lines};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    views::JobCardView,
};
use dms_store::Hints;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::read::{present, view};

/// Parts that were not used.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"items": [{"itemId": "0190a1b2-0000-7000-8000-000000000009", "quantity": 1}]}))]
pub(crate) struct UnusedParts {
    /// 1 to 40 lines.
    items: Vec<UnusedPart>,
}

/// How many of one item were not used.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UnusedPart {
    /// An item of the card that came from stock.
    item_id: Uuid,
    quantity: Quantity,
}

/// Return unused parts of a job card
///
/// They go back into the centre's stock, and the card's items shrink. Until the card is invoiced.
#[utoipa::path(
    post, path = "/api/job-cards/{id}/return-parts", tag = "Job cards", request_body = UnusedParts,
    params(("id" = Uuid, Path, description = "The job card")),
    responses((status = 200, description = "The card without them", body = Envelope<JobCardView>)),
    security(("bearer" = ["job_cards:return_parts"]))
)]
pub(crate) async fn return_parts(
    permit: Permit<grant::JobCardsReturnParts>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<UnusedParts>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "job card")?;
    check_lines("items", input.items.len())?;
    let returned: Vec<(Uuid, i64)> = input.items.iter().map(|line| (line.item_id, line.quantity.0)).collect();
    let hints = Hints::default();
    let plan = || async {
        app.store.recall_parts(&hints).await?;
        let card = present(&app.store, scope, &id, &cmd).await?;
        let new = card.with_parts_returned(&returned, cmd.context.timestamp())?;
        app.store.return_parts(&card, new, permit.user_id(), &hints)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
