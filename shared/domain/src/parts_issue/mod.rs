//! Parts issues: parts on their way from Central to a centre, or back (specification §9; decisions, "Stock").
//!
//! From approval until it is accounted for, a piece is in transit: it has left the sender's stock and is not yet in
//! the receiver's. It ends received, lost, damaged or returned; nothing else can become of it.

mod line_checks;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    fields::FieldErrors,
    parts_request::{Approval, approved_quantities},
    refusal::Refusal,
    state_machine::Machine,
    statuses::{IssueDirection, PartsIssueStatus, Priority},
    stock::PartDetails,
};

use line_checks::LineChecks;

/// Most dispatches, and most receipts, of one issue. Each is kept in the issue: so many of
/// [`crate::stock::MAX_LINES`] lines with the longest of notes fit into one item of DynamoDB (400 KB).
pub const MAX_MOVEMENTS: usize = 20;

/// A parts issue as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartsIssue {
    /// UUIDv7 with the centre's ordinal in it.
    pub id: Uuid,
    /// `PI-2025-0001`.
    pub issue_number: String,
    /// Which way it goes.
    pub direction: IssueDirection,
    /// The centre: the receiver, or the sender of a return.
    pub service_center_id: Uuid,
    /// Its state.
    pub status: PartsIssueStatus,
    /// How urgent.
    pub priority: Priority,
    /// The lines.
    pub items: Vec<IssueItem>,
    /// What was sent, and when.
    #[serde(default)]
    pub dispatches: Vec<Dispatch>,
    /// What arrived, and what did not.
    #[serde(default)]
    pub receipts: Vec<IssueReceipt>,
    /// Notes of the request.
    pub notes: Option<String>,
    /// Who asked.
    pub requested_by_id: Uuid,
    /// Who decided.
    pub decided_by_id: Option<Uuid>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Notes of the approval, or why it was rejected.
    pub decision_notes: Option<String>,
    /// Created.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// 1 at creation, one more with every change.
    pub version: u64,
}

/// A line of a parts issue. What was approved is, at any time, closed, received, lost, damaged, returned or in transit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssueItem {
    /// UUIDv7.
    pub id: Uuid,
    /// The part in Central's stock.
    pub central_inventory_part_id: Uuid,
    /// The part in the centre's stock, as far as it is known.
    pub inventory_part_id: Option<Uuid>,
    /// Its name.
    pub part_name: String,
    /// Its number.
    pub part_number: String,
    /// What the centre's part will say, should it be new there.
    pub new_part: Option<PartDetails>,
    /// How many were asked for.
    pub requested_qty: i64,
    /// How many left the sender's stock.
    #[serde(default)]
    pub approved_qty: i64,
    /// How many were sent.
    #[serde(default)]
    pub dispatched_qty: i64,
    /// How many went into the receiver's stock.
    #[serde(default)]
    pub received_qty: i64,
    /// How many were lost on the way.
    #[serde(default)]
    pub lost_qty: i64,
    /// How many were damaged on the way.
    #[serde(default)]
    pub damaged_qty: i64,
    /// How many went back into the sender's stock.
    #[serde(default)]
    pub returned_qty: i64,
    /// How many were never sent and went back into the sender's stock.
    #[serde(default)]
    pub closed_qty: i64,
}

/// One dispatch of an issue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dispatch {
    /// `PI-2025-0001/1`.
    pub number: String,
    /// How it travels.
    pub transport_details: Option<TransportDetails>,
    /// When it should arrive.
    pub estimated_arrival: Option<NaiveDate>,
    /// What was sent.
    pub items: Vec<DispatchedItem>,
    /// Who sent it.
    pub dispatched_by_id: Uuid,
    /// When.
    pub dispatched_at: Timestamp,
}

/// How goods travel.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TransportDetails {
    /// "MH01AB1234".
    pub vehicle_number: Option<String>,
    /// The driver.
    pub driver_name: Option<String>,
    /// Their telephone.
    pub driver_phone: Option<String>,
    /// The carrier.
    pub carrier: Option<String>,
}

