//! Money that was taken and given back: entries that are added and never changed. What is held is their sum.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    money::Paise,
    refusal::Refusal,
    statuses::{PaymentKind, PaymentMethod},
};

/// Most entries of an invoice, of which they are part.
pub(crate) const MAX_ENTRIES: usize = 100;
/// Most entries of a job card, which its invoice takes over.
pub(crate) const MAX_ADVANCES: usize = 20;

/// An entry: its id is the receipt's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// UUIDv7.
    pub id: Uuid,
    /// Taken or given back.
    #[serde(rename = "type", default = "payment")]
    pub kind: PaymentKind,
    /// How much; more than nothing, also when it was given back.
    pub amount_paise: Paise,
    /// How.
    pub method: PaymentMethod,
    /// The bank's or the UPI reference.
    pub reference: Option<String>,
    /// Who took it or gave it back.
    pub received_by_id: Uuid,
    /// When.
    pub received_at: Timestamp,
}

/// What an entry is that was stored before there were others.
fn payment() -> PaymentKind {
    PaymentKind::Payment
}

/// What entries come to: what was taken less what was given back. They are bounded in number and size, so the sum fits.
pub fn held(entries: &[Payment]) -> Paise {
    let signed = |entry: &Payment| match entry.kind {
        PaymentKind::Payment | PaymentKind::Advance => entry.amount_paise.get(),
        PaymentKind::Refund => -entry.amount_paise.get(),
    };
    Paise::new(entries.iter().map(signed).fold(0, i64::saturating_add))
}

/// The entries with one more. One that `settles` what is open always finds a place: nothing is ever left hanging.
///
/// # Errors
/// A field error for an amount of nothing; `TOO_MANY_PAYMENTS` when there are `most` entries already.
pub(crate) fn with_entry(
    entries: &[Payment],
    entry: Payment,
    (most, settles): (usize, bool),
) -> Result<Vec<Payment>, Refusal> {
    if entry.amount_paise <= Paise::ZERO {
        return Err(Refusal::field("amount", "must be more than 0"));
    }
    if entries.len() >= most && !settles {
        let message =
            format!("{most} payments and refunds are recorded here already: only all that is open can follow");
        return Err(Refusal::conflict("TOO_MANY_PAYMENTS", message));
    }
    Ok(entries.iter().cloned().chain([entry]).collect())
}

/// The refusal of money that nobody owes.
pub(crate) fn over_payment(balance: Paise) -> Refusal {
    Refusal::conflict("OVERPAYMENT", format!("More than is owed: the balance is {balance}"))
}

/// The refusal of giving back more than there is to give back.
pub(crate) fn over_refund(refundable: Paise, why: &str) -> Refusal {
    Refusal::conflict("OVER_REFUND", format!("{refundable} can be given back: {why}"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn entry(kind: PaymentKind, paise: i64) -> Payment {
        Payment {
            id: Uuid::nil(),
            kind,
            amount_paise: Paise::new(paise),
            method: PaymentMethod::Cash,
            reference: None,
            received_by_id: Uuid::nil(),
            received_at: Timestamp::new("2026-11-23T04:30:00Z".parse().unwrap()),
        }
    }

    #[test]
    fn what_is_held_is_what_was_taken_less_what_was_given_back() {
        let entries =
            [entry(PaymentKind::Advance, 500), entry(PaymentKind::Payment, 300), entry(PaymentKind::Refund, 250)];
        assert_eq!(held(&entries), Paise::new(550));
        assert_eq!(held(&[]), Paise::ZERO);
    }

    #[test]
    fn an_entry_has_an_amount_and_a_place() {
        let nothing = with_entry(&[], entry(PaymentKind::Payment, 0), (2, true)).unwrap_err();
        assert_eq!(nothing.fields().to_string(), "amount must be more than 0");
        let one = with_entry(&[], entry(PaymentKind::Payment, 1), (2, false)).unwrap();
        let two = with_entry(&one, entry(PaymentKind::Refund, 1), (2, false)).unwrap();
        assert_eq!(held(&two), Paise::ZERO);
        let full = with_entry(&two, entry(PaymentKind::Payment, 1), (2, false)).unwrap_err();
        assert_eq!(full.code(), "TOO_MANY_PAYMENTS");
        assert_eq!(with_entry(&two, entry(PaymentKind::Payment, 1), (2, true)).unwrap().len(), 3);
    }
}
