//! Configuration: where the services are, and the secrets. On Lambda all of it comes from the environment;
//! nothing secret has a default.

use std::{fmt::Write, sync::Arc};

use aws_credential_types::Credentials;
use dms_access::{TokenError, TokenKeys, password::PasswordCost};
use dms_blob::{Blob, BlobConfig};
use dms_domain::{calendar::Clock, formats::GstState};
use dms_messages::{Queues, QueuesConfig};
use dms_store::{HttpClient, Store, StoreConfig};
use sha2::{Digest, Sha256, Sha512};
use thiserror::Error;

use crate::{
    app::{App, AppState, SystemClock},
    centre_cache::CentreCache,
    http_client::http_client,
    lately::Lately,
    rate_limit::{LoginLimiter, RateLimiter},
};

/// Requests per minute and IP address when nothing is configured (specification, "Rate Limiting").
pub const DEFAULT_RATE_LIMIT: u32 = 100;
/// Lifetime of an access token when nothing is configured: 15 minutes.
pub const DEFAULT_ACCESS_TTL_SECS: i64 = 15 * 60;
/// Lifetime of a session when nothing is configured: 7 days.
pub const DEFAULT_REFRESH_TTL_SECS: i64 = 7 * 24 * 3600;

/// A configuration that cannot work: refused at start.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A variable without which there is no start.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// A variable whose value makes no sense.
    #[error("the environment variable {0} is not valid: {1}")]
    Invalid(&'static str, &'static str),
    /// The keys of the tokens.
    #[error("JWT_SECRET: {0}; it needs at least 32 bytes")]
    Secret(#[from] TokenError),
}

/// Where the services are and how they are used.
pub struct Config {
    /// AWS region.
    pub region: String,
    /// Credentials.
    pub credentials: Credentials,
    /// Endpoints of DynamoDB, S3 and SQS where they are not AWS's own.
    pub endpoints: Endpoints,
    /// Sends the requests to DynamoDB where that is in this process.
    pub dynamodb_client: Option<HttpClient>,
    /// Put before every table's name.
    pub table_prefix: String,
    /// Put before every queue's name.
    pub queue_prefix: String,
    /// The bucket for files.
    pub bucket: String,
    /// Where Central's warehouse is: purchase orders are taxed by it.
    pub warehouse_state: GstState,
    /// Secrets of the tokens, the newest first.
    pub jwt_secrets: Vec<Vec<u8>>,
    /// Lifetime of an access token.
    pub access_ttl_secs: i64,
    /// Lifetime of a session.
    pub refresh_ttl_secs: i64,
    /// Requests per minute and IP address; 0: no limit.
    pub rate_limit: u32,
    /// Work of one password hash.
    pub password_cost: PasswordCost,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Endpoints where they are not AWS's own.
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    /// DynamoDB.
    pub dynamodb: Option<String>,
    /// S3.
    pub s3: Option<String>,
    /// SQS.
    pub sqs: Option<String>,
}

/// How a service of AWS is reached.
#[derive(Debug, Clone)]
pub struct Access {
    /// AWS region.
    pub region: String,
    /// Credentials.
    pub credentials: Credentials,
    /// Sends the requests.
    pub http: HttpClient,
    /// The endpoint where it is not AWS's own.
    pub endpoint: Option<String>,
}

/// How a service is reached, as the environment says; `endpoint` is the variable of its own endpoint.
///
/// # Errors
/// [`ConfigError`] naming the variable.
pub fn access_from_env(endpoint: &str) -> Result<Access, ConfigError> {
    let endpoint = optional(endpoint).or_else(|| optional("AWS_ENDPOINT_URL"));
    Ok(Access {
        region: required("AWS_REGION")?,
        credentials: credentials_from_env()?,
        http: http_client(endpoint.as_deref()),
        endpoint,
    })
}

/// The tables alone, as the environment names them: for workers and tools.
///
/// # Errors
/// [`ConfigError`] naming the variable.
pub fn store_from_env() -> Result<Store, ConfigError> {
    let Access { region, credentials, http, endpoint } = access_from_env("AWS_ENDPOINT_URL_DYNAMODB")?;
    let table_prefix = required("DMS_TABLE_PREFIX")?;
    Ok(Store::connect(StoreConfig { region, http, endpoint, credentials, table_prefix, retry_partition: None }))
}

/// The queues alone, as the environment names them: for workers.
///
/// # Errors
/// [`ConfigError`] naming the variable.
pub fn queues_from_env() -> Result<Queues, ConfigError> {
    let Access { region, credentials, http, endpoint } = access_from_env("AWS_ENDPOINT_URL_SQS")?;
    let prefix = required("DMS_QUEUE_PREFIX")?;
    Ok(Queues::connect(QueuesConfig { region, http, endpoint, credentials, prefix }))
}

/// The bucket alone, as the environment names it: for workers.
///
/// # Errors
/// [`ConfigError`] naming the variable.
pub fn blob_from_env() -> Result<Blob, ConfigError> {
    let Access { region, credentials, http, endpoint } = access_from_env("AWS_ENDPOINT_URL_S3")?;
    let bucket = required("DMS_BUCKET")?;
    Ok(Blob::connect(BlobConfig { region, http, endpoint, credentials, bucket }))
}

fn credentials_from_env() -> Result<Credentials, ConfigError> {
    Ok(Credentials::new(
        required("AWS_ACCESS_KEY_ID")?,
        required("AWS_SECRET_ACCESS_KEY")?,
        optional("AWS_SESSION_TOKEN"),
        None,
        "environment",
    ))
}

