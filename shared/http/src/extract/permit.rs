//! Who may call a handler: its permission is the type of its first argument.

use std::{marker::PhantomData, ops::Deref};

use axum::{
    extract::FromRequestParts,
    http::{header::AUTHORIZATION, request::Parts},
};
use dms_access::{Principal, TenantScope};
use dms_domain::{permissions::Grant, refusal::Refusal};
use uuid::Uuid;

use crate::{
    app::AppState,
    context::Context,
    error::{ApiError, ApiResult},
};

/// A caller who is logged in; no permission is needed.
pub struct Login {
    principal: Principal,
    /// The request.
    pub context: Context,
}

/// A caller whose role has the permission `G`.
pub struct Permit<G> {
    login: Login,
    grant: PhantomData<fn() -> G>,
}

impl Deref for Login {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        &self.principal
    }
}

impl<G> Deref for Permit<G> {
    type Target = Login;

    fn deref(&self) -> &Login {
        &self.login
    }
}

impl Login {
    /// The scope in which to look for a tenant document of this id.
    ///
    /// # Errors
    /// 404 for an id of another centre: its existence is not leaked.
    pub fn scope_of(&self, id: &Uuid, what: &'static str) -> ApiResult<TenantScope> {
        Ok(self.scope_of_document(id).ok_or(Refusal::NotFound { what })?)
    }
}

impl FromRequestParts<AppState> for Login {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let context = Context::from_request_parts(parts, app).await?;
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(bearer).ok_or_else(ApiError::unauthenticated)?;
        let principal = app.tokens.verify_access(token, context.now)?;
        // For the log; a second extractor of the same request finds it set.
        let _ = context.principal.set(principal.clone());
        Ok(Self { principal, context })
    }
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl<G: Grant + 'static> FromRequestParts<AppState> for Permit<G> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let login = Login::from_request_parts(parts, app).await?;
        if !login.may(G::PERMISSION) {
            let message = format!("Your role needs the permission {}", G::PERMISSION.as_str());
            return Err(Refusal::Forbidden { message }.into());
        }
        Ok(Self { login, grant: PhantomData })
    }
}
