//! Queues on SQLite. The messages are in `message_store`.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};

use super::attributes::QueueAttributes;
use super::error::SqsError;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS queues (
        name TEXT PRIMARY KEY,
        attributes TEXT NOT NULL,
        created_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        queue TEXT NOT NULL,
        message_id TEXT NOT NULL,
        body TEXT NOT NULL,
        attributes TEXT,
        sent_at INTEGER NOT NULL,
        visible_at INTEGER NOT NULL,
        receive_count INTEGER NOT NULL DEFAULT 0,
        first_received_at INTEGER,
        receipt TEXT,
        dead_letter_source TEXT,
        trace_header TEXT
    );
    CREATE INDEX IF NOT EXISTS messages_by_visibility ON messages (queue, visible_at, id);
    CREATE INDEX IF NOT EXISTS messages_received ON messages (queue, receive_count) WHERE receive_count > 0;";

/// All times are milliseconds since 1970.
pub(super) struct QueueStore(Mutex<Connection>);

/// How many messages a queue holds.
pub(super) struct Counts {
    pub(super) visible: i64,
    pub(super) in_flight: i64,
    pub(super) delayed: i64,
}

impl QueueStore {
    pub(super) fn open(file: Option<&Path>) -> rusqlite::Result<Self> {
        let connection = match file {
            Some(file) => Connection::open(file)?,
            None => Connection::open_in_memory()?,
        };
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // In WAL mode this loses nothing when the process is killed.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(SCHEMA)?;
        add_trace_header(&connection)?;
        // Who had received them is gone with the process: nobody will delete them, so nobody need wait for that.
        connection.execute("UPDATE messages SET visible_at = 0 WHERE receipt IS NOT NULL", [])?;
        connection.set_prepared_statement_cache_capacity(32);
        Ok(Self(Mutex::new(connection)))
    }

    /// Creates the queue. Asking again for the same queue does nothing.
    pub(super) fn create(&self, name: &str, wanted: &QueueAttributes, now: i64) -> Result<(), SqsError> {
        let connection = self.lock();
        if let Some(existing) = find_queue(&connection, name)? {
            return match existing.differs_from(wanted) {
                Some(attribute) => Err(SqsError::QueueNameExists(attribute.to_owned())),
                None => Ok(()),
            };
        }
        check_redrive(&connection, wanted)?;
        let mut attributes = QueueAttributes::default();
        attributes.merge(wanted.clone());
        connection
            .prepare_cached("INSERT INTO queues (name, attributes, created_at) VALUES (?1, ?2, ?3)")?
            .execute(params![name, attributes.to_json(), now])?;
        Ok(())
    }

    pub(super) fn attributes(&self, name: &str) -> Result<QueueAttributes, SqsError> {
        find_queue(&self.lock(), name)?.ok_or(SqsError::QueueDoesNotExist)
    }

    pub(super) fn set_attributes(&self, name: &str, newer: QueueAttributes) -> Result<(), SqsError> {
        let connection = self.lock();
        let mut attributes = find_queue(&connection, name)?.ok_or(SqsError::QueueDoesNotExist)?;
        check_redrive(&connection, &newer)?;
        attributes.merge(newer);
        connection
            .prepare_cached("UPDATE queues SET attributes = ?2 WHERE name = ?1")?
            .execute(params![name, attributes.to_json()])?;
        Ok(())
    }

    pub(super) fn names(&self, prefix: &str) -> Result<Vec<String>, SqsError> {
        let connection = self.lock();
        let mut statement = connection
            .prepare_cached("SELECT name FROM queues WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name")?;
        let names = statement.query_map([prefix], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        Ok(names)
    }

    pub(super) fn delete_queue(&self, name: &str) -> Result<(), SqsError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        transaction.execute("DELETE FROM messages WHERE queue = ?1", [name])?;
        let deleted = transaction.execute("DELETE FROM queues WHERE name = ?1", [name])?;
        transaction.commit()?;
        if deleted == 0 { Err(SqsError::QueueDoesNotExist) } else { Ok(()) }
    }

    pub(super) fn purge(&self, name: &str) -> Result<(), SqsError> {
        self.lock().prepare_cached("DELETE FROM messages WHERE queue = ?1")?.execute([name])?;
        Ok(())
    }

    pub(super) fn counts(&self, name: &str, now: i64) -> Result<Counts, SqsError> {
        let counts = self
            .lock()
            .prepare_cached(
                "SELECT COUNT(*) FILTER (WHERE visible_at <= ?2),
                        COUNT(*) FILTER (WHERE visible_at > ?2 AND receipt IS NOT NULL),
                        COUNT(*) FILTER (WHERE visible_at > ?2 AND receipt IS NULL)
                 FROM messages WHERE queue = ?1",
            )?
            .query_row(params![name, now], |row| {
                Ok(Counts { visible: row.get(0)?, in_flight: row.get(1)?, delayed: row.get(2)? })
            })?;
        Ok(counts)
    }

    /// Drops the messages that outlived the retention period of their queue.
    pub(super) fn remove_expired(&self, now: i64) -> Result<usize, SqsError> {
        let mut removed = 0;
        for queue in self.names("")? {
            let oldest = now - i64::from(self.attributes(&queue)?.retention()) * 1_000;
            let connection = self.lock();
            removed += connection
                .prepare_cached("DELETE FROM messages WHERE queue = ?1 AND sent_at < ?2")?
                .execute(params![queue, oldest])?;
        }
        Ok(removed)
    }

    /// A panic elsewhere leaves at worst a transaction that SQLite rolls back.
    pub(super) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file from before has no column for it.
fn add_trace_header(connection: &Connection) -> rusqlite::Result<()> {
    let known = "SELECT COUNT(*) FROM pragma_table_info('messages') WHERE name = 'trace_header'";
    let count: i64 = connection.query_row(known, [], |row| row.get(0))?;
    if count == 0 {
        connection.execute("ALTER TABLE messages ADD COLUMN trace_header TEXT", [])?;
    }
    Ok(())
}

fn find_queue(connection: &Connection, name: &str) -> Result<Option<QueueAttributes>, SqsError> {
    let text: Option<String> = connection
        .prepare_cached("SELECT attributes FROM queues WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    text.as_deref().map(QueueAttributes::from_json).transpose()
}

fn check_redrive(connection: &Connection, attributes: &QueueAttributes) -> Result<(), SqsError> {
    match attributes.redrive() {
        Some(redrive) if find_queue(connection, &redrive.target)?.is_none() => Err(
            SqsError::InvalidAttributeValue("RedrivePolicy. Reason: Dead letter target does not exist".to_owned()),
        ),
        _ => Ok(()),
    }
}
