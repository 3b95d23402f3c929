use axum::extract::State;
use dms_domain::{
    permissions::grant,
    query::{Field, FieldKind, Query, QuerySpec, SEARCH},
    refusal::Refusal,
    statuses::{VehicleStatus, WarrantyStatus},
    vehicle::{ServiceRecord, Vehicle},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, Paginated},
    expand::expand,
    extract::{Id, Params, Permit, Spec},
    views::{ServiceRecordView, VehicleView, json},
};
use dms_store::{
    Index, Listed, STATELESS, States,
    keys::{self, MasterKind},
};
use uuid::Uuid;

pub(crate) const NOT_FOUND: Refusal = Refusal::NotFound { what: "vehicle" };

/// A list of vehicles that reads too much is narrowed by the owner, too.
const NARROWED: States = States { narrow_by: &["customerId", "createdAt"], ..STATELESS };

pub(crate) struct OneVehicle;

impl Spec for OneVehicle {
    type Row = VehicleView;

    const SPEC: QuerySpec =
        QuerySpec::document(&["customer", "serviceHistory", "lastServiceCenter", "activeJobCard", "files"]);
}

pub(crate) struct Vehicles;

impl Spec for Vehicles {
    type Row = VehicleView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "createdAt", kind: FieldKind::Time },
            Field { name: "customerId", kind: FieldKind::Id },
            Field { name: "registration", kind: FieldKind::Text },
            Field { name: "vin", kind: FieldKind::Text },
            Field { name: "currentStatus", kind: FieldKind::Choice(VehicleStatus::NAMES) },
            Field { name: "vehicleMake", kind: FieldKind::Text },
            Field { name: "vehicleModel", kind: FieldKind::Text },
            Field { name: "warrantyStatus", kind: FieldKind::Choice(WarrantyStatus::NAMES) },
        ],
        sorts: &["createdAt", "lastServiceDate"],
        expands: &["customer", "serviceHistory", "lastServiceCenter", "files"],
        list: true,
        by_centre: false,
        texts: &["search"],
    };
}

pub(crate) struct VehicleHistory;

impl Spec for VehicleHistory {
    type Row = ServiceRecordView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[Field { name: "date", kind: FieldKind::Date }],
        sorts: &["date"],
        expands: &[],
        list: true,
        by_centre: false,
        texts: &[],
    };
}

/// One owner's vehicles are found without reading the others; so are those that are searched for.
fn listed(query: &Query) -> Listed {
    if query.text(SEARCH).is_some_and(|text| !text.is_empty()) {
        return Listed::Master(MasterKind::Vehicle);
    }
    let owner = query.equals("customerId").and_then(|id| id.parse::<Uuid>().ok());
    owner.map_or(Listed::Master(MasterKind::Vehicle), |owner| {
        Listed::Relation(Some(Index::Gsi2), keys::customer_vehicles_pk(&owner))
    })
}

/// List vehicles
///
/// `search` finds vehicles by the registration (its beginning or its end, with or without dashes: the last four digits
/// are enough), by the VIN (its beginning or its end), or by the beginning of the model.
#[utoipa::path(
    get, path = "/api/vehicles", tag = "Vehicles", params(Params<Vehicles>),
    responses((status = 200, description = "A page of vehicles", body = Paginated<VehicleView>)),
    security(("bearer" = ["vehicles:read"]))
)]
pub(crate) async fn list(
    permit: Permit<grant::VehiclesRead>,
    State(app): State<AppState>,
    query: Params<Vehicles>,
) -> ApiResult<Reply> {
    let page = app.store.list::<Vehicle>(&listed(&query), &query, NARROWED).await?;
    let mut rows =
        page.rows.iter().map(|vehicle| json(&VehicleView::of(vehicle))).collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// Get a vehicle
#[utoipa::path(
    get, path = "/api/vehicles/{id}", tag = "Vehicles",
    params(("id" = uuid::Uuid, Path, description = "The vehicle"), Params<OneVehicle>),
    responses((status = 200, description = "The vehicle", body = Envelope<VehicleView>)),
    security(("bearer" = ["vehicles:read"]))
)]
pub(crate) async fn get(
    permit: Permit<grant::VehiclesRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<OneVehicle>,
) -> ApiResult<Reply> {
    let vehicle = app.store.vehicle(&id).await?.ok_or(NOT_FOUND)?;
    let mut rows = [json(&VehicleView::of(&vehicle))?];
    expand(&app, &permit, &mut rows, &query).await?;
    let [row] = rows;
    permit.context.document(row, vehicle.version, &query)
}

/// List a vehicle's services
///
/// One line for each paid invoice of a job card, whichever service centre did the work.
#[utoipa::path(
    get, path = "/api/vehicles/{id}/service-history", tag = "Vehicles",
    params(("id" = uuid::Uuid, Path, description = "The vehicle"), Params<VehicleHistory>),
    responses((status = 200, description = "A page of services", body = Paginated<ServiceRecordView>)),
    security(("bearer" = ["vehicles:read"]))
)]
pub(crate) async fn service_history(
    permit: Permit<grant::VehiclesRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<VehicleHistory>,
) -> ApiResult<Reply> {
    let history = Listed::Relation(None, keys::vehicle_history_pk(&id));
    let records = app.store.list::<ServiceRecord>(&history, &query, STATELESS);
    let (vehicle, page) = tokio::try_join!(app.store.vehicle(&id), records)?;
    vehicle.ok_or(NOT_FOUND)?;
    let rows =
        page.rows.iter().map(|record| json(&ServiceRecordView::of(record))).collect::<ApiResult<Vec<_>>>()?;
    permit.context.page(rows, (page.total, page.last), &query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owners_vehicles_are_read_as_a_relation() {
        let owner = "01939a3e-0f00-7000-8000-000000000001";
        let listed_by = |raw: &str| listed(&Query::parse(raw, &Vehicles::SPEC).unwrap());
        assert!(matches!(listed_by(&format!("filter[customerId]={owner}")), Listed::Relation(..)));
        assert!(matches!(listed_by(&format!("filter[customerId][ne]={owner}")), Listed::Master(_)));
        assert!(matches!(listed_by("filter[vin]=VIN123456789"), Listed::Master(_)));
    }
}
