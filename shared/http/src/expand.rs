//! `expand=`: relations shown inside a document. One round trip per level, whatever the number of rows; and
//! nothing is shown that the same user could not GET.

use std::collections::{BTreeSet, HashMap};

use dms_access::TenantScope;
use dms_domain::{
    appointment::Appointment,
    invoice::Invoice,
    job_card::JobCard,
    permissions::{Permission, Role},
    query::Query,
    refusal::Refusal,
};
use dms_store::keys::TenantKind;
use futures::future::try_join_all;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    app::App,
    error::ApiResult,
    extract::Login,
    views::{
        AppointmentView, CustomerView, InvoiceView, JobCardView, PartsRequestView, PersonView, ServiceCentreView,
        ServiceRecordView, SupplierView, VehicleView, json,
    },
};

/// Rows of a relation that has many, when the request does not say.
const DEFAULT_MANY: u32 = 20;

/// What a relation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Customer,
    Vehicle,
    Centre,
    Person,
    Appointment,
    JobCard,
    Invoice,
    Supplier,
    VehiclesOfCustomer,
    HistoryOfVehicle,
    RequestsOfJobCard,
    /// Part of the document itself.
    Inline,
}

/// The one table of relations: name, the field of the row that leads to it, what it leads to.
const RELATIONS: &[(&str, &str, Target)] = &[
    ("customer", "customerId", Target::Customer),
    ("vehicle", "vehicleId", Target::Vehicle),
    ("serviceCenter", "serviceCenterId", Target::Centre),
    ("lastServiceCenter", "lastServiceCenterId", Target::Centre),
    ("toServiceCenter", "toServiceCenterId", Target::Centre),
    ("fromServiceCenter", "fromServiceCenterId", Target::Centre),
    ("supplier", "supplierId", Target::Supplier),
    ("engineer", "assignedEngineerId", Target::Person),
    ("approvedBy", "approvedById", Target::Person),
    ("decidedBy", "decidedById", Target::Person),
    ("requestedBy", "requestedById", Target::Person),
    ("appointment", "appointmentId", Target::Appointment),
    ("jobCard", "jobCardId", Target::JobCard),
    ("activeJobCard", "activeJobCardId", Target::JobCard),
    ("invoice", "invoiceId", Target::Invoice),
    ("vehicles", "id", Target::VehiclesOfCustomer),
    ("serviceHistory", "id", Target::HistoryOfVehicle),
    ("partsRequests", "id", Target::RequestsOfJobCard),
    ("items", "id", Target::Inline),
];

impl Target {
    /// The permission to GET it.
    fn permission(self) -> Option<Permission> {
        match self {
            Self::Customer => Some(Permission::CustomersRead),
            Self::Vehicle | Self::VehiclesOfCustomer | Self::HistoryOfVehicle => Some(Permission::VehiclesRead),
            Self::Centre => Some(Permission::ServiceCentersRead),
            Self::Appointment => Some(Permission::AppointmentsRead),
            Self::JobCard => Some(Permission::JobCardsRead),
            Self::Invoice => Some(Permission::InvoicesRead),
            Self::Supplier => Some(Permission::SuppliersRead),
            Self::RequestsOfJobCard => Some(Permission::PartsRequestsRead),
            Self::Person | Self::Inline => None,
        }
    }
}

/// Adds to each row the relations the query asks for.
///
/// # Errors
/// 403 for a relation whose documents the caller may not read; a failure of the store.
pub async fn expand(app: &App, login: &Login, rows: &mut [Value], query: &Query) -> ApiResult<()> {
    // "vehicles.serviceHistory" asks for the vehicles, too.
    let mut first: Vec<(&str, u32)> = Vec::new();
    let mut second: Vec<(&str, &str, u32)> = Vec::new();
    for wanted in &query.expand {
        let limit = wanted.limit.unwrap_or(DEFAULT_MANY);
        let (outer, inner) = wanted.name.split_once('.').map_or((wanted.name, None), |(o, i)| (o, Some(i)));
        let outer_limit = if inner.is_none() { limit } else { DEFAULT_MANY };
        match first.iter_mut().find(|(name, _)| *name == outer) {
            Some((_, known)) if inner.is_none() => *known = outer_limit,
            Some(_) => {}
            None => first.push((outer, outer_limit)),
        }
        second.extend(inner.map(|inner| (outer, inner, limit)));
    }
    level(app, login, &mut rows.iter_mut().collect::<Vec<_>>(), &first).await?;
    for (outer, inner, limit) in second {
        let nested = rows.iter_mut().filter_map(|row| row.get_mut(outer)?.as_array_mut()).flatten();
        level(app, login, &mut nested.collect::<Vec<_>>(), &[(inner, limit)]).await?;
    }
    Ok(())
}

/// All relations of one level, at once.
async fn level(app: &App, login: &Login, rows: &mut [&mut Value], wanted: &[(&str, u32)]) -> ApiResult<()> {
    let loads = wanted.iter().map(|(name, limit)| load_for(app, login, rows, name, *limit));
    let loaded = try_join_all(loads).await?;
    for ((name, _), related) in wanted.iter().zip(loaded) {
        for row in rows.iter_mut() {
            attach(row, name, &related);
        }
    }
    Ok(())
}

