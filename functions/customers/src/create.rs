use axum::{extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use dms_domain::{
    calendar::Timestamp,
    customer::{Customer, CustomerDetails},
    formats::{Email, Gstin, Phone, Pincode},
    inputs::{LongText, ShortText, Text},
    numbering::Series,
    permissions::grant,
    refusal::Refusal,
    search::{self, CustomersBy},
    statuses::CustomerType,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Json, Permit},
    views::CustomerView,
};
use dms_store::{Listed, Store, StoreError, keys::MasterKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A new customer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "name": "John Doe", "phone": "+919876543210", "whatsappNumber": "+919876543210",
    "alternateNumber": "+919876543211", "email": "john@example.com", "address": "123 Main St",
    "cityState": "Mumbai, Maharashtra", "pincode": "400001", "customerType": "B2C"
}))]
pub(crate) struct NewCustomer {
    name: Text<2, 100>,
    phone: Phone,
    whatsapp_number: Option<Phone>,
    alternate_number: Option<Phone>,
    email: Option<Email>,
    address: Option<LongText>,
    city_state: Option<ShortText>,
    pincode: Option<Pincode>,
    customer_type: Option<CustomerType>,
    gstin: Option<Gstin>,
    /// Whether the GSTIN is that of a unit in a special economic zone: it is charged integrated tax.
    is_sez: Option<bool>,
}

/// A customer just created, with others of the same phone: families share one, and so do duplicates.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatedCustomer {
    #[serde(flatten)]
    customer: CustomerView,
    /// Ids of customers with the same phone number.
    possible_duplicates: Vec<Uuid>,
}

impl NewCustomer {
    /// What it says, checked.
    ///
    /// # Errors
    /// See [`CustomerDetails::check`].
    pub(crate) fn details(self) -> Result<CustomerDetails, Refusal> {
        let details = CustomerDetails {
            name: self.name.0,
            phone: self.phone,
            whatsapp_number: self.whatsapp_number,
            alternate_number: self.alternate_number,
            email: self.email,
            address: self.address.map(|text| text.0),
            city_state: self.city_state.map(|text| text.0),
            pincode: self.pincode,
            customer_type: self.customer_type.unwrap_or(CustomerType::B2c),
            gstin: self.gstin,
            is_sez: self.is_sez.unwrap_or(false),
        };
        details.check()?;
        Ok(details)
    }
}

/// The customer to be, with a number.
pub(crate) async fn numbered(
    store: &Store,
    details: CustomerDetails,
    now: DateTime<Utc>,
) -> Result<Customer, StoreError> {
    let number = store.next_number(&Series::Customer).await?;
    Ok(Customer::new(dms_store::new_id(now, None), number, details, Timestamp::new(now)))
}

/// Register a customer
#[utoipa::path(
    post, path = "/api/customers", tag = "Customers", request_body = NewCustomer,
    responses((status = 201, description = "Registered", body = Envelope<CreatedCustomer>)),
    security(("bearer" = ["customers:create"]))
)]
pub(crate) async fn create(
    permit: Permit<grant::CustomersCreate>,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<NewCustomer>,
) -> ApiResult<Reply> {
    let details = input.details()?;
    let plan = || async {
        let phone = search::customers(details.phone.digits(), CustomersBy::Phone).unwrap_or_default();
        let (customer, duplicates) = tokio::try_join!(
            numbered(&app.store, details.clone(), cmd.context.now),
            app.store.find::<Customer>(&Listed::Master(MasterKind::Customer), &phone),
        )?;
        let newest_first: Vec<Uuid> = duplicates.into_iter().rev().collect();
        Ok(app.store.register_customer(customer)?.with(newest_first))
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, |(customer, duplicates)| {
        let view =
            CreatedCustomer { customer: CustomerView::of(customer), possible_duplicates: duplicates.clone() };
        (view, Some(customer.version))
    })
    .await
}
