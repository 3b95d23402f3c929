//! DynamoDB, S3 and SQS inside the process, for `cargo run` and the tests.
//!
//! Each service listens on a loopback port and is used through the ordinary AWS SDK clients, so the code under test is
//! the code that runs on Lambda; DynamoDB's client can also do without the connection
//! ([`EmbeddedCloud::dynamodb_client`]). Data is kept in memory or in a folder; in a folder it survives a killed process.

mod changes;
mod direct;
mod dynamodb;
mod notifications;
mod s3;
mod serve;
mod sqs;

use std::path::PathBuf;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use changes::{Changes, Wanted};
pub use direct::{Answer, operation, perform, response};
use dynamodb::DynamoDb;
use notifications::{Notification, Notifications};
use sqs::Sqs;

/// How often expired items are removed.
const SWEEP_EVERY: Duration = Duration::from_secs(30);
/// Old stream records and messages are removed on every n-th sweep.
const PRUNE_EVERY_SWEEPS: u32 = 10;
/// A stalled client must not keep the process from ending.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// Where the data lives.
#[derive(Debug, Clone)]
pub enum Storage {
    /// Nothing is kept once the cloud is stopped. S3 objects use a temporary folder.
    Memory,
    /// Everything is kept in files under this folder, which is created if needed.
    Folder(PathBuf),
}

/// Why the embedded cloud could not start or be tuned.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// A folder or a socket is unusable.
    #[error("embedded cloud: {0}")]
    Io(#[from] std::io::Error),
    /// SQLite refused.
    #[error("embedded cloud, SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The DynamoDB engine refused.
    #[error("embedded DynamoDB: {0}")]
    DynamoDb(String),
    /// The S3 engine refused.
    #[error("embedded S3: {0}")]
    S3(String),
    /// The SQS engine refused.
    #[error("embedded SQS: {0}")]
    Sqs(String),
    /// A background task ended early.
    #[error("embedded cloud, background task: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// The streams of the tables' changes, also once the cloud is in other hands.
#[derive(Debug, Clone)]
pub struct Streams(DynamoDb);

impl Streams {
    /// Changes of a table, of at most so many, after a place in its stream; 0 is the beginning of what is kept. `wanted`
    /// chooses by the kind of change and the partition key, as the filter of an event source does.
    ///
    /// # Errors
    /// [`CloudError`] when the database cannot be read.
    pub async fn changes(
        &self,
        table: &str,
        (place, limit): (i64, usize),
        wanted: Wanted,
    ) -> Result<Changes, CloudError> {
        self.0.changes(table.to_owned(), (place, limit), wanted).await
    }
}

/// The three running services.
///
/// Dropping it also ends them, but without waiting: prefer [`EmbeddedCloud::stop`].
#[derive(Debug)]
pub struct EmbeddedCloud {
    dynamodb: DynamoDb,
    dynamodb_endpoint: String,
    s3_endpoint: String,
    sqs_endpoint: String,
    notifications: Notifications,
    /// Dropping this sender stops everything as well.
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    /// Removed from disk when the cloud is dropped.
    _objects: Option<TempDir>,
}

impl EmbeddedCloud {
    /// The region that clients should name; queue ARNs carry it.
    pub const REGION: &str = "ap-south-1";

    /// Starts the three services on free ports of 127.0.0.1.
    pub async fn start(storage: Storage) -> Result<Self, CloudError> {
        let (folder, temporary) = prepare(storage).await?;
        let (stop, stopped) = watch::channel(false);

        let dynamodb_listener = serve::listen()?;
        let s3_listener = serve::listen()?;
        let sqs_listener = serve::listen()?;
        let dynamodb_endpoint = serve::endpoint(&dynamodb_listener)?;
        let s3_endpoint = serve::endpoint(&s3_listener)?;
        let sqs_endpoint = serve::endpoint(&sqs_listener)?;

        let (dynamodb, sqs) = tokio::try_join!(
            DynamoDb::open(folder.database("dynamodb.sqlite")),
            Sqs::open(folder.database("sqs.sqlite"), sqs_endpoint.clone(), stopped.clone()),
        )?;
        let notifications = Notifications::default();
        let s3 = s3::service(&folder.objects, notifications.clone(), sqs.clone())?;

        let tasks = vec![
            dynamodb.serve(dynamodb_listener, stopped.clone()),
            serve::spawn(s3_listener, s3, stopped.clone()),
            serve::spawn(sqs_listener, sqs.clone().service(), stopped.clone()),
            tokio::spawn(housekeeping(dynamodb.clone(), sqs, stopped)),
        ];
        Ok(Self {
            dynamodb,
            dynamodb_endpoint,
            s3_endpoint,
            sqs_endpoint,
            notifications,
            stop,
            tasks,
            _objects: temporary,
        })
    }

    /// For example `http://127.0.0.1:40001`.
    pub fn dynamodb_endpoint(&self) -> &str {
        &self.dynamodb_endpoint
    }

    /// An HTTP client for the SDK's DynamoDB client that needs no connection, whatever endpoint it is given.
    pub fn dynamodb_client(&self) -> SharedHttpClient {
        self.dynamodb.direct(self.stop.subscribe())
    }

    /// For example `http://127.0.0.1:40002`. Use path-style addressing.
    pub fn s3_endpoint(&self) -> &str {
        &self.s3_endpoint
    }

    /// For example `http://127.0.0.1:40003`.
    pub fn sqs_endpoint(&self) -> &str {
        &self.sqs_endpoint
    }

    /// The access key id and secret access key that the embedded S3 accepts. The other two services check none.
    pub fn credentials() -> (&'static str, &'static str) {
        (s3::ACCESS_KEY_ID, s3::SECRET_ACCESS_KEY)
    }

    /// From now on, tells a queue of every object that is put into a bucket under a prefix, as S3 tells it. Not kept
    /// over a restart.
    pub fn notify(&self, (bucket, prefix): (&str, &str), queue: &str) {
        let (bucket, prefix, queue) = (bucket.to_owned(), prefix.to_owned(), queue.to_owned());
        self.notifications.add(Notification { bucket, prefix, queue });
    }

    /// The streams of the tables' changes.
    pub fn streams(&self) -> Streams {
        Streams(self.dynamodb.clone())
    }

    /// Makes writes fast: indexes the stream records and settles for one fsync per checkpoint.
    ///
    /// To be called once after the tables have been created. Calling it again does no harm.
    pub async fn tune(&self) -> Result<(), CloudError> {
        self.dynamodb.tune().await
    }

    /// Removes the stream's records, as if everybody had read them: of data that nobody needs to be told of, they
    /// would take more room than the data.
    pub async fn forget_stream(&self) -> Result<(), CloudError> {
        self.dynamodb.forget_stream().await
    }

    /// Stops listening, lets running requests finish, and returns once everything is closed.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for mut task in self.tasks {
            match tokio::time::timeout(STOP_WITHIN, &mut task).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "an embedded service ended badly"),
                Err(_) => {
                    tracing::warn!("an embedded service did not stop in time");
                    task.abort();
                }
            }
        }
    }
}

