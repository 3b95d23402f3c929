use chrono::NaiveDate;
use uuid::Uuid;

use super::{OrderItem, OrderTotals};
use crate::{
    central_stock::CentralPart,
    fields::FieldErrors,
    gst::{self, Supply, TaxLine},
    money::Paise,
    refusal::Refusal,
};

/// A line as it is ordered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderLine<'a> {
    /// UUIDv7.
    pub id: Uuid,
    /// The part.
    pub part: &'a CentralPart,
    /// How many.
    pub quantity: i64,
    /// Price of one before tax.
    pub unit_price: Paise,
    /// GST rate in per cent.
    pub gst_rate: u8,
}

/// Checks the GST rates of an order's lines.
///
/// # Errors
/// Field errors for lines whose rate is not one on that day.
pub fn check_rates(rates: impl Iterator<Item = u8>, on: NaiveDate) -> Result<(), Refusal> {
    let mut errors = FieldErrors::new();
    for (position, rate) in rates.enumerate() {
        errors.take(&format!("items[{position}].gstRate"), gst::check_rate(rate, on));
    }
    errors.into_result().map_err(Refusal::Invalid)
}

/// The lines with their tax, and their sums.
///
/// # Errors
/// Field errors for lines whose GST rate is not one on that day, or whose amounts are too large.
pub fn price(
    lines: &[OrderLine],
    supply: Supply,
    on: NaiveDate,
) -> Result<(Vec<OrderItem>, OrderTotals), Refusal> {
    check_rates(lines.iter().map(|line| line.gst_rate), on)?;
    let tax_lines: Vec<TaxLine> = lines
        .iter()
        .map(|line| TaxLine { quantity: line.quantity, unit_price: line.unit_price, gst_rate: line.gst_rate })
        .collect();
    let too_large = || Refusal::field("items", "the amounts are too large");
    let (taxed, sums) =
        gst::tax(&tax_lines, Paise::ZERO, supply).map_err(|error| Refusal::field("items", error.to_string()))?;
    let items = lines.iter().zip(&taxed).enumerate().map(|(position, (line, tax))| OrderItem {
        id: line.id,
        sr_no: u32::try_from(position + 1).unwrap_or(u32::MAX),
        central_inventory_part_id: line.part.id,
        part_name: line.part.details.part_name.clone(),
        part_number: line.part.details.part_number.clone(),
        quantity: line.quantity,
        unit_price_paise: line.unit_price,
        gst_rate: line.gst_rate,
        taxable_value_paise: tax.taxable_value,
        cgst_paise: tax.cgst,
        sgst_paise: tax.sgst,
        igst_paise: tax.igst,
        total_paise: tax.total,
        received_qty: 0,
        accepted_qty: 0,
        rejected_qty: 0,
    });
    let totals = OrderTotals {
        subtotal_paise: sums.taxable_value,
        cgst_paise: sums.cgst,
        sgst_paise: sums.sgst,
        igst_paise: sums.igst,
        total_amount_paise: Paise::sum(taxed.iter().map(|line| line.total)).ok_or_else(too_large)?,
    };
    Ok((items.collect(), totals))
}
