use axum::{extract::State, http::StatusCode};
use chrono::NaiveDate;
use dms_domain::{
    customer::Customer,
    formats::GstState,
    gst::Supply,
    inputs::{Amount, LongText},
    money::Paise,
    permissions::grant,
    quotation::{Offer, price},
    refusal::{Refusal, must_exist},
    stock::check_lines,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Change, Cmd, Id, Json, Permit, set_only},
    views::QuotationView,
};
use dms_store::{Plan, Store, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    create::{NewQuotationLine, ValidityDays, check_appointment, days},
    read::{WHAT, present, view},
};

/// What changes of a draft; absent fields stay, null clears. Lines are replaced as a whole, and everything is calculated
/// anew.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"discount": "750", "validityDays": 30}))]
pub(crate) struct QuotationChanges {
    #[serde(default, deserialize_with = "set_only")]
    customer_id: Option<Uuid>,
    /// A vehicle of the customer.
    #[serde(default, deserialize_with = "set_only")]
    vehicle_id: Option<Uuid>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    appointment_id: Change<Uuid>,
    /// 1 to 40 lines.
    #[serde(default, deserialize_with = "set_only")]
    items: Option<Vec<NewQuotationLine>>,
    #[serde(default)]
    #[schema(value_type = Option<Amount>)]
    discount: Change<Amount>,
    /// The new customer's state, when the customer changes and this is not given.
    #[serde(default, deserialize_with = "set_only")]
    place_of_supply: Option<GstState>,
    /// Counts from today, and again from the day on which it is sent.
    #[serde(default, deserialize_with = "set_only")]
    validity_days: Option<ValidityDays>,
    #[serde(default)]
    #[schema(value_type = Option<LongText>)]
    notes: Change<LongText>,
}

impl QuotationChanges {
    /// The offer with these changes; `customer` when another one is named.
    fn applied_to(&self, now: &Offer, customer: Option<&Customer>, today: NaiveDate) -> Result<Offer, Refusal> {
        let of_customer = customer.map(|customer| customer.supply_state().unwrap_or(now.supplier_state));
        let place_of_supply = self.place_of_supply.or(of_customer).unwrap_or(now.place_of_supply);
        let lines = match &self.items {
            Some(items) => items.iter().map(NewQuotationLine::line).collect(),
            None => now.items.iter().map(|item| item.line.clone()).collect(),
        };
        let discount = self.discount.clone().map(|amount| amount.0).or(Some(now.totals.discount_paise));
        let supply = Supply::between(now.supplier_state, place_of_supply);
        let (items, totals) = price(lines, discount.unwrap_or(Paise::ZERO), supply, today)?;
        Ok(Offer {
            customer_id: self.customer_id.unwrap_or(now.customer_id),
            vehicle_id: self.vehicle_id.unwrap_or(now.vehicle_id),
            appointment_id: self.appointment_id.clone().or(now.appointment_id),
            supplier_state: now.supplier_state,
            place_of_supply,
            items,
            totals,
            validity_days: self.validity_days.map_or(now.validity_days, days),
            notes: self.notes.clone().map(|text| text.0).or(now.notes.clone()),
        })
    }
}

/// The customer that a change names.
async fn new_customer(store: &Store, id: Option<Uuid>) -> Result<Option<Customer>, StoreError> {
    let Some(id) = id else { return Ok(None) };
    let found = store.customer(&id).await?;
    Ok(Some(must_exist(found, "customerId", "customer", id)?))
}

/// Change a quotation
///
/// While it is a draft; one that is with the customer is taken back by `revise` first.
#[utoipa::path(
    patch, path = "/api/quotations/{id}", tag = "Quotations", request_body = QuotationChanges,
    params(("id" = Uuid, Path, description = "The quotation")),
    responses((status = 200, description = "Changed", body = Envelope<QuotationView>)),
    security(("bearer" = ["quotations:update"]))
)]
pub(crate) async fn update(
    permit: Permit<grant::QuotationsUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(changes): Json<QuotationChanges>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    changes.items.as_ref().map_or(Ok(()), |items| check_lines("items", items.len()))?;
    let now = cmd.context.timestamp();
    let plan = || async {
        let (quotation, customer) = tokio::try_join!(
            present(&app.store, scope, &id, &cmd),
            new_customer(&app.store, changes.customer_id),
        )?;
        quotation.check_changeable(now)?;
        let offer = changes.applied_to(&quotation.offer, customer.as_ref(), now.ist_date())?;
        let edited = quotation.edited(offer, now)?;
        let Offer { customer_id, vehicle_id, appointment_id, .. } = &edited.offer;
        let about = |offer: &Offer| (offer.appointment_id, offer.customer_id, offer.vehicle_id);
        if about(&edited.offer) != about(&quotation.offer) {
            check_appointment(&app.store, scope, *appointment_id, (*customer_id, *vehicle_id)).await?;
        }
        app.store.edit_quotation(&quotation, edited)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Delete a quotation
///
/// A draft or an expired one. It disappears from lists; its number stays taken.
#[utoipa::path(
    delete, path = "/api/quotations/{id}", tag = "Quotations",
    params(("id" = Uuid, Path, description = "The quotation")),
    responses((status = 200, description = "Deleted", body = Envelope<QuotationView>)),
    security(("bearer" = ["quotations:delete"]))
)]
pub(crate) async fn delete(
    permit: Permit<grant::QuotationsDelete>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let plan = || async {
        let quotation = present(&app.store, scope, &id, &cmd).await?;
        Plan::archive(&quotation, quotation.deleted(cmd.context.timestamp())?)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
