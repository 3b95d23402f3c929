//! Suppliers: whom Central buys from.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    formats::{Email, GstState, Gstin, Phone},
    refusal::Refusal,
};

/// A supplier as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Supplier {
    /// UUIDv7.
    pub id: Uuid,
    /// What can be edited.
    #[serde(flatten)]
    pub details: SupplierDetails,
    /// Whether new orders can be placed with them.
    pub active: bool,
    /// Created.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// 1 at creation, one more with every change.
    pub version: u64,
}

/// What a user says about a supplier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SupplierDetails {
    /// "Exide Industries".
    pub name: String,
    /// GSTIN; none of an unregistered one.
    pub gstin: Option<Gstin>,
    /// Where their supplies come from: decides between CGST + SGST and IGST.
    pub state: GstState,
    /// Telephone.
    pub phone: Option<Phone>,
    /// E-mail address.
    pub email: Option<Email>,
    /// Street address.
    pub address: Option<String>,
    /// "Net 30 days": what an order says unless it says otherwise.
    pub payment_terms: Option<String>,
}

impl SupplierDetails {
    /// A GSTIN begins with the code of the state it is registered in.
    ///
    /// # Errors
    /// A field error on `state` when it is not that of the GSTIN.
    pub fn check(&self) -> Result<(), Refusal> {
        match self.gstin.as_ref().and_then(Gstin::state) {
            Some(registered) if registered != self.state => {
                Err(Refusal::field("state", format!("is not that of the GSTIN: {}", registered.name())))
            }
            _ => Ok(()),
        }
    }
}

impl Supplier {
    /// The same supplier with other details, active or not.
    #[must_use]
    pub fn edited(&self, details: SupplierDetails, active: bool, now: Timestamp) -> Self {
        Self { details, active, updated_at: now, version: self.version + 1, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_is_that_of_the_gstin() {
        let details = |gstin: Option<&str>, state: &str| SupplierDetails {
            name: "Exide".to_owned(),
            gstin: gstin.map(|gstin| Gstin::parse(gstin).unwrap()),
            state: GstState::parse(state).unwrap(),
            phone: None,
            email: None,
            address: None,
            payment_terms: None,
        };
        assert!(details(Some("27AABCU9603R1ZN"), "Maharashtra").check().is_ok());
        assert!(details(None, "Karnataka").check().is_ok());
        let refusal = details(Some("27AABCU9603R1ZN"), "Karnataka").check().unwrap_err();
        assert_eq!(refusal.fields().to_string(), "state is not that of the GSTIN: Maharashtra");
    }
}
