//! Stock in DynamoDB. Every movement is a conditional update of the part together with its ledger entry.
//!
//! A movement does not read the part first. What comes in is added to whatever there is; what goes out is planned for
//! the common case, a part that is comfortably in stock before and after. Such updates commute, so any number of them
//! can run at once. When the condition fails, DynamoDB returns the part as it is; the command is planned again for
//! that, or refused. A part that was
//! deleted meanwhile is put back when pieces of it come back.

mod seen;

use std::collections::{BTreeMap, BTreeSet};

use dms_access::TenantScope;
use dms_domain::{
    calendar::{MonthKey, Timestamp},
    central_stock::CentralPart,
    ids,
    refusal::{Refusal, ShortPart},
    search,
    stock::{LedgerCounts, LedgerEntry, LedgerType, Part},
};
use dms_messages::EventKind;
use uuid::Uuid;

use crate::{
    client::{Item, Store, number, text},
    command::Plan,
    entity::{Entity, IndexKeys, NO_STATE, Posting, TallyCell, from_item},
    error::StoreError,
    keys::{self, Key, PART_NUMBER, TenantKind},
    planted::{PlantedBug, planted},
    range::Range,
    tables::Table,
    transaction::{OnFailure, Transaction},
    update::Update,
};

use seen::Seen;
pub(crate) use seen::{SeenPart, SeenParts};

impl Entity for Part {
    const WHAT: &'static str = "part";
    const TYPICAL_BYTES: usize = 500;

    fn key(&self) -> Key {
        keys::part(&self.id).key()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> IndexKeys {
        let low = (self.headroom <= 0).then(|| keys::part(&self.id).list_pk());
        IndexKeys { low_pk: low, ..IndexKeys::default() }
    }

    fn tally(&self) -> Option<TallyCell> {
        Some(TallyCell { pk: keys::part(&self.id).tally_pk(), day: self.created_at.ist_date(), code: NO_STATE })
    }

    fn postings(&self) -> Vec<Posting> {
        keys::part(&self.id).postings(search::part_words(&self.details.part_name, &self.details.part_number))
    }
}

impl Entity for LedgerEntry {
    const WHAT: &'static str = "ledger entry";
    const TYPICAL_BYTES: usize = 330;

    fn key(&self) -> Key {
        keys::ledger(&self.part_id, &self.id)
    }

    fn version(&self) -> u64 {
        1
    }

    /// Most entries go with a movement of the part, which counts them.
    fn tally(&self) -> Option<TallyCell> {
        (self.kind == LedgerType::TransitLoss).then(|| TallyCell {
            pk: keys::tally_pk(&keys::own_ledger_pk(&self.part_id)),
            day: self.created_at.ist_date(),
            code: NO_STATE,
        })
    }
}

/// Why stock moves, and on whose behalf.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cause<'a> {
    /// The ledger's word and type.
    pub(crate) words: (&'a str, LedgerType),
    /// Kind and number of the document.
    pub(crate) document: (&'a str, &'a str),
    /// Who.
    pub(crate) by: Uuid,
    /// When.
    pub(crate) now: Timestamp,
}

impl Cause<'_> {
    /// The ledger entry of a movement.
    pub(crate) fn entry(&self, part: Uuid, delta: i64) -> LedgerEntry {
        LedgerEntry {
            id: crate::new_id(self.now.utc(), None),
            part_id: part,
            kind: self.words.1,
            delta,
            variance: None,
            reason: self.words.0.to_owned(),
            notes: None,
            document_type: Some(self.document.0.to_owned()),
            document_number: Some(self.document.1.to_owned()),
            created_by: self.by,
            created_at: self.now,
        }
    }

    /// Movements of several parts.
    pub(crate) fn moves(&self, quantities: impl IntoIterator<Item = (Uuid, i64)>) -> Vec<StockMove> {
        let moves = quantities.into_iter();
        moves.map(|(part, stock)| StockMove::of(self.entry(part, stock))).collect()
    }
}

/// A movement of one part: of its stock, with the ledger entry, and of what of it is promised (Central's).
///
/// Most move the stock alone. Central's parts are promised (no entry), or sent and no longer promised at once. A centre's
/// part that becomes known as one of Central's is linked with its first pieces, provided that it still has the number.
#[derive(Debug, Clone)]
pub(crate) struct StockMove {
    part: Uuid,
    stock: i64,
    promised: i64,
    central_part: Option<Uuid>,
    number: Option<String>,
    entry: Option<LedgerEntry>,
    now: Timestamp,
}

impl StockMove {
    /// What the ledger entry says.
    pub(crate) fn of(entry: LedgerEntry) -> Self {
        let (part, stock, now) = (entry.part_id, entry.delta, entry.created_at);
        Self { part, stock, promised: 0, central_part: None, number: None, entry: Some(entry), now }
    }

