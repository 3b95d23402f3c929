use axum::{extract::State, http::StatusCode};
use dms_domain::{permissions::grant, refusal::Refusal, user::User};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    password,
    views::UserView,
};
use dms_store::{Plan, Transaction};
use serde::Deserialize;
use utoipa::ToSchema;

use super::write::present;

/// A new password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewPassword {
    /// 8 to 128 characters.
    password: String,
}

/// Set a user's password
///
/// For someone who has forgotten it. Ends all their sessions.
#[utoipa::path(
    patch, path = "/api/users/{id}/password", tag = "Users", request_body = NewPassword,
    params(("id" = uuid::Uuid, Path, description = "The user")),
    responses((status = 200, description = "Set", body = Envelope<UserView>)),
    security(("bearer" = ["users:manage"]))
)]
pub(crate) async fn set_password(
    permit: Permit<grant::UsersManage>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<NewPassword>,
) -> ApiResult<Reply> {
    let hash = password::hash(input.password, app.password_cost, "password").await?;
    let plan = || async {
        let user = present(&app.store, &id, &cmd).await?;
        let known = app.store.credentials(user.email.as_str()).await?;
        let known = known.ok_or(Refusal::NotFound { what: "user" })?;
        let mut transaction = Transaction::new();
        transaction.update(known.password_update(hash.clone()));
        Ok(Plan::new(transaction, user))
    };
    let view = |user: &User| (UserView::of(user), Some(user.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
