use axum::extract::State;
use dms_domain::query::QuerySpec;
use dms_http::{
    ApiError, ApiResult, AppState, Reply,
    envelope::Envelope,
    expand::expand,
    extract::{Login, Params, Spec},
    views::{UserView, json},
};

pub(crate) struct Me;

impl Spec for Me {
    type Row = UserView;

    const SPEC: QuerySpec = QuerySpec::document(&["serviceCenter"]);
}

/// Who am I
#[utoipa::path(
    get, path = "/api/auth/me", tag = "Authentication", params(Params<Me>),
    responses((status = 200, description = "The user of the token", body = Envelope<UserView>)),
    security(("bearer" = []))
)]
pub(crate) async fn me(login: Login, State(app): State<AppState>, query: Params<Me>) -> ApiResult<Reply> {
    let user = app.store.user(&login.user_id()).await?.filter(|user| user.active);
    let user = user.ok_or_else(ApiError::unauthenticated)?;
    let mut rows = [json(&UserView::of(&user))?];
    expand(&app, &login, &mut rows, &query).await?;
    let [row] = rows;
    login.context.document(row, user.version, &query)
}
