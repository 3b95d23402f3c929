use axum::{extract::State, http::StatusCode};
use dms_access::CentralScope;
use dms_domain::{
    gst::Supply,
    inputs::{Day, LongText, ShortText},
    permissions::grant,
    purchase_order::{OrderTerms, PurchaseOrder, check_rates},
    refusal::check_version,
    stock::check_lines,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Change, Cmd, Id, Json, Permit, set_only},
    views::PurchaseOrderView,
};
use dms_store::{Plan, Store, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    create::{NewOrderLine, check_terms, part_ids, parts_of, priced, view},
    read::NOT_FOUND,
};

/// What changes of a draft; absent fields stay, null clears. Lines are replaced as a whole.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"expectedDeliveryDate": "2025-12-29"}))]
pub(crate) struct OrderChanges {
    #[serde(default, deserialize_with = "set_only")]
    order_date: Option<Day>,
    #[serde(default)]
    #[schema(value_type = Option<Day>)]
    expected_delivery_date: Change<Day>,
    /// 1 to 40 lines.
    #[serde(default, deserialize_with = "set_only")]
    items: Option<Vec<NewOrderLine>>,
    #[serde(default)]
    #[schema(value_type = Option<ShortText>)]
    payment_terms: Change<ShortText>,
    #[serde(default)]
    #[schema(value_type = Option<LongText>)]
    notes: Change<LongText>,
}

impl OrderChanges {
    fn applied_to(&self, now: &OrderTerms) -> OrderTerms {
        let now = now.clone();
        OrderTerms {
            order_date: self.order_date.map_or(now.order_date, |day| day.0),
            expected_delivery_date: self
                .expected_delivery_date
                .clone()
                .map(|day| day.0)
                .or(now.expected_delivery_date),
            payment_terms: self.payment_terms.clone().map(|text| text.0).or(now.payment_terms),
            notes: self.notes.clone().map(|text| text.0).or(now.notes),
        }
    }
}

/// The order that a command is about.
///
/// # Errors
/// No such order; `If-Match` names another version; a failure of the store.
pub(crate) async fn present(
    store: &Store,
    scope: CentralScope,
    id: &Id,
    cmd: &Cmd,
) -> Result<PurchaseOrder, StoreError> {
    let order = store.purchase_order(scope, id).await?.ok_or(NOT_FOUND)?;
    check_version(cmd.if_match, order.version)?;
    Ok(order)
}

/// Change a purchase order
///
/// While it is a draft.
#[utoipa::path(
    patch, path = "/api/purchase-orders/{id}", tag = "Purchase orders", request_body = OrderChanges,
    params(("id" = uuid::Uuid, Path, description = "The purchase order")),
    responses((status = 200, description = "Changed", body = Envelope<PurchaseOrderView>)),
    security(("bearer" = ["purchase_orders:update"]))
)]
pub(crate) async fn update(
    permit: Permit<grant::PurchaseOrdersUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(changes): Json<OrderChanges>,
) -> ApiResult<Reply> {
    let scope = permit.central_scope()?;
    let lines = changes.items.as_deref();
    lines.map_or(Ok(()), |lines| check_lines("items", lines.len()))?;
    let plan = || async {
        let (order, parts) = tokio::try_join!(
            present(&app.store, scope, &id, &cmd),
            parts_of(&app.store, scope, part_ids(lines.unwrap_or_default())),
        )?;
        let terms = changes.applied_to(&order.terms);
        check_terms(&terms)?;
        let supply = Supply::between(order.supplier_state, order.warehouse_state);
        let items = match lines {
            Some(lines) => priced(&cmd, lines, &parts, (supply, terms.order_date))?,
            None => {
                check_rates(order.items.iter().map(|item| item.gst_rate), terms.order_date)?;
                (order.items.clone(), order.totals.clone())
            }
        };
        Plan::replace(&order, order.edited(terms, items, cmd.context.timestamp())?)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Delete a purchase order
///
/// A draft or a cancelled one. It disappears from lists; its number stays taken.
#[utoipa::path(
    delete, path = "/api/purchase-orders/{id}", tag = "Purchase orders",
    params(("id" = uuid::Uuid, Path, description = "The purchase order")),
    responses((status = 200, description = "Deleted", body = Envelope<PurchaseOrderView>)),
    security(("bearer" = ["purchase_orders:delete"]))
)]
pub(crate) async fn delete(
    permit: Permit<grant::PurchaseOrdersDelete>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let scope = permit.central_scope()?;
    let plan = || async {
        let order = present(&app.store, scope, &id, &cmd).await?;
        Plan::archive(&order, order.deleted(cmd.context.timestamp())?)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
