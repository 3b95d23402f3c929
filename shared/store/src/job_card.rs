//! Job cards in DynamoDB, and the commits that touch them together with vehicles, appointments and stock.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use dms_access::TenantScope;
use dms_domain::{
    appointment::Appointment,
    calendar::Timestamp,
    job_card::{JobCard, JobCardForms},
    numbering::Series,
    parts_request::PartsRequest,
    search,
    statuses::{AppointmentStatus, JobCardStatus, PartsRequestStatus},
    stock::LedgerType,
    vehicle::ServiceRecord,
};
use dms_messages::EventKind;
use uuid::Uuid;

use crate::{
    client::{Item, Range, Store},
    command::Plan,
    entity::{Entity, IndexKeys, Posting, TallyCell, from_item},
    error::StoreError,
    keys::{self, Key, TenantKind},
    parts_issue::SeenReceivers,
    parts_request::SeenCard,
    planted::{PlantedBug, planted},
    stock::{Cause, SeenParts, StockMove},
    tables::{Index, Table},
    transaction::Transaction,
};

impl Entity for JobCard {
    const WHAT: &'static str = "job card";

    fn key(&self) -> Key {
        TenantKind::JobCard.own(&self.id).key()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> IndexKeys {
        let own = TenantKind::JobCard.own(&self.id);
        IndexKeys { gsi1: Some(own.state(self.status.tally_code())), ..IndexKeys::default() }
    }

    fn tally(&self) -> Option<TallyCell> {
        Some(TallyCell {
            pk: TenantKind::JobCard.own(&self.id).tally_pk(),
            day: self.created_at.ist_date(),
            code: self.status.tally_code(),
        })
    }

    fn postings(&self) -> Vec<Posting> {
        TenantKind::JobCard.own(&self.id).postings([search::number_word(&self.job_card_number)])
    }
}

impl Entity for JobCardForms {
    const WHAT: &'static str = "job card";

    fn key(&self) -> Key {
        keys::job_card_forms(&TenantKind::JobCard.own(&self.job_card_id).key())
    }

    fn version(&self) -> u64 {
        1
    }
}

/// What failed conditions told about documents that a plan does not read: the next try of the command
/// plans with it. One per request.
#[derive(Debug, Default)]
pub struct Hints {
    /// The appointment is not in the state its job card left it in: leave it alone.
    leave_appointment: Arc<AtomicBool>,
    /// Parts that were not comfortably in stock.
    pub(crate) parts: SeenParts,
    /// The job card, when it is not one that waits for its only parts request.
    pub(crate) card: SeenCard,
    /// Centres' parts that were not where a receipt expected them.
    pub(crate) receivers: SeenReceivers,
}

impl Store {
    /// A job card of a centre.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn job_card(&self, scope: TenantScope, id: &Uuid) -> Result<Option<JobCard>, StoreError> {
        self.get(Table::Core, &TenantKind::JobCard.key(scope, id)).await?.map(from_item).transpose()
    }

