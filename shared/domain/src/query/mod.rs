//! The query language of lists: one grammar, one parser. Each endpoint declares in one table what can be
//! filtered, sorted and expanded; the parser, the documentation and the error texts come from it.

mod evaluate;
mod parse;
pub mod relations;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

pub use evaluate::{compare, is_beyond, matches};

/// Rows on a page when the request does not say.
pub const DEFAULT_LIMIT: u32 = 20;
/// Most rows on a page.
pub const MAX_LIMIT: u32 = 100;

/// The parameter that says what a list is searched for, among [`QuerySpec::texts`].
pub const SEARCH: &str = "search";

/// What an endpoint's query string may say.
#[derive(Debug, Clone, Copy)]
pub struct QuerySpec {
    /// `filter[…]`.
    pub filters: &'static [Field],
    /// `sort=`; the first one, descending, is the default.
    pub sorts: &'static [&'static str],
    /// `expand=`: the first steps. What follows them, [`relations`] says.
    pub expands: &'static [&'static str],
    /// Whether the answer is a list: `page`, `limit`, `sort`, `filter`.
    pub list: bool,
    /// Whether `serviceCenterId=` is understood.
    pub by_centre: bool,
    /// Plain parameters of the endpoint's own, such as what to search for.
    pub texts: &'static [&'static str],
}

impl QuerySpec {
    /// Figures of a centre or of all: `fields`, `serviceCenterId`, and parameters of their own.
    pub const fn figures(texts: &'static [&'static str]) -> Self {
        Self { filters: &[], sorts: &[], expands: &[], list: false, by_centre: true, texts }
    }

    /// One document: `fields` and `expand`.
    pub const fn document(expands: &'static [&'static str]) -> Self {
        Self { filters: &[], sorts: &[], expands, list: false, by_centre: false, texts: &[] }
    }
}

/// A field that can be filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in the API and in the document.
    pub name: &'static str,
    /// What its values are.
    pub kind: FieldKind,
}

/// What a field's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Any text.
    Text,
    /// A document's id.
    Id,
    /// A whole number.
    Number,
    /// A calendar day, stored as `YYYY-MM-DD`.
    Date,
    /// A moment, stored in RFC 3339; a plain day in a filter means that day in India.
    Time,
    /// `true` or `false`.
    Bool,
    /// One of these.
    Choice(&'static [&'static str]),
}

/// Comparison of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// One of several, separated by commas.
    In,
    /// Contains, whatever the case; texts only.
    Like,
}

impl Operator {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 8] =
        [Self::Eq, Self::Ne, Self::Gt, Self::Gte, Self::Lt, Self::Lte, Self::In, Self::Like];

    /// As written in the query string.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::In => "in",
            Self::Like => "like",
        }
    }
}

/// A parsed value of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// Text, id, choice or day: compared as text.
    Text(String),
    /// Compared as a number.
    Number(i64),
    /// Compared as truth.
    Bool(bool),
    /// A moment or, given as a day, the day's first and last millisecond.
    Time(DateTime<Utc>, DateTime<Utc>),
}

/// One condition; all of a query's must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The field.
    pub field: Field,
    /// The comparison.
    pub operator: Operator,
    /// What to compare with; several only for [`Operator::In`].
    pub operands: Vec<Operand>,
}

/// An order of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The field.
    pub field: &'static str,
    /// Largest or newest first.
    pub descending: bool,
}

/// A relation to show, with the most rows to show of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expand {
    /// The relations' names, one for each step: `["vehicles", "serviceHistory"]`.
    pub path: Vec<&'static str>,
    /// `serviceHistory.limit=` or `vehicles.serviceHistory.limit=`.
    pub limit: Option<u32>,
}

/// Where a row stands in the order of its list: its sorted fields, and its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowKey {
    /// The document's id; empty for rows without one.
    pub id: String,
    /// The values of the sorted fields, in their order.
    pub values: Vec<Value>,
}

/// The place in a list after which a page begins: what a `cursor` stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Number of the page that begins here, from 1.
    pub page: u32,
    /// Rows before it, as far as the list has not changed.
    pub offset: u64,
    /// The last row before it; none of lists that are only counted.
    pub after: Option<RowKey>,
}

