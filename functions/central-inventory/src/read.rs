use axum::extract::State;
use dms_domain::{
    central_stock::CentralPart,
    permissions::grant,
    query::{Field, FieldKind, QuerySpec},
    refusal::Refusal,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, Paginated},
    extract::{Id, Params, Permit, Spec},
    parts::by_headroom,
    views::{CentralPartView, json},
};
use dms_store::{Index, Listed, STATELESS, keys::CentralKind};

pub(crate) const NOT_FOUND: Refusal = Refusal::NotFound { what: "part" };

pub(crate) struct OnePart;

impl Spec for OnePart {
    type Row = CentralPartView;

    const SPEC: QuerySpec = QuerySpec::document(&[]);
}

pub(crate) struct Parts;

impl Spec for Parts {
    type Row = CentralPartView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "stockQuantity", kind: FieldKind::Number },
            Field { name: "allocated", kind: FieldKind::Number },
            Field { name: "available", kind: FieldKind::Number },
            Field { name: "partNumber", kind: FieldKind::Text },
            Field { name: "partName", kind: FieldKind::Text },
            Field { name: "category", kind: FieldKind::Text },
            Field { name: "gstRate", kind: FieldKind::Number },
            Field { name: "createdAt", kind: FieldKind::Time },
        ],
        sorts: &["createdAt", "partName", "stockQuantity", "available", "partNumber"],
        expands: &[],
        list: true,
        by_centre: false,
        texts: &["search"],
    };
}

pub(crate) struct LowStock;

impl Spec for LowStock {
    type Row = CentralPartView;

    // No filter on createdAt: the index is in the order of the headroom, not of the ids.
    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "stockQuantity", kind: FieldKind::Number },
            Field { name: "available", kind: FieldKind::Number },
            Field { name: "partNumber", kind: FieldKind::Text },
            Field { name: "partName", kind: FieldKind::Text },
            Field { name: "category", kind: FieldKind::Text },
        ],
        sorts: &["shortage", "partName", "stockQuantity", "partNumber"],
        expands: &[],
        list: true,
        by_centre: false,
        texts: &[],
    };
}

/// List Central's parts
///
/// `available` is the stock less what is promised (`allocated`) to parts issues that wait for a decision. `search`
/// finds parts by beginnings of words of the name or the number, all of them.
#[utoipa::path(
    get, path = "/api/central-inventory", tag = "Central inventory", params(Params<Parts>),
    responses((status = 200, description = "A page of parts", body = Paginated<CentralPartView>)),
    security(("bearer" = ["central_inventory:read"]))
)]
pub(crate) async fn list(
    permit: Permit<grant::CentralInventoryRead>,
    State(app): State<AppState>,
    query: Params<Parts>,
) -> ApiResult<Reply> {
    let listed = Listed::Central(CentralKind::Part, permit.central_scope()?);
    let page = app.store.list::<CentralPart>(&listed, &query, STATELESS).await?;
    let rows = page.rows.iter().map(|part| json(&CentralPartView::of(part))).collect::<ApiResult<Vec<_>>>()?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// List Central's parts at or below their minimum
///
/// The shortest first: `shortage` is the minimum less the stock.
#[utoipa::path(
    get, path = "/api/central-inventory/low-stock", tag = "Central inventory", params(Params<LowStock>),
    responses((status = 200, description = "A page of parts", body = Paginated<CentralPartView>)),
    security(("bearer" = ["central_inventory:read"]))
)]
pub(crate) async fn low_stock(
    permit: Permit<grant::CentralInventoryRead>,
    State(app): State<AppState>,
    query: Params<LowStock>,
) -> ApiResult<Reply> {
    let listed = Listed::Relation(Some(Index::LowStock), CentralKind::Part.pk(permit.central_scope()?));
    let page = app.store.list::<CentralPart>(&listed, &by_headroom(&query), STATELESS).await?;
    let rows = page.rows.iter().map(|part| json(&CentralPartView::of(part))).collect::<ApiResult<Vec<_>>>()?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// Get a part of Central's stock
///
/// With `inTransit`: what has left Central or a centre and has not arrived yet.
#[utoipa::path(
    get, path = "/api/central-inventory/parts/{id}", tag = "Central inventory",
    params(("id" = uuid::Uuid, Path, description = "The part"), Params<OnePart>),
    responses((status = 200, description = "The part", body = Envelope<CentralPartView>)),
    security(("bearer" = ["central_inventory:read"]))
)]
pub(crate) async fn get(
    permit: Permit<grant::CentralInventoryRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<OnePart>,
) -> ApiResult<Reply> {
    let scope = permit.central_scope()?;
    let (part, in_transit) =
        tokio::try_join!(app.store.central_part(scope, &id), app.store.in_transit_of_central(scope))?;
    let part = part.ok_or(NOT_FOUND)?;
    let view = CentralPartView::of(&part).with_in_transit(in_transit.of_part(&part.details.part_number));
    permit.context.document(json(&view)?, part.version, &query)
}
