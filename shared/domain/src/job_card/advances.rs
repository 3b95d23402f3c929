//! Money that is taken before there is an invoice.

use super::JobCard;
use crate::{
    calendar::Timestamp,
    money::Paise,
    payment::{self, MAX_ADVANCES, Payment},
    refusal::Refusal,
    statuses::JobCardStatus,
};

impl JobCard {
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
