//! The days that a question is about.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};
use dms_domain::{
    calendar::{MonthKey, parse_day},
    query::{Query, QueryError},
};

/// Three years: what is read for an answer has an end.
const MAX_DAYS: i64 = 1_096;

/// The names of the parameters.
pub(crate) const FROM: &str = "dateFrom";
pub(crate) const TO: &str = "dateTo";

/// The period asked for; none when no day is named. It ends today unless an end is named.
///
/// # Errors
/// [`QueryError`] naming the parameter.
pub(crate) fn asked(query: &Query, today: NaiveDate) -> Result<Option<RangeInclusive<NaiveDate>>, QueryError> {
    let day = |name: &'static str| {
        let text = query.text(name);
        let parsed = text.map(|text| parse_day(text).filter(|day| (1970..=9999).contains(&day.year())));
        match parsed {
            Some(None) => Err(QueryError::new(name, "must be a day, like 2026-01-31")),
            Some(day) => Ok(day),
            None => Ok(None),
        }
    };
    let (from, to) = match (day(FROM)?, day(TO)?) {
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err(QueryError::new(FROM, "is required beside dateTo")),
        (Some(from), to) => (from, to.unwrap_or(today.max(from))),
    };
    if to < from {
        return Err(QueryError::new(TO, "must not be before dateFrom"));
    }
    if (to - from).num_days() >= MAX_DAYS {
        return Err(QueryError::new(FROM, format!("must be at most {MAX_DAYS} days before dateTo")));
    }
    Ok(Some(from..=to))
}

/// The same; this month up to today when no day is named.
///
/// # Errors
/// [`QueryError`] naming the parameter.
pub(crate) fn asked_or_this_month(
    query: &Query,
    today: NaiveDate,
) -> Result<RangeInclusive<NaiveDate>, QueryError> {
    let this_month = || MonthKey::of(today).first_days().0..=today;
    Ok(asked(query, today)?.unwrap_or_else(this_month))
}
