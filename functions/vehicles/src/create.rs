use axum::{extract::State, http::StatusCode};
use dms_domain::{
    formats::{Registration, Vin},
    inputs::{Day, ShortText, Whole},
    permissions::grant,
    refusal::Refusal,
    statuses::WarrantyStatus,
    vehicle::{Vehicle, VehicleDetails},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Json, Permit},
    views::VehicleView,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A year of manufacture.
pub(crate) type Year = Whole<1980, 2100>;

/// A new vehicle.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "customerId": "01939a3e-0f00-7000-8000-000000000001", "registration": "MH01AB1234", "vin": "VIN123456789",
    "vehicleMake": "Tesla", "vehicleModel": "Model 3", "vehicleYear": 2023, "variant": "Long Range",
    "vehicleColor": "Pearl White", "motorNumber": "MTR123456", "chargerSerialNumber": "CHG789012",
    "purchaseDate": "2023-01-15", "warrantyStatus": "Active", "insuranceStartDate": "2023-01-15",
    "insuranceEndDate": "2024-01-15", "insuranceCompanyName": "HDFC ERGO"
}))]
pub(crate) struct NewVehicle {
    customer_id: Uuid,
    registration: Registration,
    vin: Vin,
    vehicle_make: ShortText,
    vehicle_model: ShortText,
    vehicle_year: Year,
    variant: Option<ShortText>,
    vehicle_color: Option<ShortText>,
    motor_number: Option<ShortText>,
    charger_serial_number: Option<ShortText>,
    purchase_date: Option<Day>,
    warranty_status: Option<WarrantyStatus>,
    insurance_start_date: Option<Day>,
    insurance_end_date: Option<Day>,
    /// Last day of the warranty: users are reminded a month before.
    warranty_end_date: Option<Day>,
    insurance_company_name: Option<ShortText>,
}

impl NewVehicle {
    fn details(self) -> VehicleDetails {
        VehicleDetails {
            customer_id: self.customer_id,
            registration: self.registration,
            vin: self.vin,
            vehicle_make: self.vehicle_make.0,
            vehicle_model: self.vehicle_model.0,
            vehicle_year: year(self.vehicle_year),
            variant: self.variant.map(|text| text.0),
            vehicle_color: self.vehicle_color.map(|text| text.0),
            motor_number: self.motor_number.map(|text| text.0),
            charger_serial_number: self.charger_serial_number.map(|text| text.0),
            purchase_date: self.purchase_date.map(|day| day.0),
            warranty_status: self.warranty_status,
            insurance_start_date: self.insurance_start_date.map(|day| day.0),
            insurance_end_date: self.insurance_end_date.map(|day| day.0),
            warranty_end_date: self.warranty_end_date.map(|day| day.0),
            insurance_company_name: self.insurance_company_name.map(|text| text.0),
        }
    }
}

/// The year as it is stored; its bounds fit.
pub(crate) fn year(year: Year) -> i32 {
    i32::try_from(year.0).unwrap_or_default()
}

/// An insurance cannot end before it begins.
///
/// # Errors
/// A field error on `insuranceEndDate`.
pub(crate) fn check(details: &VehicleDetails) -> Result<(), Refusal> {
    match (details.insurance_start_date, details.insurance_end_date) {
        (Some(start), Some(end)) if end < start => {
            Err(Refusal::field("insuranceEndDate", "must not be before insuranceStartDate"))
        }
        _ => Ok(()),
    }
}

/// Register a vehicle
///
/// For an existing customer; registration and VIN must be new to the dealership.
#[utoipa::path(
    post, path = "/api/vehicles", tag = "Vehicles", request_body = NewVehicle,
    responses((status = 201, description = "Registered", body = Envelope<VehicleView>)),
    security(("bearer" = ["vehicles:create"]))
)]
pub(crate) async fn create(
    permit: Permit<grant::VehiclesCreate>,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<NewVehicle>,
) -> ApiResult<Reply> {
    let details = input.details();
    check(&details)?;
    let plan = || async {
        let vehicle = Vehicle::new(cmd.context.new_id(), details.clone(), cmd.context.timestamp());
        app.store.register_vehicle(vehicle)
    };
    let view = |vehicle: &Vehicle| (VehicleView::of(vehicle), Some(vehicle.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, view).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn insured(start: &str, end: &str) -> VehicleDetails {
        let body = json!({
            "customerId": Uuid::nil(), "registration": "MH01AB1234", "vin": "VIN123456789", "vehicleMake": "Tesla",
            "vehicleModel": "Model 3", "vehicleYear": 2023, "insuranceStartDate": start, "insuranceEndDate": end,
        });
        serde_json::from_value::<NewVehicle>(body).unwrap().details()
    }

    #[test]
    fn an_insurance_does_not_end_before_it_begins() {
        assert!(check(&insured("2023-01-15", "2023-01-15")).is_ok());
        let refusal = check(&insured("2023-01-15", "2023-01-14")).unwrap_err();
        assert!(refusal.fields().to_string().contains("insuranceEndDate"));
    }
}
