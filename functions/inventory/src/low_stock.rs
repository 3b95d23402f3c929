use axum::extract::State;
use dms_domain::{
    permissions::grant,
    query::{Field, FieldKind, Query, QuerySpec, Sort},
    stock::Part,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Paginated,
    expand::expand,
    extract::{Params, Permit, Spec},
    views::{PartView, json},
};
use dms_store::{Index, Listed, STATELESS, keys::TenantKind};

/// How far a part is below its minimum: what its stored headroom is above it.
const SHORTAGE: &str = "shortage";

pub(crate) struct LowStock;

impl Spec for LowStock {
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

/// The query in terms of the stored fields.
fn stored(query: &Query) -> Query {
    let sort = query.sort.iter().map(|sort| match sort.field {
        SHORTAGE => Sort { field: "headroom", descending: !sort.descending },
        _ => *sort,
    });
    Query { sort: sort.collect(), ..query.clone() }
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
    let page = app.store.list::<Part>(&listed, &stored(&query), STATELESS).await?;
    let mut rows = page.rows.iter().map(|part| json(&PartView::of(part))).collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, page.total, &query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_shortage_is_the_least_headroom() {
        let sort = |raw: &str| stored(&Query::parse(raw, &LowStock::SPEC).unwrap()).sort;
        assert_eq!(sort(""), [Sort { field: "headroom", descending: false }]);
        assert_eq!(sort("sort=shortage"), [Sort { field: "headroom", descending: true }]);
        assert_eq!(sort("sort=partName"), [Sort { field: "partName", descending: false }]);
    }
}
