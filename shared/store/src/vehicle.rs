//! Vehicles and their service history in DynamoDB.

use std::sync::atomic::Ordering::Relaxed;

use dms_domain::{
    calendar::{MonthKey, Timestamp},
    refusal::Refusal,
    statuses::VehicleStatus,
    vehicle::{ServiceRecord, Vehicle},
};
use uuid::Uuid;

use crate::{
    client::{Item, Range, Store},
    command::Plan,
    entity::{Entity, IndexKeys, NO_STATE, TallyCell, Word, from_item},
    error::StoreError,
    job_card::Hints,
    keys::{self, Key, MasterKind},
    search,
    tables::{Index, Table},
    transaction::Transaction,
    update::Update,
};

impl Entity for Vehicle {
    const WHAT: &'static str = "vehicle";

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

    /// A vehicle's VIN and registration find its owner.
    fn words(&self) -> Vec<Word> {
        if self.deleted_at.is_some() {
            return Vec::new();
        }
        let words = [
            search::vin_word(self.details.vin.as_str()),
            search::registration_word(self.details.registration.as_str()),
        ];
        let owner = self.details.customer_id;
        words.into_iter().map(|word| Word { kind: MasterKind::Customer, word, id: owner }).collect()
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

const REGISTRATION: &str = "registration";
const VIN: &str = "vin";

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
        transaction.claim_plates(&vehicle);
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
        let (before, after) = (&old.details, &new.details);
        transaction.reclaim(REGISTRATION, before.registration.as_str(), after.registration.as_str(), new.id);
        transaction.reclaim(VIN, before.vin.as_str(), after.vin.as_str(), new.id);
        Ok(Plan::new(transaction, new))
    }
}

impl Transaction {
    fn owner_exists(&mut self, customer: Uuid) {
        let refused =
            move |_: Option<&Item>| Some(Refusal::field("customerId", format!("no such customer: {customer}")));
        let exists = Update::of(MasterKind::Customer.key(&customer)).when_exists().when_absent("deletedAt");
        self.update_or(exists, Box::new(refused));
    }

    fn claim_plates(&mut self, vehicle: &Vehicle) {
        let details = &vehicle.details;
        for (field, value) in [(REGISTRATION, details.registration.as_str()), (VIN, details.vin.as_str())] {
            self.claim(&keys::unique(field, value), vehicle.id, field, value);
        }
    }

    /// Moves a unique value's guard when the value has changed.
    pub(crate) fn reclaim(&mut self, field: &'static str, before: &str, after: &str, owner: Uuid) {
        if before != after {
            self.release(keys::unique(field, before));
            self.claim(&keys::unique(field, after), owner, field, after);
        }
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
