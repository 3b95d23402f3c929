//! Where every piece of a part is: opening + received = central + in transit + centres + consumed + scrapped
//! (decisions, "Stock"). The left side and what left the system come from the ledgers, the stocks and what is
//! under way from the documents: so a piece that was lost or invented shows.

use serde::Serialize;

use crate::stock::{LedgerEntry, LedgerType};

/// What is known of one part number in the whole dealership.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// Pieces that were there when parts were created.
    pub opening: i64,
    /// Pieces that came from outside: bought, found, brought back.
    pub received: i64,
    /// In Central's stock.
    pub central: i64,
    /// Between Central and the centres.
    pub in_transit: i64,
    /// In the centres' stocks.
    pub centres: i64,
    /// On job cards and sold over the counter.
    pub consumed: i64,
    /// Thrown away, missing at a count, lost or damaged on the way.
    pub scrapped: i64,
}

impl Balance {
    /// Takes an entry of any of the part's ledgers into account.
    pub fn count(&mut self, entry: &LedgerEntry) {
        match entry.kind {
            LedgerType::Opening => self.opening += entry.delta,
            LedgerType::Purchase => self.received += entry.delta,
            LedgerType::Adjustment if entry.delta > 0 => self.received += entry.delta,
            LedgerType::Adjustment => self.scrapped -= entry.delta,
            LedgerType::Issue | LedgerType::Return | LedgerType::Sale | LedgerType::SaleReversal => {
                self.consumed -= entry.delta;
            }
            LedgerType::TransitLoss => self.scrapped += entry.variance.unwrap_or_default(),
            // Within the dealership: what one stock lost is under way or in another.
            LedgerType::Receipt | LedgerType::TransferOut | LedgerType::TransferReturn => {}
        }
    }

    /// Pieces that should be somewhere and are not; negative: that are somewhere and should not be.
    pub fn difference(&self) -> i64 {
        let known = self.central + self.in_transit + self.centres + self.consumed + self.scrapped;
        self.opening + self.received - known
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::calendar::Timestamp;

    fn entry(kind: LedgerType, delta: i64, variance: Option<i64>) -> LedgerEntry {
        LedgerEntry {
            id: Uuid::nil(),
            part_id: Uuid::nil(),
            kind,
            delta,
            variance,
            reason: String::new(),
            notes: None,
            document_type: None,
            document_number: None,
            created_by: Uuid::nil(),
            created_at: Timestamp::new("2026-11-23T04:30:00Z".parse().unwrap()),
        }
    }

    #[test]
    fn every_type_of_the_ledger_has_its_place_in_the_balance() {
        let mut balance = Balance::default();
        for (kind, delta, variance) in [
            (LedgerType::Opening, 10, None),
            (LedgerType::Purchase, 100, None),
            (LedgerType::TransferOut, -50, None),
            (LedgerType::Receipt, 40, None),
            (LedgerType::TransitLoss, 0, Some(3)),
            (LedgerType::TransferReturn, 2, None),
            (LedgerType::Issue, -5, None),
            (LedgerType::Return, 1, None),
            (LedgerType::Sale, -2, None),
            (LedgerType::SaleReversal, 2, None),
            (LedgerType::Adjustment, -4, None),
            (LedgerType::Adjustment, 6, None),
        ] {
            balance.count(&entry(kind, delta, variance));
        }
        // Central 10 + 100 − 50 + 2, the centre 40 − 5 + 1 − 4 + 6; of 50 sent, 5 are under way.
        let balance = Balance { central: 62, centres: 38, in_transit: 5, ..balance };
        assert_eq!((balance.opening, balance.received, balance.consumed, balance.scrapped), (10, 106, 4, 7));
        assert_eq!(balance.difference(), 0);
        assert_eq!(Balance { centres: 37, ..balance }.difference(), 1);
    }
}
