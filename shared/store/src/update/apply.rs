//! An update applied to an item in hand, as DynamoDB would.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;

use super::{Change, Test, Update};
use crate::{
    client::{Item, key_item, large_number, number},
    keys::Key,
    tables::Table,
};

impl Update {
    /// Whether the conditions hold for an item, which need not exist.
    pub(crate) fn holds_for(&self, item: Option<&Item>) -> bool {
        self.conditions.iter().all(|(attribute, test)| test.holds_for(item, attribute))
    }

    /// The item afterwards; one that changes nothing makes none.
    pub(crate) fn apply(self, item: Option<Item>) -> Option<Item> {
        if self.changes.is_empty() {
            return item;
        }
        let mut item = item.unwrap_or_else(|| key_item(&self.key));
        for (attribute, change) in self.changes {
            let value = match change {
                Change::Set(value) => value,
                Change::Add(amount) => {
                    let sum = large_number(&item, &attribute).unwrap_or_default() + amount;
                    AttributeValue::N(sum.to_string())
                }
                Change::Append(values) => {
                    let mut list = match item.remove(&attribute) {
                        Some(AttributeValue::L(list)) => list,
                        Some(_) | None => Vec::new(),
                    };
                    list.extend(values);
                    AttributeValue::L(list)
                }
                Change::Count(member) => {
                    let mut members = match item.remove(&attribute) {
                        Some(AttributeValue::M(members)) => members,
                        Some(_) | None => Item::new(),
                    };
                    let count = number(&members, &member).unwrap_or_default() + 1;
                    members.insert(member, AttributeValue::N(count.to_string()));
                    AttributeValue::M(members)
                }
                Change::Remove => {
                    item.remove(&attribute);
                    continue;
                }
            };
            item.insert(attribute, value);
        }
        Some(item)
    }

    /// Whether it only adds to numbers, whatever the item is like: such updates can be summed.
    pub(crate) fn only_adds(&self) -> bool {
        self.conditions.is_empty() && self.changes.iter().all(|(_, change)| matches!(change, Change::Add(_)))
    }

    /// Updates that only add, as one; `None` when there are none. What comes to 0 is there afterwards, too, as it would
    /// be by one after the other.
    pub(crate) fn sum(table: Table, key: Key, updates: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut sums: BTreeMap<String, i128> = BTreeMap::new();
        for (attribute, change) in updates.into_iter().flat_map(|update| update.changes) {
            if let Change::Add(amount) = change {
                *sums.entry(attribute).or_default() += amount;
            }
        }
        let update = Self::in_table(table, key);
        (!sums.is_empty()).then(|| sums.iter().fold(update, |update, (name, sum)| update.add(name, *sum)))
    }

    /// What makes `after` of `before`, if that is still so; `None` when they are the same. An item that is not there
    /// has no attributes; none is removed altogether.
    pub(crate) fn between(table: Table, key: Key, before: &Item, after: &Item) -> Option<Self> {
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let mut update = Self::in_table(table, key);
        for name in names {
            let (old, new) = (before.get(name), after.get(name));
            if old == new {
                continue;
            }
            update = match old {
                Some(old) => update.when_value(name, old.clone()),
                None => update.when_absent(name),
            };
            // The keys of a new item are those of the update.
            update = match new {
                Some(_) if matches!(name.as_str(), "pk" | "sk") => update,
                Some(new) => update.set_value(name, new.clone()),
                None => update.remove(name),
            };
        }
        (!update.changes.is_empty()).then_some(update)
    }
}

impl Test {
    fn holds_for(&self, item: Option<&Item>, attribute: &str) -> bool {
        let value = item.and_then(|item| item.get(attribute));
        // A comparison with an absent attribute does not hold, whatever it compares.
        let compares = |holds: fn(i64, i64) -> bool, with: i64| {
            item.and_then(|item| number(item, attribute)).is_some_and(|value| holds(value, with))
        };
        match self {
            Self::Exists => value.is_some(),
            Self::Absent => value.is_none(),
            Self::Is(wanted) => value == Some(wanted),
            Self::IsNot(other) => value != Some(other),
            Self::AtLeast(least) => compares(|value, with| value >= with, *least),
            Self::MoreThan(less) => compares(|value, with| value > with, *less),
            Self::AtMost(most) => compares(|value, with| value <= with, *most),
            Self::ListAtMost(length) => {
                matches!(value, Some(AttributeValue::L(list)) if list.len() <= *length)
            }
        }
    }
}