impl Config {
    /// The configuration of a Lambda function.
    ///
    /// # Errors
    /// [`ConfigError`] naming the variable.
    pub fn from_env() -> Result<Self, ConfigError> {
        let endpoint = |own: &str| optional(own).or_else(|| optional("AWS_ENDPOINT_URL"));
        let mut jwt_secrets = vec![required("JWT_SECRET")?.into_bytes()];
        jwt_secrets.extend(optional("JWT_SECRET_PREVIOUS").map(String::into_bytes));
        Ok(Self {
            region: required("AWS_REGION")?,
            credentials: credentials_from_env()?,
            endpoints: Endpoints {
                dynamodb: endpoint("AWS_ENDPOINT_URL_DYNAMODB"),
                s3: endpoint("AWS_ENDPOINT_URL_S3"),
                sqs: endpoint("AWS_ENDPOINT_URL_SQS"),
            },
            table_prefix: required("DMS_TABLE_PREFIX")?,
            queue_prefix: required("DMS_QUEUE_PREFIX")?,
            bucket: required("DMS_BUCKET")?,
            warehouse_state: GstState::parse(&required("DMS_WAREHOUSE_STATE")?)
                .map_err(|_| ConfigError::Invalid("DMS_WAREHOUSE_STATE", "name or code of an Indian state"))?,
            dynamodb_client: None,
            jwt_secrets,
            access_ttl_secs: duration("JWT_EXPIRES_IN", DEFAULT_ACCESS_TTL_SECS)?,
            refresh_ttl_secs: duration("REFRESH_TOKEN_EXPIRES_IN", DEFAULT_REFRESH_TTL_SECS)?,
            rate_limit: whole("RATE_LIMIT_PER_MINUTE", DEFAULT_RATE_LIMIT)?,
            password_cost: PasswordCost::default(),
            clock: Arc::new(SystemClock),
        })
    }

    /// The application with its clients; connects at the first call.
    ///
    /// # Errors
    /// [`ConfigError::Secret`] when there is no secret, or a short one.
    pub fn connect(self) -> Result<AppState, ConfigError> {
        let newest = self.jwt_secrets.first().map(Vec::as_slice).unwrap_or_default();
        let fingerprint_key = Sha512::new().chain_update(b"fingerprint").chain_update(newest).finalize().into();
        let keys: Vec<(String, Vec<u8>)> =
            self.jwt_secrets.into_iter().map(|secret| (key_id(&secret), secret)).collect();
        let dynamodb = self.endpoints.dynamodb.as_deref();
        Ok(Arc::new(App {
            store: Store::connect(StoreConfig {
                http: self.dynamodb_client.unwrap_or_else(|| http_client(dynamodb)),
                region: self.region.clone(),
                endpoint: self.endpoints.dynamodb,
                credentials: self.credentials.clone(),
                table_prefix: self.table_prefix,
                retry_partition: None,
            }),
            tokens: TokenKeys::new(&keys, self.access_ttl_secs, self.refresh_ttl_secs)?,
            clock: self.clock,
            warehouse_state: self.warehouse_state,
            password_cost: self.password_cost,
            fingerprint_key,
            limiter: RateLimiter::new(self.rate_limit),
            login_limiter: LoginLimiter,
            centres: CentreCache::default(),
            health: Lately::default(),
            blob: Blob::connect(BlobConfig {
                http: http_client(self.endpoints.s3.as_deref()),
                region: self.region.clone(),
                endpoint: self.endpoints.s3,
                credentials: self.credentials.clone(),
                bucket: self.bucket,
            }),
            queues: Queues::connect(QueuesConfig {
                http: http_client(self.endpoints.sqs.as_deref()),
                region: self.region,
                endpoint: self.endpoints.sqs,
                credentials: self.credentials,
                prefix: self.queue_prefix,
            }),
        }))
    }
}

/// A key's id is the beginning of its hash: every instance names the same key alike, and no one has to.
fn key_id(secret: &[u8]) -> String {
    Sha256::digest(secret).iter().take(6).fold(String::new(), |mut id, byte| {
        let _ = write!(id, "{byte:02x}");
        id
    })
}

/// A variable that need not be set; an empty one is not.
pub fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn required(name: &'static str) -> Result<String, ConfigError> {
    optional(name).ok_or(ConfigError::Missing(name))
}

fn whole(name: &'static str, default: u32) -> Result<u32, ConfigError> {
    optional(name).map_or(Ok(default), |value| {
        value.parse().map_err(|_| ConfigError::Invalid(name, "a whole number is expected"))
    })
}

/// "15m", "7d", "3600".
fn duration(name: &'static str, default_secs: i64) -> Result<i64, ConfigError> {
    let Some(value) = optional(name) else { return Ok(default_secs) };
    parse_duration(&value).ok_or(ConfigError::Invalid(name, "expected a duration such as 15m, 12h or 7d"))
}

fn parse_duration(value: &str) -> Option<i64> {
    let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit_secs = match &value[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        _ => return None,
    };
    digits.parse::<i64>().ok()?.checked_mul(unit_secs).filter(|secs| *secs > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_the_specification_writes_them() {
        assert_eq!(parse_duration("15m"), Some(900));
        assert_eq!(parse_duration("7d"), Some(604_800));
        assert_eq!(parse_duration("3600"), Some(3600));
        for wrong in ["", "m", "15 m", "-1m", "0", "1y"] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }
}
