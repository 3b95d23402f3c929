//! An update as a DynamoDB expression: names and values by placeholders.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update as UpdateAction,
};

use super::{Change, Test, Update};
use crate::{
    client::{Store, key_item},
    error::StoreError,
    meter,
};

#[derive(Default)]
struct Placeholders {
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Placeholders {
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

    fn number(&mut self, number: impl ToString) -> String {
        self.value(AttributeValue::N(number.to_string()))
    }

    /// The verb of a change and what follows it.
    fn change(&mut self, attribute: &str, change: Change) -> (&'static str, String) {
        let name = self.name(attribute);
        match change {
            Change::Set(value) => ("SET", format!("{name} = {}", self.value(value))),
            Change::Append(values) => {
                ("SET", format!("{name} = list_append({name}, {})", self.value(AttributeValue::L(values))))
            }
            Change::Add(amount) => ("ADD", format!("{name} {}", self.number(amount))),
            Change::Count(member) => {
                let member = format!("{name}.{}", self.name(&member));
                let (none, one) = (self.number(0), self.number(1));
                ("SET", format!("{member} = if_not_exists({member}, {none}) + {one}"))
            }
            Change::Remove => ("REMOVE", name),
        }
    }

    fn test(&mut self, attribute: &str, test: Test) -> String {
        let name = self.name(attribute);
        match test {
            Test::Exists => format!("attribute_exists({name})"),
            Test::Absent => format!("attribute_not_exists({name})"),
            Test::Is(value) => format!("{name} = {}", self.value(value)),
            Test::IsNot(value) => format!("{name} <> {}", self.value(value)),
            Test::AtLeast(least) => format!("{name} >= {}", self.number(least)),
            Test::MoreThan(less) => format!("{name} > {}", self.number(less)),
            Test::AtMost(most) => format!("{name} <= {}", self.number(most)),
            Test::ListAtMost(length) => format!("size({name}) <= {}", self.number(length)),
        }
    }
}

/// An update as DynamoDB wants it.
struct Expressions {
    /// None when nothing is changed.
    update: Option<String>,
    condition: Option<String>,
    names: Option<HashMap<String, String>>,
    values: Option<HashMap<String, AttributeValue>>,
}

impl Expressions {
    fn of(changes: Vec<(String, Change)>, conditions: Vec<(String, Test)>) -> Self {
        let mut placeholders = Placeholders::default();
        let changes: Vec<(&str, String)> =
            changes.into_iter().map(|(name, change)| placeholders.change(&name, change)).collect();
        let clauses = ["SET", "ADD", "REMOVE"].into_iter().filter_map(|verb| {
            let parts: Vec<&str> =
                changes.iter().filter(|(of, _)| *of == verb).map(|(_, part)| part.as_str()).collect();
            (!parts.is_empty()).then(|| format!("{verb} {}", parts.join(", ")))
        });
        let clauses: Vec<String> = clauses.collect();
        let conditions: Vec<String> =
            conditions.into_iter().map(|(name, test)| placeholders.test(&name, test)).collect();
        let Placeholders { names, values } = placeholders;
        Self {
            update: (!clauses.is_empty()).then(|| clauses.join(" ")),
            condition: (!conditions.is_empty()).then(|| conditions.join(" AND ")),
            names: (!names.is_empty()).then_some(names),
            values: (!values.is_empty()).then_some(values),
        }
    }
}

impl Update {
    /// As an action of a transaction; one that changes nothing is only a condition on the item.
    pub(crate) fn into_action(self, store: &Store) -> Result<TransactWriteItem, StoreError> {
        let (table, key) = (store.table_name(self.table), key_item(&self.key));
        let Expressions { update, condition, names, values } = Expressions::of(self.changes, self.conditions);
        let on_failure = ReturnValuesOnConditionCheckFailure::AllOld;
        let Some(expression) = update else {
            let check = ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(key))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(on_failure)
                .build()?;
            return Ok(TransactWriteItem::builder().condition_check(check).build());
        };
        let update = UpdateAction::builder()
            .table_name(table)
            .set_key(Some(key))
            .update_expression(expression)
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(on_failure)
            .build()?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

impl Store {
    /// An update by itself, outside of any transaction; nothing happens when its condition does not hold.
    pub(crate) async fn update_now(&self, update: Update) -> Result<(), StoreError> {
        let _call = meter::Call::start();
        let key = key_item(&update.key);
        let table = self.table_name(update.table);
        let Expressions { update, condition, names, values } = Expressions::of(update.changes, update.conditions);
        let sent = self
            .client()
            .update_item()
            .table_name(table)
            .set_key(Some(key))
            .set_update_expression(update)
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
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
