//! Vehicles and their service history in DynamoDB.

use std::sync::atomic::Ordering::Relaxed;

use dms_domain::{
    calendar::{MonthKey, Timestamp},
    refusal::Refusal,
    search,
    statuses::VehicleStatus,
    vehicle::{ServiceRecord, Vehicle},
};
use uuid::Uuid;

use crate::{
    client::{Item, Store},
    command::Plan,
    entity::{Entity, IndexKeys, NO_STATE, Posting, TallyCell, from_item},
    error::StoreError,
    job_card::Hints,
    keys::{self, Key, MasterKind},
    range::Range,
    tables::{Index, Table},
    transaction::Transaction,
    update::Update,
};

impl Entity for Vehicle {
    const WHAT: &'static str = "vehicle";
    const TYPICAL_BYTES: usize = 800;

    fn key(&self) -> Key {
        MasterKind::Vehicle.key(&self.id)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> IndexKeys {
        if self.deleted_at.is_some() {
            return IndexKeys::default();
        }
        let month = MonthKey::of(self.created_at.ist_date());
        IndexKeys {
            gsi1: Some(MasterKind::Vehicle.list_key(month, &self.id)),
            gsi2: Some(Key::new(keys::customer_vehicles_pk(&self.details.customer_id), self.id.to_string())),
            low_pk: None,
        }
    }

    fn tally(&self) -> Option<TallyCell> {
        self.deleted_at.is_none().then(|| TallyCell {
            pk: MasterKind::Vehicle.tally_pk(),
            day: self.created_at.ist_date(),
            code: NO_STATE,
        })
    }

    /// They find its owner, too.
    fn postings(&self) -> Vec<Posting> {
        if self.deleted_at.is_some() {
            return Vec::new();
        }
        let details = &self.details;
        let (registration, vin) = (details.registration.as_str(), details.vin.as_str());
        let words = search::vehicle_words(registration, vin, &details.vehicle_model);
        let postings = Posting::all(&MasterKind::Vehicle.list_pk(), self.id, words).into_iter();
        postings.map(|posting| Posting { belongs_to: Some(details.customer_id), ..posting }).collect()
    }
}

impl Entity for ServiceRecord {
    const WHAT: &'static str = "service record";

    fn key(&self) -> Key {
        keys::vehicle_history(&self.vehicle_id, &self.job_card_id)
    }

    fn version(&self) -> u64 {
        1
    }
}

pub(crate) const REGISTRATION: &str = "registration";
pub(crate) const VIN: &str = "vin";
/// A guard's attribute: whose the vehicle is.
pub(crate) const BELONGS_TO: &str = "belongsTo";
/// A guard's attribute: the vehicle was deleted, and is not found any more.
pub(crate) const DELETED_AT: &str = "deletedAt";

impl Store {
    /// A vehicle that was not deleted.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn vehicle(&self, id: &Uuid) -> Result<Option<Vehicle>, StoreError> {
        let item = self.get(Table::Core, &MasterKind::Vehicle.key(id)).await?;
        let vehicle: Option<Vehicle> = item.map(from_item).transpose()?;
        Ok(vehicle.filter(|vehicle| vehicle.deleted_at.is_none()))
    }

