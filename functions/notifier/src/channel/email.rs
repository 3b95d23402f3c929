//! E-mail through SES, to those who want it.

use aws_sdk_sesv2::{
    Client,
    config::{BehaviorVersion, timeout::TimeoutConfig},
    types::{Body, Content, Destination, EmailContent, Message},
};
use dms_domain::notification::Notification;
use dms_http::config::Access;
use futures::future::BoxFuture;

use super::{Channel, ChannelError, Recipient};

/// E-mail.
pub struct Email {
    client: Client,
    from: String,
}

impl Email {
    /// E-mail from this address, which SES must know.
    pub fn new(access: Access, from: String) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(std::time::Duration::from_secs(2))
            .operation_attempt_timeout(std::time::Duration::from_secs(5))
            .build();
        let mut builder = aws_sdk_sesv2::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(aws_sdk_sesv2::config::Region::new(access.region))
            .credentials_provider(access.credentials)
            .http_client(access.http)
            .timeout_config(timeouts);
        builder.set_endpoint_url(access.endpoint);
        Self { client: Client::from_conf(builder.build()), from }
    }

    async fn send(&self, recipient: &Recipient, notification: &Notification) -> Result<(), ChannelError> {
        let wrong = |error: &dyn std::fmt::Debug| ChannelError(format!("SES: {error:?}"));
        let content = |text: &str| Content::builder().data(text).charset("UTF-8").build();
        let title = &notification.notice.title;
        let text = format!(
            "{title}\n\nYou are told so because your preferences say so: /api/notifications/preferences\n"
        );
        let message = Message::builder()
            .subject(content(title).map_err(|error| wrong(&error))?)
            .body(Body::builder().text(content(&text).map_err(|error| wrong(&error))?).build())
            .build();
        let request = self
            .client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(recipient.user.email.to_string()).build())
            .content(EmailContent::builder().simple(message).build());
        request.send().await.map(|_| ()).map_err(|error| wrong(&error))
    }
}

impl Channel for Email {
    fn name(&self) -> &'static str {
        "email"
    }

    fn reaches(&self, recipient: &Recipient) -> bool {
        recipient.wanted.email
    }

    fn deliver<'a>(
        &'a self,
        recipient: &'a Recipient,
        notification: &'a Notification,
    ) -> BoxFuture<'a, Result<(), ChannelError>> {
        Box::pin(self.send(recipient, notification))
    }
}
