//! What questions cost does not grow with the data: the same questions to a dealership of a thousand job cards and to
//! a large one, both generated (`cargo run -- generate`). Larger ones than the test's:
//!
//! ```text
//! DMS_GROWTH_ROWS=1000,100000 cargo test -p dms-tests --test api growth -- --nocapture
//! ```

mod dealership;
mod questions;

use std::{collections::BTreeSet, fmt::Write as _};

use dms_store::Reading;
use dms_testkit::Client;

use dealership::Large;
use questions::{QUESTIONS, Question};

/// Rows of the two dealerships, unless the environment says otherwise.
const ROWS: [usize; 2] = [1_000, 4_000];
/// What a question costs an instance of the application that has answered such a question before: the most round trips,
/// and the read units of several such requests.
#[derive(Debug, Clone, Copy)]
struct Cost {
    round_trips: u64,
    /// On the average, without a unit for each different document that is expanded.
    own_read_units: f64,
    most_read_units: f64,
    /// The most round trips for an instance that has not.
    first_round_trips: u64,
}

fn rows() -> [usize; 2] {
    let Ok(text) = std::env::var("DMS_GROWTH_ROWS") else { return ROWS };
    let rows: Vec<usize> = text.split(',').map(|number| number.trim().parse().expect("numbers of rows")).collect();
    rows.try_into().expect("two numbers of rows, as in 1000,100000")
}

/// What one request costs: in all, and without the different documents that it expands, of which a page of little data
/// has fewer.
async fn read(client: &Client, path: &str, expanded: Option<&str>) -> (Reading, f64) {
    let answer = client.get(path).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text);
    let Reading { round_trips, read_units, calls, .. } = answer.reading;
    if std::env::var_os("DMS_GROWTH_VERBOSE").is_some() {
        println!("{path}: {round_trips} RT, {read_units} RRU, {calls} calls");
    }
    let rows = answer.body["data"].as_array().into_iter().flatten();
    let different: BTreeSet<&str> = rows.filter_map(|row| row[expanded?].as_str()).collect();
    #[allow(clippy::cast_precision_loss)] // at most a page
    let own_units = read_units - different.len() as f64;
    (answer.reading, own_units)
}

async fn cost(large: &Large, question: &Question) -> Cost {
    let mut readings = Vec::new();
    let mut first_round_trips = 0;
    for (client, path) in (question.ask)(large) {
        first_round_trips = first_round_trips.max(read(client, &path, None).await.0.round_trips);
        readings.push(read(client, &path, question.expands).await);
    }
    #[allow(clippy::cast_precision_loss)] // a dozen
    let asked = readings.len() as f64;
    Cost {
        round_trips: readings.iter().map(|(reading, _)| reading.round_trips).max().expect("something to ask"),
        own_read_units: readings.iter().map(|(_, own)| own).sum::<f64>() / asked,
        most_read_units: readings.iter().map(|(reading, _)| reading.read_units).fold(0.0, f64::max),
        first_round_trips,
    }
}

#[tokio::test]
async fn no_question_costs_more_when_there_is_more_data() {
    let [few, many] = rows();
    let (small, large) = (Large::generate(few).await, Large::generate(many).await);
    let mut table = String::new();
    let mut wrong = Vec::new();
    writeln!(table, "{:<52} {:>25} {:>25} {:>7}", "", few, many, "growth").expect("a string");
    for question in QUESTIONS {
        let (before, after) = (cost(&small, question).await, cost(&large, question).await);
        let growth = (after.own_read_units / before.own_read_units - 1.0) * 100.0;
        let shown = |cost: Cost| {
            let Cost { round_trips, own_read_units, most_read_units, first_round_trips } = cost;
            format!("{round_trips} ({first_round_trips}) RT {own_read_units:>5.1} ≤{most_read_units:>5.1} RRU")
        };
        writeln!(table, "{:<52} {:>25} {:>25} {growth:>+6.1}%", question.what, shown(before), shown(after))
            .expect("a string");
        if let Some(why) = question.grows {
            writeln!(table, "    (grows: {why})").expect("a string");
            continue;
        }
        let (round_trips, read_units) = question.budget;
        let grows = after.round_trips > before.round_trips || growth > question.may_grow;
        if grows {
            wrong.push(format!("{}: {before:?} became {after:?}", question.what));
        }
        if after.round_trips > round_trips || after.most_read_units > read_units {
            wrong.push(format!("{}: {after:?}, {round_trips} RT and {read_units} RRU allowed", question.what));
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