/// The places where the services keep their data.
struct Places {
    databases: Option<PathBuf>,
    objects: PathBuf,
}

impl Places {
    /// `None` means in memory.
    fn database(&self, name: &str) -> Option<PathBuf> {
        self.databases.as_ref().map(|folder| folder.join(name))
    }
}

async fn prepare(storage: Storage) -> Result<(Places, Option<TempDir>), CloudError> {
    tokio::task::spawn_blocking(move || match storage {
        Storage::Memory => {
            let temporary = TempDir::with_prefix("dms-s3-")?;
            Ok((Places { databases: None, objects: temporary.path().to_path_buf() }, Some(temporary)))
        }
        Storage::Folder(folder) => {
            let objects = folder.join("s3");
            std::fs::create_dir_all(&objects)?;
            Ok((Places { databases: Some(folder), objects }, None))
        }
    })
    .await?
}

/// Does what AWS does behind the scenes: expires items, stream records and messages.
async fn housekeeping(dynamodb: DynamoDb, sqs: Sqs, mut stopped: watch::Receiver<bool>) {
    let mut sweeps: u32 = 0;
    loop {
        tokio::select! {
            () = serve::stopped(&mut stopped) => return,
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
        dynamodb.sweep().await;
        sweeps = sweeps.wrapping_add(1);
        if sweeps.is_multiple_of(PRUNE_EVERY_SWEEPS) {
            dynamodb.prune_stream().await;
            sqs.remove_expired().await;
        }
    }
}
