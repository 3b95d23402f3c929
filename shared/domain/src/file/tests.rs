use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::{self, CentreOrdinal};

#[path = "../../../testkit/src/samples.rs"]
#[allow(unreachable_pub)]
mod samples;

#[test]
fn contents_are_recognised_by_their_bytes() {
    for (content, expected) in [
        (samples::jpeg(), Some(FileType::Jpeg)),
        (samples::png(), Some(FileType::Png)),
        (samples::pdf(100), Some(FileType::Pdf)),
        (samples::doc(), Some(FileType::Doc)),
        (samples::docx(), Some(FileType::Docx)),
        (samples::exe(), None),
        (samples::docm(), None),
        (samples::xlsx(), None),
        (samples::xls(), None),
        (samples::zip(&[("word/document.xml", b"<w/>")]), None),
        (samples::zip(&[("photo.jpg", b"x")]), None),
        (b"<html><script>alert(1)</script></html>".to_vec(), None),
        (Vec::new(), None),
    ] {
        assert_eq!(recognised(&content), expected, "{:?}", &content[..content.len().min(8)]);
    }
}

/// Found by fuzzing: it was enough that the mark of a PDF came somewhere within the first 1 024 bytes.
#[test]
fn what_has_the_mark_of_a_pdf_somewhere_else_is_none() {
    let page = b"<html><script>alert(1)</script>%PDF-1.7\n%%EOF".as_slice();
    let archive = samples::zip(&[("%PDF-1.7", b"x")]);
    for content in [page, &archive, b"\n%PDF-1.7", b"%PDF"] {
        assert_eq!(recognised(content), None);
        assert!(check_type(content, FileType::Pdf).is_err());
    }
}

#[test]
fn a_reason_tells_what_the_content_is() {
    let reason = |content: &[u8], announced: FileType| {
        let sha256 = Sha256Hash::of(content);
        let announced = Announced { size_bytes: content.len() as u64, content_type: announced, sha256: &sha256 };
        announced.check(content).unwrap_err()
    };
    let program = reason(&samples::exe(), FileType::Pdf);
    assert!(program.contains("its content is application/vnd.microsoft.portable-executable"), "{program}");
    assert_eq!(reason(&samples::png(), FileType::Jpeg), "its content is image/png, not image/jpeg");
    assert_eq!(reason(b"?", FileType::Pdf), "its content is not application/pdf");
    let archive = reason(&samples::zip(&[("a", b"b")]), FileType::Docx);
    assert!(archive.starts_with("its content is application/zip, not application/vnd.openxml"), "{archive}");
    // A document with macros may be told as the archive that it is, but never as what it was to be.
    let macros = reason(&samples::docm(), FileType::Docx);
    assert!(macros.ends_with(&format!("not {}", FileType::Docx.as_str())), "{macros}");
    assert_eq!(macros.matches(FileType::Docx.as_str()).count(), 1, "{macros}");
}

#[test]
fn size_and_hash_must_be_those_announced() {
    let content = samples::pdf(64);
    let sha256 = Sha256Hash::of(&content);
    let announced = Announced { size_bytes: 64, content_type: FileType::Pdf, sha256: &sha256 };
    assert_eq!(announced.check(&content), Ok(()));
    assert_eq!(announced.check(&content[..63]).unwrap_err(), "has 63 bytes; 64 were announced");
    let mut other = content;
    other[20] ^= 1;
    assert!(announced.check(&other).unwrap_err().contains("SHA-256"));
}

#[test]
fn an_archive_that_would_unpack_without_end_is_not_unpacked() {
    // 200 MB of zeros in 200 kB; as the table of contents and beside it.
    let zeros = vec![0; 200_000_000];
    let started = std::time::Instant::now();
    let bomb = samples::zip(&[("[Content_Types].xml", &zeros), ("word/document.xml", b"<w/>")]);
    let packed = started.elapsed();
    let started = std::time::Instant::now();
    assert_eq!(recognised(&bomb), None);
    assert!(started.elapsed() < packed / 20, "{:?} to look, {packed:?} to pack", started.elapsed());
}

#[test]
fn an_archive_of_too_many_files_is_no_document() {
    let names: Vec<String> = (0..6_000).map(|n| format!("f{n}")).collect();
    let mut files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let types = format!("<Override ContentType=\"{}\"/>", FileType::Docx.as_str().to_owned() + ".main+xml");
    files.push(("[Content_Types].xml", types.as_bytes()));
    files.push(("word/document.xml", b""));
    assert_eq!(recognised(&samples::zip(&files)), None);
    assert_eq!(recognised(&samples::zip(&files[5_000..])), Some(FileType::Docx));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever is sent, the check ends, and without a panic.
    #[test]
    fn a_damaged_document_does_no_harm(
        which in 0..5_usize, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(), cuts: bool,
    ) {
        let mut content =
            [samples::docx, samples::doc, samples::jpeg, samples::png, || samples::pdf(300)][which]();
        for (at, byte) in changes {
            let at = at.index(content.len());
            content[at] = byte;
        }
        if cuts {
            content.truncate(cut.index(content.len()));
        }
        let _ = recognised(&content);
        let _ = infer::get(&content);
    }
}

