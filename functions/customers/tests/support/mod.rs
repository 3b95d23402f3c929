//! A function's real binary, fed with events by a stand-in for Lambda's runtime API, on the embedded cloud of a
//! dealership. The tests of other functions use this file, too.

use std::{path::PathBuf, process::Stdio, time::Duration};

use base64::Engine;
use dms_access::AccessGrant;
use dms_testkit::{Dealership, LambdaRuntime, TestApp};
use serde_json::Value;
use tokio::process::{Child, Command};
use uuid::Uuid;

/// A function's process with the runtime that feeds it.
pub(crate) struct Function {
    runtime: LambdaRuntime,
    /// Killed when dropped.
    _process: Child,
}

impl Function {
    /// Starts a binary with the environment Lambda would give it, and nothing else.
    pub(crate) async fn start(binary: &str, app: &TestApp) -> Self {
        let runtime = LambdaRuntime::start().await;
        let process = command(binary, app, &runtime).stdout(Stdio::null()).spawn().expect("the binary starts");
        Self { runtime, _process: process }
    }

    /// What API Gateway would get for an event.
    pub(crate) async fn invoke(&self, event: &Value) -> Answer {
        let answer = self.runtime.invoke(event).await.expect("the function answers");
        let text = answer["body"].as_str().unwrap_or_default().to_owned();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Answer { body, text, answer }
    }
}

/// An answer in API Gateway's form.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The body as JSON; null when it is none.
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) text: String,
    answer: Value,
}

impl Answer {
    /// The status is this one, and headers and body carry the request id of the event.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16, event: &Value) {
        assert_eq!(self.answer["statusCode"], status, "{}", self.answer);
        let request_id = &event["requestContext"]["requestId"];
        assert!(request_id.is_string());
        assert_eq!(self.header("x-request-id"), request_id);
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.answer["isBase64Encoded"], false, "{}", self.answer);
        let told = if status < 400 { &self.body["meta"]["requestId"] } else { &self.body["requestId"] };
        assert_eq!(told, request_id, "{}", self.text);
    }

    /// The answer is an error of this status and code.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str, event: &Value) {
        self.expect(status, event);
        assert_eq!((&self.body["status"], &self.body["code"]), (&status.into(), &code.into()), "{}", self.text);
        assert!(self.body["message"].is_string() && self.body["errors"].is_object(), "{}", self.text);
    }

    /// The bytes of an answer that is not text, which API Gateway is handed as base64.
    #[track_caller]
    #[allow(dead_code)] // not every function has such answers
    pub(crate) fn bytes(&self) -> Vec<u8> {
        assert_eq!(self.answer["isBase64Encoded"], true, "{}", self.answer);
        base64::engine::general_purpose::STANDARD.decode(&self.text).expect("base64")
    }

    /// The status.
    #[allow(dead_code)]
    pub(crate) fn status(&self) -> &Value {
        &self.answer["statusCode"]
    }

    /// A header.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &Value {
        let headers = self.answer["headers"].as_object().expect("headers");
        headers.get(name).unwrap_or(&Value::Null)
    }
}

/// The command of a function's process: with Lambda's variables, and nothing else.
fn command(binary: &str, app: &TestApp, runtime: &LambdaRuntime) -> Command {
    let mut command = Command::new(binary);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(app.environment())
        .envs(runtime.environment())
        .kill_on_drop(true);
    command
}

/// Starts a binary without one of its variables: it must end by itself, with an error. What it wrote.
pub(crate) async fn failed_start_without(binary: &str, app: &TestApp, variable: &str) -> String {
    let runtime = LambdaRuntime::start().await;
    let mut command = command(binary, app, &runtime);
    command.env_remove(variable);
    let output = tokio::time::timeout(Duration::from_secs(30), command.output()).await;
    let output = output.expect("the process ends by itself").expect("the binary starts");
    let written = [output.stdout, output.stderr].concat();
    let written = String::from_utf8_lossy(&written).into_owned();
    assert!(!output.status.success(), "{variable}: {} {written}", output.status);
    written
}

/// An event of the folder `events`, with a token in the place of the placeholder.
pub(crate) fn event(name: &str, token: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text.replace("{{token}}", token)).expect("an event is JSON")
}

/// A token of the dealership's user of this address that is valid now: the binary lives in real time, the
/// dealership does not.
#[allow(clippy::disallowed_methods)]
pub(crate) async fn token_of(dealership: &Dealership, email: &str) -> String {
    let app = &dealership.app.app;
    let known = app.store.credentials(email).await.expect("the database answers").expect("the user exists");
    let grant =
        AccessGrant { user_id: known.user_id, session_id: Uuid::new_v4(), role: known.role, centre: known.centre };
    app.tokens.issue_access(&grant, chrono::Utc::now()).expect("a token")
}
