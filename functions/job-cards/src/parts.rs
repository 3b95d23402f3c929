use std::collections::HashMap;

use axum::{extract::State, http::StatusCode};
use dms_domain::{
    fields::FieldErrors,
    gst,
    inputs::Quantity,
    job_card::JobCard,
    parts_request::{PartsRequest, PartsRequestItem},
    permissions::grant,
    refusal::Refusal,
    statuses::Priority,
    stock::{Part, check_lines},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    views::{JobCardView, PartsRequestView},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::read::present;

/// What a card needs.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({
    "parts": [{"inventoryPartId": "0190a1b2-0000-7001-8000-000000000001", "requestedQty": 2, "isWarranty": false}],
    "urgency": "HIGH"
}))]
pub(crate) struct NewPartsRequest {
    /// 1 to 40 lines.
    parts: Vec<RequestedPart>,
    /// MEDIUM unless given.
    urgency: Option<Priority>,
}

/// A part that is needed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestedPart {
    /// A part in the stock of the card's centre.
    inventory_part_id: Uuid,
    requested_qty: Quantity,
    /// Under warranty: charged at 0.
    #[serde(default)]
    is_warranty: bool,
}

/// The parts request, with the card that waits for it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestedParts {
    #[serde(flatten)]
    request: PartsRequestView,
    job_card: JobCardView,
}

/// Request parts for a job card
///
/// The card becomes PARTS_PENDING; the decision on its last open request makes it IN_PROGRESS again.
#[utoipa::path(
    post, path = "/api/job-cards/{id}/request-parts", tag = "Job cards", request_body = NewPartsRequest,
    params(("id" = Uuid, Path, description = "The job card")),
    responses((status = 201, description = "Requested", body = Envelope<RequestedParts>)),
    security(("bearer" = ["parts_requests:create"]))
)]
pub(crate) async fn request_parts(
    permit: Permit<grant::PartsRequestsCreate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<NewPartsRequest>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "job card")?;
    check_lines("parts", input.parts.len())?;
    let request_id = cmd.context.new_id_in(scope);
    // A part of another centre does not exist for this card.
    let wanted: Vec<Uuid> =
        input.parts.iter().map(|line| line.inventory_part_id).filter(|part| scope.owns(part)).collect();
    let plan = || async {
        let (card, parts) = tokio::try_join!(
            present(&app.store, scope, &id, &cmd),
            app.store.parts(scope, wanted.iter().copied()),
        )?;
        let new = card.waiting_for_parts(cmd.context.timestamp())?;
        let request = request(request_id, &card, &input, &parts, permit.user_id(), &cmd)?;
        app.store.request_parts(&card, new, request)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, |(request, card)| {
        let view = RequestedParts { request: PartsRequestView::of(request), job_card: JobCardView::of(card) };
        (view, Some(request.version))
    })
    .await
}

fn request(
    id: Uuid,
    card: &JobCard,
    input: &NewPartsRequest,
    parts: &[Part],
    by: Uuid,
    cmd: &Cmd,
) -> Result<PartsRequest, Refusal> {
    let now = cmd.context.timestamp();
    let parts: HashMap<Uuid, &Part> = parts.iter().map(|part| (part.id, part)).collect();
    let mut errors = FieldErrors::new();
    let mut items = Vec::with_capacity(input.parts.len());
    for (position, line) in input.parts.iter().enumerate() {
        match parts.get(&line.inventory_part_id) {
            Some(part) => {
                // Or the card could never be invoiced.
                let field = format!("parts[{position}].inventoryPartId");
                let rate = gst::check_rate(part.details.gst_rate, now.ist_date());
                errors.take(&field, rate.map_err(|message| format!("the part's GST rate {message}")));
                let quantity = line.requested_qty.0;
                items.push(PartsRequestItem::asked(cmd.context.new_id(), part, quantity, line.is_warranty));
            }
            None => errors.add(
                format!("parts[{position}].inventoryPartId"),
                format!("no such part: {}", line.inventory_part_id),
            ),
        }
    }
    errors.into_result().map_err(Refusal::Invalid)?;
    Ok(PartsRequest::asked(id, card, items, input.urgency.unwrap_or(Priority::Medium), by, now))
}
