//! The forms of a job card, which are free-form JSON, as names and values that can be printed.

use serde_json::Value;

/// Name and value of every field of a form that says something, in its order; those of `known` are left out.
pub(crate) fn fields(form: &Value, known: &[&str]) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    collect(String::new(), form, &mut fields);
    let is_known = |name: &str| known.iter().any(|known| title(known) == name);
    fields.into_iter().filter(|(name, _)| !is_known(name)).collect()
}

/// A field of a form as text, if it says something.
pub(crate) fn field(form: Option<&Value>, name: &str) -> Option<String> {
    scalar(form?.get(name)?)
}

/// Goes down to what is written; the name says how to get there: "Parts 2 › Name".
fn collect(name: String, value: &Value, fields: &mut Vec<(String, String)>) {
    let below = |word: String| if name.is_empty() { word } else { format!("{name} › {word}") };
    match value {
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            fields.extend(scalar(value).map(|text| (name, text)));
        }
        Value::Array(values) => match values.iter().map(scalar).collect::<Option<Vec<String>>>() {
            Some(texts) if !texts.is_empty() => fields.push((name, texts.join(", "))),
            Some(_) => {}
            None => {
                for (at, value) in values.iter().enumerate() {
                    collect(format!("{name} {}", at + 1), value, fields);
                }
            }
        },
        Value::Object(entries) => {
            for (key, value) in entries {
                collect(below(title(key)), value, fields);
            }
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// "vinChassisNumber" as people write it: "Vin chassis number".
pub(crate) fn title(key: &str) -> String {
    let mut title = String::with_capacity(key.len() + 4);
    let mut previous_is_lower = false;
    for c in key.chars() {
        if c == '_' || c == '-' {
            title.push(' ');
        } else if c.is_uppercase() && previous_is_lower {
            title.push(' ');
            title.extend(c.to_lowercase());
        } else if title.is_empty() {
            title.extend(c.to_uppercase());
        } else {
            title.push(c);
        }
        previous_is_lower = c.is_lowercase() || c.is_ascii_digit();
    }
    title
}

/// "IN_PROGRESS" as people write it: "In progress".
pub(crate) fn state(name: &str) -> String {
    title(&name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_written_as_people_write_them() {
        for (key, name) in [
            ("vehicleBrand", "Vehicle brand"),
            ("MCU", "MCU"),
            ("vinChassisNumber", "Vin chassis number"),
            ("in_use", "In use"),
        ] {
            assert_eq!(title(key), name);
        }
        assert_eq!(state("PARTS_PENDING"), "Parts pending");
    }

    #[test]
    fn what_is_written_anywhere_in_a_form_is_printed_and_what_is_empty_is_not() {
        let form = json!({"fullName": "Asha", "odometerKm": 12500, "underWarranty": true, "note": " ", "none": null,
            "codes": ["P0A1", 7], "empty": [], "parts": [{"name": "Fuse"}, {"name": "Relay", "count": 2}]});
        let expected = [
            ("Odometer km", "12500"),
            ("Under warranty", "Yes"),
            ("Codes", "P0A1, 7"),
            ("Parts 1 › Name", "Fuse"),
            ("Parts 2 › Name", "Relay"),
            ("Parts 2 › Count", "2"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(fields(&form, &["fullName"]), expected);
    }
}