/// What a relation leads to, by the id that leads there; `None` for what is part of the row already.
type Related = Option<(&'static str, bool, HashMap<Uuid, Value>)>;

fn attach(row: &mut Value, name: &str, related: &Related) {
    let (Some((field, many, values)), Some(row)) = (related, row.as_object_mut()) else { return };
    let id: Option<Uuid> = row.get(*field).and_then(Value::as_str).and_then(|id| id.parse().ok());
    let value = id.and_then(|id| values.get(&id).cloned());
    let value = value.unwrap_or_else(|| if *many { Value::Array(Vec::new()) } else { Value::Null });
    row.insert(name.to_owned(), value);
}

async fn load_for(app: &App, login: &Login, rows: &[&mut Value], name: &str, limit: u32) -> ApiResult<Related> {
    let Some((_, field, target)) = RELATIONS.iter().find(|(known, _, _)| *known == name) else { return Ok(None) };
    if *target == Target::Inline {
        return Ok(None);
    }
    if let Some(permission) = target.permission().filter(|permission| !login.may(*permission)) {
        let message = format!("To expand {name} your role needs the permission {}", permission.as_str());
        return Err(Refusal::Forbidden { message }.into());
    }
    let ids: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.get(*field)?.as_str()?.parse().ok()).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let many = matches!(target, Target::VehiclesOfCustomer | Target::HistoryOfVehicle | Target::RequestsOfJobCard);
    let values = if many {
        let loads = ids
            .iter()
            .map(|id| async move { ApiResult::Ok((*id, load_many(app, login, *target, id, limit).await?)) });
        try_join_all(loads).await?.into_iter().collect()
    } else {
        load_each(app, login, *target, &ids).await?
    };
    Ok(Some((field, many, values)))
}

async fn load_each(app: &App, login: &Login, target: Target, ids: &[Uuid]) -> ApiResult<HashMap<Uuid, Value>> {
    let store = &app.store;
    // Another centre's documents are not even looked for.
    let own: Vec<(TenantScope, Uuid)> =
        ids.iter().filter_map(|id| Some((login.scope_of_document(id)?, *id))).collect();
    let entries: Vec<(Uuid, Value)> = match target {
        Target::Customer => {
            entries(store.customers(ids.iter().copied()).await?, |c| (c.id, json(&CustomerView::of(c))))?
        }
        Target::Vehicle => {
            entries(store.vehicles(ids.iter().copied()).await?, |v| (v.id, json(&VehicleView::of(v))))?
        }
        Target::Centre => {
            let visible: Vec<Uuid> = ids.iter().copied().filter(|id| sees_centre(login, id)).collect();
            entries(store.centres(&visible).await?, |c| (c.id, json(&ServiceCentreView::of(c))))?
        }
        Target::Person => entries(store.users(ids.iter().copied()).await?, |u| (u.id, json(&PersonView::of(u))))?,
        Target::Appointment => {
            let found: Vec<Appointment> = store.documents(TenantKind::Appointment, own).await?;
            entries(found, |a| (a.id, json(&AppointmentView::of(a))))?
        }
        Target::JobCard => {
            let found: Vec<JobCard> = store.documents(TenantKind::JobCard, own).await?;
            entries(found, |j| (j.id, json(&JobCardView::of(j))))?
        }
        Target::Invoice => {
            let found: Vec<Invoice> = store.documents(TenantKind::Invoice, own).await?;
            entries(found, |i| (i.id, json(&InvoiceView::of(i))))?
        }
        Target::Supplier => {
            let found = store.suppliers(login.central_scope()?, ids.iter().copied()).await?;
            entries(found, |s| (s.id, json(&SupplierView::of(s))))?
        }
        Target::VehiclesOfCustomer | Target::HistoryOfVehicle | Target::RequestsOfJobCard | Target::Inline => {
            Vec::new()
        }
    };
    Ok(entries.into_iter().collect())
}

fn entries<D>(documents: Vec<D>, view: impl Fn(&D) -> (Uuid, ApiResult<Value>)) -> ApiResult<Vec<(Uuid, Value)>> {
    documents
        .iter()
        .map(|document| {
            let (id, value) = view(document);
            Ok((id, value?))
        })
        .collect()
}

/// Users of a centre see their own; admins and Central's staff see all.
pub fn sees_centre(login: &Login, id: &Uuid) -> bool {
    match login.role() {
        Role::Admin | Role::CentralInventoryManager => true,
        Role::ScManager | Role::ServiceEngineer | Role::ServiceAdvisor | Role::InventoryManager => {
            login.centre().is_some_and(|own| own.id == *id)
        }
    }
}

async fn load_many(app: &App, login: &Login, target: Target, id: &Uuid, limit: u32) -> ApiResult<Value> {
    let limit = limit as usize;
    let rows: Vec<Value> = match target {
        Target::VehiclesOfCustomer => {
            let vehicles = app.store.vehicles_of(id, limit).await?;
            vehicles.iter().map(|vehicle| json(&VehicleView::of(vehicle))).collect::<ApiResult<_>>()?
        }
        Target::HistoryOfVehicle => {
            let records = app.store.service_history(id, limit).await?;
            records.iter().map(|record| json(&ServiceRecordView::of(record))).collect::<ApiResult<_>>()?
        }
        Target::RequestsOfJobCard => match login.scope_of_document(id) {
            None => Vec::new(),
            Some(scope) => {
                let requests = app.store.parts_requests_of(scope, id, limit).await?;
                requests.iter().map(|request| json(&PartsRequestView::of(request))).collect::<ApiResult<_>>()?
            }
        },
        Target::Customer
        | Target::Vehicle
        | Target::Centre
        | Target::Person
        | Target::Appointment
        | Target::JobCard
        | Target::Invoice
        | Target::Supplier
        | Target::Inline => Vec::new(),
    };
    Ok(Value::Array(rows))
}
