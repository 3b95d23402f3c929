//! Who is asking, and what they may see: signed tokens, the principal they prove, and the tenant scopes
//! that only a principal can make. Passwords are hashed here too.
//!
//! The keys of tenant data (`dms_store::keys`) need a [`TenantScope`]; a `TenantScope` comes only from a
//! [`Principal`]; a `Principal` comes only from a token whose signature was checked. So no code path can
//! read another centre's documents by forgetting a filter. A customer's approval link opens one quotation, and yields
//! no scope ([`VerifiedLink`]).

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod approval;
pub mod password;
mod principal;
mod token;

pub use approval::{ApprovalLink, VerifiedLink};
pub use principal::{AllCentres, CentralScope, CentreClaim, ListScope, Principal, TenantScope};
pub use token::{AccessGrant, RefreshClaims, TokenError, TokenKeys};
