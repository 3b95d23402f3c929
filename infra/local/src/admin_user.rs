//! The first admin: users are created by admins, so someone must begin.

use dms_access::password;
use dms_domain::{calendar::Timestamp, formats::Email, permissions::Role, refusal::Refusal, user::User};
use dms_http::App;
use dms_store::{Command, Credentials, Reply, StoreError};

use crate::server::ServerError;

/// Creates an admin, unless someone has that address already: then their password is left alone.
///
/// # Errors
/// [`ServerError::Admin`] for a bad address or password, or a failure of the store.
pub(crate) async fn ensure(app: &App, email: &str, admin_password: &str) -> Result<(), ServerError> {
    let email = Email::parse(email).map_err(|error| ServerError::Admin(format!("the e-mail address {error}")))?;
    if app.store.credentials(email.as_str()).await?.is_some() {
        return Ok(());
    }
    password::check_new(admin_password).map_err(|error| ServerError::Admin(format!("the password {error}")))?;
    let password_hash = password::hash(admin_password, app.password_cost)
        .map_err(|error| ServerError::Admin(error.to_string()))?;
    let now = app.clock.now();
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
    let command = Command {
        user: user.id,
        idempotency_key: None,
        fingerprint: String::new(),
        request_id: user.id.to_string(),
        now,
    };
    let plan = || async { app.store.create_user(user.clone(), &credentials) };
    let reply = |_: &User| Ok(Reply { status: 201, body: String::new(), version: None, replayed: false });
    match app.store.run(&command, plan, reply).await {
        // Another process was quicker.
        Ok(_) | Err(StoreError::Refused(Refusal::AlreadyExists { .. })) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
