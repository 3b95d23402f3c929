use dms_domain::{calendar::Timestamp, central_stock::CentralPart, formats::HsnSac, money::Rupees};
use uuid::Uuid;

super::view! {
    /// A part in Central's stock.
    CentralPartView of CentralPart as p {
        id: Uuid = p.id,
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
        #[schema(example = 500)]
        stock_quantity: i64 = p.stock_quantity,
        /// Promised to parts issues that wait for a decision.
        #[schema(example = 50)]
        allocated: i64 = p.allocated,
        /// Stock less what is promised.
        #[schema(example = 450)]
        available: i64 = p.available,
        /// Between Central and the centres, either way. Told by `GET` of the part.
        #[serde(skip_serializing_if = "Option::is_none")]
        in_transit: Option<i64> = None,
        min_stock_level: i64 = p.details.min_stock_level,
        max_stock_level: Option<i64> = p.details.max_stock_level,
        /// At or below the minimum.
        low_stock: bool = p.headroom <= 0,
        location: Option<String> = p.details.location.clone(),
        created_at: Timestamp = p.created_at,
        updated_at: Timestamp = p.updated_at,
        version: u64 = p.version,
    }
}

impl CentralPartView {
    /// The view with what is under way.
    #[must_use]
    pub fn with_in_transit(self, pieces: i64) -> Self {
        Self { in_transit: Some(pieces), ..self }
    }
}
