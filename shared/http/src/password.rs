//! Hashing passwords without holding up other requests: it takes tens of milliseconds of CPU.

use dms_access::password::{self, PasswordCost};
use dms_domain::refusal::Refusal;
use dms_store::StoreError;

/// The hash of a new password.
///
/// # Errors
/// A field error on `field` when the password is too short or too long.
pub async fn hash(password: String, cost: PasswordCost, field: &'static str) -> Result<String, StoreError> {
    password::check_new(&password).map_err(|message| Refusal::field(field, message))?;
    let hashed = tokio::task::spawn_blocking(move || password::hash(&password, cost)).await;
    hashed
        .map_err(|error| StoreError::Corrupt(error.to_string()))?
        .map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Whether the password is the hash's.
///
/// # Errors
/// [`StoreError::Corrupt`] when the thread was lost.
pub async fn matches(password: String, hash: String) -> Result<bool, StoreError> {
    if password.len() > password::MAX_LENGTH {
        return Ok(false);
    }
    tokio::task::spawn_blocking(move || password::verify(&password, &hash))
        .await
        .map_err(|error| StoreError::Corrupt(error.to_string()))
}
