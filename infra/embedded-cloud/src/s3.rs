//! S3 on plain files.

use std::path::Path;

use http::{HeaderName, Method, header};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tower_http::cors::{Any, Cors, CorsLayer};

use crate::CloudError;
use crate::notifications::{Notifications, Notifying};
use crate::sqs::Sqs;

/// Not a secret: the service only listens on loopback.
pub(crate) const ACCESS_KEY_ID: &str = "LOCALDEVELOPMENT";
/// Not a secret either. Signatures are checked all the same, so presigned URLs behave as on AWS.
pub(crate) const SECRET_ACCESS_KEY: &str = "local-development-only";

/// The S3 service with its objects under `root`, which tells of uploads as asked.
pub(crate) fn service(
    root: &Path,
    notifications: Notifications,
    sqs: Sqs,
) -> Result<Cors<Notifying<S3Service>>, CloudError> {
    let files = FileSystem::new(root).map_err(|error| CloudError::S3(format!("{error:?}")))?;
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(ACCESS_KEY_ID, SECRET_ACCESS_KEY));
    Ok(tower::Layer::layer(&cors(), Notifying { s3: builder.build(), notifications, sqs }))
}

/// Stands in for the bucket's CORS rules, which the engine does not implement.
fn cors() -> CorsLayer {
    const EXPOSED: [HeaderName; 1] = [header::ETAG];
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::PUT, Method::HEAD, Method::POST, Method::DELETE])
        .allow_headers(Any)
        .expose_headers(EXPOSED)
}
