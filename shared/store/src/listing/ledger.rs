//! A part's ledger as a list: the part counts its entries by month, and tallies count the losses on the way.

use chrono::{Datelike, Months, NaiveDate};
use dms_domain::{
    central_stock::CentralPart,
    query::Query,
    stock::{LedgerCounts, LedgerEntry, Part},
};

use super::{Days, Listed, Page, STATELESS, Source, days::cells, pages::sum};
use crate::{client::Store, error::StoreError, keys, range::Range};

/// A part that counts the entries of its ledger.
pub trait CountsLedger {
    /// Whether losses on the way are noted in its ledger: in that of Central's parts alone.
    const HAS_LOSSES: bool;

    /// Entries that moved the stock.
    fn ledger_counts(&self) -> &LedgerCounts;
}

impl CountsLedger for Part {
    const HAS_LOSSES: bool = false;

    fn ledger_counts(&self) -> &LedgerCounts {
        &self.ledger_counts
    }
}

impl CountsLedger for CentralPart {
    const HAS_LOSSES: bool = true;

    fn ledger_counts(&self) -> &LedgerCounts {
        &self.ledger_counts
    }
}

impl Store {
    /// A page of the ledger of a part, which is read at the same time; `None` when there is no such part. The first page
    /// and one that goes on after a row take one round trip, any other two.
    ///
    /// # Errors
    /// `QueryTooBroad` when filters would read more than 4 MiB; [`StoreError::Unavailable`] or
    /// [`StoreError::Throttled`].
    pub async fn ledger<P: CountsLedger>(
        &self,
        ledger_pk: &str,
        part: impl Future<Output = Result<Option<P>, StoreError>>,
        query: &Query,
    ) -> Result<Option<Page<LedgerEntry>>, StoreError> {
        let by_time = query.sort.iter().all(|sort| sort.field == "createdAt");
        if !query.filters.is_empty() || !by_time {
            let listed = Listed::Relation(None, ledger_pk.to_owned());
            let (part, page) = tokio::try_join!(part, self.list::<LedgerEntry>(&listed, query, STATELESS))?;
            return Ok(part.map(|_| page));
        }
        let counts = self.ledger_counts(ledger_pk, part);
        if query.after().is_some() || query.offset() == 0 {
            let whole = Range::partition(ledger_pk);
            let (counts, items) = tokio::try_join!(counts, self.first_rows(&whole, query))?;
            return counts.map(|counts| Page::of_rows(items, 0, sum(&counts), query)).transpose();
        }
        let Some(counts) = counts.await? else { return Ok(None) };
        // Counted by month under its first day.
        self.page_at(&counts, last_of_month, query).await.map(Some)
    }

    /// Entries of a ledger by month; `None` when there is no such part.
    async fn ledger_counts<P: CountsLedger>(
        &self,
        ledger_pk: &str,
        part: impl Future<Output = Result<Option<P>, StoreError>>,
    ) -> Result<Option<Days>, StoreError> {
        let losses = async {
            let tallies = Range::partition(keys::tally_pk(ledger_pk));
            if P::HAS_LOSSES { self.query(&tallies, usize::MAX).await } else { Ok(Vec::new()) }
        };
        let (part, losses) = tokio::try_join!(part, losses)?;
        let Some(part) = part else { return Ok(None) };
        let losses =
            losses.iter().flat_map(cells).map(|(day, _, _, count)| (day.with_day(1).unwrap_or(day), count));
        let mut days = Days::new();
        for (month, count) in part.ledger_counts().months().chain(losses) {
            let source = Source::of(None, ledger_pk.to_owned());
            *days.entry(month).or_default().entry(source).or_default() += count;
        }
        Ok(Some(days))
    }
}

fn last_of_month(day: NaiveDate) -> NaiveDate {
    let next = day.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    next.and_then(|next| next.pred_opt()).unwrap_or(day)
}
