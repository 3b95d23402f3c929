//! DynamoDB on SQLite, by `dynoxide`.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use chrono::Utc;
use dynoxide::Database;
use rusqlite::Connection;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::{
    CloudError,
    changes::{self, Changes, Wanted},
    direct::Direct,
    serve,
};

/// As long as DynamoDB keeps stream records.
const STREAM_RETENTION_SECONDS: i64 = 24 * 60 * 60;
/// Keeps the write lock short while old records are removed.
const PRUNE_BATCH: usize = 500;
/// How long the second connection waits for the engine's own writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The engine numbers stream records by asking for the highest one, and has no index for it: writes would slow down
/// as records pile up.
const STREAM_INDEXES: &str = "
    CREATE INDEX IF NOT EXISTS dms_stream_by_table
        ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
    CREATE INDEX IF NOT EXISTS dms_stream_by_shard
        ON _stream_records (table_name, shard_id, CAST(sequence_number AS INTEGER));";

/// The engine, and the file that a second connection can reach.
#[derive(Clone)]
pub(crate) struct DynamoDb {
    database: Database,
    /// A path or an SQLite URI.
    location: String,
    /// The connection that reads the stream, several times a second.
    reader: Arc<Mutex<Option<Connection>>>,
}

impl fmt::Debug for DynamoDb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("DynamoDb").field("location", &self.location).finish_non_exhaustive()
    }
}

impl DynamoDb {
    /// Opens the file, or a database in memory.
    pub(crate) async fn open(file: Option<PathBuf>) -> Result<Self, CloudError> {
        let location = match file {
            Some(file) => file.to_string_lossy().into_owned(),
            // A plain in-memory database cannot be reached by a second connection, a named one can.
            None => format!("file:/dms-{}?vfs=memdb", uuid::Uuid::new_v4()),
        };
        tokio::task::spawn_blocking(move || {
            let database = Database::new(&location).map_err(engine_error)?;
            let opened = Self { database, location, reader: Arc::default() };
            opened.tune_now()?;
            Ok(opened)
        })
        .await?
    }

    /// Serves until stopped.
    pub(crate) fn serve(&self, listener: TcpListener, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
        let database = self.database.clone();
        tokio::spawn(async move {
            let stopped = async move { serve::stopped(&mut stop).await };
            if let Err(error) = dynoxide::server::serve_with_shutdown(listener, database, stopped).await {
                tracing::error!(error, "embedded DynamoDB ended");
            }
        })
    }

    /// A client in this process, until stopped.
    pub(crate) fn direct(&self, stopped: watch::Receiver<bool>) -> SharedHttpClient {
        SharedHttpClient::new(Direct { database: self.database.clone(), stopped })
    }

    pub(crate) async fn tune(&self) -> Result<(), CloudError> {
        let this = self.clone();
        tokio::task::spawn_blocking(move || this.tune_now()).await?
    }

    fn tune_now(&self) -> Result<(), CloudError> {
        // The only way to reach the engine's pragmas: afterwards it runs with synchronous=NORMAL. In WAL mode that
        // loses nothing when the process is killed, and saves an fsync per write.
        self.database.enable_bulk_loading().map_err(engine_error)?;
        self.database.disable_bulk_loading().map_err(engine_error)?;
        let connection = self.connect()?;
        if connection.table_exists(None, "_stream_records")? {
            connection.execute_batch(STREAM_INDEXES)?;
        }
        Ok(())
    }

