//! The naive evaluation: plain Rust over the rows as they are answered. Nothing of the product's code is used,
//! so that both may not be wrong in the same way.

use std::cmp::Ordering;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
use serde_json::Value;

use super::{
    search::Search,
    table::{Kind, List},
};

/// A question: conditions, an order, a page.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) filters: Vec<Condition>,
    /// Field, and whether it descends.
    pub(super) sort: Vec<(String, bool)>,
    /// 20 rows of the first page unless given.
    pub(super) page: Option<usize>,
    pub(super) limit: Option<usize>,
    pub(super) centre: Option<String>,
    pub(super) search: Option<Search>,
}

/// One condition.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    /// The parameter as it is written; `filter[x]` without a comparison and `dateFrom` are possible, too.
    pub(super) parameter: String,
    pub(super) field: String,
    pub(super) kind: Kind,
    pub(super) operator: &'static str,
    pub(super) value: String,
}

/// What the answer must say.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) ids: Vec<String>,
    pub(super) total: usize,
    pub(super) pages: usize,
    pub(super) has_next: bool,
    pub(super) has_prev: bool,
}

impl Question {
    /// As a query string.
    pub(super) fn encoded(&self) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(self.filters.iter().map(|filter| (&filter.parameter, &filter.value)));
        let fields: Vec<String> = self
            .sort
            .iter()
            .map(|(field, descends)| format!("{}{field}", if *descends { "-" } else { "" }))
            .collect();
        if !fields.is_empty() {
            text.append_pair("sort", &fields.join(","));
        }
        if let Some(page) = self.page {
            text.append_pair("page", &page.to_string());
        }
        if let Some(limit) = self.limit {
            text.append_pair("limit", &limit.to_string());
        }
        if let Some(centre) = &self.centre {
            text.append_pair("serviceCenterId", centre);
        }
        if let Some(search) = &self.search {
            text.append_pair("search", &search.text);
        }
        text.finish()
    }

    /// Whether a row satisfies all conditions.
    pub(super) fn accepts(&self, row: &Value) -> bool {
        let of_centre = |centre: &String| {
            let fields = ["serviceCenterId", "toServiceCenterId", "fromServiceCenterId"];
            fields.iter().any(|field| row[field].as_str() == Some(centre))
        };
        self.centre.as_ref().is_none_or(of_centre)
            && self.search.as_ref().is_none_or(|search| search.finds(row))
            && self.filters.iter().all(|filter| filter.accepts(row))
    }

    /// Brings rows into the order asked for; a list without orders keeps its own.
    pub(super) fn sort(&self, list: &List, rows: &mut [&Value]) {
        let default = list.sorts.first().map(|field| (field.clone(), true));
        let sort = if self.sort.is_empty() { default.into_iter().collect() } else { self.sort.clone() };
        if !sort.is_empty() {
            rows.sort_by(|a, b| in_order(a, b, &sort, list));
        }
    }

    /// The answer among these rows.
    pub(super) fn answer(&self, list: &List, rows: &[Value]) -> Expected {
        let mut rows: Vec<&Value> = rows.iter().filter(|row| self.accepts(row)).collect();
        self.sort(list, &mut rows);
        let (page, limit) = (self.page.unwrap_or(1), self.limit.unwrap_or(20));
        let pages = rows.len().div_ceil(limit);
        let shown = rows.iter().skip((page - 1) * limit).take(limit);
        Expected {
            ids: shown.map(|row| key(row).to_owned()).collect(),
            total: rows.len(),
            pages,
            has_next: page < pages,
            has_prev: page > 1 && !rows.is_empty(),
        }
    }
}

/// Equal rows stand newest first; in the order of their creation, oldest first, if that was asked for.
fn in_order(a: &Value, b: &Value, sort: &[(String, bool)], list: &List) -> Ordering {
    for (field, descends) in sort {
        let order = match field.as_str() {
            "shortage" => shortage(a).cmp(&shortage(b)),
            _ => value_order(&a[field], &b[field], list.filters.iter().find(|(name, _)| name == field)),
        };
        let order = if *descends { order.reverse() } else { order };
        if order.is_ne() {
            return order;
        }
    }
    let by_id = key(a).cmp(key(b));
    let oldest_first = sort.iter().find(|(field, _)| field == "createdAt").is_some_and(|(_, descends)| !descends);
    if oldest_first { by_id } else { by_id.reverse() }
}

