use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{Notify, oneshot},
};
use uuid::Uuid;

/// AWS Lambda's runtime API: hands events to a function's binary and takes its answers.
pub struct LambdaRuntime {
    address: String,
    state: Arc<Queue>,
}

#[derive(Default)]
struct Queue {
    events: Mutex<VecDeque<(String, String)>>,
    arrived: Notify,
    waiting: Mutex<HashMap<String, oneshot::Sender<Result<Value, String>>>>,
}

impl LambdaRuntime {
    /// Listens on a free port.
    pub async fn start() -> Self {
        let state = Arc::new(Queue::default());
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(answered))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failed))
            .route("/2018-06-01/runtime/init/error", post(init_failed))
            .with_state(state.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, state }
    }

    /// What the function's process needs to find the runtime: name and value of each variable.
    pub fn environment(&self) -> Vec<(String, String)> {
        [
            ("AWS_LAMBDA_RUNTIME_API", self.address.as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", "under-test"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "test"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "test"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// Sends an event and waits for the answer.
    pub async fn invoke(&self, event: &Value) -> Result<Value, String> {
        let id = Uuid::new_v4().to_string();
        let (sender, receiver) = oneshot::channel();
        self.state.waiting.lock().expect("no test panicked").insert(id.clone(), sender);
        self.state.events.lock().expect("no test panicked").push_back((id, event.to_string()));
        self.state.arrived.notify_one();
        let answered = tokio::time::timeout(std::time::Duration::from_secs(60), receiver).await;
        answered
            .map_err(|_| "no answer within a minute".to_owned())?
            .map_err(|_| "the runtime is gone".to_owned())?
    }
}

async fn next(State(queue): State<Arc<Queue>>) -> Response {
    loop {
        let event = queue.events.lock().expect("no test panicked").pop_front();
        if let Some((id, event)) = event {
            let mut headers = HeaderMap::new();
            let id = HeaderValue::from_str(&id).expect("a header");
            headers.insert("lambda-runtime-aws-request-id", id);
            headers.insert("lambda-runtime-deadline-ms", HeaderValue::from_static("4102444800000"));
            headers.insert(
                "lambda-runtime-invoked-function-arn",
                HeaderValue::from_static("arn:aws:lambda:ap-south-1:000000000000:function:under-test"),
            );
            return (headers, event).into_response();
        }
        queue.arrived.notified().await;
    }
}

async fn answered(State(queue): State<Arc<Queue>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    let answer = serde_json::from_slice(&body).map_err(|error| error.to_string());
    deliver(&queue, &id, answer)
}

async fn failed(State(queue): State<Arc<Queue>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    deliver(&queue, &id, Err(String::from_utf8_lossy(&body).into_owned()))
}

async fn init_failed(State(queue): State<Arc<Queue>>, body: Bytes) -> StatusCode {
    let ids: Vec<String> = queue.waiting.lock().expect("no test panicked").keys().cloned().collect();
    for id in ids {
        deliver(&queue, &id, Err(format!("init failed: {}", String::from_utf8_lossy(&body))));
    }
    StatusCode::ACCEPTED
}

fn deliver(queue: &Queue, id: &str, answer: Result<Value, String>) -> StatusCode {
    if let Some(sender) = queue.waiting.lock().expect("no test panicked").remove(id) {
        let _ = sender.send(answer);
    }
    StatusCode::ACCEPTED
}