    /// Vehicles that were not deleted, in no order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn vehicles(&self, ids: impl IntoIterator<Item = Uuid>) -> Result<Vec<Vehicle>, StoreError> {
        let items = self.get_many(ids.into_iter().map(|id| MasterKind::Vehicle.key(&id))).await?;
        let vehicles: Vec<Vehicle> = items.into_iter().map(from_item).collect::<Result<_, _>>()?;
        Ok(vehicles.into_iter().filter(|vehicle| vehicle.deleted_at.is_none()).collect())
    }

    /// A customer's vehicles, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn vehicles_of(&self, customer: &Uuid, limit: usize) -> Result<Vec<Vehicle>, StoreError> {
        let range = Range::index(Index::Gsi2, keys::customer_vehicles_pk(customer));
        self.query(&range, limit).await?.into_iter().map(from_item).collect()
    }

    /// A vehicle's services, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn service_history(&self, vehicle: &Uuid, limit: usize) -> Result<Vec<ServiceRecord>, StoreError> {
        let range = Range::partition(keys::vehicle_history_pk(vehicle));
        self.query(&range, limit).await?.into_iter().map(from_item).collect()
    }

    /// Registers a vehicle. Its owner must exist; registration and VIN must be free.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn register_vehicle(&self, vehicle: Vehicle) -> Result<Plan<Vehicle>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.create(&vehicle)?;
        transaction.owner_exists(vehicle.details.customer_id);
        for (field, value) in plates(&vehicle) {
            transaction.claim_plate(&vehicle, field, value);
        }
        Ok(Plan::new(transaction, vehicle))
    }

    /// Changes a vehicle; a new owner must exist, a new registration or VIN must be free.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn edit_vehicle(&self, old: &Vehicle, new: Vehicle) -> Result<Plan<Vehicle>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        if old.details.customer_id != new.details.customer_id {
            transaction.owner_exists(new.details.customer_id);
        }
        for ((field, before), (_, after)) in plates(old).into_iter().zip(plates(&new)) {
            if before != after {
                transaction.release(keys::plate(field, before));
                transaction.claim_plate(&new, field, after);
            } else if old.details.customer_id != new.details.customer_id {
                let customer = new.details.customer_id.to_string();
                transaction.update(Update::of(keys::plate(field, after)).set(BELONGS_TO, customer).when_exists());
            }
        }
        Ok(Plan::new(transaction, new))
    }

    /// Deletes a vehicle. Its registration and VIN stay taken, but no longer find it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn delete_vehicle(&self, old: &Vehicle, deleted: Vehicle) -> Result<Plan<Vehicle>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.replace(old, &deleted)?;
        for (field, value) in plates(&deleted) {
            let now = deleted.updated_at.to_string();
            transaction.update(Update::of(keys::plate(field, value)).set(DELETED_AT, now).when_exists());
        }
        Ok(Plan::new(transaction, deleted))
    }
}

/// What is unique of a vehicle.
fn plates(vehicle: &Vehicle) -> [(&'static str, &str); 2] {
    [(REGISTRATION, vehicle.details.registration.as_str()), (VIN, vehicle.details.vin.as_str())]
}

impl Transaction {
    fn owner_exists(&mut self, customer: Uuid) {
        let refused =
            move |_: Option<&Item>| Some(Refusal::field("customerId", format!("no such customer: {customer}")));
        let exists = Update::of(MasterKind::Customer.key(&customer)).when_exists().when_absent("deletedAt");
        self.update_or(exists, Box::new(refused));
    }

    fn claim_plate(&mut self, vehicle: &Vehicle, field: &'static str, value: &str) {
        let guard = keys::plate(field, value);
        self.claim_for(&guard, vehicle.id, (BELONGS_TO, vehicle.details.customer_id), field, value);
    }

    /// Opens a job card for a vehicle: it must exist, be the customer's, and have no other one open.
    pub(crate) fn occupy_vehicle(&mut self, vehicle: Uuid, customer: Uuid, job_card: Uuid, now: Timestamp) {
        let occupy = Update::of(MasterKind::Vehicle.key(&vehicle))
            .set("currentStatus", VehicleStatus::ActiveJobCard.as_str())
            .set("activeJobCardId", job_card.to_string())
            .set("updatedAt", now.to_string())
            .add("version", 1)
            .when("customerId", customer.to_string())
            .when("currentStatus", VehicleStatus::Available.as_str())
            .when_absent("deletedAt");
        self.update_or(occupy, Box::new(move |item| Some(why_not_occupied(item, vehicle, customer))));
    }

    /// Frees a vehicle whose job card is over, unless it has been freed before, when the card was paid.
    pub(crate) fn free_vehicle(&mut self, vehicle: Uuid, job_card: Uuid, now: Timestamp, hints: &Hints) {
        let update = Update::of(MasterKind::Vehicle.key(&vehicle));
        if hints.vehicle_left.load(Relaxed) {
            self.update(update.unless("activeJobCardId", job_card.to_string()).when_exists());
            return;
        }
        let free = update
            .set("currentStatus", VehicleStatus::Available.as_str())
            .remove("activeJobCardId")
            .set("updatedAt", now.to_string())
            .add("version", 1)
            .when("activeJobCardId", job_card.to_string());
        self.update_or(free, hints.on_vehicle_left());
    }
}

fn why_not_occupied(item: Option<&Item>, vehicle: Uuid, customer: Uuid) -> Refusal {
    let vehicle_found: Option<Vehicle> = item.and_then(|item| from_item(item.clone()).ok());
    match vehicle_found.filter(|found| found.deleted_at.is_none()) {
        None => Refusal::field("vehicleId", format!("no such vehicle: {vehicle}")),
        Some(found) if found.details.customer_id != customer => {
            Refusal::field("vehicleId", "is not a vehicle of this customer")
        }
        Some(_) => Refusal::conflict("VEHICLE_BUSY", "The vehicle has an active job card already"),
    }
}
