//! Parts requests: a job card asks its centre's stock for parts.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    formats::HsnSac,
    job_card::{JobCard, JobCardItem},
    money::Paise,
    refusal::Refusal,
    state_machine::Machine,
    statuses::{JobCardItemType, PartsRequestStatus, Priority},
    stock::Part,
};

/// A parts request as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartsRequest {
    /// UUIDv7 with the centre's ordinal in it.
    pub id: Uuid,
    /// The centre.
    pub service_center_id: Uuid,
    /// The job card.
    pub job_card_id: Uuid,
    /// Its number.
    pub job_card_number: String,
    /// Its state.
    pub status: PartsRequestStatus,
    /// How urgent.
    pub urgency: Priority,
    /// What is asked for. Prices are those of the time of asking.
    pub items: Vec<PartsRequestItem>,
    /// Who asked.
    pub requested_by_id: Uuid,
    /// Who decided.
    pub decided_by_id: Option<Uuid>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why it was rejected or cancelled, or the notes of the approval.
    pub decision_notes: Option<String>,
    /// Created.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// 1 at creation, one more with every change.
    pub version: u64,
}

/// A line of a parts request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartsRequestItem {
    /// UUIDv7.
    pub id: Uuid,
    /// The part in the centre's stock.
    pub inventory_part_id: Uuid,
    /// Its name.
    pub part_name: String,
    /// Its number.
    pub part_number: String,
    /// Its code.
    pub part_code: String,
    /// Price of one.
    pub unit_price_paise: Paise,
    /// GST rate in per cent.
    pub gst_rate: u8,
    /// HSN.
    pub hsn_sac_code: Option<HsnSac>,
    /// How many were asked for.
    pub requested_qty: i64,
    /// How many were approved; 0 until decided.
    pub approved_qty: i64,
    /// Under warranty: charged at 0.
    pub is_warranty: bool,
}

/// How many of one line are approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approval {
    /// The line.
    pub item_id: Uuid,
    /// How many.
    pub approved_qty: i64,
}

impl PartsRequestItem {
    /// A part that is asked for, at its price of now.
    pub fn asked(id: Uuid, part: &Part, requested_qty: i64, is_warranty: bool) -> Self {
        let details = &part.details;
        Self {
            id,
            inventory_part_id: part.id,
            part_name: details.part_name.clone(),
            part_number: details.part_number.clone(),
            part_code: details.part_code.clone(),
            unit_price_paise: details.unit_price_paise,
            gst_rate: details.gst_rate,
            hsn_sac_code: details.hsn_sac_code.clone(),
            requested_qty,
            approved_qty: 0,
            is_warranty,
        }
    }
}

impl PartsRequest {
    /// A new request of a job card.
    pub fn asked(
        id: Uuid,
        card: &JobCard,
        items: Vec<PartsRequestItem>,
        urgency: Priority,
        by: Uuid,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            service_center_id: card.service_center_id,
            job_card_id: card.id,
            job_card_number: card.job_card_number.clone(),
            status: PartsRequestStatus::Pending,
            urgency,
            items,
            requested_by_id: by,
            decided_by_id: None,
            decided_at: None,
            decision_notes: None,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// The request, decided.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` when it was decided before.
    pub fn decided(
        self,
        status: PartsRequestStatus,
        by: Uuid,
        notes: Option<String>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        self.status.step(status)?;
        Ok(Self {
            status,
            decided_by_id: Some(by),
            decided_at: Some(now),
            decision_notes: notes,
            updated_at: now,
            version: self.version + 1,
            ..self
        })
    }

    /// The approved lines as items of the job card.
    pub fn card_items(&self) -> Vec<JobCardItem> {
        let approved = self.items.iter().filter(|line| line.approved_qty > 0);
        approved
            .map(|line| JobCardItem {
                id: line.id,
                item_type: JobCardItemType::Part,
                inventory_part_id: Some(line.inventory_part_id),
                part_name: line.part_name.clone(),
                part_code: line.part_code.clone(),
                qty: line.approved_qty,
                unit_price_paise: line.unit_price_paise,
                gst_rate: line.gst_rate,
                hsn_sac_code: line.hsn_sac_code.clone(),
                is_warranty: line.is_warranty,
                part_warranty_tag: line.is_warranty,
                technician: None,
                labour_code: None,
                serial_number: None,
                quotation_line: None,
            })
            .collect()
    }

    /// The approved quantity of each part: lines of the same part are added up before stock is checked.
    pub fn approved_by_part(&self) -> std::collections::BTreeMap<Uuid, i64> {
        let mut parts = std::collections::BTreeMap::new();
        for line in self.items.iter().filter(|line| line.approved_qty > 0) {
            *parts.entry(line.inventory_part_id).or_default() += line.approved_qty;
        }
        parts
    }

    /// The approved quantities and the state they come to. Lines that are not named are approved as asked for.
    ///
    /// # Errors
    /// Those of [`approved_quantities`].
    pub fn approved(&self, approvals: &[Approval]) -> Result<(Self, PartsRequestStatus), Refusal> {
        let lines: Vec<(Uuid, i64)> = self.items.iter().map(|item| (item.id, item.requested_qty)).collect();
        let mut items = self.items.clone();
        for (item, quantity) in items.iter_mut().zip(approved_quantities(&lines, approvals)?) {
            item.approved_qty = quantity;
        }
        let in_full = items.iter().all(|item| item.approved_qty == item.requested_qty);
        let status = if in_full { PartsRequestStatus::Approved } else { PartsRequestStatus::PartiallyApproved };
        Ok((Self { items, ..self.clone() }, status))
    }
}

/// How many of each line (its id and what was asked for) are approved. Lines that are not named are approved as
/// asked for.
///
/// # Errors
/// Field errors for a line that is not the document's, is named twice, or gets more than was asked for; and when
/// nothing at all would be approved.
pub fn approved_quantities(lines: &[(Uuid, i64)], approvals: &[Approval]) -> Result<Vec<i64>, Refusal> {
    let mut errors = crate::fields::FieldErrors::new();
    let mut quantities: Vec<i64> = lines.iter().map(|(_, requested)| *requested).collect();
    for (position, approval) in approvals.iter().enumerate() {
        let field = |name: &str| format!("approvedItems[{position}].{name}");
        if approvals.iter().take(position).any(|earlier| earlier.item_id == approval.item_id) {
            errors.add(field("itemId"), "is named twice");
            continue;
        }
        let line = lines.iter().zip(&mut quantities).find(|((id, _), _)| *id == approval.item_id);
        match line {
            None => errors.add(field("itemId"), "is not a line of this document"),
            Some(((_, requested), _)) if !(0..=*requested).contains(&approval.approved_qty) => {
                errors.add(field("approvedQty"), format!("must be from 0 to {requested}"));
            }
            Some((_, quantity)) => *quantity = approval.approved_qty,
        }
    }
    errors.into_result().map_err(Refusal::Invalid)?;
    if quantities.iter().all(|quantity| *quantity == 0) {
        return Err(Refusal::field("approvedItems", "approve at least one piece, or reject it"));
    }
    Ok(quantities)
}
