//! Searching by the beginning of a word. Every document writes its words into the search table in its own
//! transaction, so the very next request finds it. Registrations and VINs are unique: they are found by the very
//! guards that make them so.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use dms_domain::{
    refusal::Refusal,
    search::{self, Field, Sought, Word},
};
use futures::future::try_join_all;
use uuid::Uuid;

use crate::{
    client::{Item, Store, key_item, text},
    entity::{Entity, Posting, from_item},
    error::StoreError,
    keys::{self, Key, MasterKind},
    listing::{Listed, in_parallel},
    range::{Range, SortRange},
    tables::Table,
    transaction::owner,
    vehicle::{BELONGS_TO, DELETED_AT, REGISTRATION, VIN},
};

/// Most documents that one word may find: about what DynamoDB reads at once. More is too broad a question.
const MAX_FOUND: usize = 10_000;
/// Of several words a rare one is enough: this many postings of each are read at first.
const FIRST_LOOK: usize = 100;

/// Which document is meant: the one that has the word, or the one that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Itself,
    Owner,
}

/// Documents of which one word is known, and whether they are all.
struct Known {
    ids: BTreeSet<Uuid>,
    complete: bool,
}

impl Posting {
    pub(crate) fn key(&self) -> Key {
        keys::posting(&self.list_pk, &self.word, &self.id)
    }

    pub(crate) fn item(&self) -> Item {
        let mut item = key_item(&self.key());
        if let Some(other) = self.belongs_to {
            item.insert(BELONGS_TO.to_owned(), AttributeValue::S(other.to_string()));
        }
        item
    }
}

impl Store {
    /// Ids of the documents of a list that are found by any of these, in the order of their creation.
    ///
    /// # Errors
    /// `QueryTooBroad` when a word finds more than 10 000 documents; [`StoreError::Unavailable`] or
    /// [`StoreError::Throttled`].
    pub async fn find<E: Entity>(&self, listed: &Listed, sought: &[Sought]) -> Result<BTreeSet<Uuid>, StoreError> {
        let lists = listed.search_pks();
        let each = lists.iter().flat_map(|list_pk| sought.iter().map(move |one| (list_pk.as_str(), one)));
        let looks: Vec<(&str, &Sought)> = each.collect();
        let found = looks.into_iter().map(|(list_pk, one)| self.find_one::<E>(listed, list_pk, one));
        Ok(in_parallel(found.collect()).await?.into_iter().flatten().collect())
    }

    async fn find_one<E: Entity>(
        &self,
        listed: &Listed,
        list_pk: &str,
        sought: &Sought,
    ) -> Result<BTreeSet<Uuid>, StoreError> {
        // Of vehicles their owners are found, too.
        let vehicles = MasterKind::Vehicle.list_pk();
        let found = if list_pk == vehicles { Found::Itself } else { Found::Owner };
        match sought {
            Sought::Registration(start) => self.all_of(&plates(REGISTRATION, start), found).await,
            Sought::Vin(start) => self.all_of(&plates(VIN, start), found).await,
            Sought::Words(words) => match words.as_slice() {
                [] => Ok(BTreeSet::new()),
                [word] if word.field.is_of_vehicle() => self.all_of(&postings(&vehicles, word), found).await,
                [word] => self.all_of(&postings(list_pk, word), Found::Itself).await,
                words if list_pk == MasterKind::Customer.list_pk() => self.with_all_pairs(list_pk, words).await,
                words => self.with_all_words::<E>(listed, list_pk, words).await,
            },
        }
    }

    async fn all_of(&self, range: &Range, found: Found) -> Result<BTreeSet<Uuid>, StoreError> {
        let known = self.some_of(range, found, MAX_FOUND).await?;
        if !known.complete {
            return Err(too_broad());
        }
        Ok(known.ids)
    }

    async fn some_of(&self, range: &Range, found: Found, most: usize) -> Result<Known, StoreError> {
        let items = self.query(range, most + 1).await?;
        let complete = items.len() <= most;
        Ok(Known { ids: items.iter().filter_map(|item| document(item, found)).collect(), complete })
    }

    /// Customers whose names have all the words, which are in the order of the alphabet: each two that follow each other
    /// are looked for as a pair. However common the words are, what is read is about what is found.
    async fn with_all_pairs(&self, list_pk: &str, words: &[Word]) -> Result<BTreeSet<Uuid>, StoreError> {
        let words = search::without_beginnings(words);
        if let [word] = words.as_slice() {
            return self.all_of(&postings(list_pk, word), Found::Itself).await;
        }
        let looks = words.windows(2).filter_map(|two| match two {
            [first, second] => Some(self.pair(list_pk, first, second)),
            _ => None,
        });
        Ok(intersection(try_join_all(looks).await?))
    }

