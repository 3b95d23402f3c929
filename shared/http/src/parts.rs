//! What requests say about a part, be it a centre's or Central's: changes, adjustments of its stock.

use dms_domain::{
    formats::HsnSac,
    inputs::{Amount, LongText, ShortText, Stock, Whole},
    query::{Field, FieldKind, Query, QuerySpec, Sort},
    statuses::{AdjustmentReason, AdjustmentType},
    stock::{Adjustment, LedgerEntry, LedgerType, PartDetails},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    extract::{Change, Cmd, Spec, set_only},
    views::LedgerEntryView,
};

/// A GST rate in per cent.
pub type Rate = Whole<0, 100>;

/// The rate as it is stored; its bounds fit.
pub fn rate(rate: Rate) -> u8 {
    u8::try_from(rate.0).unwrap_or(u8::MAX)
}

/// What changes of a part; absent fields stay, null clears.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"unitPrice": "52000", "minStockLevel": 8, "location": null}))]
pub struct PartChanges {
    #[serde(default, deserialize_with = "set_only")]
    part_name: Option<ShortText>,
    #[serde(default, deserialize_with = "set_only")]
    part_number: Option<ShortText>,
    #[serde(default, deserialize_with = "set_only")]
    part_code: Option<ShortText>,
    #[serde(default, deserialize_with = "set_only")]
    category: Option<ShortText>,
    #[serde(default, deserialize_with = "set_only")]
    unit_price: Option<Amount>,
    #[serde(default, deserialize_with = "set_only")]
    cost_price: Option<Amount>,
    #[serde(default, deserialize_with = "set_only")]
    gst_rate: Option<Rate>,
    #[serde(default)]
    #[schema(value_type = Option<HsnSac>)]
    hsn_sac_code: Change<HsnSac>,
    #[serde(default, deserialize_with = "set_only")]
    min_stock_level: Option<Stock>,
    #[serde(default)]
    #[schema(value_type = Option<Stock>)]
    max_stock_level: Change<Stock>,
    #[serde(default)]
    #[schema(value_type = Option<ShortText>)]
    location: Change<ShortText>,
}

impl PartChanges {
    /// What the part says after the change.
    pub fn applied_to(self, now: &PartDetails) -> PartDetails {
        let now = now.clone();
        PartDetails {
            part_name: self.part_name.map_or(now.part_name, |text| text.0),
            part_number: self.part_number.map_or(now.part_number, |text| text.0),
            part_code: self.part_code.map_or(now.part_code, |text| text.0),
            category: self.category.map_or(now.category, |text| text.0),
            unit_price_paise: self.unit_price.map_or(now.unit_price_paise, |amount| amount.0),
            cost_price_paise: self.cost_price.map_or(now.cost_price_paise, |amount| amount.0),
            gst_rate: self.gst_rate.map_or(now.gst_rate, rate),
            hsn_sac_code: self.hsn_sac_code.or(now.hsn_sac_code),
            min_stock_level: self.min_stock_level.map_or(now.min_stock_level, |level| level.0),
            max_stock_level: self.max_stock_level.map(|level| level.0).or(now.max_stock_level),
            location: self.location.map(|text| text.0).or(now.location),
        }
    }
}

/// An adjustment of a part's stock by hand.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "adjustmentType": "ADD", "quantity": 10, "reason": "STOCK_RECEIVED", "notes": "Received from central"
}))]
pub struct StockAdjustment {
    adjustment_type: AdjustmentType,
    /// Pieces, at least one; for `SET` the counted quantity, which can be 0.
    quantity: Stock,
    reason: AdjustmentReason,
    notes: Option<LongText>,
}

impl StockAdjustment {
    /// As the rules know it.
    pub fn adjustment(self) -> Adjustment {
        Adjustment {
            kind: self.adjustment_type,
            quantity: self.quantity.0,
            reason: self.reason,
            notes: self.notes.map(|text| text.0),
        }
    }
}

/// The ledger entry of an adjustment that moves the stock by `delta`.
pub fn adjustment_entry(cmd: &Cmd, by: Uuid, part: Uuid, delta: i64, adjustment: &Adjustment) -> LedgerEntry {
    LedgerEntry {
        reason: adjustment.reason.as_str().to_owned(),
        notes: adjustment.notes.clone(),
        ..entry(cmd, by, part, (LedgerType::Adjustment, delta))
    }
}

/// The ledger's first entry, which accounts for the stock a part comes with.
pub fn opening_entry(cmd: &Cmd, by: Uuid, part: Uuid, stock_quantity: i64) -> Option<LedgerEntry> {
    (stock_quantity > 0).then(|| entry(cmd, by, part, (LedgerType::Opening, stock_quantity)))
}

fn entry(cmd: &Cmd, by: Uuid, part: Uuid, (kind, delta): (LedgerType, i64)) -> LedgerEntry {
    LedgerEntry::new(cmd.context.new_id(), part, (kind, delta), by, cmd.context.timestamp())
}

/// The query of a part's ledger.
pub struct Ledger;

impl Spec for Ledger {
    type Row = LedgerEntryView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "createdAt", kind: FieldKind::Time },
            Field { name: "type", kind: FieldKind::Choice(LedgerType::NAMES) },
        ],
        sorts: &["createdAt"],
        expands: &[],
        list: true,
        by_centre: false,
        texts: &[],
    };
}

/// How far a part is below its minimum: what its stored headroom is above it.
pub const SHORTAGE: &str = "shortage";

/// A query of low stock in terms of the stored fields.
pub fn by_headroom(query: &Query) -> Query {
    let sort = query.sort.iter().map(|sort| match sort.field {
        SHORTAGE => Sort { field: "headroom", descending: !sort.descending },
        _ => *sort,
    });
    Query { sort: sort.collect(), ..query.clone() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn brake_pad() -> PartDetails {
        serde_json::from_value(json!({
            "partName": "Brake Pad", "partNumber": "BP-001", "partCode": "BP-001", "category": "Brakes",
            "unitPricePaise": 1, "costPricePaise": 1, "gstRate": 18, "minStockLevel": 0,
        }))
        .unwrap()
    }

    #[test]
    fn the_greatest_shortage_is_the_least_headroom() {
        const SPEC: QuerySpec = QuerySpec {
            filters: &[],
            sorts: &[SHORTAGE, "partName"],
            expands: &[],
            list: true,
            by_centre: false,
            texts: &[],
        };
        let sort = |raw: &str| by_headroom(&Query::parse(raw, &SPEC).unwrap()).sort;
        assert_eq!(sort(""), [Sort { field: "headroom", descending: false }]);
        assert_eq!(sort("sort=shortage"), [Sort { field: "headroom", descending: true }]);
        assert_eq!(sort("sort=partName"), [Sort { field: "partName", descending: false }]);
    }

    #[test]
    fn changes_leave_what_they_do_not_name() {
        let changes: PartChanges = serde_json::from_value(json!({"minStockLevel": 12, "location": null})).unwrap();
        let after = changes.applied_to(&PartDetails { location: Some("A".to_owned()), ..brake_pad() });
        assert_eq!(after, PartDetails { min_stock_level: 12, ..brake_pad() });
    }
}
