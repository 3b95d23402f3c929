use axum::extract::State;
use dms_domain::{
    credit_note::CreditNote,
    permissions::grant,
    query::{Field, FieldKind, QuerySpec},
    refusal::Refusal,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, Paginated},
    expand::expand,
    extract::{Id, Params, Permit, Spec},
    views::{CreditNoteView, json},
};
use dms_store::{STATELESS, keys::TenantKind};

const EXPANDS: &[&str] = &["invoice", "customer", "vehicle", "jobCard", "serviceCenter", "items"];

pub(crate) struct OneCreditNote;

impl Spec for OneCreditNote {
    type Row = CreditNoteView;

    const SPEC: QuerySpec = QuerySpec::document(EXPANDS);
}

pub(crate) struct CreditNotes;

impl Spec for CreditNotes {
    type Row = CreditNoteView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "createdAt", kind: FieldKind::Time },
            Field { name: "invoiceId", kind: FieldKind::Id },
            Field { name: "customerId", kind: FieldKind::Id },
            Field { name: "vehicleId", kind: FieldKind::Id },
            Field { name: "jobCardId", kind: FieldKind::Id },
            Field { name: "creditNoteNumber", kind: FieldKind::Text },
            Field { name: "invoiceNumber", kind: FieldKind::Text },
        ],
        sorts: &["createdAt"],
        expands: EXPANDS,
        list: true,
        by_centre: true,
        texts: &["search"],
    };
}

/// List credit notes
///
/// `search` finds them by their number or its end (`0042`).
#[utoipa::path(
    get, path = "/api/credit-notes", tag = "Credit notes", params(Params<CreditNotes>),
    responses((status = 200, description = "A page of credit notes", body = Paginated<CreditNoteView>)),
    security(("bearer" = ["invoices:read"]))
)]
pub(crate) async fn list(
    permit: Permit<grant::InvoicesRead>,
    State(app): State<AppState>,
    query: Params<CreditNotes>,
) -> ApiResult<Reply> {
    let scope = permit.list_scope(query.service_center_id)?;
    let page = app.store.list_across::<CreditNote>(TenantKind::CreditNote, scope, &query, STATELESS).await?;
    let mut rows = page.rows.iter().map(|row| json(&CreditNoteView::of(row))).collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// Get a credit note
#[utoipa::path(
    get, path = "/api/credit-notes/{id}", tag = "Credit notes",
    params(("id" = uuid::Uuid, Path, description = "The credit note"), Params<OneCreditNote>),
    responses((status = 200, description = "The credit note", body = Envelope<CreditNoteView>)),
    security(("bearer" = ["invoices:read"]))
)]
pub(crate) async fn get(
    permit: Permit<grant::InvoicesRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<OneCreditNote>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "credit note")?;
    let note = app.store.credit_note(scope, &id).await?.ok_or(Refusal::NotFound { what: "credit note" })?;
    let mut rows = [json(&CreditNoteView::of(&note))?];
    expand(&app, &permit, &mut rows, &query).await?;
    let [row] = rows;
    permit.context.document(row, 1, &query)
}
