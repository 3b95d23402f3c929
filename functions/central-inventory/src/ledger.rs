use axum::extract::State;
use dms_domain::{permissions::grant, stock::LedgerEntry};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Paginated,
    extract::{Id, Params, Permit},
    parts::Ledger,
    views::{LedgerEntryView, json},
};
use dms_store::{Listed, STATELESS, keys};

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
    let ledger = Listed::Relation(None, keys::central_ledger_pk(scope, &id));
    let entries = app.store.list::<LedgerEntry>(&ledger, &query, STATELESS);
    let (part, page) = tokio::try_join!(app.store.central_part(scope, &id), entries)?;
    part.ok_or(NOT_FOUND)?;
    let rows = page.rows.iter().map(|entry| json(&LedgerEntryView::of(entry))).collect::<ApiResult<Vec<_>>>()?;
    permit.context.page(rows, (page.total, page.last), &query)
}
