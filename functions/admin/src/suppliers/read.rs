use axum::extract::State;
use dms_domain::{
    permissions::grant,
    query::{Field, FieldKind, QuerySpec},
    refusal::Refusal,
    supplier::Supplier,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, Paginated},
    extract::{Id, Params, Permit, Spec},
    views::{SupplierView, json},
};
use dms_store::{Listed, STATELESS, keys::CentralKind};

pub(crate) const NOT_FOUND: Refusal = Refusal::NotFound { what: "supplier" };

pub(crate) struct OneSupplier;

impl Spec for OneSupplier {
    type Row = SupplierView;

    const SPEC: QuerySpec = QuerySpec::document(&[]);
}

pub(crate) struct Suppliers;

impl Spec for Suppliers {
    type Row = SupplierView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "name", kind: FieldKind::Text },
            Field { name: "gstin", kind: FieldKind::Text },
            Field { name: "state", kind: FieldKind::Text },
            Field { name: "active", kind: FieldKind::Bool },
            Field { name: "createdAt", kind: FieldKind::Time },
        ],
        sorts: &["createdAt", "name"],
        expands: &[],
        list: true,
        by_centre: false,
        texts: &[],
    };
}

/// List suppliers
#[utoipa::path(
    get, path = "/api/suppliers", tag = "Suppliers", params(Params<Suppliers>),
    responses((status = 200, description = "A page of suppliers", body = Paginated<SupplierView>)),
    security(("bearer" = ["suppliers:read"]))
)]
pub(crate) async fn list(
    permit: Permit<grant::SuppliersRead>,
    State(app): State<AppState>,
    query: Params<Suppliers>,
) -> ApiResult<Reply> {
    let listed = Listed::Central(CentralKind::Supplier, permit.central_scope()?);
    let page = app.store.list::<Supplier>(&listed, &query, STATELESS).await?;
    let rows = page.rows.iter().map(|row| json(&SupplierView::of(row))).collect::<ApiResult<Vec<_>>>()?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// Get a supplier
#[utoipa::path(
    get, path = "/api/suppliers/{id}", tag = "Suppliers",
    params(("id" = uuid::Uuid, Path, description = "The supplier"), Params<OneSupplier>),
    responses((status = 200, description = "The supplier", body = Envelope<SupplierView>)),
    security(("bearer" = ["suppliers:read"]))
)]
pub(crate) async fn get(
    permit: Permit<grant::SuppliersRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<OneSupplier>,
) -> ApiResult<Reply> {
    let supplier = app.store.supplier(permit.central_scope()?, &id).await?.ok_or(NOT_FOUND)?;
    permit.context.document(json(&SupplierView::of(&supplier))?, supplier.version, &query)
}
