//! Job cards: the record of one visit of one vehicle.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    formats::HsnSac,
    money::Paise,
    statuses::{JobCardItemType, JobCardStatus, Priority, ServiceLocation},
};

/// Most items on one job card: with their prices they must fit an invoice and a DynamoDB item.
pub const MAX_ITEMS: usize = 100;

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
    /// The appointment it came of.
    pub appointment_id: Option<Uuid>,
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
    /// Position, from 1.
    pub sr_no: u32,
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
}

impl JobCardItem {
    /// What the item costs before tax: nothing under warranty.
    pub fn amount(&self) -> Paise {
        if self.is_warranty {
            return Paise::ZERO;
        }
        self.unit_price_paise.times(self.qty).unwrap_or(Paise::ZERO)
    }
}

/// The forms of a job card: the historical snapshot (part 1), the warranty case (2A), the requisition (3).
/// Free-form, as the specification has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobCardForms {
    /// The job card.
    pub job_card_id: Uuid,
    /// Historical snapshot of customer, vehicle and complaint.
    pub part1_data: Option<Value>,
    /// Warranty case.
    pub part2_a_data: Option<Value>,
    /// Requisition.
    pub part3_data: Option<Value>,
}
