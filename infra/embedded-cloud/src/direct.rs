//! The embedded DynamoDB without a connection: an HTTP client for the SDK that performs each call as a function of this
//! process. The SDK signs, serializes and reads answers as ever; what is saved is TCP, two HTTP stacks and reading each body
//! three times.

use aws_smithy_runtime_api::{
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use dynoxide::{Database, DynoxideError, actions::transact_write_items::TransactWriteItemsRequest};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;
use tokio::sync::watch;

/// An answer of DynamoDB: the HTTP status and the body.
pub type Answer = (u16, String);

/// Performs a call of the DynamoDB API: those of data and of tables, which this system makes.
pub fn perform(db: &Database, operation: &str, body: &[u8]) -> Answer {
    match operation {
        "GetItem" => call(body, |request| db.get_item(request)),
        "BatchGetItem" => call(body, |request| db.batch_get_item(request)),
        "Query" => call(body, |request| db.query(request)),
        "Scan" => call(body, |request| db.scan(request)),
        "UpdateItem" => call(body, |request| db.update_item(request)),
        "PutItem" => call(body, |request| db.put_item(request)),
        "DeleteItem" => call(body, |request| db.delete_item(request)),
        "TransactWriteItems" => call(body, |request| db.transact_write_items(request)),
        "TransactGetItems" => call(body, |request| db.transact_get_items(request)),
        "BatchWriteItem" => call(body, |request| db.batch_write_item(request)),
        "ListTables" => call(body, |request| db.list_tables(request)),
        "DescribeTable" => call(body, |request| db.describe_table(request)),
        "CreateTable" => call(body, |request| db.create_table(request)),
        "UpdateTimeToLive" => call(body, |request| db.update_time_to_live(request)),
        _ => refused("com.amazon.coral.service#UnknownOperationException", operation),
    }
}

fn call<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    run: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Answer {
    let request = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(error) => return refused("com.amazon.coral.service#SerializationException", &error.to_string()),
    };
    match run(request).map(|answer| serde_json::to_string(&answer)) {
        Ok(Ok(answer)) => (200, answer),
        Ok(Err(error)) => {
            (500, json!({"__type": "InternalServerError", "message": error.to_string()}).to_string())
        }
        Err(error) => (error.status_code(), error.to_json()),
    }
}

fn refused(kind: &str, message: &str) -> Answer {
    (400, json!({"__type": kind, "message": message}).to_string())
}

/// The operation that a request of the SDK is for, and its body.
///
/// # Errors
/// When the body is a stream: the SDK has none for DynamoDB.
pub fn operation(request: &HttpRequest) -> Result<(String, &[u8]), ConnectorError> {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    let body = request.body().bytes().ok_or_else(|| ConnectorError::user("a body in memory is needed".into()))?;
    Ok((target.rsplit('.').next().unwrap_or_default().to_owned(), body))
}

/// An answer as the SDK reads it.
///
/// # Errors
/// When the status is none.
pub fn response((status, body): Answer) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(status).map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}

/// The client. It ends with the cloud.
#[derive(Clone)]
pub(crate) struct Direct {
    pub(crate) database: Database,
    pub(crate) stopped: watch::Receiver<bool>,
}

impl Direct {
    async fn answer(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        // Others may have their turn between two calls, as they would while one is under way.
        tokio::task::yield_now().await;
        if *self.stopped.borrow() || self.stopped.has_changed().is_err() {
            return Err(ConnectorError::io("the embedded cloud has stopped".into()));
        }
        let (operation, body) = operation(&request)?;
        let db = &self.database;
        response(match operation.as_str() {
            // No answer is lost on its way, so none is asked for twice: the engine would keep each for ten minutes, and look
            // through all of them at every transaction.
            "TransactWriteItems" => call(body, |request: TransactWriteItemsRequest| {
                db.transact_write_items(TransactWriteItemsRequest { client_request_token: None, ..request })
            }),
            _ => perform(db, &operation, body),
        })
    }
}

impl std::fmt::Debug for Direct {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Direct").finish_non_exhaustive()
    }
}

impl HttpConnector for Direct {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().answer(request))
    }
}

impl HttpClient for Direct {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
