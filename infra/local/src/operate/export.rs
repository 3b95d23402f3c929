//! A service centre's data as a ZIP archive: JSON lines, one file for each kind of document, and the files' contents.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use chrono::{DateTime, Utc};
use dms_blob::Blob;
use dms_domain::{
    calendar,
    file::{Sha256Hash, Shelf, StoredFile},
    formats::CentreCode,
    ids::{self, CentreOrdinal},
    service_centre::ServiceCentre,
    statuses::FileStatus,
};
use dms_store::{Exported, ExportedDocument, Named, Store, StoreError};
use futures::{Stream, TryStreamExt, pin_mut};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use uuid::Uuid;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::Place;
use crate::{Options, ServerError};

/// The form of the archive: another number when a reader would have to change.
const FORMAT: u32 = 1;

/// A file of an export, as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedFile {
    /// Its name in the archive.
    pub name: String,
    /// Documents: its lines.
    pub documents: u64,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its content.
    pub sha256: String,
}

/// Contents of the centre's files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedContents {
    /// How many. Each has the SHA-256 that its line in `files.jsonl` says: that was checked.
    pub count: u64,
    /// Their length.
    pub bytes: u64,
    /// Files whose content is not in the bucket.
    pub missing: Vec<Uuid>,
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The files of documents.
    pub files: Vec<ExportedFile>,
    /// The contents of the centre's files.
    pub contents: ExportedContents,
}

/// Writes everything of the centre with this code into an archive. It is there under its name when it is complete, and never
/// before. The same data makes the same bytes, but for the time in the manifest.
///
/// # Errors
/// [`ServerError::Task`] when there is no such centre or a content is not what it was; other [`ServerError`]s: also when a
/// server runs on the folder.
pub async fn export_centre(
    options: &Options,
    code: &str,
    out: &Path,
    now: DateTime<Utc>,
) -> Result<Export, ServerError> {
    let code = CentreCode::parse(code).map_err(|error| ServerError::Task(format!("the centre's code {error}")))?;
    let place = Place::open(options).await?;
    let (store, blob) = (place.store()?, place.blob()?);
    let centre = store.centre_of_code(&code).await?;
    let found = centre.and_then(|centre| ids::ordinal_of(&centre.id).map(|ordinal| (centre, ordinal)));
    let (centre, ordinal) =
        found.ok_or_else(|| ServerError::Task(format!("there is no service centre {code}")))?;
    // Readable by its owner alone: it is full of names and phones.
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unfinished = NamedTempFile::new_in(folder)?;
    let mut archive = Archive { zip: ZipWriter::new(BufWriter::new(unfinished.reopen()?)), files: Vec::new() };
    archive.documents(&store, ordinal).await?;
    let contents = archive.contents(&store, &blob, ordinal).await?;
    let export = archive.finish(&centre, contents, now)?;
    unfinished.persist(out).map_err(|error| error.error)?;
    place.close().await;
    Ok(export)
}

/// An archive that is being written, one entry after the other.
struct Archive {
    zip: ZipWriter<BufWriter<File>>,
    files: Vec<ExportedFile>,
}

impl Archive {
    /// The entries' own times are none: the same data is to make the same bytes.
    fn begin(&mut self, name: &str) -> Result<(), ServerError> {
        let options = SimpleFileOptions::default()
            .last_modified_time(zip::DateTime::default())
            .compression_method(CompressionMethod::Deflated)
            .large_file(true);
        self.zip.start_file(name, options).map_err(unwritten)
    }

    /// One file of JSON lines for each kind of document. Whom a customer, a vehicle or its history names beside is no one that
    /// this centre dealt with.
    async fn documents(&mut self, store: &Store, centre: CentreOrdinal) -> Result<(), ServerError> {
        let (none, mut named) = (Named::default(), Named::default());
        for kind in Exported::OF_CENTRE {
            self.lines(kind, store.exported(centre, kind, &none), |document| named.note(document)).await?;
        }
        for kind in Exported::NAMED {
            self.lines(kind, store.exported(centre, kind, &named), |_| ()).await?;
        }
        Ok(())
    }

    async fn lines(
        &mut self,
        kind: Exported,
        documents: impl Stream<Item = Result<ExportedDocument, StoreError>>,
        mut each: impl FnMut(&ExportedDocument),
    ) -> Result<(), ServerError> {
        let name = kind.file_name();
        self.begin(&name)?;
        let (mut hash, mut count, mut bytes) = (Sha256::new(), 0, 0);
        pin_mut!(documents);
        while let Some(document) = documents.try_next().await? {
            each(&document);
            for part in [document.json.as_bytes(), b"\n"] {
                self.zip.write_all(part)?;
                hash.update(part);
                bytes += part.len() as u64;
            }
            count += 1;
        }
        self.files.push(ExportedFile { name, documents: count, bytes, sha256: hex::encode(hash.finalize()) });
        Ok(())
    }

    /// The contents of the centre's files, one at a time.
    async fn contents(
        &mut self,
        store: &Store,
        blob: &Blob,
        centre: CentreOrdinal,
    ) -> Result<ExportedContents, ServerError> {
        let (mut contents, none) = (ExportedContents::default(), Named::default());
        let found = store.exported(centre, Exported::Files, &none);
        pin_mut!(found);
        while let Some(document) = found.try_next().await? {
            let Some(file) = document.file.filter(|file| file.status == FileStatus::Ready) else { continue };
            match content(blob, &file).await? {
                Some(content) => {
                    self.begin(&entry_name(&file))?;
                    self.zip.write_all(&content)?;
                    contents.count += 1;
                    contents.bytes += content.len() as u64;
                }
                None => contents.missing.push(file.id),
            }
        }
        Ok(contents)
    }

    fn finish(
        mut self,
        centre: &ServiceCentre,
        contents: ExportedContents,
        now: DateTime<Utc>,
    ) -> Result<Export, ServerError> {
        let manifest = json!({
            "format": FORMAT,
            "exportedAt": calendar::timestamp(now),
            "serviceCenter": { "id": centre.id, "code": centre.details.code, "name": centre.details.name },
            "files": self.files,
            "contents": contents,
        });
        self.begin("manifest.json")?;
        self.zip.write_all(format!("{manifest:#}\n").as_bytes())?;
        self.zip.finish().map_err(unwritten)?.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok(Export { files: self.files, contents })
    }
}

/// By its id, with the ending of its type: what the uploader called it is in `files.jsonl`, and need not be a good name for a
/// file on another machine.
fn entry_name(file: &StoredFile) -> String {
    format!("files/{}.{}", file.id, file.content_type.extension())
}

async fn content(blob: &Blob, file: &StoredFile) -> Result<Option<Vec<u8>>, ServerError> {
    let unread = |error: dms_blob::BlobError| ServerError::Services(error.to_string());
    let Some(object) = blob.get(&Shelf::Ready.key(&file.id)).await.map_err(unread)? else { return Ok(None) };
    let content = object.content().await.map_err(unread)?;
    if Sha256Hash::of(&content) != file.sha256 {
        return Err(ServerError::Task(format!("the content of file {} is not what was uploaded", file.id)));
    }
    Ok(Some(content))
}

fn unwritten(error: zip::result::ZipError) -> ServerError {
    ServerError::Task(format!("the archive cannot be written: {error}"))
}
