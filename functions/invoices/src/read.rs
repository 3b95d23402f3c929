use axum::extract::State;
use dms_domain::{
    invoice::Invoice,
    permissions::grant,
    query::{Field, FieldKind, QuerySpec},
    refusal::Refusal,
    statuses::InvoiceStatus,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, Paginated},
    expand::expand,
    extract::{Id, Params, Permit, Spec},
    views::{InvoiceView, json},
};
use dms_store::{States, keys::TenantKind};

const EXPANDS: &[&str] = &["customer", "vehicle", "jobCard", "serviceCenter", "items"];

pub(crate) struct OneInvoice;

impl Spec for OneInvoice {
    type Row = InvoiceView;

    const SPEC: QuerySpec = QuerySpec::document(EXPANDS);
}

pub(crate) struct Invoices;

impl Spec for Invoices {
    type Row = InvoiceView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "status", kind: FieldKind::Choice(InvoiceStatus::NAMES) },
            Field { name: "createdAt", kind: FieldKind::Time },
            Field { name: "customerId", kind: FieldKind::Id },
            Field { name: "vehicleId", kind: FieldKind::Id },
            Field { name: "jobCardId", kind: FieldKind::Id },
            Field { name: "invoiceNumber", kind: FieldKind::Text },
            Field { name: "paidAt", kind: FieldKind::Time },
        ],
        sorts: &["createdAt", "paidAt"],
        expands: EXPANDS,
        list: true,
        by_centre: true,
        texts: &["search"],
    };
}

const STATES: States =
    States { field: "status", code: InvoiceStatus::code_of_name, narrow_by: &["status", "createdAt"] };

/// List invoices
///
/// `search` finds them by their number or its end (`0042`).
#[utoipa::path(
    get, path = "/api/invoices", tag = "Invoices", params(Params<Invoices>),
    responses((status = 200, description = "A page of invoices", body = Paginated<InvoiceView>)),
    security(("bearer" = ["invoices:read"]))
)]
pub(crate) async fn list(
    permit: Permit<grant::InvoicesRead>,
    State(app): State<AppState>,
    query: Params<Invoices>,
) -> ApiResult<Reply> {
    let scope = permit.list_scope(query.service_center_id)?;
    let page = app.store.list_across::<Invoice>(TenantKind::Invoice, scope, &query, STATES).await?;
    let mut rows = page.rows.iter().map(|row| json(&InvoiceView::of(row))).collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// Get an invoice
#[utoipa::path(
    get, path = "/api/invoices/{id}", tag = "Invoices",
    params(("id" = uuid::Uuid, Path, description = "The invoice"), Params<OneInvoice>),
    responses((status = 200, description = "The invoice", body = Envelope<InvoiceView>)),
    security(("bearer" = ["invoices:read"]))
)]
pub(crate) async fn get(
    permit: Permit<grant::InvoicesRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<OneInvoice>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "invoice")?;
    let invoice = app.store.invoice(scope, &id).await?.ok_or(Refusal::NotFound { what: "invoice" })?;
    let mut rows = [json(&InvoiceView::of(&invoice))?];
    expand(&app, &permit, &mut rows, &query).await?;
    let [row] = rows;
    permit.context.document(row, invoice.version, &query)
}
