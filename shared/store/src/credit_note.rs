//! Credit notes in DynamoDB, and the commit of issuing one.

use dms_access::TenantScope;
use dms_domain::{
    credit_note::{CreditNote, Crediting},
    invoice::Invoice,
    job_card::JobCard,
    numbering::{self, Series},
    search,
    statuses::InvoiceStatus,
    stock::LedgerType,
};
use dms_messages::EventKind;
use uuid::Uuid;

use crate::{
    client::Store,
    command::Plan,
    entity::{Entity, NO_STATE, Posting, TallyCell, from_item},
    error::StoreError,
    job_card::Hints,
    keys::{Key, TenantKind},
    planted::{PlantedBug, planted},
    stock::Cause,
    tables::Table,
    transaction::Transaction,
};

impl Entity for CreditNote {
    const WHAT: &'static str = "credit note";
    const TYPICAL_BYTES: usize = 1_500;

    fn key(&self) -> Key {
        TenantKind::CreditNote.own(&self.id).key()
    }

    fn version(&self) -> u64 {
        1
    }

    fn tally(&self) -> Option<TallyCell> {
        Some(TallyCell {
            pk: TenantKind::CreditNote.own(&self.id).tally_pk(),
            day: self.created_at.ist_date(),
            code: NO_STATE,
        })
    }

    fn postings(&self) -> Vec<Posting> {
        TenantKind::CreditNote.own(&self.id).postings([search::number_word(&self.credit_note_number)])
    }
}

impl Store {
    /// A credit note of a centre.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn credit_note(&self, scope: TenantScope, id: &Uuid) -> Result<Option<CreditNote>, StoreError> {
        self.get(Table::Core, &TenantKind::CreditNote.key(scope, id)).await?.map(from_item).transpose()
    }

    /// Issues a credit note: takes its number, takes its value off the invoice and off what the vehicle has cost, puts
    /// parts back into stock and, when nothing of the invoice is left, makes its job card COMPLETED again. `card` is
    /// the one that returns parts, as it was read.
    ///
    /// # Errors
    /// Those of [`Invoice::credited`]; [`StoreError::Corrupt`]; further refusals come from the commit.
    pub fn issue_credit_note(
        &self,
        invoice: &Invoice,
        asked: &Crediting,
        (series, last): (&Series, i64),
        card: Option<&JobCard>,
        hints: &Hints,
    ) -> Result<Plan<(CreditNote, Invoice)>, StoreError> {
        let mut transaction = Transaction::new();
        let number = transaction.take_number(series, last);
        let gst_number = numbering::gst_credit_note_number(&number);
        let (note, new) = invoice.credited(asked, (number, gst_number))?;
        transaction.create(&note)?;
        transaction.replace(invoice, &new)?;
        let paid = transaction.book_service(Some(invoice), &new, hints)?;
        let parts = note.parts_returned();
        let wholly = new.status == InvoiceStatus::Credited;
        match card {
            Some(card) => {
                let after = card.credited((invoice.id, wholly), &parts, asked.now)?;
                let kept = planted(PlantedBug::CreditedPartsStayOnCard);
                if wholly || (after.items != card.items && !kept) {
                    transaction.replace(card, &after)?;
                }
            }
            None if wholly => transaction.reopen_card(&new),
            None => {}
        }
        let kind = if invoice.job_card_id.is_some() { LedgerType::Return } else { LedgerType::SaleReversal };
        let document = ("credit note", note.credit_note_number.as_str());
        let cause = Cause { words: ("CREDIT_NOTE", kind), document, by: asked.by, now: asked.now };
        if !planted(PlantedBug::CreditedPartsVanish) {
            transaction.move_stock(&cause.moves(parts), &hints.parts)?;
        }
        let issued = EventKind::CreditNoteIssued {
            credit_note_id: note.id,
            credit_note_number: note.credit_note_number.clone(),
            invoice_id: invoice.id,
            grand_total_paise: note.totals.grand_total_paise.get(),
            was_paid: invoice.status == InvoiceStatus::Paid,
        };
        let centre = Some(note.service_center_id);
        let plan = Plan::new(transaction, (note, new)).event(centre, issued);
        Ok(paid.into_iter().fold(plan, |plan, event| plan.event(centre, event)))
    }
}
