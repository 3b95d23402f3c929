//! What a paid invoice does to the customer, the vehicle and its service history (specification §11, "Auto-actions on
//! PAID"). An invoice of a sale over the counter touches none of them.

use std::sync::atomic::Ordering::Relaxed;

use chrono::{Days, NaiveDate};
use dms_domain::{
    calendar::Timestamp,
    invoice::Invoice,
    reminder::SERVICE_INTERVAL_DAYS,
    statuses::{InvoiceStatus, VehicleStatus},
    vehicle::ServiceRecord,
};
use dms_messages::EventKind;
use uuid::Uuid;

use crate::{
    error::StoreError,
    job_card::Hints,
    keys::{self, MasterKind},
    planted::{PlantedBug, planted},
    tables::Table,
    transaction::Transaction,
    update::Update,
};

impl Transaction {
    /// Books the service of an invoice that becomes PAID, once; what credit notes take off it afterwards is taken off the
    /// vehicle's totals, and the whole service when nothing of the invoice is left. So whatever comes first, what a vehicle
    /// has cost is what its paid invoices ask for. Returns what is to be told of it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub(crate) fn book_service(
        &mut self,
        old: Option<&Invoice>,
        new: &Invoice,
        hints: &Hints,
    ) -> Result<Option<EventKind>, StoreError> {
        let before = old.filter(|invoice| invoice.status == InvoiceStatus::Paid);
        let Some(before) = before else { return self.book_paid(new, hints) };
        let less = before.due().get() - new.due().get();
        if let (Some(vehicle), Some(job_card)) = (new.vehicle_id, new.job_card_id)
            && less > 0
            && !planted(PlantedBug::SpentKeptWhenCredited)
        {
            let wholly = new.status != InvoiceStatus::Paid;
            self.take_off_vehicle(vehicle, less, wholly, new.updated_at);
            let record = keys::vehicle_history(&vehicle, &job_card);
            match wholly {
                true => self.delete(Table::Core, record),
                false => self.update(Update::of(record).add("totalCostPaise", -less).when_exists()),
            }
        }
        Ok(None)
    }

    fn book_paid(&mut self, new: &Invoice, hints: &Hints) -> Result<Option<EventKind>, StoreError> {
        if new.status != InvoiceStatus::Paid {
            return Ok(None);
        }
        if let (Some(vehicle), Some(job_card)) = (new.vehicle_id, new.job_card_id) {
            self.update(served_customer(new));
            self.serve_vehicle(new, vehicle, job_card, hints);
            self.overwrite(&service_record(new, vehicle, job_card))?;
        }
        Ok(Some(EventKind::InvoicePaid {
            invoice_id: new.id,
            invoice_number: new.invoice_number.clone(),
            grand_total_paise: new.totals.grand_total_paise.get(),
            credited_paise: new.credited_paise.get(),
        }))
    }

    fn take_off_vehicle(&mut self, vehicle: Uuid, paise: i64, wholly: bool, now: Timestamp) {
        let update = Update::of(MasterKind::Vehicle.key(&vehicle))
            .set("updatedAt", now.to_string())
            .add("totalSpentPaise", -paise)
            .add("version", 1)
            .when_exists();
        self.update(if wholly { update.add("totalServices", -1) } else { update });
    }

    /// Adds the service to the vehicle's totals, and frees it unless another card has it by now.
    fn serve_vehicle(&mut self, invoice: &Invoice, vehicle: Uuid, job_card: Uuid, hints: &Hints) {
        let now = invoice.updated_at.to_string();
        let served = Update::of(MasterKind::Vehicle.key(&vehicle))
            .set("lastServiceDate", now.clone())
            .set("lastServiceCenterId", invoice.service_center_id.to_string())
            .set("nextServiceDate", next_service(invoice.updated_at).to_string())
            .set("updatedAt", now)
            .add("totalServices", 1)
            .add("totalSpentPaise", invoice.due().get())
            .add("version", 1);
        if hints.vehicle_left.load(Relaxed) {
            self.update(served.unless("activeJobCardId", job_card.to_string()).when_exists());
            return;
        }
        let freed = served
            .set("currentStatus", VehicleStatus::Available.as_str())
            .remove("activeJobCardId")
            .when("activeJobCardId", job_card.to_string());
        self.update_or(freed, hints.on_vehicle_left());
    }
}

/// When the vehicle is to come again.
fn next_service(served: Timestamp) -> NaiveDate {
    let day = served.ist_date();
    day.checked_add_days(Days::new(SERVICE_INTERVAL_DAYS)).unwrap_or(day)
}

fn served_customer(invoice: &Invoice) -> Update {
    Update::of(MasterKind::Customer.key(&invoice.customer_id))
        .set("lastServiceCenterId", invoice.service_center_id.to_string())
        .set("lastServiceDate", invoice.updated_at.to_string())
        .set("lastInvoiceNumber", invoice.invoice_number.clone())
        .set("updatedAt", invoice.updated_at.to_string())
        .add("version", 1)
        .when_exists()
}

fn service_record(invoice: &Invoice, vehicle: Uuid, job_card: Uuid) -> ServiceRecord {
    ServiceRecord {
        vehicle_id: vehicle,
        job_card_id: job_card,
        job_card_number: invoice.job_card_number.clone().unwrap_or_default(),
        date: invoice.updated_at.ist_date(),
        service_type: invoice.service_type.clone().unwrap_or_default(),
        engineer_name: invoice.engineer_name.clone(),
        parts: invoice.items.iter().map(|item| item.name.clone()).collect(),
        total_cost_paise: invoice.due(),
        invoice_number: invoice.invoice_number.clone(),
        customer_feedback: None,
        feedback_rating: None,
    }
}
