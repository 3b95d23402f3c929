use axum::{extract::State, http::StatusCode};
use dms_http::{
    ApiError, ApiResult, AppState, Context, Reply,
    envelope::Envelope,
    extract::{Json, Login},
};
use dms_store::Refreshed;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::login::{Tokens, centre_is_open, tokens};

/// The session to go on with.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefreshInput {
    refresh_token: String,
}

/// What became of the session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LoggedOut {
    logged_out: bool,
}

fn ended() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "SESSION_ENDED", "The session is over: log in again")
}

/// Refresh the tokens
///
/// Answers a new access token and a new refresh token. The old refresh token stays valid until the new one is
/// first used; a retired one presented again ends the session.
#[utoipa::path(
    post, path = "/api/auth/refresh", tag = "Authentication", request_body = RefreshInput,
    responses(
        (status = 200, description = "Refreshed", body = Envelope<Tokens>),
        (status = 401, description = "The session is over", body = dms_http::envelope::ErrorBody)
    )
)]
pub(crate) async fn refresh(
    State(app): State<AppState>,
    context: Context,
    Json(input): Json<RefreshInput>,
) -> ApiResult<Reply> {
    let claims = app.tokens.verify_refresh(&input.refresh_token, context.now)?;
    let (refreshed, credentials) = tokio::try_join!(
        app.store.use_refresh(&claims.session_id, claims.generation, context.now),
        app.store.credentials(&claims.email),
    )?;
    let password_epoch = match refreshed {
        Refreshed::Accepted { password_epoch } => password_epoch,
        Refreshed::Retired | Refreshed::Ended => return Err(ended()),
    };
    let credentials = credentials
        .filter(|known| known.active && known.user_id == claims.user_id && known.password_epoch == password_epoch)
        .ok_or_else(ended)?;
    if !centre_is_open(&app, &credentials).await? {
        return Err(ended());
    }
    let tokens = tokens(&app, &context, &credentials, claims.session_id, claims.generation.saturating_add(1))?;
    context.reply(200, &tokens, None)
}

/// Log out
///
/// Ends the session of the access token: its refresh tokens are no longer accepted.
#[utoipa::path(
    post, path = "/api/auth/logout", tag = "Authentication",
    responses((status = 200, description = "Logged out", body = Envelope<LoggedOut>)),
    security(("bearer" = []))
)]
pub(crate) async fn logout(login: Login, State(app): State<AppState>) -> ApiResult<Reply> {
    app.store.end_session(&login.session_id()).await?;
    login.context.reply(200, &json!({"loggedOut": true}), None)
}
