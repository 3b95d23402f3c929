use dms_domain::{notification::Notification, statuses::NotificationType};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A notification.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationView {
    id: Uuid,
    /// What it is about.
    #[serde(rename = "type")]
    kind: NotificationType,
    #[schema(example = "Job card SC001-2026-11-0001 is yours")]
    title: String,
    /// Kind of the document it is about.
    #[schema(example = "job_card")]
    entity_type: String,
    entity_id: Uuid,
    #[schema(example = "SC001-2026-11-0001")]
    entity_number: Option<String>,
    /// The centre it happened in; none of Central and the dealership.
    service_center_id: Option<Uuid>,
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was read; null while it is unread.
    #[schema(format = DateTime)]
    read_at: Option<String>,
}

impl NotificationView {
    /// The view of a notification.
    pub fn of(notification: &Notification) -> Self {
        let notice = &notification.notice;
        Self {
            id: notification.id,
            kind: notice.kind,
            title: notice.title.clone(),
            entity_type: notice.entity_type.clone(),
            entity_id: notice.entity_id,
            entity_number: notice.entity_number.clone(),
            service_center_id: notification.service_center_id,
            created_at: notification.created_at.to_string(),
            read_at: notification.read_at.map(|at| at.to_string()),
        }
    }
}
