//! Money: integer paise inside, rupees with at most 2 decimals outside.

use std::{borrow::Cow, fmt};

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, SchemaFormat,
        schema::{ObjectBuilder, OneOfBuilder, Schema, Type},
    },
};

/// The largest amount a request may name: ₹ 1 000 000 000, in paise.
const MAX_INPUT: i64 = 100_000_000_000;

/// An amount in paise (1/100 rupee). Stored as this integer; negative only for differences such as a round-off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Paise(i64);

impl Paise {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many paise.
    pub const fn new(paise: i64) -> Self {
        Self(paise)
    }

    /// The number of paise.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The sum; none if it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference; none if it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// So many times this amount; none if it does not fit.
    #[must_use]
    pub fn times(self, count: i64) -> Option<Self> {
        self.0.checked_mul(count).map(Self)
    }

    /// Less than nothing.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The sum of all; none if it does not fit.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// Reads rupees as a user writes them: not negative, at most 2 decimals, at most ₹ 1 000 000 000.
    /// "5000", "5000.5", "5000.500" and "5e3" are accepted; nothing is trimmed or rounded.
    ///
    /// # Errors
    /// What is wrong, worded for the user.
    pub fn parse_rupees(text: &str) -> Result<Self, String> {
        let rupees = read(text)?;
        if rupees.is_sign_negative() && !rupees.is_zero() {
            return Err("must not be negative".to_owned());
        }
        paise_of(rupees).and_then(|paise| if paise <= MAX_INPUT { Ok(Self(paise)) } else { Err(too_large()) })
    }

    /// Reads rupees as [`fmt::Display`] writes them: negative ones too, and without the limit for requests.
    fn read_back(text: &str) -> Option<Self> {
        read(text).and_then(paise_of).ok().map(Self)
    }
}

/// Rupees: "0", "11000", "2542.37", "2542.50", "-0.45".
impl fmt::Display for Paise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative() { "-" } else { "" };
        let paise = self.0.unsigned_abs();
        let (rupees, rest) = (paise / 100, paise % 100);
        if rest == 0 { f.pad(&format!("{sign}{rupees}")) } else { f.pad(&format!("{sign}{rupees}.{rest:02}")) }
    }
}

/// Reads a decimal exactly: nothing is rounded. Signs and digits as JSON has them.
fn read(text: &str) -> Result<Decimal, String> {
    let is_plain = text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && text.ends_with(|c: char| c.is_ascii_digit())
        && !text.contains('_');
    let read = match text.contains(['e', 'E']) {
        true => Decimal::from_scientific(text),
        false => Decimal::from_str_exact(text),
    };
    match read {
        Ok(decimal) if is_plain => Ok(decimal),
        Err(rust_decimal::Error::Underflow) if is_plain => Err(TOO_FINE.to_owned()),
        Err(rust_decimal::Error::ExceedsMaximumPossibleValue) if is_plain => Err(too_large()),
        Ok(_) | Err(_) => Err("must be a number".to_owned()),
    }
}

const TOO_FINE: &str = "must have at most 2 decimals";

fn too_large() -> String {
    format!("must be at most {}", Paise(MAX_INPUT))
}

/// Whole paise of so many rupees.
fn paise_of(rupees: Decimal) -> Result<i64, String> {
    let paise = rupees.checked_mul(Decimal::ONE_HUNDRED).ok_or_else(too_large)?.normalize();
    if paise.scale() > 0 {
        return Err(TOO_FINE.to_owned());
    }
    paise.to_i64().ok_or_else(too_large)
}

/// An amount as responses and documents show it: a decimal string in rupees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rupees(pub Paise);

impl Serialize for Rupees {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Rupees {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Paise::read_back(&text)
            .map(Self)
            .ok_or_else(|| D::Error::custom("must be a decimal string with at most 2 decimals"))
    }
}

impl PartialSchema for Rupees {
    fn schema() -> RefOr<Schema> {
        string_schema().description(Some("Rupees, as a decimal string")).into()
    }
}

impl ToSchema for Rupees {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Rupees")
    }
}

/// The schema of a decimal string.
fn string_schema() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::Custom("decimal".to_owned())))
        .examples(["2542.37"])
}

/// An amount in a request: a JSON number or a decimal string, in rupees. It keeps the text, so a wrong amount
/// is reported with the other fields' errors instead of failing the whole body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyInput(String);

impl MoneyInput {
    /// The amount.
    ///
    /// # Errors
    /// What is wrong, worded for the user; see [`Paise::parse_rupees`].
    pub fn paise(&self) -> Result<Paise, String> {
        Paise::parse_rupees(&self.0)
    }
}

impl<'de> Deserialize<'de> for MoneyInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            // The shortest text that reads back as the same number: 2542.37 stays "2542.37".
            Value::Number(number) => Ok(Self(number.to_string())),
            Value::String(text) => Ok(Self(text)),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                Err(D::Error::custom("must be a number or a decimal string"))
            }
        }
    }
}

impl PartialSchema for MoneyInput {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new()
            .item(ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0)))
            .item(string_schema())
            .description(Some("Rupees; at most 2 decimals"))
            .examples(["2542.37"])
            .into()
    }
}

