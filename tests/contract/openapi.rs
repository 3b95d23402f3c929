use std::collections::BTreeSet;

use serde_json::Value;

use crate::workspace;

#[test]
fn the_committed_document_is_the_one_made_from_the_routes() {
    let made = dms_local::openapi().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(workspace("functions/meta/openapi.json"), &made).unwrap();
        return;
    }
    assert!(
        meta::OPENAPI_JSON == made,
        "functions/meta/openapi.json is not up to date: UPDATE=1 cargo test -p dms-tests --test contract openapi"
    );
}

fn document() -> Value {
    serde_json::to_value(dms_local::openapi()).unwrap()
}

/// Method, path and operation of every route.
fn operations(document: &Value) -> Vec<(String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (format!("{method} {path}"), operation.clone()))
    });
    operations.collect()
}

#[test]
fn every_route_is_described() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (route, operation) in operations(&document) {
        assert!(operation["summary"].is_string(), "{route} has no summary");
        assert!(operation["tags"][0].is_string(), "{route} has no tag");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{route}: operation id twice");
        let responses = operation["responses"].as_object().unwrap();
        for status in ["400", "429", "503"] {
            assert!(responses.contains_key(status), "{route} does not tell of {status}");
        }
        let success = responses.iter().find(|(status, _)| status.starts_with('2')).map(|(_, response)| response);
        let success = success.unwrap_or_else(|| panic!("{route} has no success"));
        let form = if route.ends_with("/pdf") { "application/pdf" } else { "application/json" };
        assert!(success["content"][form]["schema"].is_object(), "{route} has no response schema");
        if !operation["security"].is_null() {
            let description = operation["description"].as_str().unwrap_or_default();
            assert!(description.contains("Needs"), "{route} does not tell its permission");
            assert!(responses.contains_key("401") && responses.contains_key("403"), "{route}");
        }
    }
}

/// A parameter that makes no sense is refused by 422, also by routes that change nothing.
#[test]
fn every_route_with_fields_or_parameters_tells_of_422() {
    for (route, operation) in operations(&document()) {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let reads = parameters.iter().any(|parameter| parameter["in"] == "query");
        if reads || !operation["requestBody"].is_null() {
            assert!(operation["responses"]["422"].is_object(), "{route}");
        }
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let document = document();
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"").skip(1) {
        let pointer = reference.split('"').next().unwrap().trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{pointer} leads nowhere");
    }
}

#[test]
fn every_body_has_an_example_or_documented_fields() {
    let document = document();
    for (route, operation) in operations(&document) {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if schema.is_null() {
            continue;
        }
        let pointer = schema["$ref"].as_str().map(|reference| reference.trim_start_matches('#').to_owned());
        let schema = pointer.as_deref().map_or(schema, |pointer| document.pointer(pointer).unwrap());
        assert!(schema["properties"].is_object(), "{route} has no documented body");
    }
}

/// A client of another version would be one of another API.
#[test]
fn the_clients_have_the_apis_version() {
    let version = document()["info"]["version"].clone();
    for client in ["typescript", "bruno"] {
        let path = workspace(&format!("infra/clients/{client}/package.json"));
        let package: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(package["version"], version, "{client}");
    }
}
