use chrono::NaiveDate;
use dms_domain::{
    calendar::Timestamp,
    formats::GstState,
    money::Rupees,
    purchase_order::{DeliveredItem, Delivery, OrderItem, PurchaseOrder},
    statuses::{GoodsCondition, PurchaseOrderStatus},
};
use uuid::Uuid;

super::view! {
    /// A purchase order.
    PurchaseOrderView of PurchaseOrder as o {
        id: Uuid = o.id,
        #[schema(example = "PO-2025-0001")]
        po_number: String = o.po_number.clone(),
        supplier_id: Uuid = o.supplier_id,
        #[schema(example = "Exide Industries")]
        supplier_name: String = o.supplier_name.clone(),
        supplier_state: GstState = o.supplier_state,
        /// The state of Central's warehouse: where the supply is taxed.
        place_of_supply: GstState = o.warehouse_state,
        status: PurchaseOrderStatus = o.status,
        order_date: NaiveDate = o.terms.order_date,
        expected_delivery_date: Option<NaiveDate> = o.terms.expected_delivery_date,
        /// When the last delivery was booked.
        received_date: Option<Timestamp> = o.received_at,
        items: Vec<OrderItemView> = o.items.iter().map(OrderItemView::of).collect(),
        subtotal: Rupees = Rupees(o.totals.subtotal_paise),
        cgst: Rupees = Rupees(o.totals.cgst_paise),
        sgst: Rupees = Rupees(o.totals.sgst_paise),
        igst: Rupees = Rupees(o.totals.igst_paise),
        total_amount: Rupees = Rupees(o.totals.total_amount_paise),
        #[schema(example = "Net 30 days")]
        payment_terms: Option<String> = o.terms.payment_terms.clone(),
        notes: Option<String> = o.terms.notes.clone(),
        deliveries: Vec<DeliveryView> = o.deliveries.iter().map(DeliveryView::of).collect(),
        created_by_id: Uuid = o.created_by_id,
        submitted_by_id: Option<Uuid> = o.submitted_by_id,
        approved_by_id: Option<Uuid> = o.approved_by_id,
        approved_at: Option<Timestamp> = o.approved_at,
        /// Notes of the approval, or why it was rejected or cancelled.
        decision_notes: Option<String> = o.decision_notes.clone(),
        created_at: Timestamp = o.created_at,
        updated_at: Timestamp = o.updated_at,
        version: u64 = o.version,
    }
}

super::view! {
    /// A line of a purchase order.
    OrderItemView of OrderItem as i {
        id: Uuid = i.id,
        sr_no: u32 = i.sr_no,
        central_inventory_part_id: Uuid = i.central_inventory_part_id,
        #[schema(example = "Battery Module")]
        part_name: String = i.part_name.clone(),
        #[schema(example = "BAT-MOD-001")]
        part_number: String = i.part_number.clone(),
        #[schema(example = 100)]
        quantity: i64 = i.quantity,
        unit_price: Rupees = Rupees(i.unit_price_paise),
        #[schema(example = 18)]
        gst_rate: u8 = i.gst_rate,
        taxable_value: Rupees = Rupees(i.taxable_value_paise),
        cgst: Rupees = Rupees(i.cgst_paise),
        sgst: Rupees = Rupees(i.sgst_paise),
        igst: Rupees = Rupees(i.igst_paise),
        total: Rupees = Rupees(i.total_paise),
        /// Delivered so far: accepted and rejected.
        received_qty: i64 = i.received_qty,
        accepted_qty: i64 = i.accepted_qty,
        rejected_qty: i64 = i.rejected_qty,
    }
}

super::view! {
    /// A delivery of a purchase order.
    DeliveryView of Delivery as d {
        /// From 1.
        number: u32 = d.number,
        /// The supplier's invoice.
        #[schema(example = "SUP-INV-001")]
        invoice_number: Option<String> = d.invoice_number.clone(),
        notes: Option<String> = d.notes.clone(),
        items: Vec<DeliveredItemView> = d.items.iter().map(DeliveredItemView::of).collect(),
        received_by_id: Uuid = d.received_by_id,
        received_at: Timestamp = d.received_at,
    }
}

super::view! {
    /// What came of one line.
    DeliveredItemView of DeliveredItem as i {
        item_id: Uuid = i.item_id,
        received_qty: i64 = i.received_qty,
        accepted_qty: i64 = i.accepted_qty,
        rejected_qty: i64 = i.rejected_qty,
        condition: GoodsCondition = i.condition,
    }
}
