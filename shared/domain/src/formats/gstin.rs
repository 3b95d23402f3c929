//! What the GST law numbers: taxpayers (GSTIN), goods and services (HSN/SAC).

use super::{FormatError, GstState, all_digits, text_format};

/// A GST identification number: the state's two digits, the holder's PAN, the registration's number, a letter
/// or digit (`Z` by default) and a check character (decisions.md, "GSTIN").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gstin(String);

text_format!(
    Gstin,
    example: "27AABCU9603R1ZN",
    pattern: "^[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z][0-9A-Z]{2}$",
    expected: "must be a GSTIN: 15 characters such as 27AABCU9603R1ZN, with a correct check character"
);

impl Gstin {
    /// Reads a GSTIN in any case.
    ///
    /// # Errors
    /// If its structure or its check character is wrong.
    pub fn parse(value: &str) -> Result<Self, FormatError> {
        let gstin = value.trim().to_ascii_uppercase();
        if has_structure(&gstin) && check_character(&gstin) == gstin.chars().last() {
            Ok(Self(gstin))
        } else {
            Err(FormatError::new(Self::EXPECTED))
        }
    }

    /// The state that registered the holder; none if its digits are not on the list (such as the former 25 and 28).
    pub fn state(&self) -> Option<GstState> {
        GstState::from_code(self.0.get(..2)?)
    }
}

/// 2 digits, 5 letters, 4 digits, a letter, one of `1-9A-Z`, two of `0-9A-Z`.
fn has_structure(gstin: &str) -> bool {
    gstin.len() == 15
        && gstin.bytes().enumerate().all(|(at, byte)| match at {
            0..=1 | 7..=10 => byte.is_ascii_digit(),
            2..=6 | 11 => byte.is_ascii_uppercase(),
            12 => (byte.is_ascii_digit() && byte != b'0') || byte.is_ascii_uppercase(),
            _ => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        })
}

/// The check character of the first 14: base 36, weights 1 and 2 alternating, quotient and remainder of each
/// product added, and what is missing to a multiple of 36.
fn check_character(gstin: &str) -> Option<char> {
    let sum = gstin.chars().take(14).enumerate().try_fold(0, |sum, (at, c)| {
        let product = c.to_digit(36)? * if at % 2 == 0 { 1 } else { 2 };
        Some(sum + product / 36 + product % 36)
    })?;
    char::from_digit((36 - sum % 36) % 36, 36).map(|c| c.to_ascii_uppercase())
}

/// A code of the Harmonised System (goods) or a Service Accounting Code: 4, 6 or 8 digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HsnSac(String);

text_format!(
    HsnSac,
    example: "998714",
    pattern: "^[0-9]{4}([0-9]{2}){0,2}$",
    expected: "must be an HSN or SAC code: 4, 6 or 8 digits"
);

impl HsnSac {
    /// Reads a code.
    ///
    /// # Errors
    /// If it is not 4, 6 or 8 digits.
    pub fn parse(value: &str) -> Result<Self, FormatError> {
        let code = value.trim();
        if matches!(code.len(), 4 | 6 | 8) && all_digits(code) {
            Ok(Self(code.to_owned()))
        } else {
            Err(FormatError::new(Self::EXPECTED))
        }
    }

    /// Whether it is a code of services: chapter 99 holds them all.
    pub fn is_service(&self) -> bool {
        self.0.starts_with("99")
    }
}
