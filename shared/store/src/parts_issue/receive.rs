//! The receipt of a parts issue. A part that is new to the centre is created there with its first pieces.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use dms_domain::{
    ids,
    parts_issue::{IssueReceipt, PartsIssue, ReceivedItem},
    refusal::Refusal,
    search,
    stock::{LedgerCounts, LedgerEntry, LedgerType, Part, PartDetails},
};
use uuid::Uuid;

use super::{cause, plan, received};
use crate::{
    client::{Item, Store},
    command::{Command, Plan, Reply},
    error::StoreError,
    job_card::Hints,
    keys::{self, PART_NUMBER},
    planted::{PlantedBug, planted},
    stock::{Cause, StockMove},
    transaction::{MAX_ACTIONS, OnFailure, Transaction, owner},
};

/// The centre's part that takes pieces of one of Central's parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Receiver {
    /// Known by the guard that links the two.
    Linked(Uuid),
    /// The centre had a part of that number of its own; it is linked with this receipt.
    SameNumber(Uuid),
    /// None yet.
    New,
}

/// Receivers that were not as planned, by Central's part.
#[derive(Debug, Clone, Default)]
pub(crate) struct SeenReceivers(Arc<Mutex<HashMap<Uuid, Receiver>>>);

impl SeenReceivers {
    fn get(&self, central_part: &Uuid) -> Option<Receiver> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(central_part).copied()
    }

    fn put(&self, central_part: Uuid, receiver: Receiver) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(central_part, receiver);
    }
}

/// Pieces of one of Central's parts that arrive at a centre.
struct Arrival {
    central_part: Uuid,
    quantity: i64,
    receiver: Receiver,
    /// What a new part will say.
    details: Option<PartDetails>,
}

/// Actions beside those of the lines: command, issue, transit note, tallies of issues and of parts.
const OTHER_ACTIONS: usize = 5;
impl Store {
    /// Books a receipt: what arrived goes into the receiver's stock, what was sent back into the sender's, and what
    /// was lost or damaged into the ledger of Central's part. When so many parts are new to the centre that they do
    /// not fit into the receipt's transaction, they are created, empty, before it.
    ///
    /// # Errors
    /// A field error when the receipt changes too many documents; a failure of the store; the refusals come from the
    /// commit.
    pub async fn receive_issue(
        &self,
        old: &PartsIssue,
        new: PartsIssue,
        receipt: &IssueReceipt,
        command: &Command,
        hints: &Hints,
    ) -> Result<Plan<PartsIssue>, StoreError> {
        let by = receipt.received_by_id;
        let losses = losses(&new, receipt, by);
        let back = by_part(receipt, |line| line.returned_qty, |id| part_of(&new, id, PartsIssue::sender_part));
        // A loss has its tally.
        let fixed = OTHER_ACTIONS + 2 * losses.len() + 2 * back.len();
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        transaction.note_transit(old, &new)?;
        let arrived = cause(&new, ("ARRIVED", LedgerType::Receipt), by);
        if new.is_from_central() {
            let mut arrivals = arrivals(&new, receipt, hints);
            if fixed + arrivals.iter().map(Arrival::actions).sum::<usize>() > MAX_ACTIONS {
                // What would not fit even so makes no parts.
                check_size(fixed + arrivals.iter().map(Arrival::actions_prepared).sum::<usize>())?;
                self.prepare_receivers(&new, &arrivals, command, hints).await?;
                arrivals.iter_mut().for_each(|arrival| arrival.look_again(hints));
            }
            check_size(fixed + arrivals.iter().map(Arrival::actions).sum::<usize>())?;
            for arrival in &arrivals {
                transaction.take_in(&new, arrival, &arrived, hints)?;
            }
        } else {
            let good = by_part(
                receipt,
                |line| line.received_qty,
                |id| part_of(&new, id, |_, item| item.central_inventory_part_id),
            );
            check_size(fixed + 2 * good.len())?;
            transaction.move_stock(&arrived.moves(good), &hints.parts)?;
        }
        transaction
            .move_stock(&cause(&new, ("SENT_BACK", LedgerType::TransferReturn), by).moves(back), &hints.parts)?;
        for loss in losses.iter().filter(|_| !planted(PlantedBug::LossWithoutRecord)) {
            transaction.create(loss)?;
        }
        Ok(plan(transaction, new, received, Vec::new()))
    }

