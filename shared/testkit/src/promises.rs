//! What the documentation says of each route's answers: every test's every answer is held against it.

use std::{collections::BTreeSet, sync::LazyLock};

use axum::http::{Method, StatusCode};
use serde_json::Value;

/// Of the committed document: that it is the one made from the routes is a test of its own. It is read and not included, so
/// that a change of it does not compile the test kit anew.
static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../functions/meta/openapi.json");
    let document = std::fs::read_to_string(path).expect("the committed document");
    let document: Value = serde_json::from_str(&document).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("paths").iter();
    let routes = paths.flat_map(|(path, item)| {
        let operations = item.as_object().expect("operations").iter();
        operations.map(move |(method, operation)| Route {
            method: method.to_uppercase(),
            segments: path.split('/').map(str::to_owned).collect(),
            statuses: operation["responses"].as_object().expect("responses").keys().cloned().collect(),
        })
    });
    routes.collect()
});

struct Route {
    method: String,
    /// Of the path, those in braces standing for anything.
    segments: Vec<String>,
    statuses: BTreeSet<String>,
}

impl Route {
    /// How many of its segments are spelled out, when this is a path of it.
    fn matches(&self, method: &Method, path: &str) -> Option<usize> {
        let given: Vec<&str> = path.split('/').collect();
        let same = self.method == method.as_str() && self.segments.len() == given.len();
        let mut spelled_out = 0;
        for (segment, given) in self.segments.iter().zip(&given) {
            if segment == given {
                spelled_out += 1;
            } else if !segment.starts_with('{') {
                return None;
            }
        }
        same.then_some(spelled_out)
    }
}

/// Fails unless the documentation tells that this route may answer so. A bug may be answered 500 by every route.
pub(crate) fn assert_promised(method: &Method, path: &str, status: StatusCode, answer: &str) {
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        return;
    }
    let matching = ROUTES.iter().filter_map(|route| Some((route.matches(method, path)?, route)));
    let Some((_, route)) = matching.max_by_key(|(spelled_out, _)| *spelled_out) else { return };
    let known = route.statuses.contains(status.as_str());
    assert!(known, "{method} {path} answers {status}, which its documentation does not say: {answer}");
}
