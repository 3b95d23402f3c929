//! Events: what happened, said by the command that did it. They are stored in the command's record, so an
//! effect and its events exist together or not at all.

use chrono::{DateTime, NaiveDate, Utc};
use dms_domain::{reminder::Reminder, rollup::Amount};
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

impl EventKind {
    /// Whether someone is told of it. Others are not sent.
    pub fn is_told(&self) -> bool {
        match self {
            Self::EngineerAssigned { .. }
            | Self::PartsRequested { .. }
            | Self::PartsRequestDecided { .. }
            | Self::StockLow { .. }
            | Self::InvoicePaid { .. }
            | Self::PurchaseOrderSubmitted { .. }
            | Self::PurchaseOrderDecided { .. }
            | Self::PartsIssueRequested { .. }
            | Self::PartsIssueDecided { .. }
            | Self::PartsIssueDispatched { .. }
            | Self::PartsIssueReceived { .. }
            | Self::QuotationAnswered { .. }
            | Self::QuotationExpired { .. }
            | Self::ReminderDue { .. } => true,
            Self::QuotationCreated { .. }
            | Self::QuotationSent { .. }
            | Self::QuotationConverted { .. }
            | Self::JobCardStatusChanged { .. }
            | Self::InvoiceIssued { .. }
            | Self::CreditNoteIssued { .. }
            | Self::InvoicePaymentRecorded { .. }
            | Self::AdvanceRecorded { .. }
            | Self::PurchaseOrderReceived { .. }
            | Self::CustomerCreated { .. } => false,
        }
    }
}

/// An event on its way to its consumers: the body of a message in a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What follows from a change of a document: the body of a message in the queue of rollups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RollupChange {
    /// The change's own id: that of its record in the stream.
    pub id: String,
    /// What is added to the rollups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amounts: Vec<Amount>,
    /// What is to be kept in mind. What no longer holds is not taken back: it is looked at again on its day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<Reminder>,
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
    /// A quotation was written.
    QuotationCreated {
        /// The quotation.
        quotation_id: Uuid,
        /// Its number.
        quotation_number: String,
    },
    /// A quotation is with the customer: send them the link.
    QuotationSent {
        /// The quotation.
        quotation_id: Uuid,
        /// Its number.
        quotation_number: String,
        /// The customer.
        customer_id: Uuid,
        /// The last day on which it can be approved.
        valid_until: NaiveDate,
    },
    /// A quotation was approved or declined: notify whoever wrote it.
    QuotationAnswered {
        /// The quotation.
        quotation_id: Uuid,
        /// Its number.
        quotation_number: String,
        /// APPROVED or REJECTED.
        status: String,
        /// CUSTOMER or STAFF.
        answered_by: String,
        /// What was approved comes to, in paise; 0 when it was declined.
        approved_total_paise: i64,
        /// Who had written it.
        created_by: Uuid,
    },
    /// Nobody answered a quotation in time: notify whoever wrote it.
    QuotationExpired {
        /// The quotation.
        quotation_id: Uuid,
        /// Its number.
        quotation_number: String,
        /// Who had written it.
        created_by: Uuid,
    },
    /// A job card came of a quotation.
    QuotationConverted {
        /// The quotation.
        quotation_id: Uuid,
        /// Its number.
        quotation_number: String,
        /// The job card.
        job_card_id: Uuid,
        /// Its number.
        job_card_number: String,
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
        /// What credit notes had taken off it before, in paise.
        #[serde(default)]
        credited_paise: i64,
    },
    /// A credit note was issued.
    CreditNoteIssued {
        /// The credit note.
        credit_note_id: Uuid,
        /// Its number.
        credit_note_number: String,
        /// The invoice.
        invoice_id: Uuid,
        /// What it took off, in paise.
        grand_total_paise: i64,
        /// Whether the invoice had been PAID before: then its value shrinks.
        was_paid: bool,
    },
    /// Money was taken for an invoice, or given back.
    InvoicePaymentRecorded {
        /// The invoice.
        invoice_id: Uuid,
        /// The entry.
        payment_id: Uuid,
        /// PAYMENT or REFUND.
        kind: String,
        /// How much, in paise; more than nothing also when it was given back.
        amount_paise: i64,
    },
    /// An advance was taken on a job card, or given back.
    AdvanceRecorded {
        /// The job card.
        job_card_id: Uuid,
        /// The entry.
        payment_id: Uuid,
        /// ADVANCE or REFUND.
        kind: String,
        /// How much, in paise; more than nothing also when it was given back.
        amount_paise: i64,
    },
    /// A purchase order waits for approval: notify the admins.
    PurchaseOrderSubmitted {
        /// The order.
        purchase_order_id: Uuid,
        /// Its number.
        po_number: String,
    },
    /// A purchase order was approved or rejected: notify whoever submitted it.
    PurchaseOrderDecided {
        /// The order.
        purchase_order_id: Uuid,
        /// Its number.
        po_number: String,
        /// APPROVED, or DRAFT when it was rejected.
        status: String,
        /// Who had submitted it.
        submitted_by: Option<Uuid>,
    },
    /// A delivery of a purchase order was booked.
    PurchaseOrderReceived {
        /// The order.
        purchase_order_id: Uuid,
        /// Its number.
        po_number: String,
        /// PARTIALLY_RECEIVED or COMPLETED.
        status: String,
    },
    /// A parts issue waits for approval: notify the admins.
    PartsIssueRequested {
        /// The issue.
        parts_issue_id: Uuid,
        /// Its number.
        issue_number: String,
        /// How urgent.
        priority: String,
    },
    /// A parts issue was approved, rejected or cancelled: notify whoever asked.
    PartsIssueDecided {
        /// The issue.
        parts_issue_id: Uuid,
        /// Its number.
        issue_number: String,
        /// APPROVED, REJECTED or CANCELLED.
        status: String,
        /// Who had asked.
        requested_by: Uuid,
    },
    /// A parts issue is on its way: notify the receiver.
    PartsIssueDispatched {
        /// The issue.
        parts_issue_id: Uuid,
        /// The dispatch's number.
        dispatch_number: String,
    },
    /// A parts issue arrived, in whole or in part: notify the sender.
    PartsIssueReceived {
        /// The issue.
        parts_issue_id: Uuid,
        /// Its number.
        issue_number: String,
        /// DISPATCHED while some of it is under way, or COMPLETED.
        status: String,
    },
    /// Something will be due for a vehicle: remind those who look after its owner.
    ReminderDue {
        /// What, for which vehicle, on which day.
        #[serde(flatten)]
        reminder: Reminder,
        /// Its number plate.
        registration: String,
    },
    /// A customer was registered.
    CustomerCreated {
        /// The customer.
        customer_id: Uuid,
    },
}
