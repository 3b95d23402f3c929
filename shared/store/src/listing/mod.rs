//! Lists. Exact totals come from tallies, and so does the day on which page N starts: page 1 000 costs what
//! page 1 costs. Questions that no tally or index answers are evaluated over the rows, within a read budget.

mod centres;
mod days;
mod ledger;
mod pages;
mod searched;

pub use ledger::CountsLedger;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use dms_access::{CentralScope, ListScope, TenantScope};
use dms_domain::{
    calendar::{self, MonthKey},
    ids,
    query::{self, Filter, Operand, Operator, Query, RowKey, SEARCH, TimeSpan},
    refusal::Refusal,
    statuses::TallyCode,
};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use crate::{
    client::{Item, Store},
    entity::{Entity, from_item},
    error::StoreError,
    keys::{self, CentralKind, MasterKind, TenantKind},
    range::{Range, SortRange},
    tables::Index,
};

use days::{IstDays, cells};
use pages::{once_each, sum};

/// Bytes a list may read to evaluate filters that no index serves.
pub const READ_BUDGET_BYTES: u64 = 4 * 1024 * 1024;

/// One page of a list and how many rows the whole list has.
#[derive(Debug, Clone)]
pub struct Page<E> {
    /// The rows.
    pub rows: Vec<E>,
    /// Rows of all pages.
    pub total: u64,
    /// The last row's place in the order, when more follow: where a cursor goes on.
    pub last: Option<RowKey>,
}

/// The documents a list is made of.
#[derive(Debug, Clone)]
pub enum Listed {
    /// Documents of the dealership.
    Master(MasterKind),
    /// Documents of Central.
    Central(CentralKind, CentralScope),
    /// Documents of some centres.
    Tenant(TenantKind, Vec<TenantScope>),
    /// Documents of one partition, of an index or of the table itself: a relation. Always evaluated.
    Relation(Option<Index>, String),
    /// The same, where documents of all centres are side by side in an index, by centre: of one, or of all.
    Among(Index, String, ListScope),
}

/// How a list's states are named and counted.
#[derive(Clone, Copy)]
pub struct States {
    /// The field that holds the state.
    pub field: &'static str,
    /// The tally code of a state's name.
    pub code: fn(&str) -> Option<TallyCode>,
    /// Fields a client can add to a query that reads too much.
    pub narrow_by: &'static [&'static str],
}

/// A list without states.
pub const STATELESS: States = States { field: "", code: |_| None, narrow_by: &["createdAt"] };

/// One partition that holds rows of the list, and the tally that counts them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Source {
    pk: String,
    index: Option<Index>,
    /// Beginning of the sort keys; they are ids where there is none.
    prefix: Option<String>,
}

/// Which source holds the rows that a cell of a tally counts, by month and state.
type SourceOf = Box<dyn Fn(MonthKey, TallyCode) -> Source + Send + Sync>;

/// Rows per day and source.
type Days = BTreeMap<NaiveDate, BTreeMap<Source, u64>>;

impl Store {
    /// A page of a list, as the query asks.
    ///
    /// # Errors
    /// `QueryTooBroad` when filters without an index would read more than 4 MiB; [`StoreError::Unavailable`]
    /// or [`StoreError::Throttled`].
    pub async fn list<E: Entity>(
        &self,
        listed: &Listed,
        query: &Query,
        states: States,
    ) -> Result<Page<E>, StoreError> {
        let sought = query.text(SEARCH).map(str::trim).filter(|text| !text.is_empty());
        if let Some(text) = sought {
            return self.searched(listed, text, query, states).await;
        }
        let mut rest = query.clone();
        let span = rest.take_time_span("createdAt");
        if span.is_empty() {
            return Ok(Page { rows: Vec::new(), total: 0, last: None });
        }
        let by_time = rest.sort.iter().all(|sort| sort.field == "createdAt");
        let codes = take_codes(&mut rest.filters, states);
        let days = IstDays::of(span);
        let relation = matches!(listed, Listed::Relation(..) | Listed::Among(..));
        match (rest.filters.is_empty() && by_time && !relation, days) {
            (true, Some(days)) => self.tallied(listed, codes.as_deref(), days, query).await,
            _ => self.evaluated(listed, codes.as_deref(), span, &rest, states).await,
        }
    }

