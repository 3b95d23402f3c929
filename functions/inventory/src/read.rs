use axum::extract::State;
use dms_domain::{
    permissions::grant,
    query::{Field, FieldKind, QuerySpec},
    refusal::Refusal,
    stock::Part,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, Paginated},
    expand::expand,
    extract::{Id, Params, Permit, Spec},
    views::{PartView, json},
};
use dms_store::{InTransit, STATELESS, keys::TenantKind};
use serde_json::Value;

pub(crate) const WHAT: &str = "part";
pub(crate) const NOT_FOUND: Refusal = Refusal::NotFound { what: WHAT };

const EXPANDS: &[&str] = &["serviceCenter"];

pub(crate) struct OnePart;

impl Spec for OnePart {
    type Row = PartView;

    const SPEC: QuerySpec = QuerySpec::document(EXPANDS);
}

pub(crate) struct Parts;

impl Spec for Parts {
    type Row = PartView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "stockQuantity", kind: FieldKind::Number },
            Field { name: "partNumber", kind: FieldKind::Text },
            Field { name: "partName", kind: FieldKind::Text },
            Field { name: "category", kind: FieldKind::Text },
            Field { name: "gstRate", kind: FieldKind::Number },
            Field { name: "createdAt", kind: FieldKind::Time },
        ],
        sorts: &["createdAt", "partName", "stockQuantity", "partNumber"],
        expands: EXPANDS,
        list: true,
        by_centre: true,
        texts: &["search"],
    };
}

/// List parts in stock
///
/// Of the user's own centre; an admin sees those of all centres, or of the one named. `search` finds parts by
/// beginnings of words of the name or the number, all of them. `inTransit` is what is on its way from Central.
#[utoipa::path(
    get, path = "/api/inventory", tag = "Inventory", params(Params<Parts>),
    responses((status = 200, description = "A page of parts", body = Paginated<PartView>)),
    security(("bearer" = ["inventory:read"]))
)]
pub(crate) async fn list(
    permit: Permit<grant::InventoryRead>,
    State(app): State<AppState>,
    query: Params<Parts>,
) -> ApiResult<Reply> {
    let scope = permit.list_scope(query.service_center_id)?;
    let list = app.store.list_across::<Part>(TenantKind::Part, scope, &query, STATELESS);
    let (page, in_transit) = tokio::try_join!(list, app.store.in_transit_within(scope))?;
    let mut rows = rows(&page.rows, &in_transit)?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// Get a part
#[utoipa::path(
    get, path = "/api/inventory/parts/{id}", tag = "Inventory",
    params(("id" = uuid::Uuid, Path, description = "The part"), Params<OnePart>),
    responses((status = 200, description = "The part", body = Envelope<PartView>)),
    security(("bearer" = ["inventory:read"]))
)]
pub(crate) async fn get(
    permit: Permit<grant::InventoryRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<OnePart>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let (part, in_transit) = tokio::try_join!(app.store.part(scope, &id), app.store.in_transit_of(scope))?;
    let part = part.ok_or(NOT_FOUND)?;
    let mut rows = [row(&part, &in_transit)?];
    expand(&app, &permit, &mut rows, &query).await?;
    let [row] = rows;
    permit.context.document(row, part.version, &query)
}

/// Parts as they are shown, each with what is on its way to its centre.
pub(crate) fn rows(parts: &[Part], in_transit: &InTransit) -> ApiResult<Vec<Value>> {
    parts.iter().map(|part| row(part, in_transit)).collect()
}

fn row(part: &Part, in_transit: &InTransit) -> ApiResult<Value> {
    let pieces = in_transit.to_centre_of(&part.id, &part.details.part_number);
    json(&PartView::of(part).with_in_transit(pieces))
}
