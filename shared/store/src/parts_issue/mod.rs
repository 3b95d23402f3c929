//! Parts issues in DynamoDB, and the commits by which parts travel between Central and a centre.

mod receive;

use std::collections::BTreeMap;

use dms_access::TenantScope;
use dms_domain::{parts_issue::PartsIssue, stock::LedgerType};
use dms_messages::EventKind;
use uuid::Uuid;

use crate::{
    client::Store,
    command::Plan,
    entity::{Entity, IndexKeys, TallyCell, from_item},
    error::StoreError,
    job_card::Hints,
    keys::{self, Key, TenantKind},
    planted::{PlantedBug, planted},
    stock::{Cause, StockMove},
    tables::Table,
    transaction::Transaction,
};

pub(crate) use receive::SeenReceivers;

impl Entity for PartsIssue {
    const WHAT: &'static str = "parts issue";

    fn key(&self) -> Key {
        TenantKind::PartsIssue.own(&self.id).key()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> IndexKeys {
        let own = TenantKind::PartsIssue.own(&self.id);
        IndexKeys { gsi1: Some(own.state(self.status.tally_code())), ..IndexKeys::default() }
    }

    fn tally(&self) -> Option<TallyCell> {
        Some(TallyCell {
            pk: TenantKind::PartsIssue.own(&self.id).tally_pk(),
            day: self.created_at.ist_date(),
            code: self.status.tally_code(),
        })
    }
}

/// Why an issue moves stock.
fn cause<'a>(issue: &'a PartsIssue, words: (&'a str, LedgerType), by: Uuid) -> Cause<'a> {
    Cause { words, document: ("parts issue", &issue.issue_number), by, now: issue.updated_at }
}

impl Store {
    /// A parts issue of a centre.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn parts_issue(&self, scope: TenantScope, id: &Uuid) -> Result<Option<PartsIssue>, StoreError> {
        self.get(Table::Core, &TenantKind::PartsIssue.key(scope, id)).await?.map(from_item).transpose()
    }

    /// The centre's parts that Central's parts are known as there.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn centre_parts_of(
        &self,
        scope: TenantScope,
        central_parts: &[Uuid],
    ) -> Result<BTreeMap<Uuid, Uuid>, StoreError> {
        let owners = self.owners(central_parts, |part| keys::central_part_in(scope, part)).await?;
        Ok(owners.into_iter().collect())
    }

    /// Asks for parts: Central's are promised to the issue. A return promises nothing.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn request_issue(&self, issue: PartsIssue, hints: &Hints) -> Result<Plan<PartsIssue>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.create(&issue)?;
        transaction.move_stock(&promises(&issue, 1), &hints.parts)?;
        let requested = EventKind::PartsIssueRequested {
            parts_issue_id: issue.id,
            issue_number: issue.issue_number.clone(),
            priority: issue.priority.as_str().to_owned(),
        };
        let centre = Some(issue.service_center_id);
        Ok(Plan::new(transaction, issue).event(centre, requested))
    }

    /// Approves an issue: what was promised is free again, and what was approved leaves the sender's stock.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn approve_issue(
        &self,
        old: &PartsIssue,
        new: PartsIssue,
        by: Uuid,
        hints: &Hints,
    ) -> Result<Plan<PartsIssue>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        transaction.note_transit(old, &new)?;
        let alerts = transaction.move_stock(&approved(&new, by), &hints.parts)?;
        Ok(plan(transaction, new, decided, alerts))
    }

    /// Rejects or cancels an issue: what was promised is free again.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn refuse_issue(
        &self,
        old: &PartsIssue,
        new: PartsIssue,
        hints: &Hints,
    ) -> Result<Plan<PartsIssue>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        if !planted(PlantedBug::PromiseKeptWhenRefused) {
            transaction.move_stock(&promises(&new, -1), &hints.parts)?;
        }
        Ok(plan(transaction, new, decided, Vec::new()))
    }

    /// Sends an issue, or some of it, on its way.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn dispatch_issue(&self, old: &PartsIssue, new: PartsIssue) -> Result<Plan<PartsIssue>, StoreError> {
        let number = new.dispatches.last().map(|dispatch| dispatch.number.clone()).unwrap_or_default();
        let sent = EventKind::PartsIssueDispatched { parts_issue_id: new.id, dispatch_number: number };
        let centre = Some(new.service_center_id);
        Ok(Plan::replace(old, new)?.event(centre, sent))
    }

    /// Puts what was approved and never sent back into the sender's stock.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn close_issue(
        &self,
        old: &PartsIssue,
        new: PartsIssue,
        by: Uuid,
        hints: &Hints,
    ) -> Result<Plan<PartsIssue>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        transaction.note_transit(old, &new)?;
        let mut back: BTreeMap<Uuid, i64> = BTreeMap::new();
        for (before, after) in old.items.iter().zip(&new.items).filter(|(b, a)| a.closed_qty > b.closed_qty) {
            *back.entry(new.sender_part(after)).or_default() += after.closed_qty - before.closed_qty;
        }
        back.retain(|_, _| !planted(PlantedBug::ClosedPiecesVanish));
        let moves = cause(&new, ("NOT_SENT", LedgerType::TransferReturn), by).moves(back);
        transaction.move_stock(&moves, &hints.parts)?;
        Ok(plan(transaction, new, received, Vec::new()))
    }
}

