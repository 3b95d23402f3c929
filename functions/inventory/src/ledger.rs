use axum::extract::State;
use dms_domain::{
    permissions::grant,
    query::{Field, FieldKind, QuerySpec},
    stock::LedgerEntry,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Paginated,
    extract::{Id, Params, Permit, Spec},
    views::{LedgerEntryView, json},
};
use dms_store::{Listed, STATELESS, keys};

use crate::read::{NOT_FOUND, WHAT};

/// The names of `LedgerType`.
const TYPES: &[&str] = &["OPENING", "ADJUSTMENT", "ISSUE", "RETURN", "SALE", "SALE_REVERSAL", "RECEIPT"];

pub(crate) struct Ledger;

impl Spec for Ledger {
    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "createdAt", kind: FieldKind::Time },
            Field { name: "type", kind: FieldKind::Choice(TYPES) },
        ],
        sorts: &["createdAt"],
        expands: &[],
        list: true,
        by_centre: false,
        texts: &[],
    };
}

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
    let ledger = Listed::Relation(None, keys::ledger_pk(scope, &id));
    let entries = app.store.list::<LedgerEntry>(&ledger, &query, STATELESS);
    let (part, page) = tokio::try_join!(app.store.part(scope, &id), entries)?;
    part.ok_or(NOT_FOUND)?;
    let rows = page.rows.iter().map(|entry| json(&LedgerEntryView::of(entry))).collect::<ApiResult<Vec<_>>>()?;
    permit.context.page(rows, page.total, &query)
}

#[cfg(test)]
mod tests {
    use dms_domain::stock::LedgerType;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_type_of_the_ledger_can_be_filtered_by() {
        let types = TYPES.iter().map(|name| serde_json::from_value::<LedgerType>(json!(name)).unwrap());
        assert!(types.map(|kind| kind as usize).eq(0..=LedgerType::Receipt as usize));
    }
}
