//! What the JSON of the GST portals has in common: amounts as numbers, days with dashes or slashes.

use chrono::NaiveDate;
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, Type},
    },
};

use crate::money::Paise;

/// Rupees as a JSON number with at most two decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(pub Paise);

impl Number {
    /// Rupees, for cells of a sheet.
    #[allow(clippy::cast_precision_loss)] // to the paisa below 10 000 000 000 000 rupees
    pub fn rupees(self) -> f64 {
        self.0.get() as f64 / 100.0
    }

    /// More or less of it; what would not fit stays at the limit.
    #[must_use]
    pub(crate) fn plus(self, more: Self) -> Self {
        Self(Paise::new(self.0.get().saturating_add(more.0.get())))
    }

    /// The same, taken off.
    #[must_use]
    pub(crate) fn negated(self) -> Self {
        Self(Paise::new(self.0.get().saturating_neg()))
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let paise = self.0.get();
        if paise % 100 == 0 {
            serializer.serialize_i64(paise / 100)
        } else {
            serializer.serialize_f64(self.rupees())
        }
    }
}

impl PartialSchema for Number {
    fn schema() -> RefOr<Schema> {
        let words = "Rupees, as a number with at most two decimals";
        ObjectBuilder::new().schema_type(Type::Number).description(Some(words)).examples([2542.37]).into()
    }
}

impl ToSchema for Number {
    fn name() -> std::borrow::Cow<'static, str> {
        "RupeeNumber".into()
    }
}

/// A day as returns write it: 20-12-2025.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DashedDay(pub NaiveDate);

impl Serialize for DashedDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.format("%d-%m-%Y"))
    }
}

impl PartialSchema for DashedDay {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).examples(["20-12-2025"]).into()
    }
}

impl ToSchema for DashedDay {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_numbers_and_days_have_dashes() {
        let json = |paise| serde_json::to_string(&Number(Paise::new(paise))).unwrap();
        assert_eq!(
            [json(0), json(500_000), json(254_237), json(254_250), json(-5)],
            ["0", "5000", "2542.37", "2542.5", "-0.05"]
        );
        // Fifteen digits are what a number of JSON keeps.
        assert_eq!(json(999_999_999_999_999), "9999999999999.99");
        let day = DashedDay(NaiveDate::from_ymd_opt(2025, 12, 3).unwrap());
        assert_eq!(serde_json::to_string(&day).unwrap(), "\"03-12-2025\"");
    }
}
