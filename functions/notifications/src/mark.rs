use axum::{extract::State, http::StatusCode};
use dms_domain::notification::Notification;
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Login},
    views::NotificationView,
};
use serde::Serialize;
use utoipa::ToSchema;

/// Commands of one request: with forty notifications each, more than anyone has unread.
const MAX_CHUNKS: usize = 50;

/// What was marked as read.
#[derive(Serialize, ToSchema)]
pub(crate) struct AllRead {
    /// Notifications that were unread before.
    #[schema(example = 3)]
    marked: u64,
}

/// Mark a notification as read
#[utoipa::path(
    patch, path = "/api/notifications/{id}/read", tag = "Notifications",
    params(("id" = uuid::Uuid, Path, description = "The notification")),
    responses((status = 200, description = "Read", body = Envelope<NotificationView>)),
    security(("bearer" = []))
)]
pub(crate) async fn read(login: Login, State(app): State<AppState>, id: Id, cmd: Cmd) -> ApiResult<Reply> {
    let user = login.user_id();
    let plan = || app.store.read_notification(&user, &id, cmd.context.timestamp());
    let view = |read: &Notification| (NotificationView::of(read), None);
    cmd.run(&app.store, user, StatusCode::OK, plan, view).await
}

/// Mark all my notifications as read
#[utoipa::path(
    post, path = "/api/notifications/read-all", tag = "Notifications",
    responses((status = 200, description = "Read", body = Envelope<AllRead>)),
    security(("bearer" = []))
)]
pub(crate) async fn read_all(login: Login, State(app): State<AppState>, cmd: Cmd) -> ApiResult<Reply> {
    let user = login.user_id();
    let mut marked = 0;
    for chunk in 0..MAX_CHUNKS {
        let plan = || app.store.read_all_notifications(&user, cmd.context.timestamp());
        let done = cmd.run_row(&app.store, user, chunk, plan, |done| (done.marked, done.more)).await?;
        marked += done[0].as_u64().unwrap_or_default();
        if done[1] != true {
            break;
        }
    }
    login.context.reply(200, &AllRead { marked }, None)
}
