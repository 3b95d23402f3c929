use dms_domain::{
    calendar::Timestamp,
    formats::{Email, GstState, Gstin, Phone},
    supplier::Supplier,
};
use uuid::Uuid;

super::view! {
    /// A supplier.
    SupplierView of Supplier as s {
        id: Uuid = s.id,
        #[schema(example = "Exide Industries")]
        name: String = s.details.name.clone(),
        gstin: Option<Gstin> = s.details.gstin.clone(),
        state: GstState = s.details.state,
        phone: Option<Phone> = s.details.phone.clone(),
        email: Option<Email> = s.details.email.clone(),
        address: Option<String> = s.details.address.clone(),
        #[schema(example = "Net 30 days")]
        payment_terms: Option<String> = s.details.payment_terms.clone(),
        /// Whether orders can be placed with them.
        active: bool = s.active,
        created_at: Timestamp = s.created_at,
        updated_at: Timestamp = s.updated_at,
        version: u64 = s.version,
    }
}
