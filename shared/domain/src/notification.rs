//! Notifications: what a user is told of what others did.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{calendar::Timestamp, permissions::Role, statuses::NotificationType, user::User};

/// What recipients are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// What it is about.
    #[serde(rename = "type")]
    pub kind: NotificationType,
    /// One line: "Job card SC001-2026-11-0001 is yours".
    pub title: String,
    /// Kind of the document it is about: `job_card`.
    pub entity_type: String,
    /// The document.
    pub entity_id: Uuid,
    /// Its number, where it has one.
    pub entity_number: Option<String>,
}

/// A notification as it is stored: one for each recipient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// The id of the event that it tells of.
    pub id: Uuid,
    /// The centre it happened in; none of Central and the dealership.
    pub service_center_id: Option<Uuid>,
    /// What is told.
    #[serde(flatten)]
    pub notice: Notice,
    /// When it happened.
    pub created_at: Timestamp,
    /// When the recipient read it.
    pub read_at: Option<Timestamp>,
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// One user.
    User(Uuid),
    /// Users of these roles in a centre, or in none: admins and Central's staff.
    Roles(Option<Uuid>, &'static [Role]),
}

impl Audience {
    /// Whether a user of the audience's centre is meant. Who may no longer log in is told nothing.
    pub fn includes(&self, user: &User) -> bool {
        let meant = match self {
            Self::User(id) => user.id == *id,
            Self::Roles(centre, roles) => user.service_center_id == *centre && roles.contains(&user.role),
        };
        meant && user.active
    }
}

/// What a user wants to be told, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NotificationPreferences {
    /// Not told at all.
    pub muted: BTreeSet<NotificationType>,
    /// Told by e-mail, too.
    pub email: bool,
}

impl NotificationPreferences {
    /// Whether the user wants to be told of this.
    pub fn wants(&self, kind: NotificationType) -> bool {
        !self.muted.contains(&kind)
    }
}
