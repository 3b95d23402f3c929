//! The effects of one command: one TransactWriteItems. Tallies and search words follow the documents by
//! themselves, so that no command can forget them.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use chrono::Datelike;
use dms_domain::{calendar::MonthKey, refusal::Refusal};

use crate::{
    audit::canonical,
    client::{Item, Store, key_item, number, text},
    entity::{Entity, Posting, TallyCell, to_item},
    error::StoreError,
    keys::{self, Key},
    planted::{PlantedBug, planted},
    tables::Table,
    tally,
    update::Update,
};

/// DynamoDB's limit for one transaction.
pub(crate) const MAX_ACTIONS: usize = 100;

/// A guard's attribute: the id of the document that has the value.
const OWNER: &str = "owner";

/// The document that has a guard's value.
pub(crate) fn owner(guard: &Item) -> Option<uuid::Uuid> {
    text(guard, OWNER)?.parse().ok()
}

/// What a failed condition means, given the item as it was found. `None`: the plan was made from data that
/// has changed since; plan again.
pub(crate) type OnFailure = Box<dyn Fn(Option<&Item>) -> Option<Refusal> + Send + Sync>;

/// The writes of one command, all or nothing.
#[derive(Default)]
pub struct Transaction {
    actions: Vec<Action>,
    tallies: BTreeMap<(String, MonthKey), BTreeMap<String, i128>>,
    /// By their keys; `None`: removed.
    postings: BTreeMap<Key, Option<Posting>>,
    /// What is replaced or removed, as it was read: for the audit log.
    before: BTreeMap<Key, String>,
}

/// A write and what it means when its condition fails.
pub(crate) struct Action {
    pub(crate) write: Write,
    pub(crate) on_failure: OnFailure,
}

/// A write of one item.
pub(crate) enum Write {
    Put { table: Table, item: Item, condition: Condition },
    Update(Update),
    Delete { table: Table, key: Key, version: Option<u64> },
}

/// The conditions a Put can have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// There is none yet: a document with an id of its own, or a record of one.
    New,
    /// The same, of a key that others may want, too: a unique value.
    Free,
    Version(u64),
    None,
}

/// A failed condition is a sign of stale data: plan again.
fn replan() -> OnFailure {
    Box::new(|_| None)
}

fn guard_item(guard: &Key, owner: uuid::Uuid) -> Item {
    let mut item = key_item(guard);
    item.insert(OWNER.to_owned(), AttributeValue::S(owner.to_string()));
    item
}

fn taken(field: &'static str, value: &str) -> OnFailure {
    let value = value.to_owned();
    Box::new(move |_: Option<&Item>| Some(Refusal::AlreadyExists { field, value: value.clone() }))
}

