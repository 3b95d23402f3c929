use axum::{extract::State, http::StatusCode};
use chrono::NaiveDate;
use dms_domain::{
    formats::HsnSac,
    gst,
    inputs::{Amount, Quantity, ShortText},
    job_card::{JobCard, JobCardItem},
    money::Paise,
    permissions::grant,
    refusal::Refusal,
    statuses::JobCardItemType,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, ItemId, Json, Permit},
    views::JobCardView,
};
use dms_store::Plan;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::read::{present, view};

/// GST rate of labour unless given, in per cent.
const DEFAULT_GST_RATE: u8 = 18;

/// A work done, or a part that did not come from stock.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "itemType": "work_item", "partName": "Brake adjustment", "partCode": "LAB-01", "qty": 1, "amount": 1500,
    "technician": "Mike Johnson", "labourCode": "L1"
}))]
pub(crate) struct NewItem {
    item_type: JobCardItemType,
    part_name: ShortText,
    /// The name unless given.
    part_code: Option<ShortText>,
    qty: Quantity,
    /// Price of one, before tax.
    unit_price: Option<Amount>,
    /// Price of all, before tax: instead of `unitPrice`, a multiple of the quantity.
    amount: Option<Amount>,
    /// 18 unless given.
    gst_rate: Option<u8>,
    hsn_sac_code: Option<HsnSac>,
    #[serde(default)]
    is_warranty: bool,
    #[serde(default)]
    part_warranty_tag: bool,
    technician: Option<ShortText>,
    labour_code: Option<ShortText>,
    serial_number: Option<ShortText>,
}

impl NewItem {
    fn item(&self, id: Uuid, on: NaiveDate) -> Result<JobCardItem, Refusal> {
        let gst_rate = self.gst_rate.unwrap_or(DEFAULT_GST_RATE);
        gst::check_rate(gst_rate, on).map_err(|message| Refusal::field("gstRate", message))?;
        let text = |text: &Option<ShortText>| text.as_ref().map(|text| text.0.clone());
        Ok(JobCardItem {
            id,
            item_type: self.item_type,
            inventory_part_id: None,
            part_name: self.part_name.0.clone(),
            part_code: text(&self.part_code).unwrap_or_else(|| self.part_name.0.clone()),
            qty: self.qty.0,
            unit_price_paise: self.unit_price()?,
            gst_rate,
            hsn_sac_code: self.hsn_sac_code.clone().or_else(|| gst::default_code(self.item_type)),
            is_warranty: self.is_warranty,
            part_warranty_tag: self.part_warranty_tag,
            technician: text(&self.technician),
            labour_code: text(&self.labour_code),
            serial_number: text(&self.serial_number),
            quotation_line: None,
        })
    }

    fn unit_price(&self) -> Result<Paise, Refusal> {
        match (self.unit_price, self.amount) {
            (Some(price), None) => Ok(price.0),
            (None, Some(amount)) if amount.0.get() % self.qty.0 == 0 => {
                Ok(Paise::new(amount.0.get() / self.qty.0))
            }
            (None, Some(_)) => {
                Err(Refusal::field("amount", "must be a multiple of the quantity, or give unitPrice"))
            }
            (None, None) => Err(Refusal::field("unitPrice", "is required, or amount")),
            (Some(_), Some(_)) => Err(Refusal::field("amount", "give either unitPrice or amount")),
        }
    }
}

/// Add an item to a job card
///
/// A work, or a part that did not come from stock; parts from stock come by parts requests.
#[utoipa::path(
    post, path = "/api/job-cards/{id}/items", tag = "Job cards", request_body = NewItem,
    params(("id" = Uuid, Path, description = "The job card")),
    responses((status = 201, description = "The card with the item", body = Envelope<JobCardView>)),
    security(("bearer" = ["job_cards:update"]))
)]
pub(crate) async fn add(
    permit: Permit<grant::JobCardsUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<NewItem>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "job card")?;
    let now = cmd.context.timestamp();
    let item = input.item(cmd.context.new_id(), now.ist_date())?;
    let plan = || async {
        let card = present(&app.store, scope, &id, &cmd).await?;
        let items = card.items.iter().cloned().chain([item.clone()]).collect();
        Plan::replace(&card, card.with_items(items, now)?)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, view).await
}

/// Replace an item of a job card
#[utoipa::path(
    patch, path = "/api/job-cards/{id}/items/{itemId}", tag = "Job cards", request_body = NewItem,
    params(("id" = Uuid, Path, description = "The job card"), ("itemId" = Uuid, Path, description = "The item")),
    responses((status = 200, description = "The card with the item", body = Envelope<JobCardView>)),
    security(("bearer" = ["job_cards:update"]))
)]
pub(crate) async fn change(
    permit: Permit<grant::JobCardsUpdate>,
    State(app): State<AppState>,
    (id, item_id): (Id, ItemId),
    cmd: Cmd,
    Json(input): Json<NewItem>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "job card")?;
    let now = cmd.context.timestamp();
    let item = input.item(*item_id, now.ist_date())?;
    let plan = || async {
        let card = present(&app.store, scope, &id, &cmd).await?;
        let position = position(&card, &item_id)?;
        let mut items = card.items.clone();
        let quotation_line = card.items.get(position).and_then(|item| item.quotation_line);
        items.splice(position..=position, [JobCardItem { quotation_line, ..item.clone() }]);
        Plan::replace(&card, card.with_items(items, now)?)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Remove an item from a job card
///
/// Not a part from stock: cancelling the card returns those.
#[utoipa::path(
    delete, path = "/api/job-cards/{id}/items/{itemId}", tag = "Job cards",
    params(("id" = Uuid, Path, description = "The job card"), ("itemId" = Uuid, Path, description = "The item")),
    responses((status = 200, description = "The card without the item", body = Envelope<JobCardView>)),
    security(("bearer" = ["job_cards:update"]))
)]
pub(crate) async fn remove(
    permit: Permit<grant::JobCardsUpdate>,
    State(app): State<AppState>,
    (id, item_id): (Id, ItemId),
    cmd: Cmd,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "job card")?;
    let plan = || async {
        let card = present(&app.store, scope, &id, &cmd).await?;
        let position = position(&card, &item_id)?;
        let mut items = card.items.clone();
        items.remove(position);
        Plan::replace(&card, card.with_items(items, cmd.context.timestamp())?)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

fn position(card: &JobCard, item: &Uuid) -> Result<usize, Refusal> {
    card.items.iter().position(|known| known.id == *item).ok_or(Refusal::NotFound { what: "item of the job card" })
}