/// How many of one line were sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DispatchedItem {
    /// The line.
    pub item_id: Uuid,
    /// How many.
    pub quantity: i64,
}

/// One receipt of an issue, with its variances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssueReceipt {
    /// What became of each line's pieces.
    pub items: Vec<ReceivedItem>,
    /// Notes.
    pub notes: Option<String>,
    /// Who booked it.
    pub received_by_id: Uuid,
    /// When.
    pub received_at: Timestamp,
}

/// What became of pieces of one line.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedItem {
    /// The line.
    pub item_id: Uuid,
    /// Into the receiver's stock.
    pub received_qty: i64,
    /// Lost.
    pub lost_qty: i64,
    /// Damaged.
    pub damaged_qty: i64,
    /// Sent back.
    pub returned_qty: i64,
}

impl IssueItem {
    /// Pieces that are accounted for at the receiver.
    fn accounted(&self) -> i64 {
        self.received_qty + self.lost_qty + self.damaged_qty + self.returned_qty
    }

    /// Pieces that have left the sender's stock and are not yet accounted for.
    pub fn in_transit(&self) -> i64 {
        self.approved_qty - self.closed_qty - self.accounted()
    }

    /// Approved pieces that were neither sent nor closed.
    pub fn undispatched(&self) -> i64 {
        self.approved_qty - self.closed_qty - self.dispatched_qty
    }
}

impl ReceivedItem {
    fn total(&self) -> i64 {
        self.received_qty + self.lost_qty + self.damaged_qty + self.returned_qty
    }
}

/// Adds up what lines say of the same key: a part may stand on two lines, and its stock moves once.
fn added_up<K: Ord>(lines: impl IntoIterator<Item = (K, i64)>) -> BTreeMap<K, i64> {
    let mut sums = BTreeMap::new();
    for (key, quantity) in lines.into_iter().filter(|(_, quantity)| *quantity != 0) {
        *sums.entry(key).or_default() += quantity;
    }
    sums
}

impl PartsIssue {
    fn changed(&self, now: Timestamp) -> Self {
        Self { updated_at: now, version: self.version + 1, ..self.clone() }
    }

    /// Whether Central sends it.
    pub fn is_from_central(&self) -> bool {
        self.direction == IssueDirection::CentralToCenter
    }

    /// What was asked for of each of Central's parts.
    pub fn requested_by_central_part(&self) -> BTreeMap<Uuid, i64> {
        added_up(self.items.iter().map(|item| (item.central_inventory_part_id, item.requested_qty)))
    }

    /// What was approved of each of the sender's parts.
    pub fn approved_by_sender_part(&self) -> BTreeMap<Uuid, i64> {
        added_up(self.items.iter().map(|item| (self.sender_part(item), item.approved_qty)))
    }

    /// The line's part in the sender's stock.
    pub fn sender_part(&self, item: &IssueItem) -> Uuid {
        match self.direction {
            IssueDirection::CentralToCenter => item.central_inventory_part_id,
            // A return names the centre's parts: they are known from the beginning.
            IssueDirection::CenterToCentral => item.inventory_part_id.unwrap_or_default(),
        }
    }

    /// Pieces in transit of each part number; none when there is nothing under way.
    pub fn in_transit(&self) -> BTreeMap<String, i64> {
        added_up(self.items.iter().map(|item| (item.part_number.clone(), item.in_transit())))
    }

    /// The issue, approved: all that was asked for, or less.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` when it was decided before; field errors as for a parts request.
    pub fn approved(
        &self,
        approvals: &[Approval],
        by: Uuid,
        notes: Option<String>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        self.status.step(PartsIssueStatus::Approved)?;
        let lines: Vec<(Uuid, i64)> = self.items.iter().map(|item| (item.id, item.requested_qty)).collect();
        let quantities = approved_quantities(&lines, approvals)?;
        let mut approved = self.decided(PartsIssueStatus::Approved, by, notes, now)?;
        for (item, quantity) in approved.items.iter_mut().zip(quantities) {
            item.approved_qty = quantity;
        }
        Ok(approved)
    }

