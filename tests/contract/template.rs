use std::{collections::BTreeSet, fs};

use dms_domain::{
    file::{ReportFile, Shelf},
    query::relations::{MAX_DEPTH, Target, relation_named},
};
use dms_http::Documented;
use dms_messages::Queue;
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
        let events = function["Properties"]["Events"].as_mapping().unwrap().values();
        for event in events.filter(|event| event["Type"] == "HttpApi") {
            let properties = &event["Properties"];
            routes.insert((
                binary.clone(),
                format!("{} {}", text(&properties["Method"]), text(&properties["Path"])),
            ));
        }
    }
    routes
}

/// The functions behind the API: binary and routes.
fn api_functions() -> Vec<(&'static str, Documented)> {
    vec![
        ("admin", admin::routes()),
        ("appointments", appointments::routes()),
        ("auth", auth::routes()),
        ("central-inventory", central_inventory::routes()),
        ("customers", customers::routes()),
        ("files", files::routes()),
        ("inventory", inventory::routes()),
        ("invoices", invoices::routes()),
        ("job-cards", job_cards::routes()),
        ("meta", meta::routes()),
        ("notifications", notifications::routes()),
        ("parts-issues", parts_issues::routes()),
        ("parts-requests", parts_requests::routes()),
        ("purchase-orders", purchase_orders::routes()),
        ("quotations", quotations::routes()),
        ("reports", reports::routes()),
        ("vehicles", vehicles::routes()),
    ]
}

