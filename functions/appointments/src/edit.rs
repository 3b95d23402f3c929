use axum::{extract::State, http::StatusCode};
use dms_access::TenantScope;
use dms_domain::{
    appointment::{Appointment, AppointmentDetails},
    calendar::Timestamp,
    inputs::{Amount, Day, LongText, ShortText},
    permissions::grant,
    refusal::{Refusal, check_version},
    statuses::{AppointmentStatus, ServiceLocation},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Change, Cmd, Id, Json, Permit, set_only},
    views::AppointmentView,
};
use dms_store::{Plan, Store, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    create::TimeOfDay,
    read::{NOT_FOUND, WHAT},
};

/// What changes of an appointment; absent fields stay, null clears.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"appointmentDate": "2025-12-26", "appointmentTime": "11:30 AM", "estimatedCost": null}))]
pub(crate) struct AppointmentChanges {
    #[serde(default, deserialize_with = "set_only")]
    service_type: Option<ShortText>,
    #[serde(default, deserialize_with = "set_only")]
    appointment_date: Option<Day>,
    #[serde(default, deserialize_with = "set_only")]
    appointment_time: Option<TimeOfDay>,
    #[serde(default)]
    #[schema(value_type = Option<LongText>)]
    customer_complaint: Change<LongText>,
    #[serde(default, deserialize_with = "set_only")]
    location: Option<ServiceLocation>,
    #[serde(default)]
    #[schema(value_type = Option<Amount>)]
    estimated_cost: Change<Amount>,
    /// As in `PATCH /api/appointments/{id}/status`; the present one changes nothing.
    #[serde(default, deserialize_with = "set_only")]
    status: Option<AppointmentStatus>,
}

/// A step of an appointment.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[schema(example = json!({"status": "CONFIRMED"}))]
pub(crate) struct AppointmentStep {
    status: AppointmentStatus,
}

impl AppointmentChanges {
    /// The appointment with these changes, which are one change of its version.
    fn applied_to(self, now: &Appointment, at: Timestamp) -> Result<Appointment, Refusal> {
        let step = self.status.filter(|status| *status != now.status);
        let details = self.details(&now.details);
        match step {
            None => now.edited(details, at),
            Some(status) if details == now.details => now.stepped(status, at),
            Some(status) => {
                let stepped = now.edited(details, at)?.stepped(status, at)?;
                Ok(Appointment { version: now.version + 1, ..stepped })
            }
        }
    }

    fn details(self, now: &AppointmentDetails) -> AppointmentDetails {
        let now = now.clone();
        let estimate = self.estimated_cost.map(|amount| amount.0);
        AppointmentDetails {
            service_type: self.service_type.map_or(now.service_type, |text| text.0),
            appointment_date: self.appointment_date.map_or(now.appointment_date, |day| day.0),
            appointment_time: self.appointment_time.map_or(now.appointment_time, |text| text.0),
            customer_complaint: self.customer_complaint.map(|text| text.0).or(now.customer_complaint),
            location: self.location.unwrap_or(now.location),
            estimated_cost_paise: estimate.or(now.estimated_cost_paise),
        }
    }
}

async fn present(store: &Store, scope: TenantScope, id: &Id, cmd: &Cmd) -> Result<Appointment, StoreError> {
    let appointment = store.appointment(scope, id).await?.ok_or(NOT_FOUND)?;
    check_version(cmd.if_match, appointment.version)?;
    Ok(appointment)
}

