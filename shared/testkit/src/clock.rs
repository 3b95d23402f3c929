use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use dms_domain::calendar::Clock;

/// A clock that goes when it is told to.
pub struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    /// Stands at this time (RFC 3339).
    pub fn at(time: &str) -> Self {
        Self(Mutex::new(time.parse().expect("an RFC 3339 time")))
    }

    /// Goes on.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().expect("no test panicked") += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("no test panicked")
    }
}
