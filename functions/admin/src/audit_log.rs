//! The audit log: who changed what, and when. Admins read it; no one changes it.

use axum::extract::State;
use dms_domain::{
    audit::AuditEntry,
    ids,
    permissions::grant,
    query::{Field, FieldKind, QuerySpec},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Paginated,
    expand::expand,
    extract::{Params, Permit, Spec},
    views::{AuditEntryView, json},
};
use dms_store::{
    Listed, STATELESS,
    keys::{CentralKind, TenantKind},
};

const FILTERS: &[Field] = &[
    Field { name: "createdAt", kind: FieldKind::Time },
    Field { name: "userId", kind: FieldKind::Id },
    Field { name: "action", kind: FieldKind::Text },
    Field { name: "documentType", kind: FieldKind::Text },
    Field { name: "documentId", kind: FieldKind::Id },
    Field { name: "requestId", kind: FieldKind::Text },
];

const fn spec(by_centre: bool, expands: &'static [&'static str]) -> QuerySpec {
    QuerySpec { filters: FILTERS, sorts: &["createdAt"], expands, list: true, by_centre, texts: &[] }
}

pub(crate) struct OfCentres;

impl Spec for OfCentres {
    type Row = AuditEntryView;

    const SPEC: QuerySpec = spec(true, &["user", "serviceCenter"]);
}

pub(crate) struct OfDealership;

impl Spec for OfDealership {
    type Row = AuditEntryView;

    const SPEC: QuerySpec = spec(false, &["user"]);
}

/// List what the users of a centre, or of all, changed, and what was changed of their documents
#[utoipa::path(
    get, path = "/api/audit-log", tag = "Audit log", params(Params<OfCentres>),
    responses((status = 200, description = "A page of the audit log", body = Paginated<AuditEntryView>)),
    security(("bearer" = ["audit:read"]))
)]
pub(crate) async fn of_centres(
    permit: Permit<grant::AuditRead>,
    State(app): State<AppState>,
    query: Params<OfCentres>,
) -> ApiResult<Reply> {
    let scope = permit.list_scope(query.service_center_id)?;
    let list = app.store.list_across::<AuditEntry>(TenantKind::Audit, scope, &query, STATELESS);
    let (page, centres) = tokio::try_join!(list, app.store.all_centres())?;
    let centre_of = |entry: &AuditEntry| {
        let ordinal = ids::ordinal_of(&entry.record.id);
        centres.iter().map(|centre| centre.id).find(|id| ids::ordinal_of(id) == ordinal)
    };
    let row = |entry| json(&AuditEntryView { service_center_id: centre_of(entry), ..AuditEntryView::of(entry) });
    let mut rows = page.rows.iter().map(row).collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// List what admins and Central changed of the dealership's own documents
#[utoipa::path(
    get, path = "/api/audit-log/dealership", tag = "Audit log", params(Params<OfDealership>),
    responses((status = 200, description = "A page of the audit log", body = Paginated<AuditEntryView>)),
    security(("bearer" = ["audit:read"]))
)]
pub(crate) async fn of_dealership(
    permit: Permit<grant::AuditRead>,
    State(app): State<AppState>,
    query: Params<OfDealership>,
) -> ApiResult<Reply> {
    let listed = Listed::Central(CentralKind::Audit, permit.central_scope()?);
    let page = app.store.list::<AuditEntry>(&listed, &query, STATELESS).await?;
    let mut rows = page.rows.iter().map(|row| json(&AuditEntryView::of(row))).collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}