    /// Removes items whose time to live is over.
    pub(crate) async fn sweep(&self) {
        let database = self.database.clone();
        match tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
            Ok(Ok(0)) => {}
            Ok(Ok(removed)) => tracing::debug!(removed, "expired items removed"),
            Ok(Err(error)) => tracing::warn!(%error, "cannot remove expired items"),
            Err(error) => tracing::warn!(%error, "cannot remove expired items"),
        }
    }

    /// Removes stream records that DynamoDB would have dropped.
    pub(crate) async fn prune_stream(&self) {
        let this = self.clone();
        #[allow(clippy::disallowed_methods)] // it plays AWS, which has a clock of its own
        let before = Utc::now().timestamp() - STREAM_RETENTION_SECONDS;
        match tokio::task::spawn_blocking(move || this.prune_stream_before(before)).await {
            Ok(Ok(0)) => {}
            Ok(Ok(removed)) => tracing::debug!(removed, "old stream records removed"),
            Ok(Err(error)) => tracing::warn!(%error, "cannot remove old stream records"),
            Err(error) => tracing::warn!(%error, "cannot remove old stream records"),
        }
    }

    /// Removes all stream records there are, as if everybody had read them.
    pub(crate) async fn forget_stream(&self) -> Result<(), CloudError> {
        let this = self.clone();
        tokio::task::spawn_blocking(move || this.prune_stream_before(i64::MAX)).await??;
        Ok(())
    }

    fn prune_stream_before(&self, before: i64) -> Result<usize, CloudError> {
        let connection = self.connect()?;
        let mut removed = 0;
        loop {
            // Records are numbered in order of time, so the oldest ones come first.
            let batch = connection.execute(
                "DELETE FROM _stream_records WHERE id IN
                    (SELECT id FROM (SELECT id, created_at FROM _stream_records ORDER BY id LIMIT ?2)
                     WHERE created_at < ?1)",
                (before, PRUNE_BATCH as i64),
            )?;
            removed += batch;
            if batch < PRUNE_BATCH {
                return Ok(removed);
            }
        }
    }

    /// Changes of a table after a place in its stream.
    pub(crate) async fn changes(
        &self,
        table: String,
        span: (i64, usize),
        wanted: Wanted,
    ) -> Result<Changes, CloudError> {
        let this = self.clone();
        tokio::task::spawn_blocking(move || {
            let mut reader = this.reader.lock().unwrap_or_else(PoisonError::into_inner);
            let connection = match reader.take() {
                Some(connection) => connection,
                None => this.connect()?,
            };
            changes::after(reader.insert(connection), &table, span, wanted)
        })
        .await?
    }

    fn connect(&self) -> Result<Connection, CloudError> {
        let connection = Connection::open(&self.location)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        Ok(connection)
    }
}

fn engine_error(error: dynoxide::DynoxideError) -> CloudError {
    CloudError::DynamoDb(error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn insert_records(connection: &Connection, count: usize, created_at: i64) {
        for number in 0..count {
            connection
                .execute(
                    "INSERT INTO _stream_records
                        (table_name, event_name, keys_json, sequence_number, shard_id, created_at)
                     VALUES ('cars', 'INSERT', '{}', ?1, 'shard', ?2)",
                    (number.to_string(), created_at),
                )
                .unwrap();
        }
    }

    async fn check(file: Option<PathBuf>) {
        let dynamodb = DynamoDb::open(file).await.unwrap();
        let connection = dynamodb.connect().unwrap();
        insert_records(&connection, PRUNE_BATCH + 1, 100);
        insert_records(&connection, 2, 200);
        assert_eq!(dynamodb.prune_stream_before(200).unwrap(), PRUNE_BATCH + 1);
        assert_eq!(dynamodb.prune_stream_before(200).unwrap(), 0);

        // The engine's own question must be answered from the index, and that of the stream's reader in the records' order.
        let plan = |question: &str, parameters: &[&dyn rusqlite::ToSql]| -> Vec<String> {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {question}")).unwrap();
            let steps = statement.query_map(parameters, |row| row.get("detail")).unwrap();
            steps.collect::<Result<_, _>>().unwrap()
        };
        let highest = "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1
            FROM _stream_records WHERE table_name = 'cars'";
        assert!(plan(highest, &[])[0].contains("dms_stream_by_table"));
        let steps = plan(changes::AFTER, &[&0, &"cars", &1]);
        assert_eq!(steps, ["SEARCH _stream_records USING INTEGER PRIMARY KEY (rowid>?)"]);
    }

    #[tokio::test]
    async fn old_stream_records_are_pruned_in_memory() {
        check(None).await;
    }

    #[tokio::test]
    async fn old_stream_records_are_pruned_in_a_file() {
        let folder = tempfile::TempDir::new().unwrap();
        check(Some(folder.path().join("dynamodb.sqlite"))).await;
    }
}
