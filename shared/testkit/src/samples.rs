//! Files to upload. The domain's tests use this file, too.

use std::io::{Cursor, Write};

/// A photo.
pub fn jpeg() -> Vec<u8> {
    let mut bytes = b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00".to_vec();
    bytes.extend([0x2A; 500]);
    bytes.extend(b"\xFF\xD9");
    bytes
}

/// A picture.
pub fn png() -> Vec<u8> {
    let mut bytes =
        b"\x89PNG\r\n\x1A\n\x00\x00\x00\x0DIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00".to_vec();
    bytes.extend([0x2A; 300]);
    bytes
}

/// A PDF of this length, in bytes, which must be at least 20; no two bytes after each other are the same.
pub fn pdf(length: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.extend((0..=u8::MAX).cycle().take(length - bytes.len() - 6));
    bytes.extend(b"%%EOF\n");
    bytes
}

/// A program for Windows.
pub fn exe() -> Vec<u8> {
    let mut bytes = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xFF\xFF\x00\x00".to_vec();
    bytes.extend([0; 400]);
    bytes
}

/// A Word document.
pub fn docx() -> Vec<u8> {
    office("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml")
}

/// A Word document with macros.
pub fn docm() -> Vec<u8> {
    office("word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml")
}

/// A spreadsheet.
pub fn xlsx() -> Vec<u8> {
    office("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml")
}

fn office(main_part: &str, content_type: &str) -> Vec<u8> {
    let types = format!(
        "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Override PartName=\"/{main_part}\" ContentType=\"{content_type}\"/></Types>"
    );
    zip(&[("[Content_Types].xml", types.as_bytes()), ("_rels/.rels", b"<Relationships/>"), (main_part, b"<w/>")])
}

/// A zip archive of these files.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a new file");
        archive.write_all(content).expect("written");
    }
    archive.finish().expect("an archive").into_inner()
}

/// A Word document of 1997.
pub fn doc() -> Vec<u8> {
    compound_file("WordDocument")
}

/// A spreadsheet of 1997: the same kind of container.
pub fn xls() -> Vec<u8> {
    compound_file("Workbook")
}

fn compound_file(stream: &str) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("a compound file");
    file.create_stream(stream).expect("a stream").write_all(&[0x2A; 5_000]).expect("written");
    file.into_inner().into_inner()
}
