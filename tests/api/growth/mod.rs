//! What questions cost does not grow with the data: the same questions to a dealership of two years and to a young one that
//! is as busy, and to one that is as old and less busy; all generated (`cargo run -- generate`). Larger ones than the test's,
//! kept in a folder for the next time, with every single reading:
//!
//! ```text
//! DMS_GROWTH_ROWS=1000,100000 DMS_GROWTH_FOLDER=/tmp/growth DMS_GROWTH_VERBOSE=1 \
//!   cargo test -p dms-tests --test api growth -- --nocapture
//! ```

#![allow(clippy::print_stdout)] // the table is what the test is run for

mod dealership;
mod questions;

use std::{collections::BTreeSet, fmt::Write as _};

use dms_store::Reading;
use dms_testkit::Client;
use serde_json::Value;

use dealership::Large;
use questions::{QUESTIONS, Question};

/// Rows of the small dealerships and of the large one, unless the environment says otherwise.
const ROWS: [usize; 2] = [1_000, 4_000];
/// Growth that is allowed.
const MOST_GROWTH: f64 = 0.05;
/// What DynamoDB rounds up to: what is less than that apart is the same.
const UNIT: f64 = 0.5;

/// What a question costs: the most round trips, and the read units of several such requests.
#[derive(Debug, Clone, Copy)]
struct Cost {
    round_trips: u64,
    /// On the average.
    read_units: f64,
    most_read_units: f64,
    /// On the average, without what the answers themselves take.
    own_read_units: f64,
}

fn rows() -> [usize; 2] {
    let Ok(text) = std::env::var("DMS_GROWTH_ROWS") else { return ROWS };
    let rows: Vec<usize> = text.split(',').map(|number| number.trim().parse().expect("numbers of rows")).collect();
    rows.try_into().expect("two numbers of rows, as in 1000,100000")
}

/// What one request costs: in all, and without what its answer takes.
async fn read(client: &Client, path: &str, question: &Question) -> (Reading, f64) {
    let answer = client.get(path).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text);
    let own_units = answer.reading.read_units - (question.taken_by_answer)(&answer.body);
    if std::env::var_os("DMS_GROWTH_VERBOSE").is_some() {
        let Reading { round_trips, read_units, calls, .. } = answer.reading;
        println!("{path}: {round_trips} RT, {read_units} RRU ({own_units}), {calls} calls");
    }
    (answer.reading, own_units)
}

async fn cost(large: &Large, question: &Question) -> Cost {
    let mut readings = Vec::new();
    for (client, path) in (question.ask)(large) {
        readings.push(read(client, &path, question).await);
    }
    #[allow(clippy::cast_precision_loss)] // a dozen
    let asked = readings.len() as f64;
    Cost {
        round_trips: readings.iter().map(|(reading, _)| reading.round_trips).max().expect("something to ask"),
        read_units: readings.iter().map(|(reading, _)| reading.read_units).sum::<f64>() / asked,
        most_read_units: readings.iter().map(|(reading, _)| reading.read_units).fold(0.0, f64::max),
        own_read_units: readings.iter().map(|(_, own)| own).sum::<f64>() / asked,
    }
}

/// How many different documents a field of the rows leads to.
fn different(answer: &Value, field: &str) -> usize {
    let rows = answer["data"].as_array().into_iter().flatten();
    rows.filter_map(|row| row[field].as_str()).collect::<BTreeSet<&str>>().len()
}

#[tokio::test]
async fn no_question_costs_more_when_there_is_more_data() {
    let [few, many] = rows();
    let large = Large::generate(many, None).await;
    let (first, last) = large.days;
    let days = (last - first).num_days() * i64::try_from(few).expect("rows") / i64::try_from(many).expect("rows");
    let younger = Large::generate(few, u32::try_from(days).ok()).await;
    let quieter = Large::generate(few, None).await;
    let mut table = String::new();
    let mut wrong = Vec::new();
    writeln!(
        table,
        "| question | {few} rows of {days} days | {few} rows of two years | {many} rows of two years | growth by time | \
         by busyness |\n|---|---|---|---|---|---|"
    )
    .expect("a string");
    for question in QUESTIONS {
        let (young, quiet) = (cost(&younger, question).await, cost(&quieter, question).await);
        let after = cost(&large, question).await;
        let growth = |before: Cost| (after.own_read_units / before.own_read_units - 1.0) * 100.0;
        let shown = |Cost { round_trips, read_units, most_read_units, .. }: Cost| {
            format!("{round_trips} RT {read_units:.1} RRU, at most {most_read_units:.1}")
        };
        writeln!(
            table,
            "| {} | {} | {} | {} | {:+.1} % | {:+.1} % |",
            question.what,
            shown(young),
            shown(quiet),
            shown(after),
            growth(young),
            growth(quiet)
        )
        .expect("a string");
        let (round_trips, read_units) = question.budget;
        let more = (question.more)(&large);
        for (before, more) in [(young, question.older), (quiet, more)] {
            if after.own_read_units > before.own_read_units * (1.0 + MOST_GROWTH) + UNIT + more {
                wrong.push(format!("{} grows: {before:?} became {after:?}", question.what));
            }
        }
        if after.round_trips > round_trips || after.most_read_units > read_units {
            wrong.push(format!("{}: {after:?}, {round_trips} RT and {read_units} RRU allowed", question.what));
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
