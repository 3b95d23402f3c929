//! What a Query asks: a partition, and bounds of its sort keys.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::tables::{Index, Table};

/// What a Query asks.
#[derive(Debug, Clone)]
pub struct Range {
    /// The table.
    pub table: Table,
    /// An index, or the table itself.
    pub index: Option<Index>,
    /// The partition.
    pub pk: String,
    /// Bounds of the sort key.
    pub sort: SortRange,
    /// Newest (largest sort key) first.
    pub descending: bool,
    /// Read your own writes; indexes cannot.
    pub consistent: bool,
}

/// Bounds of a sort key, both inclusive.
#[derive(Debug, Clone)]
pub enum SortRange {
    /// The whole partition.
    All,
    /// Strings from, to.
    Between(String, String),
    /// Strings that begin so.
    Prefix(String),
    /// Numbers up to this one.
    AtMost(i64),
}

impl Range {
    /// A consistent read of a partition of the core table, newest first.
    pub fn partition(pk: impl Into<String>) -> Self {
        Self {
            table: Table::Core,
            index: None,
            pk: pk.into(),
            sort: SortRange::All,
            descending: true,
            consistent: true,
        }
    }

    /// A read of a partition of an index, newest first.
    pub fn index(index: Index, pk: impl Into<String>) -> Self {
        Self { index: Some(index), consistent: false, ..Self::partition(pk) }
    }

    /// The same within these bounds of the sort key.
    pub fn within(self, sort: SortRange) -> Self {
        Self { sort, ..self }
    }

    /// The same, from this sort key on (inclusive), in the range's direction.
    pub fn beyond(self, sk: &str) -> Self {
        let descending = self.descending;
        self.cut(sk, !descending)
    }

    /// The same, as far as this sort key (inclusive), in the range's direction.
    pub fn until(self, sk: &str) -> Self {
        let descending = self.descending;
        self.cut(sk, descending)
    }

    fn cut(self, sk: &str, from: bool) -> Self {
        let (first, last) = match &self.sort {
            SortRange::Between(first, last) => (first.clone(), last.clone()),
            SortRange::All | SortRange::Prefix(_) | SortRange::AtMost(_) => {
                // No key begins with anything smaller; DynamoDB refuses an empty one.
                (" ".to_owned(), "\u{10ffff}".to_owned())
            }
        };
        let sort = if from {
            SortRange::Between(first.max(sk.to_owned()), last)
        } else {
            SortRange::Between(first, last.min(sk.to_owned()))
        };
        self.within(sort)
    }

    /// The same, smallest sort key first.
    pub fn ascending(self) -> Self {
        Self { descending: false, ..self }
    }

    pub(crate) fn condition(&self) -> (String, Vec<(&'static str, AttributeValue)>) {
        let mut values = vec![(":pk", AttributeValue::S(self.pk.clone()))];
        let sort = match &self.sort {
            SortRange::All => "",
            SortRange::Between(from, to) => {
                values.push((":from", AttributeValue::S(from.clone())));
                values.push((":to", AttributeValue::S(to.clone())));
                " AND #sk BETWEEN :from AND :to"
            }
            SortRange::Prefix(prefix) => {
                values.push((":prefix", AttributeValue::S(prefix.clone())));
                " AND begins_with(#sk, :prefix)"
            }
            SortRange::AtMost(most) => {
                values.push((":most", AttributeValue::N(most.to_string())));
                " AND #sk <= :most"
            }
        };
        (format!("#pk = :pk{sort}"), values)
    }
}
