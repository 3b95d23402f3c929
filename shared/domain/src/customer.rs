//! Customers: master data of the dealership.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    formats::{Email, GstState, Gstin, Phone, Pincode},
    refusal::Refusal,
    statuses::CustomerType,
};

/// A customer as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Customer {
    /// UUIDv7.
    pub id: Uuid,
    /// `CUST-0001`.
    pub customer_number: String,
    /// What can be edited.
    #[serde(flatten)]
    pub details: CustomerDetails,
    /// Centre of the last paid service.
    pub last_service_center_id: Option<Uuid>,
    /// Time of the last paid service.
    pub last_service_date: Option<Timestamp>,
    /// Invoice of the last paid service.
    pub last_invoice_number: Option<String>,
    /// Created.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// 1 at creation, one more with every change.
    pub version: u64,
    /// Set when the customer was deleted: kept for the documents that name them, shown to no one.
    pub deleted_at: Option<Timestamp>,
}

/// What a user says about a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerDetails {
    /// Name of the person or firm.
    pub name: String,
    /// Mobile; not unique, families share one.
    pub phone: Phone,
    /// WhatsApp number.
    pub whatsapp_number: Option<Phone>,
    /// Another mobile.
    pub alternate_number: Option<Phone>,
    /// E-mail address.
    pub email: Option<Email>,
    /// Street address.
    pub address: Option<String>,
    /// "Mumbai, Maharashtra".
    pub city_state: Option<String>,
    /// PIN code.
    pub pincode: Option<Pincode>,
    /// Person or firm.
    pub customer_type: CustomerType,
    /// GSTIN of a firm.
    pub gstin: Option<Gstin>,
    /// Whether the GSTIN is that of a unit in a special economic zone.
    #[serde(default)]
    pub is_sez: bool,
}

impl CustomerDetails {
    /// Checks what a customer says.
    ///
    /// # Errors
    /// A field error on `isSez` for a unit of a special economic zone without a GSTIN: such units have one of their own.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.is_sez && self.gstin.is_none() {
            return Err(Refusal::field("isSez", "needs the gstin of the unit in the special economic zone"));
        }
        Ok(())
    }
}

impl Customer {
    /// A new customer.
    pub fn new(id: Uuid, customer_number: String, details: CustomerDetails, now: Timestamp) -> Self {
        Self {
            id,
            customer_number,
            details,
            last_service_center_id: None,
            last_service_date: None,
            last_invoice_number: None,
            created_at: now,
            updated_at: now,
            version: 1,
            deleted_at: None,
        }
    }

    /// Where supplies to them are taxed: the state of the GSTIN, or else the one at the end of `cityState`. None when
    /// neither tells.
    pub fn supply_state(&self) -> Option<GstState> {
        let of_address = || GstState::parse(self.details.city_state.as_ref()?.rsplit(',').next()?).ok();
        self.details.gstin.as_ref().and_then(Gstin::state).or_else(of_address)
    }

    /// The same customer with other details.
    #[must_use]
    pub fn edited(&self, details: CustomerDetails, now: Timestamp) -> Self {
        Self { details, updated_at: now, version: self.version + 1, ..self.clone() }
    }

    /// The same customer, deleted.
    #[must_use]
    pub fn deleted(&self, now: Timestamp) -> Self {
        Self { deleted_at: Some(now), updated_at: now, version: self.version + 1, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn state(city_state: Option<&str>, gstin: Option<&str>) -> Option<&'static str> {
        let details: CustomerDetails = serde_json::from_value(json!({
            "name": "Asha", "phone": "9876543210", "customerType": "B2C", "cityState": city_state, "gstin": gstin,
        }))
        .unwrap();
        let now = Timestamp::new(chrono::DateTime::UNIX_EPOCH);
        Customer::new(Uuid::nil(), String::new(), details, now).supply_state().map(GstState::name)
    }

    #[test]
    fn the_gstin_tells_the_state_or_else_the_end_of_the_address() {
        assert_eq!(state(Some("Bengaluru, Karnataka"), None), Some("Karnataka"));
        assert_eq!(state(Some("Bengaluru, Karnataka"), Some("27AABCU9603R1ZN")), Some("Maharashtra"));
        assert_eq!(state(Some("goa"), None), Some("Goa"));
        assert_eq!(state(Some("Mumbai"), None), None);
        assert_eq!(state(None, None), None);
    }
}