impl Transaction {
    /// No writes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty() && self.tallies.is_empty() && self.postings.is_empty()
    }

    /// A new document, with its tally and its words.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the document has no item form.
    pub fn create<E: Entity>(&mut self, entity: &E) -> Result<(), StoreError> {
        self.create_or(entity, replan())
    }

    /// The same; `on_taken` says what it means when the document is there already.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the document has no item form.
    pub(crate) fn create_or<E: Entity>(&mut self, entity: &E, on_taken: OnFailure) -> Result<(), StoreError> {
        self.put(Table::Core, to_item(entity)?, Condition::New, on_taken);
        self.count(entity.tally(), 1);
        self.post(entity.postings());
        Ok(())
    }

    /// A changed document in the place of the one that was read; if that one has changed since, the command
    /// is planned again. Its tally and words move along.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the document has no item form.
    pub fn replace<E: Entity>(&mut self, old: &E, new: &E) -> Result<(), StoreError> {
        self.replace_or(old, new, replan())
    }

    /// The same; `on_changed` says what it means when the document has changed since.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the document has no item form.
    pub(crate) fn replace_or<E: Entity>(
        &mut self,
        old: &E,
        new: &E,
        on_changed: OnFailure,
    ) -> Result<(), StoreError> {
        let unchecked = planted(PlantedBug::ReplacedWithoutVersion);
        let condition = if unchecked { Condition::None } else { Condition::Version(old.version()) };
        self.note(old)?;
        self.put(Table::Core, to_item(new)?, condition, on_changed);
        self.recount(old.tally(), new.tally());
        let (before, after) = (old.postings(), new.postings());
        self.unpost(before.iter().filter(|posting| !after.contains(posting)));
        self.post(after.into_iter().filter(|posting| !before.contains(posting)));
        Ok(())
    }

    /// A deleted document: out of its partition and every list, kept in the partition of the deleted.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the document has no item form.
    pub fn archive<E: Entity>(&mut self, old: &E, deleted: &E) -> Result<(), StoreError> {
        self.keep_archived(deleted)?;
        self.remove(old)
    }

    /// A deleted document in the partition of the deleted, over what is there of it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the document has no item form.
    pub(crate) fn keep_archived<E: Entity>(&mut self, deleted: &E) -> Result<(), StoreError> {
        let key = deleted.key();
        let mut item = to_item(deleted)?;
        item.retain(|name, _| !matches!(name.as_str(), "gsi1pk" | "gsi1sk" | "gsi2pk" | "gsi2sk" | "lowPk"));
        item.extend(key_item(&keys::archived(&key)));
        self.put(Table::Core, item, Condition::None, replan());
        Ok(())
    }

    /// A document that was read is removed, and kept nowhere.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the document has no item form.
    pub fn remove<E: Entity>(&mut self, old: &E) -> Result<(), StoreError> {
        self.note(old)?;
        self.delete_if(old.key(), Some(old.version()), replan());
        self.count(old.tally(), -1);
        self.unpost(&old.postings());
        Ok(())
    }

    fn note<E: Entity>(&mut self, old: &E) -> Result<(), StoreError> {
        self.before.insert(old.key(), canonical(&to_item(old)?)?);
        Ok(())
    }

    /// What is replaced or removed, as it was read, by its key.
    pub(crate) fn before(&self) -> &BTreeMap<Key, String> {
        &self.before
    }

    /// The writes, but for tallies and words, which follow from them.
    pub(crate) fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// A record that is written once and never changed: a ledger entry, a line of history.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the record has no item form.
    pub fn append<E: Entity>(&mut self, record: &E) -> Result<(), StoreError> {
        self.put(Table::Core, to_item(record)?, Condition::New, replan());
        Ok(())
    }

    /// A record whose former content does not matter (or that goes with a document whose version is checked).
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the record has no item form.
    pub fn overwrite<E: Entity>(&mut self, record: &E) -> Result<(), StoreError> {
        self.put(Table::Core, to_item(record)?, Condition::None, replan());
        Ok(())
    }

    /// An item of any table that must not exist yet; `on_taken` says why not.
    pub fn insert(&mut self, table: Table, item: Item, on_taken: OnFailure) {
        self.put(table, item, Condition::Free, on_taken);
    }

    /// An item that is written over what there is.
    pub(crate) fn overwrite_item(&mut self, item: Item) {
        self.put(Table::Core, item, Condition::None, replan());
    }

    /// Claims a unique value for a document.
    pub fn claim(&mut self, guard: &Key, owner: uuid::Uuid, field: &'static str, value: &str) {
        self.claim_or(guard, owner, taken(field, value));
    }

    /// The same, noting another document with it.
    pub(crate) fn claim_for(
        &mut self,
        guard: &Key,
        owner: uuid::Uuid,
        (attribute, other): (&str, uuid::Uuid),
        field: &'static str,
        value: &str,
    ) {
        let mut item = guard_item(guard, owner);
        item.insert(attribute.to_owned(), AttributeValue::S(other.to_string()));
        self.put(Table::Core, item, Condition::Free, taken(field, value));
    }

    /// The same; `on_taken` says what it means when another document has the value.
    pub(crate) fn claim_or(&mut self, guard: &Key, owner: uuid::Uuid, on_taken: OnFailure) {
        self.put(Table::Core, guard_item(guard, owner), Condition::Free, on_taken);
    }

    /// Gives a unique value free.
    pub fn release(&mut self, guard: Key) {
        self.delete(Table::Core, guard);
    }

    /// Removes an item.
    pub fn delete(&mut self, table: Table, key: Key) {
        self.actions.push(Action { write: Write::Delete { table, key, version: None }, on_failure: replan() });
    }

    /// Removes a document that was read; `on_changed` says what it means when it has changed since.
    pub(crate) fn delete_if(&mut self, key: Key, version: Option<u64>, on_changed: OnFailure) {
        let write = Write::Delete { table: Table::Core, key, version };
        self.actions.push(Action { write, on_failure: on_changed });
    }

    /// A conditional update; a failed condition means the plan is stale.
    pub fn update(&mut self, update: Update) {
        self.update_or(update, replan());
    }

    /// A conditional update whose failed condition means a refusal.
    pub fn update_or(&mut self, update: Update, on_failure: OnFailure) {
        self.actions.push(Action { write: Write::Update(update), on_failure });
    }

    /// Changes where a document counts, for documents that are changed by [`Self::update`].
    pub fn recount(&mut self, before: Option<TallyCell>, after: Option<TallyCell>) {
        if planted(PlantedBug::TallyNotMoved) {
            return;
        }
        self.count(before, -1);
        self.count(after, 1);
    }

    fn put(&mut self, table: Table, item: Item, condition: Condition, on_failure: OnFailure) {
        self.actions.push(Action { write: Write::Put { table, item, condition }, on_failure });
    }

    fn post(&mut self, postings: impl IntoIterator<Item = Posting>) {
        self.postings.extend(postings.into_iter().map(|posting| (posting.key(), Some(posting))));
    }

    fn unpost<'a>(&mut self, postings: impl IntoIterator<Item = &'a Posting>) {
        self.postings.extend(postings.into_iter().map(|posting| (posting.key(), None)));
    }

    fn count(&mut self, cell: Option<TallyCell>, by: i128) {
        let Some(TallyCell { pk, day, code }) = cell else { return };
        let month = self.tallies.entry((pk, MonthKey::of(day))).or_default();
        let (attribute, one) = tally::one(day.day(), code);
        *month.entry(attribute).or_default() += by * one;
    }

    /// All writes, those of tallies and words included.
    pub(crate) fn into_all(self) -> Vec<Action> {
        let tallies = self.tallies.into_iter().filter_map(|((pk, month), cells)| {
            let changed: Vec<_> = cells.into_iter().filter(|(_, by)| *by != 0).collect();
            let update = Update::of(keys::tally(&pk, month));
            (!changed.is_empty())
                .then(|| changed.into_iter().fold(update, |update, (cell, by)| update.add(&cell, by)))
        });
        let words = self.postings.into_iter().map(|(key, posting)| match posting {
            Some(posting) => Write::Put { table: Table::Search, item: posting.item(), condition: Condition::None },
            None => Write::Delete { table: Table::Search, key, version: None },
        });
        let derived = tallies.map(Write::Update).chain(words).map(|write| Action { write, on_failure: replan() });
        self.actions.into_iter().chain(derived).collect()
    }

    /// The actions with what their failures mean.
    pub(crate) fn into_actions(self, store: &Store) -> Result<Vec<(TransactWriteItem, OnFailure)>, StoreError> {
        let actions = self.into_all().into_iter();
        actions.map(|action| Ok((action.write.into_item(store)?, action.on_failure))).collect()
    }
}