    async fn pair(&self, list_pk: &str, first: &Word, second: &Word) -> Result<BTreeSet<Uuid>, StoreError> {
        let pk = keys::posting_pk(list_pk, &first.and(second));
        let start = if first.is_short() { format!("{} ", first.text) } else { first.text.clone() };
        let start = Word { field: Field::NamePair, text: start }.stored();
        let range = Range { table: Table::Search, ..Range::partition(pk).within(SortRange::Prefix(start)) };
        let items = self.query(&range, MAX_FOUND + 1).await?;
        if items.len() > MAX_FOUND {
            return Err(too_broad());
        }
        let found = items.iter().filter_map(|item| {
            let (words, id) = text(item, "sk")?.rsplit_once('#')?;
            let (_, word) = words.split_once(' ')?;
            if second.finds(word) { id.parse().ok() } else { None }
        });
        Ok(found.collect())
    }

    /// Documents that have all the words. When one word is rare the others are looked for in the documents that have
    /// it, so that a common name costs no more than a rare one.
    async fn with_all_words<E: Entity>(
        &self,
        listed: &Listed,
        list_pk: &str,
        words: &[Word],
    ) -> Result<BTreeSet<Uuid>, StoreError> {
        let looks: Vec<Range> = words.iter().map(|word| postings(list_pk, word)).collect();
        let first = try_join_all(looks.iter().map(|look| self.some_of(look, Found::Itself, FIRST_LOOK))).await?;
        let common: Vec<Word> =
            words.iter().zip(&first).filter(|(_, known)| !known.complete).map(|(word, _)| word.clone()).collect();
        let rare: Vec<BTreeSet<Uuid>> =
            first.into_iter().filter(|known| known.complete).map(|known| known.ids).collect();
        if rare.is_empty() {
            let whole = try_join_all(looks.iter().map(|look| self.all_of(look, Found::Itself))).await?;
            return Ok(intersection(whole));
        }
        let candidates = intersection(rare);
        if common.is_empty() || candidates.is_empty() {
            return Ok(candidates);
        }
        let documents = self.found_documents(listed, &candidates).await?;
        let mut found = BTreeSet::new();
        for item in documents {
            let Some(id) = text(&item, "id").and_then(|id| id.parse().ok()) else { continue };
            let has: Vec<Posting> = from_item::<E>(item)?.postings();
            if common.iter().all(|word| {
                has.iter().any(|posting| posting.word.field == word.field && word.finds(&posting.word.text))
            }) {
                found.insert(id);
            }
        }
        Ok(found)
    }

    /// The documents of a list with these ids, in no order; those that were deleted are left out.
    pub(crate) async fn found_documents(
        &self,
        listed: &Listed,
        ids: &BTreeSet<Uuid>,
    ) -> Result<Vec<Item>, StoreError> {
        let items = self.get_many(ids.iter().filter_map(|id| listed.key_of(id))).await?;
        Ok(items.into_iter().filter(|item| !item.contains_key(DELETED_AT)).collect())
    }
}

fn too_broad() -> StoreError {
    Refusal::QueryTooBroad { narrow_by: vec!["search"] }.into()
}

fn intersection(sets: Vec<BTreeSet<Uuid>>) -> BTreeSet<Uuid> {
    sets.into_iter().reduce(|a, b| a.intersection(&b).copied().collect()).unwrap_or_default()
}

fn postings(list_pk: &str, word: &Word) -> Range {
    let pk = keys::posting_pk(list_pk, word);
    // The bucket of a short word holds only words as short: they end with the separator at once.
    let prefix = if word.is_short() { format!("{}#", word.stored()) } else { word.stored() };
    Range { table: Table::Search, ..Range::partition(pk).within(SortRange::Prefix(prefix)) }
}

fn plates(field: &str, start: &str) -> Range {
    Range::partition(keys::plates_pk(field, start)).within(SortRange::Prefix(start.to_owned()))
}

/// The document that a posting or a guard names.
fn document(item: &Item, found: Found) -> Option<Uuid> {
    if item.contains_key(DELETED_AT) {
        return None;
    }
    match found {
        Found::Owner => text(item, BELONGS_TO)?.parse().ok(),
        Found::Itself => owner(item).or_else(|| text(item, "sk")?.rsplit_once('#')?.1.parse().ok()),
    }
}
