//! Credentials and sessions, in the auth table: the auth and admin functions alone may touch it.

use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemError,
    types::{AttributeValue, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure},
};
use chrono::{DateTime, Utc};
use dms_access::CentreClaim;
use dms_domain::permissions::Role;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    client::{Item, Store, key_item, number},
    entity::{attributes, from_item, to_value},
    error::StoreError,
    keys, meter,
    tables::{TTL_ATTRIBUTE, Table},
    update::Update,
};

/// What a login is checked against, and what its token says.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// Lower-cased e-mail address.
    pub email: String,
    /// The user.
    pub user_id: Uuid,
    /// Argon2id hash of the password.
    pub password_hash: String,
    /// Goes up when the password changes; sessions of an earlier one end.
    pub password_epoch: u32,
    /// The user's role.
    pub role: Role,
    /// The user's centre.
    pub centre: Option<CentreClaim>,
    /// Whether the user may log in.
    pub active: bool,
}

/// A session family: one login and the refreshes that follow from it.
#[derive(Debug, Clone)]
pub struct Session {
    /// The family.
    pub id: Uuid,
    /// The user.
    pub user_id: Uuid,
    /// The password's epoch at login.
    pub password_epoch: u32,
    /// End of the session, epoch seconds.
    pub expires_at: i64,
}

/// What became of a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refreshed {
    /// The token is accepted; the session was begun with a password of this epoch.
    Accepted {
        /// See [`Credentials::password_epoch`].
        password_epoch: u32,
    },
    /// A retired token: someone copied it, so the family is revoked.
    Retired,
    /// The session is over.
    Ended,
}

impl Credentials {
    /// As an item.
    pub(crate) fn item(&self) -> Result<Item, StoreError> {
        let mut item = attributes(self)?;
        item.extend(key_item(&keys::login(&self.email)));
        Ok(item)
    }

    /// The change of what an admin may change: role, centre, active. The password is left alone.
    pub(crate) fn profile_update(&self) -> Result<Update, StoreError> {
        let update = Update::in_table(Table::Auth, keys::login(&self.email))
            .set("role", self.role.as_str())
            .set_value("active", AttributeValue::Bool(self.active))
            .when_exists();
        // Sessions of before do not come to life again with the user.
        let update = if self.active { update } else { update.add("passwordEpoch", 1) };
        Ok(match &self.centre {
            Some(centre) => update.set_value("centre", to_value(centre)?),
            None => update.remove("centre"),
        })
    }

    /// The change of the password; refused as stale when it has been changed meanwhile. Ends all sessions
    /// begun with the old one.
    pub fn password_update(&self, new_hash: String) -> Update {
        let epoch = i64::from(self.password_epoch);
        Update::in_table(Table::Auth, keys::login(&self.email))
            .set("passwordHash", new_hash)
            .set_number("passwordEpoch", epoch + 1)
            .when_number("passwordEpoch", epoch)
    }
}

impl Store {
    /// The credentials of an e-mail address.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn credentials(&self, email: &str) -> Result<Option<Credentials>, StoreError> {
        self.get(Table::Auth, &keys::login(email)).await?.map(from_item).transpose()
    }

    /// Begins a session.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn begin_session(&self, session: &Session) -> Result<(), StoreError> {
        let mut item = key_item(&keys::session(&session.id));
        item.insert("userId".to_owned(), AttributeValue::S(session.user_id.to_string()));
        for (name, value) in [
            ("generation", 0),
            ("passwordEpoch", i64::from(session.password_epoch)),
            (TTL_ATTRIBUTE, session.expires_at),
        ] {
            item.insert(name.to_owned(), AttributeValue::N(value.to_string()));
        }
        let _call = meter::Call::start();
        let output = self
            .client()
            .put_item()
            .table_name(self.table_name(Table::Auth))
            .set_item(Some(item))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await?;
        meter::wrote(output.consumed_capacity());
        Ok(())
    }

    /// Uses a refresh token of a generation: the present one, or the next one for the first time, which
    /// retires the present one (decisions, "People and permissions"). A retired one ends the session.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn use_refresh(
        &self,
        family: &Uuid,
        generation: u32,
        now: DateTime<Utc>,
    ) -> Result<Refreshed, StoreError> {
        let call = meter::Call::start();
        let sent = self
            .client()
            .update_item()
            .table_name(self.table_name(Table::Auth))
            .set_key(Some(key_item(&keys::session(family))))
            .update_expression("SET generation = :mine")
            .condition_expression("(generation = :mine OR generation = :before) AND #ttl > :now")
            .expression_attribute_names("#ttl", TTL_ATTRIBUTE)
            .expression_attribute_values(":mine", AttributeValue::N(generation.to_string()))
            .expression_attribute_values(":before", AttributeValue::N((i64::from(generation) - 1).to_string()))
            .expression_attribute_values(":now", AttributeValue::N(now.timestamp().to_string()))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        drop(call);
        let error = match sent {
            Ok(output) => {
                meter::wrote(output.consumed_capacity());
                let epoch = output.attributes().and_then(|session| number(session, "passwordEpoch"));
                let password_epoch = epoch.and_then(|epoch| u32::try_from(epoch).ok()).unwrap_or_default();
                return Ok(Refreshed::Accepted { password_epoch });
            }
            Err(error) => error,
        };
        let refused = match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => Some(failed.item().cloned()),
            Some(_) | None => None,
        };
        let Some(session) = refused else { return Err(error.into()) };
        let present = session.as_ref().and_then(|session| number(session, "generation"));
        if present.is_some_and(|present| i64::from(generation) < present) {
            self.end_session(family).await?;
            return Ok(Refreshed::Retired);
        }
        Ok(Refreshed::Ended)
    }

    /// Ends a session: its refresh tokens are no longer accepted.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn end_session(&self, family: &Uuid) -> Result<(), StoreError> {
        self.remove(Table::Auth, &keys::session(family)).await
    }
}
