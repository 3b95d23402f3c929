use dms_domain::{
    calendar::Timestamp,
    customer::Customer,
    formats::{Email, Gstin, Phone, Pincode},
    statuses::CustomerType,
};
use uuid::Uuid;

super::view! {
    /// A customer.
    CustomerView of Customer as c {
        id: Uuid = c.id,
        #[schema(example = "CUST-0001")]
        customer_number: String = c.customer_number.clone(),
        #[schema(example = "John Doe")]
        name: String = c.details.name.clone(),
        phone: Phone = c.details.phone.clone(),
        whatsapp_number: Option<Phone> = c.details.whatsapp_number.clone(),
        alternate_number: Option<Phone> = c.details.alternate_number.clone(),
        email: Option<Email> = c.details.email.clone(),
        #[schema(example = "123 Main St")]
        address: Option<String> = c.details.address.clone(),
        #[schema(example = "Mumbai, Maharashtra")]
        city_state: Option<String> = c.details.city_state.clone(),
        pincode: Option<Pincode> = c.details.pincode.clone(),
        customer_type: CustomerType = c.details.customer_type,
        gstin: Option<Gstin> = c.details.gstin.clone(),
        /// A unit in a special economic zone.
        is_sez: bool = c.details.is_sez,
        last_service_center_id: Option<Uuid> = c.last_service_center_id,
        last_service_date: Option<Timestamp> = c.last_service_date,
        last_invoice_number: Option<String> = c.last_invoice_number.clone(),
        created_at: Timestamp = c.created_at,
        updated_at: Timestamp = c.updated_at,
        version: u64 = c.version,
    }
}
