//! Users' notifications in DynamoDB: a partition for each user, in the order in which they are shown.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use dms_domain::{
    calendar::Timestamp,
    notification::{Notification, NotificationPreferences},
    refusal::Refusal,
};
use uuid::Uuid;

use crate::{
    client::{Item, Store, key_item, number, text},
    command::Plan,
    entity::{attributes, from_item},
    error::StoreError,
    keys,
    range::{Range, SortRange},
    transaction::Transaction,
    update::Update,
};

/// The part of the consumer's name in the notes of events it has seen.
const CONSUMER: &str = "notifier";
/// Notifications marked as read in one transaction: two actions each.
const READ_AT_ONCE: usize = 40;
/// A notification does not change: it is replaced by the one that was read.
const VERSION: u64 = 1;
/// Most rows that are counted off to find a page.
pub const MAX_NOTIFICATIONS_SKIPPED: u64 = 2_000;

/// A page of a user's notifications.
#[derive(Debug, Clone, Default)]
pub struct Notifications {
    /// The unread ones first, each newest first.
    pub rows: Vec<Notification>,
    /// All of the user's.
    pub total: u64,
    /// Of these, not read.
    pub unread: u64,
}

/// What became of a request to mark notifications as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkedRead {
    /// Marked now.
    pub marked: usize,
    /// Whether there may be more.
    pub more: bool,
}

impl Store {
    /// Rows of a user's notifications.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn notifications(
        &self,
        user: &Uuid,
        unread_only: bool,
        skip: u64,
        limit: usize,
    ) -> Result<Notifications, StoreError> {
        let skip = usize::try_from(skip.min(MAX_NOTIFICATIONS_SKIPPED)).unwrap_or(usize::MAX);
        let first = if unread_only { "U" } else { "R" };
        let range = Range::partition(keys::notifications_pk(user));
        let range = range.within(SortRange::Between(first.to_owned(), "~".to_owned()));
        let mut items = self.query(&range, 1 + skip + limit).await?.into_iter().peekable();
        let counts = items.next_if(|item| text(item, "sk") == Some("~"));
        let count = |name: &str| {
            let count = counts.as_ref().and_then(|item| number(item, name)).unwrap_or_default();
            u64::try_from(count).unwrap_or_default()
        };
        Ok(Notifications {
            total: if unread_only { count("unread") } else { count("total") },
            unread: count("unread"),
            rows: items.skip(skip).take(limit).map(from_item).collect::<Result<_, _>>()?,
        })
    }

    /// A user's notification.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn notification(&self, user: &Uuid, id: &Uuid) -> Result<Option<Notification>, StoreError> {
        let found = self.get_many([false, true].map(|is_read| keys::notification(user, is_read, id))).await?;
        found.into_iter().next().map(from_item).transpose()
    }

    /// What users want to be told; who said nothing wants all.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn notification_preferences(
        &self,
        users: &[Uuid],
    ) -> Result<Vec<NotificationPreferences>, StoreError> {
        let items = self.get_many(users.iter().map(keys::notification_preferences)).await?;
        let of = |user: &Uuid| {
            let pk = keys::notifications_pk(user);
            let item = items.iter().find(|item| text(item, "pk") == Some(pk.as_str()));
            item.map_or_else(|| Ok(NotificationPreferences::default()), |item| from_item(item.clone()))
        };
        users.iter().map(of).collect()
    }

    /// Changes what a user wants to be told.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn set_notification_preferences(
        &self,
        user: &Uuid,
        wanted: NotificationPreferences,
    ) -> Result<Plan<NotificationPreferences>, StoreError> {
        let mut item = attributes(&wanted)?;
        item.extend(key_item(&keys::notification_preferences(user)));
        let mut transaction = Transaction::new();
        transaction.overwrite_item(item);
        Ok(Plan::new(transaction, wanted))
    }

    /// Tells users of an event, each once, whatever is delivered again. Whether any of them was not told before.
    ///
    /// # Errors
    /// A failure of the store: deliver the event again.
    pub async fn notify(
        &self,
        recipients: &[Uuid],
        notification: &Notification,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut is_new = false;
        for recipient in recipients {
            // Noted for each: the next delivery may find others to be told, and tells the same ones no second time.
            let event = format!("{}#{recipient}", notification.id);
            is_new |= self.once((CONSUMER, &event), now, || async { tell(recipient, notification) }).await?;
        }
        Ok(is_new)
    }

    /// Marks a notification as read; nothing changes when it was.
    ///
    /// # Errors
    /// 404 when the user has no such notification.
    pub async fn read_notification(
        &self,
        user: &Uuid,
        id: &Uuid,
        now: Timestamp,
    ) -> Result<Plan<Notification>, StoreError> {
        let found = self.notification(user, id).await?.ok_or(Refusal::NotFound { what: "notification" })?;
        if found.read_at.is_some() {
            return Ok(Plan::nothing(found));
        }
        let read = Notification { read_at: Some(now), ..found };
        let mut transaction = Transaction::new();
        mark_read(&mut transaction, user, &read)?;
        count_read(&mut transaction, user, 1);
        Ok(Plan::new(transaction, read))
    }

    /// Marks a user's oldest unread notifications as read, as many as one transaction takes.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn read_all_notifications(
        &self,
        user: &Uuid,
        now: Timestamp,
    ) -> Result<Plan<MarkedRead>, StoreError> {
        let range = Range::partition(keys::notifications_pk(user)).within(SortRange::Prefix("U#".to_owned()));
        let unread = self.query(&range, READ_AT_ONCE + 1).await?;
        let more = unread.len() > READ_AT_ONCE;
        let mut transaction = Transaction::new();
        let mut marked = 0;
        for item in unread.into_iter().take(READ_AT_ONCE) {
            let read = Notification { read_at: Some(now), ..from_item(item)? };
            mark_read(&mut transaction, user, &read)?;
            marked += 1;
        }
        if marked > 0 {
            count_read(&mut transaction, user, marked);
        }
        let marked = usize::try_from(marked).unwrap_or_default();
        Ok(Plan::new(transaction, MarkedRead { marked, more }))
    }
}

fn item(user: &Uuid, notification: &Notification) -> Result<Item, StoreError> {
    let mut item = attributes(notification)?;
    item.extend(key_item(&keys::notification(user, notification.read_at.is_some(), &notification.id)));
    item.insert("version".to_owned(), AttributeValue::N(VERSION.to_string()));
    item.insert("userId".to_owned(), AttributeValue::S(user.to_string()));
    Ok(item)
}

fn tell(user: &Uuid, notification: &Notification) -> Result<Transaction, StoreError> {
    let mut transaction = Transaction::new();
    transaction.overwrite_item(item(user, notification)?);
    transaction.update(Update::of(keys::notification_count(user)).add("total", 1).add("unread", 1));
    Ok(transaction)
}

fn mark_read(transaction: &mut Transaction, user: &Uuid, read: &Notification) -> Result<(), StoreError> {
    transaction.delete_if(keys::notification(user, false, &read.id), Some(VERSION), Box::new(|_| None));
    transaction.overwrite_item(item(user, read)?);
    Ok(())
}

fn count_read(transaction: &mut Transaction, user: &Uuid, read: i64) {
    transaction.update(Update::of(keys::notification_count(user)).add("unread", -read));
}
