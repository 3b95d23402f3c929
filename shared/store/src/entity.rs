//! How a document becomes an item: its key, its places in the indexes, its tally, its words for searching.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::NaiveDate;
use dms_domain::{search::Word, statuses::TallyCode};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{client::Item, error::StoreError, keys::Key};

/// A document of the core table.
pub trait Entity: Serialize + DeserializeOwned + Clone + Send + Sync {
    /// The document's kind in the user's words ("job card").
    const WHAT: &'static str;

    /// About how many bytes one has: as many as share a read unit are read together, at no more cost.
    const TYPICAL_BYTES: usize = 1_000;

    /// Its primary key.
    fn key(&self) -> Key;

    /// Its version: 1 at creation, one more with every change.
    fn version(&self) -> u64;

    /// Its places in the indexes.
    fn index(&self) -> IndexKeys {
        IndexKeys::default()
    }

    /// Where it is counted; `None` for documents whose lists need no total, or that were deleted.
    fn tally(&self) -> Option<TallyCell> {
        None
    }

    /// Words by which it is found; none when it was deleted.
    fn postings(&self) -> Vec<Posting> {
        Vec::new()
    }
}

/// A document's places in the indexes. An absent one is left out of the index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexKeys {
    /// Lists by state; master documents by month.
    pub gsi1: Option<Key>,
    /// Relations.
    pub gsi2: Option<Key>,
    /// Partition of `low-stock`; its sort key is the part's own `headroom`.
    pub low_pk: Option<String>,
}

/// A document counts in one cell: of one list, on its day of creation (IST), in its state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TallyCell {
    /// The tallies of the list.
    pub pk: String,
    /// The day of creation.
    pub day: NaiveDate,
    /// The state's code.
    pub code: TallyCode,
}

/// The code of documents without states.
pub(crate) const NO_STATE: TallyCode = TallyCode::STATELESS;

/// A word by which a document is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// The list it is found in: `CUST`, or the partition of a centre's or Central's list.
    pub list_pk: String,
    /// The word.
    pub word: Word,
    /// The document.
    pub id: Uuid,
    /// The document that it leads to as well: a vehicle's owner.
    pub belongs_to: Option<Uuid>,
}

impl Posting {
    /// A document's postings in its list.
    pub(crate) fn all(list_pk: &str, id: Uuid, words: impl IntoIterator<Item = Word>) -> Vec<Self> {
        let words = words.into_iter();
        words.map(|word| Self { list_pk: list_pk.to_owned(), word, id, belongs_to: None }).collect()
    }
}

/// The item of a document.
///
/// # Errors
/// [`StoreError::Corrupt`] when the document has no attribute form.
pub(crate) fn to_item<E: Entity>(entity: &E) -> Result<Item, StoreError> {
    let mut item = attributes(entity)?;
    let Key { pk, sk } = entity.key();
    let IndexKeys { gsi1, gsi2, low_pk } = entity.index();
    let mut put = |name: &str, value: String| item.insert(name.to_owned(), AttributeValue::S(value));
    put("pk", pk);
    put("sk", sk);
    if let Some(key) = gsi1 {
        put("gsi1pk", key.pk);
        put("gsi1sk", key.sk);
    }
    if let Some(key) = gsi2 {
        put("gsi2pk", key.pk);
        put("gsi2sk", key.sk);
    }
    if let Some(pk) = low_pk {
        put("lowPk", pk);
    }
    Ok(item)
}

/// The attributes of what is stored, without those of values that are absent.
///
/// # Errors
/// [`StoreError::Corrupt`] when it has no attribute form.
pub(crate) fn attributes(of: &impl Serialize) -> Result<Item, StoreError> {
    let mut item = serde_dynamo::to_item(of)?;
    drop_nulls(&mut item);
    Ok(item)
}

/// A part of a document that is written by itself.
///
/// # Errors
/// [`StoreError::Corrupt`] when it has no attribute form.
pub(crate) fn to_value(part: &impl Serialize) -> Result<AttributeValue, StoreError> {
    let mut value = serde_dynamo::to_attribute_value(part)?;
    drop_nulls_within(&mut value);
    Ok(value)
}

/// An absent value is an absent attribute: a NULL index key would be refused, and every one is paid for by its name. (What
/// has a meaning when it is null, a job card's forms, is stored as text.)
fn drop_nulls(item: &mut Item) {
    item.retain(|_, value| !value.is_null());
    item.values_mut().for_each(drop_nulls_within);
}

fn drop_nulls_within(value: &mut AttributeValue) {
    if let AttributeValue::M(members) = value {
        drop_nulls(members);
    } else if let AttributeValue::L(values) = value {
        values.iter_mut().for_each(drop_nulls_within);
    }
}

/// The document of an item.
///
/// # Errors
/// [`StoreError::Corrupt`].
pub fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    Ok(serde_dynamo::from_item(item)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_is_stored_of_what_is_absent_however_deep() {
        let part = json!({"partName": "Wiper Blade", "serialNumber": null, "lines": [{"technician": null, "qty": 2}, null]});
        let stored = to_value(&part).unwrap();
        let expected = json!({"partName": "Wiper Blade", "lines": [{"qty": 2}, null]});
        assert_eq!(stored, serde_dynamo::to_attribute_value(expected).unwrap(), "places in a list stay");
    }
}
