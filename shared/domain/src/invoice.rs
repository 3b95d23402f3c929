//! Invoices.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    customer::Customer,
    formats::{Email, GstState, Gstin, HsnSac, Phone, Pincode},
    gst::Supply,
    money::Paise,
    payment::Payment,
    refusal::Refusal,
    service_centre::ServiceCentre,
    statuses::{CustomerType, InvoiceStatus},
};

mod charge;
mod issue;
mod settle;

pub use charge::{ChargeLine, charge};
pub use issue::Charge;

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
    /// Its number plate, as the job card had it at the time of issue.
    pub vehicle_registration: Option<String>,
    /// Its make and model, likewise.
    pub vehicle_name: Option<String>,
    /// The job card; none for a sale over the counter.
    pub job_card_id: Option<Uuid>,
    /// Its number.
    pub job_card_number: Option<String>,
    /// Its state.
    pub status: InvoiceStatus,
    /// What kind of service it is for, as the vehicle's history shows it.
    pub service_type: Option<String>,
    /// Who did it.
    pub engineer_name: Option<String>,
    /// Whose work it was: counts for the engineer's productivity.
    #[serde(default)]
    pub engineer_id: Option<Uuid>,
    /// Who supplies, as it was at the time of issue; an invoice from before this was kept has the centre's.
    pub supplier: Option<IssuedBy>,
    /// Who is charged, as they were at the time of issue.
    pub bill_to: BillTo,
    /// Where the supply is taxed.
    pub place_of_supply: GstState,
    /// Where it comes from.
    pub supplier_state: GstState,
    /// The lines.
    pub items: Vec<InvoiceItem>,
    /// The sums.
    #[serde(flatten)]
    pub totals: InvoiceTotals,
    /// Paid so far, refunds taken off: the sum of the entries.
    pub amount_paid_paise: Paise,
    /// What was taken and given back.
    #[serde(default)]
    pub payments: Vec<Payment>,
    /// What credit notes took back: the sum of their grand totals.
    #[serde(default)]
    pub credited_paise: Paise,
    /// The credit notes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credit_notes: Vec<CreditNoteRef>,
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

/// Who supplies: what GST asks to be printed (CGST Rule 46(a)), fixed at issue. The state is the invoice's
/// [`Invoice::supplier_state`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuedBy {
    /// Name of the centre.
    pub name: String,
    /// Street address.
    pub address: String,
    /// City.
    pub city: String,
    /// PIN code.
    pub pincode: Pincode,
    /// Telephone.
    pub phone: Phone,
    /// E-mail address.
    pub email: Option<Email>,
    /// GSTIN; none of a centre that is not registered.
    pub gstin: Option<Gstin>,
}

impl IssuedBy {
    /// The centre as it is now.
    pub fn of(centre: &ServiceCentre) -> Self {
        let details = &centre.details;
        Self {
            name: details.name.clone(),
            address: details.address.clone(),
            city: details.city.clone(),
            pincode: details.pincode.clone(),
            phone: details.phone.clone(),
            email: details.email.clone(),
            gstin: details.gstin.clone(),
        }
    }
}

/// Who is charged: what GST asks to be printed, fixed at issue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BillTo {
    /// Name.
    pub name: String,
    /// Address.
    pub address: Option<String>,
    /// Town and state.
    pub city_state: Option<String>,
    /// PIN code.
    pub pincode: Option<Pincode>,
    /// GSTIN of a firm.
    pub gstin: Option<Gstin>,
    /// Whether it is that of a unit in a special economic zone.
    #[serde(default)]
    pub is_sez: bool,
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
    /// What credit notes took back of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credited: Option<Credited>,
}

/// What credit notes took back of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credited {
    /// How many.
    pub quantity: i64,
    /// Of the taxable value.
    pub taxable_value_paise: Paise,
    /// Of the central tax.
    pub cgst_paise: Paise,
    /// Of the state tax.
    pub sgst_paise: Paise,
    /// Of the integrated tax.
    pub igst_paise: Paise,
}

/// A credit note, as its invoice names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreditNoteRef {
    /// The credit note.
    pub id: Uuid,
    /// Its number.
    pub credit_note_number: String,
    /// What it took back.
    pub grand_total_paise: Paise,
    /// When it was issued.
    pub created_at: Timestamp,
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

/// From this grand total the buyer's name, address and state must be on the invoice (CGST Rule 46(e)).
pub const FULL_ADDRESS_FROM_PAISE: Paise = Paise::new(5_000_000);

impl BillTo {
    /// The state: that of the GSTIN, or the one the town is followed by.
    pub fn state(&self) -> Option<GstState> {
        let written = || GstState::parse(self.city_state.as_ref()?.rsplit(',').next()?).ok();
        self.gstin.as_ref().and_then(Gstin::state).or_else(written)
    }

    /// The customer as they are now.
    ///
    /// # Errors
    /// A field error when the invoice is large and the customer's address or state is not known.
    pub fn of(customer: &Customer, grand_total: Paise) -> Result<Self, Refusal> {
        let details = &customer.details;
        let complete = details.address.is_some() && details.city_state.is_some();
        if grand_total >= FULL_ADDRESS_FROM_PAISE && details.customer_type == CustomerType::B2c && !complete {
            let message = "needs an address and a city and state: the invoice is of Rs 50000 or more";
            return Err(Refusal::field("customerId", message));
        }
        Ok(customer.into())
    }
}

impl From<&Customer> for BillTo {
    fn from(customer: &Customer) -> Self {
        let details = &customer.details;
        Self {
            name: details.name.clone(),
            address: details.address.clone(),
            city_state: details.city_state.clone(),
            pincode: details.pincode.clone(),
            gstin: details.gstin.clone(),
            is_sez: details.is_sez,
        }
    }
}

impl Invoice {
    /// How it is taxed.
    pub(crate) fn supply(&self) -> Supply {
        Supply::to_customer(self.supplier_state, self.place_of_supply, self.bill_to.is_sez)
    }

    /// The parts it sold over the counter and how many of each.
    pub fn parts_sold(&self) -> std::collections::BTreeMap<Uuid, i64> {
        let mut parts = std::collections::BTreeMap::new();
        if self.job_card_id.is_none() {
            for item in &self.items {
                if let Some(part) = item.inventory_part_id {
                    *parts.entry(part).or_default() += item.quantity;
                }
            }
        }
        parts
    }
}
