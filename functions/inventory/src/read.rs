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
use dms_store::{Listed, STATELESS, keys::TenantKind};

use crate::search::{search, words};

pub(crate) const WHAT: &str = "part";
pub(crate) const NOT_FOUND: Refusal = Refusal::NotFound { what: WHAT };

const EXPANDS: &[&str] = &["serviceCenter"];

pub(crate) struct OnePart;

impl Spec for OnePart {
    const SPEC: QuerySpec = QuerySpec::document(EXPANDS);
}

pub(crate) struct Parts;

impl Spec for Parts {
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
/// Of the user's own centre; an admin sees those of all centres, or of the one named. `search` finds parts whose
/// name or number contains every word of it.
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
    let scopes = app.store.scopes(permit.list_scope(query.service_center_id)?).await?;
    let listed = Listed::Tenant(TenantKind::Part, scopes);
    let words = words(query.text("search"));
    let page = match words.is_empty() {
        true => app.store.list::<Part>(&listed, &query, STATELESS).await?,
        false => search(&app.store, &listed, &query, &words).await?,
    };
    let mut rows = page.rows.iter().map(|part| json(&PartView::of(part))).collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, page.total, &query)
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
    let part = app.store.part(scope, &id).await?.ok_or(NOT_FOUND)?;
    let mut rows = [json(&PartView::of(&part))?];
    expand(&app, &permit, &mut rows, &query).await?;
    let [row] = rows;
    permit.context.document(row, part.version, &query)
}
