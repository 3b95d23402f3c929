use axum::extract::State;
use dms_domain::{
    permissions::grant,
    purchase_order::PurchaseOrder,
    query::{Field, FieldKind, QuerySpec},
    refusal::Refusal,
    statuses::PurchaseOrderStatus,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, Paginated},
    expand::expand,
    extract::{Id, Params, Permit, Spec},
    views::{PurchaseOrderView, json},
};
use dms_store::{Listed, States, keys::CentralKind};

pub(crate) const NOT_FOUND: Refusal = Refusal::NotFound { what: "purchase order" };

const EXPANDS: &[&str] = &["supplier", "approvedBy", "items"];

pub(crate) struct OneOrder;

impl Spec for OneOrder {
    type Row = PurchaseOrderView;

    const SPEC: QuerySpec = QuerySpec::document(EXPANDS);
}

pub(crate) struct Orders;

impl Spec for Orders {
    type Row = PurchaseOrderView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "status", kind: FieldKind::Choice(PurchaseOrderStatus::NAMES) },
            Field { name: "createdAt", kind: FieldKind::Time },
            Field { name: "supplierId", kind: FieldKind::Id },
            Field { name: "poNumber", kind: FieldKind::Text },
            Field { name: "orderDate", kind: FieldKind::Date },
            Field { name: "expectedDeliveryDate", kind: FieldKind::Date },
        ],
        sorts: &["createdAt", "updatedAt", "orderDate", "expectedDeliveryDate"],
        expands: EXPANDS,
        list: true,
        by_centre: false,
        texts: &["search"],
    };
}

const STATES: States =
    States { field: "status", code: PurchaseOrderStatus::code_of_name, narrow_by: &["status", "createdAt"] };

/// List purchase orders
///
/// `search` finds them by their number or its end (`0042`).
#[utoipa::path(
    get, path = "/api/purchase-orders", tag = "Purchase orders", params(Params<Orders>),
    responses((status = 200, description = "A page of purchase orders", body = Paginated<PurchaseOrderView>)),
    security(("bearer" = ["purchase_orders:read"]))
)]
pub(crate) async fn list(
    permit: Permit<grant::PurchaseOrdersRead>,
    State(app): State<AppState>,
    query: Params<Orders>,
) -> ApiResult<Reply> {
    let listed = Listed::Central(CentralKind::PurchaseOrder, permit.central_scope()?);
    let page = app.store.list::<PurchaseOrder>(&listed, &query, STATES).await?;
    let mut rows = page.rows.iter().map(|row| json(&PurchaseOrderView::of(row))).collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// Get a purchase order
#[utoipa::path(
    get, path = "/api/purchase-orders/{id}", tag = "Purchase orders",
    params(("id" = uuid::Uuid, Path, description = "The purchase order"), Params<OneOrder>),
    responses((status = 200, description = "The purchase order", body = Envelope<PurchaseOrderView>)),
    security(("bearer" = ["purchase_orders:read"]))
)]
pub(crate) async fn get(
    permit: Permit<grant::PurchaseOrdersRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<OneOrder>,
) -> ApiResult<Reply> {
    let order = app.store.purchase_order(permit.central_scope()?, &id).await?.ok_or(NOT_FOUND)?;
    let mut rows = [json(&PurchaseOrderView::of(&order))?];
    expand(&app, &permit, &mut rows, &query).await?;
    let [row] = rows;
    permit.context.document(row, order.version, &query)
}
