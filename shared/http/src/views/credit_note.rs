use dms_domain::{
    calendar::Timestamp,
    credit_note::{CreditNote, CreditNoteItem},
    formats::{GstState, HsnSac},
    money::Rupees,
};
use uuid::Uuid;

use super::BillToView;

super::view! {
    /// A credit note. It never changes.
    CreditNoteView of CreditNote as c {
        id: Uuid = c.id,
        #[schema(example = "CN-SC001-2025-0001")]
        credit_note_number: String = c.credit_note_number.clone(),
        /// The number printed on the credit note: at most 16 characters (CGST Rule 53(1A)).
        #[schema(example = "CN25-SC001-0001")]
        gst_credit_note_number: String = c.gst_credit_note_number.clone(),
        service_center_id: Uuid = c.service_center_id,
        customer_id: Uuid = c.customer_id,
        vehicle_id: Option<Uuid> = c.vehicle_id,
        job_card_id: Option<Uuid> = c.job_card_id,
        invoice_id: Uuid = c.invoice_id,
        #[schema(example = "INV-SC001-2025-0001")]
        invoice_number: String = c.invoice_number.clone(),
        #[schema(example = "SC001-2025-0001")]
        gst_invoice_number: String = c.gst_invoice_number.clone(),
        invoice_date: Timestamp = c.invoice_date,
        invoice_grand_total: Rupees = Rupees(c.invoice_grand_total_paise),
        reason: String = c.reason.clone(),
        bill_to: BillToView = BillToView::of(&c.bill_to),
        place_of_supply: GstState = c.place_of_supply,
        supplier_state: GstState = c.supplier_state,
        items: Vec<CreditNoteItemView> = c.items.iter().map(CreditNoteItemView::of).collect(),
        taxable_value: Rupees = Rupees(c.totals.taxable_value_paise),
        cgst: Rupees = Rupees(c.totals.cgst_paise),
        sgst: Rupees = Rupees(c.totals.sgst_paise),
        igst: Rupees = Rupees(c.totals.igst_paise),
        /// The invoice's, on the note that takes back the last of it.
        round_off: Rupees = Rupees(c.totals.round_off_paise),
        grand_total: Rupees = Rupees(c.totals.grand_total_paise),
        return_to_stock: bool = c.return_to_stock,
        created_by_id: Uuid = c.created_by_id,
        created_at: Timestamp = c.created_at,
    }
}

super::view! {
    /// What is taken back of a line of the invoice.
    CreditNoteItemView of CreditNoteItem as i {
        /// The position on the invoice.
        sr_no: u32 = i.sr_no,
        #[schema(example = "Service Charge")]
        name: String = i.name.clone(),
        hsn_sac_code: Option<HsnSac> = i.hsn_sac_code.clone(),
        inventory_part_id: Option<Uuid> = i.inventory_part_id,
        /// 0 when only the price was reduced.
        quantity: i64 = i.quantity,
        gst_rate: u8 = i.gst_rate,
        taxable_value: Rupees = Rupees(i.taxable_value_paise),
        cgst: Rupees = Rupees(i.cgst_paise),
        sgst: Rupees = Rupees(i.sgst_paise),
        igst: Rupees = Rupees(i.igst_paise),
        total: Rupees = Rupees(i.total_paise),
    }
}
