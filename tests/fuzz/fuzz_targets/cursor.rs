//! A list goes on only after a cursor that it gave itself for the same question: every other text is answered 400, never
//! with another place in the list, and never with a 5xx.

#![no_main]

use std::sync::{Arc, LazyLock};

use aws_credential_types::Credentials;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
    routing::get,
};
use chrono::{DateTime, Utc};
use dms_access::password::PasswordCost;
use dms_domain::{
    calendar::Clock,
    formats::GstState,
    query::{Field, FieldKind, QuerySpec, RowKey},
};
use dms_http::{
    ApiResult, AppState, Context, Reply,
    config::{Config, Endpoints},
    extract::{Params, Spec},
    serve,
    views::CustomerView,
};
use futures::executor::block_on;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use tower::ServiceExt;

/// A list that answers its place.
struct List;

impl Spec for List {
    type Row = CustomerView;
    const SPEC: QuerySpec = QuerySpec {
        filters: &[Field { name: "name", kind: FieldKind::Text }],
        sorts: &["createdAt", "name"],
        expands: &[],
        list: true,
        by_centre: false,
        texts: &[],
    };
}

async fn list(context: Context, params: Params<List>) -> ApiResult<Reply> {
    let last = RowKey { id: "01939a3e-0f00-7000-8000-000000000001".to_owned(), values: vec![json!("Asha")] };
    let place = json!({ "name": format!("{:?} {:?}", params.after(), params.offset()) });
    context.page(vec![place], (100, Some(last)), &params)
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

fn app() -> AppState {
    let nowhere = Some("http://127.0.0.1:1".to_owned());
    let config = Config {
        region: "ap-south-1".to_owned(),
        credentials: Credentials::from_keys("none", "none", None),
        endpoints: Endpoints { dynamodb: nowhere.clone(), s3: nowhere.clone(), sqs: nowhere },
        table_prefix: "fuzz-".to_owned(),
        queue_prefix: "fuzz-".to_owned(),
        bucket: "fuzz".to_owned(),
        warehouse_state: GstState::parse("Maharashtra").expect("a state"),
        jwt_secrets: vec![vec![7; 32]],
        access_ttl_secs: 900,
        refresh_ttl_secs: 900,
        rate_limit: 0,
        password_cost: PasswordCost::default(),
        clock: Arc::new(Noon),
    };
    config.connect().expect("an application")
}

static SERVICE: LazyLock<Router> = LazyLock::new(|| {
    let routes = Router::new().route("/list", get(list)).route("/other", get(list));
    serve(routes, app())
});

const QUESTION: &str = "sort=name&filter%5Bname%5D=Asha";

fn ask(path: &str, query: &str) -> (StatusCode, Value) {
    let request = Request::get(format!("{path}?{query}")).body(Body::empty()).expect("a request");
    block_on(async {
        let response = SERVICE.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (status, serde_json::from_slice(&body).expect("JSON"))
    })
}

fn cursor_of(path: &str, query: &str) -> String {
    let (status, body) = ask(path, query);
    assert_eq!(status, StatusCode::OK);
    body["pagination"]["nextCursor"].as_str().expect("a cursor").to_owned()
}

/// A cursor of the question, its place, and cursors of other questions and lists.
static GENUINE: LazyLock<(String, Value, [String; 3])> = LazyLock::new(|| {
    let cursor = cursor_of("/list", QUESTION);
    let (status, body) = ask("/list", &format!("{QUESTION}&cursor={cursor}"));
    assert_eq!(status, StatusCode::OK, "a genuine one is accepted");
    let others = [
        cursor_of("/other", QUESTION),
        cursor_of("/list", "sort=name"),
        cursor_of("/list", "filter%5Bname%5D=Asha"),
    ];
    (cursor, body["data"].clone(), others)
});

/// Every byte that is no letter or digit, percent-encoded: the cursor arrives as it was made.
fn encoded(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02X}")).collect()
}

fuzz_target!(|data: &[u8]| {
    let (cursor, place, others) = &*GENUINE;
    let (choice, data) = data.split_first().map_or((0, data), |(first, rest)| (*first, rest));
    let bytes = match choice % 4 {
        // Anything at all.
        0 => data.to_vec(),
        // A place of one's own making under a genuine seal.
        1 => {
            let (_, seal) = cursor.split_once('.').expect("a seal");
            [data, b".", seal.as_bytes()].concat()
        }
        // A genuine one, changed.
        2 => {
            let mut bytes = cursor.clone().into_bytes();
            for pair in data.chunks_exact(2) {
                let position = usize::from(pair[0]) % bytes.len();
                bytes[position] = pair[1];
            }
            bytes
        }
        // One of another question.
        _ => others[data.len() % others.len()].clone().into_bytes(),
    };
    if bytes.is_empty() || bytes.len() > 600 {
        return;
    }
    let (status, body) = ask("/list", &format!("{QUESTION}&cursor={}", encoded(&bytes)));
    if bytes == cursor.as_bytes() {
        assert_eq!((status, &body["data"]), (StatusCode::OK, place));
    } else {
        assert_eq!(status, StatusCode::BAD_REQUEST, "{}", String::from_utf8_lossy(&bytes));
        assert!(body["errors"]["cursor"].is_array(), "the parameter is named: {body}");
    }
});
