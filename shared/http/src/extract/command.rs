//! State-changing requests: the Idempotency-Key, `If-Match`, and running the command.

use std::future::Future;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header::IF_MATCH, request::Parts},
};
use dms_access::Principal;
use dms_domain::ids;
use dms_store::{Command, Plan, Store, StoreError};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    context::Context,
    error::{ApiError, ApiResult},
    extract::Form,
    reply::Reply,
};

/// A state-changing request.
pub struct Cmd {
    /// The request.
    pub context: Context,
    idempotency_key: Option<String>,
    /// The version the caller expects the document to have.
    pub if_match: Option<u64>,
}

impl Cmd {
    /// Runs a command: `plan` reads and decides, `view` makes the answer's data and its version.
    ///
    /// # Errors
    /// The plan's refusal, or a failure of the store.
    pub async fn run<T, F, Fut, V>(
        &self,
        store: &Store,
        user: Uuid,
        status: StatusCode,
        plan: F,
        view: impl Fn(&T) -> (V, Option<u64>),
    ) -> ApiResult<Reply>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<Plan<T>, StoreError>>,
        V: Serialize,
    {
        let command = self.command(user);
        let reply = |value: &T| {
            let (data, version) = view(value);
            let reply = self.context.reply(status.as_u16(), &data, version);
            reply
                .map(|reply| reply.0)
                .map_err(|error| StoreError::Corrupt(error.detail().unwrap_or_default().to_owned()))
        };
        Ok(Reply(store.run(&command, plan, reply).await?))
    }

    /// The same request, known by the parts of its form: the boundary between them is another one whenever the form
    /// is sent.
    #[must_use]
    pub fn with_form(mut self, form: &Form) -> Self {
        let fields = form.fields_text();
        let filename = form.file.filename.as_bytes();
        let parts: [&[u8]; 4] = [self.context.path.as_bytes(), fields.as_bytes(), filename, &form.file.content];
        self.context.fingerprint = self.context.app.keyed_hash(&parts).into();
        self
    }

    /// The command as the store knows it.
    pub fn command(&self, user: Uuid) -> Command {
        let centre = self.context.principal.get().and_then(Principal::centre);
        Command {
            user,
            idempotency_key: self.idempotency_key.clone(),
            fingerprint: self.context.fingerprint.to_string(),
            action: self.context.action.to_string(),
            centre: centre.and_then(|centre| ids::ordinal_of(&centre.id)),
            request_id: self.context.request_id.to_string(),
            now: self.context.now,
        }
    }

    /// Runs a command of its own for one row of a bulk request, with its own place in the memory of the
    /// request's Idempotency-Key. Returns the row's view, as it was when the row was done.
    ///
    /// # Errors
    /// The plan's refusal, or a failure of the store.
    pub async fn run_row<T, F, Fut, V>(
        &self,
        store: &Store,
        user: Uuid,
        row: usize,
        plan: F,
        view: impl Fn(&T) -> V,
    ) -> ApiResult<Value>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<Plan<T>, StoreError>>,
        V: Serialize,
    {
        let command = self.command(user);
        let command = Command {
            idempotency_key: command.idempotency_key.map(|key| format!("{key}#{row}")),
            request_id: format!("{}#{row}", command.request_id),
            ..command
        };
        let reply = |value: &T| {
            let body = serde_json::to_string(&view(value))?;
            Ok(dms_store::Reply { status: 200, body, version: None, replayed: false })
        };
        let reply = store.run(&command, plan, reply).await?;
        Ok(serde_json::from_str(&reply.body)?)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Cmd {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let context = Context::from_request_parts(parts, state).await?;
        let idempotency_key = idempotency_key(&parts.headers)?;
        let if_match = if_match(&parts.headers)?;
        Ok(Self { context, idempotency_key, if_match })
    }
}

fn idempotency_key(headers: &HeaderMap) -> ApiResult<Option<String>> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let valid = value.to_str().ok().filter(|key| (1..=255).contains(&key.len()));
    valid.map(|key| Some(key.to_owned())).ok_or_else(|| {
        ApiError::new(StatusCode::BAD_REQUEST, "BAD_HEADER", "Idempotency-Key must be 1 to 255 visible characters")
            .with_field("idempotency-key", "must be 1 to 255 visible characters")
    })
}

/// `"3"`, `W/"3"` or `3`; `*` matches every version.
fn if_match(headers: &HeaderMap) -> ApiResult<Option<u64>> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    text.trim_start_matches("W/").trim_matches('"').parse().map(Some).map_err(|_| {
        ApiError::new(StatusCode::BAD_REQUEST, "BAD_HEADER", "If-Match must be an ETag of this API")
            .with_field("if-match", "must be an ETag of this API, like \"3\"")
    })
}
