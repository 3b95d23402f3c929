use axum::{extract::State, http::StatusCode};
use dms_domain::{notification::NotificationPreferences, statuses::NotificationType};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Json, Login, set_only},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a user wants to be told.
#[derive(Serialize, ToSchema)]
pub(crate) struct PreferencesView {
    /// Kinds of notifications that are not sent.
    muted: Vec<NotificationType>,
    /// Whether they are sent by e-mail, too.
    email: bool,
    /// All kinds there are.
    kinds: &'static [NotificationType],
}

impl PreferencesView {
    fn of(wanted: &NotificationPreferences) -> Self {
        let muted = wanted.muted.iter().copied().collect();
        Self { muted, email: wanted.email, kinds: NotificationType::ALL }
    }
}

/// What changes; absent fields stay.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"muted": ["STOCK_LOW"], "email": true}))]
pub(crate) struct PreferenceChanges {
    /// Kinds of notifications that are not sent: all of them.
    #[serde(default, deserialize_with = "set_only")]
    muted: Option<Vec<NotificationType>>,
    /// Whether notifications are sent by e-mail, too, where the system is configured to.
    #[serde(default, deserialize_with = "set_only")]
    email: Option<bool>,
}

/// Get what I want to be told
#[utoipa::path(
    get, path = "/api/notifications/preferences", tag = "Notifications",
    responses((status = 200, description = "The preferences", body = Envelope<PreferencesView>)),
    security(("bearer" = []))
)]
pub(crate) async fn get(login: Login, State(app): State<AppState>) -> ApiResult<Reply> {
    let wanted = app.store.notification_preferences(&[login.user_id()]).await?.pop().unwrap_or_default();
    login.context.reply(200, &PreferencesView::of(&wanted), None)
}

/// Change what I want to be told
#[utoipa::path(
    patch, path = "/api/notifications/preferences", tag = "Notifications", request_body = PreferenceChanges,
    responses((status = 200, description = "Changed", body = Envelope<PreferencesView>)),
    security(("bearer" = []))
)]
pub(crate) async fn update(
    login: Login,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(changes): Json<PreferenceChanges>,
) -> ApiResult<Reply> {
    let user = login.user_id();
    let plan = || async {
        let now = app.store.notification_preferences(&[user]).await?.pop().unwrap_or_default();
        let changes = changes.clone();
        let wanted = NotificationPreferences {
            muted: changes.muted.map_or(now.muted, |muted| muted.into_iter().collect()),
            email: changes.email.unwrap_or(now.email),
        };
        app.store.set_notification_preferences(&user, wanted)
    };
    let view = |wanted: &NotificationPreferences| (PreferencesView::of(wanted), None);
    cmd.run(&app.store, user, StatusCode::OK, plan, view).await
}