    /// More or less of a part of Central's stock is promised; the stock itself stays.
    pub(crate) fn promise(part: Uuid, promised: i64, now: Timestamp) -> Self {
        Self { part, stock: 0, promised, central_part: None, number: None, entry: None, now }
    }

    /// The same, changing also what is promised.
    pub(crate) fn and_promise(self, promised: i64) -> Self {
        Self { promised, ..self }
    }

    /// The same, noting that the centre's part is this one of Central's.
    pub(crate) fn and_link(self, central_part: Uuid) -> Self {
        Self { central_part: Some(central_part), ..self }
    }

    /// The same, provided that the part has this number: pieces under way go by it.
    pub(crate) fn when_numbered(self, number: String) -> Self {
        Self { number: Some(number), ..self }
    }
}

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

    /// Parts of any centres that the rollups speak of, in no order; deleted ones, too.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn parts_kept(&self, ids: impl IntoIterator<Item = Uuid>) -> Result<Vec<Part>, StoreError> {
        let keys: BTreeMap<Uuid, Key> = ids.into_iter().map(|id| (id, TenantKind::Part.own(&id).key())).collect();
        let found = self.get_many(keys.values().cloned()).await?;
        let mut parts: Vec<Part> = found.into_iter().map(from_item).collect::<Result<_, _>>()?;
        let known: BTreeSet<Uuid> = parts.iter().map(|part| part.id).collect();
        let deleted = keys.iter().filter(|(id, _)| !known.contains(id)).map(|(_, key)| keys::archived(key));
        for item in self.get_many(deleted).await? {
            parts.push(from_item(item)?);
        }
        Ok(parts)
    }

    /// Calls `each` for every part of a centre's stock, without having all of them in memory.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn each_part(&self, scope: TenantScope, each: impl FnMut(Part)) -> Result<(), StoreError> {
        self.each(&Range::partition(TenantKind::Part.pk(scope)), each).await
    }

    /// All entries of the ledger of a part that is in hand, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub(crate) async fn whole_ledger(&self, part: &Uuid) -> Result<Vec<LedgerEntry>, StoreError> {
        let range = Range::partition(keys::own_ledger_pk(part));
        self.query(&range, usize::MAX).await?.into_iter().map(from_item).collect()
    }

    /// Creates a part with its opening stock; its number must be free in the centre.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn create_part(&self, part: Part, opening: Option<LedgerEntry>) -> Result<Plan<Part>, StoreError> {
        let mut transaction = Transaction::new();
        let part = match &opening {
            Some(entry) => Part { ledger_counts: part.ledger_counts.with(entry.created_at), ..part },
            None => part,
        };
        transaction.create(&part)?;
        let number = part.details.part_number.as_str();
        transaction.claim(&keys::unique_beside(&part.id, PART_NUMBER, number), part.id, PART_NUMBER, number);
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
        let centre = Some(new.service_center_id);
        let low = SeenPart::of(&old.details, old.stock_quantity).low_after(old.id, entry.delta);
        adjust(old, new, entry, low.map(|low| (centre, low)))
    }
}

/// A part that was read, in the place of itself, with its ledger entry.
pub(crate) fn adjust<E: Entity>(
    old: &E,
    new: E,
    entry: &LedgerEntry,
    low: Option<(Option<Uuid>, EventKind)>,
) -> Result<Plan<E>, StoreError> {
    let mut transaction = Transaction::new();
    transaction.replace(old, &new)?;
    transaction.append(entry)?;
    let plan = Plan::new(transaction, new);
    Ok(match low {
        Some((centre, low)) => plan.event(centre, low),
        None => plan,
    })
}

impl Transaction {
    /// Moves stock and writes the ledger; returns the alerts of parts that become low. A part must be named once.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; `PART_GONE`; `INSUFFICIENT_STOCK` comes from the commit.
    pub(crate) fn move_stock(
        &mut self,
        moves: &[StockMove],
        seen: &SeenParts,
    ) -> Result<Vec<EventKind>, StoreError> {
        let mut alerts = Vec::new();
        for one in moves {
            match seen.get(&one.part) {
                Some(Seen::Gone | Seen::Deleted(_)) if planted(PlantedBug::DeletedPartsTakeNothing) => continue,
                Some(Seen::Gone) => return Err(part_gone().into()),
                Some(Seen::Deleted(item)) => self.put_back(one, item, seen)?,
                Some(Seen::There(known)) => {
                    alerts.extend(known.low_after(one.part, one.stock));
                    self.update_or(one.update(Some(&known)), on_failed_move(one, seen.clone()));
                }
                None => self.update_or(one.update(None), on_failed_move(one, seen.clone())),
            }
            let forgotten =
                |entry: &&LedgerEntry| planted(PlantedBug::SaleWithoutLedger) && entry.kind == LedgerType::Sale;
            if let Some(entry) = one.entry.as_ref().filter(|entry| !forgotten(entry)) {
                self.append(entry)?;
            }
        }
        Ok(alerts)
    }

