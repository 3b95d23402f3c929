//! The checker's own tests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

use dms_checker::{Action, SCENARIOS, enumerate, run, run_invoices, run_many};
use dms_store::planted::PlantedBug;

/// Histories that run with every build.
const HISTORIES: u64 = 2_000;
/// Histories within which a planted bug must be found.
const TO_FIND: u64 = 500;
/// Each test uses this many; one test runs at a time.
const THREADS: usize = 2;

/// One test at a time: each uses all cores.
static TURN: Mutex<()> = Mutex::new(());

#[test]
fn two_thousand_histories_hold() {
    let _turn = TURN.lock();
    let summary = run_many(0, HISTORIES, None, THREADS, || {});
    if let Some(failed) = &summary.failed {
        panic!("{}", failed.failure(None));
    }
    println!("{} calls of AWS; {:?}", summary.calls, summary.commands);
    for (action, [done, refused, _]) in summary.commands {
        assert!(done > 0 && refused > 0, "{action:?} was done {done} times and refused {refused} times");
    }
}

#[test]
fn every_planted_bug_is_found() {
    let _turn = TURN.lock();
    let mut missed = Vec::new();
    for bug in PlantedBug::ALL {
        let summary = run_many(0, TO_FIND, Some(*bug), THREADS, || {});
        match summary.failed {
            Some(failed) => println!("{bug:?}: history {}: {}", failed.seed + 1, failed.violations[0]),
            None => missed.push(bug),
        }
    }
    assert!(missed.is_empty(), "not found: {missed:?}");
}

#[test]
fn a_hundred_invoices_at_once_through_faults_have_consecutive_numbers_and_none_is_lost() {
    let _turn = TURN.lock();
    for seed in 0..5 {
        let report = run_invoices(seed, 100);
        assert!(report.violations.is_empty(), "{}", report.failure(None));
        assert_eq!(report.commands[&Action::Sell], [100, 0, 0], "all were acknowledged");
    }
}

#[test]
fn a_seed_gives_the_same_history_again() {
    let _turn = TURN.lock();
    for seed in 0..20 {
        let (one, two) = (run(seed, None), run(seed, None));
        assert_eq!(one.trace, two.trace, "seed {seed}");
    }
}

#[test]
fn every_fault_at_every_call_of_every_command_leaves_it_done_once() {
    let _turn = TURN.lock();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some((before, action)) = SCENARIOS.get(next.fetch_add(1, SeqCst)) {
                    let runs = enumerate(before, *action, None).unwrap_or_else(|wrong| panic!("{wrong}"));
                    println!("{action:?}: {runs} runs");
                }
            });
        }
    });
}
