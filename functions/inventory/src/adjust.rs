use axum::{extract::State, http::StatusCode};
use dms_domain::{permissions::grant, stock::Part};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    parts::{StockAdjustment, adjustment_entry},
    views::PartView,
};

use crate::{edit::present, read::WHAT};

/// Adjust a part's stock
///
/// Adds, subtracts, or sets to a counted quantity; the difference is written to the ledger, also when it is 0.
/// Stock never falls below 0. What is thrown away is `SCRAPPED`.
#[utoipa::path(
    patch, path = "/api/inventory/parts/{id}/adjust-stock", tag = "Inventory", request_body = StockAdjustment,
    params(("id" = uuid::Uuid, Path, description = "The part")),
    responses((status = 200, description = "Adjusted", body = Envelope<PartView>)),
    security(("bearer" = ["inventory:update"]))
)]
pub(crate) async fn adjust_stock(
    permit: Permit<grant::InventoryUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<StockAdjustment>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let adjustment = input.adjustment();
    let _turn = app.store.turn_of_document(&id).await;
    let plan = || async {
        let part = present(&app.store, scope, &id, &cmd).await?;
        let delta = part.delta_of(&adjustment)?;
        let entry = adjustment_entry(&cmd, permit.user_id(), part.id, delta, &adjustment);
        app.store.adjust_stock(&part, part.moved(delta, entry.created_at), &entry)
    };
    let view = |part: &Part| (PartView::of(part), Some(part.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
