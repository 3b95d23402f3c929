//! Registration marks of vehicles.

use super::{FormatError, compact, text_format};

/// A vehicle's registration mark without spaces and dashes, in upper case: `KA01AB1234` and its shorter forms
/// (2 letters, 1–2 digits, 0–3 letters, 1–4 digits) or the BH series `22BH1234AA` (decisions.md, "Registration").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Registration(String);

text_format!(
    Registration,
    example: "KA01AB1234",
    pattern: "^([A-Z]{2}[0-9]{1,2}[A-Z]{0,3}[0-9]{1,4}|[0-9]{2}BH[0-9]{4}[A-Z]{1,2})$",
    expected: "must be a registration number such as KA01AB1234 or 22BH1234AA"
);

impl Registration {
    /// Reads a mark in any grouping and case ("ka-01 ab 1234").
    ///
    /// # Errors
    /// If it is neither a state's mark nor one of the BH series.
    pub fn parse(value: &str) -> Result<Self, FormatError> {
        let mark = compact(value);
        if is_state_mark(&mark) || is_bh_mark(&mark) {
            Ok(Self(mark))
        } else {
            Err(FormatError::new(Self::EXPECTED))
        }
    }
}

/// `AA00AAA0000`, with the middle letters optional: then its digits run together (`DL1234`).
fn is_state_mark(mark: &str) -> bool {
    let (state, rest) = take(mark, |byte| byte.is_ascii_uppercase());
    let (district, rest) = take(rest, |byte| byte.is_ascii_digit());
    let (series, rest) = take(rest, |byte| byte.is_ascii_uppercase());
    let (number, rest) = take(rest, |byte| byte.is_ascii_digit());
    let digits_fit = if series == 0 {
        (2..=6).contains(&district) && number == 0
    } else {
        (1..=2).contains(&district) && (1..=4).contains(&number)
    };
    state == 2 && series <= 3 && digits_fit && rest.is_empty()
}

/// `22BH1234AA`: year, `BH`, four digits, one or two letters.
fn is_bh_mark(mark: &str) -> bool {
    let (year, rest) = take(mark, |byte| byte.is_ascii_digit());
    let Some(rest) = rest.strip_prefix("BH") else { return false };
    let (number, rest) = take(rest, |byte| byte.is_ascii_digit());
    let (series, rest) = take(rest, |byte| byte.is_ascii_uppercase());
    year == 2 && number == 4 && (1..=2).contains(&series) && rest.is_empty()
}

/// How many bytes at the start are of this kind, and what follows them.
fn take(text: &str, kind: impl Fn(u8) -> bool) -> (usize, &str) {
    let count = text.bytes().take_while(|byte| kind(*byte)).count();
    (count, text.get(count..).unwrap_or_default())
}