/// Change an appointment
///
/// Its details, its status, or both. A completed, cancelled or missed one stays as it is.
#[utoipa::path(
    patch, path = "/api/appointments/{id}", tag = "Appointments", request_body = AppointmentChanges,
    params(("id" = uuid::Uuid, Path, description = "The appointment")),
    responses((status = 200, description = "Changed", body = Envelope<AppointmentView>)),
    security(("bearer" = ["appointments:update"]))
)]
pub(crate) async fn update(
    permit: Permit<grant::AppointmentsUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(changes): Json<AppointmentChanges>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let plan = || async {
        let appointment = present(&app.store, scope, &id, &cmd).await?;
        let changed = changes.clone().applied_to(&appointment, cmd.context.timestamp())?;
        Plan::replace(&appointment, changed)
    };
    let view = |changed: &Appointment| (AppointmentView::of(changed), Some(changed.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Move an appointment to another status
///
/// `PENDING` → `CONFIRMED` → `ARRIVED`; `CANCELLED` and `NO_SHOW` from the first two. `IN_PROGRESS` and
/// `COMPLETED` come with its job card.
#[utoipa::path(
    patch, path = "/api/appointments/{id}/status", tag = "Appointments", request_body = AppointmentStep,
    params(("id" = uuid::Uuid, Path, description = "The appointment")),
    responses((status = 200, description = "Moved", body = Envelope<AppointmentView>)),
    security(("bearer" = ["appointments:update"]))
)]
pub(crate) async fn step(
    permit: Permit<grant::AppointmentsUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(step): Json<AppointmentStep>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let plan = || async {
        let appointment = present(&app.store, scope, &id, &cmd).await?;
        Plan::replace(&appointment, appointment.stepped(step.status, cmd.context.timestamp())?)
    };
    let view = |stepped: &Appointment| (AppointmentView::of(stepped), Some(stepped.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Delete an appointment
///
/// It disappears from lists. Refused while its job card is open.
#[utoipa::path(
    delete, path = "/api/appointments/{id}", tag = "Appointments",
    params(("id" = uuid::Uuid, Path, description = "The appointment")),
    responses((status = 200, description = "Deleted", body = Envelope<AppointmentView>)),
    security(("bearer" = ["appointments:delete"]))
)]
pub(crate) async fn delete(
    permit: Permit<grant::AppointmentsDelete>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let plan = || async {
        let appointment = present(&app.store, scope, &id, &cmd).await?;
        Plan::archive(&appointment, appointment.deleted(cmd.context.timestamp())?)
    };
    let view = |deleted: &Appointment| (AppointmentView::of(deleted), Some(deleted.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn changed(status: &str, changes: Value) -> Result<Appointment, Refusal> {
        let appointment: Appointment = serde_json::from_value(json!({
            "id": uuid::Uuid::nil(), "appointmentNumber": "APT-2025-12-0001", "serviceCenterId": uuid::Uuid::nil(),
            "customerId": uuid::Uuid::nil(), "vehicleId": uuid::Uuid::nil(), "status": status,
            "serviceType": "Regular Service", "appointmentDate": "2025-12-25", "appointmentTime": "10:00 AM",
            "location": "STATION", "createdAt": "2025-12-20T10:00:00.000Z", "updatedAt": "2025-12-20T10:00:00.000Z",
            "version": 1,
        }))
        .unwrap();
        let changes: AppointmentChanges = serde_json::from_value(changes).unwrap();
        changes.applied_to(&appointment, appointment.created_at)
    }

    #[test]
    fn details_and_status_change_together_as_one_version() {
        let after = changed("PENDING", json!({"status": "CONFIRMED", "location": "HOME"})).unwrap();
        assert_eq!((after.status, after.version), (AppointmentStatus::Confirmed, 2));
        assert_eq!(after.details.location, ServiceLocation::Home);
    }

    #[test]
    fn the_present_status_is_no_step() {
        let after = changed("ARRIVED", json!({"status": "ARRIVED", "serviceType": "Repair"})).unwrap();
        assert_eq!((after.status, after.version), (AppointmentStatus::Arrived, 2));
    }

    #[test]
    fn a_closed_appointment_stays_as_it_is() {
        assert_eq!(changed("CANCELLED", json!({"location": "HOME"})).unwrap_err().code(), "APPOINTMENT_CLOSED");
        assert_eq!(changed("CANCELLED", json!({"status": "PENDING"})).unwrap_err().code(), "INVALID_TRANSITION");
        assert_eq!(changed("ARRIVED", json!({"status": "IN_PROGRESS"})).unwrap_err().code(), "USE_JOB_CARD");
    }
}
