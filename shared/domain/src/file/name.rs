//! What a request says about a file, as parsed values.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use crate::{
    formats::{FormatError, bounded_text, text_format},
    statuses::FileType,
};

/// Most characters of a name.
const MAX_NAME_CHARS: usize = 200;

/// A file's name, with one of the endings that are taken. In any script; without a path, and without characters that
/// turn the direction of writing: `exe.fdp` must not be shown as something else than it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileName(String);

text_format!(
    FileName,
    example: "front-left-door.jpg",
    pattern: r"^[^/\\]*[^/\\.]+[^/\\]*\.([jJ][pP][eE]?[gG]|[pP][nN][gG]|[pP][dD][fF]|[dD][oO][cC][xX]?)$",
    expected: "must end in .jpg, .jpeg, .png, .pdf, .doc or .docx"
);

impl FileName {
    /// Reads a name.
    ///
    /// # Errors
    /// If it is empty, too long, a path, has control characters, or none of the endings.
    pub fn parse(value: &str) -> Result<Self, FormatError> {
        let name = bounded_text(value, 1, MAX_NAME_CHARS)?;
        if name.contains(['/', '\\']) {
            return Err(FormatError::new("must be a name without a path"));
        }
        if name.chars().any(|c| c.is_control() || turns_direction(c)) {
            return Err(FormatError::new("must not contain control characters"));
        }
        match FileType::of_name(&name) {
            Some(_) => Ok(Self(name)),
            None => Err(FormatError::new(Self::EXPECTED)),
        }
    }

    /// The type that its ending says.
    pub fn file_type(&self) -> Option<FileType> {
        FileType::of_name(&self.0)
    }
}

/// Unicode's embeddings, overrides and isolates. (Joiners, which Indian scripts need, are none.)
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// SHA-256 of a content, as 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sha256Hash(String);

text_format!(
    Sha256Hash,
    example: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    pattern: "^[0-9a-fA-F]{64}$",
    expected: "must be a SHA-256 hash: 64 hexadecimal digits"
);

impl Sha256Hash {
    /// Reads a hash in any case.
    ///
    /// # Errors
    /// If it is not one.
    pub fn parse(value: &str) -> Result<Self, FormatError> {
        let digits = value.trim().to_ascii_lowercase();
        if digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(digits))
        } else {
            Err(FormatError::new(Self::EXPECTED))
        }
    }

    /// The hash of a content.
    pub fn of(content: &[u8]) -> Self {
        Self(hex::encode(Sha256::digest(content)))
    }

    /// As S3 writes it.
    pub fn base64(&self) -> String {
        STANDARD.encode(hex::decode(&self.0).unwrap_or_default())
    }
}
