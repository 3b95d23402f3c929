use axum::{extract::State, http::StatusCode};
use dms_access::TenantScope;
use dms_domain::{
    calendar::Timestamp,
    formats::HsnSac,
    inputs::{Amount, ShortText, Stock},
    permissions::grant,
    refusal::{Refusal, check_version},
    stock::{Part, PartDetails},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Change, Cmd, Id, Json, Permit, set_only},
    views::PartView,
};
use dms_store::{Plan, Store, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    create::{Rate, check, rate},
    read::{NOT_FOUND, WHAT},
};

/// What changes of a part; absent fields stay, null clears.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"unitPrice": "52000", "minStockLevel": 8, "location": null}))]
pub(crate) struct PartChanges {
    #[serde(default, deserialize_with = "set_only")]
    part_name: Option<ShortText>,
    #[serde(default, deserialize_with = "set_only")]
    part_number: Option<ShortText>,
    #[serde(default, deserialize_with = "set_only")]
    part_code: Option<ShortText>,
    #[serde(default, deserialize_with = "set_only")]
    category: Option<ShortText>,
    #[serde(default, deserialize_with = "set_only")]
    unit_price: Option<Amount>,
    #[serde(default, deserialize_with = "set_only")]
    cost_price: Option<Amount>,
    #[serde(default, deserialize_with = "set_only")]
    gst_rate: Option<Rate>,
    #[serde(default)]
    #[schema(value_type = Option<HsnSac>)]
    hsn_sac_code: Change<HsnSac>,
    #[serde(default, deserialize_with = "set_only")]
    min_stock_level: Option<Stock>,
    #[serde(default)]
    #[schema(value_type = Option<Stock>)]
    max_stock_level: Change<Stock>,
    #[serde(default)]
    #[schema(value_type = Option<ShortText>)]
    location: Change<ShortText>,
}

impl PartChanges {
    fn applied_to(self, now: &PartDetails) -> PartDetails {
        let now = now.clone();
        PartDetails {
            part_name: self.part_name.map_or(now.part_name, |text| text.0),
            part_number: self.part_number.map_or(now.part_number, |text| text.0),
            part_code: self.part_code.map_or(now.part_code, |text| text.0),
            category: self.category.map_or(now.category, |text| text.0),
            unit_price_paise: self.unit_price.map_or(now.unit_price_paise, |amount| amount.0),
            cost_price_paise: self.cost_price.map_or(now.cost_price_paise, |amount| amount.0),
            gst_rate: self.gst_rate.map_or(now.gst_rate, rate),
            hsn_sac_code: self.hsn_sac_code.or(now.hsn_sac_code),
            min_stock_level: self.min_stock_level.map_or(now.min_stock_level, |level| level.0),
            max_stock_level: self.max_stock_level.map(|level| level.0).or(now.max_stock_level),
            location: self.location.map(|text| text.0).or(now.location),
        }
    }
}

/// The part with other details: another minimum moves what is left above it.
fn edited(part: &Part, details: PartDetails, now: Timestamp) -> Part {
    Part {
        headroom: part.stock_quantity - details.min_stock_level,
        details,
        updated_at: now,
        version: part.version + 1,
        ..part.clone()
    }
}

/// The part that a command is about.
///
/// # Errors
/// No such part; `If-Match` names another version; a failure of the store.
pub(crate) async fn present(store: &Store, scope: TenantScope, id: &Id, cmd: &Cmd) -> Result<Part, StoreError> {
    let part = store.part(scope, id).await?.ok_or(NOT_FOUND)?;
    check_version(cmd.if_match, part.version)?;
    Ok(part)
}

/// Change a part
///
/// Everything but its stock, which is changed by adjusting it.
#[utoipa::path(
    patch, path = "/api/inventory/parts/{id}", tag = "Inventory", request_body = PartChanges,
    params(("id" = uuid::Uuid, Path, description = "The part")),
    responses((status = 200, description = "Changed", body = Envelope<PartView>)),
    security(("bearer" = ["inventory:update"]))
)]
pub(crate) async fn update(
    permit: Permit<grant::InventoryUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(changes): Json<PartChanges>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let now = cmd.context.timestamp();
    let plan = || async {
        let part = present(&app.store, scope, &id, &cmd).await?;
        let details = changes.clone().applied_to(&part.details);
        check(&details, Some(&part.details), now.ist_date())?;
        app.store.edit_part(&part, edited(&part, details, now))
    };
    let view = |part: &Part| (PartView::of(part), Some(part.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Delete a part
///
/// It disappears from lists; documents that name it keep their data, and its number stays taken in the centre.
/// Refused while pieces are in stock.
#[utoipa::path(
    delete, path = "/api/inventory/parts/{id}", tag = "Inventory",
    params(("id" = uuid::Uuid, Path, description = "The part")),
    responses((status = 200, description = "Deleted", body = Envelope<PartView>)),
    security(("bearer" = ["inventory:delete"]))
)]
pub(crate) async fn delete(
    permit: Permit<grant::InventoryDelete>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let plan = || async {
        let part = present(&app.store, scope, &id, &cmd).await?;
        if part.stock_quantity != 0 {
            let message = format!("{} of the part are in stock: adjust its stock to 0 first", part.stock_quantity);
            return Err(Refusal::conflict("STOCK_LEFT", message).into());
        }
        let deleted = edited(&part, part.details.clone(), cmd.context.timestamp());
        Plan::archive(&part, deleted)
    };
    let view = |part: &Part| (PartView::of(part), Some(part.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn another_minimum_moves_the_headroom() {
        let part: Part = serde_json::from_value(json!({
            "id": uuid::Uuid::nil(), "serviceCenterId": uuid::Uuid::nil(), "partName": "Battery Module",
            "partNumber": "BAT-MOD-001", "partCode": "BAT-MOD-001", "category": "Battery",
            "unitPricePaise": 5_000_000, "costPricePaise": 4_000_000, "gstRate": 18, "minStockLevel": 5,
            "stockQuantity": 10, "headroom": 5, "createdAt": "2025-12-20T10:00:00.000Z",
            "updatedAt": "2025-12-20T10:00:00.000Z", "version": 1,
        }))
        .unwrap();
        let changes: PartChanges = serde_json::from_value(json!({"minStockLevel": 12})).unwrap();
        let after = edited(&part, changes.applied_to(&part.details), part.created_at);
        assert_eq!((after.stock_quantity, after.headroom, after.version), (10, -2, 2));
    }
}
