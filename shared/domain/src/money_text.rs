//! Amounts as India writes them: digits grouped by thousand, lakh and crore, and in words.

use crate::money::Paise;

const LAKH: u64 = 100_000;
const CRORE: u64 = 10_000_000;

const SMALL: [&str; 20] = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
];
const TENS: [&str; 10] = ["", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"];

/// Rupees with grouped digits and always two decimals: "1,23,456.78", "0.00", "-0.45".
pub fn grouped(amount: Paise) -> String {
    let sign = if amount.is_negative() { "-" } else { "" };
    let paise = amount.get().unsigned_abs();
    format!("{sign}{}.{:02}", grouped_whole(paise / 100), paise % 100)
}

/// A whole number with grouped digits: the last three together, the others in pairs: "12,34,567".
pub fn grouped_whole(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 2);
    for (at, digit) in digits.chars().enumerate() {
        let left = digits.len() - at;
        if at > 0 && left >= 3 && left % 2 == 1 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The amount in words: "Rupees One Lakh Twenty-Three Thousand Four Hundred Fifty-Six and Seventy-Eight Paise Only".
pub fn in_words(amount: Paise) -> String {
    let sign = if amount.is_negative() { "Minus " } else { "" };
    let (rupees, paise) = (amount.get().unsigned_abs() / 100, amount.get().unsigned_abs() % 100);
    let rest = if paise == 0 { String::new() } else { format!(" and {} Paise", number_in_words(paise)) };
    format!("{sign}Rupees {}{rest} Only", number_in_words(rupees))
}

/// A number in words. What is above a crore is counted in crores again: "Two Lakh Crore".
fn number_in_words(number: u64) -> String {
    let mut words = Vec::new();
    push_words(number, &mut words);
    if words.is_empty() { SMALL[0].to_owned() } else { words.join(" ") }
}

/// The words of a number; none of zero.
fn push_words(number: u64, words: &mut Vec<String>) {
    let counts = [
        (number / CRORE, "Crore"),
        (number % CRORE / LAKH, "Lakh"),
        (number % LAKH / 1_000, "Thousand"),
        (number % 1_000 / 100, "Hundred"),
    ];
    for (count, name) in counts.into_iter().filter(|(count, _)| *count > 0) {
        push_words(count, words);
        words.push(name.to_owned());
    }
    words.extend(below_hundred(number % 100));
}

/// "Seven", "Seventeen", "Seventy", "Seventy-Eight"; nothing for zero.
fn below_hundred(number: u64) -> Option<String> {
    let word = |words: &[&'static str], at: u64| usize::try_from(at).ok().and_then(|at| words.get(at).copied());
    match number {
        0 => None,
        1..20 => word(&SMALL, number).map(str::to_owned),
        _ => {
            let (tens, ones) = (word(&TENS, number / 10)?, number % 10);
            Some(if ones == 0 { tens.to_owned() } else { format!("{tens}-{}", word(&SMALL, ones)?) })
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(paise: i64) -> String {
        in_words(Paise::new(paise))
    }

    #[test]
    fn amounts_are_grouped_by_thousand_lakh_and_crore() {
        for (paise, text) in [
            (0, "0.00"),
            (7, "0.07"),
            (-45, "-0.45"),
            (99_999, "999.99"),
            (100_000, "1,000.00"),
            (12_345_678, "1,23,456.78"),
            (-12_345_678, "-1,23,456.78"),
            (1_000_000_000, "1,00,00,000.00"),
            (i64::MAX, "92,23,37,20,36,85,47,758.07"),
        ] {
            assert_eq!(grouped(Paise::new(paise)), text);
        }
    }

    #[test]
    fn amounts_are_told_in_words() {
        for (paise, text) in [
            (0, "Rupees Zero Only"),
            (78, "Rupees Zero and Seventy-Eight Paise Only"),
            (100, "Rupees One Only"),
            (1_900, "Rupees Nineteen Only"),
            (10_000, "Rupees One Hundred Only"),
            (590_000, "Rupees Five Thousand Nine Hundred Only"),
            (
                12_345_678,
                "Rupees One Lakh Twenty-Three Thousand Four Hundred Fifty-Six and Seventy-Eight Paise Only",
            ),
            (1_000_000_000, "Rupees One Crore Only"),
            (1_000_000_100, "Rupees One Crore One Only"),
            (20_000_000_000_000, "Rupees Twenty Thousand Crore Only"),
            (-45, "Minus Rupees Zero and Forty-Five Paise Only"),
        ] {
            assert_eq!(words(paise), text);
        }
    }

    /// Reads words back, as a person does: from the left, each unit multiplying what stands before it.
    fn read_back(text: &str) -> i64 {
        let (sign, text) = text.strip_prefix("Minus ").map_or((1, text), |rest| (-1, rest));
        let text = text.strip_prefix("Rupees ").unwrap().strip_suffix(" Only").unwrap();
        let (rupees, paise) = match text.strip_suffix(" Paise") {
            None => (text, 0),
            Some(text) => {
                let (rupees, paise) = text.rsplit_once(" and ").unwrap();
                (rupees, read_number(paise))
            }
        };
        assert!(paise < 100);
        sign * (read_number(rupees) * 100 + paise)
    }

    fn read_number(text: &str) -> i64 {
        let (mut crores, mut sum, mut open) = (0, 0, 0);
        for word in text.split([' ', '-']) {
            match word {
                "Crore" => (crores, sum, open) = ((crores + sum + open) * 10_000_000, 0, 0),
                "Lakh" => (sum, open) = (sum + open * 100_000, 0),
                "Thousand" => (sum, open) = (sum + open * 1_000, 0),
                "Hundred" => open *= 100,
                small => {
                    let ones = SMALL.iter().position(|known| *known == small);
                    let tens = || TENS.iter().position(|known| *known == small).map(|ten| ten * 10);
                    open += i64::try_from(ones.or_else(tens).unwrap_or_else(|| panic!("{small}?"))).unwrap();
                }
            }
        }
        crores + sum + open
    }

    proptest! {
        #[test]
        fn words_read_back_are_the_amount(paise in prop_oneof![-1_000_000_i64..1_000_000, 0..100_000_000_000_i64, any::<i64>()]) {
            // The least of all has no counterpart above zero for the reader.
            prop_assume!(paise != i64::MIN);
            prop_assert_eq!(read_back(&words(paise)), paise);
        }

        #[test]
        fn groups_are_pairs_before_a_last_group_of_three(paise in any::<i64>()) {
            let text = grouped(Paise::new(paise));
            prop_assert_eq!(text.replace([',', '.'], ""), {
                let digits = format!("{:03}", paise.unsigned_abs());
                if paise < 0 { format!("-{digits}") } else { digits }
            });
            let whole = text.trim_start_matches('-').split('.').next().unwrap();
            let groups: Vec<usize> = whole.split(',').map(str::len).collect();
            let (last, before) = groups.split_last().unwrap();
            prop_assert!(*last == 3 || (before.is_empty() && *last < 3));
            if let Some((first, middle)) = before.split_first() {
                prop_assert!(matches!(first, 1 | 2) && middle.iter().all(|group| *group == 2));
            }
        }
    }
}
