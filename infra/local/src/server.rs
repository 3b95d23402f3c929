//! Starting and stopping.

use std::{
    fs::{self, File},
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use aws_credential_types::Credentials;
use axum::serve::ListenerExt;
use dms_access::password::PasswordCost;
use dms_domain::{file::Shelf, formats::GstState};
use dms_embedded_cloud::{CloudError, EmbeddedCloud, Storage};
use dms_http::{
    AppState, REPLAYED, REQUEST_ID, SystemClock,
    config::{Config, ConfigError, DEFAULT_ACCESS_TTL_SECS, DEFAULT_REFRESH_TTL_SECS, Endpoints},
    service,
};
use dms_messages::Queue;
use dms_store::StoreError;
use thiserror::Error;
use tokio::{
    net::TcpListener,
    sync::watch,
    task::{JoinHandle, JoinSet},
};
use tower_http::cors::{Any, CorsLayer};

use crate::{GenerateError, Options, admin_user::ensure_admin, all_routes, demo, events, secret, workers};

/// A client that keeps its connection open is not waited for for ever.
const STOP_WITHIN: Duration = Duration::from_secs(5);
const PREFIX: &str = "dms-local-";
const BUCKET: &str = "dms-local-files";
/// The form of the data in the folder: another number when older data can no longer be read.
const FORMAT: &str = "3";
/// The embedded DynamoDB's file: in a folder that was used.
const DATABASE: &str = "dynamodb.sqlite";

/// Why the server does not start.
#[derive(Debug, Error)]
pub enum ServerError {
    /// The data folder or the port cannot be used.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Another process uses the data folder.
    #[error("the data folder {} is used by another process", .0.display())]
    FolderInUse(PathBuf),
    /// The data folder was written by an older version.
    #[error("the data in {} is of another version: remove the folder, or name another one by --data-dir", .0.display())]
    OldFolder(PathBuf),
    /// The embedded cloud.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The embedded DynamoDB.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Queues or bucket.
    #[error("{0}")]
    Services(String),
    /// The first admin.
    #[error("the admin cannot be created: {0}")]
    Admin(String),
    /// Generated data.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// A recount found numbers that are not what the documents come to.
    #[error("{0} numbers differ; with --repair they are mended")]
    Differs(usize),
    /// An operator's task that cannot be done.
    #[error("{0}")]
    Task(String),
    /// The audit log is not what it was.
    #[error("the audit log is broken in {0} places")]
    BrokenChain(usize),
    /// The demo data.
    #[error("the demo dealership cannot be made: {0}")]
    Demo(String),
}

/// A running server.
pub struct LocalServer {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    serving: JoinHandle<io::Result<()>>,
    workers: JoinSet<()>,
    cloud: EmbeddedCloud,
    /// Locked as long as the server runs.
    _lock: File,
}

impl LocalServer {
    /// Starts everything; when this returns, requests are answered.
    ///
    /// # Errors
    /// [`ServerError`].
    pub async fn start(options: &Options) -> Result<Self, ServerError> {
        if options.admin_password.is_some() && options.admin_email.is_none() {
            return Err(ServerError::Admin("--admin-password needs --admin-email".to_owned()));
        }
        fs::create_dir_all(&options.data_dir)?;
        let lock = lock(options)?;
        // The port first: a busy one is told at once.
        let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
        let address = listener.local_addr()?;
        let cloud = EmbeddedCloud::start(Storage::Folder(options.data_dir.clone())).await?;
        let secret = secret::of(&options.data_dir)?;
        let app =
            config(&cloud, secret.clone(), options.rate_limit_per_minute, options.warehouse_state).connect()?;
        let services = |error: &dyn std::error::Error| ServerError::Services(error.to_string());
        app.store.create_missing_tables().await?;
        app.blob.create_missing().await.map_err(|error| services(&error))?;
        app.queues.create_missing().await.map_err(|error| services(&error))?;
        cloud.tune().await?;
        let uploads = app.queues.name(Queue::Uploads);
        cloud.notify((app.blob.bucket(), Shelf::QUARANTINE_PREFIX), &uploads);
        if let (Some(email), Some(password)) = (&options.admin_email, &options.admin_password) {
            let who = (email.as_str(), password.as_str());
            ensure_admin(&app.store, who, app.password_cost, app.clock.now()).await?;
        }
        if options.wants_demo() {
            // The demo is made by ordinary requests, and must not use up anyone's limit.
            let unlimited = config(&cloud, secret, 0, options.warehouse_state).connect()?;
            demo::ensure(&unlimited, &options.data_dir).await?;
        }
        let (stop, stopped) = watch::channel(false);
        let workers = workers::start(&app, cloud.streams(), &options.data_dir, &stopped);
        let router = service(all_routes(), app).layer(cors());
        let listener = listener.tap_io(|connection| {
            let _ = connection.set_nodelay(true);
        });
        let serving = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(until(stopped));
        Ok(Self { address, stop, serving: tokio::spawn(serving.into_future()), workers, cloud, _lock: lock })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops taking requests, ends those under way, and closes the databases.
    ///
    /// # Errors
    /// When serving had failed.
    pub async fn stop(self) -> Result<(), ServerError> {
        self.stop.send_replace(true);
        let served = tokio::time::timeout(STOP_WITHIN, self.serving).await;
        // What a worker does not finish now, it is told again.
        let _ = tokio::time::timeout(STOP_WITHIN, self.workers.join_all()).await;
        self.cloud.stop().await;
        match served {
            Ok(Ok(result)) => Ok(result?),
            Ok(Err(_)) | Err(_) => Ok(()),
        }
    }
}

pub(crate) async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the server is gone: stop, too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Takes the data folder for this process, if its data has the form that this version writes.
fn lock(options: &Options) -> Result<File, ServerError> {
    let folder = &options.data_dir;
    let file = File::create(folder.join("lock"))?;
    match file.try_lock() {
        Ok(()) => check_format(folder).map(|()| file),
        Err(fs::TryLockError::WouldBlock) => Err(ServerError::FolderInUse(folder.clone())),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Opens the data folder for another task than serving: with all that the server had not come to when it was stopped dealt
/// with.
pub(crate) async fn open_folder(options: &Options) -> Result<(EmbeddedCloud, AppState, File), ServerError> {
    let lock = lock(options)?;
    let cloud = EmbeddedCloud::start(Storage::Folder(options.data_dir.clone())).await?;
    let app = config(&cloud, secret::of(&options.data_dir)?, 0, options.warehouse_state).connect()?;
    let services = |error: &dyn std::error::Error| ServerError::Services(error.to_string());
    app.store.create_missing_tables().await?;
    app.queues.create_missing().await.map_err(|error| services(&error))?;
    cloud.tune().await?;
    Box::pin(events::catch_up(&app, cloud.streams(), &options.data_dir))
        .await
        .map_err(|error| services(&error))?;
    Ok((cloud, app, lock))
}

fn check_format(folder: &Path) -> Result<(), ServerError> {
    let note = folder.join("format");
    match fs::read_to_string(&note) {
        Ok(format) if format.trim() == FORMAT => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !folder.join(DATABASE).exists() => {
            Ok(fs::write(note, FORMAT)?)
        }
        Ok(_) | Err(_) => Err(ServerError::OldFolder(folder.to_owned())),
    }
}

/// A web front end on another port may call the local server.
fn cors() -> CorsLayer {
    CorsLayer::new().allow_origin(Any).allow_methods(Any).allow_headers(Any).expose_headers([
        axum::http::header::CONTENT_DISPOSITION,
        axum::http::header::ETAG,
        REQUEST_ID,
        REPLAYED,
    ])
}

fn config(cloud: &EmbeddedCloud, secret: Vec<u8>, rate_limit: u32, warehouse_state: GstState) -> Config {
    let (access_key, secret_key) = EmbeddedCloud::credentials();
    Config {
        region: EmbeddedCloud::REGION.to_owned(),
        credentials: Credentials::from_keys(access_key, secret_key, None),
        endpoints: Endpoints {
            dynamodb: Some(cloud.dynamodb_endpoint().to_owned()),
            s3: Some(cloud.s3_endpoint().to_owned()),
            sqs: Some(cloud.sqs_endpoint().to_owned()),
        },
        dynamodb_client: Some(cloud.dynamodb_client()),
        table_prefix: PREFIX.to_owned(),
        queue_prefix: PREFIX.to_owned(),
        bucket: BUCKET.to_owned(),
        warehouse_state,
        jwt_secrets: vec![secret],
        access_ttl_secs: DEFAULT_ACCESS_TTL_SECS,
        refresh_ttl_secs: DEFAULT_REFRESH_TTL_SECS,
        rate_limit,
        password_cost: PasswordCost::default(),
        clock: Arc::new(SystemClock),
    }
}