    /// The issue, decided.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` when it was decided before.
    pub fn decided(
        &self,
        status: PartsIssueStatus,
        by: Uuid,
        notes: Option<String>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        self.status.step(status)?;
        let decided = self.changed(now);
        Ok(Self { status, decided_by_id: Some(by), decided_at: Some(now), decision_notes: notes, ..decided })
    }

    /// The issue with other words, while it waits for its decision.
    ///
    /// # Errors
    /// `ALREADY_DECIDED` afterwards.
    pub fn edited(&self, priority: Priority, notes: Option<String>, now: Timestamp) -> Result<Self, Refusal> {
        self.check_undecided()?;
        Ok(Self { priority, notes, ..self.changed(now) })
    }

    /// The issue, withdrawn by who asked for it, or by an admin.
    ///
    /// # Errors
    /// `Forbidden` for others; `ALREADY_DECIDED` once it is approved: what left the stock has to be accounted for;
    /// `INVALID_TRANSITION` once it is over.
    pub fn cancelled(&self, by: Uuid, is_admin: bool, now: Timestamp) -> Result<Self, Refusal> {
        if self.requested_by_id != by && !is_admin {
            let message = "Only the one who asked can cancel a parts issue".to_owned();
            return Err(Refusal::Forbidden { message });
        }
        let cancelled = self.decided(PartsIssueStatus::Cancelled, by, None, now)?;
        // Closing cancels an approved one; its requester does not.
        self.check_undecided()?;
        Ok(cancelled)
    }

    fn check_undecided(&self) -> Result<(), Refusal> {
        if self.status == PartsIssueStatus::PendingApproval {
            return Ok(());
        }
        let message = format!("{} is {}", self.issue_number, self.status.as_str());
        Err(Refusal::conflict("ALREADY_DECIDED", message))
    }

    /// The issue, deleted.
    ///
    /// # Errors
    /// `ISSUE_IN_USE` unless it moved no stock: rejected or cancelled before its approval.
    pub fn deleted(&self, now: Timestamp) -> Result<Self, Refusal> {
        let moved = self.items.iter().any(|item| item.approved_qty > 0);
        if matches!(self.status, PartsIssueStatus::Rejected | PartsIssueStatus::Cancelled) && !moved {
            return Ok(self.changed(now));
        }
        let message = format!(
            "{} is {}: only one that moved no stock can be deleted",
            self.issue_number,
            self.status.as_str()
        );
        Err(Refusal::conflict("ISSUE_IN_USE", message))
    }

    /// The issue with one more dispatch, of the lines it names or of all that was not sent yet. It gets the next
    /// number: `PI-2025-0001/2`.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` unless it is approved; `OVER_DISPATCH` naming lines of which more would be sent than is
    /// left, or when nothing is left; `TOO_MANY_DISPATCHES`, `TOO_MANY_RECEIPTS`; field errors for lines that are not the issue's.
    pub fn dispatched(&self, mut dispatch: Dispatch, now: Timestamp) -> Result<Self, Refusal> {
        self.status.step(PartsIssueStatus::Dispatched)?;
        if self.dispatches.len() >= MAX_MOVEMENTS {
            let message = format!("{} has {MAX_MOVEMENTS} dispatches already", self.issue_number);
            return Err(Refusal::conflict("TOO_MANY_DISPATCHES", message));
        }
        if self.receipts.len() >= MAX_MOVEMENTS {
            let message =
                format!("{} has {MAX_MOVEMENTS} receipts already: nothing more could arrive", self.issue_number);
            return Err(Refusal::conflict("TOO_MANY_RECEIPTS", message));
        }
        if dispatch.items.is_empty() {
            let left = self.items.iter().filter(|item| item.undispatched() > 0);
            dispatch.items =
                left.map(|item| DispatchedItem { item_id: item.id, quantity: item.undispatched() }).collect();
        }
        if dispatch.items.is_empty() {
            let mut lines = FieldErrors::new();
            lines.add("items", "everything was dispatched before");
            return Err(Refusal::TooMany { code: "OVER_DISPATCH", lines });
        }
        let mut checks = LineChecks::new("items");
        let mut items = self.items.clone();
        for (position, line) in dispatch.items.iter().enumerate() {
            let earlier = dispatch.items.iter().take(position).any(|earlier| earlier.item_id == line.item_id);
            let Some(item) = checks.find(&mut items, position, line.item_id, earlier) else { continue };
            checks.at_most(position, "quantity", line.quantity, item.undispatched());
            item.dispatched_qty += line.quantity;
        }
        checks.into_result("OVER_DISPATCH")?;
        dispatch.number = format!("{}/{}", self.issue_number, self.dispatches.len() + 1);
        let mut dispatches = self.dispatches.clone();
        dispatches.push(dispatch);
        Ok(Self { status: PartsIssueStatus::Dispatched, items, dispatches, ..self.changed(now) })
    }

