use dms_domain::{
    calendar::Timestamp,
    money::Rupees,
    parts_request::{PartsRequest, PartsRequestItem},
    statuses::{PartsRequestStatus, Priority},
};
use uuid::Uuid;

super::view! {
    /// A parts request.
    PartsRequestView of PartsRequest as r {
        id: Uuid = r.id,
        service_center_id: Uuid = r.service_center_id,
        job_card_id: Uuid = r.job_card_id,
        #[schema(example = "SC001-2025-12-0001")]
        job_card_number: String = r.job_card_number.clone(),
        status: PartsRequestStatus = r.status,
        urgency: Priority = r.urgency,
        items: Vec<PartsRequestItemView> = r.items.iter().map(PartsRequestItemView::of).collect(),
        requested_by_id: Uuid = r.requested_by_id,
        decided_by_id: Option<Uuid> = r.decided_by_id,
        decided_at: Option<Timestamp> = r.decided_at,
        decision_notes: Option<String> = r.decision_notes.clone(),
        created_at: Timestamp = r.created_at,
        updated_at: Timestamp = r.updated_at,
        version: u64 = r.version,
    }
}

super::view! {
    /// A line of a parts request. The price is that of the time of asking.
    PartsRequestItemView of PartsRequestItem as i {
        id: Uuid = i.id,
        inventory_part_id: Uuid = i.inventory_part_id,
        #[schema(example = "Battery Module")]
        part_name: String = i.part_name.clone(),
        #[schema(example = "BAT-MOD-001")]
        part_number: String = i.part_number.clone(),
        requested_qty: i64 = i.requested_qty,
        /// 0 until decided.
        approved_qty: i64 = i.approved_qty,
        is_warranty: bool = i.is_warranty,
        unit_price: Rupees = Rupees(i.unit_price_paise),
        gst_rate: u8 = i.gst_rate,
    }
}
