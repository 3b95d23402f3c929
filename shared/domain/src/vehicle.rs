//! Vehicles: master data of the dealership.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    formats::{Registration, Vin},
    money::Paise,
    statuses::{VehicleStatus, WarrantyStatus},
};

/// A vehicle as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Vehicle {
    /// UUIDv7.
    pub id: Uuid,
    /// What can be edited.
    #[serde(flatten)]
    pub details: VehicleDetails,
    /// Whether a job card is open for it.
    pub current_status: VehicleStatus,
    /// The open job card.
    pub active_job_card_id: Option<Uuid>,
    /// Time of the last paid service.
    pub last_service_date: Option<Timestamp>,
    /// Centre of the last paid service.
    pub last_service_center_id: Option<Uuid>,
    /// When the next service is due.
    pub next_service_date: Option<NaiveDate>,
    /// Paid services.
    pub total_services: u64,
    /// Grand totals of the paid services.
    pub total_spent_paise: Paise,
    /// Created.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// 1 at creation, one more with every change.
    pub version: u64,
    /// Set when the vehicle was deleted.
    pub deleted_at: Option<Timestamp>,
}

/// What a user says about a vehicle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VehicleDetails {
    /// The owner.
    pub customer_id: Uuid,
    /// Number plate; unique.
    pub registration: Registration,
    /// Chassis number; unique.
    pub vin: Vin,
    /// "Tesla".
    pub vehicle_make: String,
    /// "Model 3".
    pub vehicle_model: String,
    /// Year of manufacture.
    pub vehicle_year: i32,
    /// "Long Range".
    pub variant: Option<String>,
    /// "Pearl White".
    pub vehicle_color: Option<String>,
    /// Motor number.
    pub motor_number: Option<String>,
    /// Serial number of the charger.
    pub charger_serial_number: Option<String>,
    /// Day of purchase.
    pub purchase_date: Option<NaiveDate>,
    /// State of the warranty.
    pub warranty_status: Option<WarrantyStatus>,
    /// Last day of the warranty.
    #[serde(default)]
    pub warranty_end_date: Option<NaiveDate>,
    /// First day of the insurance.
    pub insurance_start_date: Option<NaiveDate>,
    /// Last day of the insurance.
    pub insurance_end_date: Option<NaiveDate>,
    /// Insurer.
    pub insurance_company_name: Option<String>,
}

/// A line of a vehicle's service history, written when its invoice is paid. Master data: every centre reads
/// it, but not the foreign documents behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceRecord {
    /// The vehicle.
    pub vehicle_id: Uuid,
    /// The job card.
    pub job_card_id: Uuid,
    /// Its number.
    pub job_card_number: String,
    /// Day of the service (India).
    pub date: NaiveDate,
    /// "Regular Service".
    pub service_type: String,
    /// Who did it.
    pub engineer_name: Option<String>,
    /// Names of the parts and works.
    pub parts: Vec<String>,
    /// The invoice's grand total.
    pub total_cost_paise: Paise,
    /// The invoice.
    pub invoice_number: String,
    /// What the customer said.
    pub customer_feedback: Option<String>,
    /// 1 to 5.
    pub feedback_rating: Option<u8>,
}

impl Vehicle {
    /// A new vehicle.
    pub fn new(id: Uuid, details: VehicleDetails, now: Timestamp) -> Self {
        Self {
            id,
            details,
            current_status: VehicleStatus::Available,
            active_job_card_id: None,
            last_service_date: None,
            last_service_center_id: None,
            next_service_date: None,
            total_services: 0,
            total_spent_paise: Paise::ZERO,
            created_at: now,
            updated_at: now,
            version: 1,
            deleted_at: None,
        }
    }

    /// The same vehicle with other details.
    #[must_use]
    pub fn edited(&self, details: VehicleDetails, now: Timestamp) -> Self {
        Self { details, updated_at: now, version: self.version + 1, ..self.clone() }
    }

    /// The same vehicle, deleted.
    #[must_use]
    pub fn deleted(&self, now: Timestamp) -> Self {
        Self { deleted_at: Some(now), updated_at: now, version: self.version + 1, ..self.clone() }
    }
}
