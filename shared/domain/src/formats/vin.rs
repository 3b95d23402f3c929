//! Vehicle identification numbers.

use super::{FormatError, all_capitals_or_digits, text_format};

/// A vehicle identification number: 5–17 capitals and digits; at the standard 17 (ISO 3779) never I, O or Q.
/// The check digit is not tested: Indian and European makers do not use it (decisions.md, "VIN").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vin(String);

text_format!(
    Vin,
    example: "MA3EYD32S00123456",
    pattern: "^([A-Z0-9]{5,16}|[A-HJ-NPR-Z0-9]{17})$",
    expected: "must be a VIN: 5 to 17 letters and digits, without I, O and Q if it has 17"
);

impl Vin {
    /// Reads a VIN in any case.
    ///
    /// # Errors
    /// If it is not one.
    pub fn parse(value: &str) -> Result<Self, FormatError> {
        let vin = value.trim().to_ascii_uppercase();
        let letters_fit = vin.len() < 17 || !vin.contains(['I', 'O', 'Q']);
        if (5..=17).contains(&vin.len()) && all_capitals_or_digits(&vin) && letters_fit {
            Ok(Self(vin))
        } else {
            Err(FormatError::new(Self::EXPECTED))
        }
    }

    /// It has the standard's 17 characters.
    pub fn is_standard(&self) -> bool {
        self.0.len() == 17
    }
}
