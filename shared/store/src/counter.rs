//! Document numbers. Where gaps are allowed, a number is one ADD. Where they are not, the counter moves in
//! the document's own transaction, on the condition that it still is where it was read.

use dms_domain::numbering::Series;

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
