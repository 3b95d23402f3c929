//! Where in the bucket a file's content is. The tenant is part of every key.

use uuid::Uuid;

use crate::ids::{self, CentreOrdinal};

/// A part of the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// Uploaded and not checked yet: no one can download it, and it goes within a day.
    Quarantine,
    /// Checked.
    Ready,
}

impl Shelf {
    /// All parts.
    pub const ALL: [Self; 2] = [Self::Quarantine, Self::Ready];
    /// The beginning of the keys of what was not checked yet: uploads to it are told to the file-checker.
    pub const QUARANTINE_PREFIX: &'static str = "quarantine/";

    fn prefix(self) -> &'static str {
        match self {
            Self::Quarantine => Self::QUARANTINE_PREFIX,
            Self::Ready => "files/",
        }
    }

    /// The key of a file's content: `files/C7/0190a1b2-…`.
    pub fn key(self, file: &Uuid) -> String {
        let ordinal = ids::ordinal_of(file).map_or(0, CentreOrdinal::get);
        format!("{}C{ordinal}/{file}", self.prefix())
    }

    /// The file whose content has this key here; none for a key that no file of ours can have.
    pub fn file_of_key(self, key: &str) -> Option<Uuid> {
        let (_, id) = key.rsplit_once('/')?;
        let id: Uuid = id.parse().ok()?;
        (ids::ordinal_of(&id).is_some() && self.key(&id) == key).then_some(id)
    }
}

/// A report that is too long for an answer. It goes within a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportFile {
    /// Whose documents it is about; none: all centres'.
    pub centre: Option<CentreOrdinal>,
    /// Its own id.
    pub id: Uuid,
}

impl ReportFile {
    /// The beginning of the keys of reports.
    pub const PREFIX: &'static str = "reports/";

    /// Its key: `reports/C7/0190a1b2-…`, or `reports/ALL/…`.
    pub fn key(self) -> String {
        let Self { centre, id } = self;
        let owner = centre.map_or_else(|| "ALL".to_owned(), |centre| format!("C{}", centre.get()));
        format!("{}{owner}/{id}", Self::PREFIX)
    }
}
