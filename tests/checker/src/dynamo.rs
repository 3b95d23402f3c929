//! DynamoDB in process: one SQLite database in memory, called without a network or a thread between, so that a
//! history's order of events comes from its seed alone.

use dynoxide::{Database, DynoxideError, actions::create_table::CreateTableRequest};
use serde::{Serialize, de::DeserializeOwned};

/// An answer of DynamoDB: the HTTP status and the body.
pub(crate) type Answer = (u16, String);

/// Performs a call of the DynamoDB API.
pub(crate) fn perform(db: &Database, operation: &str, body: &[u8]) -> Answer {
    match operation {
        "GetItem" => call(body, |request| db.get_item(request)),
        "BatchGetItem" => call(body, |request| db.batch_get_item(request)),
        "Query" => call(body, |request| db.query(request)),
        "UpdateItem" => call(body, |request| db.update_item(request)),
        "PutItem" => call(body, |request| db.put_item(request)),
        "DeleteItem" => call(body, |request| db.delete_item(request)),
        "TransactWriteItems" => call(body, |request| db.transact_write_items(request)),
        "TransactGetItems" => call(body, |request| db.transact_get_items(request)),
        "BatchWriteItem" => call(body, |request| db.batch_write_item(request)),
        "ListTables" => call(body, |request| db.list_tables(request)),
        "CreateTable" => call(body, |request: CreateTableRequest| {
            // Nobody reads the stream here, and writing it takes time.
            db.create_table(CreateTableRequest { stream_specification: None, ..request })
        }),
        "UpdateTimeToLive" => call(body, |request| db.update_time_to_live(request)),
        other => panic!("{other} is not known to the in-process DynamoDB: add it"),
    }
}

fn call<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    run: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Answer {
    let request = serde_json::from_slice(body).unwrap_or_else(|error| {
        panic!("the SDK sent what DynamoDB cannot read: {error}: {}", String::from_utf8_lossy(body))
    });
    match run(request) {
        Ok(answer) => (200, serde_json::to_string(&answer).expect("an answer has a JSON form")),
        Err(error) => (error.status_code(), error.to_json()),
    }
}
