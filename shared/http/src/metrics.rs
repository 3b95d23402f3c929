//! CloudWatch metrics in the log (embedded metric format): one line for each request, from which CloudWatch makes metrics
//! per route without a call. Off unless `DMS_METRICS_NAMESPACE` names where they go: every route has four, and each is paid.

use std::{io::Write, sync::OnceLock};

use chrono::{DateTime, Utc};
use dms_store::Reading;
use serde_json::{Value, json};

/// Where the metrics go; none when there are to be none.
static NAMESPACE: OnceLock<String> = OnceLock::new();

/// Turns the metrics on, for the process.
pub(crate) fn turn_on(namespace: String) {
    let _ = NAMESPACE.set(namespace); // a second time changes nothing
}

/// Writes the line of a request.
pub(crate) fn write(at: DateTime<Utc>, (method, route): (&str, &str), duration_ms: u64, reading: &Reading) {
    let Some(namespace) = NAMESPACE.get() else { return };
    let line = line(namespace, at.timestamp_millis(), &format!("{method} {route}"), duration_ms, reading);
    // Lambda's log is its standard output. Where that is gone, so is the log.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

fn line(namespace: &str, at_ms: i64, route: &str, duration_ms: u64, reading: &Reading) -> Value {
    let metric = |name: &str, unit: &str| json!({ "Name": name, "Unit": unit });
    let metrics = [
        metric("Duration", "Milliseconds"),
        metric("ReadUnits", "Count"),
        metric("WriteUnits", "Count"),
        metric("Conflicts", "Count"),
    ];
    let directive = json!({ "Namespace": namespace, "Dimensions": [["Route"]], "Metrics": metrics });
    json!({
        "_aws": { "Timestamp": at_ms, "CloudWatchMetrics": [directive] },
        "Route": route,
        "Duration": duration_ms,
        "ReadUnits": reading.read_units,
        "WriteUnits": reading.write_units,
        "Conflicts": reading.conflicts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_that_is_announced_has_a_value_and_every_dimension_too() {
        let reading = Reading { read_units: 2.5, write_units: 26.0, conflicts: 1, ..Reading::default() };
        let line = line("DMS", 1_766_224_800_000, "POST /api/invoices", 42, &reading);
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], "DMS");
        for metric in directive["Metrics"].as_array().unwrap() {
            assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric}");
        }
        for dimension in directive["Dimensions"][0].as_array().unwrap() {
            assert!(line[dimension.as_str().unwrap()].is_string(), "{dimension}");
        }
        assert_eq!((&line["Duration"], &line["WriteUnits"]), (&json!(42), &json!(26.0)));
        assert_eq!(line["_aws"]["Timestamp"], json!(1_766_224_800_000_i64));
    }
}
