//! Where every piece is: the ledgers and stocks of a part number, of Central and every centre, against each other.

use std::collections::HashSet;

use dms_access::{AllCentres, CentralScope, TenantScope};
use dms_domain::{reconciliation::Balance, refusal::Refusal, stock::LedgerEntry};
use futures::future::try_join_all;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    client::{Item, Store, text},
    entity::from_item,
    error::StoreError,
    keys::{self, CentralKind, TenantKind},
    listing::in_parallel,
    range::{Range, SortRange},
    transaction::owner,
    transit::InTransit,
};

/// Part numbers looked at at the same time.
const PARTS_AT_ONCE: usize = 4;
/// Parts of stocks that one request looks at, for each part number it may answer with: most of a centre's were done
/// with Central's, and a request that meets only such ones must end, too.
const LOOKED_AT_PER_PART: usize = 10;
/// Reads of a part that does not balance: a movement between two reads looks like a difference.
const LOOKS: usize = 3;

/// A part number reconciled.
#[derive(Debug, Clone)]
pub struct Reconciled {
    /// The number.
    pub part_number: String,
    /// Where its pieces are.
    pub balance: Balance,
    /// Stocks that are not the sum of their ledger.
    pub mismatches: Vec<Mismatch>,
}

/// A stock that is not the sum of its ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The centre; `None` for Central.
    pub centre: Option<u16>,
    /// The stock as it is stored.
    pub stock: i64,
    /// The sum of the ledger.
    pub ledger: i64,
}

/// Some of the dealership's part numbers, reconciled, and where to go on.
#[derive(Debug, Clone)]
pub struct Reconciliation {
    /// In the order of Central's parts, then of the centres'.
    pub parts: Vec<Reconciled>,
    /// Where to go on; `None` at the end.
    pub next: Option<String>,
}

/// A stock of one part number.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stock {
    id: Uuid,
    part_number: String,
    stock_quantity: i64,
}

impl Reconciled {
    /// Whether a piece is missing or too many anywhere.
    pub fn differs(&self) -> bool {
        self.balance.difference() != 0 || !self.mismatches.is_empty()
    }
}

