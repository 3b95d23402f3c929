//! Service centres: the tenants.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    formats::{CentreCode, Email, GstState, Gstin, Phone, Pincode},
};

/// A service centre as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceCentre {
    /// UUIDv7 with the centre's ordinal in it.
    pub id: Uuid,
    /// What can be edited, except the code.
    #[serde(flatten)]
    pub details: CentreDetails,
    /// Whether it works; its users cannot log in otherwise.
    pub active: bool,
    /// Created.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// 1 at creation, one more with every change.
    pub version: u64,
}

/// What an admin says about a centre.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CentreDetails {
    /// Prefix of its document numbers; unique, never changes.
    pub code: CentreCode,
    /// "Andheri East".
    pub name: String,
    /// Street address.
    pub address: String,
    /// City.
    pub city: String,
    /// State: where its supplies come from, unless the GSTIN says otherwise.
    pub state: GstState,
    /// PIN code.
    pub pincode: Pincode,
    /// Telephone.
    pub phone: Phone,
    /// E-mail address.
    pub email: Option<Email>,
    /// GSTIN.
    pub gstin: Option<Gstin>,
    /// UPI id for payments.
    pub upi_id: Option<String>,
}

impl ServiceCentre {
    /// The same centre with other details, working or not.
    #[must_use]
    pub fn edited(&self, details: CentreDetails, active: bool, now: Timestamp) -> Self {
        Self { details, active, updated_at: now, version: self.version + 1, ..self.clone() }
    }

    /// The state its supplies come from (decisions, "Split").
    pub fn supply_state(&self) -> GstState {
        self.details.gstin.as_ref().and_then(Gstin::state).unwrap_or(self.details.state)
    }
}
