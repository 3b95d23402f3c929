use axum::extract::State;
use dms_domain::{
    permissions::grant,
    query::{Field, FieldKind, QuerySpec},
    stock::Part,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Paginated,
    expand::expand,
    extract::{Params, Permit, Spec},
    parts::{SHORTAGE, by_headroom},
    views::PartView,
};
use dms_store::{Index, Listed, STATELESS, keys::TenantKind};

use crate::read::rows;

pub(crate) struct LowStock;

impl Spec for LowStock {
    type Row = PartView;

    // No filter on createdAt: the index is in the order of the headroom, not of the ids.
    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "stockQuantity", kind: FieldKind::Number },
            Field { name: "partNumber", kind: FieldKind::Text },
            Field { name: "partName", kind: FieldKind::Text },
            Field { name: "category", kind: FieldKind::Text },
        ],
        sorts: &[SHORTAGE, "partName", "stockQuantity", "partNumber"],
        expands: &["serviceCenter"],
        list: true,
        by_centre: true,
        texts: &[],
    };
}

/// List parts at or below their minimum
///
/// The shortest first: `shortage` is the minimum less the stock. An admin names the centre.
#[utoipa::path(
    get, path = "/api/inventory/low-stock", tag = "Inventory", params(Params<LowStock>),
    responses((status = 200, description = "A page of parts", body = Paginated<PartView>)),
    security(("bearer" = ["inventory:read"]))
)]
pub(crate) async fn low_stock(
    permit: Permit<grant::InventoryRead>,
    State(app): State<AppState>,
    query: Params<LowStock>,
) -> ApiResult<Reply> {
    let (scope, _) = permit.scope_for_new(query.service_center_id)?;
    let listed = Listed::Relation(Some(Index::LowStock), TenantKind::Part.pk(scope));
    let query_by_headroom = by_headroom(&query);
    let list = app.store.list::<Part>(&listed, &query_by_headroom, STATELESS);
    let (page, in_transit) = tokio::try_join!(list, app.store.in_transit_of(scope))?;
    let mut rows = rows(&page.rows, &in_transit)?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}