    /// Creates the parts that are new to the centre, without stock, in transactions of their own.
    async fn prepare_receivers(
        &self,
        issue: &PartsIssue,
        arrivals: &[Arrival],
        command: &Command,
        hints: &Hints,
    ) -> Result<(), StoreError> {
        let new: Vec<&Arrival> = arrivals.iter().filter(|arrival| arrival.receiver == Receiver::New).collect();
        for chunk in in_transactions(&new) {
            // Not the user's command: a repetition of it finds the parts and makes none.
            let own = Command { idempotency_key: None, ..command.clone() };
            let plan = || async {
                let mut transaction = Transaction::new();
                let mut made = Vec::new();
                let missing = |arrival: &&&Arrival| {
                    matches!(hints.receivers.get(&arrival.central_part), None | Some(Receiver::New))
                };
                for arrival in chunk.iter().filter(missing) {
                    made.push((arrival.central_part, transaction.new_receiver(issue, arrival, 0, hints)?));
                }
                Ok(Plan::new(transaction, made))
            };
            let reply = |made: &Vec<(Uuid, Uuid)>| {
                let body = serde_json::to_string(made)?;
                Ok(Reply { status: 201, body, version: None, replayed: false })
            };
            let made = Box::pin(self.run(&own, plan, reply)).await?;
            let made: Vec<(Uuid, Uuid)> = serde_json::from_str(&made.body)?;
            for (central_part, part) in made {
                hints.receivers.put(central_part, Receiver::Linked(part));
                let arrival = new.iter().find(|arrival| arrival.central_part == central_part);
                if let Some(details) = arrival.and_then(|arrival| arrival.details.as_ref()) {
                    hints.parts.made(part, details);
                }
            }
        }
        Ok(())
    }
}

impl Arrival {
    /// Actions that it takes: the part and its ledger, and guards for a new one.
    fn actions(&self) -> usize {
        match self.receiver {
            Receiver::Linked(_) => 2,
            Receiver::SameNumber(_) => 3,
            Receiver::New => self.actions_of_new() + 1,
        }
    }

    /// Actions that a new part takes: itself, its two guards and its words.
    fn actions_of_new(&self) -> usize {
        let words = self
            .details
            .as_ref()
            .map_or(0, |details| search::part_words(&details.part_name, &details.part_number).len());
        3 + words
    }

    /// Actions that it takes once a new part is there.
    fn actions_prepared(&self) -> usize {
        if self.receiver == Receiver::New { 2 } else { self.actions() }
    }

    fn look_again(&mut self, hints: &Hints) {
        self.receiver = hints.receivers.get(&self.central_part).unwrap_or(self.receiver);
    }
}

/// New parts, as many at once as a transaction takes beside its command and the tally of parts.
fn in_transactions<'a>(new: &[&'a Arrival]) -> Vec<Vec<&'a Arrival>> {
    let mut chunks: Vec<Vec<&Arrival>> = Vec::new();
    let mut free = 0;
    for arrival in new {
        let actions = arrival.actions_of_new();
        match chunks.last_mut().filter(|_| actions <= free) {
            Some(chunk) => {
                chunk.push(arrival);
                free -= actions;
            }
            None => {
                chunks.push(vec![arrival]);
                free = MAX_ACTIONS.saturating_sub(2 + actions);
            }
        }
    }
    chunks
}

fn check_size(actions: usize) -> Result<(), StoreError> {
    if actions <= MAX_ACTIONS {
        return Ok(());
    }
    let message = "this receipt changes too much at once: book it in two";
    Err(Refusal::field("receivedItems", message).into())
}

fn part_of(
    issue: &PartsIssue,
    line: &Uuid,
    part: impl Fn(&PartsIssue, &dms_domain::parts_issue::IssueItem) -> Uuid,
) -> Option<Uuid> {
    issue.items.iter().find(|item| item.id == *line).map(|item| part(issue, item))
}

/// Pieces by part: lines of the same part are added up.
fn by_part(
    receipt: &IssueReceipt,
    pieces: impl Fn(&ReceivedItem) -> i64,
    part: impl Fn(&Uuid) -> Option<Uuid>,
) -> BTreeMap<Uuid, i64> {
    let mut parts = BTreeMap::new();
    for line in receipt.items.iter().filter(|line| pieces(line) > 0) {
        if let Some(part) = part(&line.item_id) {
            *parts.entry(part).or_default() += pieces(line);
        }
    }
    parts
}

