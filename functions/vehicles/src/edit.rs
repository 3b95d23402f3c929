use axum::{extract::State, http::StatusCode};
use dms_domain::{
    formats::{Registration, Vin},
    inputs::{Day, ShortText},
    permissions::grant,
    refusal::{Refusal, check_version},
    statuses::{VehicleStatus, WarrantyStatus},
    vehicle::{Vehicle, VehicleDetails},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Change, Cmd, Id, Json, Permit, set_only},
    views::VehicleView,
};
use dms_store::{Store, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    create::{Year, check, year},
    read::NOT_FOUND,
};

/// What changes of a vehicle; absent fields stay, null clears.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"insuranceEndDate": "2025-01-15", "insuranceCompanyName": "HDFC ERGO", "variant": null}))]
pub(crate) struct VehicleChanges {
    /// The new owner.
    #[serde(default, deserialize_with = "set_only")]
    customer_id: Option<Uuid>,
    #[serde(default, deserialize_with = "set_only")]
    registration: Option<Registration>,
    #[serde(default, deserialize_with = "set_only")]
    vin: Option<Vin>,
    #[serde(default, deserialize_with = "set_only")]
    vehicle_make: Option<ShortText>,
    #[serde(default, deserialize_with = "set_only")]
    vehicle_model: Option<ShortText>,
    #[serde(default, deserialize_with = "set_only")]
    vehicle_year: Option<Year>,
    #[serde(default)]
    #[schema(value_type = Option<ShortText>)]
    variant: Change<ShortText>,
    #[serde(default)]
    #[schema(value_type = Option<ShortText>)]
    vehicle_color: Change<ShortText>,
    #[serde(default)]
    #[schema(value_type = Option<ShortText>)]
    motor_number: Change<ShortText>,
    #[serde(default)]
    #[schema(value_type = Option<ShortText>)]
    charger_serial_number: Change<ShortText>,
    #[serde(default)]
    #[schema(value_type = Option<Day>)]
    purchase_date: Change<Day>,
    #[serde(default)]
    #[schema(value_type = Option<WarrantyStatus>)]
    warranty_status: Change<WarrantyStatus>,
    #[serde(default)]
    #[schema(value_type = Option<Day>)]
    insurance_start_date: Change<Day>,
    #[serde(default)]
    #[schema(value_type = Option<Day>)]
    insurance_end_date: Change<Day>,
    /// Last day of the warranty.
    #[schema(value_type = Option<Day>)]
    #[serde(default)]
    warranty_end_date: Change<Day>,
    #[serde(default)]
    #[schema(value_type = Option<ShortText>)]
    insurance_company_name: Change<ShortText>,
}

impl VehicleChanges {
    fn applied_to(self, now: &VehicleDetails) -> VehicleDetails {
        let now = now.clone();
        VehicleDetails {
            customer_id: self.customer_id.unwrap_or(now.customer_id),
            registration: self.registration.unwrap_or(now.registration),
            vin: self.vin.unwrap_or(now.vin),
            vehicle_make: self.vehicle_make.map_or(now.vehicle_make, |text| text.0),
            vehicle_model: self.vehicle_model.map_or(now.vehicle_model, |text| text.0),
            vehicle_year: self.vehicle_year.map_or(now.vehicle_year, year),
            variant: self.variant.map(|text| text.0).or(now.variant),
            vehicle_color: self.vehicle_color.map(|text| text.0).or(now.vehicle_color),
            motor_number: self.motor_number.map(|text| text.0).or(now.motor_number),
            charger_serial_number: self.charger_serial_number.map(|text| text.0).or(now.charger_serial_number),
            purchase_date: self.purchase_date.map(|day| day.0).or(now.purchase_date),
            warranty_status: self.warranty_status.or(now.warranty_status),
            insurance_start_date: self.insurance_start_date.map(|day| day.0).or(now.insurance_start_date),
            insurance_end_date: self.insurance_end_date.map(|day| day.0).or(now.insurance_end_date),
            warranty_end_date: self.warranty_end_date.map(|day| day.0).or(now.warranty_end_date),
            insurance_company_name: self.insurance_company_name.map(|text| text.0).or(now.insurance_company_name),
        }
    }
}

async fn present(store: &Store, id: &Id, cmd: &Cmd) -> Result<Vehicle, StoreError> {
    let vehicle = store.vehicle(id).await?.ok_or(NOT_FOUND)?;
    check_version(cmd.if_match, vehicle.version)?;
    Ok(vehicle)
}

fn refuse_while_busy(vehicle: &Vehicle, message: &str) -> Result<(), Refusal> {
    match vehicle.current_status {
        VehicleStatus::ActiveJobCard => Err(Refusal::conflict("VEHICLE_BUSY", message)),
        VehicleStatus::Available => Ok(()),
    }
}

/// Change a vehicle
///
/// A new `customerId` gives it to another owner, which is refused while a job card is open for it.
#[utoipa::path(
    patch, path = "/api/vehicles/{id}", tag = "Vehicles", request_body = VehicleChanges,
    params(("id" = uuid::Uuid, Path, description = "The vehicle")),
    responses((status = 200, description = "Changed", body = Envelope<VehicleView>)),
    security(("bearer" = ["vehicles:update"]))
)]
pub(crate) async fn update(
    permit: Permit<grant::VehiclesUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(changes): Json<VehicleChanges>,
) -> ApiResult<Reply> {
    let plan = || async {
        let vehicle = present(&app.store, &id, &cmd).await?;
        let details = changes.clone().applied_to(&vehicle.details);
        check(&details)?;
        if details.customer_id != vehicle.details.customer_id {
            refuse_while_busy(&vehicle, "The vehicle has an open job card: its owner can change only after that")?;
        }
        app.store.edit_vehicle(&vehicle, vehicle.edited(details, cmd.context.timestamp()))
    };
    let view = |vehicle: &Vehicle| (VehicleView::of(vehicle), Some(vehicle.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Delete a vehicle
///
/// The vehicle disappears from lists and searches; documents that name it keep their data, and its registration
/// and VIN stay taken. Refused while a job card is open for it.
#[utoipa::path(
    delete, path = "/api/vehicles/{id}", tag = "Vehicles",
    params(("id" = uuid::Uuid, Path, description = "The vehicle")),
    responses((status = 200, description = "Deleted", body = Envelope<VehicleView>)),
    security(("bearer" = ["vehicles:delete"]))
)]
pub(crate) async fn delete(
    permit: Permit<grant::VehiclesDelete>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let plan = || async {
        let vehicle = present(&app.store, &id, &cmd).await?;
        refuse_while_busy(&vehicle, "The vehicle has an open job card")?;
        app.store.delete_vehicle(&vehicle, vehicle.deleted(cmd.context.timestamp()))
    };
    let view = |vehicle: &Vehicle| (VehicleView::of(vehicle), Some(vehicle.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
