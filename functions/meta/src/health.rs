use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use dms_http::{ApiResult, App, AppState, Context, envelope::Envelope, views::json};
use dms_messages::{Backlog, Queue};
use serde::Serialize;
use utoipa::ToSchema;

/// The status when every service answers.
const HEALTHY: &str = "healthy";
/// Everybody may ask, and each answer takes a dozen calls: they are made once a second at most.
const ASKED_EVERY: TimeDelta = TimeDelta::seconds(1);

/// Whether the system works.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `healthy`, or `unhealthy` when a service does not answer.
    #[schema(example = "healthy")]
    status: &'static str,
    services: Services,
    /// How far notifications and figures are behind; absent when that cannot be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Events>,
}

/// How far what follows the commands is behind.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Events {
    /// Seconds since the oldest command whose events were not sent yet; null when all were.
    #[schema(example = 0)]
    lag_seconds: Option<i64>,
    /// Events to be told.
    notifications: Waiting,
    /// Changes to be added to the figures of dashboard and reports.
    rollups: Waiting,
    /// Commands that are to stand in the audit log.
    audit: Waiting,
}

/// What a queue holds, about.
#[derive(Serialize, ToSchema)]
pub(crate) struct Waiting {
    /// Messages that wait or are being dealt with.
    waiting: u64,
    /// Messages that failed for good, until they are redriven.
    dead: u64,
}

impl From<Backlog> for Waiting {
    fn from(Backlog { waiting, dead }: Backlog) -> Self {
        Self { waiting, dead }
    }
}

/// The services: each `connected` or `disconnected`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Services {
    /// DynamoDB.
    #[schema(example = "connected")]
    database: &'static str,
    /// The cache layer, under the name the specification gives it: it is in the process, so always there.
    #[schema(example = "connected")]
    redis: &'static str,
    /// SQS.
    #[schema(example = "connected")]
    queue: &'static str,
    /// S3.
    #[schema(example = "connected")]
    storage: &'static str,
}

fn state(connected: bool) -> &'static str {
    if connected { "connected" } else { "disconnected" }
}

/// Health
///
/// Asks every service, and how far notifications and figures are behind; at most once a second, and tells all who ask within it
/// the same. 503 when a service does not answer.
#[utoipa::path(
    get, path = "/api/health", tag = "System",
    responses(
        (status = 200, description = "Everything works", body = Envelope<Health>),
        (status = 503, description = "A service does not answer", body = Envelope<Health>)
    )
)]
pub(crate) async fn health(State(app): State<AppState>, context: Context) -> ApiResult<Response> {
    let asked = async || -> ApiResult<_> {
        let health = Health::of(&app, context.now).await;
        Ok((health.is_healthy(), json(&health)?))
    };
    let (healthy, health) = app.health.known(context.now, ASKED_EVERY, asked()).await?;
    let status = if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut response = context.reply(status.as_u16(), &health, None)?.into_response();
    if !healthy {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    }
    Ok(response)
}

impl Health {
    fn is_healthy(&self) -> bool {
        self.status == HEALTHY
    }

    async fn of(app: &App, now: DateTime<Utc>) -> Self {
        let (database, storage, unsent, notifications, rollups, audit) = tokio::join!(
            app.store.ping(),
            app.blob.ping(),
            app.store.oldest_unsent(),
            app.queues.backlog(Queue::Notifications),
            app.queues.backlog(Queue::Rollups),
            app.queues.backlog(Queue::Audit),
        );
        let queue = notifications.as_ref().map(|_| ());
        if let Err(error) = &database {
            tracing::warn!(%error, "health");
        }
        if let Err(error) = &queue {
            tracing::warn!(%error, "health");
        }
        if let Err(error) = &storage {
            tracing::warn!(%error, "health");
        }
        let events = match (unsent, &notifications, rollups, audit) {
            (Ok(unsent), Ok(notifications), Ok(rollups), Ok(audit)) => Some(Events {
                lag_seconds: unsent.map(|at| (now - at).num_seconds()),
                notifications: (*notifications).into(),
                rollups: rollups.into(),
                audit: audit.into(),
            }),
            _ => None,
        };
        let healthy = database.is_ok() && queue.is_ok() && storage.is_ok();
        Self {
            status: if healthy { HEALTHY } else { "unhealthy" },
            services: Services {
                database: state(database.is_ok()),
                redis: state(true),
                queue: state(queue.is_ok()),
                storage: state(storage.is_ok()),
            },
            events,
        }
    }
}
