use std::{collections::BTreeMap, fs};

use crate::workspace;

/// The crates of this workspace that each crate may depend on, outside of tests.
fn allowed(name: &str) -> &'static [&'static str] {
    match name {
        "dms-domain" | "dms-blob" => &[],
        "dms-access" | "dms-messages" | "dms-papers" => &["dms-domain"],
        "dms-store" => &["dms-domain", "dms-access", "dms-messages"],
        "dms-http" => &["dms-domain", "dms-access", "dms-messages", "dms-blob", "dms-store"],
        "dms-embedded-cloud" => &[],
        "auditor" | "relay" | "notifier" | "rollups" | "meta" => {
            &["dms-domain", "dms-messages", "dms-store", "dms-http"]
        }
        _ => &["dms-domain", "dms-access", "dms-blob", "dms-store", "dms-http", "dms-papers"],
    }
}

/// The names of the workspace's crates, with the lines of their `[dependencies]`.
fn manifests() -> BTreeMap<String, Vec<String>> {
    let mut manifests = BTreeMap::new();
    for folder in ["functions", "shared", "infra"] {
        for entry in fs::read_dir(workspace(folder)).unwrap() {
            let Ok(text) = fs::read_to_string(entry.unwrap().path().join("Cargo.toml")) else { continue };
            let name =
                text.lines().find_map(|line| line.strip_prefix("name = ")).unwrap().trim_matches('"').to_owned();
            let dependencies = text.split("[dependencies]").nth(1).unwrap_or_default();
            let dependencies = dependencies.split("\n[").next().unwrap_or_default();
            let names = dependencies.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
            manifests.insert(name, names.filter(|name| !name.is_empty()).map(str::to_owned).collect());
        }
    }
    manifests
}

#[test]
fn dependencies_run_one_way_and_functions_know_nothing_of_each_other() {
    let manifests = manifests();
    assert!(manifests.len() > 15, "{manifests:?}");
    for (name, dependencies) in &manifests {
        // The local server and the test kit see all.
        if name == "dms-local" || name == "dms-testkit" {
            continue;
        }
        for dependency in dependencies.iter().filter(|dependency| manifests.contains_key(*dependency)) {
            assert!(allowed(name).contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
    }
}

#[test]
fn the_customers_named_crates_are_used() {
    let root = fs::read_to_string(workspace("Cargo.toml")).unwrap();
    let named = [
        "lambda_http",
        "lambda_runtime",
        "tokio",
        "aws-sdk-dynamodb",
        "aws-sdk-s3",
        "aws-sdk-sqs",
        "serde",
        "serde_dynamo",
        "jsonwebtoken",
        "rust_decimal",
        "uuid",
        "chrono",
        "tracing",
    ];
    let used: Vec<String> = manifests().into_values().flatten().collect();
    for name in named {
        assert!(root.contains(&format!("\n{name} = ")), "{name} is not in the workspace's dependencies");
        assert!(used.iter().any(|used| used == name), "{name} is used by no crate");
    }
}

#[test]
fn only_the_store_talks_to_dynamodb() {
    for (name, dependencies) in manifests() {
        let talks = dependencies.iter().any(|dependency| dependency == "aws-sdk-dynamodb");
        assert!(!talks || name == "dms-store", "{name} talks to DynamoDB");
    }
}

#[test]
fn no_file_is_so_long_that_no_one_reads_it() {
    fn visit(folder: &std::path::Path, longest: usize) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                visit(&path, longest);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let lines = fs::read_to_string(&path).unwrap().lines().count();
                assert!(lines <= longest, "{} has {lines} lines", path.display());
            }
        }
    }
    for folder in ["functions", "shared", "infra"] {
        visit(&workspace(folder), 450);
    }
}

#[test]
fn only_the_concurrency_checker_can_plant_bugs() {
    for folder in ["functions", "shared", "infra"] {
        for entry in fs::read_dir(workspace(folder)).unwrap() {
            let path = entry.unwrap().path().join("Cargo.toml");
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let allowed = path.ends_with("shared/store/Cargo.toml");
            assert!(allowed || !text.contains("planted-bugs"), "{}", path.display());
        }
    }
}