    /// A job card's parts 1, 2A and 3.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn job_card_forms(&self, scope: TenantScope, id: &Uuid) -> Result<Option<JobCardForms>, StoreError> {
        let key = keys::job_card_forms(&TenantKind::JobCard.key(scope, id));
        self.get(Table::Core, &key).await?.map(from_item).transpose()
    }

    /// A job card's parts requests, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn parts_requests_of(
        &self,
        scope: TenantScope,
        job_card: &Uuid,
        limit: usize,
    ) -> Result<Vec<PartsRequest>, StoreError> {
        let range = Range::index(Index::Gsi2, keys::job_card_requests_pk(scope, job_card));
        self.query(&range, limit).await?.into_iter().map(from_item).collect()
    }

    /// Opens a job card (specification §5, "Auto-actions"): takes its number, occupies the vehicle, moves the
    /// appointment. `card` comes without a number; `appointment` as it is and as it will be.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn open_job_card(
        &self,
        card: JobCard,
        mut forms: JobCardForms,
        (series, last): (&Series, i64),
        appointment: Option<(&Appointment, Appointment)>,
    ) -> Result<Plan<(JobCard, JobCardForms)>, StoreError> {
        let mut transaction = Transaction::new();
        let card = JobCard { job_card_number: transaction.take_number(series, last), ..card.labelled(&forms) };
        if let Some(part1) = forms.part1_data.as_mut().and_then(serde_json::Value::as_object_mut) {
            part1.insert("jobCardNumber".to_owned(), card.job_card_number.clone().into());
        }
        transaction.create(&card)?;
        transaction.append(&forms)?;
        transaction.occupy_vehicle(card.vehicle_id, card.customer_id, card.id, card.created_at);
        if let Some((before, after)) = appointment {
            transaction.replace(before, &after)?;
        }
        Ok(Plan::new(transaction, (card, forms)))
    }

    /// Changes a card's words, items and forms; feedback given after payment goes into the vehicle's history.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn edit_job_card(
        &self,
        old: &JobCard,
        new: JobCard,
        forms: Option<JobCardForms>,
        record: Option<ServiceRecord>,
    ) -> Result<Plan<JobCard>, StoreError> {
        let mut transaction = Transaction::new();
        let new = match &forms {
            Some(forms) => new.labelled(forms),
            None => new,
        };
        transaction.replace(old, &new)?;
        if let Some(forms) = &forms {
            transaction.overwrite(forms)?;
        }
        if let Some(record) = &record {
            transaction.overwrite(record)?;
        }
        Ok(Plan::new(transaction, new))
    }

    /// A line of a vehicle's service history.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn service_record(&self, card: &JobCard) -> Result<Option<ServiceRecord>, StoreError> {
        let key = keys::vehicle_history(&card.vehicle_id, &card.id);
        self.get(Table::Core, &key).await?.map(from_item).transpose()
    }

    /// Assigns an engineer.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn assign_engineer(&self, old: &JobCard, new: JobCard) -> Result<Plan<JobCard>, StoreError> {
        let assigned = new.assigned_engineer_id.map(|engineer_id| EventKind::EngineerAssigned {
            job_card_id: new.id,
            job_card_number: new.job_card_number.clone(),
            engineer_id,
        });
        let centre = new.service_center_id;
        let plan = Plan::replace(old, new)?;
        Ok(match assigned {
            Some(assigned) => plan.event(Some(centre), assigned),
            None => plan,
        })
    }

    /// Moves a card to another state; its completion completes its appointment.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn step_job_card(&self, old: &JobCard, new: JobCard, hints: &Hints) -> Result<Plan<JobCard>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        if new.status == JobCardStatus::Completed {
            let done = (AppointmentStatus::InProgress, AppointmentStatus::Completed);
            transaction.step_own_appointment(&new, done, hints);
        }
        let changed = status_changed(old, &new);
        Ok(Plan::new(transaction, new).event(Some(old.service_center_id), changed))
    }

    /// Asks for parts: stores the request and makes the card wait for it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn request_parts(
        &self,
        old: &JobCard,
        new: JobCard,
        request: PartsRequest,
    ) -> Result<Plan<(PartsRequest, JobCard)>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        transaction.create(&request)?;
        let asked = EventKind::PartsRequested {
            parts_request_id: request.id,
            job_card_id: request.job_card_id,
            urgency: request.urgency.as_str().to_owned(),
        };
        Ok(Plan::new(transaction, (request, new)).event(Some(old.service_center_id), asked))
    }

    /// Takes unused parts off a card and puts them back into stock.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn return_parts(
        &self,
        old: &JobCard,
        new: JobCard,
        by: Uuid,
        hints: &Hints,
    ) -> Result<Plan<JobCard>, StoreError> {
        let mut parts = old.parts_from_stock();
        for (part, left) in new.parts_from_stock() {
            parts.entry(part).and_modify(|quantity| *quantity -= left);
        }
        parts.retain(|_, quantity| *quantity > 0);
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        transaction.move_stock(&returned(old, parts, by, new.updated_at), &hints.parts)?;
        Ok(Plan::new(transaction, new))
    }

    /// Cancels a card: its parts go back to stock, its open parts requests are cancelled, the vehicle is
    /// free, the appointment can be used again.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn cancel_job_card(
        &self,
        old: &JobCard,
        new: JobCard,
        open_requests: &[PartsRequest],
        by: Uuid,
        hints: &Hints,
    ) -> Result<Plan<JobCard>, StoreError> {
        let now = new.updated_at;
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        transaction.free_vehicle(new.vehicle_id, new.id, now);
        let reopen = (AppointmentStatus::InProgress, AppointmentStatus::Arrived);
        transaction.step_own_appointment(&new, reopen, hints);
        for request in open_requests.iter().filter(|_| !planted(PlantedBug::RequestsStayOpen)) {
            let cancelled = request.clone().decided(PartsRequestStatus::Cancelled, by, None, now)?;
            transaction.replace(request, &cancelled)?;
        }
        let mut parts = old.parts_from_stock();
        parts.retain(|_, _| !planted(PlantedBug::CardKeepsParts));
        let alerts = transaction.move_stock(&returned(old, parts, by, now), &hints.parts)?;
        let changed = status_changed(old, &new);
        let centre = Some(old.service_center_id);
        let plan = Plan::new(transaction, new).event(centre, changed);
        Ok(alerts.into_iter().fold(plan, |plan, alert| plan.event(centre, alert)))
    }
}

/// Parts of a card go back to stock.
fn returned(card: &JobCard, parts: BTreeMap<Uuid, i64>, by: Uuid, now: Timestamp) -> Vec<StockMove> {
    let words = ("RETURNED", LedgerType::Return);
    Cause { words, document: ("job card", &card.job_card_number), by, now }.moves(parts)
}

impl Transaction {
    fn step_own_appointment(
        &mut self,
        card: &JobCard,
        step: (AppointmentStatus, AppointmentStatus),
        hints: &Hints,
    ) {
        let Some(appointment) = card.appointment_id else { return };
        if hints.leave_appointment.load(Relaxed) {
            return;
        }
        let leave = hints.leave_appointment.clone();
        let on_failure = move |_: Option<&Item>| {
            leave.store(true, Relaxed);
            None
        };
        self.step_appointment(appointment, step, card.updated_at, Box::new(on_failure));
    }
}

pub(crate) fn status_changed(old: &JobCard, new: &JobCard) -> EventKind {
    EventKind::JobCardStatusChanged {
        job_card_id: new.id,
        job_card_number: new.job_card_number.clone(),
        from: old.status.as_str().to_owned(),
        to: new.status.as_str().to_owned(),
    }
}
