use axum::{extract::State, http::StatusCode};
use dms_access::CentralScope;
use dms_domain::{
    formats::{Email, GstState, Gstin, Phone},
    inputs::{LongText, ShortText},
    permissions::grant,
    refusal::check_version,
    supplier::{Supplier, SupplierDetails},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Change, Cmd, Id, Json, Permit, set_only},
    views::SupplierView,
};
use dms_store::{Plan, Store, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;

use super::read::NOT_FOUND;

/// A new supplier.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "name": "Exide Industries", "gstin": "27AABCU9603R1ZN", "state": "Maharashtra", "phone": "+919876543210",
    "email": "orders@exide.example", "address": "Pune Road, Chinchwad", "paymentTerms": "Net 30 days"
}))]
pub(crate) struct NewSupplier {
    name: ShortText,
    gstin: Option<Gstin>,
    /// By name or GST code; that of the GSTIN, if there is one.
    state: GstState,
    phone: Option<Phone>,
    email: Option<Email>,
    address: Option<LongText>,
    /// What their orders say unless they say otherwise.
    payment_terms: Option<ShortText>,
}

/// What changes of a supplier; absent fields stay, null clears.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"paymentTerms": "Net 45 days"}))]
pub(crate) struct SupplierChanges {
    #[serde(default, deserialize_with = "set_only")]
    name: Option<ShortText>,
    #[serde(default)]
    #[schema(value_type = Option<Gstin>)]
    gstin: Change<Gstin>,
    #[serde(default, deserialize_with = "set_only")]
    state: Option<GstState>,
    #[serde(default)]
    #[schema(value_type = Option<Phone>)]
    phone: Change<Phone>,
    #[serde(default)]
    #[schema(value_type = Option<Email>)]
    email: Change<Email>,
    #[serde(default)]
    #[schema(value_type = Option<LongText>)]
    address: Change<LongText>,
    #[serde(default)]
    #[schema(value_type = Option<ShortText>)]
    payment_terms: Change<ShortText>,
    /// No orders are placed with a supplier that is not active.
    #[serde(default, deserialize_with = "set_only")]
    active: Option<bool>,
}

impl NewSupplier {
    fn details(self) -> SupplierDetails {
        SupplierDetails {
            name: self.name.0,
            gstin: self.gstin,
            state: self.state,
            phone: self.phone,
            email: self.email,
            address: self.address.map(|text| text.0),
            payment_terms: self.payment_terms.map(|text| text.0),
        }
    }
}

impl SupplierChanges {
    fn applied_to(self, now: &SupplierDetails) -> SupplierDetails {
        let now = now.clone();
        SupplierDetails {
            name: self.name.map_or(now.name, |text| text.0),
            gstin: self.gstin.or(now.gstin),
            state: self.state.unwrap_or(now.state),
            phone: self.phone.or(now.phone),
            email: self.email.or(now.email),
            address: self.address.map(|text| text.0).or(now.address),
            payment_terms: self.payment_terms.map(|text| text.0).or(now.payment_terms),
        }
    }
}

fn view(supplier: &Supplier) -> (SupplierView, Option<u64>) {
    (SupplierView::of(supplier), Some(supplier.version))
}

/// Register a supplier
#[utoipa::path(
    post, path = "/api/suppliers", tag = "Suppliers", request_body = NewSupplier,
    responses((status = 201, description = "Registered", body = Envelope<SupplierView>)),
    security(("bearer" = ["suppliers:create"]))
)]
pub(crate) async fn create(
    permit: Permit<grant::SuppliersCreate>,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<NewSupplier>,
) -> ApiResult<Reply> {
    permit.central_scope()?;
    let details = input.details();
    details.check()?;
    let now = cmd.context.timestamp();
    let plan = || async {
        app.store.register_supplier(Supplier {
            id: cmd.context.new_id(),
            details: details.clone(),
            active: true,
            created_at: now,
            updated_at: now,
            version: 1,
        })
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, view).await
}

async fn present(store: &Store, scope: CentralScope, id: &Id, cmd: &Cmd) -> Result<Supplier, StoreError> {
    let supplier = store.supplier(scope, id).await?.ok_or(NOT_FOUND)?;
    check_version(cmd.if_match, supplier.version)?;
    Ok(supplier)
}

/// Change a supplier
#[utoipa::path(
    patch, path = "/api/suppliers/{id}", tag = "Suppliers", request_body = SupplierChanges,
    params(("id" = uuid::Uuid, Path, description = "The supplier")),
    responses((status = 200, description = "Changed", body = Envelope<SupplierView>)),
    security(("bearer" = ["suppliers:update"]))
)]
pub(crate) async fn update(
    permit: Permit<grant::SuppliersUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(changes): Json<SupplierChanges>,
) -> ApiResult<Reply> {
    let scope = permit.central_scope()?;
    let plan = || async {
        let supplier = present(&app.store, scope, &id, &cmd).await?;
        let active = changes.active.unwrap_or(supplier.active);
        let details = changes.clone().applied_to(&supplier.details);
        details.check()?;
        Plan::replace(&supplier, supplier.edited(details, active, cmd.context.timestamp()))
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Deactivate a supplier
///
/// Orders stay; no new ones are placed with them.
#[utoipa::path(
    delete, path = "/api/suppliers/{id}", tag = "Suppliers",
    params(("id" = uuid::Uuid, Path, description = "The supplier")),
    responses((status = 200, description = "Deactivated", body = Envelope<SupplierView>)),
    security(("bearer" = ["suppliers:delete"]))
)]
pub(crate) async fn delete(
    permit: Permit<grant::SuppliersDelete>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let scope = permit.central_scope()?;
    let plan = || async {
        let supplier = present(&app.store, scope, &id, &cmd).await?;
        Plan::replace(&supplier, supplier.edited(supplier.details.clone(), false, cmd.context.timestamp()))
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
