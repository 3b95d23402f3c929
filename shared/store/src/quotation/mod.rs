//! Quotations in DynamoDB, and the commits of sending, answering and converting them.

mod expiry;

use dms_access::{TenantScope, VerifiedLink};
use dms_domain::{
    appointment::Appointment,
    job_card::{JobCard, JobCardForms},
    money::Paise,
    numbering::Series,
    quotation::Quotation,
    refusal::Refusal,
    search,
    statuses::QuotationStatus,
};
use dms_messages::EventKind;
use uuid::Uuid;

use crate::{
    client::{Item, Store},
    command::Plan,
    entity::{Entity, IndexKeys, Posting, TallyCell, from_item},
    error::StoreError,
    keys::{self, Key, TenantKind},
    tables::Table,
    transaction::Transaction,
};

impl Entity for Quotation {
    const WHAT: &'static str = "quotation";

    fn key(&self) -> Key {
        TenantKind::Quotation.own(&self.id).key()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> IndexKeys {
        let own = TenantKind::Quotation.own(&self.id);
        let due = match self.status {
            QuotationStatus::Draft | QuotationStatus::Sent => keys::due_quotation(&self.id, self.valid_until),
            QuotationStatus::Approved | QuotationStatus::Rejected | QuotationStatus::Expired => None,
        };
        IndexKeys { gsi1: Some(own.state(self.status.tally_code())), gsi2: due, low_pk: None }
    }

    fn tally(&self) -> Option<TallyCell> {
        Some(TallyCell {
            pk: TenantKind::Quotation.own(&self.id).tally_pk(),
            day: self.created_at.ist_date(),
            code: self.status.tally_code(),
        })
    }

    fn postings(&self) -> Vec<Posting> {
        TenantKind::Quotation.own(&self.id).postings([search::number_word(&self.quotation_number)])
    }
}

impl Store {
    /// A quotation of a centre.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn quotation(&self, scope: TenantScope, id: &Uuid) -> Result<Option<Quotation>, StoreError> {
        self.get(Table::Core, &TenantKind::Quotation.key(scope, id)).await?.map(from_item).transpose()
    }

    /// The quotation that an approval link is for, whatever it offers by now.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn linked_quotation(&self, link: &VerifiedLink) -> Result<Option<Quotation>, StoreError> {
        self.get(Table::Core, &keys::linked_quotation(link)).await?.map(from_item).transpose()
    }

    /// Writes a new quotation for a customer's vehicle.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn draft_quotation(&self, quotation: Quotation) -> Result<Plan<Quotation>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.create(&quotation)?;
        transaction.vehicle_is_customers(quotation.offer.vehicle_id, quotation.offer.customer_id);
        let (quotation_id, quotation_number) = (quotation.id, quotation.quotation_number.clone());
        let created = EventKind::QuotationCreated { quotation_id, quotation_number };
        let centre = Some(quotation.service_center_id);
        Ok(Plan::new(transaction, quotation).event(centre, created))
    }

    /// Changes a draft; another vehicle must be the customer's.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusals come from the commit.
    pub fn edit_quotation(&self, old: &Quotation, new: Quotation) -> Result<Plan<Quotation>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.replace(old, &new)?;
        let whose = |quotation: &Quotation| (quotation.offer.vehicle_id, quotation.offer.customer_id);
        if whose(old) != whose(&new) {
            transaction.vehicle_is_customers(new.offer.vehicle_id, new.offer.customer_id);
        }
        Ok(Plan::new(transaction, new))
    }

    /// Sends a quotation.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn send_quotation(&self, old: &Quotation, new: Quotation) -> Result<Plan<Quotation>, StoreError> {
        let sent = EventKind::QuotationSent {
            quotation_id: new.id,
            quotation_number: new.quotation_number.clone(),
            customer_id: new.offer.customer_id,
            valid_until: new.valid_until,
        };
        let centre = Some(new.service_center_id);
        Ok(Plan::replace(old, new)?.event(centre, sent))
    }

    /// Answers a quotation.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn answer_quotation(&self, old: &Quotation, new: Quotation) -> Result<Plan<Quotation>, StoreError> {
        let answered_by = new.answer.as_ref().map(|answer| answer.said.answered_by.as_str());
        let approved = new.approved_totals.as_ref().map_or(Paise::ZERO, |totals| totals.grand_total_paise);
        let answered = EventKind::QuotationAnswered {
            quotation_id: new.id,
            quotation_number: new.quotation_number.clone(),
            status: new.status.as_str().to_owned(),
            answered_by: answered_by.unwrap_or_default().to_owned(),
            approved_total_paise: approved.get(),
            created_by: new.created_by_id,
        };
        let centre = Some(new.service_center_id);
        Ok(Plan::replace(old, new)?.event(centre, answered))
    }

    /// Opens the job card of an approved quotation, as [`Self::open_job_card`] opens any, and notes it with the quotation.
    ///
    /// # Errors
    /// `ALREADY_CONVERTED`; `NOT_APPROVED`; [`StoreError::Corrupt`]; other refusals come from the commit.
    pub fn convert_quotation(
        &self,
        quotation: &Quotation,
        (card, forms): (JobCard, JobCardForms),
        (series, last): (&Series, i64),
        appointment: Option<(Appointment, Appointment)>,
    ) -> Result<Plan<(JobCard, JobCardForms)>, StoreError> {
        let mut transaction = Transaction::new();
        let card = JobCard { job_card_number: transaction.take_number(series, last), ..card };
        // Before the vehicle, which its own card has made busy when it was converted by others meanwhile.
        let converted = quotation.converted(&card, card.created_at)?;
        transaction.replace_or(quotation, &converted, Box::new(why_not_converted))?;
        let (card, forms) = transaction.open_job_card((card, forms), appointment)?;
        let converted = EventKind::QuotationConverted {
            quotation_id: quotation.id,
            quotation_number: quotation.quotation_number.clone(),
            job_card_id: card.id,
            job_card_number: card.job_card_number.clone(),
        };
        let centre = Some(card.service_center_id);
        Ok(Plan::new(transaction, (card, forms)).event(centre, converted))
    }
}

/// None when it could be converted still: plan again.
fn why_not_converted(found: Option<&Item>) -> Option<Refusal> {
    let quotation: Option<Quotation> = found.and_then(|item| from_item(item.clone()).ok());
    quotation.and_then(|quotation| quotation.check_convertible().err())
}
