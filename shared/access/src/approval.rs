//! The customer's approval link: the right to see and to answer one offer of one quotation, without a login.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What an approval link is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalLink {
    /// The quotation.
    #[serde(rename = "sub")]
    pub quotation_id: Uuid,
    /// What it offers: another offer needs another link.
    #[serde(rename = "ofr")]
    pub offer_hash: String,
}

/// An approval link whose signature was checked. There is no other way to make one, and it opens that quotation alone:
/// it is no [`crate::TenantScope`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedLink(ApprovalLink);

impl VerifiedLink {
    pub(crate) fn new(link: ApprovalLink) -> Self {
        Self(link)
    }

    /// The quotation.
    pub fn quotation_id(&self) -> Uuid {
        self.0.quotation_id
    }

    /// What it offers.
    pub fn offer_hash(&self) -> &str {
        &self.0.offer_hash
    }
}
