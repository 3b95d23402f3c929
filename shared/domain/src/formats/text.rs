//! Free text, e-mail addresses and the codes of service centres.

use unicode_normalization::UnicodeNormalization;

use super::{FormatError, all_capitals_or_digits, text_format};

/// An e-mail address in lower case, at most 254 characters (RFC 5321). Only the shape is checked: whether
/// someone reads it, only a mail can tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

text_format!(
    Email,
    example: "ravi@example.com",
    pattern: r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$",
    expected: "must be an e-mail address such as name@example.com"
);

impl Email {
    /// Reads an address: one `@`, a domain with a dot, ASCII without spaces.
    ///
    /// # Errors
    /// If it is not one.
    pub fn parse(value: &str) -> Result<Self, FormatError> {
        let email = value.trim().to_ascii_lowercase();
        let expected = || FormatError::new(Self::EXPECTED);
        let (local, domain) = email.split_once('@').ok_or_else(expected)?;
        // What separates addresses in a mail's header has no place inside one.
        let local_fits = (1..=64).contains(&local.len())
            && local.bytes().all(|byte| byte.is_ascii_graphic() && !br#"()<>[]:;,@\""#.contains(&byte));
        let labels_fit = domain.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        });
        if email.len() <= 254 && local_fits && labels_fit && domain.contains('.') {
            Ok(Self(email))
        } else {
            Err(expected())
        }
    }
}

/// A service centre's code, part of its documents' numbers: 2–5 characters, not starting with 0, so that
/// `SC001-2025-0001` has at most 16 characters (CGST Rule 46(b)).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CentreCode(String);

text_format!(
    CentreCode,
    example: "SC001",
    pattern: "^[A-Z1-9][A-Z0-9]{1,4}$",
    expected: "must be 2 to 5 letters and digits, not starting with 0"
);

impl CentreCode {
    /// Reads a code in any case.
    ///
    /// # Errors
    /// If it is not one.
    pub fn parse(value: &str) -> Result<Self, FormatError> {
        let code = value.trim().to_ascii_uppercase();
        if (2..=5).contains(&code.len()) && all_capitals_or_digits(&code) && !code.starts_with('0') {
            Ok(Self(code))
        } else {
            Err(FormatError::new(Self::EXPECTED))
        }
    }
}

/// Free text: trimmed, in Unicode's NFC, with line ends as `\n`, of `min` to `max` characters.
///
/// # Errors
/// If it is shorter or longer, or has control characters other than line ends and tabs.
pub fn bounded_text(value: &str, min: usize, max: usize) -> Result<String, FormatError> {
    let text: String = value.trim().replace("\r\n", "\n").nfc().collect();
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(FormatError::new("must not contain control characters"));
    }
    let count = text.chars().count();
    if count == 0 && min > 0 {
        Err(FormatError::new("must not be empty"))
    } else if (min..=max).contains(&count) {
        Ok(text)
    } else if min <= 1 {
        Err(FormatError::new(format!("must have at most {max} characters")))
    } else {
        Err(FormatError::new(format!("must have {min} to {max} characters")))
    }
}
