//! Rollups in DynamoDB: what a change of an item adds to them, and the sums that they have.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use dms_access::ListScope;
use dms_domain::{
    calendar,
    central_stock::CentralPart,
    customer::Customer,
    invoice::Invoice,
    job_card::JobCard,
    reminder::Reminder,
    rollup::{Amount, Measure, Place, Rolled, Sheet, Sums},
    stock::{LedgerEntry, Part},
    vehicle::Vehicle,
};
use dms_messages::RollupChange;

use crate::{
    client::{Item, Store, key_item, number, text},
    entity::{attributes, from_item},
    error::StoreError,
    keys::{self, CentralKind, MasterKind, StoredKind, TenantKind},
    outbox::seen_note,
    range::{Range, SortRange},
    tables::Table,
    transaction::{MAX_ACTIONS, Transaction},
    update::Update,
};

/// The name under which the rollups' worker notes what it has added.
const CONSUMER: &str = "rollups";

/// What an item of the core table contributes to the rollups.
///
/// # Errors
/// [`StoreError::Corrupt`].
pub(crate) fn contribution(item: Item) -> Result<Sums, StoreError> {
    let kind = text(&item, "pk").and_then(keys::kind_of);
    Ok(match kind {
        Some(StoredKind::Tenant(TenantKind::JobCard)) => Sums::of_job_card(&from_item::<JobCard>(item)?),
        Some(StoredKind::Tenant(TenantKind::Invoice)) => Sums::of_invoice(&from_item::<Invoice>(item)?),
        Some(StoredKind::Tenant(TenantKind::Part)) => Sums::of_part(&from_item::<Part>(item)?),
        Some(StoredKind::Central(CentralKind::Part)) => Sums::of_central_part(&from_item::<CentralPart>(item)?),
        Some(StoredKind::Master(MasterKind::Customer)) => Sums::of_customer(&from_item::<Customer>(item)?),
        Some(StoredKind::Ledger) => Sums::of_ledger_entry(&from_item::<LedgerEntry>(item)?),
        Some(
            StoredKind::Tenant(
                TenantKind::Appointment
                | TenantKind::PartsRequest
                | TenantKind::CreditNote
                | TenantKind::PartsIssue
                | TenantKind::Quotation
                | TenantKind::File
                | TenantKind::Audit,
            )
            | StoredKind::Central(CentralKind::PurchaseOrder | CentralKind::Supplier | CentralKind::Audit)
            | StoredKind::Master(MasterKind::Vehicle | MasterKind::User),
        )
        | None => Sums::default(),
    })
}

/// What follows from a change of an item, given its images before and after (empty where there was none): what it adds to
/// the rollups, and what is to be reminded of. None when nothing does.
///
/// # Errors
/// [`StoreError::Corrupt`].
pub fn rollup_change(id: String, before: Item, after: Item) -> Result<Option<RollupChange>, StoreError> {
    let (was, mut reminders) = (reminders(&before)?, reminders(&after)?);
    reminders.retain(|reminder| !was.contains(reminder));
    let amounts: Vec<Amount> = contribution(after)?.since(contribution(before)?).amounts().collect();
    let change = RollupChange { id, amounts, reminders };
    Ok((!change.amounts.is_empty() || !change.reminders.is_empty()).then_some(change))
}

fn reminders(item: &Item) -> Result<Vec<Reminder>, StoreError> {
    match text(item, "pk").and_then(keys::kind_of) {
        Some(StoredKind::Master(MasterKind::Vehicle)) => Ok(Reminder::of(&from_item::<Vehicle>(item.clone())?)),
        _ => Ok(Vec::new()),
    }
}

