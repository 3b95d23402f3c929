//! What must agree: the routes, the OpenAPI document, the SAM template, the tables, the direction of dependencies.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod dependencies;
mod openapi;
mod template;

use std::path::PathBuf;

/// A path in the workspace.
fn workspace(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}
