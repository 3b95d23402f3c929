//! The daily run: what is due for vehicles becomes events, which are told like all others.

use chrono::{DateTime, Utc};
use dms_domain::{calendar, reminder::Reminder, vehicle::Vehicle};
use dms_messages::{Event, EventKind, Message, Queue, QueueError, Queues};
use dms_store::{Store, StoreError};
use thiserror::Error;
use uuid::Uuid;

/// Reminders looked at together.
const AT_ONCE: usize = 100;

/// Why not everyone was reminded: the next run goes on.
#[derive(Debug, Error)]
pub enum RemindError {
    /// DynamoDB.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// SQS.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Sends an event for each reminder whose day has come and that still holds. Whatever is sent twice is told once: the
/// event's id is that of the reminder. Returns how many were sent.
///
/// # Errors
/// [`RemindError`].
pub async fn remind(store: &Store, queues: &Queues, now: DateTime<Utc>) -> Result<usize, RemindError> {
    let mut sent = 0;
    loop {
        let due = store.due_reminders(calendar::ist_date(now), AT_ONCE).await?;
        if due.is_empty() {
            return Ok(sent);
        }
        let ids: Vec<Uuid> = due.iter().map(|(_, reminder)| reminder.vehicle_id).collect();
        let vehicles = store.vehicles(ids).await?;
        let of = |reminder: &Reminder| vehicles.iter().find(|vehicle| vehicle.id == reminder.vehicle_id);
        let messages = due.iter().filter_map(|(_, reminder)| {
            of(reminder).filter(|vehicle| reminder.holds(vehicle)).map(|vehicle| message(reminder, vehicle, now))
        });
        sent += queues.send_all(Queue::Notifications, messages).await?;
        for (note, _) in &due {
            store.forget_reminder(note).await?;
        }
    }
}

fn message(reminder: &Reminder, vehicle: &Vehicle, now: DateTime<Utc>) -> Message {
    let kind =
        EventKind::ReminderDue { reminder: *reminder, registration: vehicle.details.registration.to_string() };
    let service_center_id = vehicle.last_service_center_id;
    Message { at: now, event: Event { id: reminder.event_id(), service_center_id, kind } }
}
