//! Time: instants are UTC; days, months and years are those of India (decisions, "Words").

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, SecondsFormat, SubsecRound, TimeZone, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// India's offset from UTC; it has no daylight saving time.
const IST_OFFSET_SECS: i32 = 5 * 3600 + 1800;

/// Tells the time. Rules and handlers never ask the machine: they get a clock, so tests can set it.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
}

/// The calendar day in India at this moment.
pub fn ist_date(moment: DateTime<Utc>) -> NaiveDate {
    (moment.naive_utc() + chrono::TimeDelta::seconds(i64::from(IST_OFFSET_SECS))).date()
}

/// The moment at which a calendar day begins in India.
pub fn ist_day_start_utc(day: NaiveDate) -> DateTime<Utc> {
    Utc.from_utc_datetime(&(day.and_time(NaiveTime::MIN) - chrono::TimeDelta::seconds(i64::from(IST_OFFSET_SECS))))
}

/// A calendar day, `YYYY-MM-DD` with four digits of the year.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    let is_plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    text.parse().ok().filter(|day: &NaiveDate| is_plain && day.year() >= 1)
}

/// A moment as the API writes it: RFC 3339, UTC, milliseconds.
pub fn timestamp(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A moment as documents store it: to the millisecond, as text that sorts by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// The moment, cut to the millisecond.
    pub fn new(moment: DateTime<Utc>) -> Self {
        Self(moment.trunc_subsecs(3))
    }

    /// The moment.
    pub fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// The calendar day in India.
    pub fn ist_date(self) -> NaiveDate {
        ist_date(self.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&timestamp(self.0))
    }
}

impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::{KnownFormat, SchemaFormat, schema::ObjectBuilder, schema::Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .examples(["2025-12-20T10:00:00.000Z"])
            .into()
    }
}

impl utoipa::ToSchema for Timestamp {}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let moment: DateTime<FixedOffset> =
            DateTime::parse_from_rfc3339(&text).map_err(serde::de::Error::custom)?;
        Ok(Self::new(moment.with_timezone(&Utc)))
    }
}

/// A calendar month: `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthKey {
    year: i32,
    month: u32,
}

impl MonthKey {
    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    /// Its year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// 1 to 12.
    pub fn month(self) -> u32 {
        self.month
    }

    /// Its first day, and that of the next month.
    pub fn first_days(self) -> (NaiveDate, NaiveDate) {
        let first = |year, month| NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(NaiveDate::MAX);
        let next = if self.month == 12 { (self.year.saturating_add(1), 1) } else { (self.year, self.month + 1) };
        (first(self.year, self.month), first(next.0, next.1))
    }
}

impl fmt::Display for MonthKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for MonthKey {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let day = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").map_err(|_| ())?;
        Ok(Self::of(day))
    }
}

/// An Indian financial year, April to March, named by its first calendar year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FinancialYear(i32);

impl FinancialYear {
    /// The financial year of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self(if day.month() >= 4 { day.year() } else { day.year() - 1 })
    }

    /// The last day on which a credit note can still reduce the tax of a supply of this year: 30 November after it ended
    /// (CGST section 34(2)).
    pub fn last_day_of_credit_notes(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.0.saturating_add(1), 11, 30).unwrap_or(NaiveDate::MAX)
    }

    /// The last day on which its tax records must be kept: 72 months from the day on which its annual return is due, 31
    /// December after it ended (CGST sections 36 and 44, Rule 80).
    pub fn last_day_of_records(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.0.saturating_add(7), 12, 31).unwrap_or(NaiveDate::MAX)
    }
}

impl fmt::Display for FinancialYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_in_india_begins_at_half_past_six_in_the_evening_utc() {
        let start = ist_day_start_utc(day("2026-04-01"));
        assert_eq!(timestamp(start), "2026-03-31T18:30:00.000Z");
        assert_eq!(ist_date(start), day("2026-04-01"));
        assert_eq!(ist_date(start - chrono::TimeDelta::milliseconds(1)), day("2026-03-31"));
    }

    #[test]
    fn the_financial_year_begins_in_april() {
        assert_eq!(FinancialYear::of(day("2026-03-31")).to_string(), "2025");
        assert_eq!(FinancialYear::of(day("2026-04-01")).to_string(), "2026");
        assert_eq!(FinancialYear::of(day("2026-03-31")).last_day_of_credit_notes(), day("2026-11-30"));
    }

    #[test]
    fn months_are_written_and_read_alike_and_sort_by_time() {
        let month = MonthKey::of(day("2026-11-23"));
        assert_eq!(month.to_string(), "2026-11");
        assert_eq!("2026-11".parse(), Ok(month));
        assert_eq!("2026-13".parse::<MonthKey>(), Err(()));
        assert!(MonthKey::of(day("2025-12-31")) < month);
        assert_eq!(month.first_days(), (day("2026-11-01"), day("2026-12-01")));
        assert_eq!(MonthKey::of(day("2025-12-31")).first_days(), (day("2025-12-01"), day("2026-01-01")));
    }

    #[test]
    fn a_timestamp_survives_storage() {
        let stored = Timestamp::new(DateTime::from_timestamp(1_700_000_000, 123_456_789).unwrap());
        let text = serde_json::to_string(&stored).unwrap();
        assert_eq!(text, "\"2023-11-14T22:13:20.123Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&text).unwrap(), stored);
    }
}
