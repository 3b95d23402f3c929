//! The approval link in a path: a customer without a login.

use std::ops::Deref;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use dms_access::{TokenError, VerifiedLink};
use dms_domain::refusal::Refusal;

use crate::{app::AppState, context::Context, error::ApiError};

/// The `{token}` of the path, whose signature is good and whose time is not over.
pub struct Approval {
    link: VerifiedLink,
    /// The request.
    pub context: Context,
}

impl Deref for Approval {
    type Target = VerifiedLink;

    fn deref(&self) -> &VerifiedLink {
        &self.link
    }
}

impl FromRequestParts<AppState> for Approval {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let context = Context::from_request_parts(parts, app).await?;
        let params = RawPathParams::from_request_parts(parts, app).await;
        let token = params.ok().and_then(|params| {
            params.iter().find(|(name, _)| *name == "token").map(|(_, value)| value.to_owned())
        });
        let link = app.tokens.verify_approval(&token.unwrap_or_default(), context.now).map_err(refused)?;
        Ok(Self { link, context })
    }
}

/// A caller with a link has no account: nothing is said of tokens, keys or logins.
fn refused(error: TokenError) -> ApiError {
    match error {
        TokenError::Expired => {
            Refusal::conflict("QUOTATION_EXPIRED", "This offer is over: ask the service centre for a new one")
                .into()
        }
        TokenError::Invalid | TokenError::Signing => Refusal::NotFound { what: "offer" }.into(),
    }
}
