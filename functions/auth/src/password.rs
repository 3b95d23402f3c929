use axum::{extract::State, http::StatusCode};
use dms_domain::refusal::Refusal;
use dms_http::{
    ApiError, ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Json, Login},
    password,
};
use dms_store::{Plan, Transaction};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The old and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PasswordChange {
    current_password: String,
    /// 8 to 128 characters.
    new_password: String,
}

/// That it is done.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PasswordChanged {
    password_changed: bool,
}

/// Change the password
///
/// Ends all sessions: log in again with the new one.
#[utoipa::path(
    post, path = "/api/auth/change-password", tag = "Authentication", request_body = PasswordChange,
    responses((status = 200, description = "Changed", body = Envelope<PasswordChanged>)),
    security(("bearer" = []))
)]
pub(crate) async fn change_password(
    login: Login,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<PasswordChange>,
) -> ApiResult<Reply> {
    dms_access::password::check_new(&input.new_password)
        .map_err(|message| Refusal::field("newPassword", message))?;
    let who = format!("password#{}", login.user_id());
    if !app.login_limiter.allows(&app.store, &who, login.context.now).await? {
        let message = "Too many wrong passwords; wait a minute";
        return Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, "LOGIN_THROTTLED", message).with_retry_after(60));
    }
    let hash = password::hash(input.new_password, app.password_cost, "newPassword").await?;
    // The present password is checked within the command: repeated with its key, it is answered as before.
    let plan = || async {
        let gone = || Refusal::NotFound { what: "user" };
        let user = app.store.user(&login.user_id()).await?.ok_or_else(gone)?;
        let known = app.store.credentials(user.email.as_str()).await?.ok_or_else(gone)?;
        if !password::matches(input.current_password.clone(), known.password_hash.clone()).await? {
            app.login_limiter.failed(&app.store, &who, login.context.now).await?;
            return Err(Refusal::field("currentPassword", "is not the present password").into());
        }
        let mut transaction = Transaction::new();
        transaction.update(known.password_update(hash.clone()));
        Ok(Plan::new(transaction, ()))
    };
    let view = |(): &()| (PasswordChanged { password_changed: true }, None);
    cmd.run(&app.store, login.user_id(), StatusCode::OK, plan, view).await
}