impl Write {
    /// Which item it writes.
    pub(crate) fn target(&self) -> (Table, Key) {
        match self {
            Self::Update(update) => update.target(),
            Self::Put { table, item, .. } => (*table, Key::of(item)),
            Self::Delete { table, key, .. } => (*table, key.clone()),
        }
    }

    /// Whether its condition holds for an item, which need not exist.
    pub(crate) fn holds_for(&self, item: Option<&Item>) -> bool {
        let is_version = |version: u64| {
            item.and_then(|item| number(item, "version")).is_some_and(|found| i64::try_from(version) == Ok(found))
        };
        match self {
            Self::Update(update) => update.holds_for(item),
            Self::Put { condition: Condition::New | Condition::Free, .. } => item.is_none(),
            Self::Put { condition: Condition::Version(version), .. } => is_version(*version),
            Self::Put { condition: Condition::None, .. } => true,
            Self::Delete { version, .. } => version.is_none_or(is_version),
        }
    }

    /// The item afterwards, if there is one.
    pub(crate) fn apply(self, item: Option<Item>) -> Option<Item> {
        match self {
            Self::Update(update) => update.apply(item),
            Self::Put { item, .. } => Some(item),
            Self::Delete { .. } => None,
        }
    }

    pub(crate) fn into_item(self, store: &Store) -> Result<TransactWriteItem, StoreError> {
        match self {
            Self::Update(update) => update.into_action(store),
            Self::Put { table, item, condition } => {
                let put = Put::builder()
                    .table_name(store.table_name(table))
                    .set_item(Some(item))
                    .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
                let put = match condition {
                    Condition::None => put,
                    Condition::New | Condition::Free => put.condition_expression("attribute_not_exists(pk)"),
                    Condition::Version(version) => put
                        .condition_expression("version = :version")
                        .expression_attribute_values(":version", AttributeValue::N(version.to_string())),
                };
                Ok(TransactWriteItem::builder().put(put.build()?).build())
            }
            Self::Delete { table, key, version } => {
                let mut delete =
                    Delete::builder().table_name(store.table_name(table)).set_key(Some(key_item(&key)));
                if let Some(version) = version {
                    delete = delete
                        .condition_expression("version = :version")
                        .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
                        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
                }
                Ok(TransactWriteItem::builder().delete(delete.build()?).build())
            }
        }
    }
}
