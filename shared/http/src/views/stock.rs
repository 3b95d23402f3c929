use dms_domain::{
    calendar::Timestamp,
    formats::HsnSac,
    money::Rupees,
    stock::{LedgerEntry, LedgerType, Part},
};
use uuid::Uuid;

super::view! {
    /// A part in a centre's stock.
    PartView of Part as p {
        id: Uuid = p.id,
        service_center_id: Uuid = p.service_center_id,
        /// The part in Central's stock, once some of it came from there or was sent there.
        central_inventory_part_id: Option<Uuid> = p.central_part_id,
        #[schema(example = "Battery Module")]
        part_name: String = p.details.part_name.clone(),
        #[schema(example = "BAT-MOD-001")]
        part_number: String = p.details.part_number.clone(),
        #[schema(example = "BAT-MOD-001")]
        part_code: String = p.details.part_code.clone(),
        #[schema(example = "Battery")]
        category: String = p.details.category.clone(),
        unit_price: Rupees = Rupees(p.details.unit_price_paise),
        cost_price: Rupees = Rupees(p.details.cost_price_paise),
        #[schema(example = 18)]
        gst_rate: u8 = p.details.gst_rate,
        hsn_sac_code: Option<HsnSac> = p.details.hsn_sac_code.clone(),
        #[schema(example = 10)]
        stock_quantity: i64 = p.stock_quantity,
        /// On its way from Central to this centre. Told by `GET`.
        #[serde(skip_serializing_if = "Option::is_none")]
        in_transit: Option<i64> = None,
        #[schema(example = 5)]
        min_stock_level: i64 = p.details.min_stock_level,
        max_stock_level: Option<i64> = p.details.max_stock_level,
        /// At or below the minimum.
        low_stock: bool = p.headroom <= 0,
        #[schema(example = "Warehouse Section B")]
        location: Option<String> = p.details.location.clone(),
        created_at: Timestamp = p.created_at,
        updated_at: Timestamp = p.updated_at,
        version: u64 = p.version,
    }
}

impl PartView {
    /// The view with what is under way.
    #[must_use]
    pub fn with_in_transit(self, pieces: i64) -> Self {
        Self { in_transit: Some(pieces), ..self }
    }
}

super::view! {
    /// A line of a part's ledger.
    LedgerEntryView of LedgerEntry as e {
        id: Uuid = e.id,
        #[serde(rename = "type")]
        kind: LedgerType = e.kind,
        /// Signed: negative when stock fell.
        #[schema(example = -2)]
        delta: i64 = e.delta,
        #[schema(example = "STOCK_COUNT")]
        /// Pieces lost or damaged on the way, of a `TRANSIT_LOSS`.
        variance: Option<i64> = e.variance,
        reason: String = e.reason.clone(),
        notes: Option<String> = e.notes.clone(),
        document_type: Option<String> = e.document_type.clone(),
        document_number: Option<String> = e.document_number.clone(),
        created_by: Uuid = e.created_by,
        created_at: Timestamp = e.created_at,
    }
}
