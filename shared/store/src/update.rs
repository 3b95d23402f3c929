//! A conditional update of one item, spelled with names instead of expression placeholders.

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update as UpdateAction,
};
use std::collections::HashMap;

use crate::{
    client::{Store, key_item},
    error::StoreError,
    keys::Key,
    meter,
    tables::Table,
};

/// Changes to an item and the conditions under which they are made.
#[derive(Debug, Clone)]
pub struct Update {
    table: Table,
    key: Key,
    sets: Vec<String>,
    adds: Vec<String>,
    removes: Vec<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Update {
    /// An update of an item of the core table.
    pub fn of(key: Key) -> Self {
        Self::in_table(Table::Core, key)
    }

    /// An update of an item of any table.
    pub fn in_table(table: Table, key: Key) -> Self {
        Self {
            table,
            key,
            sets: Vec::new(),
            adds: Vec::new(),
            removes: Vec::new(),
            conditions: Vec::new(),
            names: HashMap::new(),
            values: HashMap::new(),
        }
    }

    fn name(&mut self, attribute: &str) -> String {
        let known = self.names.iter().find(|(_, name)| *name == attribute).map(|(alias, _)| alias.clone());
        known.unwrap_or_else(|| {
            let alias = format!("#a{}", self.names.len());
            self.names.insert(alias.clone(), attribute.to_owned());
            alias
        })
    }

    fn value(&mut self, value: AttributeValue) -> String {
        let alias = format!(":v{}", self.values.len());
        self.values.insert(alias.clone(), value);
        alias
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
    pub fn set_value(mut self, attribute: &str, value: AttributeValue) -> Self {
        let (name, value) = (self.name(attribute), self.value(value));
        self.sets.push(format!("{name} = {value}"));
        self
    }

    /// Adds to a number; an absent one counts as 0.
    pub fn add(mut self, attribute: &str, amount: i64) -> Self {
        let (name, value) = (self.name(attribute), self.value(AttributeValue::N(amount.to_string())));
        self.adds.push(format!("{name} {value}"));
        self
    }

    /// Appends to a list.
    pub fn append(mut self, attribute: &str, values: Vec<AttributeValue>) -> Self {
        let (name, value) = (self.name(attribute), self.value(AttributeValue::L(values)));
        self.sets.push(format!("{name} = list_append({name}, {value})"));
        self
    }

    /// Removes an attribute.
    pub fn remove(mut self, attribute: &str) -> Self {
        let name = self.name(attribute);
        self.removes.push(name);
        self
    }

    /// Only if the item exists.
    pub fn when_exists(mut self) -> Self {
        let name = self.name("pk");
        self.conditions.push(format!("attribute_exists({name})"));
        self
    }

    /// Only if this text is so.
    pub fn when(self, attribute: &str, value: impl Into<String>) -> Self {
        self.when_value(attribute, "=", AttributeValue::S(value.into()))
    }

    /// Only if this text is not so.
    pub fn unless(self, attribute: &str, value: impl Into<String>) -> Self {
        self.when_value(attribute, "<>", AttributeValue::S(value.into()))
    }

    /// Only if this number is so.
    pub fn when_number(self, attribute: &str, value: i64) -> Self {
        self.when_value(attribute, "=", AttributeValue::N(value.to_string()))
    }

    /// Only if this number is at least so much.
    pub fn when_at_least(self, attribute: &str, value: i64) -> Self {
        self.when_value(attribute, ">=", AttributeValue::N(value.to_string()))
    }

    /// Only if this number is more.
    pub fn when_more_than(self, attribute: &str, value: i64) -> Self {
        self.when_value(attribute, ">", AttributeValue::N(value.to_string()))
    }

    /// Only if this number is at most so much.
    pub fn when_at_most(self, attribute: &str, value: i64) -> Self {
        self.when_value(attribute, "<=", AttributeValue::N(value.to_string()))
    }

    /// Only if this list has at most so many elements.
    pub fn when_list_at_most(mut self, attribute: &str, length: usize) -> Self {
        let (name, value) = (self.name(attribute), self.value(AttributeValue::N(length.to_string())));
        self.conditions.push(format!("size({name}) <= {value}"));
        self
    }

    /// Only if the attribute is absent.
    pub fn when_absent(mut self, attribute: &str) -> Self {
        let name = self.name(attribute);
        self.conditions.push(format!("attribute_not_exists({name})"));
        self
    }

    fn when_value(mut self, attribute: &str, operator: &str, value: AttributeValue) -> Self {
        let (name, value) = (self.name(attribute), self.value(value));
        self.conditions.push(format!("{name} {operator} {value}"));
        self
    }

    fn condition(&self) -> Option<String> {
        (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "))
    }

    pub(crate) fn into_action(self, store: &Store) -> Result<TransactWriteItem, StoreError> {
        let (expression, condition) = (self.expression(), self.condition());
        let table = store.table_name(self.table);
        let names = (!self.names.is_empty()).then_some(self.names);
        let values = (!self.values.is_empty()).then_some(self.values);
        let on_failure = ReturnValuesOnConditionCheckFailure::AllOld;
        // Nothing to change: only a condition on the item.
        let Some(expression) = expression else {
            let check = ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(key_item(&self.key)))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(on_failure)
                .build()?;
            return Ok(TransactWriteItem::builder().condition_check(check).build());
        };
        let update = UpdateAction::builder()
            .table_name(table)
            .set_key(Some(key_item(&self.key)))
            .update_expression(expression)
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(on_failure)
            .build()?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    fn expression(&self) -> Option<String> {
        let clauses = [("SET", &self.sets), ("ADD", &self.adds), ("REMOVE", &self.removes)];
        let clauses: Vec<String> = clauses
            .iter()
            .filter(|(_, parts)| !parts.is_empty())
            .map(|(verb, parts)| format!("{verb} {}", parts.join(", ")))
            .collect();
        (!clauses.is_empty()).then(|| clauses.join(" "))
    }
}

impl Store {
    /// An update by itself, outside of any transaction; nothing happens when its condition does not hold.
    pub(crate) async fn update_now(&self, update: Update) -> Result<(), StoreError> {
        let _call = meter::Call::start();
        let (expression, condition) = (update.expression(), update.condition());
        let sent = self
            .client()
            .update_item()
            .table_name(self.table_name(update.table))
            .set_key(Some(key_item(&update.key)))
            .set_update_expression(expression)
            .set_condition_expression(condition)
            .set_expression_attribute_names((!update.names.is_empty()).then_some(update.names))
            .set_expression_attribute_values((!update.values.is_empty()).then_some(update.values))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match sent {
            Ok(output) => {
                meter::wrote(output.consumed_capacity());
                Ok(())
            }
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }
}
