use axum::extract::State;
use dms_domain::{
    appointment::Appointment,
    permissions::grant,
    query::{Field, FieldKind, QuerySpec},
    refusal::Refusal,
    statuses::{AppointmentStatus, ServiceLocation},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, Paginated},
    expand::expand,
    extract::{Id, Params, Permit, Spec},
    views::{AppointmentView, json},
};
use dms_store::{States, keys::TenantKind};

pub(crate) const WHAT: &str = "appointment";
pub(crate) const NOT_FOUND: Refusal = Refusal::NotFound { what: WHAT };

const EXPANDS: &[&str] = &["customer", "vehicle", "serviceCenter", "jobCard"];

const STATES: States =
    States { field: "status", code: AppointmentStatus::code_of_name, narrow_by: &["status", "createdAt"] };

pub(crate) struct OneAppointment;

impl Spec for OneAppointment {
    type Row = AppointmentView;

    const SPEC: QuerySpec = QuerySpec::document(EXPANDS);
}

pub(crate) struct Appointments;

impl Spec for Appointments {
    type Row = AppointmentView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "status", kind: FieldKind::Choice(AppointmentStatus::NAMES) },
            Field { name: "appointmentDate", kind: FieldKind::Date },
            Field { name: "createdAt", kind: FieldKind::Time },
            Field { name: "customerId", kind: FieldKind::Id },
            Field { name: "vehicleId", kind: FieldKind::Id },
            Field { name: "location", kind: FieldKind::Choice(ServiceLocation::NAMES) },
        ],
        sorts: &["createdAt", "appointmentDate"],
        expands: EXPANDS,
        list: true,
        by_centre: true,
        texts: &[],
    };
}

/// List appointments
///
/// Of the user's own centre; an admin sees those of all centres, or of the one named.
#[utoipa::path(
    get, path = "/api/appointments", tag = "Appointments", params(Params<Appointments>),
    responses((status = 200, description = "A page of appointments", body = Paginated<AppointmentView>)),
    security(("bearer" = ["appointments:read"]))
)]
pub(crate) async fn list(
    permit: Permit<grant::AppointmentsRead>,
    State(app): State<AppState>,
    query: Params<Appointments>,
) -> ApiResult<Reply> {
    let scope = permit.list_scope(query.service_center_id)?;
    let page = app.store.list_across::<Appointment>(TenantKind::Appointment, scope, &query, STATES).await?;
    let views = page.rows.iter().map(|appointment| json(&AppointmentView::of(appointment)));
    let mut rows = views.collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// Get an appointment
#[utoipa::path(
    get, path = "/api/appointments/{id}", tag = "Appointments",
    params(("id" = uuid::Uuid, Path, description = "The appointment"), Params<OneAppointment>),
    responses((status = 200, description = "The appointment", body = Envelope<AppointmentView>)),
    security(("bearer" = ["appointments:read"]))
)]
pub(crate) async fn get(
    permit: Permit<grant::AppointmentsRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<OneAppointment>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let appointment = app.store.appointment(scope, &id).await?.ok_or(NOT_FOUND)?;
    let mut rows = [json(&AppointmentView::of(&appointment))?];
    expand(&app, &permit, &mut rows, &query).await?;
    let [row] = rows;
    permit.context.document(row, appointment.version, &query)
}
