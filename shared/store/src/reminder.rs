//! What is to be reminded of, by day: noted when a vehicle says so, looked at on its day.

use chrono::NaiveDate;
use dms_domain::{calendar::MonthKey, reminder::Reminder};

use crate::{
    client::Store,
    entity::from_item,
    error::StoreError,
    keys::{self, Key},
    range::{Range, SortRange},
    tables::Table,
};

/// Months before this one whose reminders are still looked for: so long the daily run may have been away.
const MONTHS_BACK: u32 = 2;

impl Store {
    /// Some reminders whose day has come, the oldest first, each with its note.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn due_reminders(&self, today: NaiveDate, most: usize) -> Result<Vec<(Key, Reminder)>, StoreError> {
        let (mut due, mut month) = (Vec::new(), MonthKey::of(today));
        let mut months = vec![month];
        for _ in 0..MONTHS_BACK {
            let (first, _) = month.first_days();
            month = MonthKey::of(first.pred_opt().unwrap_or(first));
            months.push(month);
        }
        let last = format!("{today}$"); // after all that begin with today's date and "#"
        for month in months.into_iter().rev() {
            let range = Range::partition(keys::reminders_pk(month)).ascending();
            let range = range.within(SortRange::Between("0".to_owned(), last.clone()));
            for item in self.query(&range, most - due.len()).await? {
                let text = |name| crate::client::text(&item, name).unwrap_or_default().to_owned();
                let key = Key { pk: text("pk"), sk: text("sk") };
                due.push((key, from_item(item)?));
            }
        }
        Ok(due)
    }

    /// A reminder was told, or no longer holds.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn forget_reminder(&self, note: &Key) -> Result<(), StoreError> {
        self.remove(Table::Core, note).await
    }
}