    async fn tallied<E: Entity>(
        &self,
        listed: &Listed,
        codes: Option<&[TallyCode]>,
        days: IstDays,
        query: &Query,
    ) -> Result<Page<E>, StoreError> {
        let counts = self.tallies(listed, codes, days);
        let begins_where_it_begins = query.after().is_some() || query.offset() == 0;
        match listed.only_source(codes).filter(|_| begins_where_it_begins) {
            // Where the first page begins, and one that goes on after a row, no count need tell.
            Some(source) => {
                let range = source.range(days.from, days.to);
                let (counts, items) = tokio::try_join!(counts, self.first_rows(&range, query))?;
                Page::of_rows(items, 0, sum(&counts), query)
            }
            None => self.page_at(&counts.await?, |day| day, query).await,
        }
    }

    /// Counts of rows per day and source, of the days and states asked for.
    async fn tallies(
        &self,
        listed: &Listed,
        codes: Option<&[TallyCode]>,
        days: IstDays,
    ) -> Result<Days, StoreError> {
        let tallied: Vec<(String, SourceOf)> = match listed.clone() {
            Listed::Master(kind) => vec![(
                kind.tally_pk(),
                Box::new(move |month, _| Source::of(Some(Index::Gsi1), kind.month_pk(month))),
            )],
            Listed::Central(kind, scope) => {
                let by_state = codes.is_some();
                let source = move |_: MonthKey, code: TallyCode| match by_state {
                    true => Source::of(Some(Index::Gsi1), kind.state_pk(scope, code)),
                    false => Source::of(None, kind.pk(scope)),
                };
                vec![(kind.tally_pk(scope), Box::new(source))]
            }
            Listed::Tenant(kind, scopes) => {
                let by_state = codes.is_some();
                let source = move |scope: TenantScope| {
                    move |_: MonthKey, code: TallyCode| match by_state {
                        true => Source::of(Some(Index::Gsi1), kind.state_pk(scope, code)),
                        false => Source::of(None, kind.pk(scope)),
                    }
                };
                scopes.into_iter().map(|scope| (kind.tally_pk(scope), Box::new(source(scope)) as _)).collect()
            }
            Listed::Relation(..) | Listed::Among(..) => Vec::new(),
        };
        let reads = tallied.iter().map(|(pk, _)| {
            let range = Range::partition(pk.clone()).within(days.months());
            async move { self.query(&range, usize::MAX).await }
        });
        let mut counts = Days::new();
        for ((_, source), months) in tallied.iter().zip(in_parallel(reads.collect()).await?) {
            for item in months {
                for (day, month, place, count) in cells(&item) {
                    let any = || Some(&TallyCode::STATELESS);
                    let code = codes.map_or_else(any, |codes| codes.iter().find(|code| code.place() == place));
                    if let Some(code) = code.copied().filter(|_| days.contains(day)) {
                        *counts.entry(day).or_default().entry(source(month, code)).or_default() += count;
                    }
                }
            }
        }
        Ok(counts)
    }

