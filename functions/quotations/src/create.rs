use axum::{extract::State, http::StatusCode};
use chrono::{Datelike, NaiveDate};
use dms_access::TenantScope;
use dms_domain::{
    customer::Customer,
    formats::{GstState, HsnSac},
    gst::{self, Supply},
    inputs::{Amount, LongText, Quantity, ShortText, Whole},
    money::Paise,
    numbering::Series,
    permissions::grant,
    quotation::{DEFAULT_VALIDITY_DAYS, MAX_VALIDITY_DAYS, Offer, Quotation, QuotedLine, price},
    refusal::{Refusal, must_exist},
    service_centre::ServiceCentre,
    statuses::JobCardItemType,
    stock::check_lines,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Json, Permit},
    parts::{Rate, rate},
    views::QuotationView,
};
use dms_store::{Store, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::read::view;

/// Days for which an offer stands.
pub(crate) type ValidityDays = Whole<1, MAX_VALIDITY_DAYS>;

/// A new quotation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "customerId": "0190a1b2-0000-7000-8000-000000000001", "vehicleId": "0190a1b2-0000-7000-8000-000000000002",
    "items": [
        {"partName": "Brake Pad", "partNumber": "BP001", "quantity": 2, "rate": 2500, "gstPercent": 18},
        {"itemType": "work_item", "partName": "Brake adjustment", "quantity": 1, "rate": 1500, "gstPercent": 18}
    ],
    "discount": 500
}))]
pub(crate) struct NewQuotation {
    /// The service centre; your own unless you are an admin.
    service_center_id: Option<Uuid>,
    customer_id: Uuid,
    /// A vehicle of the customer.
    vehicle_id: Uuid,
    /// An appointment of the same customer and vehicle.
    appointment_id: Option<Uuid>,
    /// 1 to 40 lines.
    items: Vec<NewQuotationLine>,
    /// Spread over the lines before tax.
    discount: Option<Amount>,
    /// Name or code of a state; the customer's unless given, or the centre's when that is not known.
    place_of_supply: Option<GstState>,
    /// Days for which it stands from the day on which it is sent; 15 unless given.
    validity_days: Option<ValidityDays>,
    /// Words to the customer.
    notes: Option<LongText>,
}

/// What is offered.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewQuotationLine {
    /// `part` unless given.
    item_type: Option<JobCardItemType>,
    part_name: ShortText,
    /// By it the part that is issued from stock takes this line's place, at this line's rate.
    part_number: Option<ShortText>,
    /// 998714 unless given, for a work.
    hsn_sac_code: Option<HsnSac>,
    quantity: Quantity,
    /// Price of one before tax.
    rate: Amount,
    gst_percent: Rate,
}

impl NewQuotationLine {
    pub(crate) fn line(&self) -> QuotedLine {
        let item_type = self.item_type.unwrap_or(JobCardItemType::Part);
        QuotedLine {
            item_type,
            part_name: self.part_name.0.clone(),
            part_number: self.part_number.as_ref().map(|text| text.0.clone()),
            hsn_sac_code: self.hsn_sac_code.clone().or_else(|| gst::default_code(item_type)),
            quantity: self.quantity.0,
            rate_paise: self.rate.0,
            gst_percent: rate(self.gst_percent),
        }
    }
}

/// The days as they are stored; their bounds fit.
pub(crate) fn days(days: ValidityDays) -> u16 {
    u16::try_from(days.0).unwrap_or(DEFAULT_VALIDITY_DAYS)
}

impl NewQuotation {
    fn offer(&self, centre: &ServiceCentre, customer: &Customer, today: NaiveDate) -> Result<Offer, Refusal> {
        let supplier_state = centre.supply_state();
        let place_of_supply =
            self.place_of_supply.unwrap_or_else(|| customer.supply_state().unwrap_or(supplier_state));
        let lines = self.items.iter().map(NewQuotationLine::line).collect();
        let discount = self.discount.map_or(Paise::ZERO, |amount| amount.0);
        let (items, totals) = price(lines, discount, Supply::between(supplier_state, place_of_supply), today)?;
        Ok(Offer {
            customer_id: self.customer_id,
            vehicle_id: self.vehicle_id,
            appointment_id: self.appointment_id,
            supplier_state,
            place_of_supply,
            items,
            totals,
            validity_days: self.validity_days.map_or(DEFAULT_VALIDITY_DAYS, days),
            notes: self.notes.as_ref().map(|text| text.0.clone()),
        })
    }
}

/// Checks that an appointment is the centre's, for this customer and vehicle.
///
/// # Errors
/// Field errors on `appointmentId`; a failure of the store.
pub(crate) async fn check_appointment(
    store: &Store,
    scope: TenantScope,
    appointment: Option<Uuid>,
    whose: (Uuid, Uuid),
) -> Result<(), StoreError> {
    let Some(id) = appointment else { return Ok(()) };
    // Another centre's appointment does not exist for this quotation.
    let found = if scope.owns(&id) { store.appointment(scope, &id).await? } else { None };
    let appointment = must_exist(found, "appointmentId", "appointment", id)?;
    if (appointment.customer_id, appointment.vehicle_id) != whose {
        return Err(Refusal::field("appointmentId", "is for another customer or vehicle").into());
    }
    Ok(())
}

/// Write a quotation
///
/// It is a draft until it is sent. Taxes follow from the centre's state and the place of supply; the total is rounded
/// to the rupee, as the invoice's will be.
#[utoipa::path(
    post, path = "/api/quotations", tag = "Quotations", request_body = NewQuotation,
    responses((status = 201, description = "Written", body = Envelope<QuotationView>)),
    security(("bearer" = ["quotations:create"]))
)]
pub(crate) async fn create(
    permit: Permit<grant::QuotationsCreate>,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<NewQuotation>,
) -> ApiResult<Reply> {
    let (scope, centre_id) = permit.scope_for_new(input.service_center_id)?;
    check_lines("items", input.items.len())?;
    let now = cmd.context.timestamp();
    let series = Series::Quotation(now.ist_date().year());
    let plan = || async {
        let whose = (input.customer_id, input.vehicle_id);
        let (centre, customer, (), number) = tokio::try_join!(
            app.store.centre(&centre_id),
            app.store.customer(&input.customer_id),
            check_appointment(&app.store, scope, input.appointment_id, whose),
            app.store.next_number(&series),
        )?;
        let centre = must_exist(centre, "serviceCenterId", "service centre", centre_id)?;
        let customer = must_exist(customer, "customerId", "customer", input.customer_id)?;
        let offer = input.offer(&centre, &customer, now.ist_date())?;
        let id = cmd.context.new_id_in(scope);
        app.store.draft_quotation(Quotation::drafted((id, number), centre_id, offer, permit.user_id(), now))
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, view).await
}
