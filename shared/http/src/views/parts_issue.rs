use chrono::NaiveDate;
use dms_domain::{
    calendar::Timestamp,
    parts_issue::{Dispatch, DispatchedItem, IssueItem, IssueReceipt, PartsIssue, ReceivedItem, TransportDetails},
    statuses::{IssueDirection, PartsIssueStatus, Priority},
};
use uuid::Uuid;

super::view! {
    /// A parts issue.
    PartsIssueView of PartsIssue as i {
        id: Uuid = i.id,
        #[schema(example = "PI-2025-0001")]
        issue_number: String = i.issue_number.clone(),
        direction: IssueDirection = i.direction,
        /// The centre, whichever way the parts go.
        service_center_id: Uuid = i.service_center_id,
        /// The receiving centre; null when parts go back to Central.
        to_service_center_id: Option<Uuid> = i.is_from_central().then_some(i.service_center_id),
        /// The sending centre, when parts go back to Central.
        from_service_center_id: Option<Uuid> = (!i.is_from_central()).then_some(i.service_center_id),
        status: PartsIssueStatus = i.status,
        priority: Priority = i.priority,
        items: Vec<IssueItemView> = i.items.iter().map(IssueItemView::of).collect(),
        /// How the last dispatch travels.
        transport_details: Option<TransportDetailsView> = i.dispatches.last()
            .and_then(|dispatch| dispatch.transport_details.as_ref()).map(TransportDetailsView::of),
        /// When the last dispatch should arrive.
        estimated_arrival: Option<NaiveDate> =
            i.dispatches.last().and_then(|dispatch| dispatch.estimated_arrival),
        /// When the last dispatch was sent.
        dispatched_date: Option<Timestamp> = i.dispatches.last().map(|dispatch| dispatch.dispatched_at),
        /// When the last receipt was booked.
        received_date: Option<Timestamp> = i.receipts.last().map(|receipt| receipt.received_at),
        dispatches: Vec<DispatchView> = i.dispatches.iter().map(DispatchView::of).collect(),
        receipts: Vec<IssueReceiptView> = i.receipts.iter().map(IssueReceiptView::of).collect(),
        notes: Option<String> = i.notes.clone(),
        requested_by_id: Uuid = i.requested_by_id,
        decided_by_id: Option<Uuid> = i.decided_by_id,
        decided_at: Option<Timestamp> = i.decided_at,
        decision_notes: Option<String> = i.decision_notes.clone(),
        created_at: Timestamp = i.created_at,
        updated_at: Timestamp = i.updated_at,
        version: u64 = i.version,
    }
}

super::view! {
    /// A line of a parts issue.
    IssueItemView of IssueItem as i {
        id: Uuid = i.id,
        central_inventory_part_id: Uuid = i.central_inventory_part_id,
        /// The centre's part, if it was known when the issue was made.
        inventory_part_id: Option<Uuid> = i.inventory_part_id,
        #[schema(example = "Battery Module")]
        part_name: String = i.part_name.clone(),
        #[schema(example = "BAT-MOD-001")]
        part_number: String = i.part_number.clone(),
        #[schema(example = 50)]
        requested_qty: i64 = i.requested_qty,
        /// Taken out of the sender's stock; 0 until decided.
        approved_qty: i64 = i.approved_qty,
        dispatched_qty: i64 = i.dispatched_qty,
        /// Put into the receiver's stock.
        received_qty: i64 = i.received_qty,
        lost_qty: i64 = i.lost_qty,
        damaged_qty: i64 = i.damaged_qty,
        /// Sent back into the sender's stock.
        returned_qty: i64 = i.returned_qty,
        /// Never sent: closed, and back in the sender's stock.
        closed_qty: i64 = i.closed_qty,
        /// Approved and not yet accounted for.
        in_transit: i64 = i.in_transit(),
    }
}

super::view! {
    /// A dispatch of a parts issue.
    DispatchView of Dispatch as d {
        #[schema(example = "PI-2025-0001/1")]
        number: String = d.number.clone(),
        transport_details: Option<TransportDetailsView> =
            d.transport_details.as_ref().map(TransportDetailsView::of),
        estimated_arrival: Option<NaiveDate> = d.estimated_arrival,
        items: Vec<DispatchedItemView> = d.items.iter().map(DispatchedItemView::of).collect(),
        dispatched_by_id: Uuid = d.dispatched_by_id,
        dispatched_at: Timestamp = d.dispatched_at,
    }
}

super::view! {
    /// How goods travel.
    TransportDetailsView of TransportDetails as t {
        #[schema(example = "MH01AB1234")]
        vehicle_number: Option<String> = t.vehicle_number.clone(),
        driver_name: Option<String> = t.driver_name.clone(),
        #[schema(example = "+919876543210")]
        driver_phone: Option<String> = t.driver_phone.clone(),
        carrier: Option<String> = t.carrier.clone(),
    }
}

super::view! {
    /// How many of one line were sent.
    DispatchedItemView of DispatchedItem as i {
        item_id: Uuid = i.item_id,
        quantity: i64 = i.quantity,
    }
}

super::view! {
    /// A receipt of a parts issue, with its variances.
    IssueReceiptView of IssueReceipt as r {
        items: Vec<ReceivedItemView> = r.items.iter().map(ReceivedItemView::of).collect(),
        notes: Option<String> = r.notes.clone(),
        received_by_id: Uuid = r.received_by_id,
        received_at: Timestamp = r.received_at,
    }
}

super::view! {
    /// What became of pieces of one line.
    ReceivedItemView of ReceivedItem as i {
        item_id: Uuid = i.item_id,
        received_qty: i64 = i.received_qty,
        lost_qty: i64 = i.lost_qty,
        damaged_qty: i64 = i.damaged_qty,
        returned_qty: i64 = i.returned_qty,
    }
}
