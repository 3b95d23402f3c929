use axum::extract::State;
use dms_domain::{
    parts_request::PartsRequest,
    permissions::grant,
    query::{Field, FieldKind, QuerySpec},
    refusal::Refusal,
    statuses::{PartsRequestStatus, Priority},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, Paginated},
    expand::expand,
    extract::{Id, Params, Permit, Spec},
    views::{PartsRequestView, json},
};
use dms_store::{States, keys::TenantKind};

const EXPANDS: &[&str] = &["jobCard", "requestedBy", "serviceCenter", "items"];

pub(crate) struct OnePartsRequest;

impl Spec for OnePartsRequest {
    type Row = PartsRequestView;

    const SPEC: QuerySpec = QuerySpec::document(EXPANDS);
}

pub(crate) struct PartsRequests;

impl Spec for PartsRequests {
    type Row = PartsRequestView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "status", kind: FieldKind::Choice(PartsRequestStatus::NAMES) },
            Field { name: "createdAt", kind: FieldKind::Time },
            Field { name: "jobCardId", kind: FieldKind::Id },
            Field { name: "jobCardNumber", kind: FieldKind::Text },
            Field { name: "urgency", kind: FieldKind::Choice(Priority::NAMES) },
            Field { name: "requestedById", kind: FieldKind::Id },
        ],
        sorts: &["createdAt", "updatedAt"],
        expands: EXPANDS,
        list: true,
        by_centre: true,
        texts: &[],
    };
}

const STATES: States =
    States { field: "status", code: PartsRequestStatus::code_of_name, narrow_by: &["status", "createdAt"] };

/// List parts requests
#[utoipa::path(
    get, path = "/api/parts-requests", tag = "Parts requests", params(Params<PartsRequests>),
    responses((status = 200, description = "A page of parts requests", body = Paginated<PartsRequestView>)),
    security(("bearer" = ["parts_requests:read"]))
)]
pub(crate) async fn list(
    permit: Permit<grant::PartsRequestsRead>,
    State(app): State<AppState>,
    query: Params<PartsRequests>,
) -> ApiResult<Reply> {
    let scope = permit.list_scope(query.service_center_id)?;
    let page = app.store.list_across::<PartsRequest>(TenantKind::PartsRequest, scope, &query, STATES).await?;
    let mut rows = page.rows.iter().map(|row| json(&PartsRequestView::of(row))).collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// Get a parts request
#[utoipa::path(
    get, path = "/api/parts-requests/{id}", tag = "Parts requests",
    params(("id" = uuid::Uuid, Path, description = "The parts request"), Params<OnePartsRequest>),
    responses((status = 200, description = "The parts request", body = Envelope<PartsRequestView>)),
    security(("bearer" = ["parts_requests:read"]))
)]
pub(crate) async fn get(
    permit: Permit<grant::PartsRequestsRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<OnePartsRequest>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "parts request")?;
    let request = app.store.parts_request(scope, &id).await?.ok_or(Refusal::NotFound { what: "parts request" })?;
    let mut rows = [json(&PartsRequestView::of(&request))?];
    expand(&app, &permit, &mut rows, &query).await?;
    let [row] = rows;
    permit.context.document(row, request.version, &query)
}
