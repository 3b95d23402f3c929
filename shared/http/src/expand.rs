//! `expand=`: relations shown inside a document. One round trip per level, whatever the number of rows; and
//! nothing is shown that the same user could not GET.

use std::collections::{BTreeSet, HashMap};

use dms_access::TenantScope;
use dms_domain::{
    appointment::Appointment,
    invoice::Invoice,
    job_card::JobCard,
    permissions::Role,
    query::{
        Query,
        relations::{MAX_DEPTH, Relation, Target, relation_named},
    },
    quotation::Quotation,
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
    files,
    views::{
        AppointmentView, CustomerView, InvoiceView, JobCardView, PartsRequestView, PersonView, QuotationView,
        ServiceCentreView, ServiceRecordView, SupplierView, VehicleView, json,
    },
};

/// Rows of a relation that has many, when the request does not say.
const DEFAULT_MANY: u32 = 20;

/// Adds to each row the relations the query asks for.
///
/// # Errors
/// 403 for a relation whose documents the caller may not read; a failure of the store.
pub async fn expand(app: &App, login: &Login, rows: &mut [Value], query: &Query) -> ApiResult<()> {
    for level in levels(query) {
        let loads = level.iter().map(|(path, limit)| async {
            let (name, outer) = path.split_last().unwrap_or((&"", &[]));
            load_for(app, login, &documents(rows, outer), name, *limit).await
        });
        let loaded = try_join_all(loads.collect::<Vec<_>>()).await?;
        for ((path, _), related) in level.iter().zip(loaded) {
            let (name, outer) = path.split_last().unwrap_or((&"", &[]));
            attach_all(rows, outer, name, &related);
        }
    }
    Ok(())
}

/// The relations to load, one step after the other: `vehicles.serviceHistory` asks for the vehicles, too.
fn levels(query: &Query) -> Vec<Vec<(Vec<&'static str>, u32)>> {
    let mut levels: Vec<Vec<(Vec<&'static str>, u32)>> = vec![Vec::new(); MAX_DEPTH];
    for wanted in &query.expand {
        for (depth, level) in levels.iter_mut().enumerate().take(wanted.path.len()) {
            let path = &wanted.path[..=depth];
            let limit = wanted.limit.filter(|_| path.len() == wanted.path.len());
            match level.iter_mut().find(|(known, _)| known == path) {
                Some((_, known)) => *known = limit.unwrap_or(*known),
                None => level.push((path.to_vec(), limit.unwrap_or(DEFAULT_MANY))),
            }
        }
    }
    levels
}

/// The documents at the end of a path of relations that were loaded before.
fn documents<'a>(rows: &'a [Value], path: &[&str]) -> Vec<&'a Value> {
    path.iter().fold(rows.iter().collect(), |documents: Vec<&Value>, step| {
        let related = documents.into_iter().filter_map(|document| document.get(*step));
        related
            .flat_map(|value| value.as_array().map_or_else(|| vec![value], |many| many.iter().collect()))
            .collect()
    })
}

fn attach_all(rows: &mut [Value], path: &[&str], name: &str, related: &Related) {
    let Some((step, rest)) = path.split_first() else {
        rows.iter_mut().for_each(|row| attach(row, name, related));
        return;
    };
    for value in rows.iter_mut().filter_map(|row| row.get_mut(*step)) {
        match value {
            Value::Array(many) => attach_all(many, rest, name, related),
            Value::Object(_) => attach_all(std::slice::from_mut(value), rest, name, related),
            // A relation that leads to nothing.
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
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

async fn load_for(app: &App, login: &Login, rows: &[&Value], name: &str, limit: u32) -> ApiResult<Related> {
    let Some(Relation { field, target, .. }) = relation_named(name) else { return Ok(None) };
    if *target == Target::Inline {
        return Ok(None);
    }
    if let Some(permission) = target.permission().filter(|permission| !login.may(*permission)) {
        let message = format!("To expand {name} your role needs the permission {}", permission.as_str());
        return Err(Refusal::Forbidden { message }.into());
    }
    let ids: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.get(*field)?.as_str()?.parse().ok()).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let many = matches!(
        target,
        Target::VehiclesOfCustomer
            | Target::HistoryOfVehicle
            | Target::RequestsOfJobCard
            | Target::FilesOfDocument
    );
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
            let is_admin = login.role() == Role::Admin;
            let visible: Vec<Uuid> = ids.iter().copied().filter(|id| sees_centre(login, id)).collect();
            entries(app.centres.centres(store, &visible, app.clock.now(), is_admin).await?, |c| {
                (c.id, json(&ServiceCentreView::of(c)))
            })?
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
        Target::Quotation => {
            let found: Vec<Quotation> = store.documents(TenantKind::Quotation, own).await?;
            let today = login.context.timestamp().ist_date();
            entries(found, |q| (q.id, json(&QuotationView::on(q, today))))?
        }
        Target::Supplier => {
            let found = store.suppliers(login.central_scope()?, ids.iter().copied()).await?;
            entries(found, |s| (s.id, json(&SupplierView::of(s))))?
        }
        Target::VehiclesOfCustomer
        | Target::HistoryOfVehicle
        | Target::RequestsOfJobCard
        | Target::FilesOfDocument
        | Target::Inline => Vec::new(),
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
        // Also of a vehicle or a customer: what other centres uploaded is theirs.
        Target::FilesOfDocument => {
            let files = app.store.files_of(id, login.list_scope(None)?, limit).await?;
            files::rows(app, &files).await?
        }
        Target::Customer
        | Target::Vehicle
        | Target::Centre
        | Target::Person
        | Target::Appointment
        | Target::JobCard
        | Target::Invoice
        | Target::Quotation
        | Target::Supplier
        | Target::Inline => Vec::new(),
    };
    Ok(Value::Array(rows))
}
