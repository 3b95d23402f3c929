//! A centre's stock and its ledger. Stock changes only together with a ledger entry.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    formats::HsnSac,
    money::Paise,
    refusal::{Refusal, ShortPart},
    statuses::{AdjustmentReason, AdjustmentType},
};

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
    /// What can be edited.
    #[serde(flatten)]
    pub details: PartDetails,
    /// Pieces in stock: the sum of the ledger, never negative.
    pub stock_quantity: i64,
    /// Stock − minimum: at most 0 when low. Moves with the stock.
    pub headroom: i64,
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

/// Why stock moved: the ledger's types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LedgerType {
    /// Stock at the creation of the part.
    Opening,
    /// An adjustment by hand.
    Adjustment,
    /// Issued to a job card.
    Issue,
    /// Returned from a job card.
    Return,
    /// Sold over the counter.
    Sale,
    /// A sale was cancelled.
    SaleReversal,
    /// Received from Central.
    Receipt,
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

impl Part {
    /// By how much an adjustment changes the stock.
    ///
    /// # Errors
    /// `INSUFFICIENT_STOCK` when it would fall below zero; a field error when it would exceed
    /// [`MAX_QUANTITY`], or when nothing would be added or taken.
    pub fn delta_of(&self, adjustment: &Adjustment) -> Result<i64, Refusal> {
        let Adjustment { kind, quantity, .. } = adjustment;
        if !(0..=MAX_QUANTITY).contains(quantity) || (*quantity == 0 && *kind != AdjustmentType::Set) {
            return Err(Refusal::field("quantity", format!("must be from 1 to {MAX_QUANTITY}; from 0 for SET")));
        }
        let delta = match kind {
            AdjustmentType::Add => *quantity,
            AdjustmentType::Subtract => -quantity,
            AdjustmentType::Set => quantity - self.stock_quantity,
        };
        let after = self.stock_quantity + delta;
        if after < 0 {
            return Err(Refusal::InsufficientStock(vec![self.short_of(*quantity)]));
        }
        if after > MAX_QUANTITY {
            return Err(Refusal::field("quantity", format!("stock would exceed {MAX_QUANTITY}")));
        }
        Ok(delta)
    }

    /// The part as missing from a demand.
    pub fn short_of(&self, requested: i64) -> ShortPart {
        ShortPart { part_number: self.details.part_number.clone(), requested, available: self.stock_quantity }
    }

    /// The part after its stock moved.
    #[must_use]
    pub fn moved(&self, delta: i64, now: Timestamp) -> Self {
        Self {
            stock_quantity: self.stock_quantity + delta,
            headroom: self.headroom + delta,
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// Whether moving the stock by `delta` makes the part low that was not: the moment to alert.
    pub fn becomes_low(&self, delta: i64) -> bool {
        self.headroom > 0 && self.headroom + delta <= 0
    }
}