    /// The issue with one more receipt: COMPLETED when every approved piece is accounted for.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` unless it is dispatched; `OVER_RECEIPT` naming lines of which more arrived than is under
    /// way; `TOO_MANY_RECEIPTS` when it is the last one and leaves something under way; field errors for lines that are not the issue's.
    pub fn received(&self, receipt: IssueReceipt, now: Timestamp) -> Result<Self, Refusal> {
        self.status.step(PartsIssueStatus::Completed)?;
        let mut checks = LineChecks::new("receivedItems");
        let mut items = self.items.clone();
        for (position, line) in receipt.items.iter().enumerate() {
            let earlier = receipt.items.iter().take(position).any(|earlier| earlier.item_id == line.item_id);
            let Some(item) = checks.find(&mut items, position, line.item_id, earlier) else { continue };
            checks.at_most(position, "receivedQty", line.total(), item.dispatched_qty - item.accounted());
            item.received_qty += line.received_qty;
            item.lost_qty += line.lost_qty;
            item.damaged_qty += line.damaged_qty;
            item.returned_qty += line.returned_qty;
        }
        checks.into_result("OVER_RECEIPT")?;
        // What it leaves under way could never arrive.
        let left = items.iter().any(|item| item.dispatched_qty > item.accounted());
        if left && self.receipts.len() + 1 >= MAX_MOVEMENTS {
            let message = format!(
                "This is the last of {MAX_MOVEMENTS} receipts of {}: say of every piece that was sent what became of it",
                self.issue_number
            );
            return Err(Refusal::conflict("TOO_MANY_RECEIPTS", message));
        }
        let mut receipts = self.receipts.clone();
        receipts.push(receipt);
        Ok(Self { receipts, ..self.changed(now).with_accounted(items) })
    }

    /// The issue, of which nothing more will be sent: what was approved and not dispatched goes back.
    ///
    /// # Errors
    /// `NOTHING_TO_CLOSE` unless something approved was not dispatched.
    pub fn closed(&self, now: Timestamp) -> Result<Self, Refusal> {
        let mut items = self.items.clone();
        if !items.iter().any(|item| item.undispatched() > 0) {
            let message = format!("{} has nothing that was approved and not dispatched", self.issue_number);
            return Err(Refusal::conflict("NOTHING_TO_CLOSE", message));
        }
        for item in &mut items {
            item.closed_qty += item.undispatched();
        }
        Ok(self.changed(now).with_accounted(items))
    }

    /// The state follows from the lines.
    fn with_accounted(self, items: Vec<IssueItem>) -> Self {
        let under_way = items.iter().any(|item| item.in_transit() > 0);
        let sent = items.iter().any(|item| item.dispatched_qty > 0);
        let status = match (under_way, sent) {
            (true, _) => self.status,
            (false, true) => PartsIssueStatus::Completed,
            (false, false) => PartsIssueStatus::Cancelled,
        };
        Self { items, status, ..self }
    }
}
