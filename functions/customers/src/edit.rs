use axum::{extract::State, http::StatusCode};
use dms_domain::{
    customer::{Customer, CustomerDetails},
    formats::{Email, Gstin, Phone, Pincode},
    inputs::{LongText, ShortText, Text},
    permissions::grant,
    refusal::{Refusal, check_version},
    statuses::CustomerType,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Change, Cmd, Id, Json, Permit, set_only},
    views::CustomerView,
};
use dms_store::{Plan, Store, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;

const NOT_FOUND: Refusal = Refusal::NotFound { what: "customer" };

/// What changes of a customer; absent fields stay, null clears.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"email": "john@example.com", "address": null}))]
pub(crate) struct CustomerChanges {
    #[serde(default, deserialize_with = "set_only")]
    name: Option<Text<2, 100>>,
    #[serde(default, deserialize_with = "set_only")]
    phone: Option<Phone>,
    #[serde(default)]
    #[schema(value_type = Option<Phone>)]
    whatsapp_number: Change<Phone>,
    #[serde(default)]
    #[schema(value_type = Option<Phone>)]
    alternate_number: Change<Phone>,
    #[serde(default)]
    #[schema(value_type = Option<Email>)]
    email: Change<Email>,
    #[serde(default)]
    #[schema(value_type = Option<LongText>)]
    address: Change<LongText>,
    #[serde(default)]
    #[schema(value_type = Option<ShortText>)]
    city_state: Change<ShortText>,
    #[serde(default)]
    #[schema(value_type = Option<Pincode>)]
    pincode: Change<Pincode>,
    #[serde(default, deserialize_with = "set_only")]
    customer_type: Option<CustomerType>,
    #[serde(default)]
    #[schema(value_type = Option<Gstin>)]
    gstin: Change<Gstin>,
    #[serde(default, deserialize_with = "set_only")]
    is_sez: Option<bool>,
}

impl CustomerChanges {
    fn applied_to(self, now: &CustomerDetails) -> CustomerDetails {
        let now = now.clone();
        CustomerDetails {
            name: self.name.map_or(now.name, |text| text.0),
            phone: self.phone.unwrap_or(now.phone),
            whatsapp_number: self.whatsapp_number.or(now.whatsapp_number),
            alternate_number: self.alternate_number.or(now.alternate_number),
            email: self.email.or(now.email),
            address: self.address.map(|text| text.0).or(now.address),
            city_state: self.city_state.map(|text| text.0).or(now.city_state),
            pincode: self.pincode.or(now.pincode),
            customer_type: self.customer_type.unwrap_or(now.customer_type),
            gstin: self.gstin.or(now.gstin),
            is_sez: self.is_sez.unwrap_or(now.is_sez),
        }
    }
}

async fn present(store: &Store, id: &Id, cmd: &Cmd) -> Result<Customer, StoreError> {
    let customer = store.customer(id).await?.ok_or(NOT_FOUND)?;
    check_version(cmd.if_match, customer.version)?;
    Ok(customer)
}

/// Change a customer
#[utoipa::path(
    patch, path = "/api/customers/{id}", tag = "Customers", request_body = CustomerChanges,
    params(("id" = uuid::Uuid, Path, description = "The customer")),
    responses((status = 200, description = "Changed", body = Envelope<CustomerView>)),
    security(("bearer" = ["customers:update"]))
)]
pub(crate) async fn update(
    permit: Permit<grant::CustomersUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(changes): Json<CustomerChanges>,
) -> ApiResult<Reply> {
    let plan = || async {
        let customer = present(&app.store, &id, &cmd).await?;
        let details = changes.clone().applied_to(&customer.details);
        details.check()?;
        Plan::replace(&customer, customer.edited(details, cmd.context.timestamp()))
    };
    let view = |customer: &Customer| (CustomerView::of(customer), Some(customer.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Delete a customer
///
/// The customer disappears from lists and searches; documents that name them keep their data. Refused while
/// the customer has vehicles.
#[utoipa::path(
    delete, path = "/api/customers/{id}", tag = "Customers",
    params(("id" = uuid::Uuid, Path, description = "The customer")),
    responses((status = 200, description = "Deleted", body = Envelope<CustomerView>)),
    security(("bearer" = ["customers:delete"]))
)]
pub(crate) async fn delete(
    permit: Permit<grant::CustomersDelete>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let plan = || async {
        let (customer, vehicles) =
            tokio::try_join!(present(&app.store, &id, &cmd), app.store.vehicles_of(&id, 1))?;
        if !vehicles.is_empty() {
            let message = "The customer has vehicles: delete them or give them to their new owner first";
            return Err(Refusal::conflict("CUSTOMER_HAS_VEHICLES", message).into());
        }
        Plan::replace(&customer, customer.deleted(cmd.context.timestamp()))
    };
    let view = |customer: &Customer| (CustomerView::of(customer), Some(customer.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
