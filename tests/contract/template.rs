use std::{collections::BTreeSet, fs};

use dms_store::{TTL_ATTRIBUTE, Table};
use serde_yaml_ng::Value;

use crate::workspace;

/// The template; CloudFormation's tags (`!Ref`, `!Sub`) become tagged values.
fn template() -> Value {
    serde_yaml_ng::from_str(&fs::read_to_string(workspace("template.yaml")).unwrap()).unwrap()
}

fn resources(kind: &str) -> Vec<(String, Value)> {
    let template = template();
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let found = resources.filter(|(_, resource)| resource["Type"] == kind);
    found.map(|(name, resource)| (name.as_str().unwrap().to_owned(), resource.clone())).collect()
}

/// A text, also below a tag.
fn text(value: &Value) -> String {
    if let Value::Tagged(tagged) = value {
        text(&tagged.value)
    } else {
        value.as_str().unwrap_or_default().to_owned()
    }
}

/// Function binary and route of every event.
fn routes_of_template() -> BTreeSet<(String, String)> {
    let mut routes = BTreeSet::new();
    for (_, function) in resources("AWS::Serverless::Function") {
        let binary = text(&function["Metadata"]["BuildProperties"]["Binary"]);
        for event in function["Properties"]["Events"].as_mapping().unwrap().values() {
            let properties = &event["Properties"];
            routes.insert((
                binary.clone(),
                format!("{} {}", text(&properties["Method"]), text(&properties["Path"])),
            ));
        }
    }
    routes
}

#[test]
fn the_template_routes_to_each_function_what_its_router_knows() {
    let functions = [
        ("admin", admin::routes()),
        ("appointments", appointments::routes()),
        ("auth", auth::routes()),
        ("central-inventory", central_inventory::routes()),
        ("customers", customers::routes()),
        ("inventory", inventory::routes()),
        ("invoices", invoices::routes()),
        ("job-cards", job_cards::routes()),
        ("meta", meta::routes()),
        ("parts-issues", parts_issues::routes()),
        ("parts-requests", parts_requests::routes()),
        ("purchase-orders", purchase_orders::routes()),
        ("reports", reports::routes()),
        ("vehicles", vehicles::routes()),
    ];
    let mut expected: BTreeSet<(String, String)> = BTreeSet::new();
    for (binary, routes) in functions {
        let (_, document) = routes.split_for_parts();
        for (path, item) in document.paths.paths {
            let methods = [
                ("GET", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            for (method, _) in methods.into_iter().filter(|(_, present)| *present) {
                expected.insert((binary.to_owned(), format!("{method} {path}")));
            }
        }
    }
    // The documentation page and its assets are files, not operations.
    for path in ["/api/docs", "/api/docs/{proxy+}"] {
        expected.insert(("meta".to_owned(), format!("GET {path}")));
    }
    assert_eq!(routes_of_template(), expected);
}

#[test]
fn the_templates_tables_are_those_of_the_code() {
    let tables = resources("AWS::DynamoDB::Table");
    assert_eq!(tables.len(), Table::ALL.len());
    for table in Table::ALL {
        let suffix = format!("-{}", table.name());
        let (_, resource) = tables
            .iter()
            .find(|(_, resource)| text(&resource["Properties"]["TableName"]).ends_with(&suffix))
            .unwrap_or_else(|| panic!("the template has no table {}", table.name()));
        let properties = &resource["Properties"];
        assert_eq!(keys(&properties["KeySchema"]), ["pk", "sk"], "{}", table.name());
        assert_eq!(properties["StreamSpecification"].is_mapping(), table.has_stream(), "{}", table.name());
        assert_eq!(text(&properties["TimeToLiveSpecification"]["AttributeName"]), TTL_ATTRIBUTE);
        let indexes = properties["GlobalSecondaryIndexes"].as_sequence().cloned().unwrap_or_default();
        let found: Vec<(String, Vec<String>)> =
            indexes.iter().map(|index| (text(&index["IndexName"]), keys(&index["KeySchema"]))).collect();
        let expected: Vec<(String, Vec<String>)> = table
            .indexes()
            .iter()
            .map(|index| (index.name().to_owned(), vec![index.keys().0.to_owned(), index.keys().1.to_owned()]))
            .collect();
        assert_eq!(found, expected, "{}", table.name());
    }
}

fn keys(schema: &Value) -> Vec<String> {
    schema.as_sequence().unwrap().iter().map(|key| text(&key["AttributeName"])).collect()
}

#[test]
fn every_function_gets_the_environment_it_reads() {
    let template = template();
    let variables = template["Globals"]["Function"]["Environment"]["Variables"].as_mapping().unwrap().clone();
    let config = fs::read_to_string(workspace("shared/http/src/config.rs")).unwrap();
    for required in config.split("required(\"").skip(1) {
        let name = required.split('"').next().unwrap();
        // Lambda itself sets these.
        if !name.starts_with("AWS_") {
            assert!(variables.contains_key(name), "the template does not set {name}");
        }
    }
}

#[test]
fn credentials_are_open_to_auth_and_admin_alone() {
    for (name, function) in resources("AWS::Serverless::Function") {
        let policies = function["Properties"]["Policies"].as_sequence().unwrap();
        let has = policies.iter().any(|policy| text(policy) == "CredentialsAccess");
        assert_eq!(has, name == "AuthFunction" || name == "AdminFunction", "{name}");
    }
    // And no other policy names that table.
    for (name, policy) in resources("AWS::IAM::ManagedPolicy") {
        let document = serde_yaml_ng::to_string(&policy).unwrap();
        assert_eq!(document.contains("AuthTable"), name == "CredentialsAccess", "{name}");
    }
}
