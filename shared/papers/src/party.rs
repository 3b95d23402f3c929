//! Who supplies and who receives.

use dms_domain::{
    customer::Customer,
    formats::{GstState, Gstin},
    invoice::{BillTo, IssuedBy},
    service_centre::ServiceCentre,
};

/// The supplier or the recipient, as the paper names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Name of the person or firm.
    pub name: String,
    /// The address, a line each.
    pub address: Vec<String>,
    /// State.
    pub state: Option<GstState>,
    /// GSTIN; none of someone who is not registered.
    pub gstin: Option<Gstin>,
    /// Telephone.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

impl Party {
    /// The state with its code, as GST wants it: "Maharashtra (27)".
    pub(crate) fn state_line(&self) -> Option<String> {
        self.state.map(state_with_code)
    }

    /// Telephone and e-mail address.
    pub(crate) fn contact_line(&self) -> Option<String> {
        let known: Vec<&str> = [&self.phone, &self.email].into_iter().flatten().map(String::as_str).collect();
        (!known.is_empty()).then(|| known.join("  ·  "))
    }
}

/// "Maharashtra (27)".
pub(crate) fn state_with_code(state: GstState) -> String {
    format!("{} ({})", state.name(), state.code())
}

impl Party {
    /// A centre as it is now.
    pub fn centre(centre: &ServiceCentre) -> Self {
        Self::issuer(&IssuedBy::of(centre), centre.supply_state())
    }

    /// Who issued an invoice, as it was then.
    pub fn issuer(issuer: &IssuedBy, state: GstState) -> Self {
        Self {
            name: issuer.name.clone(),
            address: vec![issuer.address.clone(), format!("{} {}", issuer.city, issuer.pincode)],
            state: Some(state),
            gstin: issuer.gstin.clone(),
            phone: Some(issuer.phone.to_string()),
            email: issuer.email.as_ref().map(ToString::to_string),
        }
    }

    /// A customer as they are now.
    pub fn customer(customer: &Customer) -> Self {
        Self { phone: Some(customer.details.phone.to_string()), ..Self::bill_to(&customer.into()) }
    }

    /// Who was charged, as they were then.
    pub fn bill_to(bill_to: &BillTo) -> Self {
        let city = [bill_to.city_state.clone(), bill_to.pincode.as_ref().map(ToString::to_string)];
        let city = city.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let address = bill_to.address.iter().cloned().chain((!city.is_empty()).then_some(city));
        Self {
            name: bill_to.name.clone(),
            address: address.collect(),
            state: bill_to.state(),
            gstin: bill_to.gstin.clone(),
            phone: None,
            email: None,
        }
    }
}
