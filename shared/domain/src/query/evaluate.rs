//! Filters and orders evaluated over documents: for the questions no index answers.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Filter, Operand, Operator, Query, RowKey, Sort};

/// Whether a document (in its API field names) satisfies all filters. An absent field satisfies only `ne`.
pub fn matches(document: &Value, filters: &[Filter]) -> bool {
    filters.iter().all(|filter| {
        let value = document.get(filter.field.name).filter(|value| !value.is_null());
        let Some(value) = value else { return filter.operator == Operator::Ne };
        if filter.operator == Operator::Like {
            return filter.operands.iter().any(|operand| contains(value, operand));
        }
        let orders = filter.operands.iter().filter_map(|operand| order(value, operand));
        satisfies(filter.operator, orders)
    })
}

fn satisfies(operator: Operator, mut orders: impl Iterator<Item = Ordering>) -> bool {
    match operator {
        Operator::Eq | Operator::In | Operator::Like => orders.any(Ordering::is_eq),
        Operator::Ne => orders.all(Ordering::is_ne),
        Operator::Gt => orders.all(Ordering::is_gt),
        Operator::Gte => orders.all(Ordering::is_ge),
        Operator::Lt => orders.all(Ordering::is_lt),
        Operator::Lte => orders.all(Ordering::is_le),
    }
}

/// Whether a text contains another, whatever the case.
fn contains(value: &Value, operand: &Operand) -> bool {
    match (value.as_str(), operand) {
        (Some(value), Operand::Text(part)) => value.to_lowercase().contains(&part.to_lowercase()),
        _ => false,
    }
}

/// How a value compares with an operand; a moment within a day equals that day.
fn order(value: &Value, operand: &Operand) -> Option<Ordering> {
    match operand {
        Operand::Text(text) => Some(value.as_str()?.cmp(text)),
        Operand::Number(number) => Some(value.as_i64()?.cmp(number)),
        Operand::Bool(truth) => Some(value.as_bool()?.cmp(truth)),
        Operand::Time(first, last) => {
            let moment = DateTime::parse_from_rfc3339(value.as_str()?).ok()?.with_timezone(&Utc);
            Some(if moment < *first {
                Ordering::Less
            } else if moment > *last {
                Ordering::Greater
            } else {
                Ordering::Equal
            })
        }
    }
}

/// The order of two documents; ties are broken by id, newest first, so that pages never overlap. In the order of
/// creation, oldest first, they are broken so, too: that is the order of ids.
pub fn compare(a: &Value, b: &Value, sorts: &[Sort]) -> Ordering {
    for Sort { field, descending } in sorts {
        let order = scalar_order(a.get(field), b.get(field));
        if order.is_ne() {
            return if *descending { order.reverse() } else { order };
        }
    }
    let oldest_first = sorts.iter().find(|sort| sort.field == "createdAt").is_some_and(|sort| !sort.descending);
    let order = scalar_order(a.get("id"), b.get("id"));
    if oldest_first { order } else { order.reverse() }
}

/// Whether a document stands after this row in the query's order.
pub fn is_beyond(document: &Value, row: &RowKey, query: &Query) -> bool {
    let mut other = serde_json::Map::new();
    for (sort, value) in query.sort.iter().zip(&row.values).filter(|(_, value)| !value.is_null()) {
        other.insert(sort.field.to_owned(), value.clone());
    }
    other.insert("id".to_owned(), row.id.clone().into());
    compare(document, &Value::Object(other), &query.sort) == Ordering::Greater
}

/// Absent values sort first; numbers as numbers, the rest as text.
fn scalar_order(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    match (a, b) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => {
            a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal)
        }
        (Some(Value::String(a)), Some(Value::String(b))) => a.cmp(b),
        (Some(Value::Bool(a)), Some(Value::Bool(b))) => a.cmp(b),
        (Some(_), None) => Ordering::Greater,
        (None, Some(_)) => Ordering::Less,
        _ => Ordering::Equal,
    }
}
