//! Reminders of what is due for a vehicle: its next service, the end of its insurance, the end of its warranty.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{statuses::NotificationType, vehicle::Vehicle};

/// After how many days a vehicle is to come again.
pub const SERVICE_INTERVAL_DAYS: u64 = 180;

/// What can be due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReminderKind {
    /// The next service.
    Service,
    /// The last day of the insurance.
    Insurance,
    /// The last day of the warranty.
    Warranty,
}

/// Something that will be due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reminder {
    /// The vehicle.
    pub vehicle_id: Uuid,
    /// What.
    pub kind: ReminderKind,
    /// The day on which it is.
    pub due: NaiveDate,
}

impl ReminderKind {
    /// All.
    pub const ALL: [Self; 3] = [Self::Service, Self::Insurance, Self::Warranty];

    /// As keys and events write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Service => "SERVICE",
            Self::Insurance => "INSURANCE",
            Self::Warranty => "WARRANTY",
        }
    }

    /// How many days before users are told.
    fn lead_days(self) -> u64 {
        match self {
            Self::Service => 7,
            Self::Insurance | Self::Warranty => 30,
        }
    }

    /// What users are told as.
    pub fn notification(self) -> NotificationType {
        match self {
            Self::Service => NotificationType::ServiceDue,
            Self::Insurance => NotificationType::InsuranceExpiring,
            Self::Warranty => NotificationType::WarrantyExpiring,
        }
    }

    /// The day on which it is due for a vehicle.
    pub fn due(self, vehicle: &Vehicle) -> Option<NaiveDate> {
        match self {
            Self::Service => vehicle.next_service_date,
            Self::Insurance => vehicle.details.insurance_end_date,
            Self::Warranty => vehicle.details.warranty_end_date,
        }
    }
}

impl Reminder {
    /// All that will be due for a vehicle.
    pub fn of(vehicle: &Vehicle) -> Vec<Self> {
        let of_kind = |kind: ReminderKind| Some(Self { vehicle_id: vehicle.id, kind, due: kind.due(vehicle)? });
        ReminderKind::ALL.into_iter().filter_map(of_kind).collect()
    }

    /// The first day on which users are told.
    pub fn told_on(&self) -> NaiveDate {
        self.due.checked_sub_days(Days::new(self.kind.lead_days())).unwrap_or(self.due)
    }

    /// Whether it still is so: the day may have moved since it was noted, and the vehicle may be gone.
    pub fn holds(&self, vehicle: &Vehicle) -> bool {
        vehicle.deleted_at.is_none() && self.kind.due(vehicle) == Some(self.due)
    }

    /// The id of the event that tells of it: the same for the same, so that it is told once.
    pub fn event_id(&self) -> Uuid {
        let hash = Sha256::digest(format!("{}#{}#{}", self.vehicle_id, self.kind.as_str(), self.due));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reminder(kind: ReminderKind, due: &str) -> Reminder {
        Reminder { vehicle_id: Uuid::from_u128(7), kind, due: due.parse().unwrap() }
    }

    #[test]
    fn a_service_is_told_a_week_before_and_papers_a_month() {
        let told = |kind| reminder(kind, "2026-12-31").told_on().to_string();
        assert_eq!(told(ReminderKind::Service), "2026-12-24");
        assert_eq!(told(ReminderKind::Insurance), "2026-12-01");
        assert_eq!(told(ReminderKind::Warranty), "2026-12-01");
    }

    #[test]
    fn the_same_reminder_has_the_same_id_and_another_one_another() {
        let id = |kind, due| reminder(kind, due).event_id();
        let first = id(ReminderKind::Service, "2026-12-31");
        assert_eq!(first, id(ReminderKind::Service, "2026-12-31"));
        assert_ne!(first, id(ReminderKind::Insurance, "2026-12-31"));
        assert_ne!(first, id(ReminderKind::Service, "2027-12-31"));
    }
}
