use chrono::NaiveDate;
use dms_domain::{
    calendar::Timestamp,
    customer::Customer,
    formats::{Email, GstState, Gstin, HsnSac, Phone, Pincode, Registration},
    invoice::InvoiceTotals,
    money::Rupees,
    quotation::{Answer, Quotation, QuotationItem},
    service_centre::ServiceCentre,
    statuses::{AnsweredBy, JobCardItemType, QuotationStatus},
    vehicle::Vehicle,
};
use uuid::Uuid;

super::view! {
    /// A quotation.
    QuotationView of Quotation as q {
        id: Uuid = q.id,
        #[schema(example = "QTN-2025-0001")]
        quotation_number: String = q.quotation_number.clone(),
        service_center_id: Uuid = q.service_center_id,
        customer_id: Uuid = q.offer.customer_id,
        vehicle_id: Uuid = q.offer.vehicle_id,
        appointment_id: Option<Uuid> = q.offer.appointment_id,
        status: QuotationStatus = q.status,
        supplier_state: GstState = q.offer.supplier_state,
        /// The customer's state: where the supply is taxed.
        place_of_supply: GstState = q.offer.place_of_supply,
        items: Vec<QuotationItemView> = items(q),
        #[serde(flatten)]
        totals: QuotationTotalsView = QuotationTotalsView::of(&q.offer.totals),
        /// The sums of the approved lines.
        approved: Option<QuotationTotalsView> = q.approved_totals.as_ref().map(QuotationTotalsView::of),
        /// Days for which it stands from the day on which it is sent.
        #[schema(example = 15)]
        validity_days: u16 = q.offer.validity_days,
        /// The last day (India) on which it can be approved.
        valid_until: NaiveDate = q.valid_until,
        notes: Option<String> = q.offer.notes.clone(),
        /// 1 at first, one more with every revision.
        #[schema(example = 1)]
        revision: u32 = q.revision,
        sent_at: Option<Timestamp> = q.sent_at,
        answer: Option<AnswerView> = q.answer.as_ref().map(AnswerView::of),
        /// The job card that came of it.
        job_card_id: Option<Uuid> = q.job_card_id,
        job_card_number: Option<String> = q.job_card_number.clone(),
        created_by_id: Uuid = q.created_by_id,
        created_at: Timestamp = q.created_at,
        updated_at: Timestamp = q.updated_at,
        version: u64 = q.version,
    }
}

super::view! {
    /// A line of a quotation.
    QuotationItemView of QuotationItem as i {
        /// Its number, from 1: by it the customer decides.
        #[schema(example = 1)]
        sr_no: u32 = i.sr_no,
        item_type: JobCardItemType = i.line.item_type,
        #[schema(example = "Brake Pad")]
        part_name: String = i.line.part_name.clone(),
        #[schema(example = "BP001")]
        part_number: Option<String> = i.line.part_number.clone(),
        hsn_sac_code: Option<HsnSac> = i.line.hsn_sac_code.clone(),
        #[schema(example = 2)]
        quantity: i64 = i.line.quantity,
        rate: Rupees = Rupees(i.line.rate_paise),
        #[schema(example = 18)]
        gst_percent: u8 = i.line.gst_percent,
        discount: Rupees = Rupees(i.discount_paise),
        taxable_value: Rupees = Rupees(i.taxable_value_paise),
        cgst: Rupees = Rupees(i.cgst_paise),
        sgst: Rupees = Rupees(i.sgst_paise),
        igst: Rupees = Rupees(i.igst_paise),
        total: Rupees = Rupees(i.total_paise),
        /// Whether it was approved; null until the quotation is answered.
        approved: Option<bool> = None,
    }
}

super::view! {
    /// The sums of a quotation, or of those lines that were approved, each with its share of the discount.
    QuotationTotalsView of InvoiceTotals as t {
        subtotal: Rupees = Rupees(t.subtotal_paise),
        discount: Rupees = Rupees(t.discount_paise),
        taxable_value: Rupees = Rupees(t.taxable_value_paise),
        cgst: Rupees = Rupees(t.cgst_paise),
        sgst: Rupees = Rupees(t.sgst_paise),
        igst: Rupees = Rupees(t.igst_paise),
        round_off: Rupees = Rupees(t.round_off_paise),
        total_amount: Rupees = Rupees(t.grand_total_paise),
    }
}

