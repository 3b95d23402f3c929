//! Invoices.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    formats::{GstState, HsnSac},
    money::Paise,
    statuses::{InvoiceStatus, PaymentMethod},
};

/// An invoice as it is stored. Its figures are fixed at issue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invoice {
    /// UUIDv7 with the centre's ordinal in it.
    pub id: Uuid,
    /// `INV-SC001-2025-0001`, consecutive per centre and financial year.
    pub invoice_number: String,
    /// The same without `INV-`: at most 16 characters (CGST Rule 46(b)).
    pub gst_invoice_number: String,
    /// The centre.
    pub service_center_id: Uuid,
    /// The customer.
    pub customer_id: Uuid,
    /// The vehicle; none for a sale over the counter.
    pub vehicle_id: Option<Uuid>,
    /// The job card; none for a sale over the counter.
    pub job_card_id: Option<Uuid>,
    /// Its number.
    pub job_card_number: Option<String>,
    /// Its state.
    pub status: InvoiceStatus,
    /// Where the supply is taxed.
    pub place_of_supply: GstState,
    /// Where it comes from.
    pub supplier_state: GstState,
    /// The lines.
    pub items: Vec<InvoiceItem>,
    /// The sums.
    #[serde(flatten)]
    pub totals: InvoiceTotals,
    /// Paid so far.
    pub amount_paid_paise: Paise,
    /// The payments.
    #[serde(default)]
    pub payments: Vec<Payment>,
    /// Paid in full at.
    pub paid_at: Option<Timestamp>,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// Who issued it.
    pub created_by_id: Uuid,
    /// Created: the invoice's date.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// 1 at creation, one more with every change.
    pub version: u64,
}

/// A line of an invoice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceItem {
    /// Position, from 1.
    pub sr_no: u32,
    /// "Service Charge".
    pub name: String,
    /// HSN or SAC.
    pub hsn_sac_code: Option<HsnSac>,
    /// The part in stock that was sold, for a sale over the counter and for returns.
    pub inventory_part_id: Option<Uuid>,
    /// How many.
    pub quantity: i64,
    /// Price of one before tax.
    pub unit_price_paise: Paise,
    /// Share of the discount.
    pub discount_paise: Paise,
    /// GST rate in per cent.
    pub gst_rate: u8,
    /// quantity × price − discount.
    pub taxable_value_paise: Paise,
    /// Central tax.
    pub cgst_paise: Paise,
    /// State tax.
    pub sgst_paise: Paise,
    /// Integrated tax.
    pub igst_paise: Paise,
    /// Taxable value and taxes.
    pub total_paise: Paise,
}

/// The sums of an invoice: each the sum of its lines, to the paisa.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceTotals {
    /// Before the discount.
    pub subtotal_paise: Paise,
    /// The discount.
    pub discount_paise: Paise,
    /// After it.
    pub taxable_value_paise: Paise,
    /// Central tax.
    pub cgst_paise: Paise,
    /// State tax.
    pub sgst_paise: Paise,
    /// Integrated tax.
    pub igst_paise: Paise,
    /// What was added or taken to reach a whole rupee.
    pub round_off_paise: Paise,
    /// What the customer pays.
    pub grand_total_paise: Paise,
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// UUIDv7.
    pub id: Uuid,
    /// How much.
    pub amount_paise: Paise,
    /// How.
    pub method: PaymentMethod,
    /// The bank's or the UPI reference.
    pub reference: Option<String>,
    /// Who took it.
    pub received_by_id: Uuid,
    /// When.
    pub received_at: Timestamp,
}

impl Invoice {
    /// What is still to be paid.
    pub fn balance(&self) -> Paise {
        self.totals.grand_total_paise.checked_sub(self.amount_paid_paise).unwrap_or(Paise::ZERO)
    }
}
