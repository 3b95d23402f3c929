//! A centre's stock and its ledger. Stock changes only together with a ledger entry.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::{MonthKey, Timestamp},
    fields::FieldErrors,
    formats::HsnSac,
    gst,
    money::Paise,
    refusal::{Refusal, ShortPart},
    statuses::{AdjustmentReason, AdjustmentType},
};

pub use crate::statuses::LedgerType;

/// Most lines of one document that moves stock (decisions, "Stock").
pub const MAX_LINES: usize = 40;

/// Checks how many lines a document that moves stock has (decisions, "Stock").
///
/// # Errors
/// A field error unless there are 1 to 40.
pub fn check_lines(field: &'static str, lines: usize) -> Result<(), Refusal> {
    if (1..=MAX_LINES).contains(&lines) {
        return Ok(());
    }
    Err(Refusal::field(field, format!("must have 1 to {MAX_LINES} lines")))
}

/// Most pieces of one part: keeps sums far from overflow.
pub const MAX_QUANTITY: i64 = 10_000_000;

/// A part in a centre's stock, as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// UUIDv7 with the centre's ordinal in it.
    pub id: Uuid,
    /// The centre.
    pub service_center_id: Uuid,
    /// The part in Central's stock, once some of it came from there or was sent there.
    #[serde(default)]
    pub central_part_id: Option<Uuid>,
    /// What can be edited.
    #[serde(flatten)]
    pub details: PartDetails,
    /// Pieces in stock: the sum of the ledger, never negative.
    pub stock_quantity: i64,
    /// Stock − minimum: at most 0 when low. Moves with the stock.
    pub headroom: i64,
    /// Entries of the ledger.
    #[serde(default)]
    pub ledger_counts: LedgerCounts,
    /// Created.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// 1 at creation, one more with every change.
    pub version: u64,
}

/// What a user says about a part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartDetails {
    /// "Battery Module".
    pub part_name: String,
    /// "BAT-MOD-001"; unique in the centre.
    pub part_number: String,
    /// Code on documents; the part number unless given.
    pub part_code: String,
    /// "Battery".
    pub category: String,
    /// Selling price of one.
    pub unit_price_paise: Paise,
    /// Cost of one.
    pub cost_price_paise: Paise,
    /// GST rate in per cent.
    pub gst_rate: u8,
    /// HSN.
    pub hsn_sac_code: Option<HsnSac>,
    /// At or below this the part is low.
    pub min_stock_level: i64,
    /// Order no more than this.
    pub max_stock_level: Option<i64>,
    /// "Warehouse Section B".
    pub location: Option<String>,
}

/// How many entries a part's ledger has of each month (India), by year and month: `{"2611": 3}`. They tell where a page
/// of the ledger lies. Losses on the way move no stock and are not among them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LedgerCounts(BTreeMap<String, u64>);

impl LedgerCounts {
    /// The name of a month.
    pub fn name(month: MonthKey) -> String {
        format!("{:02}{:02}", month.year() % 100, month.month())
    }

    /// The counts with one more entry.
    #[must_use]
    pub fn with(&self, at: Timestamp) -> Self {
        let mut counts = self.clone();
        *counts.0.entry(Self::name(MonthKey::of(at.ist_date()))).or_default() += 1;
        counts
    }

    /// The first day of each month, and its entries.
    pub fn months(&self) -> impl Iterator<Item = (NaiveDate, u64)> + '_ {
        self.0.iter().filter_map(|(name, count)| {
            let (year, month) = name.split_at_checked(2)?;
            let day = NaiveDate::from_ymd_opt(2000 + year.parse::<i32>().ok()?, month.parse().ok()?, 1)?;
            Some((day, *count))
        })
    }
}

/// An entry of a part's ledger: written once, never changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerEntry {
    /// UUIDv7.
    pub id: Uuid,
    /// The part.
    pub part_id: Uuid,
    /// Why the stock moved.
    #[serde(rename = "type")]
    pub kind: LedgerType,
    /// By how much; negative when it fell.
    pub delta: i64,
    /// Pieces that vanished on the way, for [`LedgerType::TransitLoss`].
    #[serde(default)]
    pub variance: Option<i64>,
    /// The adjustment's reason, or the document's kind in words.
    pub reason: String,
    /// Notes.
    pub notes: Option<String>,
    /// Kind of the document that moved it.
    pub document_type: Option<String>,
    /// Its number.
    pub document_number: Option<String>,
    /// Who.
    pub created_by: Uuid,
    /// When.
    pub created_at: Timestamp,
}

impl LedgerEntry {
    /// An entry that no document is behind, named by its kind.
    pub fn new(id: Uuid, part: Uuid, (kind, delta): (LedgerType, i64), by: Uuid, now: Timestamp) -> Self {
        Self {
            id,
            part_id: part,
            kind,
            delta,
            variance: None,
            reason: kind.as_str().to_owned(),
            notes: None,
            document_type: None,
            document_number: None,
            created_by: by,
            created_at: now,
        }
    }
}

/// An adjustment of stock by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// Add, subtract, or set to a counted quantity.
    pub kind: AdjustmentType,
    /// Pieces; for SET the counted quantity.
    pub quantity: i64,
    /// Why.
    pub reason: AdjustmentReason,
    /// Notes.
    pub notes: Option<String>,
}

