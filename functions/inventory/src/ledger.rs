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

use crate::read::{NOT_FOUND, WHAT};

/// List a part's stock movements
///
/// The part's ledger: its stock is the sum of all `delta`.
#[utoipa::path(
    get, path = "/api/inventory/parts/{id}/transactions", tag = "Inventory",
    params(("id" = uuid::Uuid, Path, description = "The part"), Params<Ledger>),
    responses((status = 200, description = "A page of the ledger", body = Paginated<LedgerEntryView>)),
    security(("bearer" = ["inventory:read"]))
)]
pub(crate) async fn transactions(
    permit: Permit<grant::InventoryRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<Ledger>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let (ledger, part) = (keys::ledger_pk(scope, &id), app.store.part(scope, &id));
    let page = app.store.ledger(&ledger, part, &query).await?.ok_or(NOT_FOUND)?;
    let rows = page.rows.iter().map(|entry| json(&LedgerEntryView::of(entry))).collect::<ApiResult<Vec<_>>>()?;
    permit.context.page(rows, (page.total, page.last), &query)
}
