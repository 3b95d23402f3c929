//! A job card and its money: advances, the invoice, credit notes.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::JobCard;
use crate::{
    calendar::Timestamp,
    money::Paise,
    payment::{self, MAX_ADVANCES, Payment},
    refusal::Refusal,
    state_machine::Machine,
    statuses::JobCardStatus,
};

impl JobCard {
    /// The card, invoiced; what was paid in advance is the invoice's from now on.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` unless it is completed.
    pub fn invoiced(&self, invoice: Uuid, now: Timestamp) -> Result<Self, Refusal> {
        self.status.step(JobCardStatus::Invoiced)?;
        Ok(Self {
            status: JobCardStatus::Invoiced,
            invoice_id: Some(invoice),
            advances: Vec::new(),
            ..self.changed(now)
        })
    }

    /// The card after a credit note for its invoice: without the parts that went back to stock and, when the invoice was
    /// wholly credited, COMPLETED again, to be invoiced anew or cancelled.
    ///
    /// # Errors
    /// `JOB_CARD_CLOSED` unless this invoice is its live one.
    pub fn credited(
        &self,
        (invoice, wholly): (Uuid, bool),
        returned: &BTreeMap<Uuid, i64>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        if self.status != JobCardStatus::Invoiced || self.invoice_id != Some(invoice) {
            return Err(self.closed());
        }
        let mut returned = returned.clone();
        let mut items = self.items.clone();
        for item in &mut items {
            let part = item.inventory_part_id.and_then(|part| returned.get_mut(&part));
            if let Some(left) = part {
                let taken = item.qty.min(*left);
                item.qty -= taken;
                *left -= taken;
            }
        }
        items.retain(|item| item.qty > 0);
        let (status, invoice_id) = match wholly {
            true => (JobCardStatus::Completed, None),
            false => (self.status, self.invoice_id),
        };
        Ok(Self { items, status, invoice_id, ..self.changed(now) })
    }

    /// What is held in advance.
    pub fn advance_paid(&self) -> Paise {
        payment::held(&self.advances)
    }

    /// The card with an advance, until it is invoiced or cancelled.
    ///
    /// # Errors
    /// `JOB_CARD_CLOSED`; `TOO_MANY_PAYMENTS`; a field error for an amount of nothing.
    pub fn with_advance(&self, advance: Payment, now: Timestamp) -> Result<Self, Refusal> {
        match self.status {
            JobCardStatus::Invoiced | JobCardStatus::Cancelled => Err(self.closed()),
            JobCardStatus::Created
            | JobCardStatus::Assigned
            | JobCardStatus::InProgress
            | JobCardStatus::PartsPending
            | JobCardStatus::Completed => {
                let advances = payment::with_entry(&self.advances, advance, (MAX_ADVANCES, false))?;
                Ok(Self { advances, ..self.changed(now) })
            }
        }
    }

    /// The card with some or all of what is held in advance given back; also of a cancelled one.
    ///
    /// # Errors
    /// `OVER_REFUND`; `TOO_MANY_PAYMENTS`; a field error for an amount of nothing.
    pub fn with_refund(&self, refund: Payment, now: Timestamp) -> Result<Self, Refusal> {
        let (held, amount) = (self.advance_paid(), refund.amount_paise);
        let advances = payment::with_entry(&self.advances, refund, (MAX_ADVANCES, amount == held))?;
        if amount > held {
            let why = match self.status {
                JobCardStatus::Invoiced => "the invoice has taken over what was paid in advance",
                JobCardStatus::Created
                | JobCardStatus::Assigned
                | JobCardStatus::InProgress
                | JobCardStatus::PartsPending
                | JobCardStatus::Completed
                | JobCardStatus::Cancelled => "that much is held in advance",
            };
            return Err(payment::over_refund(held, why));
        }
        Ok(Self { advances, ..self.changed(now) })
    }
}
