//! The id in a path.

use std::ops::Deref;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{StatusCode, request::Parts},
};
use uuid::Uuid;

use crate::error::ApiError;

/// The `{id}` of the path.
#[derive(Debug, Clone, Copy)]
pub struct Id(pub Uuid);

impl Deref for Id {
    type Target = Uuid;

    fn deref(&self) -> &Uuid {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let id = params.ok().and_then(|params| {
            params.iter().find(|(name, _)| *name == "id").and_then(|(_, value)| value.parse().ok())
        });
        id.map(Self).ok_or_else(|| {
            ApiError::new(StatusCode::BAD_REQUEST, "BAD_PATH", "The id in the path is not a UUID")
                .with_field("id", "must be a UUID")
        })
    }
}
