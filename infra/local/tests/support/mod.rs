//! The server as a process, and a client for it.

// Each test binary uses its part of this.
#![allow(dead_code)]

use std::{
    collections::BTreeMap,
    path::Path,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    task::JoinHandle,
};

/// No step of these tests may take longer; they run on slow machines, too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// The program with an environment of its own: nothing of the machine's but the path.
pub(crate) fn program(environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dms-local"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// The program on a data folder and a free port.
pub(crate) fn on(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = program(&[]);
    command.args(["--port", "0", "--data-dir"]).arg(folder).args(arguments);
    command
}

/// A process that may not listen yet.
pub(crate) struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    errors: Arc<Mutex<String>>,
    reading: JoinHandle<()>,
}

/// A process that listens.
pub(crate) struct Server {
    process: Process,
    /// For example `http://127.0.0.1:40001`.
    pub(crate) url: String,
}

impl Process {
    /// Starts it; it is killed when dropped.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut stderr = child.stderr.take().expect("a pipe");
        let errors = Arc::new(Mutex::new(String::new()));
        let written = errors.clone();
        let reading = tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok(1..) = stderr.read(&mut buffer).await.inspect(|read| {
                written.lock().expect("no panic").push_str(&String::from_utf8_lossy(&buffer[..*read]));
            }) {}
        });
        Self { child, lines, errors, reading }
    }

    /// What it wrote to stderr until now.
    pub(crate) fn errors(&self) -> String {
        self.errors.lock().expect("no panic").clone()
    }

    /// The next line of stdout; none when there will be no more.
    pub(crate) async fn line(&mut self) -> Option<String> {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await;
        line.expect("a line in time").expect("UTF-8")
    }

    /// Waits until it listens.
    pub(crate) async fn listening(mut self) -> Server {
        loop {
            let Some(line) = self.line().await else {
                let status = self.child.wait().await;
                panic!("it ended before it listened: {status:?} {}", self.errors());
            };
            if let Some(url) = line.strip_prefix("listening on ") {
                let port = url.strip_prefix("http://127.0.0.1:").and_then(|port| port.parse::<u16>().ok());
                assert!(port.is_some_and(|port| port != 0), "{line}");
                return Server { url: url.to_owned(), process: self };
            }
        }
    }

    /// `kill -9`.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().expect("a child can be waited for").is_none()
    }

    /// Waits for its end: its status, and what it wrote to stderr.
    pub(crate) async fn end(mut self, within: Duration) -> (ExitStatus, String) {
        let status = tokio::time::timeout(within, self.child.wait()).await;
        let status = status.unwrap_or_else(|_| panic!("it still runs after {within:?}")).expect("a status");
        let _ = tokio::time::timeout(Duration::from_secs(5), &mut self.reading).await;
        (status, self.errors())
    }
}

impl Server {
    /// Starts it and waits until it listens.
    pub(crate) async fn start(command: Command) -> Self {
        Process::spawn(command).listening().await
    }

    /// `kill -9`.
    pub(crate) async fn kill(self) {
        self.process.kill().await;
    }

    /// Sends a signal, such as `TERM`. With the shell's own `kill`: the program of that name may be missing.
    pub(crate) async fn signal(&self, name: &str) {
        let pid = self.process.child.id().expect("it runs");
        let status = Command::new("sh").args(["-c", &format!("kill -{name} {pid}")]).status().await;
        assert!(status.expect("a shell").success(), "kill -{name} {pid}");
    }

    /// Asks it to end by a signal, which it must do in 5 seconds and with success. What it still wrote to stdout.
    pub(crate) async fn end_by(mut self, signal: &str) -> Vec<String> {
        self.signal(signal).await;
        let mut rest = Vec::new();
        let all = async {
            while let Some(line) = self.process.line().await {
                rest.push(line);
            }
            self.process.end(PATIENCE).await
        };
        let ended = tokio::time::timeout(Duration::from_secs(5), all).await;
        let (status, errors) = ended.unwrap_or_else(|_| panic!("it still runs 5 seconds after SIG{signal}"));
        assert_eq!(status.code(), Some(0), "SIG{signal}: {errors}");
        rest
    }

