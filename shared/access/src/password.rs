//! Passwords: Argon2id hashes in PHC form. Hashing takes tens of milliseconds of CPU on purpose: call it
//! through `tokio::task::spawn_blocking`.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use thiserror::Error;

/// Shortest password, in characters.
pub const MIN_LENGTH: usize = 8;
/// Longest password, in bytes: bounds the work of a login.
pub const MAX_LENGTH: usize = 128;

/// How much work one hash takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for PasswordCost {
    /// The OWASP minimum for Argon2id: 19 MiB, two passes.
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2 }
    }
}

/// The hash could not be made; a wrong cost in the configuration.
#[derive(Debug, Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashError(String);

/// Checks a new password's length.
///
/// # Errors
/// What is wrong with it, in words for the user.
pub fn check_new(password: &str) -> Result<(), String> {
    if password.chars().count() < MIN_LENGTH {
        return Err(format!("must have at least {MIN_LENGTH} characters"));
    }
    if password.len() > MAX_LENGTH {
        return Err(format!("must have at most {MAX_LENGTH} bytes"));
    }
    Ok(())
}

/// Hashes a password with a random salt.
///
/// # Errors
/// [`HashError`] when the cost is out of Argon2's range.
pub fn hash(password: &str, cost: PasswordCost) -> Result<String, HashError> {
    let params =
        Params::new(cost.memory_kib, cost.passes, 1, None).map_err(|error| HashError(error.to_string()))?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| HashError(error.to_string()))
}

/// Whether the password is the hash's. A broken hash matches nothing.
pub fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: PasswordCost = PasswordCost { memory_kib: 8, passes: 1 };

    #[test]
    fn only_the_right_password_matches_and_two_hashes_differ() {
        let first = hash("correct horse", CHEAP).unwrap();
        let second = hash("correct horse", CHEAP).unwrap();
        assert!(first.starts_with("$argon2id$"));
        assert_ne!(first, second);
        assert!(verify("correct horse", &first));
        assert!(!verify("correct horsf", &first));
        assert!(!verify("correct horse", "not a hash"));
    }
}
