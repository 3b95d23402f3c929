//! Counts tallies and rollups again, from the documents that are there: the proof that they are right, and their repair.

use std::{collections::BTreeMap, fmt, pin::pin};

use chrono::Datelike;
use dms_domain::{calendar::MonthKey, rollup::Sums};
use futures::TryStreamExt;

use crate::{
    client::{Item, Store, large_number, text},
    dispatch::{self, OfDocument},
    entity::{Entity, TallyCell, from_item},
    error::StoreError,
    keys::{self, Key},
    listing::in_parallel,
    rollup::contribution,
    tables::Table,
    tally,
    update::Update,
};

/// A number that is not what the documents come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The item of the tally or rollup.
    pub key: Key,
    /// The attribute.
    pub attribute: String,
    /// What is stored; nothing there is 0.
    pub stored: i128,
    /// What was counted.
    pub counted: i128,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, attribute, stored, counted } = self;
        write!(f, "{} {} {attribute}: {stored} is stored, {counted} counted", key.pk, key.sk)
    }
}

/// What a recount found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recounted {
    /// Items of the core table that were read.
    pub items: u64,
    /// Numbers of tallies and rollups that were compared.
    pub numbers: u64,
    /// Those that differ.
    pub differences: Vec<Difference>,
}

/// Numbers of tallies and rollups, by item and attribute.
type Numbers = BTreeMap<(Key, String), i128>;

impl Store {
    /// Reads the whole core table, and compares tallies and rollups with what its documents come to. For an operator: it
    /// reads everything there is, and is right only while nobody writes and all changes have been rolled up. `progress` is
    /// told how many items were read, of about how many.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when a document cannot be read; [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn recount(&self, mut progress: impl FnMut(u64, u64)) -> Result<Recounted, StoreError> {
        let about = self.about_how_many().await?;
        let (mut counted, mut stored, mut items) = (Counted::default(), Numbers::new(), 0);
        let mut pages = pin!(self.pages_of(Table::Core));
        while let Some(rows) = pages.try_next().await? {
            items += rows.len() as u64;
            for item in rows {
                let pk = text(&item, "pk").unwrap_or_default();
                if pk.starts_with("TALLY#") || pk.starts_with("ROLLUP#") {
                    stored.extend(numbers(&item));
                } else {
                    counted.add(item)?;
                }
            }
            progress(items, about.max(items));
        }
        let counted = counted.into_numbers();
        let numbers: std::collections::BTreeSet<_> = counted.keys().chain(stored.keys()).cloned().collect();
        let of = |numbers: &Numbers, place| numbers.get(place).copied().unwrap_or_default();
        let differences = numbers.iter().filter(|place| of(&stored, place) != of(&counted, place));
        let differences = differences.map(|place| Difference {
            key: place.0.clone(),
            attribute: place.1.clone(),
            stored: of(&stored, place),
            counted: of(&counted, place),
        });
        Ok(Recounted { items, numbers: numbers.len() as u64, differences: differences.collect() })
    }

    /// Adds to numbers what is missing, each item once: what others add to them meanwhile stays.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn correct_all(&self, differences: &[Difference]) -> Result<(), StoreError> {
        let mut updates: BTreeMap<&Key, Update> = BTreeMap::new();
        for Difference { key, attribute, stored, counted } in differences {
            let update = updates.remove(key).unwrap_or_else(|| Update::of(key.clone()));
            updates.insert(key, update.add(attribute, counted - stored));
        }
        in_parallel(updates.into_values().map(|update| self.update_now(update)).collect()).await?;
        Ok(())
    }

    async fn about_how_many(&self) -> Result<u64, StoreError> {
        let described = self.client().describe_table().table_name(self.table_name(Table::Core)).send().await?;
        let count = described.table().and_then(|table| table.item_count()).unwrap_or_default();
        Ok(u64::try_from(count).unwrap_or_default())
    }
}

/// All numbers of an item.
fn numbers(item: &Item) -> impl Iterator<Item = ((Key, String), i128)> {
    let part = |name| text(item, name).unwrap_or_default().to_owned();
    let key = Key { pk: part("pk"), sk: part("sk") };
    item.keys()
        .filter_map(move |attribute| Some(((key.clone(), attribute.clone()), large_number(item, attribute)?)))
}

/// What the documents come to.
#[derive(Default)]
struct Counted {
    tallies: Numbers,
    rollups: Sums,
}

impl Counted {
    fn add(&mut self, item: Item) -> Result<(), StoreError> {
        if let Some(TallyCell { pk, day, code }) = dispatch::ask::<Tally>(item.clone())? {
            let (attribute, one) = tally::one(day.day(), code);
            *self.tallies.entry((keys::tally(&pk, MonthKey::of(day)), attribute)).or_default() += one;
        }
        self.rollups.plus(contribution(item)?);
        Ok(())
    }

    fn into_numbers(self) -> Numbers {
        let mut numbers = self.tallies;
        for (cell, measures) in self.rollups.cells() {
            let key = keys::rollup(&cell);
            numbers.extend(
                measures
                    .into_iter()
                    .map(|(measure, sum)| ((key.clone(), measure.name().to_owned()), i128::from(sum))),
            );
        }
        numbers
    }
}

/// Where a document is counted.
struct Tally;

impl OfDocument for Tally {
    type Answer = Option<TallyCell>;

    fn of<E: Entity>(item: Item) -> Result<Option<TallyCell>, StoreError> {
        Ok(from_item::<E>(item)?.tally())
    }
}
