//! Whatever is uploaded, its type is found from its own bytes: a content is accepted as one type at most, namely the one
//! that it is recognised as, and only as what was announced, to the byte.

#![no_main]

use dms_domain::{
    file::{Announced, Sha256Hash, check_type, recognised},
    statuses::FileType,
};
use libfuzzer_sys::fuzz_target;

/// How contents of each type begin: whatever else is in them, without this they are none.
fn begins_as(content: &[u8], found: FileType) -> bool {
    let start: &[u8] = match found {
        FileType::Jpeg => b"\xFF\xD8\xFF",
        FileType::Png => b"\x89PNG",
        FileType::Pdf => b"%PDF",
        FileType::Doc => b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        FileType::Docx => b"PK\x03\x04",
    };
    content.starts_with(start)
}

fuzz_target!(|content: &[u8]| {
    let found = recognised(content);
    assert!(found.is_none_or(|found| begins_as(content, found)));
    let sha256 = Sha256Hash::of(content);
    for content_type in FileType::ALL.iter().copied() {
        assert_eq!(check_type(content, content_type).is_ok(), found == Some(content_type));
        let announced = Announced { size_bytes: content.len() as u64, content_type, sha256: &sha256 };
        assert_eq!(announced.check(content).is_ok(), found == Some(content_type));
        // One byte more or another one is another content, of whatever type.
        let mut other = content.to_vec();
        other.push(0);
        assert!(announced.check(&other).is_err());
        if let Some(last) = content.last() {
            other.truncate(content.len() - 1);
            other.push(last ^ 1);
            assert!(announced.check(&other).is_err());
        }
    }
});
