use axum::{extract::State, http::StatusCode};
use dms_domain::{
    formats::{CentreCode, Email, GstState, Gstin, Phone, Pincode},
    ids::CentreOrdinal,
    inputs::{LongText, ShortText, Text},
    permissions::grant,
    refusal::{Refusal, check_version},
    service_centre::{CentreDetails, ServiceCentre},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Change, Cmd, Id, Json, Permit, set_only},
    views::ServiceCentreView,
};
use dms_store::{Plan, Store, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;

/// A new service centre.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "code": "SC001", "name": "Andheri East", "address": "12 MIDC Road", "city": "Mumbai", "state": "Maharashtra",
    "pincode": "400093", "phone": "+919876543210", "gstin": "27AABCU9603R1ZN", "upiId": "sc001@upi"
}))]
pub(crate) struct NewCentre {
    /// Prefix of its documents' numbers; never changes.
    code: CentreCode,
    name: ShortText,
    address: LongText,
    city: ShortText,
    state: GstState,
    pincode: Pincode,
    phone: Phone,
    email: Option<Email>,
    gstin: Option<Gstin>,
    upi_id: Option<Text<3, 100>>,
}

/// What changes of a service centre; absent fields stay, null clears.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"phone": "+919876543299"}))]
pub(crate) struct CentreChanges {
    #[serde(default, deserialize_with = "set_only")]
    name: Option<ShortText>,
    #[serde(default, deserialize_with = "set_only")]
    address: Option<LongText>,
    #[serde(default, deserialize_with = "set_only")]
    city: Option<ShortText>,
    #[serde(default, deserialize_with = "set_only")]
    state: Option<GstState>,
    #[serde(default, deserialize_with = "set_only")]
    pincode: Option<Pincode>,
    #[serde(default, deserialize_with = "set_only")]
    phone: Option<Phone>,
    #[serde(default)]
    #[schema(value_type = Option<Email>)]
    email: Change<Email>,
    #[serde(default)]
    #[schema(value_type = Option<Gstin>)]
    gstin: Change<Gstin>,
    #[serde(default)]
    #[schema(value_type = Option<ShortText>)]
    upi_id: Change<Text<3, 100>>,
    /// Users of a centre that does not work cannot log in.
    #[serde(default, deserialize_with = "set_only")]
    active: Option<bool>,
}

impl NewCentre {
    fn details(self) -> CentreDetails {
        CentreDetails {
            code: self.code,
            name: self.name.0,
            address: self.address.0,
            city: self.city.0,
            state: self.state,
            pincode: self.pincode,
            phone: self.phone,
            email: self.email,
            gstin: self.gstin,
            upi_id: self.upi_id.map(|text| text.0),
        }
    }
}

impl CentreChanges {
    fn applied_to(self, now: &CentreDetails) -> CentreDetails {
        let now = now.clone();
        CentreDetails {
            code: now.code,
            name: self.name.map_or(now.name, |text| text.0),
            address: self.address.map_or(now.address, |text| text.0),
            city: self.city.map_or(now.city, |text| text.0),
            state: self.state.unwrap_or(now.state),
            pincode: self.pincode.unwrap_or(now.pincode),
            phone: self.phone.unwrap_or(now.phone),
            email: self.email.or(now.email),
            gstin: self.gstin.or(now.gstin),
            upi_id: self.upi_id.map(|text| text.0).or(now.upi_id),
        }
    }
}

fn view(centre: &ServiceCentre) -> (ServiceCentreView, Option<u64>) {
    (ServiceCentreView::of(centre), Some(centre.version))
}

/// Open a service centre
#[utoipa::path(
    post, path = "/api/service-centers", tag = "Service centres", request_body = NewCentre,
    responses((status = 201, description = "Opened", body = Envelope<ServiceCentreView>)),
    security(("bearer" = ["service_centers:manage"]))
)]
pub(crate) async fn create(
    permit: Permit<grant::ServiceCentersManage>,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<NewCentre>,
) -> ApiResult<Reply> {
    let details = input.details();
    let now = cmd.context.timestamp();
    let plan = || async {
        let last = app.store.last_centre_ordinal().await?;
        let full = || Refusal::conflict("TOO_MANY_CENTRES", "A dealership has at most 4095 service centres");
        let ordinal = CentreOrdinal::new(last.saturating_add(1)).ok_or_else(full)?;
        let centre = ServiceCentre {
            id: dms_store::new_id(cmd.context.now, Some(ordinal)),
            details: details.clone(),
            active: true,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        app.store.open_centre(centre, ordinal)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, view).await
}

async fn present(store: &Store, id: &Id, cmd: &Cmd) -> Result<ServiceCentre, StoreError> {
    let centre = store.centre(id).await?.ok_or(Refusal::NotFound { what: "service centre" })?;
    check_version(cmd.if_match, centre.version)?;
    Ok(centre)
}

/// Change a service centre
#[utoipa::path(
    patch, path = "/api/service-centers/{id}", tag = "Service centres", request_body = CentreChanges,
    params(("id" = uuid::Uuid, Path, description = "The service centre")),
    responses((status = 200, description = "Changed", body = Envelope<ServiceCentreView>)),
    security(("bearer" = ["service_centers:manage"]))
)]
pub(crate) async fn update(
    permit: Permit<grant::ServiceCentersManage>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(changes): Json<CentreChanges>,
) -> ApiResult<Reply> {
    let plan = || async {
        let centre = present(&app.store, &id, &cmd).await?;
        let active = changes.active.unwrap_or(centre.active);
        let details = changes.clone().applied_to(&centre.details);
        Plan::replace(&centre, centre.edited(details, active, cmd.context.timestamp()))
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Deactivate a service centre
///
/// Its documents stay; its users can no longer log in.
#[utoipa::path(
    delete, path = "/api/service-centers/{id}", tag = "Service centres",
    params(("id" = uuid::Uuid, Path, description = "The service centre")),
    responses((status = 200, description = "Deactivated", body = Envelope<ServiceCentreView>)),
    security(("bearer" = ["service_centers:manage"]))
)]
pub(crate) async fn delete(
    permit: Permit<grant::ServiceCentersManage>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let plan = || async {
        let centre = present(&app.store, &id, &cmd).await?;
        Plan::replace(&centre, centre.edited(centre.details.clone(), false, cmd.context.timestamp()))
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
