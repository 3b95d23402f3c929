//! Formats of the trade and of India, as parsed values: who holds one holds a valid one.

mod gstin;
mod phone;
mod registration;
mod state;
mod text;
mod vin;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use self::{
    gstin::{Gstin, HsnSac},
    phone::{Phone, Pincode},
    registration::Registration,
    state::GstState,
    text::{CentreCode, Email, bounded_text},
    vin::Vin,
};

/// What was expected, worded to follow a field's name: "must be a PIN code: 6 digits, not starting with 0".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FormatError(Cow<'static, str>);

impl FormatError {
    /// Says what was expected.
    pub(crate) fn new(expected: impl Into<Cow<'static, str>>) -> Self {
        Self(expected.into())
    }
}

/// The text without spaces and dashes, in upper case: people group digits as they like.
fn compact(value: &str) -> String {
    value
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-' && !('\u{2010}'..='\u{2015}').contains(c))
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// Nothing but ASCII digits, at least one.
fn all_digits(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Nothing but `A-Z` and `0-9`, at least one.
fn all_capitals_or_digits(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Reading, writing and the API schema of a type that has `parse` and `as_str`.
macro_rules! text_format {
    ($type:ident, example: $example:literal, pattern: $pattern:literal, expected: $expected:literal) => {
        impl $type {
            /// The text as it is stored and shown.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        $crate::formats::text_traits!($type, example: $example, pattern: Some($pattern), expected: $expected);
    };
}

/// The part of [`text_format`] that does not need the type to be a `String` inside.
macro_rules! text_traits {
    ($type:ident, example: $example:literal, pattern: $pattern:expr, expected: $expected:literal) => {
        impl $type {
            /// What is told to someone who wrote something else.
            const EXPECTED: &'static str = $expected;
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::formats::FormatError;

            fn from_str(value: &str) -> Result<Self, Self::Err> {
                Self::parse(value)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let pattern: Option<&str> = $pattern;
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(Self::EXPECTED))
                    .pattern(pattern)
                    .examples([$example])
                    .into()
            }
        }

        impl utoipa::ToSchema for $type {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($type))
            }
        }
    };
}

pub(crate) use {text_format, text_traits};
