//! Reading the rows of a page, of which the counts tell the days and the place within them: from the beginning or the end
//! of its days, or outwards from where the first meets the others, whichever takes the fewest read units; and of many
//! partitions of each about its share.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::NaiveDate;
use dms_domain::query::{Query, RowKey};
use uuid::Uuid;

use super::{
    Days, Page, Source,
    days::{Day, Window, window, window_after},
    in_parallel,
};
use crate::{
    client::{Item, Store, number},
    entity::{Entity, from_item},
    error::StoreError,
    range::Range,
};

/// What is to be read of a partition.
struct Look {
    range: Range,
    /// Rows to read at first.
    first: usize,
    /// Rows there are.
    rows: usize,
}

/// The first rows of some days together, or the last, or those from a row on.
struct Part<'a> {
    days: &'a [Day],
    wanted: usize,
    /// Read against the order of the list.
    from_the_end: bool,
    /// The row from which on they are read.
    from_row: Option<&'a str>,
}

/// What to read for a page, and how many of the rows read come before it.
#[derive(Default)]
struct Plan<'a> {
    parts: Vec<Part<'a>>,
    skip: usize,
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
        let descending = is_descending(query);
        let found = match query.after() {
            None => window(counts, descending, query.offset(), query.limit.into()),
            Some(after) => window_after(counts, descending, after, query.limit.into()),
        };
        let Some(window) = found else { return Ok(Page { rows: Vec::new(), total, last: None }) };
        let Plan { parts, skip } = window.plan::<E>(query);
        let reads = parts.iter().map(|part| {
            let looks = part.looks(descending, last_day).collect();
            self.rows_of::<E>(looks, part.wanted, descending != part.from_the_end)
        });
        let items = in_parallel(reads.collect()).await?.into_iter().flatten().collect();
        Page::of_rows(items, skip, total, query)
    }

    /// The first rows of these partitions together: of each at first its share, as far as the read unit it takes goes, then
    /// what may be missing. More than its share would be a unit more of each of a dozen; what is missing is one of a few.
    async fn rows_of<E: Entity>(
        &self,
        mut looks: Vec<Look>,
        wanted: usize,
        descending: bool,
    ) -> Result<Vec<Item>, StoreError> {
        if looks.len() > 1 {
            looks.iter_mut().for_each(|look| look.first = whole_units::<E>(look.first));
        }
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
            let rest = (has_more && is_missed).then(|| look.range.clone().beyond(&next(last, descending)))?;
            Some(match last_wanted {
                Some(wanted) => rest.until(wanted),
                None => rest,
            })
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

impl Window {
    /// The cheapest way to read the page that a query asks for.
    fn plan<'a, E: Entity>(&'a self, query: &'a Query) -> Plan<'a> {
        let limit = query.limit as usize;
        if let Some(after) = query.after() {
            // Also the row after which the page begins, and the one that tells whether more follow.
            let part = Part { from_row: Some(&after.id), ..Part::first(&self.days, limit + 2) };
            return Plan { parts: vec![part], skip: 0 };
        }
        let forwards = Part::first(&self.days, self.skip + limit);
        let backwards = Part::last(&self.days, forwards.size().saturating_sub(self.skip));
        let mut plans =
            vec![Plan { parts: vec![forwards], skip: self.skip }, Plan { parts: vec![backwards], skip: 0 }];
        if let Some((first, others)) = self.days.split_first().filter(|(_, others)| !others.is_empty()) {
            let rest = first.size().saturating_sub(self.skip);
            let backwards = Part::last(std::slice::from_ref(first), rest);
            let outwards = vec![backwards, Part::first(others, limit.saturating_sub(rest))];
            plans.push(Plan { parts: outwards, skip: 0 });
        }
        plans.into_iter().min_by_key(Plan::cost::<E>).unwrap_or_default()
    }
}

impl Plan<'_> {
    /// About how many read units it takes, and rows.
    fn cost<E: Entity>(&self) -> (usize, usize) {
        let looks =
            self.parts.iter().flat_map(|part| part.sources().into_iter().map(|source| part.first_look(source)));
        looks.fold((0, 0), |(units, rows), look| (units + look.div_ceil(rows_of_a_unit::<E>()), rows + look))
    }
}

impl<'a> Part<'a> {
    /// The first rows of some days.
    fn first(days: &'a [Day], wanted: usize) -> Self {
        Self { days, wanted, from_the_end: false, from_row: None }
    }

    /// The last rows of some days.
    fn last(days: &'a [Day], wanted: usize) -> Self {
        Self { from_the_end: true, ..Self::first(days, wanted) }
    }

    fn size(&self) -> usize {
        self.days.iter().map(Day::size).sum()
    }

    fn size_in(&self, source: &Source) -> usize {
        self.days.iter().map(|day| day.size_in(source)).sum()
    }

    fn sources(&self) -> BTreeSet<&Source> {
        self.days.iter().flat_map(|day| day.rows.keys()).collect()
    }

    /// What to read of every source, newest first for a list in descending order that is not read from its end.
    fn looks(&self, descending: bool, last_day: fn(NaiveDate) -> NaiveDate) -> impl Iterator<Item = Look> {
        let from = self.days.iter().map(|day| day.date).min();
        let to = self.days.iter().map(|day| last_day(day.date)).max();
        self.sources().into_iter().map(move |source| {
            let range = source.range(from, to);
            let range = if descending != self.from_the_end { range } else { range.ascending() };
            let range = match self.from_row {
                Some(id) => range.beyond(id),
                None => range,
            };
            Look { range, first: self.first_look(source), rows: self.size_in(source) }
        })
    }

    /// How many rows of a source are likely among the wanted ones: those of the days that lie among them as a whole, and
    /// of the day that does not its share. Where they begin within a day is not known of a row: its share of all days.
    fn first_look(&self, source: &Source) -> usize {
        if self.from_row.is_some() {
            return share(self.wanted, self.size_in(source), self.size());
        }
        let mut days: Vec<&Day> = self.days.iter().collect();
        if self.from_the_end {
            days.reverse();
        }
        let (mut rest, mut likely) = (self.wanted, 0);
        for day in days {
            likely += share(rest, day.size_in(source), day.size());
            rest = rest.saturating_sub(day.size());
        }
        likely
    }
}

/// Of some rows, those of a source that has `of_source` of all rows: not fewer.
fn share(rows: usize, of_source: usize, of_all: usize) -> usize {
    rows.saturating_mul(of_source).div_ceil(of_all.max(1)).min(of_source)
}

/// As many rows as can be read for the units (of 4 KiB) that these take.
fn whole_units<E: Entity>(rows: usize) -> usize {
    rows.next_multiple_of(rows_of_a_unit::<E>())
}

fn rows_of_a_unit<E: Entity>() -> usize {
    (4_096 / E::TYPICAL_BYTES).max(1)
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

/// The id that follows another one in the order of the list.
fn next(id: &str, descending: bool) -> String {
    let Ok(uuid) = id.parse::<Uuid>() else { return id.to_owned() };
    let number = uuid.as_u128();
    Uuid::from_u128(if descending { number.saturating_sub(1) } else { number.saturating_add(1) }).to_string()
}

fn id(item: &Item) -> Option<&str> {
    item.get("id").and_then(|id: &AttributeValue| id.as_s().ok()).map(String::as_str)
}