impl Store {
    /// Reconciles one part number; all zero when nobody has it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn reconcile_number(
        &self,
        central: CentralScope,
        all: AllCentres,
        number: &str,
    ) -> Result<Reconciled, StoreError> {
        let scopes = self.scopes(dms_access::ListScope::All(all)).await?;
        let in_transit = self.in_transit_of_central(central).await?;
        self.reconcile(central, &scopes, number, &in_transit).await
    }

    /// Reconciles one part number, with what was under way a moment ago: looked at again if that does not fit.
    async fn reconcile(
        &self,
        central: CentralScope,
        scopes: &[TenantScope],
        number: &str,
        in_transit: &InTransit,
    ) -> Result<Reconciled, StoreError> {
        let mut reconciled = self.look(scopes, number, in_transit.of_part(number)).await?;
        for _ in 1..LOOKS {
            if !reconciled.differs() {
                break;
            }
            let in_transit = self.in_transit_of_central(central).await?;
            reconciled = self.look(scopes, number, in_transit.of_part(number)).await?;
        }
        Ok(reconciled)
    }

    /// Reconciles the next part numbers, `limit` of them or fewer: Central's, then those that only centres have.
    ///
    /// # Errors
    /// A field error for an unknown `start`; [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn reconcile_from(
        &self,
        central: CentralScope,
        all: AllCentres,
        (start, limit): (Option<&str>, usize),
    ) -> Result<Reconciliation, StoreError> {
        let (scopes, in_transit) =
            tokio::try_join!(self.scopes(dms_access::ListScope::All(all)), self.in_transit_of_central(central))?;
        // Every stock is a partition of parts; the place is its number and the last part that was done.
        let unknown = || Refusal::field("cursor", "is not one that this API gave");
        let place = |text: &str| place_of(text).filter(|(place, _)| *place <= scopes.len());
        let start = start.map(|text| place(text).ok_or_else(unknown)).transpose()?;
        let (mut place, mut after) = start.unwrap_or((0, None));
        let (mut parts, mut left) = (Vec::new(), LOOKED_AT_PER_PART * limit);
        while parts.len() < limit && left > 0 && place <= scopes.len() {
            let scope = place.checked_sub(1).and_then(|index| scopes.get(index).copied());
            let pk = scope.map_or_else(|| CentralKind::Part.pk(central), |scope| TenantKind::Part.pk(scope));
            let page = limit.min(left);
            let stocks = self.stocks_after(pk, after.take(), page).await?;
            let last = stocks.last().map(|stock| stock.id);
            let at_end = stocks.len() < page;
            // A centre without parts is a read, too.
            left -= stocks.len().max(1);
            let mut new = self.first_met_in(scope, &scopes, stocks).await?;
            let room = limit - parts.len();
            let too_many = new.len() > room;
            new.truncate(room);
            after = if too_many { new.last().map(|stock| stock.id) } else { last };
            for some in new.chunks(PARTS_AT_ONCE) {
                let looks =
                    some.iter().map(|stock| self.reconcile(central, &scopes, &stock.part_number, &in_transit));
                parts.extend(try_join_all(looks).await?);
            }
            if at_end && !too_many {
                (place, after) = (place + 1, None);
            }
        }
        let next = (place <= scopes.len())
            .then(|| format!("{place}.{}", after.map(|id| id.to_string()).unwrap_or_default()));
        Ok(Reconciliation { parts, next })
    }

    async fn stocks_after(&self, pk: String, after: Option<Uuid>, limit: usize) -> Result<Vec<Stock>, StoreError> {
        let range = Range::partition(pk).ascending();
        let range = match after {
            // The next id after it, as text.
            Some(id) => range.within(SortRange::Between(format!("{id}0"), "g".to_owned())),
            None => range,
        };
        self.query(&range, limit).await?.into_iter().map(from_item).collect()
    }

    /// The parts of a stock whose numbers no stock before it has: those were done there.
    async fn first_met_in(
        &self,
        scope: Option<TenantScope>,
        scopes: &[TenantScope],
        stocks: Vec<Stock>,
    ) -> Result<Vec<Stock>, StoreError> {
        let Some(scope) = scope else { return Ok(stocks) };
        let before: Vec<TenantScope> = scopes.iter().copied().take_while(|earlier| *earlier != scope).collect();
        let guards = |number: &str| {
            let centres = before.iter().map(|earlier| keys::part_number_in(*earlier, number));
            std::iter::once(keys::central_part_number(number)).chain(centres).collect::<Vec<_>>()
        };
        let found = self.get_many(stocks.iter().flat_map(|stock| guards(&stock.part_number))).await?;
        // The number of a deleted part stays taken, but the part was not met.
        let owned: Vec<(&str, Uuid)> =
            found.iter().filter_map(|guard| Some((text(guard, "pk")?, owner(guard)?))).collect();
        let there = self.get_many(owned.iter().map(|(_, part)| keys::part(part).key())).await?;
        let there = there.into_iter().map(|part| Ok(from_item::<Stock>(part)?.id));
        let there: HashSet<Uuid> = there.collect::<Result<_, StoreError>>()?;
        let met: HashSet<&str> =
            owned.iter().filter(|(_, part)| there.contains(part)).map(|(guard, _)| *guard).collect();
        let met_before = |number: &str| guards(number).iter().any(|key| met.contains(key.pk.as_str()));
        Ok(stocks.into_iter().filter(|stock| !met_before(&stock.part_number)).collect())
    }

    /// One look at all stocks and ledgers of a number.
    async fn look(&self, scopes: &[TenantScope], number: &str, in_transit: i64) -> Result<Reconciled, StoreError> {
        let guards = scopes.iter().map(|scope| keys::part_number_in(*scope, number));
        let guards = self.get_many(guards.chain([keys::central_part_number(number)])).await?;
        let owners: Vec<Uuid> = guards.iter().filter_map(owner).collect();
        let reads = owners.iter().map(|id| self.stock_and_ledger(id)).collect();
        let read = in_parallel(reads).await?;
        let mut balance = Balance { in_transit, ..Balance::default() };
        let mut mismatches = Vec::new();
        for (id, stock, entries) in read {
            let centre = dms_domain::ids::ordinal_of(&id).map(dms_domain::ids::CentreOrdinal::get);
            match centre {
                Some(_) => balance.centres += stock,
                None => balance.central += stock,
            }
            entries.iter().for_each(|entry| balance.count(entry));
            let ledger = entries.iter().map(|entry| entry.delta).sum();
            if ledger != stock {
                mismatches.push(Mismatch { centre, stock, ledger });
            }
        }
        Ok(Reconciled { part_number: number.to_owned(), balance, mismatches })
    }

    /// A part's stock (none of a deleted one) and its whole ledger.
    async fn stock_and_ledger(&self, id: &Uuid) -> Result<(Uuid, i64, Vec<LedgerEntry>), StoreError> {
        let key = keys::part(id).key();
        let part = async {
            let item: Option<Item> = self.get(crate::tables::Table::Core, &key).await?;
            let stock: Option<Stock> = item.map(from_item).transpose()?;
            Ok::<_, StoreError>(stock.map_or(0, |stock| stock.stock_quantity))
        };
        let (stock, ledger) = tokio::try_join!(part, self.whole_ledger(id))?;
        Ok((*id, stock, ledger))
    }
}

/// Reads a place of [`Reconciliation::next`].
fn place_of(text: &str) -> Option<(usize, Option<Uuid>)> {
    let (place, after) = text.split_once('.')?;
    let after = if after.is_empty() { None } else { Some(after.parse().ok()?) };
    Some((place.parse().ok()?, after))
}
