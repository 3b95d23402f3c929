use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, StatusCode, header},
};
use dms_store::Reading;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::promises::assert_promised;

/// Sends requests to a router, as someone.
#[derive(Clone)]
pub struct Client {
    router: Router,
    token: Option<String>,
}

/// A request being put together.
pub struct Request {
    client: Client,
    builder: axum::http::request::Builder,
    body: Option<Vec<u8>>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub bytes: Vec<u8>,
    /// The body as text.
    pub text: String,
    /// The body as JSON; null when it is none.
    pub body: Value,
    /// What it cost in the database.
    pub reading: Reading,
}

impl Client {
    pub(crate) fn new(router: Router, token: Option<String>) -> Self {
        Self { router, token }
    }

    /// The same router, as the user of another client.
    pub fn with_token_of(&self, other: &Self) -> Self {
        Self { router: self.router.clone(), token: other.token.clone() }
    }

    /// A request with any method.
    pub fn request(&self, method: Method, path: &str) -> Request {
        let mut builder = axum::http::Request::builder().method(method).uri(encoded(path));
        if let Some(token) = &self.token {
            builder = builder.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        Request { client: self.clone(), builder, body: None }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path).send().await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.request(Method::POST, path).json(&body).send().await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.request(Method::PATCH, path).json(&body).send().await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.request(Method::DELETE, path).send().await
    }

    /// POST that must create: the new document.
    pub async fn create(&self, path: &str, body: Value) -> Value {
        self.post(path, body).await.expect(201)
    }
}

/// Brackets and spaces are written as people write them in tests, and sent as URLs want them.
fn encoded(path: &str) -> String {
    path.replace('[', "%5B").replace(']', "%5D").replace(' ', "%20")
}

impl Request {
    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").bytes(body.to_string().into_bytes())
    }

    /// With any body.
    #[must_use]
    pub fn bytes(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }

    /// Sends it.
    pub async fn send(self) -> Answer {
        let body = self.body.map_or_else(Body::empty, Body::from);
        let request = self.builder.body(body).expect("a request");
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.client.router.oneshot(request).await.expect("a router never fails");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert_promised(&method, &path, parts.status, &text);
        Answer {
            status: parts.status,
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
            bytes: bytes.into(),
            headers: parts.headers,
            reading: parts.extensions.get::<Reading>().copied().unwrap_or_default(),
        }
    }
}

impl Answer {
    /// The data of an answer with this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.body["data"].clone()
    }

    /// The answer, which must be an error with this status and code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status.as_u16(), self.body["code"].as_str()), (status, Some(code)), "{}", self.text);
        assert_eq!(self.body["status"], status, "the body repeats the status");
        assert!(self.body["message"].is_string() && self.body["errors"].is_object(), "{}", self.text);
        self
    }

    /// The answer, whose `errors` must name this field.
    #[track_caller]
    pub fn naming(self, field: &str) -> Self {
        assert!(self.body["errors"][field][0].is_string(), "{field} is not named: {}", self.text);
        self
    }

    /// The rows of a list.
    #[track_caller]
    pub fn rows(self) -> Vec<Value> {
        self.expect(200).as_array().expect("a list").clone()
    }
}
