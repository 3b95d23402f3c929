//! What happens around every request: its id, its cost, its log line, the size of its body, the form of its errors.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, OnceLock},
    time::Instant,
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use dms_domain::file::MAX_INLINE_FILE_BYTES;
use dms_messages::Trace;
use dms_store::{Meter, Reading};
use futures::FutureExt;

use crate::{
    app::AppState,
    context::Context,
    error::ApiError,
    files::{UPLOAD_ROUTE, too_large_inline},
    metrics, rate_limit,
};

/// Largest body, in bytes. Files have their own route and limit.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
/// Largest body with a file in it: beside the file there are a few short fields.
#[allow(clippy::cast_possible_truncation)] // 4.4 million
const MAX_UPLOAD_BYTES: usize = MAX_INLINE_FILE_BYTES as usize + 64 * 1024;

/// The request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Wraps every route.
pub(crate) async fn around(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let method = request.method().clone();
    let request_id: Arc<str> = request_id(&request).into();
    let trace = trace(&request, app.clock.now());
    let principal = Arc::new(OnceLock::new());
    let meter = Meter::new();

    let limit = BodyLimit::of(route.as_deref());
    let answer = answer(&app, request, next, limit, (request_id.clone(), principal.clone()));
    // A panic is a bug; the caller still gets an answer, and the log its request id.
    let answer = trace.clone().scope(meter.clone().measure(answer));
    let answer = AssertUnwindSafe(answer).catch_unwind().await;
    let response = answer.unwrap_or_else(|_| {
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "Something is wrong on our side")
            .into_response()
    });
    let mut response = written(response, (&request_id, &trace));
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    secure(response.headers_mut());
    let (now, reading) = (app.clock.now(), meter.reading());
    log(
        &Finished {
            method: &method,
            route: route.as_deref(),
            request_id: &request_id,
            trace: &trace,
            started,
            now,
            reading,
        },
        &principal,
        &response,
    );
    response.extensions_mut().insert(reading);
    response
}

async fn answer(
    app: &AppState,
    request: Request,
    next: Next,
    limit: BodyLimit,
    (request_id, principal): (Arc<str>, Arc<OnceLock<dms_access::Principal>>),
) -> Response {
    let now = app.clock.now();
    let address: Arc<str> = rate_limit::address(&request).into();
    let admission = match rate_limit::admit(app, &address, now).await {
        Ok(admission) => admission,
        Err(response) => return response,
    };
    let (mut parts, body) = request.into_parts();
    let mut response = match limit.read(&parts.headers, body).await {
        Ok(bytes) => {
            let fingerprint = app
                .keyed_hash(&[parts.method.as_str().as_bytes(), parts.uri.to_string().as_bytes(), &bytes])
                .into();
            let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
            let action = format!("{} {route}", parts.method).into();
            let (path, app) = (parts.uri.path().into(), app.clone());
            parts.extensions.insert(Context {
                request_id,
                now,
                address,
                fingerprint,
                principal,
                action,
                path,
                app,
            });
            next.run(Request::from_parts(parts, Body::from(bytes))).await
        }
        Err(error) => error.into_response(),
    };
    admission.write(response.headers_mut());
    response
}

/// API Gateway's request id, so that its log and ours agree; otherwise a new one.
fn request_id(request: &Request) -> String {
    use lambda_http::request::RequestContext;
    match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) if context.request_id.is_some() => {
            context.request_id.clone().unwrap_or_default()
        }
        _ => uuid::Uuid::new_v4().to_string(),
    }
}

/// The trace that Lambda (or whoever calls) says the request belongs to; otherwise a new one.
fn trace(request: &Request, now: DateTime<Utc>) -> Trace {
    let header = request.headers().get(Trace::HEADER).and_then(|header| header.to_str().ok());
    header.and_then(Trace::parse).unwrap_or_else(|| Trace::new(now.timestamp()))
}

/// How large a route's bodies may be.
#[derive(Clone, Copy)]
enum BodyLimit {
    Upload,
    Other,
}

impl BodyLimit {
    fn of(route: Option<&str>) -> Self {
        if route == Some(UPLOAD_ROUTE) { Self::Upload } else { Self::Other }
    }

    fn bytes(self) -> usize {
        match self {
            Self::Upload => MAX_UPLOAD_BYTES,
            Self::Other => MAX_BODY_BYTES,
        }
    }

    fn exceeded(self) -> ApiError {
        let message = match self {
            Self::Upload => return too_large_inline(),
            Self::Other => format!("The body is larger than {MAX_BODY_BYTES} bytes"),
        };
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
            .with_field("body", format!("at most {MAX_BODY_BYTES} bytes"))
    }

    async fn read(self, headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
        let announced =
            headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|length| length > self.bytes()) {
            return Err(self.exceeded());
        }
        to_bytes(body, self.bytes()).await.map_err(|_| self.exceeded())
    }
}

/// Gives an error its body, now that the request's id is known.
fn written(mut response: Response, (request_id, trace): (&str, &Trace)) -> Response {
    let Some(error) = response.extensions_mut().remove::<ApiError>() else { return response };
    if let Some(detail) = error.detail() {
        tracing::error!(request_id, trace_id = trace.id(), detail, "request failed");
    }
    let body = serde_json::to_string(&error.body(request_id)).unwrap_or_default();
    *response.body_mut() = Body::from(body);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn secure(headers: &mut HeaderMap) {
    let defaults = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in defaults {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

struct Finished<'a> {
    method: &'a Method,
    route: Option<&'a str>,
    request_id: &'a str,
    trace: &'a Trace,
    started: Instant,
    now: DateTime<Utc>,
    reading: Reading,
}

/// One line per request: never names, phones, tokens or bodies.
fn log(finished: &Finished<'_>, principal: &OnceLock<dms_access::Principal>, response: &Response) {
    let Finished { method, route, request_id, trace, started, now, reading } = finished;
    let principal = principal.get();
    let tenant = principal.and_then(|principal| principal.centre()).map(|centre| centre.id.to_string());
    let user_id = principal.map(|principal| principal.user_id().to_string());
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    metrics::write(*now, (method.as_str(), route.unwrap_or("-")), duration_ms, reading);
    tracing::info!(
        request_id,
        trace_id = trace.id(),
        tenant,
        user_id,
        method = method.as_str(),
        route = route.unwrap_or("-"),
        status = response.status().as_u16(),
        duration_ms,
        db_calls = reading.calls,
        db_round_trips = reading.round_trips,
        db_conflicts = reading.conflicts,
        read_units = reading.read_units,
        write_units = reading.write_units,
        "request"
    );
}

/// The answer where there is no route.
pub(crate) async fn no_route() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "NO_SUCH_ROUTE", "There is nothing here; see /api/docs")
}

/// The answer where the route does not know the method.
pub(crate) async fn no_method() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "This route does not know this method")
}
