//! Invoices in DynamoDB, and the commits of issuing, paying and cancelling them.

use dms_access::TenantScope;
use dms_domain::{
    invoice::Invoice,
    job_card::JobCard,
    numbering::{self, Series},
    refusal::Refusal,
    search,
    statuses::JobCardStatus,
    stock::LedgerType,
};
use dms_messages::EventKind;
use uuid::Uuid;

use crate::{
    client::{Item, Store},
    command::Plan,
    entity::{Entity, IndexKeys, Posting, TallyCell, from_item},
    error::StoreError,
    job_card::Hints,
    keys::{Key, TenantKind},
    planted::{PlantedBug, planted},
    stock::{Cause, StockMove},
    tables::Table,
    transaction::Transaction,
    unread_step::UnreadStep,
};

impl Entity for Invoice {
    const WHAT: &'static str = "invoice";
    const TYPICAL_BYTES: usize = 1_700;

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

impl Store {
    /// An invoice of a centre.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn invoice(&self, scope: TenantScope, id: &Uuid) -> Result<Option<Invoice>, StoreError> {
        self.get(Table::Core, &TenantKind::Invoice.key(scope, id)).await?.map(from_item).transpose()
    }

    /// Issues an invoice: takes its number, and makes its job card INVOICED or takes what was sold over the
    /// counter out of stock. `invoice` comes without numbers; what was paid in advance may be all of it.
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
            let mut invoiced = card.invoiced(invoice.id, invoice.created_at)?;
            if planted(PlantedBug::AdvanceKeptOnCard) {
                invoiced.advances.clone_from(&card.advances);
            }
            transaction.replace(card, &invoiced)?;
        }
        let sales = stock_moves(&invoice, -1, ("SOLD", LedgerType::Sale), by);
        let alerts = transaction.move_stock(&sales, &hints.parts)?;
        let paid = transaction.book_service(None, &invoice, hints)?;
        let issued = EventKind::InvoiceIssued {
            invoice_id: invoice.id,
            invoice_number: invoice.invoice_number.clone(),
            grand_total_paise: invoice.totals.grand_total_paise.get(),
        };
        let centre = Some(invoice.service_center_id);
        let plan = Plan::new(transaction, invoice).event(centre, issued);
        Ok(alerts.into_iter().chain(paid).fold(plan, |plan, event| plan.event(centre, event)))
    }

    /// Records money taken or given back. A payment after which nothing is left to pay has its consequences (specification
    /// §11, "Auto-actions on PAID").
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn pay_invoice(&self, old: &Invoice, new: Invoice, hints: &Hints) -> Result<Plan<Invoice>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        let paid = transaction.book_service(Some(old), &new, hints)?;
        let recorded = new.payments.last().map(|entry| EventKind::InvoicePaymentRecorded {
            invoice_id: new.id,
            payment_id: entry.id,
            kind: entry.kind.as_str().to_owned(),
            amount_paise: entry.amount_paise.get(),
        });
        let centre = Some(new.service_center_id);
        let plan = Plan::new(transaction, new);
        Ok(recorded.into_iter().chain(paid).fold(plan, |plan, event| plan.event(centre, event)))
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
        transaction.reopen_card(&new);
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

impl Transaction {
    /// Makes the job card of an invoice that is no longer live COMPLETED again.
    pub(crate) fn reopen_card(&mut self, invoice: &Invoice) {
        let Some(job_card) = invoice.job_card_id else { return };
        let (from, to) = (JobCardStatus::Invoiced, JobCardStatus::Completed);
        let step = UnreadStep {
            own: TenantKind::JobCard.own(&job_card),
            id: job_card,
            from: (from.as_str(), from.tally_code()),
            to: (to.as_str(), to.tally_code()),
        };
        let update = step.update(invoice.updated_at).remove("invoiceId").when("invoiceId", invoice.id.to_string());
        let other = |_: Option<&Item>| Some(Refusal::conflict("JOB_CARD_CLOSED", "The job card has moved on"));
        self.step_unread(&step, update, Box::new(other));
    }
}
