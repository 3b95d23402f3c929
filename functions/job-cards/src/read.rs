use axum::extract::State;
use dms_access::TenantScope;
use dms_domain::{
    job_card::JobCard,
    permissions::grant,
    query::{Field, FieldKind, QuerySpec},
    refusal::{Refusal, check_version},
    statuses::{JobCardStatus, Priority, ServiceLocation},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, Paginated},
    expand::expand,
    extract::{Cmd, Id, Params, Permit, Spec},
    views::{JobCardView, json},
};
use dms_store::{States, Store, StoreError, keys::TenantKind};

const EXPANDS: &[&str] = &[
    "customer",
    "vehicle",
    "engineer",
    "items",
    "serviceCenter",
    "appointment",
    "quotation",
    "invoice",
    "partsRequests",
    "files",
];

pub(crate) struct OneJobCard;

impl Spec for OneJobCard {
    type Row = JobCardView;

    const SPEC: QuerySpec = QuerySpec::document(EXPANDS);
}

pub(crate) struct JobCards;

impl Spec for JobCards {
    type Row = JobCardView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "status", kind: FieldKind::Choice(JobCardStatus::NAMES) },
            Field { name: "createdAt", kind: FieldKind::Time },
            Field { name: "customerId", kind: FieldKind::Id },
            Field { name: "vehicleId", kind: FieldKind::Id },
            Field { name: "assignedEngineerId", kind: FieldKind::Id },
            Field { name: "appointmentId", kind: FieldKind::Id },
            Field { name: "jobCardNumber", kind: FieldKind::Text },
            Field { name: "serviceType", kind: FieldKind::Text },
            Field { name: "priority", kind: FieldKind::Choice(Priority::NAMES) },
            Field { name: "location", kind: FieldKind::Choice(ServiceLocation::NAMES) },
            Field { name: "completedAt", kind: FieldKind::Time },
        ],
        sorts: &["createdAt", "updatedAt", "completedAt"],
        expands: EXPANDS,
        list: true,
        by_centre: true,
        texts: &["search"],
    };
}

const STATES: States =
    States { field: "status", code: JobCardStatus::code_of_name, narrow_by: &["status", "createdAt"] };

/// List job cards
///
/// `search` finds them by their number or its end (`0042`).
#[utoipa::path(
    get, path = "/api/job-cards", tag = "Job cards", params(Params<JobCards>),
    responses((status = 200, description = "A page of job cards", body = Paginated<JobCardView>)),
    security(("bearer" = ["job_cards:read"]))
)]
pub(crate) async fn list(
    permit: Permit<grant::JobCardsRead>,
    State(app): State<AppState>,
    query: Params<JobCards>,
) -> ApiResult<Reply> {
    let scope = permit.list_scope(query.service_center_id)?;
    let page = app.store.list_across::<JobCard>(TenantKind::JobCard, scope, &query, STATES).await?;
    let mut rows = page.rows.iter().map(|card| json(&JobCardView::of(card))).collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// Get a job card
///
/// With its forms: parts 1, 2A and 3.
#[utoipa::path(
    get, path = "/api/job-cards/{id}", tag = "Job cards",
    params(("id" = uuid::Uuid, Path, description = "The job card"), Params<OneJobCard>),
    responses((status = 200, description = "The job card", body = Envelope<JobCardView>)),
    security(("bearer" = ["job_cards:read"]))
)]
pub(crate) async fn get(
    permit: Permit<grant::JobCardsRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<OneJobCard>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "job card")?;
    let (card, forms) = tokio::try_join!(app.store.job_card(scope, &id), app.store.job_card_forms(scope, &id))?;
    let card = card.ok_or(Refusal::NotFound { what: "job card" })?;
    let mut rows = [json(&JobCardView::with_forms(&card, forms.as_ref()))?];
    expand(&app, &permit, &mut rows, &query).await?;
    let [row] = rows;
    permit.context.document(row, card.version, &query)
}

/// The card as a command finds it: it must exist, in the version the caller expects.
pub(crate) async fn present(store: &Store, scope: TenantScope, id: &Id, cmd: &Cmd) -> Result<JobCard, StoreError> {
    let card = store.job_card(scope, id).await?.ok_or(Refusal::NotFound { what: "job card" })?;
    check_version(cmd.if_match, card.version)?;
    Ok(card)
}

/// A card as a command answers it.
pub(crate) fn view(card: &JobCard) -> (JobCardView, Option<u64>) {
    (JobCardView::of(card), Some(card.version))
}
