//! Messages on SQLite. All times are milliseconds since 1970.

use rusqlite::{Connection, Row, params};
use serde_json::{Map, Value};

use super::attributes::Redrive;
use super::error::SqsError;
use super::queue_store::QueueStore;
use super::receipt::Receipt;

/// A message to be stored.
pub(super) struct NewMessage {
    pub(super) message_id: String,
    pub(super) body: String,
    pub(super) attributes: Option<Map<String, Value>>,
    pub(super) trace_header: Option<String>,
    pub(super) visible_at: i64,
}

/// A message as a receiver sees it.
pub(super) struct StoredMessage {
    pub(super) id: i64,
    pub(super) receipt: Receipt,
    pub(super) message_id: String,
    pub(super) body: String,
    pub(super) attributes: Option<String>,
    pub(super) sent_at: i64,
    pub(super) receive_count: i64,
    pub(super) first_received_at: i64,
    pub(super) dead_letter_source: Option<String>,
    pub(super) trace_header: Option<String>,
}

/// What one look at a queue gave.
pub(super) struct Received {
    pub(super) messages: Vec<StoredMessage>,
    /// The dead-letter queue, if messages were moved there.
    pub(super) moved_to: Option<String>,
    /// When the next hidden message becomes visible.
    pub(super) next_visible_at: Option<i64>,
}

impl QueueStore {
    /// Stores all the messages or none.
    pub(super) fn send(&self, queue: &str, messages: &[NewMessage], now: i64) -> Result<(), SqsError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO messages (queue, message_id, body, attributes, sent_at, visible_at, trace_header)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            for message in messages {
                let attributes = message.attributes.as_ref().map(|map| Value::Object(map.clone()).to_string());
                insert.execute(params![
                    queue,
                    message.message_id,
                    message.body,
                    attributes,
                    now,
                    message.visible_at,
                    message.trace_header
                ])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Takes up to `limit` visible messages and hides them until `hidden_until`.
    pub(super) fn receive(
        &self,
        queue: &str,
        redrive: Option<&Redrive>,
        limit: u32,
        now: i64,
        hidden_until: i64,
    ) -> Result<Received, SqsError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        let moved_to = match redrive {
            Some(redrive) if move_to_dead_letters(&transaction, queue, redrive, now)? => {
                Some(redrive.target.clone())
            }
            _ => None,
        };
        let mut messages = transaction
            .prepare_cached(
                "UPDATE messages SET visible_at = ?3, receive_count = receive_count + 1,
                        first_received_at = COALESCE(first_received_at, ?2), receipt = lower(hex(randomblob(16)))
                 WHERE id IN (SELECT id FROM messages WHERE queue = ?1 AND visible_at <= ?2
                              ORDER BY visible_at, id LIMIT ?4)
                 RETURNING id, receipt, message_id, body, attributes, sent_at, receive_count, first_received_at,
                           dead_letter_source, trace_header",
            )?
            .query_map(params![queue, now, hidden_until, limit], stored_message)?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        // RETURNING promises no order.
        messages.sort_by_key(|message| message.id);
        let next_visible_at = transaction
            .prepare_cached("SELECT MIN(visible_at) FROM messages WHERE queue = ?1 AND visible_at > ?2")?
            .query_row(params![queue, now], |row| row.get(0))?;
        transaction.commit()?;
        Ok(Received { messages, moved_to, next_visible_at })
    }

    /// Deletes the message unless it has been received again since. As in SQS, a stale receipt is no error.
    pub(super) fn delete(&self, queue: &str, receipt: &Receipt) -> Result<(), SqsError> {
        self.lock()
            .prepare_cached("DELETE FROM messages WHERE id = ?1 AND queue = ?2 AND receipt = ?3")?
            .execute(params![receipt.id, queue, receipt.token])?;
        Ok(())
    }

    pub(super) fn change_visibility(
        &self,
        queue: &str,
        receipt: &Receipt,
        now: i64,
        hidden_until: i64,
    ) -> Result<(), SqsError> {
        let changed = self
            .lock()
            .prepare_cached(
                "UPDATE messages SET visible_at = ?5
                 WHERE id = ?1 AND queue = ?2 AND receipt = ?3 AND visible_at > ?4",
            )?
            .execute(params![receipt.id, queue, receipt.token, now, hidden_until])?;
        if changed == 0 { Err(SqsError::MessageNotInflight) } else { Ok(()) }
    }
}

/// Asked at every receive: of the index of those that were ever received, so that messages that wait cost nothing.
const MOVE_TO_DEAD_LETTERS: &str = "
    UPDATE messages SET queue = ?4, visible_at = ?2, receipt = NULL, dead_letter_source = ?1
    WHERE queue = ?1 AND visible_at <= ?2 AND receive_count >= ?3 AND receive_count > 0
          AND EXISTS (SELECT 1 FROM queues WHERE name = ?4)";

fn move_to_dead_letters(
    connection: &Connection,
    queue: &str,
    redrive: &Redrive,
    now: i64,
) -> Result<bool, SqsError> {
    let moved = connection.prepare_cached(MOVE_TO_DEAD_LETTERS)?.execute(params![
        queue,
        now,
        redrive.max_receive_count,
        redrive.target
    ])?;
    Ok(moved > 0)
}

fn stored_message(row: &Row<'_>) -> rusqlite::Result<StoredMessage> {
    let id = row.get(0)?;
    Ok(StoredMessage {
        id,
        receipt: Receipt { id, token: row.get(1)? },
        message_id: row.get(2)?,
        body: row.get(3)?,
        attributes: row.get(4)?,
        sent_at: row.get(5)?,
        receive_count: row.get(6)?,
        first_received_at: row.get(7)?,
        dead_letter_source: row.get(8)?,
        trace_header: row.get(9)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn messages_that_wait_are_not_looked_through_for_dead_ones() {
        let store = QueueStore::open(None).unwrap();
        let connection = store.lock();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {MOVE_TO_DEAD_LETTERS}")).unwrap();
        let step: String = statement.query_row(params!["queue", 1, 5, "dead"], |row| row.get("detail")).unwrap();
        assert!(step.contains("messages_received (queue=? AND receive_count>?)"), "{step}");
    }
}
