//! A function on AWS Lambda: the same router as everywhere, fed by API Gateway's HTTP API; or a task that a schedule
//! starts.

use std::{future::Future, time::Instant};

use axum::Router;
use chrono::{DateTime, Utc};
use dms_domain::calendar::Clock;
use dms_store::Store;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::IgnoredAny;

use crate::{
    app::{AppState, SystemClock},
    config::{Config, optional, store_from_env},
    logs, metrics, service,
};

/// Begins to log, one JSON line each, as Lambda's log wants it.
pub fn log() {
    logs::begin("info", std::io::stdout);
}

/// Runs a function's routes until Lambda ends the process.
///
/// # Errors
/// A configuration that cannot work, or a failure of the runtime.
pub async fn serve(routes: Router<AppState>) -> Result<(), Error> {
    log();
    if let Some(namespace) = optional("DMS_METRICS_NAMESPACE") {
        metrics::turn_on(namespace);
    }
    // In words: Lambda's log shows an error's debug form.
    let app = Config::from_env().and_then(Config::connect).map_err(|error| error.to_string())?;
    // One call during the init phase: the TLS connection is there when the first request comes.
    let began = Instant::now();
    if let Err(error) = app.store.ping().await {
        tracing::warn!(%error, "the database did not answer during init");
    }
    tracing::info!(warm_up_ms = began.elapsed().as_secs_f64() * 1_000.0, "ready");
    lambda_http::run(service(routes, app)).await
}

/// Runs a task on the tables whenever the schedule's event comes, whatever is in it. A task that fails is started again
/// by Lambda.
///
/// # Errors
/// A configuration that cannot work, or a failure of the runtime.
pub async fn scheduled<F, Fut>(task: F) -> Result<(), Error>
where
    F: Fn(Store, DateTime<Utc>) -> Fut,
    Fut: Future<Output = Result<(), Error>>,
{
    log();
    let store = store_from_env().map_err(|error| error.to_string())?;
    lambda_runtime::run(service_fn(|_: LambdaEvent<IgnoredAny>| task(store.clone(), SystemClock.now()))).await
}
