//! Which days a page lies on: the tallies tell.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta};
use dms_domain::{
    calendar::{self, MonthKey},
    ids,
    query::{RowKey, TimeSpan},
};

use super::{Days, Source, pages::size};
use crate::{client::Item, range::SortRange, tally};

/// The days of a list that a page lies on.
pub(super) struct Window {
    /// Rows of the first day before the page.
    pub(super) skip: usize,
    /// In the order of the list.
    pub(super) days: Vec<Day>,
}

/// How many rows a day has, by source.
#[derive(Clone)]
pub(super) struct Day {
    pub(super) date: NaiveDate,
    pub(super) rows: BTreeMap<Source, u64>,
}

impl Day {
    pub(super) fn size(&self) -> usize {
        self.rows.values().map(|rows| size(*rows)).sum()
    }

    pub(super) fn size_in(&self, source: &Source) -> usize {
        self.rows.get(source).map_or(0, |rows| size(*rows))
    }
}

/// The counts of one month's tally item, by day and the place of the state.
pub(super) fn cells(item: &Item) -> Vec<(NaiveDate, MonthKey, Option<u32>, u64)> {
    let month: Option<MonthKey> = crate::client::text(item, "sk").and_then(|month| month.parse().ok());
    let Some(month) = month else { return Vec::new() };
    let days = item.iter().filter_map(|(name, value)| tally::counts(name, value.as_n().ok()?));
    let cells = days.flat_map(|(day, counts)| {
        let date = NaiveDate::from_ymd_opt(month.year(), month.month(), day);
        date.into_iter().flat_map(move |date| {
            counts.clone().into_iter().map(move |(place, count)| (date, month, place, count))
        })
    });
    cells.collect()
}

/// The days on which the rows from `offset` lie, and how many rows of the first day come before them.
pub(super) fn window(counts: &Days, descending: bool, offset: u64, limit: u64) -> Option<Window> {
    let ordered: Vec<(&NaiveDate, &BTreeMap<Source, u64>)> =
        if descending { counts.iter().rev().collect() } else { counts.iter().collect() };
    let mut before = 0;
    let mut window: Option<Window> = None;
    for (date, rows) in ordered {
        let end = before + rows.values().sum::<u64>();
        if end > before && end > offset && before < offset.saturating_add(limit) {
            let skip = size(offset.saturating_sub(before));
            let open = window.get_or_insert(Window { skip, days: Vec::new() });
            open.days.push(Day { date: *date, rows: rows.clone() });
        }
        before = end;
    }
    window
}

/// The days on which the rows after a row lie, its own day included.
pub(super) fn window_after(counts: &Days, descending: bool, after: &RowKey, limit: u64) -> Option<Window> {
    let id: uuid::Uuid = after.id.parse().ok()?;
    let date = calendar::ist_date(DateTime::from_timestamp_millis(ids::created_at_ms(&id))?);
    let beyond = |other: &NaiveDate| if descending { *other <= date } else { *other >= date };
    let rest: Days =
        counts.iter().filter(|(other, _)| beyond(other)).map(|(day, rows)| (*day, rows.clone())).collect();
    let of_its_day: u64 = rest.get(&date).map_or(0, |sources| sources.values().sum());
    window(&rest, descending, 0, limit + of_its_day + 1)
}

/// A span of whole days in India, both ends inclusive; open where `None`.
#[derive(Debug, Clone, Copy)]
pub(super) struct IstDays {
    pub(super) from: Option<NaiveDate>,
    pub(super) to: Option<NaiveDate>,
}

impl IstDays {
    /// The days of a span, if it begins and ends on day boundaries: only such spans can be tallied.
    pub(super) fn of(span: TimeSpan) -> Option<Self> {
        let days = Self::around(span);
        let aligned_from = span.from.is_none_or(|from| days.from.map(calendar::ist_day_start_utc) == Some(from));
        let aligned_to = span.to.is_none_or(|to| {
            let next = days.to.and_then(|day| day.succ_opt()).map(calendar::ist_day_start_utc);
            next == Some(to + TimeDelta::milliseconds(1))
        });
        (aligned_from && aligned_to).then_some(days)
    }

    /// The days a span touches.
    pub(super) fn around(span: TimeSpan) -> Self {
        let first = NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or(NaiveDate::MIN);
        let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX);
        // The keys of months have four digits.
        let day = |moment| calendar::ist_date(moment).clamp(first, last);
        Self { from: span.from.map(day), to: span.to.map(day) }
    }

    pub(super) fn contains(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to)
    }

    /// The sort keys of the tallies of these days' months.
    pub(super) fn months(&self) -> SortRange {
        if self.from.is_none() && self.to.is_none() {
            return SortRange::All;
        }
        let month = |day: NaiveDate| format!("{:04}-{:02}", day.year(), day.month());
        SortRange::Between(
            self.from.map_or_else(|| "0000-00".to_owned(), month),
            self.to.map_or_else(|| "9999-99".to_owned(), month),
        )
    }
}
