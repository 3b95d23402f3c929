use dms_domain::{
    calendar::Timestamp,
    formats::{CentreCode, Email, GstState, Gstin, Phone, Pincode},
    service_centre::ServiceCentre,
};
use uuid::Uuid;

super::view! {
    /// A service centre.
    ServiceCentreView of ServiceCentre as s {
        id: Uuid = s.id,
        code: CentreCode = s.details.code.clone(),
        #[schema(example = "Andheri East")]
        name: String = s.details.name.clone(),
        address: String = s.details.address.clone(),
        #[schema(example = "Mumbai")]
        city: String = s.details.city.clone(),
        state: GstState = s.details.state,
        pincode: Pincode = s.details.pincode.clone(),
        phone: Phone = s.details.phone.clone(),
        email: Option<Email> = s.details.email.clone(),
        gstin: Option<Gstin> = s.details.gstin.clone(),
        upi_id: Option<String> = s.details.upi_id.clone(),
        active: bool = s.active,
        created_at: Timestamp = s.created_at,
        updated_at: Timestamp = s.updated_at,
        version: u64 = s.version,
    }
}
