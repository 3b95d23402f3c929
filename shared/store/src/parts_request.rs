//! Parts requests in DynamoDB, and the commit of their decision.

use std::sync::{Arc, Mutex, PoisonError};

use dms_access::TenantScope;
use dms_domain::{
    job_card::{JobCard, MAX_ITEMS},
    parts_request::PartsRequest,
    refusal::Refusal,
    statuses::JobCardStatus,
    stock::LedgerType,
};
use dms_messages::EventKind;
use uuid::Uuid;

use crate::{
    client::{Item, Store},
    command::Plan,
    entity::{Entity, IndexKeys, TallyCell, from_item, to_value},
    error::StoreError,
    job_card::Hints,
    keys::{Key, TenantKind},
    planted::{PlantedBug, planted},
    stock::Cause,
    tables::Table,
    transaction::Transaction,
    unread_step::UnreadStep,
};

impl Entity for PartsRequest {
    const WHAT: &'static str = "parts request";

    fn key(&self) -> Key {
        TenantKind::PartsRequest.own(&self.id).key()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> IndexKeys {
        let own = TenantKind::PartsRequest.own(&self.id);
        let card = TenantKind::JobCard.own(&self.job_card_id);
        IndexKeys {
            gsi1: Some(own.state(self.status.tally_code())),
            gsi2: Some(Key::new(card.part_pk("PR"), self.id.to_string())),
            low_pk: None,
        }
    }

    fn tally(&self) -> Option<TallyCell> {
        Some(TallyCell {
            pk: TenantKind::PartsRequest.own(&self.id).tally_pk(),
            day: self.created_at.ist_date(),
            code: self.status.tally_code(),
        })
    }
}

/// The job card of a request as a failed condition showed it.
#[derive(Debug, Clone, Default)]
pub(crate) struct SeenCard(Arc<Mutex<Option<JobCard>>>);

impl SeenCard {
    fn get(&self) -> Option<JobCard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, card: JobCard) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(card);
    }
}

impl Store {
    /// A parts request of a centre.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn parts_request(&self, scope: TenantScope, id: &Uuid) -> Result<Option<PartsRequest>, StoreError> {
        self.get(Table::Core, &TenantKind::PartsRequest.key(scope, id)).await?.map(from_item).transpose()
    }

    /// Commits a decision (approved, rejected or cancelled): approved parts leave the stock and become items
    /// of the job card; the last open request's decision puts the card to work again.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn decide_parts_request(
        &self,
        old: &PartsRequest,
        new: PartsRequest,
        by: Uuid,
        hints: &Hints,
    ) -> Result<Plan<PartsRequest>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        transaction.decide_on_card(&new, hints)?;
        let cause = Cause {
            words: ("ISSUED", LedgerType::Issue),
            document: ("job card", &new.job_card_number),
            by,
            now: new.updated_at,
        };
        let mut approved = new.approved_by_part();
        if planted(PlantedBug::LinesNotAddedUp) {
            let lines = new.items.iter().filter(|line| line.approved_qty > 0);
            approved = lines.map(|line| (line.inventory_part_id, line.approved_qty)).collect();
        }
        let taken = approved.into_iter().map(|(part, quantity)| (part, -quantity));
        let alerts = transaction.move_stock(&cause.moves(taken), &hints.parts)?;
        let decided = EventKind::PartsRequestDecided {
            parts_request_id: new.id,
            job_card_id: new.job_card_id,
            status: new.status.as_str().to_owned(),
            requested_by: new.requested_by_id,
        };
        let centre = Some(new.service_center_id);
        let plan = Plan::new(transaction, new).event(centre, decided);
        Ok(alerts.into_iter().fold(plan, |plan, alert| plan.event(centre, alert)))
    }
}

impl Transaction {
    /// What a decision changes on the card, planned for the common case (the only open request of a card that
    /// waits for it) or for the card that a failed condition showed.
    fn decide_on_card(&mut self, request: &PartsRequest, hints: &Hints) -> Result<(), StoreError> {
        let items = request.card_items();
        let card = hints.card.get();
        let (status, open) = card
            .as_ref()
            .map_or((JobCardStatus::PartsPending, 1), |card| (card.status, i64::from(card.open_parts_requests)));
        let is_last = open <= 1 && status == JobCardStatus::PartsPending;
        let next = if is_last { JobCardStatus::InProgress } else { status };
        let step = UnreadStep {
            own: TenantKind::JobCard.own(&request.job_card_id),
            id: request.job_card_id,
            from: (status.as_str(), status.tally_code()),
            to: (next.as_str(), next.tally_code()),
        };
        let mut update = step.update(request.updated_at).add("openPartsRequests", -1);
        update = match status {
            JobCardStatus::PartsPending => update.when_number("openPartsRequests", open),
            JobCardStatus::Created
            | JobCardStatus::Assigned
            | JobCardStatus::InProgress
            | JobCardStatus::Completed
            | JobCardStatus::Invoiced
            | JobCardStatus::Cancelled => update,
        };
        let added = items.len();
        if added > 0 {
            let values = items.iter().map(to_value).collect::<Result<_, _>>()?;
            update = update.append("items", values).when_list_at_most("items", MAX_ITEMS.saturating_sub(added));
        }
        let seen = hints.card.clone();
        let on_failure = move |item: Option<&Item>| {
            let card: Option<JobCard> = item.and_then(|item| from_item(item.clone()).ok());
            let Some(card) = card else { return Some(Refusal::NotFound { what: "job card" }) };
            if card.is_closed() {
                return Some(card.closed());
            }
            if card.items.len() + added > MAX_ITEMS {
                let message = format!("A job card holds at most {MAX_ITEMS} items");
                return Some(Refusal::conflict("TOO_MANY_ITEMS", message));
            }
            seen.put(card);
            None
        };
        self.step_unread(&step, update, Box::new(on_failure));
        Ok(())
    }
}
