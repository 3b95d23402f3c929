//! Events: what happened, said by the command that did it. They are stored in the command's record, so an
//! effect and its events exist together or not at all.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The event's own id: consumers remember it, so that a redelivery has no second effect.
    pub id: Uuid,
    /// The centre it happened in; none for the dealership's own documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_center_id: Option<Uuid>,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What can happen, with what the consumers need to know: ids and numbers, never names or phones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum EventKind {
    /// An engineer was given a job card: notify them.
    EngineerAssigned {
        /// The job card.
        job_card_id: Uuid,
        /// Its number.
        job_card_number: String,
        /// The engineer.
        engineer_id: Uuid,
    },
    /// A job card changed its state.
    JobCardStatusChanged {
        /// The job card.
        job_card_id: Uuid,
        /// Its number.
        job_card_number: String,
        /// The state before.
        from: String,
        /// The state now.
        to: String,
    },
    /// Parts were asked for: notify the inventory manager.
    PartsRequested {
        /// The parts request.
        parts_request_id: Uuid,
        /// The job card it is for.
        job_card_id: Uuid,
        /// How urgent.
        urgency: String,
    },
    /// A parts request was decided: notify whoever asked.
    PartsRequestDecided {
        /// The parts request.
        parts_request_id: Uuid,
        /// The job card it is for.
        job_card_id: Uuid,
        /// APPROVED, PARTIALLY_APPROVED, REJECTED or CANCELLED.
        status: String,
        /// Who had asked.
        requested_by: Uuid,
    },
    /// A part's stock fell to or below its minimum: alert. Sent on crossing only.
    StockLow {
        /// The part.
        part_id: Uuid,
        /// Its number.
        part_number: String,
        /// What is left.
        stock_quantity: i64,
        /// The minimum.
        min_stock_level: i64,
    },
    /// An invoice was issued.
    InvoiceIssued {
        /// The invoice.
        invoice_id: Uuid,
        /// Its number.
        invoice_number: String,
        /// Grand total, in paise.
        grand_total_paise: i64,
    },
    /// An invoice was paid in full.
    InvoicePaid {
        /// The invoice.
        invoice_id: Uuid,
        /// Its number.
        invoice_number: String,
        /// Grand total, in paise.
        grand_total_paise: i64,
    },
    /// A customer was registered.
    CustomerCreated {
        /// The customer.
        customer_id: Uuid,
    },
}
