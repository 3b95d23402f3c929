use dms_domain::{
    calendar::Timestamp,
    formats::HsnSac,
    job_card::{JobCard, JobCardForms, JobCardItem},
    money::{Paise, Rupees},
    statuses::{JobCardItemType, JobCardStatus, Priority, ServiceLocation},
};
use serde_json::Value;
use uuid::Uuid;

use super::PaymentView;

super::view! {
    /// A job card. Lists leave out the three forms: ask for one card to see them.
    JobCardView of JobCard as j {
        id: Uuid = j.id,
        #[schema(example = "SC001-2025-12-0001")]
        job_card_number: String = j.job_card_number.clone(),
        service_center_id: Uuid = j.service_center_id,
        customer_id: Uuid = j.customer_id,
        vehicle_id: Uuid = j.vehicle_id,
        /// As part 1 says.
        #[schema(example = "MH12AB1234")]
        vehicle_registration: Option<String> = j.vehicle_registration.clone(),
        /// As part 1 says.
        #[schema(example = "Tata Nexon EV")]
        vehicle_name: Option<String> = j.vehicle_name.clone(),
        appointment_id: Option<Uuid> = j.appointment_id,
        /// The quotation it came of.
        quotation_id: Option<Uuid> = j.quotation_id,
        #[schema(example = "QTN-2025-0001")]
        quotation_number: Option<String> = j.quotation_number.clone(),
        /// The discount quoted on its items: the invoice's, unless that names another.
        agreed_discount: Option<Rupees> = j.agreed_discount_paise.map(Rupees),
        assigned_engineer_id: Option<Uuid> = j.assigned_engineer_id,
        #[schema(example = "Mike Johnson")]
        engineer_name: Option<String> = j.engineer_name.clone(),
        status: JobCardStatus = j.status,
        #[schema(example = "Regular Service")]
        service_type: String = j.service_type.clone(),
        priority: Priority = j.priority,
        location: ServiceLocation = j.location,
        estimated_cost: Option<Rupees> = j.estimated_cost_paise.map(Rupees),
        items: Vec<JobCardItemView> = items(j),
        open_parts_requests: u32 = j.open_parts_requests,
        status_notes: Option<String> = j.status_notes.clone(),
        cancel_reason: Option<String> = j.cancel_reason.clone(),
        invoice_id: Option<Uuid> = j.invoice_id,
        /// What was taken in advance and given back; the invoice takes it over.
        advances: Vec<PaymentView> = j.advances.iter().map(PaymentView::of).collect(),
        /// What is held in advance: the sum of `advances`.
        advance_paid: Rupees = Rupees(j.advance_paid()),
        customer_feedback: Option<String> = j.customer_feedback.clone(),
        #[schema(example = 5)]
        feedback_rating: Option<u8> = j.feedback_rating,
        completed_at: Option<Timestamp> = j.completed_at,
        #[serde(flatten)]
        forms: Option<FormsView> = None,
        created_at: Timestamp = j.created_at,
        updated_at: Timestamp = j.updated_at,
        version: u64 = j.version,
    }
}

super::view! {
    /// The forms of a job card, free-form: the historical snapshot, the warranty case, the requisition.
    FormsView of JobCardForms as f {
        #[serde(rename = "part1Data")]
        #[schema(value_type = Option<Object>)]
        part1_data: Option<Value> = f.part1_data.clone(),
        #[serde(rename = "part2AData")]
        #[schema(value_type = Option<Object>)]
        part2_a_data: Option<Value> = f.part2_a_data.clone(),
        #[serde(rename = "part3Data")]
        #[schema(value_type = Option<Object>)]
        part3_data: Option<Value> = f.part3_data.clone(),
    }
}

super::view! {
    /// A part or a work on a job card (part 2).
    JobCardItemView of JobCardItem as i {
        id: Uuid = i.id,
        /// Position, from 1.
        #[schema(example = 1)]
        sr_no: usize = 0,
        item_type: JobCardItemType = i.item_type,
        /// The part in stock that was used.
        inventory_part_id: Option<Uuid> = i.inventory_part_id,
        #[schema(example = "Brake Pad")]
        part_name: String = i.part_name.clone(),
        #[schema(example = "BP001")]
        part_code: String = i.part_code.clone(),
        qty: i64 = i.qty,
        unit_price: Rupees = Rupees(i.unit_price_paise),
        /// What is charged before tax; 0 under warranty, and for a quoted part once the part itself was issued from stock:
        /// that is charged in its place, at the quoted price.
        amount: Rupees = Rupees(Paise::ZERO),
        gst_rate: u8 = i.gst_rate,
        hsn_sac_code: Option<HsnSac> = i.hsn_sac_code.clone(),
        is_warranty: bool = i.is_warranty,
        part_warranty_tag: bool = i.part_warranty_tag,
        technician: Option<String> = i.technician.clone(),
        labour_code: Option<String> = i.labour_code.clone(),
        serial_number: Option<String> = i.serial_number.clone(),
        /// The line of the quotation that it was carried over from.
        quotation_line: Option<u32> = i.quotation_line,
    }
}

fn items(card: &JobCard) -> Vec<JobCardItemView> {
    let view = |(position, item): (usize, &JobCardItem)| JobCardItemView {
        sr_no: position + 1,
        amount: Rupees(card.charged_amount(item)),
        ..JobCardItemView::of(item)
    };
    card.items.iter().enumerate().map(view).collect()
}

impl JobCardView {
    /// The view of a card with its forms.
    pub fn with_forms(card: &JobCard, forms: Option<&JobCardForms>) -> Self {
        let none = FormsView { part1_data: None, part2_a_data: None, part3_data: None };
        Self { forms: Some(forms.map_or(none, FormsView::of)), ..Self::of(card) }
    }
}
