//! Appointments.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    money::Paise,
    refusal::Refusal,
    state_machine::Machine,
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

impl Appointment {
    /// The appointment with other details.
    ///
    /// # Errors
    /// `APPOINTMENT_CLOSED` once it is completed, cancelled or missed.
    pub fn edited(&self, details: AppointmentDetails, now: Timestamp) -> Result<Self, Refusal> {
        if self.status.next().is_empty() {
            let message = format!("Appointment {} is {}", self.appointment_number, self.status.as_str());
            return Err(Refusal::conflict("APPOINTMENT_CLOSED", message));
        }
        Ok(Self { details, updated_at: now, version: self.version + 1, ..self.clone() })
    }

    /// The appointment in another state, as a user asks for it.
    ///
    /// # Errors
    /// `INVALID_TRANSITION`; `USE_JOB_CARD` for the states that its job card brings about.
    pub fn stepped(&self, to: AppointmentStatus, now: Timestamp) -> Result<Self, Refusal> {
        self.status.step(to)?;
        if matches!(to, AppointmentStatus::InProgress | AppointmentStatus::Completed) {
            let message = format!("The job card of the appointment makes it {}", to.as_str());
            return Err(Refusal::conflict("USE_JOB_CARD", message));
        }
        Ok(Self { status: to, updated_at: now, version: self.version + 1, ..self.clone() })
    }

    /// The appointment, with the job card that was opened from it.
    ///
    /// # Errors
    /// A field error when it is another customer's or vehicle's; `APPOINTMENT_CLOSED` when it is past that.
    pub fn opened(&self, job_card: Uuid, customer: Uuid, vehicle: Uuid, now: Timestamp) -> Result<Self, Refusal> {
        if self.customer_id != customer || self.vehicle_id != vehicle {
            return Err(Refusal::field("appointmentId", "is for another customer or vehicle"));
        }
        if !self.status.can_open_job_card() {
            let message = format!("Appointment {} is {}", self.appointment_number, self.status.as_str());
            return Err(Refusal::conflict("APPOINTMENT_CLOSED", message));
        }
        Ok(Self {
            status: AppointmentStatus::InProgress,
            job_card_id: Some(job_card),
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// The appointment, no longer listed.
    ///
    /// # Errors
    /// `APPOINTMENT_IN_PROGRESS` while its job card is open.
    pub fn deleted(&self, now: Timestamp) -> Result<Self, Refusal> {
        if self.status == AppointmentStatus::InProgress {
            return Err(Refusal::conflict("APPOINTMENT_IN_PROGRESS", "Its job card is open"));
        }
        Ok(Self { updated_at: now, version: self.version + 1, ..self.clone() })
    }
}
