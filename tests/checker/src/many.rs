//! Many histories on several threads.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    thread,
};

use dms_store::planted::PlantedBug;

use crate::{
    actions::Action,
    history::{Report, run},
};

/// What came of many histories.
#[derive(Debug, Default)]
pub struct Summary {
    /// How many were run.
    pub histories: u64,
    /// Calls of AWS.
    pub calls: u64,
    /// Commands acknowledged, refused and with unknown outcome, of each kind.
    pub commands: BTreeMap<Action, [u32; 3]>,
    /// The history with the lowest seed that went wrong.
    pub failed: Option<Report>,
}

/// Runs the histories of `first` and the seeds after it, until one goes wrong. `done` is called after each.
pub fn run_many(
    first: u64,
    histories: u64,
    bug: Option<PlantedBug>,
    threads: usize,
    done: impl Fn() + Sync,
) -> Summary {
    let end = AtomicU64::new(first.saturating_add(histories));
    let next = AtomicU64::new(first);
    let summary = Mutex::new(Summary::default());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, SeqCst);
                    if seed >= end.load(SeqCst) {
                        break;
                    }
                    let report = run(seed, bug);
                    if !report.violations.is_empty() {
                        end.fetch_min(seed, SeqCst);
                    }
                    summary.lock().unwrap_or_else(PoisonError::into_inner).add(report);
                    done();
                }
            });
        }
    });
    summary.into_inner().unwrap_or_else(PoisonError::into_inner)
}

impl Summary {
    fn add(&mut self, report: Report) {
        self.histories += 1;
        self.calls += report.calls;
        for (action, counts) in &report.commands {
            let sums = self.commands.entry(*action).or_default();
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        let is_first = self.failed.as_ref().is_none_or(|failed| report.seed < failed.seed);
        if !report.violations.is_empty() && is_first {
            self.failed = Some(report);
        }
    }
}
