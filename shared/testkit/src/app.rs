use std::{path::PathBuf, sync::Arc};

use aws_credential_types::Credentials;
use axum::Router;
use chrono::TimeDelta;
use dms_access::password::PasswordCost;
use dms_domain::{file::Shelf, formats::GstState};
use dms_embedded_cloud::{EmbeddedCloud, Storage, Streams};
use dms_http::{
    AppState,
    config::{Config, Endpoints},
    service,
};
use dms_messages::Queue;

use crate::{client::Client, clock::TestClock};

/// The application on an embedded cloud of its own, in memory.
pub struct TestApp {
    /// The application's parts.
    pub app: AppState,
    /// Its clock: stands at 2026-11-23, 10:00 in India, until told to go on.
    pub clock: Arc<TestClock>,
    cloud: EmbeddedCloud,
    router: Router,
}

/// The routes of some functions.
pub fn together<const N: usize>(functions: [Router<AppState>; N]) -> Router<AppState> {
    functions.into_iter().fold(Router::new(), Router::merge)
}

/// What a test may want otherwise.
#[derive(Debug, Clone, Copy, Default)]
pub struct TestSettings {
    /// Requests per minute; 0: no limit.
    pub rate_limit: u32,
}

impl TestApp {
    /// Starts with these routes.
    pub async fn start(routes: Router<AppState>) -> Self {
        Self::start_with(routes, TestSettings::default()).await
    }

    /// Starts with these routes and settings.
    pub async fn start_with(routes: Router<AppState>, settings: TestSettings) -> Self {
        Self::start_on(Storage::Memory, routes, settings).await
    }

    /// Starts on a folder: for more data than fits into a database in memory, which is 1 GiB.
    pub async fn start_in(folder: PathBuf, routes: Router<AppState>) -> Self {
        Self::start_on(Storage::Folder(folder), routes, TestSettings::default()).await
    }

    async fn start_on(storage: Storage, routes: Router<AppState>, settings: TestSettings) -> Self {
        let cloud = EmbeddedCloud::start(storage).await.expect("the embedded cloud starts");
        let clock = Arc::new(TestClock::at("2026-11-23T04:30:00Z"));
        let app = config(&cloud, clock.clone(), settings).connect().expect("a working configuration");
        app.store.create_missing_tables().await.expect("tables");
        app.blob.create_missing().await.expect("bucket");
        app.queues.create_missing().await.expect("queues");
        cloud.tune().await.expect("a tuned database");
        cloud.notify((BUCKET, Shelf::QUARANTINE_PREFIX), &app.queues.name(Queue::Uploads));
        let router = service(routes, app.clone());
        Self { app, clock, cloud, router }
    }

    /// The streams of the tables' changes.
    pub fn streams(&self) -> Streams {
        self.cloud.streams()
    }

    /// A client without a token.
    pub fn anonymous(&self) -> Client {
        Client::new(self.router.clone(), None)
    }

    /// A client with a token.
    pub fn with_token(&self, token: impl Into<String>) -> Client {
        Client::new(self.router.clone(), Some(token.into()))
    }

    /// Another instance of the functions on the same cloud, with a memory of its own, as Lambda has several.
    pub fn second_instance(&self, routes: Router<AppState>) -> Client {
        let app = config(&self.cloud, self.clock.clone(), TestSettings::default()).connect();
        Client::new(service(routes, app.expect("a working configuration")), None)
    }

    /// The endpoints of the embedded cloud, for another process: name and value of each variable.
    pub fn environment(&self) -> Vec<(String, String)> {
        let (access_key, secret_key) = EmbeddedCloud::credentials();
        [
            ("AWS_ENDPOINT_URL_DYNAMODB", self.cloud.dynamodb_endpoint()),
            ("AWS_ENDPOINT_URL_S3", self.cloud.s3_endpoint()),
            ("AWS_ENDPOINT_URL_SQS", self.cloud.sqs_endpoint()),
            ("AWS_REGION", EmbeddedCloud::REGION),
            ("AWS_ACCESS_KEY_ID", access_key),
            ("AWS_SECRET_ACCESS_KEY", secret_key),
            ("DMS_TABLE_PREFIX", PREFIX),
            ("DMS_QUEUE_PREFIX", PREFIX),
            ("DMS_BUCKET", BUCKET),
            ("DMS_WAREHOUSE_STATE", WAREHOUSE_STATE),
            ("JWT_SECRET", SECRET),
            ("RATE_LIMIT_PER_MINUTE", "0"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// Removes the stream's records: of much data, they take more room than the data.
    pub async fn forget_stream(&self) {
        self.cloud.forget_stream().await.expect("a database");
    }

    /// Time goes on.
    pub fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// Stops the embedded cloud: from now on every dependency is down.
    pub async fn stop_cloud(self) -> Client {
        let client = self.anonymous();
        self.cloud.stop().await;
        client
    }
}

const PREFIX: &str = "test-";
const BUCKET: &str = "test-files";
/// Where Central's warehouse is in tests.
const WAREHOUSE_STATE: &str = "Maharashtra";
/// The key of the tokens in tests.
const SECRET: &str = "a-secret-for-tests-that-is-long-enough";

fn config(cloud: &EmbeddedCloud, clock: Arc<TestClock>, settings: TestSettings) -> Config {
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
        warehouse_state: GstState::parse(WAREHOUSE_STATE).expect("a state"),
        jwt_secrets: vec![SECRET.as_bytes().to_vec()],
        access_ttl_secs: 900,
        refresh_ttl_secs: 7 * 24 * 3600,
        rate_limit: settings.rate_limit,
        // Hashing is slow on purpose; tests log in often.
        password_cost: PasswordCost { memory_kib: 8, passes: 1 },
        clock,
    }
}
