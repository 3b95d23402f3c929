use chrono::NaiveDate;
use dms_domain::{
    calendar::Timestamp,
    formats::{Registration, Vin},
    money::Rupees,
    statuses::{VehicleStatus, WarrantyStatus},
    vehicle::{ServiceRecord, Vehicle},
};
use uuid::Uuid;

super::view! {
    /// A vehicle.
    VehicleView of Vehicle as v {
        id: Uuid = v.id,
        customer_id: Uuid = v.details.customer_id,
        registration: Registration = v.details.registration.clone(),
        vin: Vin = v.details.vin.clone(),
        /// Whether the VIN has the 17 characters of ISO 3779.
        vin_standard: bool = v.details.vin.is_standard(),
        #[schema(example = "Tesla")]
        vehicle_make: String = v.details.vehicle_make.clone(),
        #[schema(example = "Model 3")]
        vehicle_model: String = v.details.vehicle_model.clone(),
        #[schema(example = 2023)]
        vehicle_year: i32 = v.details.vehicle_year,
        variant: Option<String> = v.details.variant.clone(),
        vehicle_color: Option<String> = v.details.vehicle_color.clone(),
        motor_number: Option<String> = v.details.motor_number.clone(),
        charger_serial_number: Option<String> = v.details.charger_serial_number.clone(),
        purchase_date: Option<NaiveDate> = v.details.purchase_date,
        warranty_status: Option<WarrantyStatus> = v.details.warranty_status,
        insurance_start_date: Option<NaiveDate> = v.details.insurance_start_date,
        insurance_end_date: Option<NaiveDate> = v.details.insurance_end_date,
        warranty_end_date: Option<NaiveDate> = v.details.warranty_end_date,
        insurance_company_name: Option<String> = v.details.insurance_company_name.clone(),
        current_status: VehicleStatus = v.current_status,
        active_job_card_id: Option<Uuid> = v.active_job_card_id,
        last_service_date: Option<Timestamp> = v.last_service_date,
        last_service_center_id: Option<Uuid> = v.last_service_center_id,
        next_service_date: Option<NaiveDate> = v.next_service_date,
        total_services: u64 = v.total_services,
        total_spent: Rupees = Rupees(v.total_spent_paise),
        created_at: Timestamp = v.created_at,
        updated_at: Timestamp = v.updated_at,
        version: u64 = v.version,
    }
}

super::view! {
    /// A line of a vehicle's service history.
    ServiceRecordView of ServiceRecord as r {
        job_card_id: Uuid = r.job_card_id,
        #[schema(example = "SC001-2024-11-0001")]
        job_card_number: String = r.job_card_number.clone(),
        date: NaiveDate = r.date,
        #[schema(example = "Regular Service")]
        service_type: String = r.service_type.clone(),
        #[schema(example = "Mike Johnson")]
        engineer_name: Option<String> = r.engineer_name.clone(),
        parts: Vec<String> = r.parts.clone(),
        total_cost: Rupees = Rupees(r.total_cost_paise),
        #[schema(example = "INV-SC001-2024-0001")]
        invoice_number: String = r.invoice_number.clone(),
        customer_feedback: Option<String> = r.customer_feedback.clone(),
        #[schema(example = 5)]
        feedback_rating: Option<u8> = r.feedback_rating,
    }
}
