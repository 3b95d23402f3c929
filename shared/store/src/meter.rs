//! What a request cost: calls, serial round trips and request units, as DynamoDB reports them.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use aws_sdk_dynamodb::types::ConsumedCapacity;

tokio::task_local! {
    static METER: Arc<Meter>;
}

/// Counts what one request does to the database.
#[derive(Debug, Default)]
pub struct Meter {
    calls: AtomicU64,
    round_trips: AtomicU64,
    conflicts: AtomicU64,
    // Units come in halves: counted doubled.
    read_half_units: AtomicU64,
    write_half_units: AtomicU64,
}

/// A meter's figures.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Reading {
    /// Calls to DynamoDB.
    pub calls: u64,
    /// Calls one after the other: the most of which each began when the one before was answered.
    pub round_trips: u64,
    /// Transactions tried again because another one touched the same items.
    pub conflicts: u64,
    /// Read request units.
    pub read_units: f64,
    /// Write request units.
    pub write_units: f64,
}

impl Meter {
    /// A meter at zero.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Runs a future whose database calls this meter counts.
    pub async fn measure<F: Future>(self: Arc<Self>, future: F) -> F::Output {
        METER.scope(self, future).await
    }

    /// The figures so far.
    pub fn reading(&self) -> Reading {
        #[allow(clippy::cast_precision_loss)] // far below 2^53
        let units = |halves: &AtomicU64| halves.load(Relaxed) as f64 / 2.0;
        Reading {
            calls: self.calls.load(Relaxed),
            round_trips: self.round_trips.load(Relaxed),
            conflicts: self.conflicts.load(Relaxed),
            read_units: units(&self.read_half_units),
            write_units: units(&self.write_half_units),
        }
    }
}

fn with_meter(f: impl FnOnce(&Meter)) {
    // Outside a measured request (start-up, tests of the store) nothing is counted.
    let _ = METER.try_with(|meter| f(meter));
}

/// A call under way: one round trip after all that were answered before it began. Two that follow each other beside a slow
/// one are two.
pub(crate) struct Call {
    round_trip: u64,
}

impl Call {
    pub(crate) fn start() -> Self {
        let mut round_trip = 0;
        with_meter(|meter| {
            meter.calls.fetch_add(1, Relaxed);
            round_trip = meter.round_trips.load(Relaxed) + 1;
        });
        Self { round_trip }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        with_meter(|meter| {
            meter.round_trips.fetch_max(self.round_trip, Relaxed);
        });
    }
}

pub(crate) fn conflict() {
    with_meter(|meter| {
        meter.conflicts.fetch_add(1, Relaxed);
    });
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // small and positive
fn halves<'a>(capacity: impl IntoIterator<Item = &'a ConsumedCapacity>) -> u64 {
    capacity
        .into_iter()
        .filter_map(ConsumedCapacity::capacity_units)
        .map(|units| (units * 2.0).round() as u64)
        .sum()
}

pub(crate) fn read<'a>(capacity: impl IntoIterator<Item = &'a ConsumedCapacity>) {
    with_meter(|meter| {
        meter.read_half_units.fetch_add(halves(capacity), Relaxed);
    });
}

pub(crate) fn wrote<'a>(capacity: impl IntoIterator<Item = &'a ConsumedCapacity>) {
    with_meter(|meter| {
        meter.write_half_units.fetch_add(halves(capacity), Relaxed);
    });
}
