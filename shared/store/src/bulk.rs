//! Many transactions written as one, for loading much data: a migration, or the generator of test data.
//!
//! The transactions are those that single commands would commit. A step takes some hundreds of them, reads once what
//! they change and did not make themselves, and carries them out in memory, one after the other, each under its
//! conditions. What comes out is written once for each item, however often the step changed it:
//!
//! 1. What is new, by `BatchWriteItem`. Nobody else can write these items: their keys contain ids made by the load.
//! 2. What was there before (counters, parts, customers who come again, values claimed as unique), by
//!    `TransactWriteItems`, on the condition that what changes is still as it was read. What is only added to, as
//!    tallies are, is neither read nor conditional. The note of how far the load has come is in the same transaction.
//!
//! So a load that was interrupted goes on when the same steps are given again: what is new is written over with the
//! same, and what was there is changed once. A command of somebody else makes a step fail, not go wrong. But between
//! 1 and 2 the documents are there and not counted: a load is for a system that nobody uses yet.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_dynamodb::types::{
    DeleteRequest, PutRequest, ReturnConsumedCapacity, TransactWriteItem, WriteRequest,
};
use futures::{StreamExt, TryStreamExt, stream};
use tokio::time::sleep;

use crate::{
    client::{Item, Store, key_item, number, text},
    error::StoreError,
    keys::{self, Key},
    listing::in_parallel,
    meter,
    tables::Table,
    transaction::{Action, Condition, MAX_ACTIONS, Transaction, Write},
    update::Update,
};

/// Items in one BatchWriteItem.
pub(crate) const BATCH: usize = 25;
/// Items that were there before in one transaction: the note of how far the load has come is in it, too.
const PART: usize = MAX_ACTIONS - 1;
/// Calls under way at once.
const IN_FLIGHT: usize = 8;
/// Tries of a batch of which DynamoDB leaves some unwritten.
const MAX_TRIES: u32 = 10;

/// An item, of which there may be none yet.
type Target = (Table, Key);
/// What a step does to each item, in order.
type Writes = BTreeMap<Target, Vec<Action>>;

/// The transactions of one step.
#[derive(Default)]
pub struct Bulk {
    writes: Writes,
}

/// A load under way: how far it has come.
#[derive(Debug)]
pub struct Load {
    name: String,
    /// What the load said of itself when it began.
    pub notes: String,
    /// Whether it came to its end before.
    pub finished: bool,
    /// Steps given so far; what follows is what was written, of this run or an earlier one.
    given: i64,
    steps_done: i64,
    parts_done: i64,
}

impl Bulk {
    /// Adds a transaction after those there are.
    pub fn add(&mut self, transaction: Transaction) {
        for action in transaction.into_all() {
            self.writes.entry(action.write.target()).or_default().push(action);
        }
    }

    /// How many items it writes.
    pub fn len(&self) -> usize {
        self.writes.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
}

impl Load {
    /// The note of how far it has come, if it still says what is known here.
    fn note(&self) -> Update {
        let update = Update::of(keys::load(&self.name)).set("notes", self.notes.clone());
        match (self.steps_done, self.parts_done) {
            (0, 0) => update.when_absent("pk"),
            (steps, parts) => update.when_number("stepsDone", steps).when_number("partsDone", parts),
        }
    }
}

impl Store {
    /// A load of this name: a new one, or the one that began before, with the notes of its beginning.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn load(&self, name: &str, notes: &str) -> Result<Load, StoreError> {
        let known = self.get(Table::Core, &keys::load(name)).await?;
        let count = |attribute: &str| known.as_ref().and_then(|item| number(item, attribute)).unwrap_or_default();
        Ok(Load {
            name: name.to_owned(),
            notes: known.as_ref().and_then(|item| text(item, "notes")).unwrap_or(notes).to_owned(),
            finished: count("finished") > 0,
            given: 0,
            steps_done: count("stepsDone"),
            parts_done: count("partsDone"),
        })
    }

    /// Writes the next step, unless it was written before.
    ///
    /// # Errors
    /// What a condition that fails means; [`StoreError::Contended`] when somebody else changes the same items;
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn write_step(&self, load: &mut Load, step: Bulk) -> Result<(), StoreError> {
        load.given += 1;
        if load.given <= load.steps_done {
            return Ok(());
        }
        let (own, shared): (Writes, Writes) = step.writes.into_iter().partition(|(_, writes)| is_own(writes));
        let mut requests = Vec::with_capacity(own.len());
        for ((table, key), actions) in own {
            requests.push((table, request(key, fold(None, actions)?)?));
        }
        let batches: Vec<Vec<(Table, WriteRequest)>> = requests.chunks(BATCH).map(<[_]>::to_vec).collect();
        let writing = stream::iter(batches).map(|batch| self.write_batch(batch));
        writing.buffer_unordered(IN_FLIGHT).try_collect::<Vec<()>>().await?;

        let mut shared: Vec<(Target, Vec<Action>)> = shared.into_iter().collect();
        // In the order of their keys: a step that is given again has the same parts.
        let rest = shared.split_off(shared.len().min(usize::try_from(load.parts_done).unwrap_or_default() * PART));
        let mut changes = self.changes(rest).await?;
        loop {
            let part: Vec<Update> = changes.drain(..changes.len().min(PART)).flatten().collect();
            let is_last = changes.is_empty();
            let (steps, parts) = if is_last { (load.given, 0) } else { (load.steps_done, load.parts_done + 1) };
            let note = load.note().set_number("stepsDone", steps).set_number("partsDone", parts);
            self.transact([note].into_iter().chain(part)).await?;
            (load.steps_done, load.parts_done) = (steps, parts);
            if is_last {
                return Ok(());
            }
        }
    }

