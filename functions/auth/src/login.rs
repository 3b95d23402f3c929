use axum::{extract::State, http::StatusCode};
use dms_access::{AccessGrant, RefreshClaims};
use dms_domain::permissions::Role;
use dms_http::{ApiError, ApiResult, App, AppState, Context, Reply, envelope::Envelope, extract::Json, password};
use dms_store::{Credentials, Session, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Hash of a password nobody has: an unknown account takes as long to refuse as a wrong password, so answers do
/// not tell which accounts exist.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LWhhcy10aGlz$Zp6GZcKQ0cE0pJ1v8Q9fUj5rZs1G0yJt3pQm9cP6l5o";

/// Longest e-mail address (RFC 5321).
const MAX_EMAIL_BYTES: usize = 254;

/// Who logs in.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"email": "manager@sc001.example", "password": "demo-password"}))]
pub(crate) struct LoginInput {
    email: String,
    password: String,
}

/// The tokens of a session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tokens {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    /// For `POST /api/auth/refresh`.
    refresh_token: String,
    /// Seconds until the access token expires.
    expires_in: i64,
    user: SignedIn,
}

/// Who has logged in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignedIn {
    id: Uuid,
    email: String,
    role: Role,
    service_center_id: Option<Uuid>,
}

/// Log in
#[utoipa::path(
    post, path = "/api/auth/login", tag = "Authentication", request_body = LoginInput,
    responses(
        (status = 200, description = "Logged in", body = Envelope<Tokens>),
        (status = 401, description = "Wrong e-mail address or password", body = dms_http::envelope::ErrorBody)
    )
)]
pub(crate) async fn login(
    State(app): State<AppState>,
    context: Context,
    Json(input): Json<LoginInput>,
) -> ApiResult<Reply> {
    // Nobody has an address longer than a key can be.
    let email = input.email.trim().to_ascii_lowercase();
    let email = if email.len() <= MAX_EMAIL_BYTES { email } else { "too long".to_owned() };
    // Neither addresses nor what was typed stands in the table of limits.
    let who = format!("login#{}", app.keyed_hash(&[context.address.as_bytes(), email.as_bytes()]));
    let (credentials, allowed) =
        tokio::try_join!(app.store.credentials(&email), app.login_limiter.allows(&app.store, &who, context.now))?;
    if !allowed {
        let message = "Too many failed logins; wait a minute";
        return Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, "LOGIN_THROTTLED", message).with_retry_after(60));
    }
    let hash = credentials.as_ref().map_or_else(|| NOBODY.to_owned(), |known| known.password_hash.clone());
    let matches = password::matches(input.password, hash).await?;
    let Some(credentials) = credentials.filter(|known| matches && known.active) else {
        app.login_limiter.failed(&app.store, &who, context.now).await?;
        return Err(wrong_login());
    };
    let session = Session {
        id: context.new_id(),
        user_id: credentials.user_id,
        password_epoch: credentials.password_epoch,
        expires_at: context.now.timestamp() + app.tokens.refresh_ttl_secs(),
    };
    let (open, ()) = tokio::try_join!(centre_is_open(&app, &credentials), app.store.begin_session(&session))?;
    if !open {
        return Err(wrong_login());
    }
    context.reply(200, &tokens(&app, &context, &credentials, session.id, 0)?, None)
}

/// Whether the user's centre works; users without a centre need none.
pub(crate) async fn centre_is_open(app: &App, credentials: &Credentials) -> Result<bool, StoreError> {
    match &credentials.centre {
        None => Ok(true),
        Some(claim) => Ok(app.store.centre(&claim.id).await?.is_some_and(|centre| centre.active)),
    }
}

fn wrong_login() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "WRONG_CREDENTIALS", "Wrong e-mail address or password")
}

/// The tokens of a session at a generation.
pub(crate) fn tokens(
    app: &App,
    context: &Context,
    credentials: &Credentials,
    session_id: Uuid,
    generation: u32,
) -> ApiResult<Tokens> {
    let grant = AccessGrant {
        user_id: credentials.user_id,
        session_id,
        role: credentials.role,
        centre: credentials.centre.clone(),
    };
    let refresh =
        RefreshClaims { user_id: credentials.user_id, session_id, generation, email: credentials.email.clone() };
    Ok(Tokens {
        access_token: app.tokens.issue_access(&grant, context.now)?,
        refresh_token: app.tokens.issue_refresh(&refresh, context.now)?,
        expires_in: app.tokens.access_ttl_secs(),
        user: SignedIn {
            id: credentials.user_id,
            email: credentials.email.clone(),
            role: credentials.role,
            service_center_id: credentials.centre.as_ref().map(|centre| centre.id),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_nobody_is_a_hash_of_the_usual_cost() {
        let start = std::time::Instant::now();
        assert!(!dms_access::password::verify("whatever", NOBODY));
        assert!(start.elapsed() > std::time::Duration::from_millis(3), "refused without hashing");
    }
}
