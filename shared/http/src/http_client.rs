//! What sends requests to AWS, and whom it trusts.

use std::sync::OnceLock;

use aws_smithy_http_client::tls::{self, TlsContext, TrustStore};
use dms_store::HttpClient;

use crate::config::optional;

/// Who vouches for AWS's own endpoints: the five roots that Amazon recommends to those who do not trust the whole world
/// (<https://www.amazontrust.com/repository/>). Reading a system's 140 is four fifths of a function's start.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// Plain HTTP, as the embedded cloud and LocalStack speak it, needs no TLS stack: which takes time to set up. All services
/// share one. Other endpoints than AWS's own, and all where `SSL_CERT_FILE` or `SSL_CERT_DIR` says whom to trust, are
/// vouched for by the system's roots.
pub(crate) fn http_client(endpoint: Option<&str>) -> HttpClient {
    static OF_AWS: OnceLock<HttpClient> = OnceLock::new();
    static OF_OTHERS: OnceLock<HttpClient> = OnceLock::new();
    if endpoint.is_some_and(|endpoint| endpoint.starts_with("http://")) {
        return aws_smithy_http_client::Builder::new().build_http();
    }
    let is_told = ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter().any(|name| optional(name).is_some());
    if endpoint.is_some() || is_told {
        return OF_OTHERS.get_or_init(|| https_client(TrustStore::default())).clone();
    }
    OF_AWS.get_or_init(|| https_client(amazon_roots())).clone()
}

fn amazon_roots() -> TrustStore {
    TrustStore::empty().with_pem_certificate(AMAZON_ROOTS)
}

fn https_client(trusted: TrustStore) -> HttpClient {
    let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
    let builder = aws_smithy_http_client::Builder::new().tls_provider(provider);
    match TlsContext::builder().with_trust_store(trusted).build() {
        Ok(context) => builder.tls_context(context).build_https(),
        // There is nothing that it could refuse.
        Err(_) => builder.build_https(),
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;
    use dms_store::{Store, StoreConfig};

    use super::*;

    #[test]
    fn all_of_amazons_roots_can_be_read() {
        let text = std::str::from_utf8(AMAZON_ROOTS).unwrap();
        assert_eq!(text.matches("BEGIN CERTIFICATE").count(), 5);
        // The client reads them as soon as it is made, and would panic.
        let config = StoreConfig {
            region: "ap-south-1".to_owned(),
            http: https_client(amazon_roots()),
            endpoint: None,
            credentials: Credentials::new("key", "secret", None, None, "test"),
            table_prefix: String::new(),
            retry_partition: None,
        };
        drop(Store::connect(config));
    }
}
