//! How many documents of each state were created on a day: one number, in which every state has five digits. A document
//! that changes its state moves a one from some digits to others; what a state has had and has no more, leaves nothing
//! behind. So a month's tally stays small, however many states its documents go through: each list reads two years of them
//! for one unit. Documents without states are counted by themselves, under a day of one digit.

use dms_domain::statuses::TallyCode;

/// One more than there can be on one day in one state of one list.
const LIMIT: i128 = 100_000;

/// How many documents, by the place of their state.
pub(crate) type Counts = Vec<(Option<u32>, u64)>;

/// Digits of a day in the name of what counts documents without states: the 31st is `v`.
const DAY_RADIX: u32 = 32;

/// The attribute of a day, and one document of a state in it.
pub(crate) fn one(day: u32, code: TallyCode) -> (String, i128) {
    match code.place() {
        None => (char::from_digit(day, DAY_RADIX).into_iter().collect(), 1),
        Some(place) => (format!("{day:02}"), LIMIT.pow(place)),
    }
}

/// The day and, by the place of their state, the documents that an attribute of a tally counts; `None` for another.
pub(crate) fn counts(attribute: &str, number: &str) -> Option<(u32, Counts)> {
    if let Ok(digit) = attribute.parse::<char>() {
        let day = digit.to_digit(DAY_RADIX)?;
        return Some((day, vec![(None, number.parse().ok()?)]));
    }
    let day = attribute.parse().ok()?;
    let mut rest: i128 = number.parse().ok()?;
    let mut counts = Vec::new();
    for place in 0.. {
        if rest <= 0 {
            break;
        }
        let count = u64::try_from(rest % LIMIT).ok()?;
        if count > 0 {
            counts.push((Some(place), count));
        }
        rest /= LIMIT;
    }
    Some((day, counts))
}

#[cfg(test)]
mod tests {
    use dms_domain::statuses::JobCardStatus;

    use super::*;

    #[test]
    fn documents_of_every_state_are_counted_apart() {
        let mut sum = 0;
        for (position, state) in JobCardStatus::ALL.iter().enumerate() {
            let (attribute, one) = one(7, state.tally_code());
            assert_eq!(attribute, "07");
            sum += one * (99_999 - position as i128);
        }
        let (day, counted) = counts("07", &sum.to_string()).unwrap();
        let expected: Vec<_> = (0..7_u32).map(|place| (Some(place), u64::from(99_999 - place))).collect();
        assert_eq!((day, counted), (7, expected));
        assert!(sum.to_string().len() <= 38, "DynamoDB's numbers have 38 digits");
    }

    #[test]
    fn what_has_left_a_state_leaves_nothing_behind() {
        let of = |state: JobCardStatus| one(31, state.tally_code()).1;
        let moved = of(JobCardStatus::Created) - of(JobCardStatus::Created) + of(JobCardStatus::Invoiced);
        assert_eq!(
            counts("31", &moved.to_string()),
            Some((31, vec![(JobCardStatus::Invoiced.tally_code().place(), 1)]))
        );
        assert_eq!(counts("31", "0"), Some((31, Vec::new())));
    }

    #[test]
    fn documents_without_states_have_no_limit() {
        for day in 1..=31 {
            let (attribute, one) = one(day, TallyCode::STATELESS);
            assert_eq!(attribute.len(), 1);
            assert_eq!(counts(&attribute, &(one * 1_234_567).to_string()), Some((day, vec![(None, 1_234_567)])));
        }
        assert_eq!(counts("pk", "1"), None);
    }
}
