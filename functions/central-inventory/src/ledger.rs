use axum::extract::State;
use dms_domain::permissions::grant;
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Paginated,
    extract::{Id, Params, Permit},
    parts::Ledger,
    views::{LedgerEntryView, json},
};
use dms_store::keys;

use crate::read::NOT_FOUND;

/// List the stock movements of one of Central's parts
///
/// The part's ledger: its stock is the sum of all `delta`. `TRANSIT_LOSS` moves no stock: its `variance` is what was
/// lost or damaged on the way.
#[utoipa::path(
    get, path = "/api/central-inventory/parts/{id}/transactions", tag = "Central inventory",
    params(("id" = uuid::Uuid, Path, description = "The part"), Params<Ledger>),
    responses((status = 200, description = "A page of the ledger", body = Paginated<LedgerEntryView>)),
    security(("bearer" = ["central_inventory:read"]))
)]
pub(crate) async fn transactions(
    permit: Permit<grant::CentralInventoryRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<Ledger>,
) -> ApiResult<Reply> {
    let scope = permit.central_scope()?;
    let (ledger, part) = (keys::central_ledger_pk(scope, &id), app.store.central_part(scope, &id));
    let page = app.store.ledger(&ledger, part, &query).await?.ok_or(NOT_FOUND)?;
    let rows = page.rows.iter().map(|entry| json(&LedgerEntryView::of(entry))).collect::<ApiResult<Vec<_>>>()?;
    permit.context.page(rows, (page.total, page.last), &query)
}
