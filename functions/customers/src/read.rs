use axum::extract::State;
use dms_domain::{
    customer::Customer,
    permissions::grant,
    query::{Field, FieldKind, QuerySpec},
    refusal::Refusal,
    statuses::CustomerType,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, Paginated},
    expand::expand,
    extract::{Id, Params, Permit, Spec},
    views::{CustomerView, json},
};
use dms_store::{Listed, STATELESS, keys::MasterKind};

pub(crate) const EXPANDS: &[&str] = &["vehicles", "lastServiceCenter", "files"];

pub(crate) struct OneCustomer;

impl Spec for OneCustomer {
    type Row = CustomerView;

    const SPEC: QuerySpec = QuerySpec::document(EXPANDS);
}

pub(crate) struct Customers;

impl Spec for Customers {
    type Row = CustomerView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "createdAt", kind: FieldKind::Time },
            Field { name: "customerType", kind: FieldKind::Choice(CustomerType::NAMES) },
            Field { name: "phone", kind: FieldKind::Text },
            Field { name: "email", kind: FieldKind::Text },
            Field { name: "pincode", kind: FieldKind::Text },
            Field { name: "customerNumber", kind: FieldKind::Text },
            Field { name: "lastServiceDate", kind: FieldKind::Time },
        ],
        sorts: &["createdAt", "lastServiceDate", "name"],
        expands: EXPANDS,
        list: true,
        by_centre: false,
        texts: &["search"],
    };
}

/// List customers
///
/// `search` finds them as `/api/customers/search` does with `type=auto`.
#[utoipa::path(
    get, path = "/api/customers", tag = "Customers", params(Params<Customers>),
    responses((status = 200, description = "A page of customers", body = Paginated<CustomerView>)),
    security(("bearer" = ["customers:read"]))
)]
pub(crate) async fn list(
    permit: Permit<grant::CustomersRead>,
    State(app): State<AppState>,
    query: Params<Customers>,
) -> ApiResult<Reply> {
    let page = app.store.list::<Customer>(&Listed::Master(MasterKind::Customer), &query, STATELESS).await?;
    let mut rows =
        page.rows.iter().map(|customer| json(&CustomerView::of(customer))).collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// Get a customer
#[utoipa::path(
    get, path = "/api/customers/{id}", tag = "Customers",
    params(("id" = uuid::Uuid, Path, description = "The customer"), Params<OneCustomer>),
    responses((status = 200, description = "The customer", body = Envelope<CustomerView>)),
    security(("bearer" = ["customers:read"]))
)]
pub(crate) async fn get(
    permit: Permit<grant::CustomersRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<OneCustomer>,
) -> ApiResult<Reply> {
    let customer = app.store.customer(&id).await?.ok_or(Refusal::NotFound { what: "customer" })?;
    let mut rows = [json(&CustomerView::of(&customer))?];
    expand(&app, &permit, &mut rows, &query).await?;
    let [row] = rows;
    permit.context.document(row, customer.version, &query)
}
