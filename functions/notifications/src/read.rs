use axum::extract::State;
use dms_domain::{
    query::{QueryError, QuerySpec},
    refusal::Refusal,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Meta, Pagination},
    extract::{Login, Params, Spec},
    views::{NotificationView, json},
};
use dms_store::MAX_NOTIFICATIONS_SKIPPED;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) struct MyNotifications;

impl Spec for MyNotifications {
    type Row = NotificationView;

    const SPEC: QuerySpec =
        QuerySpec { filters: &[], sorts: &[], expands: &[], list: true, by_centre: false, texts: &["unread"] };
}

/// A page of notifications.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotificationPage {
    data: Vec<NotificationView>,
    /// How many of the user's notifications are unread.
    #[schema(example = 3)]
    unread: u64,
    /// Always true.
    success: bool,
    meta: Meta,
    pagination: Pagination,
}

/// List my notifications
///
/// The unread ones first, each newest first; `unread` beside the rows is how many there are. `unread=true` leaves out
/// those that were read.
#[utoipa::path(
    get, path = "/api/notifications", tag = "Notifications", params(Params<MyNotifications>),
    responses((status = 200, description = "A page of notifications", body = NotificationPage)),
    security(("bearer" = []))
)]
pub(crate) async fn list(
    login: Login,
    State(app): State<AppState>,
    query: Params<MyNotifications>,
) -> ApiResult<Reply> {
    let unread_only = match query.text("unread") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(QueryError::new("unread", "must be true or false").into()),
    };
    if query.offset() > MAX_NOTIFICATIONS_SKIPPED {
        return Err(Refusal::QueryTooBroad { narrow_by: vec!["unread", "page"] }.into());
    }
    let limit = query.limit as usize;
    let page = app.store.notifications(&login.user_id(), unread_only, query.offset(), limit).await?;
    let rows = page.rows.iter().map(|row| json(&NotificationView::of(row))).collect::<ApiResult<Vec<_>>>()?;
    login.context.page_with(rows, (page.total, None), &query, &[("unread", page.unread.into())])
}