#[test]
fn names_are_taken_in_every_script_and_with_the_known_endings() {
    for (name, expected) in [
        ("photo.jpg", Some(FileType::Jpeg)),
        ("photo.JPEG", Some(FileType::Jpeg)),
        ("screen shot (2).png", Some(FileType::Png)),
        (" invoice.pdf ", Some(FileType::Pdf)),
        ("letter.doc", Some(FileType::Doc)),
        ("वारंटी पत्र.docx", Some(FileType::Docx)),
        // With a joiner inside of the script.
        ("क\u{94D}\u{200D}ष.pdf", Some(FileType::Pdf)),
        ("archive.tar.pdf", Some(FileType::Pdf)),
        ("program.exe", None),
        ("invoice.pdf.exe", None),
        ("pdf", None),
        (".pdf", None),
        ("", None),
        ("../../etc/passwd.pdf", None),
        ("C:\\photo.jpg", None),
        ("line\nbreak.pdf", None),
        // Shown as "annexexe.pdf" by who follows the override, and a program.
        ("annex\u{202E}fdp.exe", None),
        ("annex\u{202E}gpj.pdf", None),
    ] {
        let parsed = FileName::parse(name).ok();
        assert_eq!(parsed.as_ref().and_then(FileName::file_type), expected, "{name}");
    }
    assert!(FileName::parse(&format!("{}.pdf", "x".repeat(196))).is_ok());
    assert!(FileName::parse(&format!("{}.pdf", "x".repeat(197))).is_err());
}

#[test]
fn a_hash_is_64_hexadecimal_digits() {
    let hash = Sha256Hash::parse(&"AB".repeat(32)).unwrap();
    assert_eq!(hash.as_str(), "ab".repeat(32));
    assert_eq!(hash.base64(), "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=");
    assert!(Sha256Hash::parse(&"ab".repeat(31)).is_err());
    assert!(Sha256Hash::parse(&"gg".repeat(32)).is_err());
}

#[test]
fn a_key_names_the_tenant_and_leads_back_to_its_file() {
    let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let file = ids::new_id(now, CentreOrdinal::new(7), [1; 8]);
    let key = Shelf::Quarantine.key(&file);
    assert_eq!(key, format!("quarantine/C7/{file}"));
    assert_eq!(Shelf::Ready.key(&file), format!("files/C7/{file}"));
    assert_eq!(Shelf::Quarantine.file_of_key(&key), Some(file));
    assert_eq!(Shelf::Ready.file_of_key(&key), None);
    for wrong in [
        format!("quarantine/C8/{file}"),
        format!("quarantine/C7/{}", file.to_string().to_uppercase()),
        format!("quarantine/C7/x/{file}"),
        format!("quarantine/C0/{}", Uuid::nil()),
        "quarantine/".to_owned(),
        String::new(),
    ] {
        assert_eq!(Shelf::Quarantine.file_of_key(&wrong), None, "{wrong}");
    }
}

#[test]
fn a_file_is_checked_once() {
    let content = samples::pdf(64);
    let now = Timestamp::new(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap());
    let file = StoredFile {
        id: Uuid::nil(),
        service_center_id: Uuid::nil(),
        status: FileStatus::Pending,
        category: FileCategory::Invoices,
        related_entity_type: RelatedEntity::Customer,
        related_entity_id: Uuid::nil(),
        filename: FileName::parse("a.pdf").unwrap(),
        size_bytes: 64,
        content_type: FileType::Pdf,
        sha256: Sha256Hash::of(&content),
        rejection_reason: None,
        uploaded_by_id: Uuid::nil(),
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let ready = file.checked(file.announced().check(&content), now).unwrap();
    assert_eq!((ready.status, ready.version, &ready.rejection_reason), (FileStatus::Ready, 2, &None));
    let rejected = file.checked(file.announced().check(b"other"), now).unwrap();
    assert_eq!(rejected.status, FileStatus::Rejected);
    assert_eq!(rejected.rejection_reason.as_deref(), Some("has 5 bytes; 64 were announced"));
    for settled in [ready, rejected] {
        assert_eq!(settled.checked(Ok(()), now).unwrap_err().code(), "INVALID_TRANSITION");
    }
}
