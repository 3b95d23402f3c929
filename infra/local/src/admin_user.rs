//! The first admin: users are created by admins, so someone must begin.

use chrono::{DateTime, Utc};
use dms_access::password::{self, PasswordCost};
use dms_domain::{calendar::Timestamp, formats::Email, permissions::Role, refusal::Refusal, user::User};
use dms_store::{Command, Credentials, Store, StoreError, no_answer};

use crate::server::ServerError;

/// Creates an admin, unless someone has that address already: then their password is left alone.
///
/// # Errors
/// [`ServerError::Admin`] for a bad address or password, or a failure of the store.
pub async fn ensure_admin(
    store: &Store,
    (email, admin_password): (&str, &str),
    cost: PasswordCost,
    now: DateTime<Utc>,
) -> Result<(), ServerError> {
    let email = Email::parse(email).map_err(|error| ServerError::Admin(format!("the e-mail address {error}")))?;
    if store.credentials(email.as_str()).await?.is_some() {
        return Ok(());
    }
    password::check_new(admin_password).map_err(|error| ServerError::Admin(format!("the password {error}")))?;
    let password_hash =
        password::hash(admin_password, cost).map_err(|error| ServerError::Admin(error.to_string()))?;
    let user = User {
        id: dms_store::new_id(now, None),
        email: email.clone(),
        name: "Administrator".to_owned(),
        phone: None,
        role: Role::Admin,
        service_center_id: None,
        active: true,
        created_at: Timestamp::new(now),
        updated_at: Timestamp::new(now),
        version: 1,
    };
    let credentials = Credentials {
        email: email.to_string(),
        user_id: user.id,
        password_hash,
        password_epoch: 0,
        role: Role::Admin,
        centre: None,
        active: true,
    };
    let command = Command::of_task("create-admin", user.id, user.id.to_string(), now);
    let plan = || async { store.create_user(user.clone(), &credentials) };
    match store.run(&command, plan, no_answer).await {
        // Another process was quicker.
        Ok(_) | Err(StoreError::Refused(Refusal::AlreadyExists { .. })) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
