use axum::extract::State;
use dms_access::TenantScope;
use dms_domain::{
    permissions::grant,
    query::{Field, FieldKind, Query, QuerySpec},
    quotation::Quotation,
    refusal::{Refusal, check_version},
    statuses::QuotationStatus,
};
use dms_http::{
    ApiResult, AppState, Context, Reply,
    envelope::{Envelope, Paginated},
    expand::expand,
    extract::{Cmd, Id, Params, Permit, Spec},
    views::{QuotationView, json},
};
use dms_store::{Listed, Page, States, Store, StoreError, keys::TenantKind};

pub(crate) const WHAT: &str = "quotation";
pub(crate) const NOT_FOUND: Refusal = Refusal::NotFound { what: WHAT };

const EXPANDS: &[&str] = &["customer", "vehicle", "serviceCenter", "appointment", "jobCard", "items"];

pub(crate) struct OneQuotation;

impl Spec for OneQuotation {
    type Row = QuotationView;

    const SPEC: QuerySpec = QuerySpec::document(EXPANDS);
}

pub(crate) struct Quotations;

impl Spec for Quotations {
    type Row = QuotationView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "status", kind: FieldKind::Choice(QuotationStatus::NAMES) },
            Field { name: "createdAt", kind: FieldKind::Time },
            Field { name: "customerId", kind: FieldKind::Id },
            Field { name: "vehicleId", kind: FieldKind::Id },
            Field { name: "appointmentId", kind: FieldKind::Id },
            Field { name: "jobCardId", kind: FieldKind::Id },
            Field { name: "quotationNumber", kind: FieldKind::Text },
            Field { name: "validUntil", kind: FieldKind::Date },
        ],
        sorts: &["createdAt", "updatedAt", "validUntil"],
        expands: EXPANDS,
        list: true,
        by_centre: true,
        texts: &["search"],
    };
}

const STATES: States =
    States { field: "status", code: QuotationStatus::code_of_name, narrow_by: &["status", "createdAt"] };

/// List quotations
///
/// `search` finds them by their number or its end (`0042`). One that nobody answered in time is EXPIRED from the first minute of the next day in India, also in filters and
/// totals.
#[utoipa::path(
    get, path = "/api/quotations", tag = "Quotations", params(Params<Quotations>),
    responses((status = 200, description = "A page of quotations", body = Paginated<QuotationView>)),
    security(("bearer" = ["quotations:read"]))
)]
pub(crate) async fn list(
    permit: Permit<grant::QuotationsRead>,
    State(app): State<AppState>,
    query: Params<Quotations>,
) -> ApiResult<Reply> {
    let scope = permit.list_scope(query.service_center_id)?;
    let read = app.store.across(scope, |scopes| Box::pin(page(&app.store, scopes, &query, &permit.context)));
    let page = read.await?;
    let rows = page.rows.iter().map(|row| json(&shown(row, &permit.context)));
    let mut rows = rows.collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// The page, and at the same time whether anything has expired that is not written yet: then the page is read again.
async fn page(
    store: &Store,
    scopes: Vec<TenantScope>,
    query: &Query,
    context: &Context,
) -> Result<Page<Quotation>, StoreError> {
    let listed = Listed::Tenant(TenantKind::Quotation, scopes.clone());
    let (page, due) = tokio::join!(
        store.list::<Quotation>(&listed, query, STATES),
        store.quotations_are_due(&scopes, context.now),
    );
    if !due? {
        return page;
    }
    store.expire_quotations(&scopes, context.now).await?;
    store.list::<Quotation>(&listed, query, STATES).await
}

/// Get a quotation
#[utoipa::path(
    get, path = "/api/quotations/{id}", tag = "Quotations",
    params(("id" = uuid::Uuid, Path, description = "The quotation"), Params<OneQuotation>),
    responses((status = 200, description = "The quotation", body = Envelope<QuotationView>)),
    security(("bearer" = ["quotations:read"]))
)]
pub(crate) async fn get(
    permit: Permit<grant::QuotationsRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<OneQuotation>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let quotation = app.store.quotation(scope, &id).await?.ok_or(NOT_FOUND)?;
    let mut rows = [json(&shown(&quotation, &permit.context))?];
    expand(&app, &permit, &mut rows, &query).await?;
    let [row] = rows;
    permit.context.document(row, quotation.version, &query)
}

fn shown(quotation: &Quotation, context: &Context) -> QuotationView {
    QuotationView::on(quotation, context.timestamp().ist_date())
}

/// The quotation as a command finds it: it must exist, in the version the caller expects.
pub(crate) async fn present(
    store: &Store,
    scope: TenantScope,
    id: &Id,
    cmd: &Cmd,
) -> Result<Quotation, StoreError> {
    let quotation = store.quotation(scope, id).await?.ok_or(NOT_FOUND)?;
    check_version(cmd.if_match, quotation.version)?;
    Ok(quotation)
}

/// A quotation as a command answers it.
pub(crate) fn view(quotation: &Quotation) -> (QuotationView, Option<u64>) {
    (QuotationView::of(quotation), Some(quotation.version))
}
