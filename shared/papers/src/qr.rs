//! The UPI payment code: what a customer scans to pay.

use dms_domain::money::Paise;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::{Color, EcLevel, QrCode};

/// Longest payee's name and longest note, in characters of the link: a longer one makes a code too fine for a camera.
const MAX_TEXT: usize = 90;

/// The link of a payment (NPCI, UPI linking specification): to whom, their name, how much, what for.
pub(crate) fn upi_link(payee: &str, name: &str, amount: Paise, note: &str) -> String {
    let paise = amount.get();
    let payee = utf8_percent_encode(payee, PLAIN);
    let (name, note) = (clipped(name), clipped(note));
    format!("upi://pay?pa={payee}&pn={name}&am={}.{:02}&tn={note}&cu=INR", paise / 100, paise % 100)
}

/// As many letters of a text as have room, encoded.
fn clipped(text: &str) -> String {
    let mut clipped = String::new();
    for letter in text.chars() {
        let encoded = utf8_percent_encode(letter.encode_utf8(&mut [0; 4]), PLAIN).to_string();
        if clipped.len() + encoded.len() > MAX_TEXT {
            break;
        }
        clipped.push_str(&encoded);
    }
    clipped
}

/// What stands for itself in a link; the @ of a UPI id stays, which some apps want to see.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

/// A QR code.
pub(crate) struct Code {
    /// What it says.
    pub(crate) content: String,
    /// Modules in a row.
    pub(crate) width: usize,
    modules: Vec<Color>,
}

impl Code {
    /// The code of a text. None if it is too long for any code.
    pub(crate) fn of(content: String) -> Option<Self> {
        let code = QrCode::with_error_correction_level(&content, EcLevel::M).ok()?;
        Some(Self { content, width: code.width(), modules: code.into_colors() })
    }

    /// Column, row and length of the runs of dark modules: one area each, so that no seam shows between modules.
    pub(crate) fn dark(&self) -> Vec<(usize, usize, usize)> {
        let mut runs: Vec<(usize, usize, usize)> = Vec::new();
        for (at, _) in self.modules.iter().enumerate().filter(|(_, colour)| **colour == Color::Dark) {
            let (column, row) = (at % self.width, at / self.width);
            match runs.last_mut() {
                Some((begin, last, length)) if *last == row && *begin + *length == column => *length += 1,
                _ => runs.push((column, row, 1)),
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_payee_amount_and_purpose() {
        let link = upi_link("sc001@okbank", "Volt & Söhne", Paise::new(590_005), "Invoice SC001-2025-0001");
        let expected =
            "upi://pay?pa=sc001@okbank&pn=Volt%20%26%20S%C3%B6hne&am=5900.05&tn=Invoice%20SC001-2025-0001&cu=INR";
        assert_eq!(link, expected);
    }

    #[test]
    fn a_hostile_id_stays_one_value_and_a_long_name_makes_no_finer_code() {
        let link = upi_link("x&am=1.00#", &"आ".repeat(100), Paise::new(100), &"n".repeat(100));
        assert!(link.starts_with("upi://pay?pa=x%26am%3D1.00%23&pn=%E0%A4%86"), "{link}");
        assert_eq!((link.matches("%E0%A4%86").count(), link.matches('n').count()), (10, MAX_TEXT + 2));
        assert!(Code::of(link).unwrap().width <= 81, "a camera reads it");
    }
}
