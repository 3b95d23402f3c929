//! What a paid invoice does to the customer, the vehicle and its service history (specification §11, "Auto-actions on
//! PAID"). An invoice of a sale over the counter touches none of them.

use std::sync::atomic::Ordering::Relaxed;

use dms_domain::{
    invoice::Invoice,
    statuses::{InvoiceStatus, VehicleStatus},
    vehicle::ServiceRecord,
};
use dms_messages::EventKind;
use uuid::Uuid;

use crate::{
    client::Item, error::StoreError, job_card::Hints, keys::MasterKind, transaction::Transaction, update::Update,
};

impl Transaction {
    /// Books the service of an invoice that becomes PAID, once. Returns what is to be told of it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub(crate) fn book_service(
        &mut self,
        old: Option<&Invoice>,
        new: &Invoice,
        hints: &Hints,
    ) -> Result<Option<EventKind>, StoreError> {
        let is_paid = |invoice: &Invoice| invoice.status == InvoiceStatus::Paid;
        if !is_paid(new) || old.is_some_and(is_paid) {
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
        }))
    }

    /// Adds the service to the vehicle's totals, and frees it unless another card has it by now.
    fn serve_vehicle(&mut self, invoice: &Invoice, vehicle: Uuid, job_card: Uuid, hints: &Hints) {
        let now = invoice.updated_at.to_string();
        let served = Update::of(MasterKind::Vehicle.key(&vehicle))
            .set("lastServiceDate", now.clone())
            .set("lastServiceCenterId", invoice.service_center_id.to_string())
            .set("updatedAt", now)
            .add("totalServices", 1)
            .add("totalSpentPaise", invoice.totals.grand_total_paise.get())
            .add("version", 1);
        if hints.vehicle_left.load(Relaxed) {
            self.update(served.unless("activeJobCardId", job_card.to_string()).when_exists());
            return;
        }
        let freed = served
            .set("currentStatus", VehicleStatus::Available.as_str())
            .remove("activeJobCardId")
            .when("activeJobCardId", job_card.to_string());
        let left = hints.vehicle_left.clone();
        let on_failure = move |_: Option<&Item>| {
            left.store(true, Relaxed);
            None
        };
        self.update_or(freed, Box::new(on_failure));
    }
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
        total_cost_paise: invoice.totals.grand_total_paise,
        invoice_number: invoice.invoice_number.clone(),
        customer_feedback: None,
        feedback_rating: None,
    }
}
