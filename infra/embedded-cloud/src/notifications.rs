//! The bucket's notifications, which the S3 engine does not have: what is put under a prefix is told to a queue, in the
//! words of S3, before the uploader gets an answer. So an upload that was acknowledged is never forgotten.

use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};

use chrono::{SecondsFormat, Utc};
use futures::future::BoxFuture;
use http::{HeaderMap, Method, Request, Response, header};
use serde_json::{Value, json};
use tower::Service;

use crate::EmbeddedCloud;
use crate::sqs::Sqs;

/// What is told to whom.
#[derive(Debug, Clone)]
pub(crate) struct Notification {
    pub(crate) bucket: String,
    pub(crate) prefix: String,
    pub(crate) queue: String,
}

/// All notifications that were asked for. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notifications(Arc<RwLock<Vec<Notification>>>);

impl Notifications {
    pub(crate) fn add(&self, notification: Notification) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(notification);
    }

    /// The queues that are told of an object.
    fn queues(&self, bucket: &str, key: &str) -> Vec<String> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let wanted = all.iter().filter(|one| one.bucket == bucket && key.starts_with(&one.prefix));
        wanted.map(|one| one.queue.clone()).collect()
    }
}

/// A service of S3 that tells of what is put.
#[derive(Clone)]
pub(crate) struct Notifying<S> {
    pub(crate) s3: S,
    pub(crate) notifications: Notifications,
    pub(crate) sqs: Sqs,
}

impl<S, A, B> Service<Request<A>> for Notifying<S>
where
    S: Service<Request<A>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    A: Send + 'static,
    B: Send,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.s3.poll_ready(context)
    }

    fn call(&mut self, request: Request<A>) -> Self::Future {
        // The one that was polled is the one that is ready.
        let clone = self.s3.clone();
        let mut s3 = std::mem::replace(&mut self.s3, clone);
        let (notifications, sqs) = (self.notifications.clone(), self.sqs.clone());
        Box::pin(async move {
            let put = Put::of(&request);
            let response = s3.call(request).await?;
            if let Some(put) = put.filter(|_| response.status().is_success()) {
                for queue in notifications.queues(&put.bucket, &put.key) {
                    tell(&sqs, &queue, &put.event(response.headers())).await;
                }
            }
            Ok(response)
        })
    }
}

async fn tell(sqs: &Sqs, queue: &str, event: &Value) {
    if let Err(error) = sqs.send(queue, &event.to_string()).await {
        tracing::error!(%error, queue, "an upload could not be told");
    }
}

/// A request that puts an object.
struct Put {
    bucket: String,
    /// As the URL writes it, which is how S3's events write it, too.
    key: String,
    is_copy: bool,
    size: u64,
}

impl Put {
    fn of<A>(request: &Request<A>) -> Option<Self> {
        // `?tagging`, `?partNumber=` and others put something else than an object.
        let query = request.uri().query().unwrap_or_default();
        let is_object = query
            .split('&')
            .all(|part| part.is_empty() || part.starts_with("X-Amz-") || part.starts_with("x-id="));
        if request.method() != Method::PUT || !is_object {
            return None;
        }
        let (bucket, key) = request.uri().path().strip_prefix('/')?.split_once('/')?;
        let length =
            request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        Some(Self {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            is_copy: request.headers().contains_key("x-amz-copy-source"),
            size: length.unwrap_or(0),
        })
    }

    /// The event, as S3 writes it.
    #[allow(clippy::disallowed_methods)] // it plays AWS, which has a clock of its own
    fn event(&self, answer: &HeaderMap) -> Value {
        let now = Utc::now();
        let e_tag = answer.get(header::ETAG).and_then(|value| value.to_str().ok()).unwrap_or_default();
        json!({"Records": [{
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": EmbeddedCloud::REGION,
            "eventTime": now.to_rfc3339_opts(SecondsFormat::Millis, true),
            "eventName": if self.is_copy { "ObjectCreated:Copy" } else { "ObjectCreated:Put" },
            "userIdentity": { "principalId": "local" },
            "requestParameters": { "sourceIPAddress": "127.0.0.1" },
            "responseElements": {},
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "local",
                "bucket": {
                    "name": self.bucket,
                    "ownerIdentity": { "principalId": "local" },
                    "arn": format!("arn:aws:s3:::{}", self.bucket),
                },
                "object": {
                    "key": self.key,
                    "size": self.size,
                    "eTag": e_tag.trim_matches('"'),
                    "sequencer": format!("{:016X}", now.timestamp_micros()),
                },
            },
        }]})
    }
}
