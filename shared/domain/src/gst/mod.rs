//! Goods and Services Tax on the lines of a quotation, an order or an invoice (decisions.md, "India: formats
//! and GST"): which tax, at which rate, and rounded so that no paisa is lost.

pub mod e_invoice;
pub mod gstr1;
pub mod portal;
#[cfg(test)]
mod tests;

use chrono::{Datelike, NaiveDate};

use crate::{
    formats::{GstState, HsnSac},
    money::Paise,
    statuses::JobCardItemType,
};

/// The SAC of labour when a line names none: maintenance and repair of motor vehicles.
pub const DEFAULT_LABOUR_SAC: &str = "998714";

/// The code of a line that names none.
pub fn default_code(item_type: JobCardItemType) -> Option<HsnSac> {
    match item_type {
        JobCardItemType::WorkItem => HsnSac::parse(DEFAULT_LABOUR_SAC).ok(),
        JobCardItemType::Part => None,
    }
}

/// Unit of what is counted by the piece, as the GST portals write it.
pub const DEFAULT_UNIT: &str = "NOS";

/// A line before tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxLine {
    /// How many; not negative.
    pub quantity: i64,
    /// Price of one before tax; not negative.
    pub unit_price: Paise,
    /// GST rate in per cent. Whether the law knows it, [`is_valid_rate`] says.
    pub gst_rate: u8,
}

/// A line with its taxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxedLine {
    /// Quantity × unit price.
    pub gross: Paise,
    /// The line's share of the discount; never above `gross`.
    pub discount: Paise,
    /// `gross` − `discount`.
    pub taxable_value: Paise,
    /// Central tax: half the rate; 0 between states.
    pub cgst: Paise,
    /// State tax: always the same as `cgst`.
    pub sgst: Paise,
    /// Integrated tax: the full rate; 0 within a state.
    pub igst: Paise,
    /// Taxable value and taxes.
    pub total: Paise,
}

/// The sums of a document: each but the last two is the sum of the lines, to the paisa.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaxedTotals {
    /// Before the discount.
    pub subtotal: Paise,
    /// The discount, exactly as given.
    pub discount: Paise,
    /// After it.
    pub taxable_value: Paise,
    /// Central tax.
    pub cgst: Paise,
    /// State tax.
    pub sgst: Paise,
    /// Integrated tax.
    pub igst: Paise,
    /// What brings the sum to the nearest whole rupee, half up: −49 to 50 paise.
    pub round_off: Paise,
    /// Taxable value, taxes and round-off: whole rupees.
    pub grand_total: Paise,
}

/// Within one state or between two: what decides between CGST + SGST and IGST.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Supply {
    /// CGST and SGST, half the rate each.
    IntraState,
    /// IGST at the full rate; also for supplies to a special economic zone.
    InterState,
}

impl Supply {
    /// A supply to a customer: one in a special economic zone is supplied between states wherever it lies (IGST section
    /// 7(5)(b)).
    pub fn to_customer(supplier: GstState, place_of_supply: GstState, is_sez: bool) -> Self {
        if is_sez { Self::InterState } else { Self::between(supplier, place_of_supply) }
    }

    /// Compares the supplier's state with the place of supply.
    pub fn between(supplier: GstState, place_of_supply: GstState) -> Self {
        if supplier == place_of_supply { Self::IntraState } else { Self::InterState }
    }

    /// CGST (and SGST alike) and IGST on a taxable value at a rate in per cent, each rounded half up to the paisa.
    pub(crate) fn taxes(self, taxable: i128, rate: u8) -> (i128, i128) {
        let hundredths = taxable * i128::from(rate);
        match self {
            Self::IntraState => ((hundredths + 100) / 200, 0),
            Self::InterState => (0, (hundredths + 50) / 100),
        }
    }
}

/// Why lines cannot be taxed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TaxError {
    /// The discount exceeds the sum of the lines.
    #[error("must not exceed the subtotal")]
    DiscountTooLarge,
    /// An amount does not fit.
    #[error("the amounts are too large")]
    TooLarge,
    /// A quantity, a price or the discount is below 0.
    #[error("must not be negative")]
    Negative,
}

/// Spreads the discount over the lines, taxes each line and adds everything up.
///
/// # Errors
/// If the discount exceeds the subtotal, something is negative or an amount does not fit 64 bits.
pub fn tax(lines: &[TaxLine], discount: Paise, supply: Supply) -> Result<(Vec<TaxedLine>, TaxedTotals), TaxError> {
    let gross = lines.iter().map(gross).collect::<Result<Vec<_>, _>>()?;
    let shares = spread(discount, &gross)?;
    let taxed = lines
        .iter()
        .zip(gross.iter().zip(&shares))
        .map(|(line, (gross, share))| taxed_line(line.gst_rate, *gross, *share, supply))
        .collect::<Result<Vec<_>, _>>()?;
    let totals = totals(&taxed)?;
    Ok((taxed, totals))
}

