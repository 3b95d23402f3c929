use axum::{extract::State, http::StatusCode};
use dms_access::Principal;
use dms_domain::{
    formats::Phone,
    inputs::{Day, Quantity, ShortText},
    parts_issue::{Dispatch, DispatchedItem, PartsIssue, TransportDetails},
    permissions::grant,
    refusal::Refusal,
    stock::check_lines,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    views::PartsIssueView,
};
use dms_store::Hints;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    create::view,
    edit::{present, scope_of},
};

/// A dispatch.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "transportDetails": {"vehicleNumber": "MH01AB1234", "driverPhone": "+919876543210"},
    "estimatedArrival": "2025-12-21"
}))]
pub(crate) struct NewDispatch {
    transport_details: Option<NewTransport>,
    estimated_arrival: Option<Day>,
    /// Everything that was approved and not sent yet, unless lines are named.
    items: Option<Vec<NewDispatchedItem>>,
}

/// How it travels.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewTransport {
    vehicle_number: Option<ShortText>,
    driver_name: Option<ShortText>,
    driver_phone: Option<Phone>,
    carrier: Option<ShortText>,
}

/// How many of one line are sent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewDispatchedItem {
    item_id: Uuid,
    quantity: Quantity,
}

impl NewDispatch {
    fn dispatch(self, by: Uuid, cmd: &Cmd) -> Dispatch {
        let text = |text: Option<ShortText>| text.map(|text| text.0);
        let lines = self.items.unwrap_or_default().into_iter();
        Dispatch {
            number: String::new(),
            transport_details: self.transport_details.map(|transport| TransportDetails {
                vehicle_number: text(transport.vehicle_number),
                driver_name: text(transport.driver_name),
                driver_phone: transport.driver_phone.map(|phone| phone.to_string()),
                carrier: text(transport.carrier),
            }),
            estimated_arrival: self.estimated_arrival.map(|day| day.0),
            items: lines.map(|line| DispatchedItem { item_id: line.item_id, quantity: line.quantity.0 }).collect(),
            dispatched_by_id: by,
            dispatched_at: cmd.context.timestamp(),
        }
    }
}

/// A centre sends only what it sends back; Central's parts are Central's to send.
fn check_sender(caller: &Principal, issue: &PartsIssue) -> Result<(), Refusal> {
    if caller.is_central() || !issue.is_from_central() {
        return Ok(());
    }
    Err(Refusal::Forbidden { message: "This issue is Central's to dispatch".to_owned() })
}

/// Dispatch a parts issue
///
/// All that was approved and not sent yet, or some of it: every dispatch has its own number (`PI-2025-0001/1`). By
/// Central; a return by its centre.
#[utoipa::path(
    patch, path = "/api/parts-issues/{id}/dispatch", tag = "Parts issues", request_body = NewDispatch,
    params(("id" = Uuid, Path, description = "The parts issue")),
    responses((status = 200, description = "Dispatched", body = Envelope<PartsIssueView>)),
    security(("bearer" = ["parts_issues:dispatch"]))
)]
pub(crate) async fn dispatch(
    permit: Permit<grant::PartsIssuesDispatch>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    input: Option<Json<NewDispatch>>,
) -> ApiResult<Reply> {
    let scope = scope_of(&permit, &id)?;
    let input = input.map(|Json(input)| input).unwrap_or_default();
    input.items.as_ref().map_or(Ok(()), |lines| check_lines("items", lines.len()))?;
    let dispatch = input.dispatch(permit.user_id(), &cmd);
    let plan = || async {
        let issue = present(&app.store, scope, &id, &cmd).await?;
        check_sender(&permit, &issue)?;
        app.store.dispatch_issue(&issue, issue.dispatched(dispatch.clone(), dispatch.dispatched_at)?)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Close a parts issue
///
/// Nothing more of it will be sent: what was approved and not dispatched goes back into the sender's stock. What is
/// under way is still to be received.
#[utoipa::path(
    patch, path = "/api/parts-issues/{id}/close", tag = "Parts issues",
    params(("id" = Uuid, Path, description = "The parts issue")),
    responses((status = 200, description = "Closed", body = Envelope<PartsIssueView>)),
    security(("bearer" = ["parts_issues:dispatch"]))
)]
pub(crate) async fn close(
    permit: Permit<grant::PartsIssuesDispatch>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let scope = scope_of(&permit, &id)?;
    let hints = Hints::default();
    let plan = || async {
        app.store.recall_parts(&hints).await?;
        let issue = present(&app.store, scope, &id, &cmd).await?;
        check_sender(&permit, &issue)?;
        app.store.close_issue(&issue, issue.closed(cmd.context.timestamp())?, permit.user_id(), &hints)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
