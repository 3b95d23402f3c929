//! What must hold of an answer while others write.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, Ordering},
};

use dms_testkit::{Answer, Dealership};
use fastrand::Rng;
use futures::{StreamExt, stream};
use serde_json::{Value, json};

use super::{
    View, answered,
    data::{self, Maker, Size, id},
    model::{Condition, Question, key},
    number, open, question,
    table::Kind,
    views,
};

/// Readings of everything; between two of them, writers and questions at the same time.
const ROUNDS: u64 = 5;

/// Documents by key, of the same view, before and after.
type Snapshots<'a> = (BTreeMap<&'a str, &'a Value>, BTreeMap<&'a str, &'a Value>);

fn by_key(rows: &[Value]) -> BTreeMap<&str, &Value> {
    rows.iter().map(|row| (key(row), row)).collect()
}

/// How many rows are new, gone or changed.
fn changed((before, after): &Snapshots<'_>) -> usize {
    let same = before.iter().filter(|(key, row)| after.get(*key) == Some(row)).count();
    before.len() + after.len() - 2 * same
}

/// The least and the greatest total there can have been.
fn bounds(question: &Question, (before, after): &Snapshots<'_>) -> (usize, usize) {
    let keys: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let (mut least, mut greatest) = (0, 0);
    for key in keys {
        match (before.get(key), after.get(key)) {
            (Some(before), Some(after)) if before == after => {
                let counts = usize::from(question.accepts(after));
                least += counts;
                greatest += counts;
            }
            // New, and not changed since.
            (None, Some(after)) if after["version"] == 1 => greatest += usize::from(question.accepts(after)),
            _ => greatest += 1,
        }
    }
    (least, greatest)
}

