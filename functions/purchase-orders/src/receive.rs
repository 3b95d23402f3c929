use axum::{extract::State, http::StatusCode};
use dms_domain::{
    inputs::{ShortText, Stock, Text},
    permissions::grant,
    purchase_order::{DeliveredItem, Delivery},
    statuses::GoodsCondition,
    stock::check_lines,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    views::PurchaseOrderView,
};
use dms_store::Hints;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{create::view, edit::present};

/// A delivery.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "receivedItems": [{"itemId": "0190a1b2-0000-7000-8000-000000000009", "receivedQty": 100, "acceptedQty": 98,
        "rejectedQty": 2, "condition": "GOOD"}],
    "invoiceNumber": "SUP-INV-001"
}))]
pub(crate) struct NewDelivery {
    /// 1 to 40 lines.
    received_items: Vec<NewDeliveredItem>,
    /// The supplier's invoice: one delivery of the order each.
    invoice_number: Option<ShortText>,
    /// Up to 500 characters: the order keeps those of every delivery.
    notes: Option<Text<1, 500>>,
}

/// What came of one line.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewDeliveredItem {
    item_id: Uuid,
    /// acceptedQty + rejectedQty.
    received_qty: Stock,
    /// What goes into stock.
    accepted_qty: Stock,
    /// 0 unless given.
    rejected_qty: Option<Stock>,
    /// GOOD unless given.
    condition: Option<GoodsCondition>,
}

impl NewDelivery {
    fn delivery(self, by: Uuid, cmd: &Cmd) -> Delivery {
        let items = self.received_items.into_iter().map(|line| DeliveredItem {
            item_id: line.item_id,
            received_qty: line.received_qty.0,
            accepted_qty: line.accepted_qty.0,
            rejected_qty: line.rejected_qty.map_or(0, |quantity| quantity.0),
            condition: line.condition.unwrap_or(GoodsCondition::Good),
        });
        Delivery {
            number: 0,
            invoice_number: self.invoice_number.map(|text| text.0),
            notes: self.notes.map(|text| text.0),
            items: items.collect(),
            received_by_id: by,
            received_at: cmd.context.timestamp(),
        }
    }
}

/// Receive a delivery of a purchase order
///
/// What is accepted goes into Central's stock. The order is COMPLETED when every line has come in full, accepted or
/// rejected, and PARTIALLY_RECEIVED until then: then further deliveries can be received. More than is open, or the
/// same supplier invoice twice, is refused as a whole.
#[utoipa::path(
    patch, path = "/api/purchase-orders/{id}/receive", tag = "Purchase orders", request_body = NewDelivery,
    params(("id" = Uuid, Path, description = "The purchase order")),
    responses((status = 200, description = "Received", body = Envelope<PurchaseOrderView>)),
    security(("bearer" = ["purchase_orders:receive"]))
)]
pub(crate) async fn receive(
    permit: Permit<grant::PurchaseOrdersReceive>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<NewDelivery>,
) -> ApiResult<Reply> {
    let scope = permit.central_scope()?;
    check_lines("receivedItems", input.received_items.len())?;
    let delivery = input.delivery(permit.user_id(), &cmd);
    let hints = Hints::default();
    let plan = || async {
        app.store.recall_parts(&hints).await?;
        let order = present(&app.store, scope, &id, &cmd).await?;
        let received = order.received(delivery.clone(), delivery.received_at)?;
        app.store.receive_order(&order, received, &delivery, &hints)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
