//! A conditional update of one item, spelled with names: sent as a DynamoDB expression, or applied to an item in hand.

mod apply;
mod expression;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use crate::{error::StoreError, keys::Key, tables::Table};

/// Changes to an item and the conditions under which they are made.
#[derive(Debug, Clone)]
pub struct Update {
    table: Table,
    key: Key,
    changes: Vec<(String, Change)>,
    conditions: Vec<(String, Test)>,
}

/// What becomes of an attribute.
#[derive(Debug, Clone)]
enum Change {
    Set(AttributeValue),
    /// An absent one counts as 0.
    Add(i128),
    Append(Vec<AttributeValue>),
    /// One more in a member of a map; an absent member counts as 0.
    Count(String),
    Remove,
}

/// What an attribute must be like.
#[derive(Debug, Clone)]
enum Test {
    Exists,
    Absent,
    Is(AttributeValue),
    IsNot(AttributeValue),
    AtLeast(i64),
    MoreThan(i64),
    AtMost(i64),
    ListAtMost(usize),
}

impl Update {
    /// An update of an item of the core table.
    pub fn of(key: Key) -> Self {
        Self::in_table(Table::Core, key)
    }

    /// An update of an item of any table.
    pub fn in_table(table: Table, key: Key) -> Self {
        Self { table, key, changes: Vec::new(), conditions: Vec::new() }
    }

    /// Which item it is.
    pub(crate) fn target(&self) -> (Table, Key) {
        (self.table, self.key.clone())
    }

    /// What becomes of the item's attributes, for the audit log.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when a value has no JSON form.
    pub(crate) fn told(&self) -> Result<String, StoreError> {
        let plain = |value: &AttributeValue| serde_dynamo::from_attribute_value::<_, Value>(value.clone());
        let told = self.changes.iter().map(|(attribute, change)| {
            Ok(match change {
                Change::Set(value) => json!([attribute, "set", plain(value)?]),
                Change::Add(amount) => json!([attribute, "add", amount.to_string()]),
                Change::Append(values) => {
                    json!([attribute, "append", values.iter().map(plain).collect::<Result<Vec<_>, _>>()?])
                }
                Change::Count(member) => json!([attribute, "count", member]),
                Change::Remove => json!([attribute, "remove"]),
            })
        });
        let mut told = Value::Array(told.collect::<Result<_, StoreError>>()?);
        told.sort_all_objects();
        Ok(told.to_string())
    }

    fn change(mut self, attribute: &str, change: Change) -> Self {
        self.changes.push((attribute.to_owned(), change));
        self
    }

    fn test(mut self, attribute: &str, test: Test) -> Self {
        self.conditions.push((attribute.to_owned(), test));
        self
    }

    /// Sets a text.
    pub fn set(self, attribute: &str, value: impl Into<String>) -> Self {
        self.set_value(attribute, AttributeValue::S(value.into()))
    }

    /// Sets a number.
    pub fn set_number(self, attribute: &str, value: i64) -> Self {
        self.set_value(attribute, AttributeValue::N(value.to_string()))
    }

    /// Sets any value.
    pub fn set_value(self, attribute: &str, value: AttributeValue) -> Self {
        self.change(attribute, Change::Set(value))
    }

    /// Adds to a number; an absent one counts as 0.
    pub fn add(self, attribute: &str, amount: impl Into<i128>) -> Self {
        self.change(attribute, Change::Add(amount.into()))
    }

    /// Appends to a list.
    pub fn append(self, attribute: &str, values: Vec<AttributeValue>) -> Self {
        self.change(attribute, Change::Append(values))
    }

    /// Counts one more in a member of a map, which must be there.
    pub fn count(self, attribute: &str, member: impl Into<String>) -> Self {
        self.change(attribute, Change::Count(member.into()))
    }

    /// Removes an attribute.
    pub fn remove(self, attribute: &str) -> Self {
        self.change(attribute, Change::Remove)
    }

    /// Only if the item exists.
    pub fn when_exists(self) -> Self {
        self.test("pk", Test::Exists)
    }

    /// Only if this text is so.
    pub fn when(self, attribute: &str, value: impl Into<String>) -> Self {
        self.when_value(attribute, AttributeValue::S(value.into()))
    }

    /// Only if this text is not so.
    pub fn unless(self, attribute: &str, value: impl Into<String>) -> Self {
        self.test(attribute, Test::IsNot(AttributeValue::S(value.into())))
    }

    /// Only if this number is so.
    pub fn when_number(self, attribute: &str, value: i64) -> Self {
        self.when_value(attribute, AttributeValue::N(value.to_string()))
    }

    /// Only if this value is so.
    pub(crate) fn when_value(self, attribute: &str, value: AttributeValue) -> Self {
        self.test(attribute, Test::Is(value))
    }

    /// Only if this number is at least so much.
    pub fn when_at_least(self, attribute: &str, value: i64) -> Self {
        self.test(attribute, Test::AtLeast(value))
    }

    /// Only if this number is more.
    pub fn when_more_than(self, attribute: &str, value: i64) -> Self {
        self.test(attribute, Test::MoreThan(value))
    }

    /// Only if this number is at most so much.
    pub fn when_at_most(self, attribute: &str, value: i64) -> Self {
        self.test(attribute, Test::AtMost(value))
    }

    /// Only if this list has at most so many elements.
    pub fn when_list_at_most(self, attribute: &str, length: usize) -> Self {
        self.test(attribute, Test::ListAtMost(length))
    }

    /// Only if the attribute is absent.
    pub fn when_absent(self, attribute: &str) -> Self {
        self.test(attribute, Test::Absent)
    }
}
