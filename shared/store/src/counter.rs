//! Document numbers. Where gaps are allowed, a number is one ADD. Where they are not, the counter moves in
//! the document's own transaction, on the condition that it still is where it was read.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use dms_domain::numbering::Series;
use tokio::sync::OwnedMutexGuard;

use crate::{
    client::{Store, number},
    error::StoreError,
    keys,
    planted::{PlantedBug, planted},
    tables::Table,
    transaction::Transaction,
    update::Update,
};

/// The counter's attribute.
const LAST: &str = "n";

/// Lines up the requests of this process that take numbers of one gapless series: without it they would
/// cancel each other's transactions. Other processes are held off by the counter's condition.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns(Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>>);

impl Store {
    /// The next number of a series that may have gaps.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn next_number(&self, series: &Series) -> Result<String, StoreError> {
        debug_assert!(!series.is_gapless(), "a gapless number is taken in the document's own transaction");
        let next = self.add(Table::Core, &keys::counter(series), LAST, 1, None).await?;
        Ok(series.format(u64::try_from(next).unwrap_or_default()))
    }

    /// The last number taken of a gapless series; 0 before the first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn last_number(&self, series: &Series) -> Result<i64, StoreError> {
        let counter = self.get(Table::Core, &keys::counter(series)).await?;
        Ok(counter.and_then(|item| number(&item, LAST)).unwrap_or_default())
    }

    /// Waits for this process's turn to take a number of a gapless series; hold it for the whole command.
    pub async fn turn(&self, series: &Series) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
            turns.entry(series.counter_name()).or_default().clone()
        };
        turn.lock_owned().await
    }
}

impl Transaction {
    /// Takes the number after `last` of a gapless series and returns it.
    pub fn take_number(&mut self, series: &Series, last: i64) -> String {
        let counter = Update::of(keys::counter(series)).set_number(LAST, last + 1);
        if planted(PlantedBug::NumberWithoutCondition) {
            self.update(counter);
            return series.format(u64::try_from(last + 1).unwrap_or_default());
        }
        self.update(if last == 0 { counter.when_absent(LAST) } else { counter.when_number(LAST, last) });
        series.format(u64::try_from(last + 1).unwrap_or_default())
    }

    /// Takes so many numbers after `last` of a series that may have gaps.
    pub fn reserve_numbers(&mut self, series: &Series, last: i64, count: usize) {
        let counter = Update::of(keys::counter(series)).add(LAST, i64::try_from(count).unwrap_or_default());
        self.update(if last == 0 { counter.when_absent(LAST) } else { counter.when_number(LAST, last) });
    }
}
