//! Stock in DynamoDB. Every movement is a conditional update of the part together with its ledger entry.
//!
//! A movement does not read the part first. It is planned for the common case, a part that is comfortably in
//! stock before and after: such updates commute, so any number of them can run at once. When the condition
//! fails, DynamoDB returns the part as it is; the command is planned again for that, or refused.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use dms_access::TenantScope;
use dms_domain::{
    calendar::Timestamp,
    refusal::Refusal,
    stock::{LedgerEntry, LedgerType, Part},
};
use dms_messages::EventKind;
use uuid::Uuid;

use crate::{
    client::{Item, Range, Store},
    command::Plan,
    entity::{Entity, IndexKeys, NO_STATE, TallyCell, from_item},
    error::StoreError,
    keys::{self, Key, TenantKind},
    planted::{PlantedBug, planted},
    tables::Table,
    transaction::{OnFailure, Transaction},
    update::Update,
};

impl Entity for Part {
    const WHAT: &'static str = "part";

    fn key(&self) -> Key {
        TenantKind::Part.own(&self.id).key()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> IndexKeys {
        let low = (self.headroom <= 0).then(|| TenantKind::Part.own(&self.id).list_pk());
        IndexKeys { low_pk: low, ..IndexKeys::default() }
    }

    fn tally(&self) -> Option<TallyCell> {
        Some(TallyCell {
            pk: TenantKind::Part.own(&self.id).tally_pk(),
            day: self.created_at.ist_date(),
            code: NO_STATE,
        })
    }
}

impl Entity for LedgerEntry {
    const WHAT: &'static str = "ledger entry";

    fn key(&self) -> Key {
        keys::ledger(&self.part_id, &self.id)
    }

    fn version(&self) -> u64 {
        1
    }
}

/// A movement of one part's stock with its ledger entry.
#[derive(Debug, Clone)]
pub struct StockMove {
    pub(crate) part: Uuid,
    pub(crate) delta: i64,
    pub(crate) entry: LedgerEntry,
}

impl StockMove {
    /// A movement of a part on behalf of a document (its kind and number), with the words of the ledger.
    pub fn new(
        part: Uuid,
        delta: i64,
        (reason, kind): (&str, LedgerType),
        (document_type, document_number): (&str, &str),
        by: Uuid,
        now: Timestamp,
    ) -> Self {
        let entry = LedgerEntry {
            id: crate::new_id(now.utc(), None),
            part_id: part,
            kind,
            delta,
            reason: reason.to_owned(),
            notes: None,
            document_type: Some(document_type.to_owned()),
            document_number: Some(document_number.to_owned()),
            created_by: by,
            created_at: now,
        };
        Self { part, delta, entry }
    }
}

/// Parts as failed conditions showed them; `None` for one that was deleted.
#[derive(Debug, Clone, Default)]
pub(crate) struct SeenParts(Arc<Mutex<HashMap<Uuid, Option<Part>>>>);

impl SeenParts {
    fn get(&self, id: &Uuid) -> Option<Option<Part>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn put(&self, id: Uuid, part: Option<Part>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, part);
    }
}

const PART_NUMBER: &str = "partNumber";

impl Store {
    /// A part of a centre's stock.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn part(&self, scope: TenantScope, id: &Uuid) -> Result<Option<Part>, StoreError> {
        self.get(Table::Core, &TenantKind::Part.key(scope, id)).await?.map(from_item).transpose()
    }

    /// Parts of a centre's stock, in no order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn parts(
        &self,
        scope: TenantScope,
        ids: impl IntoIterator<Item = Uuid>,
    ) -> Result<Vec<Part>, StoreError> {
        let items = self.get_many(ids.into_iter().map(|id| TenantKind::Part.key(scope, &id))).await?;
        items.into_iter().map(from_item).collect()
    }

    /// The last entries of a part's ledger, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn ledger(
        &self,
        scope: TenantScope,
        part: &Uuid,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        let range = Range::partition(keys::ledger_pk(scope, part));
        self.query(&range, limit).await?.into_iter().map(from_item).collect()
    }

    /// Creates a part with its opening stock; its number must be free in the centre.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn create_part(&self, part: Part, opening: Option<LedgerEntry>) -> Result<Plan<Part>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.create(&part)?;
        let number = part.details.part_number.as_str();
        let guard = keys::unique_beside(&part.id, PART_NUMBER, number);
        transaction.claim(&guard, part.id, PART_NUMBER, number);
        if let Some(entry) = &opening {
            transaction.append(entry)?;
        }
        Ok(Plan::new(transaction, part))
    }

    /// Changes a part; a new number must be free in the centre.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn edit_part(&self, old: &Part, new: Part) -> Result<Plan<Part>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        let (before, after) = (old.details.part_number.as_str(), new.details.part_number.as_str());
        if before != after {
            transaction.release(keys::unique_beside(&new.id, PART_NUMBER, before));
            let guard = keys::unique_beside(&new.id, PART_NUMBER, after);
            transaction.claim(&guard, new.id, PART_NUMBER, after);
        }
        Ok(Plan::new(transaction, new))
    }

    /// Adjusts a part's stock by hand, from the quantity that was read: another movement meanwhile makes the
    /// command be planned again.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn adjust_stock(&self, old: &Part, new: Part, entry: &LedgerEntry) -> Result<Plan<Part>, StoreError> {
        let low = old.becomes_low(entry.delta).then(|| stock_low(&new));
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        transaction.append(entry)?;
        let centre = Some(new.service_center_id);
        let plan = Plan::new(transaction, new);
        Ok(match low {
            Some(low) => plan.event(centre, low),
            None => plan,
        })
    }
}

