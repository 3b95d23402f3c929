use axum::extract::State;
use dms_domain::{
    dashboard::{self, Dashboard},
    permissions::grant,
    query::QuerySpec,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Params, Permit, Spec},
    views::json,
};

use crate::period;

pub(crate) struct Asked;

impl Spec for Asked {
    type Row = Dashboard;

    const SPEC: QuerySpec = QuerySpec::figures(&[period::FROM, period::TO]);
}

/// Dashboard
///
/// Your service centre's; an admin's is of the whole dealership, or of the centre named by `serviceCenterId`. Days and months are
/// India's. With `dateFrom` (and `dateTo`; today unless given) the job cards are those opened in that period, `customers.new` those
/// entered in it, and `revenue.period` what was paid in it; without, all job cards count and `customers.new` is of this month.
/// `growth` compares this month so far with all of the last one. Customers belong to the dealership: every centre sees the same
/// numbers of them. The figures follow within seconds what happens.
#[utoipa::path(
    get, path = "/api/analytics/dashboard", tag = "Reports", params(Params<Asked>),
    responses((status = 200, description = "The figures", body = Envelope<Dashboard>)),
    security(("bearer" = ["analytics:read"]))
)]
pub(crate) async fn dashboard(
    permit: Permit<grant::AnalyticsRead>,
    State(app): State<AppState>,
    query: Params<Asked>,
) -> ApiResult<Reply> {
    let today = permit.context.timestamp().ist_date();
    let period = period::asked(&query, today)?;
    let scope = permit.list_scope(query.service_center_id)?;
    let since = dashboard::first_day(today, period.as_ref());
    let (days, customers) =
        tokio::try_join!(app.store.rolled_since(scope, since), app.store.rolled_customers_since(since))?;
    let dashboard = Dashboard::of(today, period.as_ref(), (&days, &customers));
    permit.context.figures(json(&dashboard)?, &query)
}