/// A parsed query string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// From 1.
    pub page: u32,
    /// Rows on a page.
    pub limit: u32,
    /// Fields to show; empty: all.
    pub fields: Vec<String>,
    /// Relations to show.
    pub expand: Vec<Expand>,
    /// The order; never empty for a list.
    pub sort: Vec<Sort>,
    /// The conditions.
    pub filters: Vec<Filter>,
    /// `serviceCenterId=`.
    pub service_center_id: Option<Uuid>,
    /// The endpoint's own parameters.
    pub texts: Vec<(&'static str, String)>,
    /// `cursor=`, as it was given.
    pub cursor: Option<String>,
    /// What the cursor stands for, once its signature is checked.
    pub position: Option<Position>,
}

/// What a query string says wrongly: answered 400.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// The parameter at fault, as it was written.
    pub parameter: String,
    /// The how manieth of the query string it is, from 1; 0 where that does not matter.
    pub position: usize,
    /// What is wrong, with the valid choices.
    pub message: String,
}

impl QueryError {
    /// What is wrong with a parameter whose position does not matter, or is told later.
    pub fn new(parameter: &str, message: impl Into<String>) -> Self {
        Self { parameter: parameter.to_owned(), position: 0, message: message.into() }
    }
}

/// A span of time, both ends inclusive; open where `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeSpan {
    /// First moment.
    pub from: Option<DateTime<Utc>>,
    /// Last moment.
    pub to: Option<DateTime<Utc>>,
}

impl Query {
    /// Rows before this page.
    pub fn offset(&self) -> u64 {
        let of_page = || u64::from(self.page - 1) * u64::from(self.limit);
        self.position.as_ref().map_or_else(of_page, |position| position.offset)
    }

    /// The row after which this page begins, where a cursor names one.
    pub fn after(&self) -> Option<&RowKey> {
        self.position.as_ref()?.after.as_ref()
    }

    /// The key of a row in the order of this query.
    pub fn row_key(&self, document: &Value) -> RowKey {
        let value = |field: &str| document.get(field).cloned().unwrap_or_default();
        let id = document.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        RowKey { id, values: self.sort.iter().map(|sort| value(sort.field)).collect() }
    }

    /// What a cursor of this query is bound to: another order or other conditions make it void.
    pub fn binding(&self) -> String {
        format!("{:?} {:?} {:?} {:?}", self.sort, self.filters, self.service_center_id, self.texts)
    }

    /// One of the endpoint's own parameters.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a relation of the document itself is to be shown.
    pub fn expands(&self, name: &str) -> bool {
        self.expand.iter().any(|expand| expand.path == [name])
    }

    /// The one value a field must equal, if a filter says so.
    pub fn equals(&self, field: &str) -> Option<&str> {
        self.filters.iter().find_map(|filter| match (filter.operator, filter.operands.as_slice()) {
            (Operator::Eq, [Operand::Text(value)]) if filter.field.name == field => Some(value.as_str()),
            _ => None,
        })
    }

    /// Takes the conditions on a moment out of the filters, as one span. Only ranges and equality form a
    /// span; other comparisons stay.
    pub fn take_time_span(&mut self, field: &str) -> TimeSpan {
        let mut span = TimeSpan::default();
        self.filters.retain(|filter| {
            let [Operand::Time(first, last)] = filter.operands.as_slice() else { return true };
            if filter.field.name != field {
                return true;
            }
            // Documents are of whole milliseconds; what a filter says need not be.
            let millisecond = TimeDelta::milliseconds(1);
            let whole = first.trunc_subsecs(3);
            match filter.operator {
                Operator::Eq => span = span.and(Some(*first), Some(*last)),
                Operator::Gt => span = span.and(Some(last.trunc_subsecs(3) + millisecond), None),
                Operator::Gte => span = span.and(Some(*first), None),
                Operator::Lt if whole < *first => span = span.and(None, Some(whole)),
                Operator::Lt => span = span.and(None, Some(whole - millisecond)),
                Operator::Lte => span = span.and(None, Some(*last)),
                Operator::Ne | Operator::In | Operator::Like => return true,
            }
            false
        });
        span
    }
}

impl TimeSpan {
    fn and(self, from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>) -> Self {
        let later = |a: Option<DateTime<Utc>>, b| a.max(b);
        let earlier = |a: Option<DateTime<Utc>>, b: Option<DateTime<Utc>>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self { from: later(self.from, from), to: earlier(self.to, to) }
    }

    /// Whether the span ends before it begins: no moment lies in it.
    pub fn is_empty(&self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if from > to)
    }

    /// Whether a moment lies in the span.
    pub fn contains(&self, moment: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| moment >= from) && self.to.is_none_or(|to| moment <= to)
    }
}
