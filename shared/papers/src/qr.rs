//! The UPI payment code: what a customer scans to pay.

use dms_domain::money::Paise;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::{Color, EcLevel, QrCode};

/// Longest note that payment apps show, in characters.
const MAX_NOTE: usize = 50;
/// Longest payee's name, in characters: a longer one makes a code too fine for a camera.
const MAX_NAME: usize = 40;

/// The link of a payment (NPCI, UPI linking specification): to whom, their name, how much, what for.
pub(crate) fn upi_link(payee: &str, name: &str, amount: Paise, note: &str) -> String {
    let paise = amount.get();
    let name: String = name.chars().take(MAX_NAME).collect();
    let note: String = note.chars().take(MAX_NOTE).collect();
    let [payee, name, note] = [payee, &name, &note].map(|text| utf8_percent_encode(text, PLAIN));
    format!("upi://pay?pa={payee}&pn={name}&am={}.{:02}&tn={note}&cu=INR", paise / 100, paise % 100)
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
