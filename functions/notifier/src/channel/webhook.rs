//! A signed webhook: another system is told what users are told.

use std::{fmt::Write, sync::Arc, time::Duration};

use dms_domain::{calendar::Clock, notification::Notification};
use futures::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, Url, header::CONTENT_TYPE, redirect};
use serde_json::json;
use sha2::Sha256;

use super::{Channel, ChannelError, Recipient};

/// The header with the signature: `t=<seconds since 1970>,v1=<HMAC-SHA256 of "<t>.<body>", in hex>`. The receiver computes
/// the same, compares in constant time, and refuses what is older than some minutes.
pub const SIGNATURE: &str = "x-dms-signature";
/// Longest wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Shortest secret, in bytes.
const MIN_SECRET: usize = 32;

/// A webhook.
pub struct Webhook {
    client: Client,
    url: Url,
    secret: String,
    clock: Arc<dyn Clock>,
}

impl Webhook {
    /// A webhook at this address, signed with this secret.
    ///
    /// # Errors
    /// What is wrong with them: the address must be HTTPS (HTTP to this machine alone), the secret of 32 bytes or more.
    pub fn new(url: &str, secret: String, clock: Arc<dyn Clock>) -> Result<Self, &'static str> {
        let url: Url = url.parse().map_err(|_| "no URL")?;
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if url.scheme() != "https" && !(local && url.scheme() == "http") {
            return Err("it must be an https URL");
        }
        if secret.len() < MIN_SECRET {
            return Err("DMS_WEBHOOK_SECRET needs at least 32 bytes");
        }
        // What is signed goes where it was meant to, and nowhere else.
        let client = Client::builder().timeout(TIMEOUT).redirect(redirect::Policy::none()).build();
        Ok(Self { client: client.map_err(|_| "no client")?, url, secret, clock })
    }

    async fn post(&self, recipient: &Recipient, notification: &Notification) -> Result<(), ChannelError> {
        let wrong = |error: reqwest::Error| ChannelError(format!("the webhook: {}", error.without_url()));
        let body = json!({ "userId": recipient.user.id, "notification": notification }).to_string();
        let signature = self.signature(&body)?;
        let request = self.client.post(self.url.clone()).header(CONTENT_TYPE, "application/json");
        let answer = request.header(SIGNATURE, signature).body(body).send().await.map_err(wrong)?;
        answer.error_for_status().map(|_| ()).map_err(wrong)
    }

    fn signature(&self, body: &str) -> Result<String, ChannelError> {
        let at = self.clock.now().timestamp();
        let mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes());
        let mut mac = mac.map_err(|error| ChannelError(error.to_string()))?;
        mac.update(format!("{at}.{body}").as_bytes());
        let signature = mac.finalize().into_bytes().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        Ok(format!("t={at},v1={signature}"))
    }
}

impl Channel for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn reaches(&self, _: &Recipient) -> bool {
        true
    }

    fn deliver<'a>(
        &'a self,
        recipient: &'a Recipient,
        notification: &'a Notification,
    ) -> BoxFuture<'a, Result<(), ChannelError>> {
        Box::pin(self.post(recipient, notification))
    }
}

#[cfg(test)]
mod tests {
    use dms_http::SystemClock;

    use super::*;

    #[test]
    fn only_https_and_a_long_secret_will_do() {
        let new = |url: &str, secret: &str| Webhook::new(url, secret.to_owned(), Arc::new(SystemClock)).err();
        let secret = "0123456789abcdef0123456789abcdef";
        assert_eq!(new("https://example.in/hook", secret), None);
        assert_eq!(new("http://127.0.0.1:9000/hook", secret), None);
        assert_eq!(new("http://example.in/hook", secret), Some("it must be an https URL"));
        assert_eq!(new("file:///etc/passwd", secret), Some("it must be an https URL"));
        assert_eq!(new("no url", secret), Some("no URL"));
        assert_eq!(new("https://example.in", "short"), Some("DMS_WEBHOOK_SECRET needs at least 32 bytes"));
    }
}