impl PartDetails {
    /// Checks what a part says; a rate it has had before may be one of former times.
    ///
    /// # Errors
    /// Field errors on `gstRate` and `maxStockLevel`.
    pub fn check(&self, before: Option<&Self>, today: NaiveDate) -> Result<(), Refusal> {
        let mut errors = FieldErrors::new();
        let kept = before.is_some_and(|before| before.gst_rate == self.gst_rate);
        if !kept {
            errors.take("gstRate", gst::check_rate(self.gst_rate, today));
        }
        if self.max_stock_level.is_some_and(|most| most < self.min_stock_level) {
            errors.add("maxStockLevel", "must not be below minStockLevel");
        }
        errors.into_result().map_err(Refusal::Invalid)
    }
}

impl Adjustment {
    /// By how much it changes a stock, of which `promised` pieces must stay.
    ///
    /// # Errors
    /// `INSUFFICIENT_STOCK` when less than the promised pieces would be left; a field error when it would
    /// make the stock exceed [`MAX_QUANTITY`], when nothing would be added or taken, or when scrap would add.
    pub(crate) fn delta(&self, part_number: &str, stock: i64, promised: i64) -> Result<i64, Refusal> {
        let Self { kind, quantity, .. } = self;
        if !(0..=MAX_QUANTITY).contains(quantity) || (*quantity == 0 && *kind != AdjustmentType::Set) {
            return Err(Refusal::field("quantity", format!("must be from 1 to {MAX_QUANTITY}; from 0 for SET")));
        }
        let delta = match kind {
            AdjustmentType::Add => *quantity,
            AdjustmentType::Subtract => -quantity,
            AdjustmentType::Set => quantity - stock,
        };
        if delta > 0 && self.reason == AdjustmentReason::Scrapped {
            return Err(Refusal::field("reason", "what is SCRAPPED leaves the stock, and adds nothing"));
        }
        let after = stock + delta;
        if after < promised {
            let (part_number, available) = (part_number.to_owned(), stock - promised);
            return Err(Refusal::InsufficientStock(vec![ShortPart { part_number, requested: -delta, available }]));
        }
        // Deliveries may have made it larger: it can be taken from all the same.
        if delta > 0 && after > MAX_QUANTITY {
            return Err(Refusal::field("quantity", format!("stock would exceed {MAX_QUANTITY}")));
        }
        Ok(delta)
    }
}

impl Part {
    /// By how much an adjustment changes the stock.
    ///
    /// # Errors
    /// `INSUFFICIENT_STOCK` when it would fall below zero; a field error when it would exceed
    /// [`MAX_QUANTITY`], or when nothing would be added or taken.
    pub fn delta_of(&self, adjustment: &Adjustment) -> Result<i64, Refusal> {
        adjustment.delta(&self.details.part_number, self.stock_quantity, 0)
    }

    /// The part after its stock moved, by an entry of the ledger.
    #[must_use]
    pub fn moved(&self, delta: i64, now: Timestamp) -> Self {
        Self {
            stock_quantity: self.stock_quantity + delta,
            headroom: self.headroom + delta,
            ledger_counts: self.ledger_counts.with(now),
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// The part with other details: another minimum moves what is left above it.
    ///
    /// # Errors
    /// A field error on `partNumber` when it would change although the part is Central's, too, which matches by it.
    pub fn edited(&self, details: PartDetails, now: Timestamp) -> Result<Self, Refusal> {
        if self.central_part_id.is_some() && details.part_number != self.details.part_number {
            return Err(Refusal::field("partNumber", "cannot be changed: it is Central's number of the part"));
        }
        Ok(Self {
            headroom: self.stock_quantity - details.min_stock_level,
            details,
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central_stock::tests::details;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_new_rate_is_one_of_today_and_an_old_one_may_stay() {
        let old = PartDetails { gst_rate: 12, ..details("BAT-1") };
        assert!(old.check(None, day("2025-09-21")).is_ok());
        let refusal = old.check(None, day("2025-09-22")).unwrap_err();
        assert_eq!(refusal.fields().to_string(), "gstRate is no GST rate; valid: 0, 5, 18, 40");
        assert!(old.check(Some(&old), day("2025-09-22")).is_ok());
    }

    #[test]
    fn the_maximum_is_not_below_the_minimum() {
        let with_maximum = |most| PartDetails { max_stock_level: Some(most), ..details("BAT-1") };
        assert!(with_maximum(5).check(None, day("2026-01-01")).is_ok());
        let refusal = with_maximum(4).check(None, day("2026-01-01")).unwrap_err();
        assert!(refusal.fields().to_string().starts_with("maxStockLevel"));
    }

    #[test]
    fn another_minimum_moves_the_headroom_and_centrals_number_stays() {
        let now = Timestamp::new("2026-11-23T04:30:00Z".parse().unwrap());
        let part = Part {
            id: Uuid::nil(),
            service_center_id: Uuid::nil(),
            central_part_id: None,
            details: details("BAT-1"),
            stock_quantity: 10,
            headroom: 5,
            ledger_counts: LedgerCounts::default(),
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let changed = PartDetails { min_stock_level: 12, ..details("BAT-2") };
        let after = part.edited(changed.clone(), now).unwrap();
        assert_eq!((after.stock_quantity, after.headroom, after.version), (10, -2, 2));
        let centrals = Part { central_part_id: Some(Uuid::nil()), ..part };
        assert!(centrals.edited(changed, now).unwrap_err().fields().to_string().starts_with("partNumber"));
        assert!(centrals.edited(details("BAT-1"), now).is_ok());
    }
}
