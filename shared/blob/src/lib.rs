//! S3: the bucket for files and long reports.

mod bucket;
mod disposition;

pub use aws_sdk_s3::primitives::ByteStream;
pub use bucket::{Blob, BlobConfig, BlobError, Object, Upload, UploadLink};