impl ToSchema for MoneyInput {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("MoneyInput")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn parse(text: &str) -> Result<i64, String> {
        Paise::parse_rupees(text).map(Paise::get)
    }

    #[test]
    fn reads_rupees() {
        for (text, paise) in [
            ("0", 0),
            ("-0", 0),
            ("5000", 500_000),
            ("5000.5", 500_050),
            ("5000.500", 500_050),
            ("5e3", 500_000),
            ("5E+3", 500_000),
            ("254237e-2", 254_237),
            ("0.01", 1),
            ("007", 700),
            ("1000000000", MAX_INPUT),
            ("1e9", MAX_INPUT),
        ] {
            assert_eq!(parse(text), Ok(paise), "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let not_a_number = [
            "",
            " ",
            "5 ",
            " 5",
            "+5",
            ".5",
            "5.",
            "1,000",
            "five",
            "NaN",
            "inf",
            "1e",
            "e3",
            "1e1.5",
            "--1",
            "\u{966}",
            "1_000",
            // Beyond what a decimal can be.
            "1e-99999999999999999999",
            "1e99999999999999999999",
            "1e300",
            "-1e300",
            "99999999999999999999999999999999999999999",
        ];
        for text in not_a_number {
            assert_eq!(parse(text), Err("must be a number".to_owned()), "{text}");
        }
        for text in ["-1", "-0.01", "-0.001"] {
            assert_eq!(parse(text), Err("must not be negative".to_owned()), "{text}");
        }
        for text in ["0.001", "1e-3", "0.30000000000000004", "5.0000000000000000000000000000000000001"] {
            assert_eq!(parse(text), Err("must have at most 2 decimals".to_owned()), "{text}");
        }
        for text in ["1000000000.01", "1e10"] {
            assert_eq!(parse(text), Err("must be at most 1000000000".to_owned()), "{text}");
        }
    }

    #[test]
    fn shows_rupees() {
        for (paise, text) in [
            (0, "0"),
            (1_100_000, "11000"),
            (254_237, "2542.37"),
            (254_250, "2542.50"),
            (-45, "-0.45"),
            (5, "0.05"),
        ] {
            assert_eq!(Paise::new(paise).to_string(), text);
        }
        assert_eq!(Paise::new(i64::MIN).to_string(), "-92233720368547758.08");
        assert_eq!(serde_json::to_value(Rupees(Paise::new(254_250))).unwrap(), json!("2542.50"));
        assert_eq!(serde_json::to_value(Paise::new(254_250)).unwrap(), json!(254_250));
        assert!(serde_json::from_value::<Rupees>(json!("0.001")).is_err());
    }

    #[test]
    fn input_takes_numbers_and_strings() {
        for (text, paise) in
            [("5000", 500_000), ("2542.37", 254_237), ("\"2542.37\"", 254_237), ("5e3", 500_000), ("1.10", 110)]
        {
            let input: MoneyInput = serde_json::from_str(text).unwrap();
            assert_eq!(input.paise(), Ok(Paise::new(paise)), "{text}");
        }
        for text in ["-5", "\"abc\"", "0.001", "1e300", "18446744073709551615"] {
            assert!(serde_json::from_str::<MoneyInput>(text).unwrap().paise().is_err(), "{text}");
        }
        for text in ["true", "null", "[]", "[5]", "{}", "{\"amount\":5}"] {
            let error = serde_json::from_str::<MoneyInput>(text).unwrap_err().to_string();
            assert!(error.contains("must be a number or a decimal string"), "{text}: {error}");
        }
    }

    #[test]
    fn arithmetic_is_checked() {
        let most = Paise::new(i64::MAX);
        assert_eq!(most.checked_add(Paise::new(1)), None);
        assert_eq!(Paise::new(i64::MIN).checked_sub(Paise::new(1)), None);
        assert_eq!(most.times(2), None);
        assert_eq!(Paise::new(5).times(3), Some(Paise::new(15)));
        assert_eq!(Paise::sum([Paise::new(1), Paise::new(2)]), Some(Paise::new(3)));
        assert_eq!(Paise::sum([most, Paise::new(1)]), None);
    }

    proptest! {
        #[test]
        fn shown_and_read_back(paise in any::<i64>(), input in 0..=MAX_INPUT) {
            prop_assume!(paise != i64::MIN);
            let json = serde_json::to_value(Rupees(Paise::new(paise))).unwrap();
            prop_assert_eq!(serde_json::from_value::<Rupees>(json).unwrap(), Rupees(Paise::new(paise)));
            prop_assert_eq!(parse(&Paise::new(input).to_string()), Ok(input));
        }

        #[test]
        fn a_json_number_loses_nothing(input in 0..=MAX_INPUT) {
            let text = Paise::new(input).to_string();
            let read: MoneyInput = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(read.paise(), Ok(Paise::new(input)));
        }

        #[test]
        fn any_text_is_safe(text in "[-+0-9.eE ]{0,40}|.{0,20}") {
            let _ = parse(&text);
        }
    }
}
