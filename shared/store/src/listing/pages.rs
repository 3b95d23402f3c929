//! Reading the rows of a page, of which the counts tell the days and the place within them: from the nearer end of
//! those days, and of many partitions of each about its share.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::NaiveDate;
use dms_domain::query::{Query, RowKey};

use super::{
    Days, Page, Source,
    days::{Window, window, window_after},
    in_parallel,
};
use crate::{
    client::{Item, Range, Store, number},
    entity::{Entity, from_item},
    error::StoreError,
};

/// What is to be read of a partition.
struct Look {
    range: Range,
    /// Rows to read at first.
    first: usize,
    /// Rows there are.
    rows: usize,
}

impl Store {
    /// The page of a list that is counted so. `last_day` is that of the days counted under one.
    pub(super) async fn page_at<E: Entity>(
        &self,
        counts: &Days,
        last_day: fn(NaiveDate) -> NaiveDate,
        query: &Query,
    ) -> Result<Page<E>, StoreError> {
        let total = sum(counts);
        let (descending, limit) = (is_descending(query), u64::from(query.limit));
        let found = match query.after() {
            None => window(counts, descending, query.offset(), limit),
            Some(after) => window_after(counts, descending, after, limit),
        };
        let Some(window) = found else { return Ok(Page { rows: Vec::new(), total, last: None }) };
        let range = |source: &Source| source.range(Some(window.from), Some(last_day(window.to)));
        if let Some(after) = query.after() {
            let reads = window.rows_by_source().into_keys().map(|source| {
                let range = range(source);
                let range = if descending { range } else { range.ascending() };
                // Also the row after which the page begins, and the one that tells whether more follow.
                async move { self.query(&range.beyond(&after.id), query.limit as usize + 2).await }
            });
            let items = in_parallel(reads.collect()).await?.into_iter().flatten().collect();
            return Page::of_rows(items, 0, total, query);
        }
        let forwards = window.skip + query.limit as usize;
        let backwards = window.rows().saturating_sub(window.skip);
        let from_the_end = backwards < forwards;
        let wanted = if from_the_end { backwards } else { forwards };
        let looks = window.rows_by_source().into_iter().map(|(source, rows)| {
            let range = range(source);
            let range = if descending != from_the_end { range } else { range.ascending() };
            Look { range, first: first_look(&window, source, from_the_end, wanted), rows }
        });
        let items = self.rows_of(looks.collect(), wanted, descending != from_the_end).await?;
        let skip = if from_the_end { 0 } else { window.skip };
        Page::of_rows(items, skip, total, query)
    }

    /// The first rows of these partitions together: of each at first what is likely to be among them, then what may be
    /// missing.
    async fn rows_of(&self, looks: Vec<Look>, wanted: usize, descending: bool) -> Result<Vec<Item>, StoreError> {
        let first = in_parallel(looks.iter().map(|look| self.query(&look.range, look.first)).collect()).await?;
        let beyond = |a: &str, b: &str| if descending { a < b } else { a > b };
        let mut ids: Vec<&str> = first.iter().flatten().filter_map(id).collect();
        ids.sort_unstable();
        ids.dedup();
        if descending {
            ids.reverse();
        }
        let last_wanted = ids.get(wanted.saturating_sub(1));
        let missing = looks.iter().zip(&first).filter_map(|(look, rows)| {
            let last = id(rows.last()?)?;
            let has_more = rows.len() >= look.first && look.rows > look.first;
            let is_missed = last_wanted.is_none_or(|wanted| beyond(wanted, last));
            (has_more && is_missed).then(|| look.range.clone().beyond(last))
        });
        let missing: Vec<Range> = missing.collect();
        let more = in_parallel(missing.iter().map(|range| self.query(range, wanted)).collect()).await?;
        let mut items: Vec<Item> = first.into_iter().chain(more).flatten().collect();
        once_each(&mut items);
        if !descending {
            items.reverse();
        }
        items.truncate(wanted);
        Ok(items)
    }

    /// The first rows of a range that is in the order of the list, or those from a row on and one more.
    pub(super) async fn first_rows(&self, whole: &Range, query: &Query) -> Result<Vec<Item>, StoreError> {
        let range = if is_descending(query) { whole.clone() } else { whole.clone().ascending() };
        let limit = query.limit as usize;
        match query.after() {
            None => self.query(&range, limit).await,
            Some(after) => self.query(&range.beyond(&after.id), limit + 2).await,
        }
    }
}

/// How many rows of a source are likely among the first `wanted` of the window: those of the days that lie among them as a
/// whole, and of the day that does not its share and some more.
fn first_look(window: &Window, source: &Source, from_the_end: bool, wanted: usize) -> usize {
    let mut days: Vec<&BTreeMap<Source, u64>> = window.days.iter().collect();
    if from_the_end {
        days.reverse();
    }
    let (mut before, mut likely) = (0, 0);
    for day in days {
        let of_day = size(day.values().sum());
        let of_source = size(day.get(source).copied().unwrap_or_default());
        let rest = wanted.saturating_sub(before);
        if rest >= of_day || of_source == of_day {
            likely += of_source.min(rest);
        } else {
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            // small
            let share = {
                let share = rest as f64 * of_source as f64 / of_day as f64;
                ((share + 3.0 * share.sqrt()) as usize).max(1)
            };
            likely += share.min(of_source).min(rest);
        }
        before += of_day;
        if before >= wanted {
            break;
        }
    }
    likely
}

pub(super) fn size(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}

impl<E: Entity> Page<E> {
    /// The page that a query asks for, of rows in no order that follow each other in the list: `skip` of them come
    /// before the page, or, with a cursor, the row it goes on after.
    pub(super) fn of_rows(
        mut items: Vec<Item>,
        skip: usize,
        total: u64,
        query: &Query,
    ) -> Result<Self, StoreError> {
        let after = query.after().map(|after| after.id.as_str());
        let limit = query.limit as usize;
        once_each(&mut items);
        items.retain(|item| after.is_none() || id(item) != after);
        if !is_descending(query) {
            items.reverse();
        }
        let more = match after {
            Some(_) => items.len() > limit,
            None => query.offset() + (limit as u64) < total,
        };
        let page: Vec<Item> = items.into_iter().skip(skip).take(limit).collect();
        let last = page.last().filter(|_| more).and_then(id);
        let last = last.map(|id| RowKey { id: id.to_owned(), values: Vec::new() });
        Ok(Self { rows: page.into_iter().map(from_item).collect::<Result<_, _>>()?, total, last })
    }
}

fn is_descending(query: &Query) -> bool {
    query.sort.first().is_none_or(|sort| sort.descending)
}

/// Rows of all days.
pub(super) fn sum(counts: &Days) -> u64 {
    counts.values().flat_map(BTreeMap::values).sum()
}

/// Brings items into the order of their ids, newest first, each but once: a document that changes its state while
/// the partitions of both are read is in both, and its newest version counts.
pub(super) fn once_each(items: &mut Vec<Item>) {
    items.sort_by(|a, b| (id(b), number(b, "version")).cmp(&(id(a), number(a, "version"))));
    items.dedup_by(|older, newer| id(older).is_some() && id(older) == id(newer));
}

fn id(item: &Item) -> Option<&str> {
    item.get("id").and_then(|id: &AttributeValue| id.as_s().ok()).map(String::as_str)
}
