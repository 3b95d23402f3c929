use dms_domain::{
    calendar::Timestamp,
    formats::{Email, GstState, Gstin, HsnSac, Phone, Pincode},
    invoice::{BillTo, CreditNoteRef, Invoice, InvoiceItem, IssuedBy},
    money::Rupees,
    payment::Payment,
    statuses::{InvoiceStatus, PaymentKind, PaymentMethod},
};
use uuid::Uuid;

super::view! {
    /// An invoice. Its figures are fixed at issue.
    InvoiceView of Invoice as i {
        id: Uuid = i.id,
        #[schema(example = "INV-SC001-2025-0001")]
        invoice_number: String = i.invoice_number.clone(),
        /// The number printed on the tax invoice: at most 16 characters (CGST Rule 46(b)).
        #[schema(example = "SC001-2025-0001")]
        gst_invoice_number: String = i.gst_invoice_number.clone(),
        service_center_id: Uuid = i.service_center_id,
        customer_id: Uuid = i.customer_id,
        vehicle_id: Option<Uuid> = i.vehicle_id,
        /// As the job card had it at the time of issue.
        #[schema(example = "MH12AB1234")]
        vehicle_registration: Option<String> = i.vehicle_registration.clone(),
        /// As the job card had it at the time of issue.
        #[schema(example = "Tata Nexon EV")]
        vehicle_name: Option<String> = i.vehicle_name.clone(),
        job_card_id: Option<Uuid> = i.job_card_id,
        job_card_number: Option<String> = i.job_card_number.clone(),
        status: InvoiceStatus = i.status,
        /// As it was at the time of issue; its state is `supplierState`.
        supplier: Option<IssuedByView> = i.supplier.as_ref().map(IssuedByView::of),
        bill_to: BillToView = BillToView::of(&i.bill_to),
        place_of_supply: GstState = i.place_of_supply,
        supplier_state: GstState = i.supplier_state,
        items: Vec<InvoiceItemView> = i.items.iter().map(InvoiceItemView::of).collect(),
        subtotal: Rupees = Rupees(i.totals.subtotal_paise),
        discount: Rupees = Rupees(i.totals.discount_paise),
        taxable_value: Rupees = Rupees(i.totals.taxable_value_paise),
        cgst: Rupees = Rupees(i.totals.cgst_paise),
        sgst: Rupees = Rupees(i.totals.sgst_paise),
        igst: Rupees = Rupees(i.totals.igst_paise),
        round_off: Rupees = Rupees(i.totals.round_off_paise),
        grand_total: Rupees = Rupees(i.totals.grand_total_paise),
        /// What was taken less what was given back: the sum of `payments`.
        amount_paid: Rupees = Rupees(i.amount_paid_paise),
        /// What credit notes took back: the sum of `creditNotes`.
        credited: Rupees = Rupees(i.credited_paise),
        credit_notes: Vec<CreditNoteRefView> = i.credit_notes.iter().map(CreditNoteRefView::of).collect(),
        /// What is still to be paid: the grand total less what was credited and paid.
        balance: Rupees = Rupees(i.balance()),
        /// What was paid beyond what the invoice asks for: to be given back.
        refund_due: Rupees = Rupees(i.refund_due()),
        payments: Vec<PaymentView> = i.payments.iter().map(PaymentView::of).collect(),
        paid_at: Option<Timestamp> = i.paid_at,
        cancel_reason: Option<String> = i.cancel_reason.clone(),
        created_by_id: Uuid = i.created_by_id,
        created_at: Timestamp = i.created_at,
        updated_at: Timestamp = i.updated_at,
        version: u64 = i.version,
    }
}

super::view! {
    /// Who supplies, as the centre was at the time of issue.
    IssuedByView of IssuedBy as s {
        name: String = s.name.clone(),
        address: String = s.address.clone(),
        city: String = s.city.clone(),
        pincode: Pincode = s.pincode.clone(),
        phone: Phone = s.phone.clone(),
        email: Option<Email> = s.email.clone(),
        gstin: Option<Gstin> = s.gstin.clone(),
    }
}

super::view! {
    /// Who is charged, as they were at the time of issue.
    BillToView of BillTo as b {
        name: String = b.name.clone(),
        address: Option<String> = b.address.clone(),
        city_state: Option<String> = b.city_state.clone(),
        pincode: Option<Pincode> = b.pincode.clone(),
        gstin: Option<Gstin> = b.gstin.clone(),
        /// A unit in a special economic zone.
        is_sez: bool = b.is_sez,
    }
}

super::view! {
    /// A line of an invoice.
    InvoiceItemView of InvoiceItem as i {
        sr_no: u32 = i.sr_no,
        #[schema(example = "Service Charge")]
        name: String = i.name.clone(),
        hsn_sac_code: Option<HsnSac> = i.hsn_sac_code.clone(),
        inventory_part_id: Option<Uuid> = i.inventory_part_id,
        quantity: i64 = i.quantity,
        unit_price: Rupees = Rupees(i.unit_price_paise),
        discount: Rupees = Rupees(i.discount_paise),
        gst_rate: u8 = i.gst_rate,
        taxable_value: Rupees = Rupees(i.taxable_value_paise),
        cgst: Rupees = Rupees(i.cgst_paise),
        sgst: Rupees = Rupees(i.sgst_paise),
        igst: Rupees = Rupees(i.igst_paise),
        total: Rupees = Rupees(i.total_paise),
        /// How many of them credit notes took back.
        credited_quantity: i64 = i.credited.unwrap_or_default().quantity,
        /// How much of the taxable value credit notes took back.
        credited_value: Rupees = Rupees(i.credited.unwrap_or_default().taxable_value_paise),
    }
}

super::view! {
    /// A credit note, as its invoice names it.
    CreditNoteRefView of CreditNoteRef as c {
        id: Uuid = c.id,
        #[schema(example = "CN-SC001-2025-0001")]
        credit_note_number: String = c.credit_note_number.clone(),
        grand_total: Rupees = Rupees(c.grand_total_paise),
        created_at: Timestamp = c.created_at,
    }
}

super::view! {
    /// Money that was taken or given back.
    PaymentView of Payment as p {
        /// The receipt's id.
        id: Uuid = p.id,
        #[serde(rename = "type")]
        kind: PaymentKind = p.kind,
        /// More than 0, also of a refund.
        amount: Rupees = Rupees(p.amount_paise),
        method: PaymentMethod = p.method,
        reference: Option<String> = p.reference.clone(),
        received_by_id: Uuid = p.received_by_id,
        received_at: Timestamp = p.received_at,
    }
}
