use axum::extract::State;
use dms_access::ListScope;
use dms_domain::{permissions::grant, query::QuerySpec, refusal::Refusal};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Params, Permit, Spec},
    views::json,
};
use dms_store::{Reconciled, Reconciliation};
use serde::Serialize;
use utoipa::ToSchema;

/// Part numbers reconciled by one request, unless it says less.
const MOST_PARTS: usize = 100;

pub(crate) struct Asked;

impl Spec for Asked {
    type Row = ReconciliationView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[],
        sorts: &[],
        expands: &[],
        list: false,
        by_centre: false,
        texts: &["partNumber", "limit", "cursor"],
    };
}

/// Where every piece is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReconciliationView {
    parts: Vec<ReconciledView>,
    /// Parts of these whose pieces do not add up.
    differences: usize,
    /// Where to go on, when there are more parts.
    next_cursor: Option<String>,
}

/// Where the pieces of one part number are: opening + received = central + inTransit + centres + consumed + scrapped +
/// difference.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ReconciledView {
    #[schema(example = "BAT-MOD-001")]
    part_number: String,
    /// There when parts were created.
    opening: i64,
    /// From outside: bought, found, brought back.
    received: i64,
    /// In Central's stock.
    central: i64,
    /// Between Central and the centres.
    in_transit: i64,
    /// In the centres' stocks.
    centres: i64,
    /// On job cards and sold over the counter.
    consumed: i64,
    /// Thrown away, missing at a count, lost or damaged on the way.
    scrapped: i64,
    /// Missing; negative: too many. Always 0.
    difference: i64,
    /// Stocks that are not the sum of their ledger. Always empty.
    mismatches: Vec<MismatchView>,
}

/// A stock that is not the sum of its ledger.
#[derive(Debug, Serialize, ToSchema)]
struct MismatchView {
    /// "central", or the centre's number within the dealership.
    #[schema(example = "central")]
    location: String,
    /// As it is stored.
    stock: i64,
    /// The sum of the ledger.
    ledger: i64,
}

impl ReconciledView {
    fn of(reconciled: &Reconciled) -> Self {
        let balance = &reconciled.balance;
        let mismatches = reconciled.mismatches.iter().map(|mismatch| MismatchView {
            location: mismatch.centre.map_or_else(|| "central".to_owned(), |centre| format!("centre {centre}")),
            stock: mismatch.stock,
            ledger: mismatch.ledger,
        });
        Self {
            part_number: reconciled.part_number.clone(),
            opening: balance.opening,
            received: balance.received,
            central: balance.central,
            in_transit: balance.in_transit,
            centres: balance.centres,
            consumed: balance.consumed,
            scrapped: balance.scrapped,
            difference: balance.difference(),
            mismatches: mismatches.collect(),
        }
    }
}

/// Reconcile stock
///
/// For one `partNumber`, or for all: up to `limit` (100 unless given) part numbers at a time, then the next ones with
/// `cursor`, until there is no `nextCursor`. Read from every ledger and every stock of Central and of all centres, and from what is under way; a part
/// that does not add up is looked at again, as a movement in between looks like a difference. For admins.
#[utoipa::path(
    get, path = "/api/inventory/reconciliation", tag = "Inventory", params(Params<Asked>),
    responses((status = 200, description = "The balance of every part", body = Envelope<ReconciliationView>)),
    security(("bearer" = ["reconciliation:read"]))
)]
pub(crate) async fn reconciliation(
    permit: Permit<grant::ReconciliationRead>,
    State(app): State<AppState>,
    query: Params<Asked>,
) -> ApiResult<Reply> {
    let central = permit.central_scope()?;
    let ListScope::All(all) = permit.list_scope(None)? else {
        return Err(Refusal::Forbidden { message: "Only an admin sees all centres".to_owned() }.into());
    };
    let limit = limit(query.text("limit"))?;
    let Reconciliation { parts, next } = match query.text("partNumber") {
        Some(number) => {
            let one = app.store.reconcile_number(central, all, number).await?;
            Reconciliation { parts: vec![one], next: None }
        }
        None => app.store.reconcile_from(central, all, (query.text("cursor"), limit)).await?,
    };
    let view = ReconciliationView {
        differences: parts.iter().filter(|part| part.differs()).count(),
        parts: parts.iter().map(ReconciledView::of).collect(),
        next_cursor: next,
    };
    permit.context.figures(json(&view)?, &query)
}

fn limit(text: Option<&str>) -> Result<usize, Refusal> {
    let Some(text) = text else { return Ok(MOST_PARTS) };
    let limit = text.parse().ok().filter(|limit| (1..=MOST_PARTS).contains(limit));
    limit.ok_or_else(|| Refusal::field("limit", format!("must be a whole number from 1 to {MOST_PARTS}")))
}
