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

/// The `{itemId}` of the path.
#[derive(Debug, Clone, Copy)]
pub struct ItemId(pub Uuid);

impl Deref for ItemId {
    type Target = Uuid;

    fn deref(&self) -> &Uuid {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        uuid_of("id", parts, state).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ItemId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        uuid_of("itemId", parts, state).await.map(Self)
    }
}

async fn uuid_of<S: Send + Sync>(wanted: &str, parts: &mut Parts, state: &S) -> Result<Uuid, ApiError> {
    let params = RawPathParams::from_request_parts(parts, state).await;
    let id = params.ok().and_then(|params| {
        params.iter().find(|(name, _)| *name == wanted).and_then(|(_, value)| value.parse().ok())
    });
    id.ok_or_else(|| {
        ApiError::new(StatusCode::BAD_REQUEST, "BAD_PATH", format!("The {wanted} in the path is not a UUID"))
            .with_field(wanted, "must be a UUID")
    })
}
