//! The embedded services through the real SDK clients.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod clients;
mod dynamodb;
mod folder;
mod s3;
mod sqs;
mod sqs_limits;
