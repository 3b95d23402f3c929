use dms_domain::{
    calendar::Timestamp,
    formats::{Email, Phone},
    permissions::Role,
    user::User,
};
use uuid::Uuid;

super::view! {
    /// A user. The password is write-only.
    UserView of User as u {
        id: Uuid = u.id,
        email: Email = u.email.clone(),
        #[schema(example = "Mike Johnson")]
        name: String = u.name.clone(),
        phone: Option<Phone> = u.phone.clone(),
        role: Role = u.role,
        service_center_id: Option<Uuid> = u.service_center_id,
        active: bool = u.active,
        created_at: Timestamp = u.created_at,
        updated_at: Timestamp = u.updated_at,
        version: u64 = u.version,
    }
}

super::view! {
    /// A colleague, as documents name them: without contact data, so no permission is needed to see them.
    PersonView of User as u {
        id: Uuid = u.id,
        name: String = u.name.clone(),
        role: Role = u.role,
    }
}
