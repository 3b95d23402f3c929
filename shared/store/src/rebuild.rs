//! Writes the search table anew from the documents: words that are missing are written, those that lead to no document that
//! has them are removed. For an operator, after the table was lost or restored to another moment than the documents.

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::pin,
};

use futures::TryStreamExt;

use crate::{
    bulk::{BATCH, request},
    client::{Item, Store},
    dispatch::{self, OfDocument},
    entity::{Entity, Posting, from_item},
    error::StoreError,
    keys::{self, Key},
    tables::Table,
};

/// What a rebuilding of the search table found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Words of all documents.
    pub words: u64,
    /// Those that were missing, or led to another owner, and were written.
    pub written: u64,
    /// Words that no document has, and were removed.
    pub removed: u64,
}

/// The words of a document.
struct Words;

impl OfDocument for Words {
    type Answer = Vec<Posting>;

    fn of<E: Entity>(item: Item) -> Result<Vec<Posting>, StoreError> {
        Ok(from_item::<E>(item)?.postings())
    }
}

impl Store {
    /// Rebuilds the search table. Reads both tables; right only while nobody writes. Done again, it goes on.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when a document cannot be read; [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn rebuild_search(&self) -> Result<Rebuilt, StoreError> {
        let mut rebuilt = Rebuilt::default();
        let mut pages = pin!(self.pages_of(Table::Core));
        while let Some(documents) = pages.try_next().await? {
            self.write_missing(documents, &mut rebuilt).await?;
        }
        let mut pages = pin!(self.pages_of(Table::Search));
        while let Some(postings) = pages.try_next().await? {
            rebuilt.removed += self.remove_stale(postings).await?;
        }
        Ok(rebuilt)
    }

    /// Writes the words of documents that are not there as they are to be.
    async fn write_missing(&self, documents: Vec<Item>, rebuilt: &mut Rebuilt) -> Result<(), StoreError> {
        let mut wanted: BTreeMap<Key, Item> = BTreeMap::new();
        for document in documents {
            let postings = dispatch::ask::<Words>(document)?;
            wanted.extend(postings.iter().map(|posting| (posting.key(), posting.item())));
        }
        rebuilt.words += wanted.len() as u64;
        for found in self.get_many_in(Table::Search, wanted.keys().cloned()).await? {
            let key = Key::of(&found);
            if wanted.get(&key) == Some(&found) {
                wanted.remove(&key);
            }
        }
        rebuilt.written += wanted.len() as u64;
        self.write_words(wanted.into_iter().map(|(key, item)| (key, Some(item)))).await
    }

    /// Removes those of these words whose documents do not have them; how many.
    async fn remove_stale(&self, postings: Vec<Item>) -> Result<u64, StoreError> {
        let postings: BTreeSet<Key> = postings.iter().map(Key::of).collect();
        let mut known: BTreeSet<Key> = BTreeSet::new();
        for document in self.get_many(postings.iter().filter_map(keys::posted)).await? {
            known.extend(dispatch::ask::<Words>(document)?.iter().map(Posting::key));
        }
        let stale: Vec<Key> = postings.difference(&known).cloned().collect();
        let removed = stale.len() as u64;
        self.write_words(stale.into_iter().map(|key| (key, None))).await?;
        Ok(removed)
    }

    async fn write_words(&self, words: impl Iterator<Item = (Key, Option<Item>)>) -> Result<(), StoreError> {
        let requests = words.map(|(key, item)| Ok((Table::Search, request(key, item)?)));
        let requests: Vec<_> = requests.collect::<Result<_, StoreError>>()?;
        for batch in requests.chunks(BATCH) {
            self.write_batch(batch.to_vec()).await?;
        }
        Ok(())
    }
}