/// A document's id; a line of a service history has that of its job card.
pub(super) fn key(row: &Value) -> &str {
    row["id"].as_str().or(row["jobCardId"].as_str()).expect("an id")
}

/// How far a part is below its minimum.
fn shortage(part: &Value) -> i64 {
    let stock = part["available"].as_i64().or(part["stockQuantity"].as_i64()).expect("a stock");
    part["minStockLevel"].as_i64().expect("a minimum") - stock
}

/// Absent values come first.
fn value_order(a: &Value, b: &Value, filter: Option<&(String, Kind)>) -> Ordering {
    if a.is_null() || b.is_null() {
        return b.is_null().cmp(&a.is_null());
    }
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_i64().cmp(&b.as_i64()),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::String(a), Value::String(b)) => {
            let money = filter.is_some_and(|(_, kind)| *kind == Kind::Money)
                || (filter.is_none() && paise(a).is_some() && paise(b).is_some());
            let moments = (moment(a), moment(b));
            match moments {
                (Some(a), Some(b)) => a.cmp(&b),
                _ if money => paise(a).cmp(&paise(b)),
                _ => a.cmp(b),
            }
        }
        _ => panic!("{a} and {b} have no order"),
    }
}

fn moment(text: &str) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc())
}

/// `2542.37` as 254237.
fn paise(text: &str) -> Option<i64> {
    let (rupees, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 2 || text.contains('+') {
        return None;
    }
    let sign = if rupees.starts_with('-') { -1 } else { 1 };
    let fraction: i64 = format!("{fraction:0<2}").parse().ok()?;
    Some(rupees.parse::<i64>().ok()? * 100 + sign * fraction)
}

/// First and last moment (to the nanosecond) of a day in India, or a moment twice.
fn span(text: &str) -> (DateTime<Utc>, DateTime<Utc>) {
    let Ok(day) = text.parse::<NaiveDate>() else {
        let moment = moment(text).expect("a time");
        return (moment, moment);
    };
    let india = FixedOffset::east_opt(5 * 3600 + 1800).expect("an offset");
    let midnight = day.and_hms_opt(0, 0, 0).expect("midnight").and_local_timezone(india).unwrap().to_utc();
    (midnight, midnight + TimeDelta::days(1) - TimeDelta::nanoseconds(1))
}

impl Condition {
    fn accepts(&self, row: &Value) -> bool {
        let value = &row[&self.field];
        if value.is_null() {
            return self.operator == "ne";
        }
        let order = |operand: &str| self.compare(value, operand);
        match self.operator {
            "eq" => order(&self.value).is_eq(),
            "ne" => order(&self.value).is_ne(),
            "gt" => order(&self.value).is_gt(),
            "gte" => order(&self.value).is_ge(),
            "lt" => order(&self.value).is_lt(),
            "lte" => order(&self.value).is_le(),
            "in" => self.value.split(',').any(|operand| order(operand).is_eq()),
            "like" => value.as_str().expect("a text").to_lowercase().contains(&self.value.to_lowercase()),
            other => panic!("{other} is not a comparison"),
        }
    }

    /// How the row's value lies to what it is compared with.
    fn compare(&self, value: &Value, operand: &str) -> Ordering {
        let text = || value.as_str().expect("a text");
        match self.kind {
            Kind::Number => value.as_i64().expect("a number").cmp(&operand.parse().expect("a number")),
            Kind::Bool => value.as_bool().expect("a truth").cmp(&operand.parse().expect("a truth")),
            Kind::Id => text().cmp(&operand.to_lowercase()),
            Kind::Money => paise(text()).expect("money").cmp(&paise(operand).expect("money")),
            Kind::Text | Kind::Day | Kind::Choice(_) => text().cmp(operand),
            Kind::Time => {
                let (first, last) = span(operand);
                let moment = moment(text()).expect("a time");
                if moment < first {
                    Ordering::Less
                } else if moment > last {
                    Ordering::Greater
                } else {
                    Ordering::Equal
                }
            }
        }
    }
}
