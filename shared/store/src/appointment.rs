//! Appointments in DynamoDB.

use dms_access::TenantScope;
use dms_domain::{appointment::Appointment, calendar::Timestamp, refusal::Refusal, statuses::AppointmentStatus};
use uuid::Uuid;

use crate::{
    client::{Item, Store},
    command::Plan,
    entity::{Entity, IndexKeys, TallyCell, from_item},
    error::StoreError,
    keys::{Key, MasterKind, TenantKind},
    tables::Table,
    transaction::{OnFailure, Transaction},
    unread_step::UnreadStep,
    update::Update,
};

impl Entity for Appointment {
    const WHAT: &'static str = "appointment";

    fn key(&self) -> Key {
        TenantKind::Appointment.own(&self.id).key()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> IndexKeys {
        let own = TenantKind::Appointment.own(&self.id);
        IndexKeys { gsi1: Some(own.state(self.status.tally_code())), ..IndexKeys::default() }
    }

    fn tally(&self) -> Option<TallyCell> {
        Some(TallyCell {
            pk: TenantKind::Appointment.own(&self.id).tally_pk(),
            day: self.created_at.ist_date(),
            code: self.status.tally_code(),
        })
    }
}

impl Store {
    /// An appointment of a centre.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn appointment(&self, scope: TenantScope, id: &Uuid) -> Result<Option<Appointment>, StoreError> {
        self.get(Table::Core, &TenantKind::Appointment.key(scope, id)).await?.map(from_item).transpose()
    }

    /// Makes an appointment for a customer's vehicle.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn make_appointment(&self, appointment: Appointment) -> Result<Plan<Appointment>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.create(&appointment)?;
        transaction.vehicle_is_customers(appointment.vehicle_id, appointment.customer_id);
        Ok(Plan::new(transaction, appointment))
    }
}

impl Transaction {
    /// Moves an appointment along with its job card.
    pub(crate) fn step_appointment(
        &mut self,
        id: Uuid,
        (from, to): (AppointmentStatus, AppointmentStatus),
        now: Timestamp,
        on_failure: OnFailure,
    ) {
        let step = UnreadStep {
            own: TenantKind::Appointment.own(&id),
            id,
            from: (from.as_str(), from.tally_code()),
            to: (to.as_str(), to.tally_code()),
        };
        let update = step.update(now);
        let update = if to == AppointmentStatus::Arrived { update.remove("jobCardId") } else { update };
        self.step_unread(&step, update, on_failure);
    }

    /// The vehicle must exist and be the customer's.
    pub(crate) fn vehicle_is_customers(&mut self, vehicle: Uuid, customer: Uuid) {
        let check = Update::of(MasterKind::Vehicle.key(&vehicle))
            .when("customerId", customer.to_string())
            .when_absent("deletedAt");
        let refused = move |item: Option<&Item>| {
            Some(match item.is_some_and(|item| !item.contains_key("deletedAt")) {
                true => Refusal::field("vehicleId", "is not a vehicle of this customer"),
                false => Refusal::field("vehicleId", format!("no such vehicle: {vehicle}")),
            })
        };
        self.update_or(check, Box::new(refused));
    }
}