    /// The next line of stdout.
    pub(crate) async fn line(&mut self) -> Option<String> {
        self.process.line().await
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.process.runs()
    }

    /// A client without a token.
    pub(crate) fn anonymous(&self) -> Api {
        Api { http: reqwest::Client::new(), url: self.url.clone(), token: None }
    }

    /// Somebody's client.
    pub(crate) async fn login(&self, email: &str, password: &str) -> Api {
        let mut api = self.anonymous();
        let answer = api.post("/api/auth/login", &json!({"email": email, "password": password})).await;
        assert_eq!(answer.status, 200, "{email}: {}", answer.body);
        api.token = Some(answer.body["data"]["accessToken"].as_str().expect("a token").to_owned());
        api
    }
}

/// Sends requests, as someone.
#[derive(Clone)]
pub(crate) struct Api {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Api {
    /// The same client, with the same token, for another server.
    pub(crate) fn at(mut self, server: &Server) -> Self {
        self.url.clone_from(&server.url);
        self
    }

    /// A request; an error when the server is gone.
    pub(crate) async fn send(
        &self,
        method: reqwest::Method,
        path: &str,
        body: Option<&Value>,
    ) -> reqwest::Result<Answer> {
        let path = path.replace('[', "%5B").replace(']', "%5D");
        let mut request = self.http.request(method, format!("{}{path}", self.url)).timeout(PATIENCE);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // The whole body must be there before anything counts as acknowledged.
        let body = response.bytes().await?;
        Ok(Answer { status, headers, body: serde_json::from_slice(&body).unwrap_or_default() })
    }

    /// GET.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(reqwest::Method::GET, path, None).await.expect("an answer")
    }

    /// POST.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(reqwest::Method::POST, path, Some(body)).await.expect("an answer")
    }

    /// POST with an Idempotency-Key.
    pub(crate) async fn post_once(&self, path: &str, body: &Value, key: &str) -> Answer {
        let request = self.http.post(format!("{}{path}", self.url)).header("idempotency-key", key).json(body);
        let token = self.token.as_deref().unwrap_or_default();
        let response = request.bearer_auth(token).timeout(PATIENCE).send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, body: response.json().await.expect("JSON") }
    }

    /// POST that must do something to a document: the data.
    pub(crate) async fn act(&self, path: &str, body: &Value) -> Value {
        let mut answer = self.post(path, body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body["data"].take()
    }

    /// PATCH that must succeed: the document.
    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Value {
        let mut answer = self.send(reqwest::Method::PATCH, path, Some(body)).await.expect("an answer");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body["data"].take()
    }

    /// GET that must find something: the data.
    pub(crate) async fn read(&self, path: &str) -> Value {
        let mut answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body["data"].take()
    }

    /// POST that must create: the new document.
    pub(crate) async fn create(&self, path: &str, body: &Value) -> Value {
        let mut answer = self.post(path, body).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        answer.body["data"].take()
    }

    /// How many rows a list says it has. The path may have a query.
    pub(crate) async fn total(&self, path: &str) -> u64 {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body["pagination"]["total"].as_u64().expect("a total")
    }

    /// The rows of all pages of a list, by id. Every page must say the same total, and it must be true.
    pub(crate) async fn walk(&self, path: &str) -> BTreeMap<String, Value> {
        let mut rows = BTreeMap::new();
        for page in 1.. {
            let answer = self.get(&format!("{path}?limit=100&page={page}")).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            for row in answer.body["data"].as_array().expect("rows") {
                let id = row["id"].as_str().expect("an id").to_owned();
                assert!(rows.insert(id, row.clone()).is_none(), "{path}: twice: {row}");
            }
            let pagination = &answer.body["pagination"];
            if pagination["hasNext"] == false {
                assert_eq!(pagination["total"], rows.len(), "{path}: page {page}: {pagination}");
                break;
            }
        }
        rows
    }
}