/// What is wrong with an answer that may be of any moment between the two readings.
///
/// Some rows may have come and gone between the two: `passing`, at most.
fn fault(
    view: &View<'_>,
    question: &Question,
    answer: &Answer,
    (snapshots, passing): (&Snapshots<'_>, usize),
) -> Option<String> {
    if answer.status != 200 {
        return Some(format!("{}: {}", answer.status, answer.text));
    }
    let said = answered(answer);
    let rows = answer.clone().rows();
    let limit = question.limit.unwrap_or(20);
    let (least, greatest) = bounds(question, snapshots);
    let greatest = greatest + passing;
    let mut sorted: Vec<&Value> = rows.iter().collect();
    question.sort(&view.list, &mut sorted);
    let page = question.page.unwrap_or(1);
    if by_key(&rows).len() < rows.len() {
        Some(format!("a document stands on the page twice: {:?}", said.ids))
    } else if let Some(row) = rows.iter().find(|row| !question.accepts(row)) {
        Some(format!("a row does not satisfy the filters: {row}"))
    } else if rows.len() > limit {
        Some("more rows than the limit".to_owned())
    } else if sorted.iter().map(|row| key(row)).ne(said.ids.iter().map(String::as_str)) {
        Some(format!("the rows are not in order: {:?}", said.ids))
    } else if !(least..=greatest).contains(&said.total) {
        Some(format!("total {} is not from {least} to {greatest}", said.total))
    } else if said.pages != said.total.div_ceil(limit) || said.has_next != (page < said.pages) {
        Some(format!("the pages do not follow from the total: {said:?}"))
    } else {
        None
    }
}

/// One writer: makes or changes something.
async fn write(dealership: &Dealership, maker: &Maker<'_>, appointments: &[Value]) {
    let centre = maker.centre();
    match maker.below(9) {
        0 => {
            let customer = maker.customer().await;
            let vehicle = maker.vehicle(&customer).await;
            maker.appointment(centre, &vehicle).await;
        }
        1 => {
            maker.part(centre).await;
        }
        2 => {
            maker.card(centre).await;
        }
        3 => maker.adjust_a_part(centre).await,
        5 => maker.quotation(centre).await,
        4 => {
            // Some are in a state that forbids it.
            let path = format!("/api/appointments/{}", id(&appointments[maker.below(appointments.len())]));
            let answer = match maker.below(6) {
                0 => dealership.admin.delete(&path).await,
                _ => dealership.admin.patch(&format!("{path}/status"), json!({"status": "CONFIRMED"})).await,
            };
            assert!(answer.status.as_u16() < 500, "{}", answer.text);
        }
        _ => maker.card_with_a_history(centre).await,
    }
}

/// A random question; often one that names several states, between which documents move.
fn restless(rng: &mut Rng, view: &View<'_>, dealership: &Dealership) -> Question {
    let mut question = question(rng, view, dealership);
    let status = view.list.filters.iter().find(|(field, _)| field == "status");
    if let (Some((_, Kind::Choice(states))), true) = (status, rng.bool()) {
        question.filters = vec![Condition {
            parameter: "filter[status][in]".to_owned(),
            field: "status".to_owned(),
            kind: Kind::Choice(states.clone()),
            operator: "in",
            value: states[rng.usize(..3)..].join(","),
        }];
        question.page = None;
        question.limit = Some(100);
    }
    question
}

#[tokio::test]
async fn while_others_write_rows_are_whole_and_totals_lie_between_before_and_after() {
    let dealership = open().await;
    let seed = number("QUERY_SEED", 4);
    let questions = number("QUERY_COUNT", 1_500) / ROUNDS;
    data::fill(&dealership, seed, &Size { cheap: 40, dear: 16 }).await;
    let maker = Maker::new(&dealership, seed + 1);
    let mut rng = Rng::with_seed(seed);
    let mut wrong = Vec::new();
    let mut now = views(&dealership).await;
    for round in 0..ROUNDS {
        let appointments = dealership.admin.get("/api/appointments?limit=100").await.rows();
        let all: Vec<usize> = (0..now.len()).collect();
        let moving = |n: &usize| {
            ["/api/job-cards", "/api/appointments", "/api/quotations"].contains(&now[*n].path.as_str())
        };
        let moving: Vec<usize> = all.iter().copied().filter(moving).collect();
        let asked = (0..questions).map(|n| {
            let from = if n % 2 == 0 { &moving } else { &all };
            let view = from[rng.usize(..from.len())];
            (view, restless(&mut rng, &now[view], &dealership))
        });
        let asked: Vec<(usize, Question)> = asked.collect();
        let writers = stream::iter(0..questions / 6).map(|_| write(&dealership, &maker, &appointments));
        let readers = stream::iter(&asked).map(async |(view, question)| now[*view].ask(question).await);
        let writers = writers.buffer_unordered(4).collect::<Vec<()>>();
        let (answers, _) = tokio::join!(readers.buffered(4).collect::<Vec<_>>(), writers);

        let mut after = Vec::new();
        for view in &now {
            after.push(view.read().await);
        }
        for ((view, question), answer) in asked.iter().zip(&answers) {
            let snapshots = |view: usize| (by_key(&now[view].rows), by_key(&after[view]));
            // A part that was made and bought soon was short of stock for a moment.
            let all_parts = now[*view]
                .path
                .strip_suffix("/low-stock")
                .and_then(|path| now.iter().position(|other| other.path == path && other.user == now[*view].user));
            let passing = all_parts.map_or(0, |view| changed(&snapshots(view)));
            let view_then = &now[*view];
            if let Some(fault) = fault(view_then, question, answer, (&snapshots(*view), passing)) {
                let what = format!("{}: {}?{}", view_then.user, view_then.path, question.encoded());
                wrong.push(format!("QUERY_SEED={seed}, round {round}, {what}\n{fault}"));
            }
        }
        for (view, rows) in now.iter_mut().zip(after) {
            view.rows = rows;
        }
    }
    wrong.sort_by_key(String::len);
    assert!(
        wrong.is_empty(),
        "{} wrong answers, such as\n{}",
        wrong.len(),
        wrong[..wrong.len().min(6)].join("\n")
    );
}

#[tokio::test]
async fn a_document_that_moves_between_states_while_both_are_read_stands_on_the_page_once() {
    let dealership = open().await;
    let one = &dealership.one;
    let mut paths = Vec::new();
    for _ in 0..30 {
        paths.push(format!("/api/job-cards/{}", id(&dealership.job_card(one).await)));
    }
    let moving = AtomicBool::new(true);
    let moves = async {
        let moves = stream::iter(&paths).map(async |path| {
            let engineer = json!({"engineerId": one.engineer_id});
            one.manager.post(&format!("{path}/assign-engineer"), engineer).await.expect(200);
            one.engineer.patch(&format!("{path}/status"), json!({"status": "IN_PROGRESS"})).await.expect(200);
            one.manager.post(&format!("{path}/cancel"), json!({"reason": "Sold"})).await.expect(200);
        });
        moves.buffer_unordered(3).collect::<Vec<()>>().await;
        moving.store(false, Ordering::Relaxed);
    };
    // Some that are counted and some that are evaluated.
    let list =
        "/api/job-cards?limit=100&filter[status][in]=ASSIGNED,PARTS_PENDING,COMPLETED,IN_PROGRESS,CANCELLED";
    let reads = ["", "&sort=-updatedAt", "", "&sort=-updatedAt"].map(async |sort| {
        while moving.load(Ordering::Relaxed) {
            let answer = dealership.admin.get(&format!("{list}{sort}")).await;
            let total = answered(&answer).total;
            let rows = answer.rows();
            assert_eq!(by_key(&rows).len(), rows.len(), "a document stands on the page twice{sort}");
            assert!(total <= paths.len(), "{total}{sort}");
        }
    });
    tokio::join!(moves, futures::future::join_all(reads));
}
