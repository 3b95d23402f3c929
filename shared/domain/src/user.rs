//! Users. Their password hashes are elsewhere: in the auth table, which only two functions may read.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    formats::{Email, Phone},
    permissions::Role,
};

/// A user as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// UUIDv7.
    pub id: Uuid,
    /// Login name; unique.
    pub email: Email,
    /// Name.
    pub name: String,
    /// Mobile.
    pub phone: Option<Phone>,
    /// What the user may do.
    pub role: Role,
    /// The user's centre; admins and Central's staff have none.
    pub service_center_id: Option<Uuid>,
    /// Whether the user may log in.
    pub active: bool,
    /// Created.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// 1 at creation, one more with every change.
    pub version: u64,
}

impl Role {
    /// Whether users of this role belong to a centre.
    pub fn needs_centre(self) -> bool {
        match self {
            Self::Admin | Self::CentralInventoryManager => false,
            Self::ScManager | Self::ServiceEngineer | Self::ServiceAdvisor | Self::InventoryManager => true,
        }
    }
}
