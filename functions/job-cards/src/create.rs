use axum::{extract::State, http::StatusCode};
use dms_access::TenantScope;
use dms_domain::{
    appointment::Appointment,
    calendar::MonthKey,
    inputs::{Amount, ShortText},
    job_card::{JobCard, JobCardForms},
    numbering::Series,
    permissions::grant,
    refusal::must_exist,
    statuses::{Priority, ServiceLocation},
};
use dms_http::{
    ApiResult, AppState, Reply, centre,
    envelope::Envelope,
    extract::{Cmd, Json, Permit},
    views::JobCardView,
};
use dms_store::{Store, StoreError};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// A new job card.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "customerId": "0190a1b2-0000-7000-8000-000000000001", "vehicleId": "0190a1b2-0000-7000-8000-000000000002",
    "serviceType": "Regular Service", "priority": "HIGH", "location": "STATION", "estimatedCost": 5000,
    "part1Data": {"customerFeedback": "Strange noise", "technicianObservation": "Initial inspection"}
}))]
pub(crate) struct NewJobCard {
    /// The service centre; your own unless you are an admin.
    service_center_id: Option<Uuid>,
    customer_id: Uuid,
    vehicle_id: Uuid,
    appointment_id: Option<Uuid>,
    service_type: ShortText,
    /// MEDIUM unless given.
    priority: Option<Priority>,
    /// STATION unless given.
    location: Option<ServiceLocation>,
    estimated_cost: Option<Amount>,
    /// Historical snapshot; what is not given is taken from customer and vehicle.
    #[serde(rename = "part1Data")]
    #[schema(value_type = Option<Object>)]
    part1_data: Option<Map<String, Value>>,
    /// Warranty case.
    #[serde(rename = "part2AData")]
    #[schema(value_type = Option<Object>)]
    part2_a_data: Option<Map<String, Value>>,
    /// Requisition.
    #[serde(rename = "part3Data")]
    #[schema(value_type = Option<Object>)]
    part3_data: Option<Map<String, Value>>,
}

impl NewJobCard {
    fn card(&self, id: Uuid, centre: Uuid, cmd: &Cmd) -> JobCard {
        let opened = JobCard::opened(
            (id, centre),
            (self.customer_id, self.vehicle_id),
            self.service_type.0.clone(),
            cmd.context.timestamp(),
        );
        JobCard {
            appointment_id: self.appointment_id,
            priority: self.priority.unwrap_or(opened.priority),
            location: self.location.unwrap_or(opened.location),
            estimated_cost_paise: self.estimated_cost.map(|amount| amount.0),
            ..opened
        }
    }

    fn forms(&self, id: Uuid, snapshot: Map<String, Value>) -> JobCardForms {
        JobCardForms {
            job_card_id: id,
            part1_data: Some(Value::Object(snapshot)),
            part2_a_data: self.part2_a_data.clone().map(Value::Object),
            part3_data: self.part3_data.clone().map(Value::Object),
        }
    }
}

/// Open a job card
///
/// Takes the next number of the centre and month, makes the vehicle busy and, if the card comes of an
/// appointment, moves that to IN_PROGRESS. A vehicle has at most one open job card.
#[utoipa::path(
    post, path = "/api/job-cards", tag = "Job cards", request_body = NewJobCard,
    responses((status = 201, description = "Opened", body = Envelope<JobCardView>)),
    security(("bearer" = ["job_cards:create"]))
)]
pub(crate) async fn create(
    permit: Permit<grant::JobCardsCreate>,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<NewJobCard>,
) -> ApiResult<Reply> {
    let (scope, centre_id) = permit.scope_for_new(input.service_center_id)?;
    let code = centre::code(&app.store, &permit, centre_id).await?;
    let series = Series::JobCard(code, MonthKey::of(cmd.context.timestamp().ist_date()));
    let card = input.card(cmd.context.new_id_in(scope), centre_id, &cmd);
    let _turn = app.store.turn(&series).await;
    let plan = || async {
        let said = input.part1_data.clone().unwrap_or_default();
        let (last, snapshot, appointment) = tokio::try_join!(
            app.store.last_number(&series),
            app.store.job_card_snapshot((card.customer_id, card.vehicle_id), said),
            appointment(&app.store, scope, &card),
        )?;
        let forms = input.forms(card.id, snapshot);
        forms.check_size()?;
        app.store.open_job_card((card.clone(), forms), (&series, last), appointment)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, |(card, forms)| {
        (JobCardView::with_forms(card, Some(forms)), Some(card.version))
    })
    .await
}

/// The appointment as it is and as it will be.
async fn appointment(
    store: &Store,
    scope: TenantScope,
    card: &JobCard,
) -> Result<Option<(Appointment, Appointment)>, StoreError> {
    let Some(id) = card.appointment_id else { return Ok(None) };
    // Another centre's appointment does not exist for this card.
    let found = if scope.owns(&id) { store.appointment(scope, &id).await? } else { None };
    let before = must_exist(found, "appointmentId", "appointment", id)?;
    let after = before.opened(card.id, card.customer_id, card.vehicle_id, card.created_at)?;
    Ok(Some((before, after)))
}
