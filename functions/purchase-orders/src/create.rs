use std::collections::HashMap;

use axum::{extract::State, http::StatusCode};
use chrono::{Datelike, NaiveDate};
use dms_access::CentralScope;
use dms_domain::{
    central_stock::CentralPart,
    fields::FieldErrors,
    formats::GstState,
    gst::Supply,
    inputs::{Amount, Day, LongText, Quantity, ShortText},
    numbering::Series,
    permissions::grant,
    purchase_order::{OrderItem, OrderLine, OrderTerms, OrderTotals, PurchaseOrder, price},
    refusal::{Refusal, must_exist},
    statuses::PurchaseOrderStatus,
    stock::check_lines,
    supplier::Supplier,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Json, Permit},
    parts::{Rate, rate},
    views::PurchaseOrderView,
};
use dms_store::{Store, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A new purchase order.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "supplierId": "0190a1b2-0000-7000-8000-000000000001", "orderDate": "2025-12-20",
    "expectedDeliveryDate": "2025-12-27", "paymentTerms": "Net 30 days",
    "items": [{"centralInventoryPartId": "0190a1b2-0000-7000-8000-000000000002", "quantity": 100, "unitPrice": 40000,
        "gstRate": 18}]
}))]
pub(crate) struct NewOrder {
    supplier_id: Uuid,
    /// Today unless given.
    order_date: Option<Day>,
    expected_delivery_date: Option<Day>,
    /// 1 to 40 lines.
    items: Vec<NewOrderLine>,
    /// The supplier's unless given.
    payment_terms: Option<ShortText>,
    notes: Option<LongText>,
}

/// What is ordered of one part.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewOrderLine {
    central_inventory_part_id: Uuid,
    quantity: Quantity,
    /// Price of one before tax.
    unit_price: Amount,
    /// The part's unless given.
    gst_rate: Option<Rate>,
}

impl NewOrder {
    fn terms(&self, supplier: &Supplier, today: NaiveDate) -> OrderTerms {
        OrderTerms {
            order_date: self.order_date.map_or(today, |day| day.0),
            expected_delivery_date: self.expected_delivery_date.map(|day| day.0),
            payment_terms: self
                .payment_terms
                .as_ref()
                .map(|text| text.0.clone())
                .or_else(|| supplier.details.payment_terms.clone()),
            notes: self.notes.as_ref().map(|text| text.0.clone()),
        }
    }
}

/// Checks that the goods are not expected before they are ordered.
///
/// # Errors
/// A field error on `expectedDeliveryDate`.
pub(crate) fn check_terms(terms: &OrderTerms) -> Result<(), Refusal> {
    match terms.expected_delivery_date {
        Some(expected) if expected < terms.order_date => {
            Err(Refusal::field("expectedDeliveryDate", "must not be before orderDate"))
        }
        _ => Ok(()),
    }
}

/// The parts that lines name.
pub(crate) fn part_ids(lines: &[NewOrderLine]) -> Vec<Uuid> {
    lines.iter().map(|line| line.central_inventory_part_id).collect()
}

/// Central's parts, by id.
pub(crate) async fn parts_of(
    store: &Store,
    scope: CentralScope,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, CentralPart>, StoreError> {
    let parts = store.central_parts(scope, ids).await?;
    Ok(parts.into_iter().map(|part| (part.id, part)).collect())
}

/// The lines with their tax and their sums.
///
/// # Errors
/// Field errors for parts that Central does not have, and those of [`price`].
pub(crate) fn priced(
    cmd: &Cmd,
    lines: &[NewOrderLine],
    parts: &HashMap<Uuid, CentralPart>,
    (supply, on): (Supply, NaiveDate),
) -> Result<(Vec<OrderItem>, OrderTotals), Refusal> {
    let mut errors = FieldErrors::new();
    let mut order_lines = Vec::with_capacity(lines.len());
    for (position, line) in lines.iter().enumerate() {
        let id = line.central_inventory_part_id;
        match parts.get(&id) {
            None => errors.add(format!("items[{position}].centralInventoryPartId"), format!("no such part: {id}")),
            Some(part) => order_lines.push(OrderLine {
                id: cmd.context.new_id(),
                part,
                quantity: line.quantity.0,
                unit_price: line.unit_price.0,
                gst_rate: line.gst_rate.map_or(part.details.gst_rate, rate),
            }),
        }
    }
    errors.into_result().map_err(Refusal::Invalid)?;
    price(&order_lines, supply, on)
}

/// Place a purchase order
///
/// It is a draft until it is submitted. Taxes follow from the supplier's state and that of Central's warehouse.
#[utoipa::path(
    post, path = "/api/purchase-orders", tag = "Purchase orders", request_body = NewOrder,
    responses((status = 201, description = "Placed", body = Envelope<PurchaseOrderView>)),
    security(("bearer" = ["purchase_orders:create"]))
)]
pub(crate) async fn create(
    permit: Permit<grant::PurchaseOrdersCreate>,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<NewOrder>,
) -> ApiResult<Reply> {
    let scope = permit.central_scope()?;
    check_lines("items", input.items.len())?;
    let today = cmd.context.timestamp().ist_date();
    let series = Series::PurchaseOrder(today.year());
    let plan = || async {
        let (supplier, parts, number) = tokio::try_join!(
            app.store.supplier(scope, &input.supplier_id),
            parts_of(&app.store, scope, part_ids(&input.items)),
            app.store.next_number(&series),
        )?;
        let supplier = must_exist(supplier, "supplierId", "supplier", input.supplier_id)?;
        if !supplier.active {
            return Err(Refusal::field("supplierId", "is a supplier that is no longer active").into());
        }
        let order = order(&cmd, (permit.user_id(), number), &input, (&supplier, app.warehouse_state), &parts)?;
        app.store.place_order(order)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, view).await
}

fn order(
    cmd: &Cmd,
    (by, po_number): (Uuid, String),
    input: &NewOrder,
    (supplier, warehouse_state): (&Supplier, GstState),
    parts: &HashMap<Uuid, CentralPart>,
) -> Result<PurchaseOrder, Refusal> {
    let now = cmd.context.timestamp();
    let terms = input.terms(supplier, now.ist_date());
    check_terms(&terms)?;
    let supply = Supply::between(supplier.details.state, warehouse_state);
    let (items, totals) = priced(cmd, &input.items, parts, (supply, terms.order_date))?;
    Ok(PurchaseOrder {
        id: cmd.context.new_id(),
        po_number,
        supplier_id: supplier.id,
        supplier_name: supplier.details.name.clone(),
        supplier_state: supplier.details.state,
        warehouse_state,
        status: PurchaseOrderStatus::Draft,
        terms,
        items,
        totals,
        deliveries: Vec::new(),
        created_by_id: by,
        submitted_by_id: None,
        approved_by_id: None,
        approved_at: None,
        decision_notes: None,
        received_at: None,
        created_at: now,
        updated_at: now,
        version: 1,
    })
}

pub(crate) fn view(order: &PurchaseOrder) -> (PurchaseOrderView, Option<u64>) {
    (PurchaseOrderView::of(order), Some(order.version))
}