impl Store {
    /// Adds changes to the rollups, each once however often it comes. Returns those that were not added, with the reason:
    /// they are to be brought again.
    pub async fn roll_up<'c>(
        &self,
        changes: &'c [RollupChange],
        now: DateTime<Utc>,
    ) -> Vec<(&'c RollupChange, StoreError)> {
        let mut failed = Vec::new();
        for batch in batches(changes) {
            // All at once; one by one when one of them was added before, or others add to the same cells now.
            if batch.len() > 1 && matches!(self.add_together(batch, now).await, Ok(true)) {
                continue;
            }
            for change in batch {
                let plan = || async { additions(std::slice::from_ref(change), now) };
                if let Err(error) = self.once((CONSUMER, &change.id), now, plan).await {
                    failed.push((change, error));
                }
            }
        }
        failed
    }

    async fn add_together(&self, changes: &[RollupChange], now: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut transaction = additions(changes, now)?;
        let mut notes = changes.iter().map(|change| seen_note((CONSUMER, &change.id), now));
        let Some(first) = notes.next() else { return Ok(true) };
        for note in notes {
            transaction.insert(Table::Core, note, Box::new(|_| None));
        }
        Ok(self.commit(first, transaction).await?.is_ok())
    }

    /// The sums of a sheet from one day to another (both included), and of all time where it has such: of a centre, or of
    /// the dealership.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn rolled(
        &self,
        scope: ListScope,
        sheet: Sheet,
        (from, to): (NaiveDate, NaiveDate),
    ) -> Result<Rolled, StoreError> {
        let last = Place::labelled(to, LAST_LABEL).to_string();
        self.sums(keys::rollup_pk(scope, sheet), SortRange::Between(from.to_string(), last)).await
    }

    /// The sums of the sheet of days from a day on, and of all time.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn rolled_since(&self, scope: ListScope, from: NaiveDate) -> Result<Rolled, StoreError> {
        let range = SortRange::Between(from.to_string(), Place::all_time().to_string());
        self.sums(keys::rollup_pk(scope, Sheet::Day), range).await
    }

    /// Customers by the day they were entered, from a day on, and in all: the dealership's, which every centre may know.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn rolled_customers_since(&self, from: NaiveDate) -> Result<Rolled, StoreError> {
        let range = SortRange::Between(from.to_string(), Place::all_time().to_string());
        self.sums(keys::customer_rollup_pk(), range).await
    }

    async fn sums(&self, pk: String, range: SortRange) -> Result<Rolled, StoreError> {
        let mut range = Range::partition(pk).within(range).ascending();
        // They follow the documents anyhow.
        range.consistent = false;
        self.query(&range, usize::MAX).await?.iter().map(place_sums).collect()
    }
}

/// Greater than any label.
const LAST_LABEL: &str = "\u{10FFFF}";

/// A cell's item: its place and its sums.
pub(crate) fn place_sums(item: &Item) -> Result<(Place, BTreeMap<Measure, i64>), StoreError> {
    let place = text(item, "sk").unwrap_or_default().parse().map_err(StoreError::Corrupt)?;
    let measures = Measure::ALL.iter().filter_map(|measure| Some((*measure, number(item, measure.name())?)));
    Ok((place, measures.collect()))
}

/// What changes add, once for each cell, and what is to be kept in mind.
fn additions(changes: &[RollupChange], now: DateTime<Utc>) -> Result<Transaction, StoreError> {
    let sums: Sums = changes.iter().flat_map(|change| change.amounts.iter().cloned()).collect();
    let mut transaction = Transaction::new();
    for (cell, measures) in sums.cells() {
        let update = Update::of(keys::rollup(&cell));
        transaction.update(
            measures.into_iter().fold(update, |update, (measure, amount)| update.add(measure.name(), amount)),
        );
    }
    let today = calendar::ist_date(now);
    let reminders: BTreeSet<&Reminder> = changes.iter().flat_map(|change| &change.reminders).collect();
    for reminder in reminders.into_iter().filter(|reminder| reminder.due >= today) {
        let mut note = attributes(reminder)?;
        note.extend(key_item(&keys::reminder(reminder.told_on().max(today), reminder)));
        transaction.overwrite_item(note);
    }
    Ok(transaction)
}

/// As many changes as one transaction can add, whatever cells they have in common.
fn batches(changes: &[RollupChange]) -> impl Iterator<Item = &[RollupChange]> {
    let mut rest = changes;
    std::iter::from_fn(move || {
        let mut actions = 0;
        let fit = |change: &&RollupChange| {
            actions += 1 + change.amounts.len() + change.reminders.len();
            actions <= MAX_ACTIONS
        };
        let count = rest.iter().take_while(fit).count().max(1).min(rest.len());
        let (batch, others) = rest.split_at(count);
        rest = others;
        (!batch.is_empty()).then_some(batch)
    })
}
