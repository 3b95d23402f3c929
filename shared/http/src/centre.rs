//! The centre of a new document: a user's own needs no look, the one an admin names must exist.

use dms_access::{Principal, TenantScope};
use dms_domain::{
    formats::CentreCode,
    refusal::{Refusal, must_exist},
};
use dms_store::{Store, StoreError};
use uuid::Uuid;

/// Checks that the centre exists.
///
/// # Errors
/// A field error on `serviceCenterId`.
pub async fn check(store: &Store, caller: &Principal, centre: Uuid) -> Result<(), StoreError> {
    check_named(store, caller, centre, "serviceCenterId").await
}

/// The same, where another field names the centre.
///
/// # Errors
/// A field error on that field.
pub async fn check_named(
    store: &Store,
    caller: &Principal,
    centre: Uuid,
    field: &'static str,
) -> Result<(), StoreError> {
    if caller.centre().is_none() {
        must_exist(store.centre(&centre).await?, field, "service centre", centre)?;
    }
    Ok(())
}

/// The centre's code, which begins its documents' numbers: in the caller's token, or in the centre.
///
/// # Errors
/// A field error on `serviceCenterId` when there is no such centre.
pub async fn code(store: &Store, caller: &Principal, centre: Uuid) -> Result<CentreCode, StoreError> {
    if let Some(own) = caller.centre() {
        return Ok(own.code.clone());
    }
    let found = must_exist(store.centre(&centre).await?, "serviceCenterId", "service centre", centre)?;
    Ok(found.details.code)
}

/// The same, of the centre of a scope: that of a document whose id was given.
///
/// # Errors
/// 404 naming the document when there is no such centre.
pub async fn code_in(
    store: &Store,
    caller: &Principal,
    scope: TenantScope,
    what: &'static str,
) -> Result<CentreCode, StoreError> {
    if let Some(own) = caller.centre() {
        return Ok(own.code.clone());
    }
    let found = store.centre_of(scope).await?.ok_or(Refusal::NotFound { what })?;
    Ok(found.details.code)
}
