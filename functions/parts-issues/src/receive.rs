use axum::{extract::State, http::StatusCode};
use dms_access::Principal;
use dms_domain::{
    inputs::{Stock, Text},
    parts_issue::{IssueReceipt, PartsIssue, ReceivedItem},
    permissions::grant,
    refusal::Refusal,
    statuses::GoodsCondition,
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

/// A receipt.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "receivedItems": [{"itemId": "0190a1b2-0000-7000-8000-000000000009", "receivedQty": 50, "condition": "GOOD"}]
}))]
pub(crate) struct NewReceipt {
    /// 1 to 40 lines.
    received_items: Vec<NewReceivedItem>,
    /// Up to 500 characters: the issue keeps those of every receipt.
    notes: Option<Text<1, 500>>,
}

/// What became of pieces of one line. Pieces that are not named stay under way.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewReceivedItem {
    item_id: Uuid,
    /// Pieces that arrived.
    received_qty: Stock,
    /// GOOD unless given: they go into stock. DAMAGED: they do not.
    condition: Option<GoodsCondition>,
    /// Further pieces that were lost on the way.
    lost_qty: Option<Stock>,
    /// Further pieces that arrived damaged.
    damaged_qty: Option<Stock>,
    /// Further pieces that were sent back: they go into the sender's stock again.
    returned_qty: Option<Stock>,
}

impl NewReceivedItem {
    fn item(&self) -> ReceivedItem {
        let pieces = |quantity: Option<Stock>| quantity.map_or(0, |quantity| quantity.0);
        let (good, damaged) = match self.condition.unwrap_or(GoodsCondition::Good) {
            GoodsCondition::Good => (self.received_qty.0, 0),
            GoodsCondition::Damaged => (0, self.received_qty.0),
        };
        ReceivedItem {
            item_id: self.item_id,
            received_qty: good,
            lost_qty: pieces(self.lost_qty),
            damaged_qty: damaged + pieces(self.damaged_qty),
            returned_qty: pieces(self.returned_qty),
        }
    }
}

/// What comes back to Central is Central's to receive.
fn check_receiver(caller: &Principal, issue: &PartsIssue) -> Result<(), Refusal> {
    if caller.is_central() || issue.is_from_central() {
        return Ok(());
    }
    Err(Refusal::Forbidden { message: "This return is Central's to receive".to_owned() })
}

/// Receive a parts issue
///
/// What arrived in good condition goes into the receiver's stock; a part that is new to the centre is created there.
/// Lost and damaged pieces are written off in the ledger of Central's part, those sent back go into the sender's
/// stock. Pieces that are not named stay in transit, to be received later; the issue is COMPLETED when every approved
/// piece is accounted for.
#[utoipa::path(
    patch, path = "/api/parts-issues/{id}/receive", tag = "Parts issues", request_body = NewReceipt,
    params(("id" = Uuid, Path, description = "The parts issue")),
    responses((status = 200, description = "Received", body = Envelope<PartsIssueView>)),
    security(("bearer" = ["parts_issues:receive"]))
)]
pub(crate) async fn receive(
    permit: Permit<grant::PartsIssuesReceive>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<NewReceipt>,
) -> ApiResult<Reply> {
    let scope = scope_of(&permit, &id)?;
    check_lines("receivedItems", input.received_items.len())?;
    let receipt = IssueReceipt {
        items: input.received_items.iter().map(NewReceivedItem::item).collect(),
        notes: input.notes.map(|text| text.0),
        received_by_id: permit.user_id(),
        received_at: cmd.context.timestamp(),
    };
    let (hints, command) = (Hints::default(), cmd.command(permit.user_id()));
    let plan = || async {
        app.store.recall_parts(&hints).await?;
        let issue = present(&app.store, scope, &id, &cmd).await?;
        check_receiver(&permit, &issue)?;
        let received = issue.received(receipt.clone(), receipt.received_at)?;
        app.store.receive_issue(&issue, received, &receipt, &command, &hints).await
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
