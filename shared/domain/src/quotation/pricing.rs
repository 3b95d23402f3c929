use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    fields::FieldErrors,
    formats::HsnSac,
    gst::{self, Supply, TaxError, TaxLine, TaxedLine},
    invoice::InvoiceTotals,
    money::Paise,
    refusal::Refusal,
    statuses::JobCardItemType,
};

/// A line as it is offered, before tax.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuotedLine {
    /// Part or work.
    pub item_type: JobCardItemType,
    /// Name.
    pub part_name: String,
    /// The part's number: by it a part issued from stock takes the line's place.
    pub part_number: Option<String>,
    /// HSN or SAC.
    pub hsn_sac_code: Option<HsnSac>,
    /// How many.
    pub quantity: i64,
    /// Price of one before tax.
    pub rate_paise: Paise,
    /// GST rate in per cent.
    pub gst_percent: u8,
}

/// A line of a quotation with its taxes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuotationItem {
    /// Position, from 1: by it the customer decides.
    pub sr_no: u32,
    /// What is offered.
    #[serde(flatten)]
    pub line: QuotedLine,
    /// Share of the discount.
    pub discount_paise: Paise,
    /// quantity × rate − discount.
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

impl QuotationItem {
    fn new(sr_no: u32, line: QuotedLine, tax: &TaxedLine) -> Self {
        Self {
            sr_no,
            line,
            discount_paise: tax.discount,
            taxable_value_paise: tax.taxable_value,
            cgst_paise: tax.cgst,
            sgst_paise: tax.sgst,
            igst_paise: tax.igst,
            total_paise: tax.total,
        }
    }

    /// The line's figures, to be added up.
    fn taxed(&self) -> Result<TaxedLine, TaxError> {
        Ok(TaxedLine {
            gross: self.taxable_value_paise.checked_add(self.discount_paise).ok_or(TaxError::TooLarge)?,
            discount: self.discount_paise,
            taxable_value: self.taxable_value_paise,
            cgst: self.cgst_paise,
            sgst: self.sgst_paise,
            igst: self.igst_paise,
            total: self.total_paise,
        })
    }
}

/// Checks the GST rates of a quotation's lines.
///
/// # Errors
/// Field errors for lines whose rate is not one on that day.
pub fn check_rates(rates: impl Iterator<Item = u8>, on: NaiveDate) -> Result<(), Refusal> {
    let mut errors = FieldErrors::new();
    for (position, rate) in rates.enumerate() {
        errors.take(&format!("items[{position}].gstPercent"), gst::check_rate(rate, on));
    }
    errors.into_result().map_err(Refusal::Invalid)
}

/// The lines with their tax, and their sums, rounded to the rupee as the invoice's will be.
///
/// # Errors
/// Field errors for lines whose GST rate is not one on that day, a discount above the subtotal, or amounts that are too
/// large.
pub fn price(
    lines: Vec<QuotedLine>,
    discount: Paise,
    supply: Supply,
    on: NaiveDate,
) -> Result<(Vec<QuotationItem>, InvoiceTotals), Refusal> {
    check_rates(lines.iter().map(|line| line.gst_percent), on)?;
    let tax_lines: Vec<TaxLine> = lines
        .iter()
        .map(|line| TaxLine { quantity: line.quantity, unit_price: line.rate_paise, gst_rate: line.gst_percent })
        .collect();
    let (taxed, totals) = gst::tax(&tax_lines, discount, supply).map_err(refused)?;
    let numbered = (1..).zip(lines).zip(&taxed);
    let items = numbered.map(|((sr_no, line), tax)| QuotationItem::new(sr_no, line, tax));
    Ok((items.collect(), InvoiceTotals::of(&totals)))
}

/// The sums of some lines of a quotation: each keeps its share of the discount and its taxes.
///
/// # Errors
/// A field error when a sum does not fit.
pub(super) fn sums<'a>(items: impl Iterator<Item = &'a QuotationItem>) -> Result<InvoiceTotals, Refusal> {
    let lines = items.map(QuotationItem::taxed).collect::<Result<Vec<_>, _>>();
    let totals = lines.and_then(|lines| gst::totals(&lines)).map_err(refused)?;
    Ok(InvoiceTotals::of(&totals))
}

fn refused(error: TaxError) -> Refusal {
    let field = match error {
        TaxError::DiscountTooLarge => "discount",
        TaxError::TooLarge | TaxError::Negative => "items",
    };
    Refusal::field(field, error.to_string())
}