/// Checks a rate, in per cent, against those of a day.
///
/// # Errors
/// What is wrong, worded to follow the field's name, with the valid rates.
pub fn check_rate(rate: u8, on: NaiveDate) -> Result<(), String> {
    if is_valid_rate(rate, on) {
        return Ok(());
    }
    let rates: Vec<String> = valid_rates(on).iter().map(ToString::to_string).collect();
    Err(format!("is no GST rate; valid: {}", rates.join(", ")))
}

/// Whether the law knows this rate, in per cent, on a day (Asia/Kolkata).
pub fn is_valid_rate(rate: u8, on: NaiveDate) -> bool {
    valid_rates(on).contains(&rate)
}

/// The GST rates in per cent on a day: 0, 5, 18, 40 from 2025-09-22, before that 0, 5, 12, 18, 28.
pub fn valid_rates(on: NaiveDate) -> &'static [u8] {
    if (on.year(), on.month(), on.day()) >= (2025, 9, 22) { &[0, 5, 18, 40] } else { &[0, 5, 12, 18, 28] }
}

/// Quantity × unit price.
fn gross(line: &TaxLine) -> Result<Paise, TaxError> {
    if line.quantity < 0 || line.unit_price.is_negative() {
        return Err(TaxError::Negative);
    }
    line.unit_price.times(line.quantity).ok_or(TaxError::TooLarge)
}

/// Shares of the discount in proportion to the lines. What rounding down leaves over goes, a paisa each, to the
/// lines that lost most by it (largest remainder; the earlier line first), so the shares sum to the discount.
fn spread(discount: Paise, gross: &[Paise]) -> Result<Vec<Paise>, TaxError> {
    let subtotal = Paise::sum(gross.iter().copied()).ok_or(TaxError::TooLarge)?;
    if discount.is_negative() {
        return Err(TaxError::Negative);
    }
    if discount > subtotal {
        return Err(TaxError::DiscountTooLarge);
    }
    // No product exceeds the square of an i64, and a subtotal of 0 has only products of 0.
    let divisor = i128::from(subtotal.get()).max(1);
    let products: Vec<i128> =
        gross.iter().map(|line| i128::from(discount.get()) * i128::from(line.get())).collect();
    let mut shares: Vec<i128> = products.iter().map(|product| product / divisor).collect();

    // Fewer paise are left than lines have a remainder: each gets at most one, and a line given up whole gets none.
    let left = i128::from(discount.get()) - shares.iter().sum::<i128>();
    let mut by_remainder: Vec<(i128, &mut i128)> =
        products.iter().map(|product| product % divisor).zip(shares.iter_mut()).collect();
    by_remainder.sort_by_key(|(remainder, _)| std::cmp::Reverse(*remainder));
    for (_, share) in by_remainder.into_iter().take(usize::try_from(left).unwrap_or_default()) {
        *share += 1;
    }
    shares.into_iter().map(paise).collect()
}

/// Taxes one line.
fn taxed_line(rate: u8, gross: Paise, discount: Paise, supply: Supply) -> Result<TaxedLine, TaxError> {
    let taxable = i128::from(gross.get()) - i128::from(discount.get());
    let (half, igst) = supply.taxes(taxable, rate);
    Ok(TaxedLine {
        gross,
        discount,
        taxable_value: paise(taxable)?,
        cgst: paise(half)?,
        sgst: paise(half)?,
        igst: paise(igst)?,
        total: paise(taxable + half + half + igst)?,
    })
}

/// Adds lines up and rounds to the rupee: all lines of a document, or those of them that were agreed to.
///
/// # Errors
/// If a sum does not fit 64 bits.
pub fn totals(lines: &[TaxedLine]) -> Result<TaxedTotals, TaxError> {
    let sum = |part: fn(&TaxedLine) -> Paise| Paise::sum(lines.iter().map(part)).ok_or(TaxError::TooLarge);
    let total = i128::from(sum(|line| line.total)?.get());
    let grand_total = (total + 50) / 100 * 100;
    Ok(TaxedTotals {
        subtotal: sum(|line| line.gross)?,
        discount: sum(|line| line.discount)?,
        taxable_value: sum(|line| line.taxable_value)?,
        cgst: sum(|line| line.cgst)?,
        sgst: sum(|line| line.sgst)?,
        igst: sum(|line| line.igst)?,
        round_off: paise(grand_total - total)?,
        grand_total: paise(grand_total)?,
    })
}

/// Back to 64 bits.
fn paise(amount: i128) -> Result<Paise, TaxError> {
    i64::try_from(amount).map(Paise::new).map_err(|_| TaxError::TooLarge)
}