fn arrivals(issue: &PartsIssue, receipt: &IssueReceipt, hints: &Hints) -> Vec<Arrival> {
    let central = |id: &Uuid| part_of(issue, id, |_, item| item.central_inventory_part_id);
    let good = by_part(receipt, |line| line.received_qty, central);
    let arrivals = good.into_iter().map(|(central_part, quantity)| {
        let lines = || issue.items.iter().filter(move |item| item.central_inventory_part_id == central_part);
        let known = lines().find_map(|item| item.inventory_part_id);
        let planned = known.map_or(Receiver::New, Receiver::Linked);
        Arrival {
            central_part,
            quantity,
            receiver: hints.receivers.get(&central_part).unwrap_or(planned),
            details: lines().find_map(|item| item.new_part.clone()),
        }
    });
    arrivals.collect()
}

/// The ledger entries of pieces that vanished on the way, in the ledger of Central's part.
fn losses(issue: &PartsIssue, receipt: &IssueReceipt, by: Uuid) -> Vec<LedgerEntry> {
    let central = |id: &Uuid| part_of(issue, id, |_, item| item.central_inventory_part_id);
    let of = |reason: &'static str, pieces: fn(&ReceivedItem) -> i64| {
        let parts = by_part(receipt, pieces, central).into_iter();
        parts.map(move |(part, lost)| {
            let entry = cause(issue, (reason, LedgerType::TransitLoss), by).entry(part, 0);
            LedgerEntry { variance: Some(lost), notes: receipt.notes.clone(), ..entry }
        })
    };
    of("LOST", |line| line.lost_qty).chain(of("DAMAGED", |line| line.damaged_qty)).collect()
}

impl Transaction {
    /// Puts what arrived into the centre's stock.
    fn take_in(
        &mut self,
        issue: &PartsIssue,
        arrival: &Arrival,
        arrived: &Cause,
        hints: &Hints,
    ) -> Result<(), StoreError> {
        let part = match arrival.receiver {
            Receiver::New => {
                let part = self.new_receiver(issue, arrival, arrival.quantity, hints)?;
                return self.append(&arrived.entry(part, arrival.quantity));
            }
            Receiver::Linked(part) | Receiver::SameNumber(part) => part,
        };
        let mut one = StockMove::of(arrived.entry(part, arrival.quantity));
        if arrival.receiver == Receiver::SameNumber(part) {
            one = one.and_link(arrival.central_part);
            // Not linked yet, it can be renamed until this commits.
            if let Some(details) = &arrival.details {
                one = one.when_numbered(details.part_number.clone());
            }
            self.link(part, arrival.central_part, hints);
        }
        self.move_stock(&[one], &hints.parts)?;
        Ok(())
    }

    /// Creates the centre's part with its guards and returns its id.
    fn new_receiver(
        &mut self,
        issue: &PartsIssue,
        arrival: &Arrival,
        stock_quantity: i64,
        hints: &Hints,
    ) -> Result<Uuid, StoreError> {
        let gone = || Refusal::conflict("PART_GONE", "A part of this issue is no longer known at the centre");
        let details = arrival.details.clone().ok_or_else(gone)?;
        let now = issue.updated_at;
        let part = Part {
            id: crate::new_id(now.utc(), ids::ordinal_of(&issue.id)),
            service_center_id: issue.service_center_id,
            central_part_id: Some(arrival.central_part),
            headroom: stock_quantity - details.min_stock_level,
            details,
            stock_quantity,
            ledger_counts: if stock_quantity > 0 {
                LedgerCounts::default().with(now)
            } else {
                LedgerCounts::default()
            },
            created_at: now,
            updated_at: now,
            version: 1,
        };
        self.create(&part)?;
        let guard = keys::unique_beside(&part.id, PART_NUMBER, &part.details.part_number);
        self.claim_or(&guard, part.id, taken(arrival.central_part, Receiver::SameNumber, hints));
        self.link(part.id, arrival.central_part, hints);
        Ok(part.id)
    }

    fn link(&mut self, part: Uuid, central_part: Uuid, hints: &Hints) {
        let guard = keys::central_part_beside(&part, &central_part);
        self.claim_or(&guard, part, taken(central_part, Receiver::Linked, hints));
    }
}

/// The centre has the part already: the next plan goes by that.
fn taken(central_part: Uuid, by: fn(Uuid) -> Receiver, hints: &Hints) -> OnFailure {
    let seen = hints.receivers.clone();
    Box::new(move |guard: Option<&Item>| {
        if let Some(owner) = guard.and_then(owner) {
            // That they are linked already is the better knowledge.
            match (by(owner), seen.get(&central_part)) {
                (Receiver::SameNumber(_), Some(Receiver::Linked(_))) => {}
                (receiver, _) => seen.put(central_part, receiver),
            }
        }
        None
    })
}
