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
        subtotal: Rupees = Rupees(q.offer.totals.subtotal_paise),
        discount: Rupees = Rupees(q.offer.totals.discount_paise),
        taxable_value: Rupees = Rupees(q.offer.totals.taxable_value_paise),
        cgst: Rupees = Rupees(q.offer.totals.cgst_paise),
        sgst: Rupees = Rupees(q.offer.totals.sgst_paise),
        igst: Rupees = Rupees(q.offer.totals.igst_paise),
        round_off: Rupees = Rupees(q.offer.totals.round_off_paise),
        total_amount: Rupees = Rupees(q.offer.totals.grand_total_paise),
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
    /// The sums of the approved lines of a quotation, each with its share of the discount.
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

/// What a customer sees by the approval link: no ids, and nothing of anyone else.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are those of the documents
pub struct OfferView {
    #[schema(example = "QTN-2025-0001")]
    pub quotation_number: String,
    pub status: QuotationStatus,
    /// Who offers it.
    pub service_center: Option<OfferingCentreView>,
    #[schema(example = "Asha Rao")]
    pub customer_name: Option<String>,
    pub vehicle: Option<OfferedVehicleView>,
    pub items: Vec<QuotationItemView>,
    pub subtotal: Rupees,
    pub discount: Rupees,
    pub taxable_value: Rupees,
    pub cgst: Rupees,
    pub sgst: Rupees,
    pub igst: Rupees,
    pub round_off: Rupees,
    pub total_amount: Rupees,
    /// The sums of the approved lines.
    pub approved: Option<QuotationTotalsView>,
    /// The last day (India) on which it can be answered.
    pub valid_until: NaiveDate,
    pub notes: Option<String>,
    pub sent_at: Option<Timestamp>,
    pub answered_at: Option<Timestamp>,
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

impl OfferView {
    /// What is offered, by whom, for what.
    pub fn of(
        quotation: &Quotation,
        centre: Option<&ServiceCentre>,
        customer: Option<&Customer>,
        vehicle: Option<&Vehicle>,
    ) -> Self {
        let QuotationView {
            quotation_number,
            status,
            items,
            subtotal,
            discount,
            taxable_value,
            cgst,
            sgst,
            igst,
            round_off,
            total_amount,
            approved,
            valid_until,
            notes,
            sent_at,
            answer,
            ..
        } = QuotationView::of(quotation);
        Self {
            quotation_number,
            status,
            service_center: centre.map(OfferingCentreView::of),
            customer_name: customer.map(|customer| customer.details.name.clone()),
            vehicle: vehicle.map(OfferedVehicleView::of),
            items,
            subtotal,
            discount,
            taxable_value,
            cgst,
            sgst,
            igst,
            round_off,
            total_amount,
            approved,
            valid_until,
            notes,
            sent_at,
            answered_at: answer.map(|answer| answer.answered_at),
        }
    }
}
