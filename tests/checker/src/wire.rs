//! The connection to AWS that can fail: an HTTP client for the SDK that performs each call in process, after
//! and before a random time, with the faults that were ordered.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::HttpRequest,
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use dms_embedded_cloud::{operation, response};
use dynoxide::Database;
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

use crate::{
    dynamo::{Answer, perform},
    fault::{Fault, Faults},
};

/// Longer than the SDK waits for an attempt.
const TOO_LONG: Duration = Duration::from_secs(4);
/// Longest time of a call each way.
const LONGEST_WAY_MS: u64 = 25;

/// The connection of all processes of one history to one DynamoDB.
pub(crate) struct Wire {
    pub(crate) db: Database,
    started: Instant,
    state: Mutex<State>,
}

struct State {
    rng: fastrand::Rng,
    faults: Faults,
    delays: bool,
    /// The operation of each call since the beginning.
    calls: Vec<String>,
    /// A fault that goes on for some more calls.
    lasting: Option<(Fault, u32)>,
    trace: Vec<String>,
    /// Bodies of requests that took effect when their callers no longer waited.
    late: Vec<String>,
}

/// A process of the application: lives until it is killed.
#[derive(Clone)]
pub(crate) struct Process {
    pub(crate) name: String,
    wire: Arc<Wire>,
    dead: watch::Sender<bool>,
}

