//! What requests say about money that is taken or given back, and how it is receipted.

use dms_domain::{
    inputs::{Amount, ShortText},
    payment::Payment,
    statuses::{PaymentKind, PaymentMethod},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{extract::Cmd, views::PaymentView};

/// Money taken, or given back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"amount": "2500", "method": "UPI", "reference": "4017-2265"}))]
pub struct NewPayment {
    /// More than 0.
    amount: Amount,
    method: PaymentMethod,
    /// The bank's or the UPI reference.
    reference: Option<ShortText>,
}

/// A document after money was taken or given back, with the receipt.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Receipted<T> {
    #[serde(flatten)]
    document: T,
    /// The new entry; its id is the receipt's.
    receipt: Option<PaymentView>,
}

impl NewPayment {
    /// The entry.
    pub fn entry(&self, kind: PaymentKind, id: Uuid, by: Uuid, cmd: &Cmd) -> Payment {
        Payment {
            id,
            kind,
            amount_paise: self.amount.0,
            method: self.method,
            reference: self.reference.as_ref().map(|text| text.0.clone()),
            received_by_id: by,
            received_at: cmd.context.timestamp(),
        }
    }
}

impl<T> Receipted<T> {
    /// A document whose last entry is the new one.
    pub fn of(document: T, entries: &[Payment]) -> Self {
        Self { document, receipt: entries.last().map(PaymentView::of) }
    }
}