super::view! {
    /// The answer to a quotation.
    AnswerView of Answer as a {
        /// Numbers of the approved lines; none when it was declined.
        approved_lines: Vec<u32> = a.approved_lines.clone(),
        answered_by: AnsweredBy = a.said.answered_by,
        /// The user who answered in the customer's name.
        user_id: Option<Uuid> = a.said.user_id,
        /// The name the customer gave.
        name: Option<String> = a.said.name.clone(),
        /// A comment, or why it was declined.
        comment: Option<String> = a.said.comment.clone(),
        answered_at: Timestamp = a.answered_at,
    }
}

fn items(quotation: &Quotation) -> Vec<QuotationItemView> {
    let approved = |item: &QuotationItem| quotation.answer.is_some().then(|| quotation.is_approved(item.sr_no));
    let view = |item| QuotationItemView { approved: approved(item), ..QuotationItemView::of(item) };
    quotation.offer.items.iter().map(view).collect()
}

impl QuotationView {
    /// The view on a day: overdue is EXPIRED, whether or not that was written already.
    pub fn on(quotation: &Quotation, today: NaiveDate) -> Self {
        Self { status: quotation.status_on(today), ..Self::of(quotation) }
    }
}

/// What a customer is shown: a quotation, and what it names.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The quotation.
    pub quotation: Quotation,
    /// Who offers it.
    pub centre: Option<ServiceCentre>,
    /// To whom; none when they were deleted since.
    pub customer: Option<Customer>,
    /// For which vehicle; none when it was deleted since.
    pub vehicle: Option<Vehicle>,
}

super::view! {
    /// What a customer sees by the approval link: no ids, and nothing of anyone else.
    OfferView of Shown as s {
        #[schema(example = "QTN-2025-0001")]
        quotation_number: String = s.quotation.quotation_number.clone(),
        status: QuotationStatus = s.quotation.status,
        /// Who offers it.
        service_center: Option<OfferingCentreView> = s.centre.as_ref().map(OfferingCentreView::of),
        #[schema(example = "Asha Rao")]
        customer_name: Option<String> = s.customer.as_ref().map(|customer| customer.details.name.clone()),
        vehicle: Option<OfferedVehicleView> = s.vehicle.as_ref().map(OfferedVehicleView::of),
        items: Vec<QuotationItemView> = items(&s.quotation),
        #[serde(flatten)]
        totals: QuotationTotalsView = QuotationTotalsView::of(&s.quotation.offer.totals),
        /// The sums of the approved lines.
        approved: Option<QuotationTotalsView> = s.quotation.approved_totals.as_ref().map(QuotationTotalsView::of),
        /// The last day (India) on which it can be answered.
        valid_until: NaiveDate = s.quotation.valid_until,
        notes: Option<String> = s.quotation.offer.notes.clone(),
        sent_at: Option<Timestamp> = s.quotation.sent_at,
        answered_at: Option<Timestamp> = s.quotation.answer.as_ref().map(|answer| answer.answered_at),
    }
}

super::view! {
    /// The centre that offers.
    OfferingCentreView of ServiceCentre as c {
        name: String = c.details.name.clone(),
        address: String = c.details.address.clone(),
        city: String = c.details.city.clone(),
        state: GstState = c.details.state,
        pincode: Pincode = c.details.pincode.clone(),
        phone: Phone = c.details.phone.clone(),
        email: Option<Email> = c.details.email.clone(),
        gstin: Option<Gstin> = c.details.gstin.clone(),
    }
}

super::view! {
    /// The vehicle it is for.
    OfferedVehicleView of Vehicle as v {
        registration: Registration = v.details.registration.clone(),
        #[schema(example = "Tesla")]
        vehicle_make: String = v.details.vehicle_make.clone(),
        #[schema(example = "Model 3")]
        vehicle_model: String = v.details.vehicle_model.clone(),
    }
}
