//! Chance that is the same every time: everything generated has dice of its own, made of the seed, of what it is and
//! of the how manieth it is. So nothing depends on the order in which things are made.

use chrono::{DateTime, Utc};
use dms_domain::ids::{self, CentreOrdinal};
use fastrand::Rng;
use uuid::Uuid;

/// What the dice are thrown for.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Centre,
    Part,
    Customer,
    Phone,
    Vehicle,
    Visit,
    Times,
    Restocking,
}

/// Dice of one thing.
#[derive(Debug, Clone)]
pub(super) struct Dice(Rng);

impl Dice {
    /// Those of the `number`th thing of a kind.
    pub(super) fn of(seed: u64, what: What, number: usize) -> Self {
        let of_kind = Rng::with_seed(seed ^ ((what as u64) << 56)).u64(..);
        Self(Rng::with_seed(of_kind ^ number as u64))
    }

    /// From 0, less than this.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0.usize(..end.max(1))
    }

    /// From the first to the last, both possible.
    pub(super) fn between(&mut self, first: i64, last: i64) -> i64 {
        self.0.i64(first..=last.max(first))
    }

    /// Whether it happens, of which the chance is so many per cent.
    pub(super) fn percent(&mut self, chance: u32) -> bool {
        self.0.u32(..100) < chance
    }

    /// A share from 0 to 1.
    pub(super) fn share(&mut self) -> f64 {
        self.0.f64()
    }

    /// A seed for something else.
    pub(super) fn seed(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// One of these.
    pub(super) fn one<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        self.0.choice(choices).copied()
    }

    /// One of these texts; none of none.
    pub(super) fn word<'a>(&mut self, words: &[&'a str]) -> &'a str {
        self.one(words).unwrap_or_default()
    }

    /// One of these, each as often as its weight says.
    pub(super) fn weighted<T: Copy>(&mut self, choices: &[(T, u32)]) -> Option<T> {
        let mut thrown = self.0.u32(..choices.iter().map(|(_, weight)| weight).sum::<u32>().max(1));
        for (choice, weight) in choices {
            match thrown.checked_sub(*weight) {
                None => return Some(*choice),
                Some(rest) => thrown = rest,
            }
        }
        None
    }

    /// So many digits.
    pub(super) fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.0.u8(..10))).collect()
    }

    /// An id of this moment.
    pub(super) fn id(&mut self, at: DateTime<Utc>, centre: Option<CentreOrdinal>) -> Uuid {
        ids::new_id(at, centre, self.0.u64(..).to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same_and_weights_are_kept() {
        let thrown = |seed| {
            let mut dice = Dice::of(seed, What::Visit, 7);
            (dice.below(1_000), dice.between(-5, 5), dice.digits(4))
        };
        assert_eq!(thrown(1), thrown(1));
        assert_ne!(thrown(1), thrown(2));
        let mut dice = Dice::of(1, What::Part, 0);
        let heads = (0..10_000).filter(|_| dice.weighted(&[("heads", 3), ("tails", 1)]) == Some("heads")).count();
        assert!((7_300..7_700).contains(&heads), "{heads}");
        assert_eq!(dice.weighted::<u8>(&[]), None);
    }
}
