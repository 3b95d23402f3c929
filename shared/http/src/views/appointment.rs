use chrono::NaiveDate;
use dms_domain::{
    appointment::Appointment,
    calendar::Timestamp,
    money::Rupees,
    statuses::{AppointmentStatus, ServiceLocation},
};
use uuid::Uuid;

super::view! {
    /// An appointment.
    AppointmentView of Appointment as a {
        id: Uuid = a.id,
        #[schema(example = "APT-2025-12-0001")]
        appointment_number: String = a.appointment_number.clone(),
        service_center_id: Uuid = a.service_center_id,
        customer_id: Uuid = a.customer_id,
        vehicle_id: Uuid = a.vehicle_id,
        status: AppointmentStatus = a.status,
        #[schema(example = "Regular Service")]
        service_type: String = a.details.service_type.clone(),
        appointment_date: NaiveDate = a.details.appointment_date,
        #[schema(example = "10:00 AM")]
        appointment_time: String = a.details.appointment_time.clone(),
        customer_complaint: Option<String> = a.details.customer_complaint.clone(),
        location: ServiceLocation = a.details.location,
        estimated_cost: Option<Rupees> = a.details.estimated_cost_paise.map(Rupees),
        job_card_id: Option<Uuid> = a.job_card_id,
        created_at: Timestamp = a.created_at,
        updated_at: Timestamp = a.updated_at,
        version: u64 = a.version,
    }
}