/// The plan with its event and the alerts of parts that become low.
fn plan(
    transaction: Transaction,
    issue: PartsIssue,
    event: fn(&PartsIssue) -> EventKind,
    alerts: Vec<EventKind>,
) -> Plan<PartsIssue> {
    let centre = Some(issue.service_center_id);
    // Central's stock is nobody's but Central's.
    let of_stock = if issue.is_from_central() { None } else { centre };
    let event = event(&issue);
    let plan = Plan::new(transaction, issue).event(centre, event);
    alerts.into_iter().fold(plan, |plan, alert| plan.event(of_stock, alert))
}

fn decided(issue: &PartsIssue) -> EventKind {
    EventKind::PartsIssueDecided {
        parts_issue_id: issue.id,
        issue_number: issue.issue_number.clone(),
        status: issue.status.as_str().to_owned(),
        requested_by: issue.requested_by_id,
    }
}

fn received(issue: &PartsIssue) -> EventKind {
    EventKind::PartsIssueReceived {
        parts_issue_id: issue.id,
        issue_number: issue.issue_number.clone(),
        status: issue.status.as_str().to_owned(),
    }
}

/// What an issue promises of Central's stock (`sign` 1), or no longer does (−1). A return promises nothing.
fn promises(issue: &PartsIssue, sign: i64) -> Vec<StockMove> {
    if !issue.is_from_central() {
        return Vec::new();
    }
    let requested = issue.requested_by_central_part().into_iter();
    requested.map(|(part, quantity)| StockMove::promise(part, sign * quantity, issue.updated_at)).collect()
}

/// What leaves the sender's stock; of Central's parts all that was promised is free again.
fn approved(issue: &PartsIssue, by: Uuid) -> Vec<StockMove> {
    let cause = cause(issue, ("SENT", LedgerType::TransferOut), by);
    let mut approved = issue.approved_by_sender_part();
    if !issue.is_from_central() {
        return cause.moves(approved.into_iter().map(|(part, quantity)| (part, -quantity)));
    }
    let requested = issue.requested_by_central_part().into_iter();
    let moves = requested.map(|(part, quantity)| match approved.remove(&part) {
        None => StockMove::promise(part, -quantity, issue.updated_at),
        Some(taken) => {
            let released = if planted(PlantedBug::ApprovedAloneReleased) { taken } else { quantity };
            StockMove::of(cause.entry(part, -taken)).and_promise(-released)
        }
    });
    moves.collect()
}