fn stock_low(part: &Part) -> EventKind {
    EventKind::StockLow {
        part_id: part.id,
        part_number: part.details.part_number.clone(),
        stock_quantity: part.stock_quantity,
        min_stock_level: part.details.min_stock_level,
    }
}

impl Transaction {
    /// Moves stock and writes the ledger; returns the alerts of parts that become low.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; `INSUFFICIENT_STOCK` comes from the commit.
    pub(crate) fn move_stock(
        &mut self,
        moves: &[StockMove],
        seen: &SeenParts,
    ) -> Result<Vec<EventKind>, StoreError> {
        let mut alerts = Vec::new();
        for StockMove { part, delta, entry } in moves {
            let known = match seen.get(part) {
                // What comes back to a part that was deleted meanwhile has no stock to return to.
                Some(None) => continue,
                Some(known) => known,
                None => None,
            };
            let update = Update::of(TenantKind::Part.own(part).key())
                .add("stockQuantity", *delta)
                .add("headroom", *delta)
                .add("version", 1)
                .set("updatedAt", entry.created_at.to_string());
            let update = conditioned(update, *delta, known.as_ref());
            if let Some(known) = known.filter(|known| known.becomes_low(*delta)) {
                alerts.push(stock_low(&known.moved(*delta, entry.created_at)));
            }
            self.update_or(update, on_failed_move(*part, *delta, seen.clone()));
            if !(planted(PlantedBug::SaleWithoutLedger) && entry.kind == LedgerType::Sale) {
                self.append(entry)?;
            }
        }
        Ok(alerts)
    }
}

/// The conditions under which a movement leaves the part in the index it is in, or moves it.
fn conditioned(update: Update, delta: i64, known: Option<&Part>) -> Update {
    if planted(PlantedBug::StockWithoutCondition) {
        return update.when_exists();
    }
    let update = update.when_at_least("stockQuantity", -delta);
    let Some(part) = known else { return update.when_more_than("headroom", (-delta).max(0)) };
    match (part.headroom <= 0, part.headroom + delta <= 0) {
        (false, false) => update.when_more_than("headroom", (-delta).max(0)),
        (true, true) => update.when_at_most("headroom", (-delta).min(0)),
        // Crossing: only from exactly here, so that it is noticed once.
        (false, true) => {
            let low_pk = TenantKind::Part.own(&part.id).list_pk();
            update.when_number("headroom", part.headroom).set("lowPk", low_pk)
        }
        (true, false) => update.when_number("headroom", part.headroom).remove("lowPk"),
    }
}

fn on_failed_move(id: Uuid, delta: i64, seen: SeenParts) -> OnFailure {
    Box::new(move |item: Option<&Item>| {
        let part: Option<Part> = item.and_then(|item| from_item(item.clone()).ok());
        let Some(part) = part else {
            if delta > 0 {
                seen.put(id, None);
                return None;
            }
            return Some(Refusal::conflict("PART_GONE", "A part is no longer in stock: it was deleted"));
        };
        if part.stock_quantity + delta < 0 {
            return Some(Refusal::InsufficientStock(vec![part.short_of(-delta)]));
        }
        seen.put(id, Some(part));
        None
    })
}
