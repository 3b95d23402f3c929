//! SQS on SQLite: the JSON protocol over HTTP, and standard queues only.

mod attributes;
mod error;
mod message_store;
mod message_verbs;
mod messages;
mod queue_store;
mod receipt;
mod requests;
mod verbs;

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use chrono::Utc;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::CloudError;
use error::SqsError;
use queue_store::QueueStore;

/// A batch of the largest size, escaped, and its surroundings.
const MAX_REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// The service. Clones share their data.
#[derive(Clone)]
pub(crate) struct Sqs {
    store: Arc<QueueStore>,
    /// One for each queue, rung when a message may have become visible.
    bells: Arc<Mutex<HashMap<String, watch::Sender<()>>>>,
    base_url: String,
    stop: watch::Receiver<bool>,
}

impl Sqs {
    /// Opens the file, or a database in memory. `base_url` is the start of queue URLs.
    pub(crate) async fn open(
        file: Option<PathBuf>,
        base_url: String,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, CloudError> {
        let store = tokio::task::spawn_blocking(move || QueueStore::open(file.as_deref())).await??;
        Ok(Self { store: Arc::new(store), bells: Arc::default(), base_url, stop })
    }

    /// What the accept loop serves.
    pub(crate) fn service(
        self,
    ) -> impl tower::Service<Request<Incoming>, Response = Response<Full<Bytes>>, Error = Infallible, Future: Send>
    + Clone
    + Send
    + 'static {
        tower::service_fn(move |request| {
            let this = self.clone();
            async move { Ok(this.answer(request).await) }
        })
    }

    /// Sends a message to a queue, as another service of AWS would.
    pub(crate) async fn send(&self, queue: &str, body: &str) -> Result<(), CloudError> {
        let request = json!({ "QueueUrl": queue, "MessageBody": body }).to_string();
        let sent = self.call("SendMessage", request.as_bytes()).await;
        sent.map(|_| ()).map_err(|error| CloudError::Sqs(error.to_string()))
    }

    /// Drops messages older than their queue keeps them.
    pub(crate) async fn remove_expired(&self) {
        match self.with_store(|store| store.remove_expired(now())).await {
            Ok(0) => {}
            Ok(removed) => tracing::debug!(removed, "expired messages removed"),
            Err(error) => tracing::warn!(%error, "cannot remove expired messages"),
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        match self.run(request).await {
            Ok(answer) => response(StatusCode::OK, &answer),
            Err(error) => error_response(&error),
        }
    }

    async fn run(&self, request: Request<Incoming>) -> Result<Value, SqsError> {
        let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
        let operation = target
            .and_then(|target| target.strip_prefix("AmazonSQS."))
            .ok_or_else(|| SqsError::UnsupportedOperation("without the JSON protocol".to_owned()))?
            .to_owned();
        let body = Limited::new(request.into_body(), MAX_REQUEST_BYTES)
            .collect()
            .await
            .map_err(|error| SqsError::InvalidParameterValue(error.to_string()))?;
        self.call(&operation, &body.to_bytes()).await
    }

    /// SQLite may wait for the disk, so it runs beside the async threads.
    async fn with_store<T, F>(&self, work: F) -> Result<T, SqsError>
    where
        T: Send + 'static,
        F: FnOnce(&QueueStore) -> Result<T, SqsError> + Send + 'static,
    {
        let store = Arc::clone(&self.store);
        tokio::task::spawn_blocking(move || work(&store))
            .await
            .map_err(|error| SqsError::Internal(error.to_string()))?
    }

    fn bell(&self, queue: &str) -> watch::Sender<()> {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        bells.entry(queue.to_owned()).or_default().clone()
    }
}

/// Milliseconds since 1970.
#[allow(clippy::disallowed_methods)] // it plays AWS, which has a clock of its own
fn now() -> i64 {
    Utc::now().timestamp_millis()
}

fn response(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body.to_string()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/x-amz-json-1.0");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

fn error_response(error: &SqsError) -> Response<Full<Bytes>> {
    let (name, query_name) = error.names();
    let body = json!({ "__type": format!("com.amazonaws.sqs#{name}"), "message": error.to_string() });
    let mut response = response(error.status(), &body);
    let fault = if error.status().is_client_error() { "Sender" } else { "Receiver" };
    // The SDKs take the error code from here.
    if let Ok(value) = HeaderValue::from_str(&format!("{query_name};{fault}")) {
        response.headers_mut().insert("x-amzn-query-error", value);
    }
    response
}
