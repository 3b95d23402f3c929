//! `fields=` of every list and document: what there is to choose from is what the documentation says, rows or no rows.

use dms_testkit::Dealership;
use serde_json::Value;
use uuid::Uuid;

/// A route that understands `fields`, and the documented fields of its rows or its document.
struct Shown {
    path: String,
    fields: Vec<String>,
}

/// All of them.
fn shown(document: &Value) -> Vec<Shown> {
    let gets = document["paths"].as_object().unwrap().iter().map(|(path, item)| (path, &item["get"]));
    let with_fields = gets.filter(|(_, get)| {
        get["parameters"].as_array().into_iter().flatten().any(|parameter| parameter["name"] == "fields")
    });
    let shown = with_fields.map(|(path, get)| {
        let schema = &get["responses"]["200"]["content"]["application/json"]["schema"];
        let data = &resolved(document, schema)["properties"]["data"];
        let row = if data["type"] == "array" { &data["items"] } else { data };
        Shown { path: path.replace("{id}", &Uuid::new_v4().to_string()), fields: names(document, row) }
    });
    shown.collect()
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => &document["components"]["schemas"][reference.rsplit('/').next().unwrap()],
        None => schema,
    }
}

fn names(document: &Value, schema: &Value) -> Vec<String> {
    let schema = resolved(document, schema);
    let own = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
    let parts = schema["allOf"].as_array().into_iter().flatten().flat_map(|part| names(document, part));
    own.chain(parts).collect()
}

#[tokio::test]
async fn an_unknown_field_is_refused_of_every_answer_though_it_is_empty_naming_those_there_are() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let document = serde_json::to_value(dms_local::openapi()).unwrap();
    let shown = shown(&document);
    assert!(shown.len() > 40, "{}", shown.len());
    for Shown { path, fields } in shown {
        assert!(!fields.is_empty(), "{path}");
        let refused = dealership.admin.get(&format!("{path}?fields=colourOfTheSky")).await;
        let refused = refused.refused(400, "BAD_QUERY").naming("fields");
        let message = refused.body["errors"]["fields"][0].as_str().unwrap().to_owned();
        for field in &fields {
            assert!(message.contains(field.as_str()), "{path}: {field} is not offered: {message}");
        }
        let all = dealership.admin.get(&format!("{path}?fields={}", fields.join(","))).await;
        assert!(all.body["errors"]["fields"].is_null(), "{path}: {}", all.text);
    }
}

#[tokio::test]
async fn every_field_that_a_row_has_can_be_asked_for() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let one = &dealership.one;
    let card = dealership.completed_card(one).await;
    dealership.invoice_for(one, &card).await;
    dealership.quotation(one).await;
    dealership.part(one, 1).await;
    let part = dealership.central_part(10).await;
    dealership.issue(one, &[(&part, 1)]).await;
    let document = serde_json::to_value(dms_local::openapi()).unwrap();
    let mut looked_at = 0;
    for Shown { path, .. } in shown(&document) {
        let answer = dealership.admin.get(&path).await;
        let Some(row) = answer.body["data"][0].as_object() else { continue };
        let fields: Vec<&str> = row.keys().map(String::as_str).collect();
        let selected = dealership.admin.get(&format!("{path}?fields={}", fields.join(","))).await.rows();
        assert_eq!(selected[0].as_object(), Some(row), "{path}");
        looked_at += 1;
    }
    assert!(looked_at >= 10, "{looked_at} lists with rows");
}
