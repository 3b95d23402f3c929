//! Job cards: the record of one visit of one vehicle.

mod charges;
mod forms;
mod label;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    formats::HsnSac,
    money::Paise,
    parts_request::PartsRequest,
    payment::Payment,
    permissions::Role,
    refusal::Refusal,
    state_machine::Machine,
    statuses::{JobCardItemType, JobCardStatus, Priority, ServiceLocation},
    user::User,
};

mod billing;
pub use forms::{JobCardForms, MAX_FORM_BYTES, snapshot};

/// Most items on one job card: its cancellation returns them all to stock in one transaction (decisions, "Stock").
pub const MAX_ITEMS: usize = 40;
/// Most parts requests of one job card that wait for a decision: its cancellation cancels them, too.
pub const MAX_OPEN_REQUESTS: u32 = 5;

/// A job card as it is stored. Its parts 1, 2A and 3 are kept beside it ([`JobCardForms`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobCard {
    /// UUIDv7 with the centre's ordinal in it.
    pub id: Uuid,
    /// `SC001-2025-12-0001`, without gaps per centre and month.
    pub job_card_number: String,
    /// The centre.
    pub service_center_id: Uuid,
    /// The customer.
    pub customer_id: Uuid,
    /// The vehicle.
    pub vehicle_id: Uuid,
    /// Its number plate, as part 1 says.
    pub vehicle_registration: Option<String>,
    /// Its make and model, as part 1 says: "Tata Nexon EV".
    pub vehicle_name: Option<String>,
    /// The appointment it came of.
    pub appointment_id: Option<Uuid>,
    /// The quotation it came of.
    pub quotation_id: Option<Uuid>,
    /// Its number.
    pub quotation_number: Option<String>,
    /// The discount that was quoted on its items: the invoice's unless that names another.
    pub agreed_discount_paise: Option<Paise>,
    /// Who works on it.
    pub assigned_engineer_id: Option<Uuid>,
    /// Their name, as it goes into the service history.
    pub engineer_name: Option<String>,
    /// Its state.
    pub status: JobCardStatus,
    /// "Regular Service".
    pub service_type: String,
    /// How urgent.
    pub priority: Priority,
    /// At the station or at the customer's home.
    pub location: ServiceLocation,
    /// Estimate.
    pub estimated_cost_paise: Option<Paise>,
    /// Part 2: parts and works.
    #[serde(default)]
    pub items: Vec<JobCardItem>,
    /// Parts requests not yet decided.
    #[serde(default)]
    pub open_parts_requests: u32,
    /// The notes given with the last change of state.
    pub status_notes: Option<String>,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// The live invoice.
    pub invoice_id: Option<Uuid>,
    /// What was taken in advance and given back. The invoice takes the entries over: then there are none here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advances: Vec<Payment>,
    /// What the customer said afterwards.
    pub customer_feedback: Option<String>,
    /// 1 to 5.
    pub feedback_rating: Option<u8>,
    /// When the work was completed.
    pub completed_at: Option<Timestamp>,
    /// Created.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// 1 at creation, one more with every change.
    pub version: u64,
}

/// A part or a work on a job card (part 2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobCardItem {
    /// UUIDv7.
    pub id: Uuid,
    /// Part or work.
    pub item_type: JobCardItemType,
    /// The part in stock that was used; none for works and for parts typed in by hand.
    pub inventory_part_id: Option<Uuid>,
    /// Name.
    pub part_name: String,
    /// Code.
    pub part_code: String,
    /// How many.
    pub qty: i64,
    /// Price of one.
    pub unit_price_paise: Paise,
    /// GST rate in per cent.
    pub gst_rate: u8,
    /// HSN or SAC.
    pub hsn_sac_code: Option<HsnSac>,
    /// Under warranty: charged at 0.
    pub is_warranty: bool,
    /// Whether the part carries the warranty tag.
    pub part_warranty_tag: bool,
    /// Who did it.
    pub technician: Option<String>,
    /// Labour code.
    pub labour_code: Option<String>,
    /// Serial number.
    pub serial_number: Option<String>,
    /// The line of the quotation that it was carried over from.
    pub quotation_line: Option<u32>,
}

