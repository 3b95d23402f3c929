//! What an invoice charges: lines with their tax, and their sums.

use uuid::Uuid;

use super::{InvoiceItem, InvoiceTotals};
use crate::{
    formats::HsnSac,
    gst::{self, Supply, TaxLine, TaxedLine, TaxedTotals},
    money::Paise,
    refusal::Refusal,
};

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

/// The lines with their tax, and their sums.
///
/// # Errors
/// A field error naming the line whose GST rate is not one on that day, or a discount larger than the sum.
pub fn charge(
    lines: &[ChargeLine],
    discount: Paise,
    supply: Supply,
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
    let (taxed, totals) =
        gst::tax(&tax_lines, discount, supply).map_err(|error| Refusal::field("items", error.to_string()))?;
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
        credited: None,
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
