//! Parts issues in DynamoDB, and the commits by which parts travel between Central and a centre.

mod receive;

use std::collections::{BTreeMap, HashMap};

use dms_access::TenantScope;
use dms_domain::{
    central_stock::CentralPart,
    ids,
    parts_issue::PartsIssue,
    search,
    stock::{LedgerType, Part, PartDetails},
};
use dms_messages::EventKind;
use uuid::Uuid;

use crate::{
    client::Store,
    command::Plan,
    entity::{Entity, IndexKeys, Posting, TallyCell, from_item},
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

    fn postings(&self) -> Vec<Posting> {
        TenantKind::PartsIssue.own(&self.id).postings([search::number_word(&self.issue_number)])
    }
}

/// A part as a line of an issue names it.
#[derive(Debug, Clone)]
pub struct IssuedPart {
    /// In Central's stock.
    pub central_part: Uuid,
    /// In the centre's stock, as far as it is known.
    pub centre_part: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// Its number.
    pub number: String,
    /// What the centre's part will say, when none is known there.
    pub new_part: Option<PartDetails>,
}

impl IssuedPart {
    fn of_central(part: &CentralPart, centre_part: Option<Uuid>) -> Self {
        // Levels and shelf are each stock's own.
        let new =
            || PartDetails { min_stock_level: 0, max_stock_level: None, location: None, ..part.details.clone() };
        Self {
            central_part: part.id,
            centre_part,
            name: part.details.part_name.clone(),
            number: part.details.part_number.clone(),
            new_part: centre_part.is_none().then(new),
        }
    }

    fn of_centre(part: &Part, central_part: Uuid) -> Self {
        Self {
            central_part,
            centre_part: Some(part.id),
            name: part.details.part_name.clone(),
            number: part.details.part_number.clone(),
            new_part: None,
        }
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

    /// Central's parts for an issue to a centre, with the parts that they are known as there.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn parts_to_issue(
        &self,
        scope: TenantScope,
        central_parts: Vec<Uuid>,
    ) -> Result<HashMap<Uuid, IssuedPart>, StoreError> {
        // Anyone who may ask for parts may name Central's: what they see of them is what they asked for. A centre's
        // part is none of them.
        let central_parts: Vec<Uuid> =
            central_parts.into_iter().filter(|id| ids::ordinal_of(id).is_none()).collect();
        let parts = self.get_many(central_parts.iter().map(|id| keys::part(id).key()));
        let links = self.owners(&central_parts, |part| keys::central_part_in(scope, part));
        let (parts, links) = tokio::try_join!(parts, links)?;
        let links: HashMap<Uuid, Uuid> = links.into_iter().collect();
        let parts = parts.into_iter().map(|item| {
            let part: CentralPart = from_item(item)?;
            Ok((part.id, IssuedPart::of_central(&part, links.get(&part.id).copied())))
        });
        parts.collect()
    }

    /// Parts of a centre's stock for a return, with the parts of Central that they are. Those that Central does not
    /// keep are left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn parts_to_return(
        &self,
        scope: TenantScope,
        parts: Vec<Uuid>,
    ) -> Result<HashMap<Uuid, IssuedPart>, StoreError> {
        let own: Vec<Uuid> = parts.into_iter().filter(|part| scope.owns(part)).collect();
        let parts = self.parts(scope, own).await?;
        let unlinked: Vec<String> = parts
            .iter()
            .filter(|part| part.central_part_id.is_none())
            .map(|part| part.details.part_number.clone())
            .collect();
        let by_number: HashMap<String, Uuid> = self.central_part_ids(&unlinked).await?.into_iter().collect();
        let parts = parts.into_iter().filter_map(|part| {
            let central = part.central_part_id.or_else(|| by_number.get(&part.details.part_number).copied())?;
            Some((part.id, IssuedPart::of_centre(&part, central)))
        });
        Ok(parts.collect())
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
        // From here on the part goes by Central's number: linked with Central's part, it keeps it.
        let moves = approved.into_iter().map(|(part, quantity)| {
            let sent = StockMove::of(cause.entry(part, -quantity));
            match issue.items.iter().find(|item| item.inventory_part_id == Some(part)) {
                Some(item) => {
                    sent.and_link(item.central_inventory_part_id).when_numbered(item.part_number.clone())
                }
                None => sent,
            }
        });
        return moves.collect();
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
