//! `Content-Disposition` (RFC 6266): a download is saved under its own name, and never shown in the browser.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What an extended value need not escape besides letters and digits (RFC 5987, attr-char).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The header for a file of this name: with the name in ASCII for old programs, and as it is for all others.
pub(crate) fn attachment(filename: &str) -> String {
    let plain: String = filename.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(filename, ESCAPED))
}

/// What every program reads alike between quotes.
fn is_plain(c: char) -> bool {
    (c.is_ascii_graphic() || c == ' ') && !matches!(c, '"' | '\\' | '%' | '/' | ';')
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn a_name_is_given_in_ascii_and_as_it_is() {
        assert_eq!(
            attachment("photo (2).jpg"),
            "attachment; filename=\"photo (2).jpg\"; filename*=UTF-8''photo%20%282%29.jpg"
        );
        assert_eq!(
            attachment("वारंटी.pdf"),
            "attachment; filename=\"______.pdf\"; \
             filename*=UTF-8''%E0%A4%B5%E0%A4%BE%E0%A4%B0%E0%A4%82%E0%A4%9F%E0%A5%80.pdf"
        );
    }

    #[test]
    fn a_name_cannot_leave_its_place() {
        let header = attachment("a\"; filename=\"evil.exe\r\nset-cookie: x=1.pdf");
        assert!(header.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '), "{header}");
        assert_eq!(header.matches('"').count(), 2, "{header}");
        assert_eq!(header.matches(';').count(), 2, "{header}");
    }
}