    async fn evaluated<E: Entity>(
        &self,
        listed: &Listed,
        codes: Option<&[TallyCode]>,
        span: TimeSpan,
        query: &Query,
        states: States,
    ) -> Result<Page<E>, StoreError> {
        let sources: Vec<Source> = match listed {
            Listed::Relation(index, pk) => vec![Source::of(*index, pk.clone())],
            Listed::Among(index, pk, scope) => vec![Source::among(*index, pk.clone(), *scope)],
            Listed::Central(kind, scope) => sources(codes, kind.pk(*scope), |code| kind.state_pk(*scope, code)),
            Listed::Tenant(kind, scopes) => {
                let of = |scope: &TenantScope| sources(codes, kind.pk(*scope), |code| kind.state_pk(*scope, code));
                scopes.iter().flat_map(of).collect()
            }
            Listed::Master(_) => {
                let counts = self.tallies(listed, codes, IstDays::around(span)).await?;
                let sources = counts.into_values().flat_map(BTreeMap::into_keys);
                sources.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
            }
        };
        let days = IstDays::around(span);
        let budget = std::sync::atomic::AtomicU64::new(0);
        let reads = sources.iter().map(|source| self.read_within(source, days, &budget, states));
        let mut items: Vec<Item> = in_parallel(reads.collect()).await?.into_iter().flatten().collect();
        once_each(&mut items);

        let relation = matches!(listed, Listed::Relation(..) | Listed::Among(..));
        evaluate(items, codes.filter(|_| relation), span, query, states)
    }

    /// All rows of a source in these days, as long as the budget lasts.
    async fn read_within(
        &self,
        source: &Source,
        days: IstDays,
        spent_bytes: &std::sync::atomic::AtomicU64,
        states: States,
    ) -> Result<Vec<Item>, StoreError> {
        let range = source.range(days.from, days.to);
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let mut rows = self.query_page(&range, None, start).await?;
            let spent = spent_bytes.fetch_add(rows.bytes, std::sync::atomic::Ordering::Relaxed) + rows.bytes;
            items.append(&mut rows.items);
            if spent > READ_BUDGET_BYTES {
                return Err(Refusal::QueryTooBroad { narrow_by: states.narrow_by.to_vec() }.into());
            }
            match rows.next {
                None => return Ok(items),
                Some(next) => start = Some(next),
            }
        }
    }
}

impl Listed {
    /// The one partition that has all rows of these states in the order of their ids, where there is one.
    fn only_source(&self, codes: Option<&[TallyCode]>) -> Option<Source> {
        let sources = match self {
            Self::Central(kind, scope) => sources(codes, kind.pk(*scope), |code| kind.state_pk(*scope, code)),
            Self::Tenant(kind, scopes) => {
                let [scope] = scopes.as_slice() else { return None };
                sources(codes, kind.pk(*scope), |code| kind.state_pk(*scope, code))
            }
            Self::Master(_) | Self::Relation(..) | Self::Among(..) => return None,
        };
        <[Source; 1]>::try_from(sources).ok().map(|[source]| source)
    }
}

/// The page of these items that the query asks for. `codes` are states that the items were not chosen by.
fn evaluate<E: Entity>(
    items: Vec<Item>,
    codes: Option<&[TallyCode]>,
    span: TimeSpan,
    query: &Query,
    states: States,
) -> Result<Page<E>, StoreError> {
    let mut rows: Vec<(Value, Item)> = Vec::with_capacity(items.len());
    for item in items {
        let document: Value = from_item(item.clone())?;
        if within(&document, span) && query::matches(&document, &query.filters) {
            rows.push((document, item));
        }
    }
    if let Some(codes) = codes {
        rows.retain(|(document, _)| state_of(document, states).is_some_and(|code| codes.contains(&code)));
    }
    rows.sort_by(|(a, _), (b, _)| query::compare(a, b, &query.sort));
    let total = rows.len() as u64;
    let offset = match query.after() {
        // Rows that came or went before this one do not move the page.
        Some(after) if !after.id.is_empty() => {
            rows.partition_point(|(row, _)| !query::is_beyond(row, after, query))
        }
        Some(_) | None => usize::try_from(query.offset()).unwrap_or(usize::MAX),
    };
    let limit = query.limit as usize;
    let more = rows.len() > offset.saturating_add(limit);
    let page: Vec<(Value, Item)> = rows.into_iter().skip(offset).take(limit).collect();
    let last = page.last().filter(|_| more).map(|(row, _)| query.row_key(row));
    let rows = page.into_iter().map(|(_, item)| from_item(item)).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, last })
}