#[test]
fn the_template_routes_to_each_function_what_its_router_knows() {
    let mut expected: BTreeSet<(String, String)> = BTreeSet::new();
    for (binary, routes) in api_functions() {
        for (path, item) in routes.into_openapi().paths.paths {
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
    let found = routes_of_template();
    let differs: Vec<_> = found.symmetric_difference(&expected).collect();
    assert!(differs.is_empty(), "the template and the routers differ: {differs:?}");
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
fn the_templates_queues_are_those_of_the_code_each_with_dead_letters() {
    let queues = resources("AWS::SQS::Queue");
    let mut names: Vec<String> = queues.iter().map(|(_, queue)| text(&queue["Properties"]["QueueName"])).collect();
    names.sort();
    let mut expected: Vec<String> =
        Queue::ALL.iter().map(|queue| format!("dms-${{Stage}}-{}", queue.name())).collect();
    expected.extend(expected.clone().into_iter().map(|name| name + "-dlq"));
    // Where Lambda tells what the relay could not send.
    expected.push("dms-${Stage}-relay-dlq".to_owned());
    expected.sort();
    assert_eq!(names, expected);
    for (name, queue) in queues.iter().filter(|(name, _)| name.ends_with("Queue")) {
        let letters = text(&queue["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]);
        assert_eq!(letters, format!("{}DeadLetters.Arn", name.trim_end_matches("Queue")));
    }
}

#[test]
fn uploads_go_from_the_bucket_through_the_queue_to_the_worker() {
    let (_, bucket) = resources("AWS::S3::Bucket").into_iter().next().unwrap();
    let told = &bucket["Properties"]["NotificationConfiguration"]["QueueConfigurations"][0];
    assert_eq!(text(&told["Queue"]), "UploadsQueue.Arn");
    assert_eq!(text(&told["Event"]), "s3:ObjectCreated:*");
    assert_eq!(text(&told["Filter"]["S3Key"]["Rules"][0]["Value"]), Shelf::QUARANTINE_PREFIX);
    let (_, worker) = function("FileCheckerFunction");
    let properties = &worker["Properties"];
    let uploads = &properties["Events"]["Uploads"]["Properties"];
    assert_eq!(text(&uploads["Queue"]), "UploadsQueue.Arn");
    assert_eq!(text(&uploads["FunctionResponseTypes"][0]), "ReportBatchItemFailures");
    let (_, queue) = resources("AWS::SQS::Queue").into_iter().find(|(name, _)| name == "UploadsQueue").unwrap();
    let hidden = queue["Properties"]["VisibilityTimeout"].as_u64().unwrap();
    assert!(hidden >= 6 * properties["Timeout"].as_u64().unwrap(), "as AWS advises");
    assert_eq!(text(&properties["Events"]["Hourly"]["Type"]), "Schedule");
    let policies: Vec<String> = properties["Policies"].as_sequence().unwrap().iter().map(text).collect();
    assert_eq!(policies, ["DocumentsAccess", "CheckAccess"]);
    // No policy reaches beyond the parts of the bucket that the code knows.
    let id = uuid::Uuid::nil();
    let keys = Shelf::ALL.iter().map(|shelf| shelf.key(&id)).chain([ReportFile { centre: None, id }.key()]);
    let parts: Vec<String> = keys.map(|key| key.split('/').next().unwrap().to_owned()).collect();
    for (name, policy) in resources("AWS::IAM::ManagedPolicy") {
        let document = serde_yaml_ng::to_string(&policy).unwrap();
        for rest in document.split("${FilesBucket.Arn}/").skip(1) {
            let part = rest.split('/').next().unwrap();
            assert!(parts.iter().any(|known| known == part), "{name} reaches {part}");
        }
    }
}

fn function(name: &str) -> (String, Value) {
    resources("AWS::Serverless::Function").into_iter().find(|(known, _)| known == name).unwrap()
}

/// Whether an `expand=` that begins with one of these relations can come to files.
fn leads_to_files(relations: &[&str], steps: usize) -> bool {
    steps > 0
        && relations.iter().filter_map(|name| relation_named(name)).any(|relation| {
            relation.target == Target::FilesOfDocument || leads_to_files(relation.target.relations(), steps - 1)
        })
}

/// A link is signed by the function that shows it, and is worth what that function may do.
#[test]
fn functions_that_show_files_may_read_them() {
    let mut showing = 0;
    for (binary, routes) in api_functions() {
        let (_, document) = routes.split_for_parts();
        let document = serde_json::to_string(&document).unwrap();
        let expands = document.split("Relations to show: ").skip(1);
        let shows = expands.map(|rest| rest.split(';').next().unwrap().split(", ").collect::<Vec<_>>());
        let shows = binary == "files" || shows.into_iter().any(|first| leads_to_files(&first, MAX_DEPTH));
        let all = resources("AWS::Serverless::Function");
        let (name, function) =
            all.iter().find(|(_, function)| function["Metadata"]["BuildProperties"]["Binary"] == binary).unwrap();
        let policies = function["Properties"]["Policies"].as_sequence().unwrap();
        let may = policies.iter().any(|policy| text(policy) == "DownloadAccess");
        assert_eq!(may, shows, "{name}");
        showing += usize::from(shows);
    }
    assert!(showing >= 7, "{showing}");
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

/// The text of one resource, tags and all.
fn resource(name: &str) -> String {
    serde_yaml_ng::to_string(&template()["Resources"][name]).unwrap()
}

/// A worker has no caller who would complain, a dead letter no one who waits for it.
#[test]
fn what_fails_unseen_has_an_alarm() {
    let (workers, letters) = (resource("WorkersFailAlarm"), resource("DeadLettersAlarm"));
    let (waiting, throttled) = (resource("QueuesWaitAlarm"), resource("CoreThrottledAlarm"));
    let throttled = throttled + &resource("TablesThrottledAlarm");
    for (name, function) in resources("AWS::Serverless::Function") {
        let mut events = function["Properties"]["Events"].as_mapping().unwrap().values();
        if events.all(|event| event["Type"] != "HttpApi") {
            assert!(workers.contains(&format!("!Ref {name}\n")), "{name}");
        }
    }
    for (name, _) in resources("AWS::SQS::Queue") {
        let watching = if name.ends_with("DeadLetters") { &letters } else { &waiting };
        assert!(watching.contains(&format!("!GetAtt {name}.QueueName\n")), "{name}");
    }
    for (name, _) in resources("AWS::DynamoDB::Table") {
        assert!(throttled.contains(&format!("!Ref {name}\n")), "{name}");
    }
}

#[test]
fn every_alarm_is_told_shown_and_explained() {
    let dashboard = resource("Dashboard");
    let runbook = fs::read_to_string(workspace("infra/RUNBOOK.md")).unwrap();
    for (name, alarm) in resources("AWS::CloudWatch::Alarm") {
        let properties = &alarm["Properties"];
        assert_eq!(text(&properties["AlarmActions"][0]), "Alarms", "{name}");
        assert!(dashboard.contains(&format!("${{{name}.Arn}}")), "{name} is not on the dashboard");
        let suffix = text(&properties["AlarmName"]).replace("dms-${Stage}-", "");
        assert!(runbook.contains(&format!("| `{suffix}` |")), "infra/RUNBOOK.md does not say what {suffix} means");
    }
}

/// The relay is called for what it deals with, and not for what its own receivers write.
#[test]
fn the_stream_calls_the_relay_for_commands_and_documents_alone() {
    let (_, relay) = function("RelayFunction");
    let filters = &relay["Properties"]["Events"]["Changes"]["Properties"]["FilterCriteria"]["Filters"];
    let patterns: Vec<serde_json::Value> = filters
        .as_sequence()
        .unwrap()
        .iter()
        .map(|f| serde_json::from_str(&text(&f["Pattern"])).unwrap())
        .collect();
    let passes = |event: &str, pk: &str| {
        let passes = patterns.iter().any(|pattern| {
            let prefixes = pattern["dynamodb"]["Keys"]["pk"]["S"].as_array().unwrap().iter();
            let events = pattern["eventName"].as_array();
            events.is_none_or(|events| events.iter().any(|name| name == event))
                && prefixes.into_iter().any(|prefix| pk.starts_with(prefix["prefix"].as_str().unwrap()))
        });
        assert_eq!(relay::is_called_for(event, pk), passes, "the local server and the template: {event} {pk}");
        passes
    };
    assert!(passes("INSERT", "CMD#user#key") && !passes("MODIFY", "CMD#user#key"), "its own note is none");
    for pk in ["C1#JC", "C42#INV", "C9#PART", "C100#PART#id#LEDGER", "CENTRAL#PART", "CUST#id", "VEH#id"] {
        for event in ["INSERT", "MODIFY", "REMOVE"] {
            assert!(passes(event, pk), "{event} {pk}");
        }
    }
    for pk in [
        "TALLY#C1#JC",
        "ROLLUP#C1#DAY",
        "SEEN#rollups#1",
        "NOTES#user",
        "UNIQUE#vin#1",
        "REMIND#2026-11",
        "CHAIN#C1",
        "COUNTER#C1",
    ] {
        assert!(!passes("INSERT", pk) && !passes("MODIFY", pk), "{pk}");
    }
}
