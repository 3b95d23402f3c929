use axum::{extract::State, http::StatusCode};
use dms_domain::permissions::grant;
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    parts::{StockAdjustment, adjustment_entry},
    views::CentralPartView,
};

use crate::{create::view, edit::present};

/// Adjust the stock of one of Central's parts
///
/// Adds, subtracts, or sets to a counted quantity; the difference is written to the ledger, also when it is 0.
/// What is promised to parts issues stays.
#[utoipa::path(
    patch, path = "/api/central-inventory/parts/{id}/adjust-stock", tag = "Central inventory",
    request_body = StockAdjustment,
    params(("id" = uuid::Uuid, Path, description = "The part")),
    responses((status = 200, description = "Adjusted", body = Envelope<CentralPartView>)),
    security(("bearer" = ["central_inventory:update"]))
)]
pub(crate) async fn adjust_stock(
    permit: Permit<grant::CentralInventoryUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<StockAdjustment>,
) -> ApiResult<Reply> {
    let scope = permit.central_scope()?;
    let adjustment = input.adjustment();
    let _turn = app.store.turn_of_document(&id).await;
    let plan = || async {
        let part = present(&app.store, scope, &id, &cmd).await?;
        let delta = part.delta_of(&adjustment)?;
        let entry = adjustment_entry(&cmd, permit.user_id(), part.id, delta, &adjustment);
        app.store.adjust_central_stock(&part, part.moved(delta, entry.created_at), &entry)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
