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
    job_card::{JobCard, JobCardForms, snapshot},
    numbering::Series,
    parts_request::PartsRequest,
    refusal::must_exist,
    search,
    statuses::{AppointmentStatus, JobCardStatus, PartsRequestStatus},
    stock::{LedgerType, Part},
    vehicle::ServiceRecord,
};
use dms_messages::EventKind;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    client::Store,
    command::Plan,
    entity::{Entity, IndexKeys, Posting, TallyCell, from_item},
    error::StoreError,
    keys::{self, Key, TenantKind},
    parts_issue::SeenReceivers,
    parts_request::SeenCard,
    planted::{PlantedBug, planted},
    range::Range,
    stock::{Cause, SeenParts, StockMove},
    tables::{Index, Table},
    transaction::{OnFailure, Transaction},
    update::Update,
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
    /// The vehicle is no longer occupied by the job card.
    pub(crate) vehicle_left: Arc<AtomicBool>,
}

impl Hints {
    /// The failed condition of an update that frees the vehicle: it is planned again without that.
    pub(crate) fn on_vehicle_left(&self) -> OnFailure {
        noted(&self.vehicle_left)
    }
}

/// A failed condition that the next plan knows of.
fn noted(hint: &Arc<AtomicBool>) -> OnFailure {
    let hint = hint.clone();
    Box::new(move |_| {
        hint.store(true, Relaxed);
        None
    })
}

impl Hints {
    /// What a part is like, for whoever knows: no condition need fail to show it.
    #[must_use]
    pub fn knowing(self, part: &Part) -> Self {
        self.parts.know(part.id, &part.details, part.stock_quantity);
        self
    }
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

    /// Part 1 of a new card: what is said of it, completed from customer and vehicle unless that is all.
    ///
    /// # Errors
    /// A field error when customer or vehicle do not exist; [`StoreError::Unavailable`] or
    /// [`StoreError::Throttled`].
    pub async fn job_card_snapshot(
        &self,
        (customer_id, vehicle_id): (Uuid, Uuid),
        said: Map<String, Value>,
    ) -> Result<Map<String, Value>, StoreError> {
        if said.contains_key("fullName") && said.contains_key("registrationNumber") {
            return Ok(said);
        }
        let (customer, vehicle) = tokio::try_join!(self.customer(&customer_id), self.vehicle(&vehicle_id))?;
        let customer = must_exist(customer, "customerId", "customer", customer_id)?;
        let vehicle = must_exist(vehicle, "vehicleId", "vehicle", vehicle_id)?;
        let mut all = snapshot(&customer, &vehicle);
        all.extend(said);
        Ok(all)
    }

    /// Opens a job card (specification §5, "Auto-actions"): takes its number, occupies the vehicle, moves the
    /// appointment. `card` comes without a number; `appointment` as it is and as it will be.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn open_job_card(
        &self,
        (card, forms): (JobCard, JobCardForms),
        (series, last): (&Series, i64),
        appointment: Option<(Appointment, Appointment)>,
    ) -> Result<Plan<(JobCard, JobCardForms)>, StoreError> {
        let mut transaction = Transaction::new();
        let card = JobCard { job_card_number: transaction.take_number(series, last), ..card };
        let opened = transaction.open_job_card((card, forms), appointment)?;
        Ok(Plan::new(transaction, opened))
    }

    /// Changes a card's words, items and forms; feedback given after payment goes into the vehicle's history, where there is
    /// a line of the card.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn edit_job_card(
        &self,
        old: &JobCard,
        new: JobCard,
        forms: Option<JobCardForms>,
        in_history: bool,
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
        if in_history {
            transaction.update(feedback(&new));
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

    /// Records an advance, or that it was given back.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn pay_in_advance(&self, old: &JobCard, new: JobCard) -> Result<Plan<JobCard>, StoreError> {
        let recorded = new.advances.last().map(|entry| EventKind::AdvanceRecorded {
            job_card_id: new.id,
            payment_id: entry.id,
            kind: entry.kind.as_str().to_owned(),
            amount_paise: entry.amount_paise.get(),
        });
        let centre = Some(new.service_center_id);
        let plan = Plan::replace(old, new)?;
        Ok(recorded.into_iter().fold(plan, |plan, event| plan.event(centre, event)))
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
        transaction.free_vehicle(new.vehicle_id, new.id, now, hints);
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

/// What the customer said, in the vehicle's history: the line's other fields are the invoice's.
fn feedback(card: &JobCard) -> Update {
    let line = Update::of(keys::vehicle_history(&card.vehicle_id, &card.id)).when_exists();
    let line = match &card.customer_feedback {
        Some(words) => line.set("customerFeedback", words),
        None => line.remove("customerFeedback"),
    };
    match card.feedback_rating {
        Some(rating) => line.set_number("feedbackRating", i64::from(rating)),
        None => line.remove("feedbackRating"),
    }
}

/// Parts of a card go back to stock.
fn returned(card: &JobCard, parts: BTreeMap<Uuid, i64>, by: Uuid, now: Timestamp) -> Vec<StockMove> {
    let words = ("RETURNED", LedgerType::Return);
    Cause { words, document: ("job card", &card.job_card_number), by, now }.moves(parts)
}

impl Transaction {
    /// What opening a card that has its number does: the card and its forms, the vehicle, the appointment.
    pub(crate) fn open_job_card(
        &mut self,
        (card, mut forms): (JobCard, JobCardForms),
        appointment: Option<(Appointment, Appointment)>,
    ) -> Result<(JobCard, JobCardForms), StoreError> {
        if let Some(part1) = forms.part1_data.as_mut().and_then(Value::as_object_mut) {
            part1.insert("jobCardNumber".to_owned(), card.job_card_number.clone().into());
        }
        let card = card.labelled(&forms);
        self.create(&card)?;
        self.append(&forms)?;
        self.occupy_vehicle(card.vehicle_id, card.customer_id, card.id, card.created_at);
        if let Some((before, after)) = appointment {
            self.replace(&before, &after)?;
        }
        Ok((card, forms))
    }

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
        self.step_appointment(appointment, step, card.updated_at, noted(&hints.leave_appointment));
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
