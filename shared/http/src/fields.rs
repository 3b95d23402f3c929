//! `fields=id,name,customer.phone`: which fields an answer shows.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use crate::error::{ApiError, ApiResult};

/// The document with only the fields asked for; all of them when none is named.
///
/// # Errors
/// 400 naming a field the document does not have, with those it has.
pub(crate) fn select(document: Value, fields: &[String]) -> ApiResult<Value> {
    let Value::Object(mut all) = document else { return Ok(document) };
    if fields.is_empty() {
        return Ok(Value::Object(all));
    }
    let mut selected = Map::new();
    // Grouped by first part, so that `customer.id,customer.name` shows both.
    let mut nested: Vec<(String, Vec<String>)> = Vec::new();
    for field in fields {
        let (first, rest) =
            field.split_once('.').map_or((field.as_str(), None), |(first, rest)| (first, Some(rest)));
        if !all.contains_key(first) {
            return Err(unknown(field, &all));
        }
        match nested.iter_mut().find(|(name, _)| name == first) {
            Some((_, rests)) => rests.extend(rest.map(str::to_owned)),
            None => nested.push((first.to_owned(), rest.map(str::to_owned).into_iter().collect())),
        }
    }
    for (name, rests) in nested {
        let value = all.remove(&name).unwrap_or_default();
        let value = if let Value::Array(rows) = value {
            Value::Array(rows.into_iter().map(|row| select(row, &rests)).collect::<ApiResult<_>>()?)
        } else {
            select(value, &rests)?
        };
        selected.insert(name, value);
    }
    Ok(Value::Object(selected))
}

fn unknown(field: &str, all: &Map<String, Value>) -> ApiError {
    let names: Vec<_> = all.keys().map(String::as_str).collect();
    let message = format!("{field:?} is not a field; valid: {}", names.join(", "));
    ApiError::new(StatusCode::BAD_REQUEST, "BAD_QUERY", format!("fields: {message}")).with_field("fields", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn only_the_named_fields_are_shown_in_their_order() {
        let document =
            json!({"id": 1, "name": "A", "customer": {"id": 2, "phone": "3"}, "items": [{"a": 1, "b": 2}]});
        let selected = select(document, &names(&["customer.phone", "id", "items.b"])).unwrap();
        assert_eq!(selected.to_string(), r#"{"customer":{"phone":"3"},"id":1,"items":[{"b":2}]}"#);
    }

    #[test]
    fn an_unknown_field_is_named() {
        let error = select(json!({"id": 1}), &names(&["colour"])).unwrap_err();
        assert_eq!(error.status(), StatusCode::BAD_REQUEST);
        assert!(error.body("").message.contains("valid: id"));
    }
}
