//! Random questions, mostly about values that the rows have.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use fastrand::Rng;
use serde_json::Value;

use super::{
    model::{Condition, Question},
    search,
    table::{Kind, List},
};

const COMPARISONS: [&str; 7] = ["eq", "ne", "gt", "gte", "lt", "lte", "in"];

/// A valid question to a list with these rows.
pub(super) fn question(rng: &mut Rng, list: &List, rows: &[Value], centres: &[String]) -> Question {
    let mut filters: Vec<Condition> = Vec::new();
    if !list.filters.is_empty() {
        for _ in 0..rng.usize(0..=3) {
            let (field, kind) = one(rng, &list.filters);
            filters.push(condition(rng, &field, &kind, rows));
        }
    }
    if list.by_date {
        for (parameter, operator) in [("dateFrom", "gte"), ("dateTo", "lte")] {
            if rng.usize(..8) == 0 {
                filters.push(Condition {
                    parameter: parameter.to_owned(),
                    operator,
                    ..single(rng, "createdAt", &Kind::Time, rows)
                });
            }
        }
    }
    let count = if list.sorts.is_empty() { 0 } else { one(rng, &[0, 0, 1, 1, 2, 3]) };
    let limit = one(rng, &[None, Some(1), Some(2), Some(3), Some(7), Some(30), Some(100)]);
    let last_page = rows.len() / limit.unwrap_or(20) + 2;
    let within = Some(1 + rng.usize(..last_page));
    let page = one(rng, &[None, None, Some(1), Some(2), Some(3), within]);
    let page = if rng.usize(..40) == 0 { Some(1_000_000) } else { page };
    let centre = (list.by_centre && rng.usize(..4) == 0).then(|| one(rng, centres));
    let sort = (0..count).map(|_| (one(rng, &list.sorts), rng.bool())).collect();
    let search = (list.searched && rng.usize(..4) == 0).then(|| search::search(rng, &list.path, rows)).flatten();
    Question { filters, sort, page, limit, centre, search }
}

fn one<T: Clone>(rng: &mut Rng, choices: &[T]) -> T {
    choices[rng.usize(..choices.len())].clone()
}

fn condition(rng: &mut Rng, field: &str, kind: &Kind, rows: &[Value]) -> Condition {
    let condition = single(rng, field, kind, rows);
    if *kind == Kind::Text && rng.usize(..3) == 0 {
        let value = part_of(rng, &condition.value);
        return Condition { parameter: format!("filter[{field}][like]"), operator: "like", value, ..condition };
    }
    let operator = one(rng, &COMPARISONS);
    let mut value = condition.value.clone();
    if operator == "in" {
        for _ in 0..rng.usize(..4) {
            value = format!("{value},{}", single(rng, field, kind, rows).value);
        }
    }
    let plain = operator == "eq" && rng.bool();
    let parameter = if plain { format!("filter[{field}]") } else { format!("filter[{field}][{operator}]") };
    Condition { parameter, operator, value, ..condition }
}

/// A condition with one value, its comparison still open.
fn single(rng: &mut Rng, field: &str, kind: &Kind, rows: &[Value]) -> Condition {
    let known: Vec<&Value> = rows.iter().map(|row| &row[field]).filter(|value| !value.is_null()).collect();
    let known = (!known.is_empty() && rng.usize(..8) > 0).then(|| one(rng, &known));
    Condition {
        parameter: format!("filter[{field}]"),
        field: field.to_owned(),
        kind: kind.clone(),
        operator: "eq",
        value: value(rng, kind, known),
    }
}

fn value(rng: &mut Rng, kind: &Kind, known: Option<&Value>) -> String {
    let text = known.and_then(Value::as_str);
    match kind {
        Kind::Text => {
            let odd = ["", " ", "%", "ß", "A", "z", "400", "राम", "o'neil", "_", "\u{0}", "a+b"];
            text.unwrap_or_else(|| one(rng, &odd)).to_owned()
        }
        Kind::Id => {
            let id = text.map_or_else(|| uuid::Uuid::from_u128(rng.u128(..)).to_string(), str::to_owned);
            if rng.usize(..10) == 0 { id.to_uppercase() } else { id }
        }
        Kind::Number => {
            let odd = [0, -1, 1, 5, 18, i64::MAX, i64::MIN];
            let number = known.and_then(Value::as_i64).unwrap_or_else(|| one(rng, &odd));
            number.saturating_add(one(rng, &[0, 0, 0, 1, -1])).to_string()
        }
        Kind::Bool => rng.bool().to_string(),
        Kind::Choice(choices) => text.map_or_else(|| one(rng, choices), str::to_owned),
        Kind::Day => {
            let odd = ["0001-01-01", "9999-12-30", "2026-02-28", "2026-12-31"];
            text.unwrap_or_else(|| one(rng, &odd)).to_owned()
        }
        Kind::Money => text.unwrap_or_else(|| one(rng, &["0", "-1", "0.01", "999999999.99"])).to_owned(),
        Kind::Time => time(rng, text),
    }
}

/// The day of a moment in India or in Greenwich, or a moment near it, in one of the ways to write it.
fn time(rng: &mut Rng, known: Option<&str>) -> String {
    let odd = ["0001-01-01", "1970-01-01", "9999-12-30", "2026-12-01", "2026-12-01T00:00:00+05:30"];
    let Some(known) = known else { return one(rng, &odd).to_owned() };
    let moment: DateTime<Utc> = known.parse().expect("a time");
    let india = moment + TimeDelta::minutes(330);
    let near = moment + one(rng, &[TimeDelta::zero(), TimeDelta::milliseconds(1), TimeDelta::milliseconds(-1)]);
    match rng.usize(..8) {
        0..=2 => india.date_naive().to_string(),
        3 => moment.date_naive().to_string(),
        4 => known.to_owned(),
        5 => near.to_rfc3339_opts(SecondsFormat::Millis, true),
        6 => format!("{}+05:30", (near + TimeDelta::minutes(330)).format("%Y-%m-%dT%H:%M:%S%.3f")),
        // Between two milliseconds: no row is of that moment.
        _ => (near + TimeDelta::microseconds(one(rng, &[400, -400]))).to_rfc3339_opts(SecondsFormat::Micros, true),
    }
}

/// Some letters of a text, in any case.
fn part_of(rng: &mut Rng, text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let from = rng.usize(..=letters.len());
    let to = rng.usize(from..=letters.len());
    let part: String = letters[from..to].iter().collect();
    match rng.usize(..3) {
        0 => part.to_uppercase(),
        1 => part.to_lowercase(),
        _ => part,
    }
}
