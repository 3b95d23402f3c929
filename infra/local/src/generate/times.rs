//! When things happen: on working days, in the hours of a workshop, somewhat more often every month.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc, Weekday};
use dms_domain::calendar;

use super::dice::Dice;

/// The workshop opens at 9 and closes at 19 o'clock in India.
const OPENS_MIN: i64 = 9 * 60;
const CLOSES_MIN: i64 = 19 * 60;
/// A day after the growth of the whole time has this many times the business of the first one.
const GROWTH: f64 = 0.6;

/// Moments at which something happens, ascending, no two the same.
pub(super) fn spread(count: usize, (from, until): (NaiveDate, NaiveDate), dice: &mut Dice) -> Vec<DateTime<Utc>> {
    let days: Vec<NaiveDate> = from.iter_days().take_while(|day| *day <= until).collect();
    let mut sum = 0.0;
    let ends: Vec<f64> = days
        .iter()
        .enumerate()
        .map(|(position, day)| {
            #[allow(clippy::cast_precision_loss)] // some thousand days
            let passed = position as f64 / days.len() as f64;
            sum += busyness(*day) * (1.0 + GROWTH * passed);
            sum
        })
        .collect();
    let mut moments: Vec<DateTime<Utc>> = (0..count)
        .filter_map(|_| {
            let thrown = dice.share() * sum;
            let day = days.get(ends.partition_point(|end| *end <= thrown)).or(days.last())?;
            // Most come in the morning: the earlier of two moments.
            let minute = dice.between(OPENS_MIN, CLOSES_MIN - 30).min(dice.between(OPENS_MIN, CLOSES_MIN - 30));
            let ms = minute * 60_000 + dice.between(0, 59_999);
            Some(calendar::ist_day_start_utc(*day) + TimeDelta::milliseconds(ms))
        })
        .collect();
    moments.sort_unstable();
    let mut earliest = DateTime::<Utc>::MIN_UTC;
    for moment in &mut moments {
        *moment = (*moment).max(earliest);
        earliest = *moment + TimeDelta::milliseconds(1);
    }
    moments
}

/// How much happens on a day, compared to a Tuesday.
fn busyness(day: NaiveDate) -> f64 {
    match (day.month(), day.day()) {
        // Republic Day, Independence Day, Gandhi's birthday.
        (1, 26) | (8, 15) | (10, 2) => return 0.0,
        _ => {}
    }
    match day.weekday() {
        Weekday::Sun => 0.15,
        Weekday::Mon => 1.15,
        Weekday::Sat => 1.3,
        Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => 1.0,
    }
}

/// A moment so many minutes of work later: what is not done today is done tomorrow morning.
pub(super) fn later(from: DateTime<Utc>, minutes: i64, dice: &mut Dice) -> DateTime<Utc> {
    let then = from + TimeDelta::minutes(minutes) + TimeDelta::milliseconds(dice.between(0, 59_999));
    let day = calendar::ist_date(then);
    let minute = (then - calendar::ist_day_start_utc(day)).num_minutes();
    let open = (OPENS_MIN..CLOSES_MIN).contains(&minute) && busyness(day) > 0.5;
    if open {
        return then;
    }
    let first = if minute < OPENS_MIN { day } else { day + TimeDelta::days(1) };
    let next = first.iter_days().take(10).find(|day| busyness(*day) > 0.5).unwrap_or(first);
    let ms = (OPENS_MIN + dice.between(0, 90)) * 60_000 + dice.between(0, 59_999);
    calendar::ist_day_start_utc(next) + TimeDelta::milliseconds(ms)
}

#[cfg(test)]
mod tests {
    use super::{super::dice::What, *};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn moments_ascend_within_their_days_and_sundays_are_quiet() {
        let days = (day("2026-01-01"), day("2026-06-30"));
        let moments = spread(10_000, days, &mut Dice::of(1, What::Times, 0));
        assert_eq!(moments.len(), 10_000);
        assert!(moments.windows(2).all(|pair| pair[0] < pair[1]));
        let dates: Vec<NaiveDate> = moments.iter().map(|moment| calendar::ist_date(*moment)).collect();
        assert!(dates.iter().all(|date| (days.0..=days.1).contains(date)));
        let on = |weekday| dates.iter().filter(|date| date.weekday() == weekday).count();
        assert!(on(Weekday::Sun) * 4 < on(Weekday::Tue));
        assert!(!dates.contains(&day("2026-01-26")));
    }

    #[test]
    fn work_is_done_in_working_hours() {
        let mut dice = Dice::of(1, What::Times, 1);
        // Saturday, 18:30 in India.
        let evening: DateTime<Utc> = "2026-11-21T13:00:00Z".parse().unwrap();
        assert_eq!(calendar::ist_date(later(evening, 10, &mut dice)), day("2026-11-21"));
        assert_eq!(calendar::ist_date(later(evening, 120, &mut dice)), day("2026-11-23"));
    }
}
