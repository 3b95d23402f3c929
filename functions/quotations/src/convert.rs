use axum::{extract::State, http::StatusCode};
use dms_access::TenantScope;
use dms_domain::{
    appointment::Appointment,
    calendar::{MonthKey, Timestamp},
    inputs::ShortText,
    job_card::{JobCard, JobCardForms},
    money::Paise,
    numbering::Series,
    permissions::grant,
    quotation::Quotation,
    refusal::Refusal,
    statuses::{Priority, ServiceLocation},
};
use dms_http::{
    ApiResult, AppState, Reply, centre,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    views::JobCardView,
};
use dms_store::{Store, StoreError};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::read::{NOT_FOUND, WHAT, present};

/// The service type of a card that nobody named one for.
const REPAIR: &str = "Repair";

/// What the job card says beyond the quotation.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"serviceType": "Brake repair", "priority": "HIGH"}))]
pub(crate) struct Conversion {
    /// The appointment's unless given, or "Repair".
    service_type: Option<ShortText>,
    /// MEDIUM unless given.
    priority: Option<Priority>,
    /// The appointment's unless given, or STATION.
    location: Option<ServiceLocation>,
}

impl Conversion {
    /// The card, with the approved lines as its items.
    fn card(
        &self,
        (id, quotation): (Uuid, &Quotation),
        appointment: Option<&Appointment>,
        (cmd, now): (&Cmd, Timestamp),
    ) -> JobCard {
        let said = self.service_type.as_ref().map(|text| text.0.clone());
        let service_type = said.or_else(|| appointment.map(|found| found.details.service_type.clone()));
        let ids = (id, quotation.service_center_id);
        let whose = (quotation.offer.customer_id, quotation.offer.vehicle_id);
        let opened = JobCard::opened(ids, whose, service_type.unwrap_or_else(|| REPAIR.to_owned()), now);
        let approved = quotation.approved_totals.as_ref();
        let location = self.location.or_else(|| appointment.map(|found| found.details.location));
        JobCard {
            // One that another card came of, or that was cancelled, stays as it is.
            appointment_id: appointment.filter(|found| found.status.can_open_job_card()).map(|found| found.id),
            quotation_id: Some(quotation.id),
            quotation_number: Some(quotation.quotation_number.clone()),
            agreed_discount_paise: approved.map(|totals| totals.discount_paise).filter(|off| *off > Paise::ZERO),
            estimated_cost_paise: approved.map(|totals| totals.grand_total_paise),
            priority: self.priority.unwrap_or(opened.priority),
            location: location.unwrap_or(opened.location),
            items: quotation.card_items(|| cmd.context.new_id()),
            ..opened
        }
    }
}

/// Open a job card of an approved quotation
///
/// Once. The approved lines become the card's items, at the quoted rates; the discount is the invoice's unless that names
/// another. A quoted part has not left the stock: request it as any other. What is then issued of it (the same part
/// number) is charged in place of the quoted line, at the quoted rate, so that no part is charged twice.
///
/// As for every card: the next number of the centre and month is taken, the vehicle must be free, and the quotation's
/// appointment, when it still waits for a card, is IN_PROGRESS.
#[utoipa::path(
    post, path = "/api/quotations/{id}/convert", tag = "Quotations", request_body = Conversion,
    params(("id" = Uuid, Path, description = "The quotation")),
    responses((status = 201, description = "The job card", body = Envelope<JobCardView>)),
    security(("bearer" = ["job_cards:create"]))
)]
pub(crate) async fn convert(
    permit: Permit<grant::JobCardsCreate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    input: Option<Json<Conversion>>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let input = input.map(|Json(input)| input).unwrap_or_default();
    let centre_id = match permit.centre() {
        Some(own) => own.id,
        None => app.store.quotation(scope, &id).await?.ok_or(NOT_FOUND)?.service_center_id,
    };
    let code = centre::code(&app.store, &permit, centre_id).await?;
    let now = cmd.context.timestamp();
    let series = Series::JobCard(code, MonthKey::of(now.ist_date()));
    let card_id = cmd.context.new_id_in(scope);
    let _turn = app.store.turn(&series).await;
    let plan = || async {
        let (quotation, last) =
            tokio::try_join!(present(&app.store, scope, &id, &cmd), app.store.last_number(&series))?;
        quotation.check_convertible()?;
        let (appointment, snapshot) = tokio::try_join!(
            appointment(&app.store, scope, &quotation),
            app.store.job_card_snapshot((quotation.offer.customer_id, quotation.offer.vehicle_id), Map::new()),
        )?;
        let card = input.card((card_id, &quotation), appointment.as_ref(), (&cmd, now));
        let appointment = appointment.map(|before| step(before, &card)).transpose()?.flatten();
        app.store.convert_quotation(&quotation, (card, forms(card_id, snapshot)), (&series, last), appointment)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, |(card, forms)| {
        (JobCardView::with_forms(card, Some(forms)), Some(card.version))
    })
    .await
}

async fn appointment(
    store: &Store,
    scope: TenantScope,
    quotation: &Quotation,
) -> Result<Option<Appointment>, StoreError> {
    match quotation.offer.appointment_id {
        Some(id) => store.appointment(scope, &id).await,
        None => Ok(None),
    }
}

/// The appointment as it is and as it will be, when the card comes of it.
fn step(before: Appointment, card: &JobCard) -> Result<Option<(Appointment, Appointment)>, Refusal> {
    if card.appointment_id.is_none() {
        return Ok(None);
    }
    let after = before.opened(card.id, card.customer_id, card.vehicle_id, card.created_at)?;
    Ok(Some((before, after)))
}

fn forms(job_card_id: Uuid, snapshot: Map<String, Value>) -> JobCardForms {
    JobCardForms { job_card_id, part1_data: Some(Value::Object(snapshot)), part2_a_data: None, part3_data: None }
}
