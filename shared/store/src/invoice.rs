//! Invoices in DynamoDB, and the commits of issuing, paying and cancelling them.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use dms_access::TenantScope;
use dms_domain::{
    invoice::Invoice,
    job_card::JobCard,
    numbering::{self, Series},
    refusal::Refusal,
    search,
    statuses::{JobCardStatus, VehicleStatus},
    stock::LedgerType,
    vehicle::ServiceRecord,
};
use dms_messages::EventKind;
use uuid::Uuid;

use crate::{
    client::{Item, Store},
    command::Plan,
    entity::{Entity, IndexKeys, Posting, TallyCell, from_item},
    error::StoreError,
    job_card::Hints,
    keys::{Key, MasterKind, TenantKind},
    planted::{PlantedBug, planted},
    stock::{Cause, StockMove},
    tables::Table,
    transaction::Transaction,
    unread_step::UnreadStep,
    update::Update,
};

impl Entity for Invoice {
    const WHAT: &'static str = "invoice";

    fn key(&self) -> Key {
        TenantKind::Invoice.own(&self.id).key()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> IndexKeys {
        let own = TenantKind::Invoice.own(&self.id);
        IndexKeys { gsi1: Some(own.state(self.status.tally_code())), ..IndexKeys::default() }
    }

    fn tally(&self) -> Option<TallyCell> {
        Some(TallyCell {
            pk: TenantKind::Invoice.own(&self.id).tally_pk(),
            day: self.created_at.ist_date(),
            code: self.status.tally_code(),
        })
    }

    fn postings(&self) -> Vec<Posting> {
        TenantKind::Invoice.own(&self.id).postings([search::number_word(&self.invoice_number)])
    }
}

/// What failed conditions told about the vehicle of an invoice.
#[derive(Debug, Clone, Default)]
pub struct PaidHints {
    vehicle_left: Arc<AtomicBool>,
}

impl Store {
    /// An invoice of a centre.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn invoice(&self, scope: TenantScope, id: &Uuid) -> Result<Option<Invoice>, StoreError> {
        self.get(Table::Core, &TenantKind::Invoice.key(scope, id)).await?.map(from_item).transpose()
    }

    /// Issues an invoice: takes its number, and makes its job card INVOICED or takes what was sold over the
    /// counter out of stock. `invoice` comes without numbers.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn issue_invoice(
        &self,
        invoice: Invoice,
        (series, last): (&Series, i64),
        card: Option<&JobCard>,
        by: Uuid,
        hints: &Hints,
    ) -> Result<Plan<Invoice>, StoreError> {
        let mut transaction = Transaction::new();
        let invoice_number = transaction.take_number(series, last);
        let gst_invoice_number = numbering::gst_number(&invoice_number).to_owned();
        let invoice = Invoice { invoice_number, gst_invoice_number, ..invoice };
        transaction.create(&invoice)?;
        if let Some(card) = card {
            transaction.replace(card, &card.invoiced(invoice.id, invoice.created_at)?)?;
        }
        let sales = stock_moves(&invoice, -1, ("SOLD", LedgerType::Sale), by);
        let alerts = transaction.move_stock(&sales, &hints.parts)?;
        let issued = EventKind::InvoiceIssued {
            invoice_id: invoice.id,
            invoice_number: invoice.invoice_number.clone(),
            grand_total_paise: invoice.totals.grand_total_paise.get(),
        };
        let centre = Some(invoice.service_center_id);
        let plan = Plan::new(transaction, invoice).event(centre, issued);
        Ok(alerts.into_iter().fold(plan, |plan, alert| plan.event(centre, alert)))
    }

    /// Pays an invoice in full, with all that follows from it (specification §11, "Auto-actions on PAID").
    /// One of a sale over the counter touches neither customer nor vehicle.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn pay_invoice(
        &self,
        old: &Invoice,
        new: Invoice,
        hints: &PaidHints,
    ) -> Result<Plan<Invoice>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        if let (Some(vehicle), Some(job_card)) = (new.vehicle_id, new.job_card_id) {
            transaction.update(served_customer(&new));
            transaction.serve_vehicle(&new, vehicle, job_card, hints);
            transaction.overwrite(&service_record(&new, vehicle, job_card))?;
        }
        let paid = EventKind::InvoicePaid {
            invoice_id: new.id,
            invoice_number: new.invoice_number.clone(),
            grand_total_paise: new.totals.grand_total_paise.get(),
        };
        let centre = Some(new.service_center_id);
        Ok(Plan::new(transaction, new).event(centre, paid))
    }

    /// Cancels an invoice: its job card is COMPLETED again, or what was sold over the counter goes back.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn cancel_invoice(
        &self,
        old: &Invoice,
        new: Invoice,
        by: Uuid,
        hints: &Hints,
    ) -> Result<Plan<Invoice>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        if let Some(job_card) = new.job_card_id {
            let (from, to) = (JobCardStatus::Invoiced, JobCardStatus::Completed);
            let step = UnreadStep {
                own: TenantKind::JobCard.own(&job_card),
                id: job_card,
                from: (from.as_str(), from.tally_code()),
                to: (to.as_str(), to.tally_code()),
            };
            let update = step.update(new.updated_at).remove("invoiceId").when("invoiceId", new.id.to_string());
            let other = |_: Option<&Item>| Some(Refusal::conflict("JOB_CARD_CLOSED", "The job card has moved on"));
            transaction.step_unread(&step, update, Box::new(other));
        }
        let returns = stock_moves(&new, 1, ("SALE_CANCELLED", LedgerType::SaleReversal), by);
        if !planted(PlantedBug::SaleKeptWhenCancelled) {
            transaction.move_stock(&returns, &hints.parts)?;
        }
        Ok(Plan::new(transaction, new))
    }
}

fn stock_moves(invoice: &Invoice, sign: i64, words: (&str, LedgerType), by: Uuid) -> Vec<StockMove> {
    let document = ("invoice", invoice.invoice_number.as_str());
    let cause = Cause { words, document, by, now: invoice.updated_at };
    cause.moves(invoice.parts_sold().into_iter().map(|(part, quantity)| (part, sign * quantity)))
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

impl Transaction {
    /// Adds the service to the vehicle's totals, and frees it unless another card has it by now.
    fn serve_vehicle(&mut self, invoice: &Invoice, vehicle: Uuid, job_card: Uuid, hints: &PaidHints) {
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