impl JobCard {
    /// A card as it is opened: without a number yet, of medium priority, at the station.
    pub fn opened(
        (id, centre): (Uuid, Uuid),
        (customer, vehicle): (Uuid, Uuid),
        service_type: String,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            job_card_number: String::new(),
            service_center_id: centre,
            customer_id: customer,
            vehicle_id: vehicle,
            vehicle_registration: None,
            vehicle_name: None,
            appointment_id: None,
            quotation_id: None,
            quotation_number: None,
            agreed_discount_paise: None,
            assigned_engineer_id: None,
            engineer_name: None,
            status: JobCardStatus::Created,
            service_type,
            priority: Priority::Medium,
            location: ServiceLocation::Station,
            estimated_cost_paise: None,
            items: Vec::new(),
            open_parts_requests: 0,
            status_notes: None,
            cancel_reason: None,
            invoice_id: None,
            advances: Vec::new(),
            customer_feedback: None,
            feedback_rating: None,
            completed_at: None,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    fn changed(&self, now: Timestamp) -> Self {
        Self { updated_at: now, version: self.version + 1, ..self.clone() }
    }

    /// The card with an engineer. Assigning again later changes the engineer and not the state (decisions,
    /// "States").
    ///
    /// # Errors
    /// A field error unless the engineer is an active one of this centre; `JOB_CARD_CLOSED` once the work is
    /// done.
    pub fn assigned(&self, engineer: Option<&User>, now: Timestamp) -> Result<Self, Refusal> {
        let engineer = engineer
            .filter(|user| user.active && user.role == Role::ServiceEngineer)
            .filter(|user| user.service_center_id == Some(self.service_center_id))
            .ok_or_else(|| Refusal::field("engineerId", "is not an active service engineer of this centre"))?;
        let status = match self.status {
            JobCardStatus::Created => JobCardStatus::Assigned,
            JobCardStatus::Assigned | JobCardStatus::InProgress | JobCardStatus::PartsPending => self.status,
            JobCardStatus::Completed | JobCardStatus::Invoiced | JobCardStatus::Cancelled => {
                return Err(self.closed());
            }
        };
        Ok(Self {
            status,
            assigned_engineer_id: Some(engineer.id),
            engineer_name: Some(engineer.name.clone()),
            ..self.changed(now)
        })
    }

    /// The card in another state, as a user asks for it.
    ///
    /// # Errors
    /// `INVALID_TRANSITION`; `ENGINEER_REQUIRED` to become ASSIGNED without an engineer;
    /// `PARTS_REQUESTS_OPEN` to become COMPLETED while parts are waited for; `USE_CANCEL` and `USE_INVOICE`
    /// for the states that have their own request.
    pub fn stepped(&self, to: JobCardStatus, notes: Option<String>, now: Timestamp) -> Result<Self, Refusal> {
        self.status.step(to)?;
        match to {
            JobCardStatus::Assigned if self.assigned_engineer_id.is_none() => {
                return Err(Refusal::conflict("ENGINEER_REQUIRED", "Assign an engineer first"));
            }
            JobCardStatus::Completed if self.open_parts_requests > 0 => {
                let message = "Parts requests of this job card are still to be decided or cancelled";
                return Err(Refusal::conflict("PARTS_REQUESTS_OPEN", message));
            }
            JobCardStatus::Cancelled => {
                let message = "Cancel with POST /api/job-cards/{id}/cancel and a reason";
                return Err(Refusal::conflict("USE_CANCEL", message));
            }
            JobCardStatus::Invoiced => {
                let message = "Create the invoice with POST /api/invoices: that makes the job card INVOICED";
                return Err(Refusal::conflict("USE_INVOICE", message));
            }
            JobCardStatus::Created
            | JobCardStatus::Assigned
            | JobCardStatus::InProgress
            | JobCardStatus::PartsPending
            | JobCardStatus::Completed => {}
        }
        let completed_at = (to == JobCardStatus::Completed).then_some(now);
        Ok(Self { status: to, status_notes: notes, completed_at, ..self.changed(now) })
    }

    /// The card, cancelled.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` once it is invoiced.
    pub fn cancelled(&self, reason: String, now: Timestamp) -> Result<Self, Refusal> {
        self.status.step(JobCardStatus::Cancelled)?;
        Ok(Self {
            status: JobCardStatus::Cancelled,
            cancel_reason: Some(reason),
            open_parts_requests: 0,
            ..self.changed(now)
        })
    }

    /// The card, waiting for one more parts request.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` unless it is in work or waiting for parts already; `TOO_MANY_REQUESTS` when five
    /// are open.
    pub fn waiting_for_parts(&self, now: Timestamp) -> Result<Self, Refusal> {
        if self.open_parts_requests >= MAX_OPEN_REQUESTS {
            let message =
                format!("{MAX_OPEN_REQUESTS} parts requests of this job card wait for a decision already");
            return Err(Refusal::conflict("TOO_MANY_REQUESTS", message));
        }
        if self.status != JobCardStatus::PartsPending {
            self.status.step(JobCardStatus::PartsPending)?;
        }
        Ok(Self {
            status: JobCardStatus::PartsPending,
            open_parts_requests: self.open_parts_requests + 1,
            ..self.changed(now)
        })
    }

    /// The card after the decision on one of its requests: the last one puts it to work again. (The commit changes the
    /// stored card the same way, without having read it.)
    #[must_use]
    pub fn with_decision(&self, request: &PartsRequest, now: Timestamp) -> Self {
        let open = self.open_parts_requests.saturating_sub(1);
        let waits = self.status == JobCardStatus::PartsPending && open == 0;
        let mut items = self.items.clone();
        items.extend(request.card_items());
        Self {
            status: if waits { JobCardStatus::InProgress } else { self.status },
            items,
            open_parts_requests: open,
            ..self.changed(now)
        }
    }

    /// The card with other items.
    ///
    /// # Errors
    /// `JOB_CARD_CLOSED` once the work is done; `TOO_MANY_ITEMS`; a field error when a part that came from
    /// stock would vanish: it goes back by cancelling the card.
    pub fn with_items(&self, items: Vec<JobCardItem>, now: Timestamp) -> Result<Self, Refusal> {
        if self.is_closed() {
            return Err(self.closed());
        }
        if items.len() > MAX_ITEMS {
            return Err(Refusal::conflict(
                "TOO_MANY_ITEMS",
                format!("A job card holds at most {MAX_ITEMS} items"),
            ));
        }
        let from_stock = |items: &[JobCardItem]| -> Vec<(Uuid, Option<Uuid>, i64)> {
            let parts = items.iter().filter(|item| item.inventory_part_id.is_some());
            parts.map(|item| (item.id, item.inventory_part_id, item.qty)).collect()
        };
        if from_stock(&self.items) != from_stock(&items) {
            return Err(Refusal::field("items", "parts from stock are changed by parts requests only"));
        }
        Ok(Self { items, ..self.changed(now) })
    }

    /// The card without parts that were not used: how many of which item go back to stock. A quoted part of which
    /// nothing is left goes, too.
    ///
    /// # Errors
    /// `JOB_CARD_CLOSED` once it is invoiced or cancelled; field errors for an item that is not a part from stock, is
    /// named twice, or of which there are fewer.
    pub fn with_parts_returned(&self, returned: &[(Uuid, i64)], now: Timestamp) -> Result<Self, Refusal> {
        if matches!(self.status, JobCardStatus::Invoiced | JobCardStatus::Cancelled) {
            return Err(self.closed());
        }
        let mut errors = crate::fields::FieldErrors::new();
        let mut items = self.items.clone();
        for (position, (id, quantity)) in returned.iter().enumerate() {
            let field = |name: &str| format!("items[{position}].{name}");
            if returned.iter().take(position).any(|(earlier, _)| earlier == id) {
                errors.add(field("itemId"), "is named twice");
                continue;
            }
            match items.iter_mut().find(|item| item.id == *id && item.inventory_part_id.is_some()) {
                None => errors.add(field("itemId"), "is no part from stock on this job card"),
                Some(item) if *quantity > item.qty => {
                    errors.add(field("quantity"), format!("must be at most {}", item.qty));
                }
                Some(item) => item.qty -= quantity,
            }
        }
        errors.into_result().map_err(Refusal::Invalid)?;
        items.retain(|item| item.qty > 0);
        Ok(Self { items: self.without_unused(items), ..self.changed(now) })
    }

    /// The card with other words about the visit.
    ///
    /// # Errors
    /// `JOB_CARD_CLOSED` once the card is cancelled.
    pub fn edited(&self, edit: JobCardEdit, now: Timestamp) -> Result<Self, Refusal> {
        if self.status == JobCardStatus::Cancelled {
            return Err(self.closed());
        }
        let JobCardEdit {
            service_type,
            priority,
            location,
            estimated_cost_paise,
            customer_feedback,
            feedback_rating,
        } = edit;
        Ok(Self {
            service_type,
            priority,
            location,
            estimated_cost_paise,
            customer_feedback,
            feedback_rating,
            ..self.changed(now)
        })
    }

    /// The card, deleted.
    ///
    /// # Errors
    /// `NOT_CANCELLED`; `ADVANCE_HELD` while money of the customer is held on it.
    pub fn deleted(&self, now: Timestamp) -> Result<Self, Refusal> {
        if self.status != JobCardStatus::Cancelled {
            return Err(Refusal::conflict("NOT_CANCELLED", "Only a cancelled job card can be deleted"));
        }
        if self.advance_paid() != Paise::ZERO {
            let message = format!("Give the advance of {} back first", self.advance_paid());
            return Err(Refusal::conflict("ADVANCE_HELD", message));
        }
        Ok(self.changed(now))
    }

    /// Whether the work on it is over.
    pub fn is_closed(&self) -> bool {
        matches!(self.status, JobCardStatus::Completed | JobCardStatus::Invoiced | JobCardStatus::Cancelled)
    }

    /// The refusal of work on a card that is over.
    pub fn closed(&self) -> Refusal {
        let message = format!("Job card {} is {}", self.job_card_number, self.status.as_str());
        Refusal::conflict("JOB_CARD_CLOSED", message)
    }

    /// The parts it took from stock and how many of each: what a cancellation returns.
    pub fn parts_from_stock(&self) -> std::collections::BTreeMap<Uuid, i64> {
        let mut parts = std::collections::BTreeMap::new();
        for item in &self.items {
            if let Some(part) = item.inventory_part_id {
                *parts.entry(part).or_default() += item.qty;
            }
        }
        parts
    }
}

/// What can be edited of a job card.
#[derive(Debug, Clone, PartialEq)]
pub struct JobCardEdit {
    /// See [`JobCard::service_type`].
    pub service_type: String,
    /// See [`JobCard::priority`].
    pub priority: Priority,
    /// See [`JobCard::location`].
    pub location: ServiceLocation,
    /// See [`JobCard::estimated_cost_paise`].
    pub estimated_cost_paise: Option<Paise>,
    /// See [`JobCard::customer_feedback`].
    pub customer_feedback: Option<String>,
    /// See [`JobCard::feedback_rating`].
    pub feedback_rating: Option<u8>,
}
