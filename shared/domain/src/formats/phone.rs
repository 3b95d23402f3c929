//! Mobile numbers and PIN codes.

use super::{FormatError, all_digits, compact, text_format};

/// An Indian mobile number, stored as `+91` and 10 digits starting 6–9 (decisions.md, "Mobile").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

text_format!(
    Phone,
    example: "+919876543210",
    pattern: r"^\+91[6-9][0-9]{9}$",
    expected: "must be an Indian mobile number: +91 and 10 digits starting 6-9"
);

impl Phone {
    /// Reads a number with or without spaces and dashes, as 10 digits or with `0`, `91` or `+91` before them.
    ///
    /// # Errors
    /// If it is not a mobile number.
    pub fn parse(value: &str) -> Result<Self, FormatError> {
        let compact = compact(value);
        let digits = match (compact.strip_prefix("+91"), compact.len()) {
            (Some(digits), _) => digits,
            (None, 11) => compact.strip_prefix('0').unwrap_or_default(),
            (None, 12) => compact.strip_prefix("91").unwrap_or_default(),
            (None, _) => &compact,
        };
        if digits.len() == 10 && all_digits(digits) && digits.starts_with(['6', '7', '8', '9']) {
            Ok(Self(format!("+91{digits}")))
        } else {
            Err(FormatError::new(Self::EXPECTED))
        }
    }

    /// The 10 digits without `+91`.
    pub fn digits(&self) -> &str {
        self.0.trim_start_matches("+91")
    }
}

/// A postal index number: 6 digits, not starting with 0 (decisions.md, "PIN").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pincode(String);

text_format!(
    Pincode,
    example: "560001",
    pattern: "^[1-9][0-9]{5}$",
    expected: "must be a PIN code: 6 digits, not starting with 0"
);

impl Pincode {
    /// Reads a PIN code, with or without a space ("560 001").
    ///
    /// # Errors
    /// If it is not one.
    pub fn parse(value: &str) -> Result<Self, FormatError> {
        let compact = compact(value);
        if compact.len() == 6 && all_digits(&compact) && !compact.starts_with('0') {
            Ok(Self(compact))
        } else {
            Err(FormatError::new(Self::EXPECTED))
        }
    }
}
