//! What a content is, by its own bytes: names and announcements prove nothing.

use std::io::{Cursor, Read};

use super::Sha256Hash;
use crate::statuses::FileType;

/// What was said of a content before it came.
#[derive(Debug, Clone, Copy)]
pub struct Announced<'a> {
    /// Its length.
    pub size_bytes: u64,
    /// Its type.
    pub content_type: FileType,
    /// Its hash.
    pub sha256: &'a Sha256Hash,
}

impl Announced<'_> {
    /// Checks the length alone: before a content is read.
    ///
    /// # Errors
    /// What is wrong, in words for the uploader.
    pub fn check_size(&self, size_bytes: u64) -> Result<(), String> {
        if size_bytes == self.size_bytes {
            return Ok(());
        }
        Err(format!("has {size_bytes} bytes; {} were announced", self.size_bytes))
    }

    /// Checks a content: length, hash, and type.
    ///
    /// # Errors
    /// What is wrong, in words for the uploader.
    pub fn check(&self, content: &[u8]) -> Result<(), String> {
        self.check_size(content.len() as u64)?;
        if Sha256Hash::of(content) != *self.sha256 {
            return Err("its SHA-256 hash is not the one that was announced".to_owned());
        }
        check_type(content, self.content_type)
    }
}

/// Checks that a content is of the type that its file's name says.
///
/// # Errors
/// What it is instead, in words for the uploader.
pub fn check_type(content: &[u8], announced: FileType) -> Result<(), String> {
    let found = recognised(content);
    if found == Some(announced) {
        return Ok(());
    }
    // A plain zip archive is told as such, also by who takes it for a document.
    let found = found.map(FileType::as_str).or_else(|| Some(infer::get(content)?.mime_type()));
    let expected = announced.as_str();
    Err(found.filter(|found| *found != expected).map_or_else(
        || format!("its content is not {expected}"),
        |found| format!("its content is {found}, not {expected}"),
    ))
}

/// The type of a content; none when it is none of those that are taken.
pub fn recognised(content: &[u8]) -> Option<FileType> {
    if infer::image::is_jpeg(content) {
        Some(FileType::Jpeg)
    } else if infer::image::is_png(content) {
        Some(FileType::Png)
    } else if content.starts_with(PDF) {
        Some(FileType::Pdf)
    } else if is_doc(content) {
        Some(FileType::Doc)
    } else if is_docx(content) {
        Some(FileType::Docx)
    } else {
        None
    }
}

/// How a PDF begins (ISO 32000-2, 7.5.2). Readers look further, up to 1 024 bytes: but then a page of HTML, a script or a zip
/// archive that says it somewhere would be taken for one.
const PDF: &[u8] = b"%PDF-";

/// How a compound file begins: old Office documents, but also installers.
const COMPOUND_FILE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// A Word document of 1997 to 2003: a compound file with a stream of this name ([MS-DOC] 2.1.1).
fn is_doc(content: &[u8]) -> bool {
    content.starts_with(COMPOUND_FILE)
        && cfb::CompoundFile::open(Cursor::new(content)).is_ok_and(|file| file.is_stream("/WordDocument"))
}

/// Most bytes of a docx's table of contents that are looked at: how large it becomes when it is unpacked is its
/// sender's choice.
const MAX_CONTENT_TYPES_BYTES: u64 = 256 * 1024;
/// Most files in a docx; Word makes a few dozen.
const MAX_DOCX_FILES: u16 = 5_000;
/// The type of a docx's main part: not that of a template, and not that of a document with macros.
const DOCX_MAIN_PART: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";

/// A Word document since 2007: a zip archive with a main part whose type says so. Nothing but the table of contents is
/// unpacked.
fn is_docx(content: &[u8]) -> bool {
    if !content.starts_with(b"PK\x03\x04") || files_in_zip(content).is_none_or(|files| files > MAX_DOCX_FILES) {
        return false;
    }
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(content)) else { return false };
    if archive.index_for_name("word/document.xml").is_none() {
        return false;
    }
    let Ok(types) = archive.by_name("[Content_Types].xml") else { return false };
    let mut text = Vec::new();
    let read = types.take(MAX_CONTENT_TYPES_BYTES).read_to_end(&mut text);
    read.is_ok() && String::from_utf8_lossy(&text).contains(DOCX_MAIN_PART)
}

/// How many files an archive says it has, in the record at its end; more than that record can say counts as too many.
fn files_in_zip(content: &[u8]) -> Option<u16> {
    const RECORD: &[u8] = b"PK\x05\x06";
    const RECORD_BYTES: usize = 22;
    const MAX_COMMENT_BYTES: usize = u16::MAX as usize;
    let from = content.len().saturating_sub(RECORD_BYTES + MAX_COMMENT_BYTES);
    let end = &content[from..];
    let at = end.windows(RECORD.len()).rposition(|window| window == RECORD)?;
    let count = end.get(at + 10..at + 12)?;
    Some(u16::from_le_bytes([count[0], count[1]]))
}
