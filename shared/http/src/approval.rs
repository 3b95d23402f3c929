//! What a request says when it approves the lines of a document.

use dms_domain::{
    inputs::{LongText, Stock},
    parts_request::Approval,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// How much of what was asked for is approved.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "approvedItems": [{"itemId": "0190a1b2-0000-7000-8000-000000000009", "approvedQty": 1}], "notes": "One is left"
}))]
pub struct ApprovedLines {
    /// Lines that are not named are approved as asked for.
    #[serde(default)]
    approved_items: Vec<ApprovedLine>,
    notes: Option<LongText>,
}

/// How many of one line are approved.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovedLine {
    item_id: Uuid,
    /// 0 to what was asked for.
    approved_qty: Stock,
}

impl ApprovedLines {
    /// The approvals and the notes, as the rules know them.
    pub fn into_parts(self) -> (Vec<Approval>, Option<String>) {
        let lines = self.approved_items.iter();
        let approvals = lines.map(|line| Approval { item_id: line.item_id, approved_qty: line.approved_qty.0 });
        (approvals.collect(), self.notes.map(|text| text.0))
    }
}
