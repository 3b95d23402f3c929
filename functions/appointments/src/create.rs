use axum::{extract::State, http::StatusCode};
use dms_domain::{
    appointment::{Appointment, AppointmentDetails},
    calendar::MonthKey,
    inputs::{Amount, Day, LongText, ShortText, Text},
    numbering::Series,
    permissions::grant,
    statuses::{AppointmentStatus, ServiceLocation},
};
use dms_http::{
    ApiResult, AppState, Reply, centre,
    envelope::Envelope,
    extract::{Cmd, Json, Permit},
    views::AppointmentView,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A time of day, in the words of the centre: "10:00 AM".
pub(crate) type TimeOfDay = Text<1, 20>;

/// A new appointment.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "customerId": "01939a3e-0f00-7000-8000-000000000001", "vehicleId": "01939a3e-0f00-7000-8000-000000000002",
    "serviceCenterId": "01939a3e-0f00-7001-8000-000000000003", "serviceType": "Regular Service",
    "appointmentDate": "2025-12-25", "appointmentTime": "10:00 AM", "customerComplaint": "Strange noise",
    "location": "STATION", "estimatedCost": 5000
}))]
pub(crate) struct NewAppointment {
    customer_id: Uuid,
    /// A vehicle of the customer.
    vehicle_id: Uuid,
    /// The user's own centre unless given; an admin must name one.
    service_center_id: Option<Uuid>,
    service_type: ShortText,
    appointment_date: Day,
    appointment_time: TimeOfDay,
    customer_complaint: Option<LongText>,
    /// `STATION` unless given.
    location: Option<ServiceLocation>,
    estimated_cost: Option<Amount>,
}

impl NewAppointment {
    fn details(self) -> AppointmentDetails {
        AppointmentDetails {
            service_type: self.service_type.0,
            appointment_date: self.appointment_date.0,
            appointment_time: self.appointment_time.0,
            customer_complaint: self.customer_complaint.map(|text| text.0),
            location: self.location.unwrap_or(ServiceLocation::Station),
            estimated_cost_paise: self.estimated_cost.map(|amount| amount.0),
        }
    }
}

/// Make an appointment
///
/// It gets a number of the month in which it is made, and is `PENDING`.
#[utoipa::path(
    post, path = "/api/appointments", tag = "Appointments", request_body = NewAppointment,
    responses((status = 201, description = "Made", body = Envelope<AppointmentView>)),
    security(("bearer" = ["appointments:create"]))
)]
pub(crate) async fn create(
    permit: Permit<grant::AppointmentsCreate>,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<NewAppointment>,
) -> ApiResult<Reply> {
    let (scope, service_center_id) = permit.scope_for_new(input.service_center_id)?;
    let (customer_id, vehicle_id) = (input.customer_id, input.vehicle_id);
    let details = input.details();
    let now = cmd.context.timestamp();
    let series = Series::Appointment(MonthKey::of(now.ist_date()));
    let plan = || async {
        centre::check(&app.store, &permit, service_center_id).await?;
        app.store.make_appointment(Appointment {
            id: cmd.context.new_id_in(scope),
            appointment_number: app.store.next_number(&series).await?,
            service_center_id,
            customer_id,
            vehicle_id,
            status: AppointmentStatus::Pending,
            details: details.clone(),
            job_card_id: None,
            created_at: now,
            updated_at: now,
            version: 1,
        })
    };
    let view = |made: &Appointment| (AppointmentView::of(made), Some(made.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, view).await
}
