use axum::{extract::State, http::StatusCode};
use dms_domain::{
    formats::HsnSac,
    inputs::{Amount, ShortText, Stock},
    permissions::grant,
    stock::{LedgerCounts, Part, PartDetails},
};
use dms_http::{
    ApiResult, AppState, Reply, centre,
    envelope::Envelope,
    extract::{Cmd, Json, Permit},
    parts::{Rate, opening_entry, rate},
    views::PartView,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A new part.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "partName": "Battery Module", "partNumber": "BAT-MOD-001", "category": "Battery", "unitPrice": 50000,
    "costPrice": 40000, "gstRate": 18, "stockQuantity": 10, "minStockLevel": 5, "maxStockLevel": 50,
    "location": "Warehouse Section B"
}))]
pub(crate) struct NewPart {
    /// The user's own centre unless given; an admin must name one.
    service_center_id: Option<Uuid>,
    part_name: ShortText,
    part_number: ShortText,
    /// The part number unless given.
    part_code: Option<ShortText>,
    category: ShortText,
    unit_price: Amount,
    cost_price: Amount,
    gst_rate: Rate,
    hsn_sac_code: Option<HsnSac>,
    /// 0 unless given.
    stock_quantity: Option<Stock>,
    /// 0 unless given.
    min_stock_level: Option<Stock>,
    max_stock_level: Option<Stock>,
    location: Option<ShortText>,
}

impl NewPart {
    fn details(self) -> PartDetails {
        PartDetails {
            part_name: self.part_name.0,
            part_code: self.part_code.map_or_else(|| self.part_number.0.clone(), |text| text.0),
            part_number: self.part_number.0,
            category: self.category.0,
            unit_price_paise: self.unit_price.0,
            cost_price_paise: self.cost_price.0,
            gst_rate: rate(self.gst_rate),
            hsn_sac_code: self.hsn_sac_code,
            min_stock_level: self.min_stock_level.map_or(0, |level| level.0),
            max_stock_level: self.max_stock_level.map(|level| level.0),
            location: self.location.map(|text| text.0),
        }
    }
}

/// Create a part
///
/// Its number must be new to the centre. Stock it comes with is the ledger's opening entry.
#[utoipa::path(
    post, path = "/api/inventory/parts", tag = "Inventory", request_body = NewPart,
    responses((status = 201, description = "Created", body = Envelope<PartView>)),
    security(("bearer" = ["inventory:create"]))
)]
pub(crate) async fn create(
    permit: Permit<grant::InventoryCreate>,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<NewPart>,
) -> ApiResult<Reply> {
    let (scope, service_center_id) = permit.scope_for_new(input.service_center_id)?;
    let stock_quantity = input.stock_quantity.map_or(0, |stock| stock.0);
    let details = input.details();
    let now = cmd.context.timestamp();
    details.check(None, now.ist_date())?;
    let plan = || async {
        centre::check(&app.store, &permit, service_center_id).await?;
        let part = Part {
            id: cmd.context.new_id_in(scope),
            service_center_id,
            central_part_id: None,
            headroom: stock_quantity - details.min_stock_level,
            details: details.clone(),
            stock_quantity,
            ledger_counts: LedgerCounts::default(),
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let opening = opening_entry(&cmd, permit.user_id(), part.id, stock_quantity);
        app.store.create_part(part, opening)
    };
    let view = |part: &Part| (PartView::of(part), Some(part.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, view).await
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn details(changes: Value) -> PartDetails {
        let mut body = json!({
            "partName": "Battery Module", "partNumber": "BAT-MOD-001", "category": "Battery", "unitPrice": 50000,
            "costPrice": "40000.50", "gstRate": 18,
        });
        for (name, value) in changes.as_object().unwrap() {
            body[name.as_str()] = value.clone();
        }
        serde_json::from_value::<NewPart>(body).unwrap().details()
    }

    #[test]
    fn a_parts_code_is_its_number_unless_given() {
        assert_eq!(details(json!({})).part_code, "BAT-MOD-001");
        assert_eq!(details(json!({"partCode": "B1"})).part_code, "B1");
    }
}
