use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use dms_http::{ApiResult, AppState, Context, envelope::Envelope};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the system works.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `healthy`, or `unhealthy` when a service does not answer.
    #[schema(example = "healthy")]
    status: &'static str,
    services: Services,
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
/// Asks every service. 503 when one does not answer.
#[utoipa::path(
    get, path = "/api/health", tag = "System",
    responses(
        (status = 200, description = "Everything works", body = Envelope<Health>),
        (status = 503, description = "A service does not answer", body = Envelope<Health>)
    )
)]
pub(crate) async fn health(State(app): State<AppState>, context: Context) -> ApiResult<Response> {
    let (database, queue, storage) = tokio::join!(app.store.ping(), app.queues.ping(), app.blob.ping());
    if let Err(error) = &database {
        tracing::warn!(%error, "health");
    }
    if let Err(error) = &queue {
        tracing::warn!(%error, "health");
    }
    if let Err(error) = &storage {
        tracing::warn!(%error, "health");
    }
    let healthy = database.is_ok() && queue.is_ok() && storage.is_ok();
    let health = Health {
        status: if healthy { "healthy" } else { "unhealthy" },
        services: Services {
            database: state(database.is_ok()),
            redis: state(true),
            queue: state(queue.is_ok()),
            storage: state(storage.is_ok()),
        },
    };
    let status = if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut response = context.reply(status.as_u16(), &health, None)?.into_response();
    if !healthy {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    }
    Ok(response)
}