    /// Notes that all steps were written.
    ///
    /// # Errors
    /// [`StoreError::Contended`], [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn finish(&self, load: Load) -> Result<(), StoreError> {
        self.transact([load.note().set_number("finished", 1)]).await
    }

    /// What becomes of items that may have been there before, one after the other; `None` for those that stay.
    async fn changes(&self, writes: Vec<(Target, Vec<Action>)>) -> Result<Vec<Option<Update>>, StoreError> {
        // What is only added to (tallies) need not be read, however many documents count.
        let read = writes.iter().filter(|(_, actions)| !actions.iter().all(Action::only_adds));
        let mut before = self.items(read.map(|(target, _)| target.clone()).collect()).await?;
        let changes = writes.into_iter().map(|((table, key), actions)| {
            if actions.iter().all(Action::only_adds) {
                return Ok(Update::sum(table, key, actions.into_iter().filter_map(Action::into_update)));
            }
            let old = before.remove(&(table, key.clone()));
            let new = fold(old.clone(), actions)?;
            Ok(Update::between(table, key, &old.unwrap_or_default(), &new.unwrap_or_default()))
        });
        changes.collect()
    }

    /// Items of any table, as they are now.
    async fn items(&self, targets: Vec<Target>) -> Result<BTreeMap<Target, Item>, StoreError> {
        let (core, others): (Vec<Target>, Vec<Target>) =
            targets.into_iter().partition(|(table, _)| *table == Table::Core);
        let mut items: BTreeMap<Target, Item> = BTreeMap::new();
        for item in self.get_many(core.into_iter().map(|(_, key)| key)).await? {
            items.insert((Table::Core, Key::of(&item)), item);
        }
        let reads =
            others.into_iter().map(|(table, key)| async move { Ok((table, self.get(table, &key).await?)) });
        for (table, item) in in_parallel(reads.collect()).await? {
            items.extend(item.map(|item| ((table, Key::of(&item)), item)));
        }
        Ok(items)
    }

    pub(crate) async fn write_batch(&self, batch: Vec<(Table, WriteRequest)>) -> Result<(), StoreError> {
        let mut requests: std::collections::HashMap<String, Vec<WriteRequest>> = std::collections::HashMap::new();
        for (table, request) in batch {
            requests.entry(self.table_name(table)).or_default().push(request);
        }
        for attempt in 0..MAX_TRIES {
            let call = meter::Call::start();
            let request = self.client().batch_write_item().set_request_items(Some(requests));
            let output = request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await?;
            drop(call);
            meter::wrote(output.consumed_capacity());
            // DynamoDB may leave some unwritten under load; it says which.
            requests = output.unprocessed_items.unwrap_or_default();
            if requests.is_empty() {
                return Ok(());
            }
            sleep(Duration::from_millis(50 << attempt)).await;
        }
        Err(StoreError::Throttled)
    }

    async fn transact(&self, updates: impl IntoIterator<Item = Update>) -> Result<(), StoreError> {
        let actions = updates.into_iter().map(|update| update.into_action(self));
        let actions: Vec<TransactWriteItem> = actions.collect::<Result<_, _>>()?;
        let call = meter::Call::start();
        let request = self.client().transact_write_items().set_transact_items(Some(actions));
        let sent = request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
        drop(call);
        match sent {
            Ok(output) => {
                meter::wrote(output.consumed_capacity());
                Ok(())
            }
            Err(error) if error.as_service_error().is_some_and(|e| e.is_transaction_canceled_exception()) => {
                Err(StoreError::Contended)
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Action {
    fn only_adds(&self) -> bool {
        matches!(&self.write, Write::Update(update) if update.only_adds())
    }

    fn into_update(self) -> Option<Update> {
        match self.write {
            Write::Update(update) => Some(update),
            Write::Put { .. } | Write::Delete { .. } => None,
        }
    }
}

/// Whether nobody else can write the item: it begins here, under an id that was made here, or what it was before does
/// not matter.
fn is_own(actions: &[Action]) -> bool {
    match actions.first().map(|action| &action.write) {
        Some(Write::Put { condition, .. }) => matches!(condition, Condition::New | Condition::None),
        Some(Write::Delete { version, .. }) => version.is_none(),
        Some(Write::Update(_)) | None => false,
    }
}

/// An item after all that is done to it.
fn fold(before: Option<Item>, actions: Vec<Action>) -> Result<Option<Item>, StoreError> {
    let mut item = before;
    for Action { write, on_failure } in actions {
        if !write.holds_for(item.as_ref()) {
            return Err(on_failure(item.as_ref()).map_or(StoreError::Contended, StoreError::from));
        }
        item = write.apply(item);
    }
    Ok(item)
}

/// The request by which an item is written, or removed.
pub(crate) fn request(key: Key, item: Option<Item>) -> Result<WriteRequest, StoreError> {
    Ok(match item {
        Some(item) => {
            let put = PutRequest::builder().set_item(Some(item)).build()?;
            WriteRequest::builder().put_request(put).build()
        }
        None => {
            let delete = DeleteRequest::builder().set_key(Some(key_item(&key))).build()?;
            WriteRequest::builder().delete_request(delete).build()
        }
    })
}
