//! Requests: to the routes in this process, or to a deployment.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{Request, Response, StatusCode, header},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::time::sleep;
use tower::ServiceExt;

use super::{DEMO_PASSWORD, text};
use crate::server::ServerError;

/// No request takes longer: API Gateway gives up after 30 s.
const PATIENCE: Duration = Duration::from_secs(35);
/// Rest when too many requests were sent, and the answer does not say how long.
const REST: Duration = Duration::from_secs(5);

/// Who answers.
enum Place {
    Router(Router),
    Deployment { client: reqwest::Client, url: String },
}

/// Sends requests, each with a key of its own: all of them once more change nothing.
pub(super) struct Api {
    place: Place,
    requests: AtomicU32,
}

impl Api {
    pub(super) fn of_router(router: Router) -> Self {
        Self { place: Place::Router(router), requests: AtomicU32::new(0) }
    }

    pub(super) fn of_deployment(url: &str) -> Result<Self, ServerError> {
        let client = reqwest::Client::builder().timeout(PATIENCE).build();
        let client = client.map_err(|error| ServerError::Demo(error.to_string()))?;
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self { place: Place::Deployment { client, url }, requests: AtomicU32::new(0) })
    }

    pub(super) async fn post(&self, token: &str, path: &str, body: Value) -> Result<Value, ServerError> {
        self.send(token, "POST", path, &body).await
    }

    pub(super) async fn patch(&self, token: &str, path: &str, body: Value) -> Result<Value, ServerError> {
        self.send(token, "PATCH", path, &body).await
    }

    pub(super) async fn login(&self, email: &str) -> Result<String, ServerError> {
        let body = json!({"email": email, "password": DEMO_PASSWORD});
        Ok(text(&self.post("", "/api/auth/login", body).await?, "accessToken"))
    }

    async fn send(&self, token: &str, method: &str, path: &str, body: &Value) -> Result<Value, ServerError> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let failed = |detail: String| ServerError::Demo(format!("{method} {path}: {detail}"));
        let answer = loop {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::AUTHORIZATION, format!("Bearer {token}"))
                .header("idempotency-key", format!("demo-{number}"))
                .body(Bytes::from(body.to_string()));
            let request = request.map_err(|error| failed(error.to_string()))?;
            let answer = self.place.answer(request).await.map_err(failed)?;
            if answer.status() != StatusCode::TOO_MANY_REQUESTS {
                break answer;
            }
            sleep(retry_after(&answer)).await;
        };
        if !answer.status().is_success() {
            return Err(failed(String::from_utf8_lossy(answer.body()).into_owned()));
        }
        let mut answer: Value =
            serde_json::from_slice(answer.body()).map_err(|error| failed(error.to_string()))?;
        Ok(answer["data"].take())
    }
}

impl Place {
    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, String> {
        let answer = match self {
            Self::Router(router) => {
                let answer = router.clone().oneshot(request.map(Body::from)).await;
                answer.map_err(|error| error.to_string())?
            }
            Self::Deployment { client, url } => {
                let (parts, body) = request.into_parts();
                let request = client.request(parts.method, format!("{url}{}", parts.uri)).headers(parts.headers);
                let answer = request.body(body).send().await.map_err(|error| error.to_string())?;
                Response::from(answer).map(Body::new)
            }
        };
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        Ok(Response::from_parts(parts, body))
    }
}

/// How long a place that has had enough wants to be left alone.
fn retry_after(answer: &Response<Bytes>) -> Duration {
    let seconds = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    seconds.map_or(REST, Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use axum::routing::post;

    use super::*;

    #[tokio::test]
    async fn who_has_had_enough_is_asked_again_by_the_same_key() {
        static ASKED: AtomicU32 = AtomicU32::new(0);
        let answer = |request: Request<Body>| async move {
            let asked = ASKED.fetch_add(1, Ordering::Relaxed);
            let key = request.headers()["idempotency-key"].to_str().unwrap().to_owned();
            let status = if asked == 0 { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::CREATED };
            (status, [(header::RETRY_AFTER, "0")], axum::Json(json!({"data": {"key": key, "asked": asked}})))
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/stage/", listener.local_addr().unwrap());
        tokio::spawn(
            async move { axum::serve(listener, Router::new().route("/stage/api/users", post(answer))).await },
        );
        let api = Api::of_deployment(&url).unwrap();
        assert_eq!(api.post("", "/api/users", json!({})).await.unwrap(), json!({"key": "demo-0", "asked": 1}));
        assert_eq!(api.post("", "/api/users", json!({})).await.unwrap(), json!({"key": "demo-1", "asked": 2}));
        let refused = api.post("", "/api/nobody", json!({})).await.unwrap_err().to_string();
        assert!(refused.contains("POST /api/nobody"), "{refused}");
    }
}