/// Reads at the same time: an admin's list of many centres must not open a connection for each.
const PARALLEL_READS: usize = 32;

pub(crate) async fn in_parallel<T, F>(reads: Vec<F>) -> Result<Vec<T>, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    stream::iter(reads).buffered(PARALLEL_READS).try_collect().await
}

impl Source {
    /// A partition whose sort keys are ids.
    fn of(index: Option<Index>, pk: String) -> Self {
        Self { pk, index, prefix: None }
    }

    /// A centre's part of a partition whose sort keys begin with the centre, or all of it.
    fn among(index: Index, pk: String, scope: ListScope) -> Self {
        let prefix = match scope {
            ListScope::One(scope) => keys::centre_prefix(scope),
            ListScope::All(_) => String::new(),
        };
        Self { pk, index: Some(index), prefix: Some(prefix) }
    }

    /// The rows created on these days (both inclusive), and, where the sort keys are no ids, others.
    fn range(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Range {
        let range = match self.index {
            // A part that has recovered stays in the index until it is next taken from.
            Some(index @ Index::LowStock) => {
                return Range::index(index, self.pk.clone()).within(SortRange::AtMost(0));
            }
            Some(index @ (Index::Gsi1 | Index::Gsi2)) => Range::index(index, self.pk.clone()),
            None => Range::partition(self.pk.clone()),
        };
        match &self.prefix {
            None => {}
            // A prefix of nothing is none for DynamoDB.
            Some(prefix) if prefix.is_empty() => return range,
            Some(prefix) => return range.within(SortRange::Prefix(prefix.clone())),
        }
        if from.is_none() && to.is_none() {
            return range;
        }
        let first = from.map_or(0, |day| calendar::ist_day_start_utc(day).timestamp_millis());
        let last = to
            .and_then(|day| day.succ_opt())
            .map_or(MAX_ID_MS, |next| calendar::ist_day_start_utc(next).timestamp_millis() - 1);
        range.within(SortRange::Between(ids::lower_bound(first), ids::upper_bound(last)))
    }
}

/// The last millisecond a UUIDv7 can express.
const MAX_ID_MS: i64 = (1 << 48) - 1;

/// The whole list, or the index's partitions of these states.
fn sources(codes: Option<&[TallyCode]>, all: String, state_pk: impl Fn(TallyCode) -> String) -> Vec<Source> {
    match codes {
        None => vec![Source::of(None, all)],
        Some(codes) => codes.iter().map(|code| Source::of(Some(Index::Gsi1), state_pk(*code))).collect(),
    }
}

fn state_of(document: &Value, states: States) -> Option<TallyCode> {
    (states.code)(document.get(states.field)?.as_str()?)
}

fn within(document: &Value, span: TimeSpan) -> bool {
    let created = document.get("createdAt").and_then(Value::as_str);
    let created = created.and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    created.is_none_or(|created| span.contains(created.with_timezone(&Utc)))
}

/// Takes a filter on the state out of the filters, as tally codes.
fn take_codes(filters: &mut Vec<Filter>, states: States) -> Option<Vec<TallyCode>> {
    let position = filters.iter().position(|filter| {
        filter.field.name == states.field && matches!(filter.operator, Operator::Eq | Operator::In)
    })?;
    let filter = filters.remove(position);
    let names = filter.operands.iter().filter_map(|operand| match operand {
        Operand::Text(name) => Some(name.as_str()),
        Operand::Number(_) | Operand::Bool(_) | Operand::Time(..) => None,
    });
    let mut codes: Vec<TallyCode> = names.filter_map(states.code).collect();
    codes.sort_unstable();
    codes.dedup();
    Some(codes)
}
