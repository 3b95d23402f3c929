use axum::{extract::State, http::StatusCode};
use dms_domain::{
    inputs::{LongText, Stock},
    permissions::grant,
    statuses::{AdjustmentReason, AdjustmentType},
    stock::{Adjustment, LedgerEntry, LedgerType, Part},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    views::PartView,
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{edit::present, read::WHAT};

/// An adjustment of a part's stock by hand.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "adjustmentType": "ADD", "quantity": 10, "reason": "STOCK_RECEIVED", "notes": "Received from central"
}))]
pub(crate) struct StockAdjustment {
    adjustment_type: AdjustmentType,
    /// Pieces, at least one; for `SET` the counted quantity, which can be 0.
    quantity: Stock,
    reason: AdjustmentReason,
    notes: Option<LongText>,
}

impl StockAdjustment {
    fn adjustment(self) -> Adjustment {
        Adjustment {
            kind: self.adjustment_type,
            quantity: self.quantity.0,
            reason: self.reason,
            notes: self.notes.map(|text| text.0),
        }
    }
}

/// Adjust a part's stock
///
/// Adds, subtracts, or sets to a counted quantity; the difference is written to the ledger, also when it is 0.
/// Stock never falls below 0.
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
    let now = cmd.context.timestamp();
    let plan = || async {
        let part = present(&app.store, scope, &id, &cmd).await?;
        let delta = part.delta_of(&adjustment)?;
        let entry = LedgerEntry {
            id: cmd.context.new_id(),
            part_id: part.id,
            kind: LedgerType::Adjustment,
            delta,
            reason: adjustment.reason.as_str().to_owned(),
            notes: adjustment.notes.clone(),
            document_type: None,
            document_number: None,
            created_by: permit.user_id(),
            created_at: now,
        };
        app.store.adjust_stock(&part, part.moved(delta, now), &entry)
    };
    let view = |part: &Part| (PartView::of(part), Some(part.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