    /// A deleted part is there again, with the pieces that came back; it had none when it was deleted. Should it have
    /// been put back, and perhaps deleted again, meanwhile, it is looked for again.
    fn put_back(&mut self, one: &StockMove, item: Item, seen: &SeenParts) -> Result<(), StoreError> {
        if let Some((number, other)) = one.number.as_deref().zip(text(&item, PART_NUMBER)).filter(|(a, b)| a != b)
        {
            return Err(part_renamed(number, other).into());
        }
        let (id, look_again) = (one.part, seen.clone());
        let changed = move |_: Option<&Item>| {
            look_again.put(id, Seen::Gone);
            None
        };
        let version = number(&item, "version").and_then(|version| u64::try_from(version).ok());
        self.delete_if(keys::archived(&keys::part(&id).key()), version, Box::new(changed));
        let on_failure = on_failed_move(one, seen.clone());
        if ids::ordinal_of(&one.part).is_some() {
            let part: Part = from_item(item)?;
            let part = Part { central_part_id: one.central_part.or(part.central_part_id), ..part };
            return self.create_or(&part.moved(one.stock, one.now), on_failure);
        }
        let part: CentralPart = from_item(item)?;
        self.create_or(&part.moved(one.stock, one.now), on_failure)
    }
}

impl StockMove {
    /// The update, under conditions by which every part at or below its minimum is in the index of low stock. One that
    /// has recovered leaves it when it is next taken from.
    fn update(&self, known: Option<&SeenPart>) -> Update {
        let own = keys::part(&self.part);
        let mut update = Update::of(own.key()).add("version", 1).set("updatedAt", self.now.to_string());
        if ids::ordinal_of(&self.part).is_none() {
            let free = self.stock - self.promised;
            update = update.add("available", free);
            if !planted(PlantedBug::PromisedTwice) {
                update = update.when_at_least("available", (-free).max(0));
            }
        }
        if let Some(central_part) = self.central_part {
            update = update.set("centralPartId", central_part.to_string());
        }
        if let Some(number) = &self.number {
            update = update.when("partNumber", number);
        }
        if self.entry.is_some() {
            update = update.count("ledgerCounts", LedgerCounts::name(MonthKey::of(self.now.ist_date())));
        }
        if self.promised != 0 {
            update = update.add("allocated", self.promised).when_at_least("allocated", -self.promised);
        }
        if self.stock == 0 {
            return update.when_exists();
        }
        let stock = self.stock;
        let update = update.add("stockQuantity", stock).add("headroom", stock);
        if planted(PlantedBug::StockWithoutCondition) {
            return update.when_exists();
        }
        let update = update.when_at_least("stockQuantity", -stock);
        if stock > 0 {
            // Whether it was low need not be known: the index is asked for what is at or below 0.
            return match known.filter(|part| part.headroom <= 0 && part.headroom + stock > 0) {
                None => update,
                Some(part) => update.when_number("headroom", part.headroom).remove("lowPk"),
            };
        }
        match known.filter(|part| part.headroom + stock <= 0) {
            None => update.when_more_than("headroom", -stock).remove("lowPk"),
            Some(part) if part.headroom <= 0 => update.when_at_most("headroom", 0),
            // Crossing: only from exactly here, so that it is noticed once.
            Some(part) => update.when_number("headroom", part.headroom).set("lowPk", own.list_pk()),
        }
    }
}

fn part_gone() -> Refusal {
    Refusal::conflict("PART_GONE", "A part is no longer in stock: it was deleted")
}

fn part_renamed(number: &str, by_now: &str) -> Refusal {
    Refusal::conflict("PART_RENAMED", format!("{number} is {by_now} by now: ask anew"))
}

fn on_failed_move(one: &StockMove, seen: SeenParts) -> OnFailure {
    let (id, stock, promised) = (one.part, one.stock, one.promised);
    let number = one.number.clone();
    Box::new(move |item: Option<&Item>| {
        let part: Option<SeenPart> = item.and_then(|item| from_item(item.clone()).ok());
        let Some(part) = part else {
            if stock <= 0 {
                return Some(part_gone());
            }
            seen.put(id, Seen::Gone);
            return None;
        };
        if let Some(number) = number.as_ref().filter(|number| **number != part.part_number) {
            return Some(part_renamed(number, &part.part_number));
        }
        // Of Central's stock what is promised to others cannot be taken or promised again.
        let free = part.available.unwrap_or(part.stock_quantity);
        let needed = promised - stock;
        if needed > free || part.stock_quantity + stock < 0 {
            let available = free.min(part.stock_quantity);
            return Some(Refusal::InsufficientStock(vec![ShortPart {
                part_number: part.part_number,
                requested: needed,
                available,
            }]));
        }
        seen.put(id, Seen::There(part));
        None
    })
}
