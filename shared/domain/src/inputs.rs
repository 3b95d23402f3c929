//! Values of requests that are checked while they are read: text of a bounded length, bounded whole numbers,
//! amounts of money. A handler that has one holds a valid one.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, de::Error};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        KnownFormat, RefOr, SchemaFormat,
        schema::{ObjectBuilder, Schema, Type},
    },
};

use crate::{
    calendar,
    formats::bounded_text,
    money::{MoneyInput, Paise},
};

/// Text of `MIN` to `MAX` characters, trimmed, without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<const MIN: usize, const MAX: usize>(pub String);

/// A word or a short phrase.
pub type ShortText = Text<1, 100>;
/// A sentence or a few.
pub type LongText = Text<1, 2_000>;

impl<'de, const MIN: usize, const MAX: usize> Deserialize<'de> for Text<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        bounded_text(&text, MIN, MAX).map(Self).map_err(D::Error::custom)
    }
}

impl<const MIN: usize, const MAX: usize> PartialSchema for Text<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(MIN)).max_length(Some(MAX)).into()
    }
}

impl<const MIN: usize, const MAX: usize> ToSchema for Text<MIN, MAX> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Text{MIN}To{MAX}"))
    }
}

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole<const MIN: i64, const MAX: i64>(pub i64);

/// Pieces of something, at least one.
pub type Quantity = Whole<1, 10_000_000>;
/// Pieces of something, or none.
pub type Stock = Whole<0, 10_000_000>;

impl<'de, const MIN: i64, const MAX: i64> Deserialize<'de> for Whole<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = || D::Error::custom(format!("must be a whole number from {MIN} to {MAX}"));
        // A field that is missing is told as such: it is named by that message.
        let value = serde_json::Value::deserialize(deserializer)?;
        value.as_i64().filter(|number| (MIN..=MAX).contains(number)).map(Self).ok_or_else(expected)
    }
}

impl<const MIN: i64, const MAX: i64> PartialSchema for Whole<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(MIN)).maximum(Some(MAX)).into()
    }
}

impl<const MIN: i64, const MAX: i64> ToSchema for Whole<MIN, MAX> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Whole{MIN}To{MAX}"))
    }
}

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub NaiveDate);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        calendar::parse_day(&text).map(Self).ok_or_else(|| D::Error::custom("must be a date: YYYY-MM-DD"))
    }
}

impl PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        let date = SchemaFormat::KnownFormat(KnownFormat::Date);
        ObjectBuilder::new().schema_type(Type::String).format(Some(date)).examples(["2025-12-25"]).into()
    }
}

impl ToSchema for Day {}

/// An amount of money, as a number or a decimal string of rupees with at most 2 decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount(pub Paise);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        MoneyInput::deserialize(deserializer)?.paise().map(Self).map_err(D::Error::custom)
    }
}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        MoneyInput::schema()
    }
}

impl ToSchema for Amount {
    fn name() -> Cow<'static, str> {
        MoneyInput::name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error<T: serde::de::DeserializeOwned + std::fmt::Debug>(json: &str) -> String {
        serde_json::from_str::<T>(json).unwrap_err().to_string()
    }

    #[test]
    fn values_out_of_bounds_are_refused_in_words_for_the_user() {
        assert!(error::<Text<2, 100>>("\"A\"").starts_with("must have 2 to 100 characters"));
        assert!(error::<Quantity>("-1").starts_with("must be a whole number from 1 to 10000000"));
        assert!(error::<Quantity>("1.5").starts_with("must be a whole number"));
        assert!(error::<Quantity>("\"x\"").starts_with("must be a whole number"));
        assert!(error::<Quantity>("null").starts_with("must be a whole number"));
        assert!(error::<Amount>("1.234").starts_with("must have at most 2 decimals"));
        assert!(error::<Amount>("-1").starts_with("must not be negative"));
    }

    #[test]
    fn money_is_read_as_number_or_string() {
        assert_eq!(serde_json::from_str::<Amount>("2542.37").unwrap().0, Paise::new(254_237));
        assert_eq!(serde_json::from_str::<Amount>("\"2542.5\"").unwrap().0, Paise::new(254_250));
    }
}
