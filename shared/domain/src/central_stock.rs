//! Central's stock: what the dealership's own warehouse has, and what of it is promised to centres.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    refusal::Refusal,
    stock::{Adjustment, LedgerCounts, PartDetails},
};

/// A part in Central's stock, as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CentralPart {
    /// UUIDv7.
    pub id: Uuid,
    /// What can be edited, except the number: centres' parts are matched by it.
    #[serde(flatten)]
    pub details: PartDetails,
    /// Pieces in stock: the sum of the ledger, never negative.
    pub stock_quantity: i64,
    /// Promised to parts issues that wait for a decision.
    pub allocated: i64,
    /// Stock − allocated: what can still be promised. Moves with both.
    pub available: i64,
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

impl CentralPart {
    /// A new part, nothing of it promised.
    pub fn new(id: Uuid, details: PartDetails, stock_quantity: i64, now: Timestamp) -> Self {
        Self {
            id,
            headroom: stock_quantity - details.min_stock_level,
            details,
            stock_quantity,
            allocated: 0,
            available: stock_quantity,
            ledger_counts: LedgerCounts::default(),
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// By how much an adjustment changes the stock; what is promised must stay.
    ///
    /// # Errors
    /// `INSUFFICIENT_STOCK`; a field error on `quantity`.
    pub fn delta_of(&self, adjustment: &Adjustment) -> Result<i64, Refusal> {
        adjustment.delta(&self.details.part_number, self.stock_quantity, self.allocated)
    }

    /// The part after its stock moved, by an entry of the ledger.
    #[must_use]
    pub fn moved(&self, delta: i64, now: Timestamp) -> Self {
        Self {
            stock_quantity: self.stock_quantity + delta,
            available: self.available + delta,
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
    /// A field error on `partNumber` when it would change: centres' parts and the reconciliation go by it.
    pub fn edited(&self, details: PartDetails, now: Timestamp) -> Result<Self, Refusal> {
        if details.part_number != self.details.part_number {
            return Err(Refusal::field("partNumber", "cannot be changed: the centres' parts go by it"));
        }
        Ok(Self {
            headroom: self.stock_quantity - details.min_stock_level,
            details,
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// Checks that nothing is left of it, so that it can be deleted.
    ///
    /// # Errors
    /// `STOCK_LEFT` while pieces are in stock (or under way, which the caller knows).
    pub fn check_empty(&self, in_transit: i64) -> Result<(), Refusal> {
        if self.stock_quantity == 0 && self.allocated == 0 && in_transit == 0 {
            return Ok(());
        }
        let message = format!(
            "{} of the part are in stock, {} promised and {in_transit} under way",
            self.stock_quantity, self.allocated
        );
        Err(Refusal::conflict("STOCK_LEFT", message))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::statuses::{AdjustmentReason, AdjustmentType};

    pub(crate) fn details(number: &str) -> PartDetails {
        serde_json::from_value(serde_json::json!({
            "partName": "Battery Module", "partNumber": number, "partCode": number, "category": "Battery",
            "unitPricePaise": 5_000_000, "costPricePaise": 4_000_000, "gstRate": 18, "minStockLevel": 5,
        }))
        .unwrap()
    }

    fn part() -> CentralPart {
        let now = Timestamp::new("2026-11-23T04:30:00Z".parse().unwrap());
        CentralPart::new(Uuid::nil(), details("BAT-1"), 10, now)
    }

    #[test]
    fn what_is_promised_cannot_be_taken_by_hand() {
        let part = CentralPart { allocated: 4, available: 6, ..part() };
        let adjust = |kind, quantity| {
            part.delta_of(&Adjustment { kind, quantity, reason: AdjustmentReason::StockCount, notes: None })
        };
        assert_eq!(adjust(AdjustmentType::Subtract, 6), Ok(-6));
        assert!(matches!(adjust(AdjustmentType::Subtract, 7), Err(Refusal::InsufficientStock(_))));
        assert!(matches!(adjust(AdjustmentType::Set, 3), Err(Refusal::InsufficientStock(_))));
        let moved = part.moved(-6, part.created_at);
        assert_eq!((moved.stock_quantity, moved.allocated, moved.available, moved.headroom), (4, 4, 0, -1));
    }

    #[test]
    fn the_number_stays_and_another_minimum_moves_the_headroom() {
        let part = part();
        let renamed = PartDetails { part_number: "BAT-2".to_owned(), ..part.details.clone() };
        assert!(part.edited(renamed, part.created_at).unwrap_err().fields().to_string().starts_with("partNumber"));
        let raised = PartDetails { min_stock_level: 12, ..part.details.clone() };
        assert_eq!(part.edited(raised, part.created_at).unwrap().headroom, -2);
    }

    #[test]
    fn a_part_is_empty_when_nothing_is_in_stock_promised_or_under_way() {
        let empty = part().moved(-10, part().created_at);
        assert!(empty.check_empty(0).is_ok());
        assert!(empty.check_empty(1).is_err());
        assert!(part().check_empty(0).is_err());
    }
}
