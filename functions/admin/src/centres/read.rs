use axum::extract::State;
use dms_domain::{permissions::grant, query::QuerySpec, refusal::Refusal};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, Paginated},
    expand::sees_centre,
    extract::{Id, Params, Permit, Spec},
    views::{ServiceCentreView, json},
};

pub(crate) struct OneCentre;

impl Spec for OneCentre {
    type Row = ServiceCentreView;

    const SPEC: QuerySpec = QuerySpec::document(&[]);
}

pub(crate) struct Centres;

impl Spec for Centres {
    type Row = ServiceCentreView;

    const SPEC: QuerySpec =
        QuerySpec { filters: &[], sorts: &[], expands: &[], list: true, by_centre: false, texts: &[] };
}

/// List service centres
///
/// In the order of their creation. Users of a centre see their own.
#[utoipa::path(
    get, path = "/api/service-centers", tag = "Service centres", params(Params<Centres>),
    responses((status = 200, description = "A page of service centres", body = Paginated<ServiceCentreView>)),
    security(("bearer" = ["service_centers:read"]))
)]
pub(crate) async fn list(
    permit: Permit<grant::ServiceCentersRead>,
    State(app): State<AppState>,
    query: Params<Centres>,
) -> ApiResult<Reply> {
    let mut centres = app.store.all_centres().await?;
    centres.retain(|centre| sees_centre(&permit, &centre.id));
    let total = centres.len() as u64;
    let offset = usize::try_from(query.offset()).unwrap_or(usize::MAX);
    let page = centres.iter().skip(offset).take(query.limit as usize);
    let rows = page.map(|centre| json(&ServiceCentreView::of(centre))).collect::<ApiResult<_>>()?;
    permit.context.page(rows, (total, None), &query)
}

/// Get a service centre
#[utoipa::path(
    get, path = "/api/service-centers/{id}", tag = "Service centres",
    params(("id" = uuid::Uuid, Path, description = "The service centre"), Params<OneCentre>),
    responses((status = 200, description = "The service centre", body = Envelope<ServiceCentreView>)),
    security(("bearer" = ["service_centers:read"]))
)]
pub(crate) async fn get(
    permit: Permit<grant::ServiceCentersRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<OneCentre>,
) -> ApiResult<Reply> {
    let found = if sees_centre(&permit, &id) { app.store.centre(&id).await? } else { None };
    let centre = found.ok_or(Refusal::NotFound { what: "service centre" })?;
    permit.context.document(json(&ServiceCentreView::of(&centre))?, centre.version, &query)
}
