//! The keys by which documents are found by the beginning of a word.

use dms_domain::search::{self, Word};
use uuid::Uuid;

use super::{Key, MasterKind};

/// The guard of a vehicle's registration or VIN. Beside it are those that begin alike, so that it is found by its
/// beginning, too.
pub(crate) fn plate(field: &str, value: &str) -> Key {
    Key::new(plates_pk(field, value), value)
}

/// Partition of the guards of registrations or VINs that begin so.
pub(crate) fn plates_pk(field: &str, start: &str) -> String {
    format!("UNIQUE#{field}#{}", first(start, search::SHORTEST))
}

/// Partition of the search table for a word (or its beginning): documents of one list whose words of one field share
/// their first characters.
pub(crate) fn posting_pk(list_pk: &str, word: &Word) -> String {
    format!("{list_pk}#{}", word.bucket())
}

/// A posting: this document of the list has this word.
pub(crate) fn posting(list_pk: &str, word: &Word, id: &Uuid) -> Key {
    Key::new(posting_pk(list_pk, word), format!("{}#{id}", word.stored()))
}

/// The document that a posting leads to; none for what no document could have written.
pub(crate) fn posted(posting: &Key) -> Option<Key> {
    let id: Uuid = posting.sk.rsplit_once('#')?.1.parse().ok()?;
    let mut parts = posting.pk.splitn(3, '#');
    let (first, second) = (parts.next()?, parts.next()?);
    let master = MasterKind::ALL.into_iter().find(|kind| kind.prefix() == first);
    Some(master.map_or_else(|| Key::new(format!("{first}#{second}"), id.to_string()), |kind| kind.key(&id)))
}

fn first(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}
