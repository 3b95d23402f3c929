use axum::{extract::State, http::StatusCode};
use dms_domain::{
    central_stock::CentralPart,
    formats::HsnSac,
    inputs::{Amount, ShortText, Stock},
    permissions::grant,
    stock::PartDetails,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Json, Permit},
    parts::{Rate, opening_entry, rate},
    views::CentralPartView,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// A part that is new to Central.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "partName": "Battery Module", "partNumber": "BAT-MOD-001", "category": "Battery", "unitPrice": 50000,
    "costPrice": 40000, "gstRate": 18, "stockQuantity": 500, "minStockLevel": 50
}))]
pub(crate) struct NewCentralPart {
    part_name: ShortText,
    /// New to Central; never changes. Centres' parts are matched by it.
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

impl NewCentralPart {
    fn details(self) -> PartDetails {
        let number = self.part_number.0;
        PartDetails {
            part_name: self.part_name.0,
            part_code: self.part_code.map_or_else(|| number.clone(), |text| text.0),
            part_number: number,
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

/// Create a part of Central's stock
///
/// Its number must be new to Central. Stock it comes with is the ledger's opening entry.
#[utoipa::path(
    post, path = "/api/central-inventory/parts", tag = "Central inventory", request_body = NewCentralPart,
    responses((status = 201, description = "Created", body = Envelope<CentralPartView>)),
    security(("bearer" = ["central_inventory:create"]))
)]
pub(crate) async fn create(
    permit: Permit<grant::CentralInventoryCreate>,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<NewCentralPart>,
) -> ApiResult<Reply> {
    let stock_quantity = input.stock_quantity.map_or(0, |stock| stock.0);
    let details = input.details();
    let now = cmd.context.timestamp();
    details.check(None, now.ist_date())?;
    let plan = || async {
        let part = CentralPart::new(cmd.context.new_id(), details.clone(), stock_quantity, now);
        let opening = opening_entry(&cmd, permit.user_id(), part.id, stock_quantity);
        app.store.create_central_part(part, opening.as_ref())
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, view).await
}

pub(crate) fn view(part: &CentralPart) -> (CentralPartView, Option<u64>) {
    (CentralPartView::of(part), Some(part.version))
}
