//! SDK clients for an embedded cloud.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{Region, SharedHttpClient};
use aws_smithy_http_client::Builder;
use dms_embedded_cloud::{EmbeddedCloud, Storage};

/// Where the three services are, and nothing else: tests can also reach another process with it.
#[derive(Clone)]
pub(crate) struct Clients {
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
}

impl Clients {
    pub(crate) fn of(cloud: &EmbeddedCloud) -> Self {
        Self::at(cloud.dynamodb_endpoint(), cloud.s3_endpoint(), cloud.sqs_endpoint())
    }

    pub(crate) fn at(dynamodb: &str, s3: &str, sqs: &str) -> Self {
        let (id, secret) = EmbeddedCloud::credentials();
        let credentials = Credentials::from_keys(id, secret, None);
        let region = Region::new(EmbeddedCloud::REGION);
        let http: SharedHttpClient = Builder::new().build_http();
        let dynamodb = aws_sdk_dynamodb::Config::builder()
            .behavior_version_latest()
            .endpoint_url(dynamodb)
            .region(region.clone())
            .credentials_provider(credentials.clone())
            .http_client(http.clone())
            .build();
        let s3 = aws_sdk_s3::Config::builder()
            .behavior_version_latest()
            .endpoint_url(s3)
            .region(region.clone())
            .credentials_provider(credentials.clone())
            .http_client(http.clone())
            .force_path_style(true)
            .build();
        let sqs = aws_sdk_sqs::Config::builder()
            .behavior_version_latest()
            .endpoint_url(sqs)
            .region(region)
            .credentials_provider(credentials)
            .http_client(http)
            .build();
        Self {
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sqs: aws_sdk_sqs::Client::from_conf(sqs),
        }
    }
}

/// A cloud in memory and its clients.
pub(crate) async fn in_memory() -> (EmbeddedCloud, Clients) {
    let cloud = EmbeddedCloud::start(Storage::Memory).await.unwrap();
    let clients = Clients::of(&cloud);
    (cloud, clients)
}
