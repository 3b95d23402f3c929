//! The real application, in several processes on one database: what a client's request goes to.

use std::{
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use aws_credential_types::Credentials;
use aws_smithy_http_client::Builder;
use axum::{Router, body::Body, http::Request};
use chrono::{DateTime, TimeDelta, Utc};
use dms_access::{AccessGrant, TokenKeys, password::PasswordCost};
use dms_blob::{Blob, BlobConfig};
use dms_domain::{calendar::Clock, formats::GstState, permissions::Role};
use dms_http::{App, AppState, CentreCache, LoginLimiter, RateLimiter};
use dms_messages::{Queues, QueuesConfig};
use dms_store::{HttpClient, RetryPartition, Store, StoreConfig};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::time::Instant;
use tower::ServiceExt;
use uuid::Uuid;

use crate::wire::{Process, Wire};

/// Processes that run at once.
pub(crate) const PROCESSES: usize = 2;
const REGION: &str = "ap-south-1";
const SECRET: &[u8] = b"a-secret-for-histories-that-is-long-enough";
/// Nothing listens there: commands that move stock use neither S3 nor SQS.
const NOWHERE: &str = "http://127.0.0.1:9";
const TABLE_PREFIX: &str = "dms-";

/// The application and its database.
pub(crate) struct World {
    pub(crate) wire: Arc<Wire>,
    clock: Arc<HistoryClock>,
    processes: Mutex<Vec<Running>>,
}

#[derive(Clone)]
struct Running {
    process: Process,
    app: AppState,
    router: Router,
    /// How many ran in its place before.
    generation: u32,
}

/// A request to be sent, any number of times.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    pub(crate) key: Option<String>,
    pub(crate) token: String,
}

/// An answer of the application.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) body: Value,
}

/// A clock that goes with the history's virtual time.
struct HistoryClock {
    began_at: DateTime<Utc>,
    started: Instant,
}

impl Clock for HistoryClock {
    fn now(&self) -> DateTime<Utc> {
        self.began_at + TimeDelta::from_std(self.started.elapsed()).unwrap_or_default()
    }
}

impl World {
    /// Starts the processes; it is `began_at`.
    pub(crate) fn start(wire: Arc<Wire>, began_at: DateTime<Utc>) -> Self {
        let clock = Arc::new(HistoryClock { began_at, started: Instant::now() });
        let running = (0..PROCESSES).map(|place| Running::start(&wire, &clock, place, 0)).collect();
        Self { wire, clock, processes: Mutex::new(running) }
    }

    /// The process at a place; a new one if the last was killed.
    fn process(&self, place: usize) -> Running {
        let mut processes = self.processes.lock().unwrap_or_else(PoisonError::into_inner);
        let running = &mut processes[place % PROCESSES];
        if running.process.is_dead() {
            *running = Running::start(&self.wire, &self.clock, place % PROCESSES, running.generation + 1);
        }
        running.clone()
    }

    pub(crate) fn app(&self) -> AppState {
        self.process(0).app
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Sends a request to the process at a place; `None` when it is killed before it answers.
    pub(crate) async fn send(&self, place: usize, sent: &Sent) -> Option<Answer> {
        let Running { process, router, .. } = self.process(place);
        let answering = async {
            let response = router.oneshot(sent.request()).await.expect("a router never fails");
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.expect("a body").to_bytes();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Answer { status: parts.status.as_u16(), body: serde_json::from_str(&text).unwrap_or_default(), text }
        };
        tokio::select! {
            biased;
            () = process.killed() => None,
            answer = answering => Some(answer),
        }
    }

    /// Sends a request that must succeed: for preparing.
    pub(crate) async fn must(&self, sent: &Sent) -> Value {
        let answer = self.send(0, sent).await.expect("nothing is killed while preparing");
        assert!((200..300).contains(&answer.status), "{} {}: {}", sent.method, sent.path, answer.text);
        answer.body["data"].clone()
    }
}

impl Running {
    fn start(wire: &Arc<Wire>, clock: &Arc<HistoryClock>, place: usize, generation: u32) -> Self {
        let process = Process::start(format!("p{place}.{generation}"), wire.clone());
        let credentials = Credentials::from_keys("key", "secret", None);
        let http = nowhere();
        let app = Arc::new(App {
            store: Store::connect(StoreConfig {
                region: REGION.to_owned(),
                http: HttpClient::new(process.clone()),
                endpoint: Some(NOWHERE.to_owned()),
                credentials: credentials.clone(),
                table_prefix: TABLE_PREFIX.to_owned(),
                retry_partition: Some(RetryPartition::custom("history").build()),
            }),
            tokens: tokens(),
            clock: clock.clone(),
            password_cost: PasswordCost { memory_kib: 8, passes: 1 },
            fingerprint_key: [7; 64],
            warehouse_state: GstState::parse("Maharashtra").expect("a state"),
            limiter: RateLimiter::new(0),
            login_limiter: LoginLimiter,
            centres: CentreCache::default(),
            health: dms_http::Lately::default(),
            blob: Blob::connect(BlobConfig {
                region: REGION.to_owned(),
                http: http.clone(),
                endpoint: Some(NOWHERE.to_owned()),
                credentials: credentials.clone(),
                bucket: "files".to_owned(),
            }),
            queues: Queues::connect(QueuesConfig {
                region: REGION.to_owned(),
                http,
                endpoint: Some(NOWHERE.to_owned()),
                credentials,
                prefix: TABLE_PREFIX.to_owned(),
            }),
        });
        Self { process, router: dms_http::service(dms_local::all_routes(), app.clone()), app, generation }
    }
}

fn nowhere() -> HttpClient {
    static CLIENT: OnceLock<HttpClient> = OnceLock::new();
    CLIENT.get_or_init(|| Builder::new().build_http()).clone()
}

fn tokens() -> TokenKeys {
    TokenKeys::new(&[("key".to_owned(), SECRET.to_vec())], 900, 900).expect("a long secret")
}

/// A token of an admin, who may do everything in every centre: who may do what is tested elsewhere. Each
/// client is another one, as commands are remembered by user.
pub(crate) fn admin_token(now: DateTime<Utc>) -> String {
    let user_id = Uuid::new_v4();
    let grant = AccessGrant { user_id, session_id: user_id, role: Role::Admin, centre: None };
    tokens().issue_access(&grant, now + TimeDelta::days(3_650)).expect("a token")
}

/// Long enough for everything that is under way to arrive.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_secs(60)).await;
}

impl Sent {
    fn request(&self) -> Request<Body> {
        let mut builder = Request::builder()
            .method(self.method)
            .uri(&self.path)
            .header("authorization", format!("Bearer {}", self.token));
        if let Some(key) = &self.key {
            builder = builder.header("idempotency-key", key);
        }
        let body = match &self.body {
            Some(body) => {
                builder = builder.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        builder.body(body).expect("a request")
    }
}
