//! Appointments.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    money::Paise,
    statuses::{AppointmentStatus, ServiceLocation},
};

/// An appointment as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Appointment {
    /// UUIDv7 with the centre's ordinal in it.
    pub id: Uuid,
    /// `APT-2025-12-0001`.
    pub appointment_number: String,
    /// The centre.
    pub service_center_id: Uuid,
    /// The customer.
    pub customer_id: Uuid,
    /// The vehicle.
    pub vehicle_id: Uuid,
    /// Its state.
    pub status: AppointmentStatus,
    /// What can be edited.
    #[serde(flatten)]
    pub details: AppointmentDetails,
    /// The job card that came of it.
    pub job_card_id: Option<Uuid>,
    /// Created.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// 1 at creation, one more with every change.
    pub version: u64,
}

/// What a user says about an appointment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentDetails {
    /// "Regular Service".
    pub service_type: String,
    /// The day (India).
    pub appointment_date: NaiveDate,
    /// "10:00 AM".
    pub appointment_time: String,
    /// What the customer says is wrong.
    pub customer_complaint: Option<String>,
    /// At the station or at the customer's home.
    pub location: ServiceLocation,
    /// Estimate.
    pub estimated_cost_paise: Option<Paise>,
}