impl Wire {
    pub(crate) fn new(db: Database, seed: u64) -> Arc<Self> {
        let state = State {
            rng: fastrand::Rng::with_seed(seed),
            faults: Faults::None,
            delays: false,
            calls: Vec::new(),
            lasting: None,
            trace: Vec::new(),
            late: Vec::new(),
        };
        Arc::new(Self { db, started: Instant::now(), state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on calls take time and these go wrong; they are counted from 1 again.
    pub(crate) fn begin(&self, faults: Faults) {
        let mut state = self.state();
        (state.faults, state.delays, state.calls, state.lasting) = (faults, true, Vec::new(), None);
    }

    /// From now on calls take no time and none goes wrong.
    pub(crate) fn calm(&self) {
        let mut state = self.state();
        (state.faults, state.delays) = (Faults::None, false);
    }

    /// Operations of the calls since the beginning.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.state().calls.clone()
    }

    /// Notes what happens.
    pub(crate) fn note(&self, line: &str) {
        let at = self.started.elapsed().as_millis();
        self.state().trace.push(format!("{:>3}.{:03} {line}", at / 1000, at % 1000));
    }

    /// What happened.
    pub(crate) fn trace(&self) -> Vec<String> {
        self.state().trace.clone()
    }

    /// Whether a request with this text took effect when its caller no longer waited.
    pub(crate) fn landed_late(&self, text: &str) -> bool {
        self.state().late.iter().any(|body| body.contains(text))
    }
}

impl State {
    fn way(&mut self) -> Duration {
        Duration::from_millis(if self.delays { self.rng.u64(0..=LONGEST_WAY_MS) } else { 0 })
    }

    fn fault(&mut self, operation: &str) -> Option<Fault> {
        self.calls.push(operation.to_owned());
        let number = self.calls.len() as u64;
        let fault = match self.faults {
            Faults::None => None,
            Faults::At { call, fault, times } => (call..call + times).contains(&number).then_some(fault),
            Faults::Random { per_mille } => self.random_fault(per_mille),
        };
        fault.filter(|fault| fault.suits(operation))
    }

    fn random_fault(&mut self, per_mille: u32) -> Option<Fault> {
        if let Some((fault, left)) = self.lasting {
            self.lasting = (left > 1).then_some((fault, left - 1));
            return Some(fault);
        }
        if self.rng.u32(0..1000) >= per_mille {
            return None;
        }
        let fault = Fault::ALL[self.rng.usize(0..Fault::ALL.len())];
        // Often enough to use up the SDK's own attempts.
        if !fault.kills() && self.rng.u8(0..4) == 0 {
            self.lasting = Some((fault, self.rng.u32(2..=6)));
        }
        Some(fault)
    }
}

impl Process {
    pub(crate) fn start(name: String, wire: Arc<Wire>) -> Self {
        Self { name, wire, dead: watch::Sender::new(false) }
    }

    pub(crate) fn is_dead(&self) -> bool {
        *self.dead.borrow()
    }

    /// Waits until it is killed.
    pub(crate) async fn killed(&self) {
        // Cannot fail: the sender is here.
        let _ = self.dead.subscribe().wait_for(|dead| *dead).await;
    }

    async fn call(&self, operation: &str, body: Vec<u8>) -> Result<Answer, ConnectorError> {
        let wire = &self.wire;
        let (call, way, back, fault) = {
            let mut state = wire.state();
            let (way, back) = (state.way(), state.way());
            let fault = state.fault(operation);
            (state.calls.len(), way, back, fault)
        };
        sleep(way).await;
        if self.is_dead() {
            return std::future::pending().await;
        }
        if let Some(fault) = fault {
            wire.note(&format!("   #{call} {} {operation}: {fault}", self.name));
            return self.go_wrong(fault, operation, body).await;
        }
        let answer = perform(&wire.db, operation, &body);
        let outcome = outcome(&answer);
        wire.note(&format!("   #{call} {} {operation}{outcome}", self.name));
        sleep(back).await;
        Ok(answer)
    }

    async fn go_wrong(&self, fault: Fault, operation: &str, body: Vec<u8>) -> Result<Answer, ConnectorError> {
        let db = &self.wire.db;
        let broken = || ConnectorError::io("the connection broke".into());
        match fault {
            Fault::RequestLost => Err(broken()),
            Fault::AnswerLost => {
                perform(db, operation, &body);
                Err(broken())
            }
            Fault::Throttled | Fault::ThrottledItem | Fault::Conflict | Fault::InProgress => {
                Ok(fault.refusal(operation))
            }
            Fault::ServerError => {
                perform(db, operation, &body);
                Ok(fault.refusal(operation))
            }
            Fault::SlowAnswer => {
                let answer = perform(db, operation, &body);
                sleep(TOO_LONG).await;
                Ok(answer)
            }
            Fault::LateEffect => {
                tokio::spawn(land_late(self.wire.clone(), operation.to_owned(), body));
                std::future::pending().await
            }
            Fault::KilledBefore => self.die().await,
            Fault::KilledAfter => {
                perform(db, operation, &body);
                self.die().await
            }
        }
    }

    async fn die(&self) -> Result<Answer, ConnectorError> {
        self.dead.send_replace(true);
        std::future::pending().await
    }
}

async fn land_late(wire: Arc<Wire>, operation: String, body: Vec<u8>) {
    sleep(TOO_LONG).await;
    let answer = perform(&wire.db, &operation, &body);
    wire.note(&format!("   late {operation}{}", outcome(&answer)));
    if answer.0 == 200 && operation == "TransactWriteItems" {
        wire.state().late.push(String::from_utf8_lossy(&body).into_owned());
    }
}

/// What an answer says, without anything that differs between two runs of a history.
fn outcome((status, body): &Answer) -> String {
    if *status == 200 {
        return String::new();
    }
    let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let kind = body["__type"].as_str().unwrap_or_default();
    let kind = kind.rsplit('#').next().unwrap_or_default();
    let reasons = body["CancellationReasons"].as_array().map(Vec::as_slice).unwrap_or_default();
    let failed =
        reasons.iter().filter_map(|reason| reason["Code"].as_str()).filter(|code| *code != "None").count();
    format!(" -> {kind} ({failed} reasons)")
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process").field("name", &self.name).finish_non_exhaustive()
    }
}

impl HttpClient for Process {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Process {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move {
            let (operation, body) = operation(&request)?;
            let body = body.to_vec();
            response(Process::call(&this, &operation, body).await?)
        })
    }
}
