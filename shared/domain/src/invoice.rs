//! Invoices.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    customer::Customer,
    formats::{GstState, Gstin, HsnSac},
    gst::{self, Supply, TaxLine, TaxedLine, TaxedTotals},
    money::Paise,
    refusal::Refusal,
    state_machine::Machine,
    statuses::{CustomerType, InvoiceStatus, PaymentMethod},
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
    /// What kind of service it is for, as the vehicle's history shows it.
    pub service_type: Option<String>,
    /// Who did it.
    pub engineer_name: Option<String>,
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
    /// GSTIN of a firm.
    pub gstin: Option<Gstin>,
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

/// A line before tax.
#[derive(Debug, Clone, PartialEq)]
pub struct ChargeLine {
    /// "Service Charge".
    pub name: String,
    /// HSN or SAC.
    pub hsn_sac_code: Option<HsnSac>,
    /// The part in stock.
    pub inventory_part_id: Option<Uuid>,
    /// How many.
    pub quantity: i64,
    /// Price of one before tax.
    pub unit_price_paise: Paise,
    /// GST rate in per cent.
    pub gst_rate: u8,
}

/// From this grand total the buyer's name, address and state must be on the invoice (CGST Rule 46(e)).
pub const FULL_ADDRESS_FROM_PAISE: Paise = Paise::new(5_000_000);

/// The lines with their tax, and their sums.
///
/// # Errors
/// A field error naming the line whose GST rate is not one on that day, or a discount larger than the sum.
pub fn charge(
    lines: &[ChargeLine],
    discount: Paise,
    supplier: GstState,
    place_of_supply: GstState,
    on: chrono::NaiveDate,
) -> Result<(Vec<InvoiceItem>, InvoiceTotals), Refusal> {
    if lines.is_empty() {
        return Err(Refusal::field("items", "an invoice needs at least one line"));
    }
    for (position, line) in lines.iter().enumerate() {
        gst::check_rate(line.gst_rate, on)
            .map_err(|message| Refusal::field(format!("items[{position}].gstRate"), message))?;
    }
    let tax_lines: Vec<TaxLine> = lines
        .iter()
        .map(|line| TaxLine {
            quantity: line.quantity,
            unit_price: line.unit_price_paise,
            gst_rate: line.gst_rate,
        })
        .collect();
    let (taxed, totals) = gst::tax(&tax_lines, discount, Supply::between(supplier, place_of_supply))
        .map_err(|error| Refusal::field("items", error.to_string()))?;
    let items = lines.iter().zip(&taxed).enumerate().map(|(position, (line, tax))| item(position, line, tax));
    Ok((items.collect(), InvoiceTotals::of(&totals)))
}

fn item(position: usize, line: &ChargeLine, tax: &TaxedLine) -> InvoiceItem {
    InvoiceItem {
        sr_no: u32::try_from(position + 1).unwrap_or(u32::MAX),
        name: line.name.clone(),
        hsn_sac_code: line.hsn_sac_code.clone(),
        inventory_part_id: line.inventory_part_id,
        quantity: line.quantity,
        unit_price_paise: line.unit_price_paise,
        discount_paise: tax.discount,
        gst_rate: line.gst_rate,
        taxable_value_paise: tax.taxable_value,
        cgst_paise: tax.cgst,
        sgst_paise: tax.sgst,
        igst_paise: tax.igst,
        total_paise: tax.total,
    }
}

impl InvoiceTotals {
    /// The sums as documents keep them.
    pub(crate) fn of(totals: &TaxedTotals) -> Self {
        Self {
            subtotal_paise: totals.subtotal,
            discount_paise: totals.discount,
            taxable_value_paise: totals.taxable_value,
            cgst_paise: totals.cgst,
            sgst_paise: totals.sgst,
            igst_paise: totals.igst,
            round_off_paise: totals.round_off,
            grand_total_paise: totals.grand_total,
        }
    }
}

impl BillTo {
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
        Ok(Self {
            name: details.name.clone(),
            address: details.address.clone(),
            city_state: details.city_state.clone(),
            gstin: details.gstin.clone(),
        })
    }
}

impl Invoice {
    /// What is still to be paid.
    pub fn balance(&self) -> Paise {
        self.totals.grand_total_paise.checked_sub(self.amount_paid_paise).unwrap_or(Paise::ZERO)
    }

    /// The invoice, its balance paid by one payment.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` when it is paid or cancelled.
    pub fn settled(&self, payment: Payment, now: Timestamp) -> Result<Self, Refusal> {
        self.status.step(InvoiceStatus::Paid)?;
        let mut payments = self.payments.clone();
        payments.push(Payment { amount_paise: self.balance(), ..payment });
        Ok(Self {
            status: InvoiceStatus::Paid,
            amount_paid_paise: self.totals.grand_total_paise,
            payments,
            paid_at: Some(now),
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// The invoice, cancelled.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` when something was paid; `USE_CREDIT_NOTE` after the day of issue (decisions,
    /// "States").
    pub fn cancelled(&self, reason: String, now: Timestamp) -> Result<Self, Refusal> {
        self.status.step(InvoiceStatus::Cancelled)?;
        if self.created_at.ist_date() != now.ist_date() {
            let message = "An invoice can be cancelled on the day of its issue only; afterwards by a credit note";
            return Err(Refusal::conflict("USE_CREDIT_NOTE", message));
        }
        Ok(Self {
            status: InvoiceStatus::Cancelled,
            cancel_reason: Some(reason),
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        })
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
