//! The stream of a table's changes, as Lambda gets it. Read from the engine's own table of stream records: the API of
//! DynamoDB Streams is for programs that know shards.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::CloudError;

/// Changes of a table, in their order.
#[derive(Debug, Default)]
pub struct Changes {
    /// Records as a Lambda function gets them: those that are wanted.
    pub records: Vec<Value>,
    /// The place after the last one, wanted or not: where to go on.
    pub next: i64,
}

/// Whether a change is wanted, by its kind (`INSERT`, `MODIFY`, `REMOVE`) and the partition key.
pub type Wanted = fn(&str, &str) -> bool;

/// Records after a place. The plus keeps SQLite from the index by table, with which it would sort all records there are, at
/// every look.
pub(crate) const AFTER: &str = "
    SELECT id, event_name, keys_json, new_image, old_image, sequence_number FROM _stream_records
    WHERE id > ?1 AND +table_name = ?2 ORDER BY id LIMIT ?3";

/// The wanted ones of at most `limit` changes of a table after a place; 0 is the beginning of what is kept.
pub(crate) fn after(
    connection: &Connection,
    table: &str,
    (place, limit): (i64, usize),
    wanted: Wanted,
) -> Result<Changes, CloudError> {
    let mut changes = Changes { records: Vec::new(), next: place };
    if !connection.table_exists(None, "_stream_records")? {
        return Ok(changes);
    }
    let mut statement = connection.prepare_cached(AFTER)?;
    let mut rows = statement.query((place, table, i64::try_from(limit).unwrap_or(i64::MAX)))?;
    while let Some(row) = rows.next()? {
        let image = |column: usize| -> Result<Value, CloudError> {
            let text: Option<String> = row.get(column)?;
            text.map_or(Ok(Value::Null), |text| {
                serde_json::from_str(&text).map_err(|error| CloudError::DynamoDb(error.to_string()))
            })
        };
        changes.next = row.get(0)?;
        let (kind, keys): (String, Value) = (row.get(1)?, image(2)?);
        if !keys["pk"]["S"].as_str().is_some_and(|pk| wanted(&kind, pk)) {
            continue;
        }
        let mut change = json!({
            "Keys": keys, "SequenceNumber": row.get::<_, String>(5)?, "SizeBytes": 0,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        });
        for (name, column) in [("NewImage", 3), ("OldImage", 4)] {
            let image = image(column)?;
            if !image.is_null() {
                change[name] = image;
            }
        }
        changes.records.push(json!({
            "eventID": changes.next.to_string(), "eventName": kind, "eventSource": "aws:dynamodb",
            "awsRegion": "ap-south-1", "dynamodb": change,
        }));
    }
    Ok(changes)
}
