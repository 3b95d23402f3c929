//! Paying an invoice, giving money back, cancelling it.

use super::Invoice;
use crate::{
    calendar::Timestamp,
    money::Paise,
    payment::{self, MAX_ENTRIES, Payment},
    refusal::Refusal,
    state_machine::Machine,
    statuses::InvoiceStatus,
};

/// How much more one amount is than another; nothing when it is less.
fn excess(amount: Paise, over: Paise) -> Paise {
    amount.checked_sub(over).unwrap_or_default().max(Paise::ZERO)
}

impl Invoice {
    /// What the invoice asks for: what credit notes have left of it.
    pub fn due(&self) -> Paise {
        excess(self.totals.grand_total_paise, self.credited_paise)
    }

    /// What is still to be paid.
    pub fn balance(&self) -> Paise {
        excess(self.due(), self.amount_paid_paise)
    }

    /// What was paid beyond what the invoice asks for, and is the customer's.
    pub fn refund_due(&self) -> Paise {
        excess(self.amount_paid_paise, self.due())
    }

    pub(crate) fn changed(&self, now: Timestamp) -> Self {
        Self { updated_at: now, version: self.version + 1, ..self.clone() }
    }

    /// The invoice with these entries, in the state that follows from them and from what it asks for. Who has paid once in
    /// full has paid.
    pub(crate) fn with_entries(self, payments: Vec<Payment>, now: Timestamp) -> Result<Self, Refusal> {
        let amount_paid_paise = payment::held(&payments);
        let status = match self.status {
            InvoiceStatus::Paid | InvoiceStatus::Credited | InvoiceStatus::Cancelled => self.status,
            InvoiceStatus::Unpaid | InvoiceStatus::PartiallyPaid => {
                if amount_paid_paise >= self.due() {
                    InvoiceStatus::Paid
                } else if amount_paid_paise > Paise::ZERO {
                    InvoiceStatus::PartiallyPaid
                } else {
                    InvoiceStatus::Unpaid
                }
            }
        };
        if status != self.status {
            self.status.step(status)?;
        }
        let paid_at = self.paid_at.or((status == InvoiceStatus::Paid).then_some(now));
        Ok(Self { status, amount_paid_paise, payments, paid_at, ..self })
    }

    /// The new invoice with what was paid in advance. When that is all of it, or there is nothing to pay, it is PAID
    /// from the beginning.
    ///
    /// # Errors
    /// None, for an UNPAID invoice.
    pub fn issued_with(self, advances: &[Payment]) -> Result<Self, Refusal> {
        let now = self.created_at;
        self.with_entries(advances.to_vec(), now)
    }

    /// The invoice with one more payment; PAID when nothing is left to be paid.
    ///
    /// # Errors
    /// `OVERPAYMENT` when it is more than the balance; `INVALID_TRANSITION` when the invoice is cancelled; `TOO_MANY_PAYMENTS`;
    /// a field error for an amount of nothing.
    pub fn paid_with(&self, payment: Payment, now: Timestamp) -> Result<Self, Refusal> {
        if self.status == InvoiceStatus::Cancelled {
            self.status.step(InvoiceStatus::Paid)?;
        }
        let amount = payment.amount_paise;
        let payments = payment::with_entry(&self.payments, payment, (MAX_ENTRIES, amount == self.balance()))?;
        if amount > self.balance() {
            return Err(payment::over_payment(self.balance()));
        }
        self.changed(now).with_entries(payments, now)
    }

    /// The invoice, its balance paid by one payment.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` when it is paid or cancelled.
    pub fn settled(&self, payment: Payment, now: Timestamp) -> Result<Self, Refusal> {
        self.status.step(InvoiceStatus::Paid)?;
        if self.balance() == Paise::ZERO {
            return self.changed(now).with_entries(self.payments.clone(), now);
        }
        self.paid_with(Payment { amount_paise: self.balance(), ..payment }, now)
    }

    /// The invoice with money given back: of one that is paid in part any of it, of one that is paid what is the
    /// customer's.
    ///
    /// # Errors
    /// `OVER_REFUND`; `TOO_MANY_PAYMENTS`; a field error for an amount of nothing.
    pub fn refunded(&self, refund: Payment, now: Timestamp) -> Result<Self, Refusal> {
        let (refundable, why) = match self.status {
            InvoiceStatus::PartiallyPaid => (self.amount_paid_paise, "that much was paid"),
            InvoiceStatus::Unpaid | InvoiceStatus::Cancelled => (Paise::ZERO, "nothing was paid"),
            InvoiceStatus::Credited => (self.refund_due(), "that much was paid"),
            InvoiceStatus::Paid => {
                (self.refund_due(), "of what the invoice asks for, only what a credit note takes back")
            }
        };
        let amount = refund.amount_paise;
        let payments = payment::with_entry(&self.payments, refund, (MAX_ENTRIES, amount == refundable))?;
        if amount > refundable {
            return Err(payment::over_refund(refundable, why));
        }
        self.changed(now).with_entries(payments, now)
    }

    /// The invoice, cancelled.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` when something was paid; `USE_CREDIT_NOTE` after the day of issue (decisions,
    /// "States"), and when a credit note has taken back some of it.
    pub fn cancelled(&self, reason: String, now: Timestamp) -> Result<Self, Refusal> {
        self.status.step(InvoiceStatus::Cancelled)?;
        if self.created_at.ist_date() != now.ist_date() {
            let message = "An invoice can be cancelled on the day of its issue only; afterwards by a credit note";
            return Err(Refusal::conflict("USE_CREDIT_NOTE", message));
        }
        if !self.credit_notes.is_empty() {
            let message = "A credit note has taken back some of the invoice: take back the rest by another";
            return Err(Refusal::conflict("USE_CREDIT_NOTE", message));
        }
        Ok(Self { status: InvoiceStatus::Cancelled, cancel_reason: Some(reason), ..self.changed(now) })
    }
}
