//! Finds what is stored about a customer, and erases it document by document, each in a transaction of its own: a run that was
//! interrupted is completed by another one. For an operator: no index has everything about a customer, so all is read.

use std::{collections::BTreeSet, pin::pin};

use chrono::{DateTime, NaiveDate, Utc};
use dms_domain::{
    appointment::Appointment,
    calendar::{self, Timestamp},
    credit_note::CreditNote,
    customer::Customer,
    erasure::{Personal, Traces, erased_answer},
    file::StoredFile,
    invoice::Invoice,
    job_card::{JobCard, JobCardForms},
    quotation::Quotation,
    vehicle::{ServiceRecord, Vehicle},
};
use futures::TryStreamExt;
use uuid::Uuid;

use crate::{
    client::{Item, Store, text},
    command::{Command, Plan, no_answer},
    entity::{Entity, from_item},
    error::StoreError,
    keys::{self, Key, MasterKind, StoredKind, TenantKind},
    outbox::Outgoing,
    range::Range,
    tables::{Index, Table},
    transaction::Transaction,
    update::Update,
};

/// A document that is about a customer.
pub struct Mention {
    /// How a report names it.
    pub named: String,
    /// What of it must be finished first.
    pub open: Option<String>,
    /// The last day on which it must be kept as it is, if that has not passed.
    pub kept_until: Option<NaiveDate>,
    /// Whether there is something to be erased now.
    pub is_personal: bool,
    key: Key,
    erase: Erase,
}

/// The erasure of a document, made from its item as it is then.
type Erase = fn(Item, Timestamp) -> Result<Transaction, StoreError>;

/// What is stored about a customer.
#[derive(Default)]
pub struct Person {
    /// Documents, but the customer's own.
    pub mentions: Vec<Mention>,
    /// Files of the customer, their vehicles and their job cards.
    pub files: Vec<StoredFile>,
    /// Remembered answers of commands that speak of them.
    pub answers: Vec<Key>,
    /// Ids of all these documents.
    pub documents: BTreeSet<Uuid>,
    /// Parts of job cards that are kept beside them, and lines of histories.
    beside: BTreeSet<Key>,
}

impl Person {
    fn add<E: Entity + Personal>(&mut self, item: Item, today: NaiveDate, erase: Erase) -> Result<E, StoreError> {
        let key = Key::of(&item);
        let document: E = from_item(item)?;
        let kept_until = document.kept_until().filter(|_| document.is_kept(today));
        // The time does not matter: whether anything changes.
        let any_time = Timestamp::new(DateTime::UNIX_EPOCH);
        self.mentions.push(Mention {
            named: document.named(),
            open: document.open_business(today),
            kept_until,
            is_personal: kept_until.is_none() && document.erased(any_time).is_some(),
            key,
            erase,
        });
        Ok(document)
    }

    /// Adds the document of an item if it is about this customer.
    fn look_at(&mut self, item: Item, customer: &str, today: NaiveDate) -> Result<(), StoreError> {
        if text(&item, "customerId") != Some(customer) {
            return Ok(());
        }
        let pk = text(&item, "pk").unwrap_or_default();
        let (listed, is_deleted) = pk.strip_suffix(keys::DELETED).map_or((pk, false), |listed| (listed, true));
        let id: Option<Uuid> = text(&item, "id").and_then(|id| id.parse().ok());
        let Some(kind) = keys::kind_of(listed) else { return Ok(()) };
        match kind {
            StoredKind::Master(MasterKind::Vehicle) => {
                drop(self.add::<Vehicle>(item, today, replaced::<Vehicle>)?)
            }
            StoredKind::Tenant(TenantKind::JobCard) => {
                let card = self.add(item, today, in_place::<JobCard>(is_deleted))?;
                self.beside.extend(beside(&card));
            }
            StoredKind::Tenant(TenantKind::Appointment) => {
                self.add::<Appointment>(item, today, in_place::<Appointment>(is_deleted))?;
            }
            StoredKind::Tenant(TenantKind::Quotation) => {
                self.add::<Quotation>(item, today, in_place::<Quotation>(is_deleted))?;
            }
            StoredKind::Tenant(TenantKind::Invoice) => {
                drop(self.add::<Invoice>(item, today, replaced::<Invoice>)?)
            }
            StoredKind::Tenant(TenantKind::CreditNote) => {
                self.add::<CreditNote>(item, today, overwritten::<CreditNote>)?;
            }
            StoredKind::Tenant(
                TenantKind::PartsRequest
                | TenantKind::Part
                | TenantKind::PartsIssue
                | TenantKind::File
                | TenantKind::Audit,
            )
            | StoredKind::Central(_)
            | StoredKind::Master(MasterKind::Customer | MasterKind::User)
            | StoredKind::Ledger => return Ok(()),
        }
        self.documents.extend(id);
        Ok(())
    }
}

/// What is kept beside a job card: its forms, and its line in the vehicle's history.
fn beside(card: &JobCard) -> [Key; 2] {
    let own = TenantKind::JobCard.own(&card.id).key();
    [keys::job_card_forms(&own), keys::vehicle_history(&card.vehicle_id, &card.id)]
}

fn in_place<E: Entity + Personal>(is_deleted: bool) -> Erase {
    if is_deleted { archived::<E> } else { replaced::<E> }
}

/// A document with a version.
fn replaced<E: Entity + Personal>(item: Item, now: Timestamp) -> Result<Transaction, StoreError> {
    erased::<E>(item, now, |transaction, old, new| transaction.replace(old, new))
}

/// A record without one.
fn overwritten<E: Entity + Personal>(item: Item, now: Timestamp) -> Result<Transaction, StoreError> {
    erased::<E>(item, now, |transaction, _, new| transaction.overwrite(new))
}

/// A document that was deleted, where it is kept.
fn archived<E: Entity + Personal>(item: Item, now: Timestamp) -> Result<Transaction, StoreError> {
    erased::<E>(item, now, |transaction, _, new| transaction.keep_archived(new))
}

fn erased<E: Entity + Personal>(
    item: Item,
    now: Timestamp,
    write: impl FnOnce(&mut Transaction, &E, &E) -> Result<(), StoreError>,
) -> Result<Transaction, StoreError> {
    let old: E = from_item(item)?;
    let mut transaction = Transaction::new();
    let new = if old.is_kept(now.ist_date()) { None } else { old.erased(now) };
    if let Some(new) = new {
        write(&mut transaction, &old, &new)?;
    }
    Ok(transaction)
}

impl Store {
    /// A customer as they are stored, also one who was deleted. For an operator.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn customer_as_stored(&self, id: &Uuid) -> Result<Option<Customer>, StoreError> {
        self.get(Table::Core, &MasterKind::Customer.key(id)).await?.map(from_item).transpose()
    }

    /// Everything that is stored about a customer beside their own document. Reads the whole table.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn person(
        &self,
        customer: &Customer,
        traces: &Traces,
        now: DateTime<Utc>,
    ) -> Result<Person, StoreError> {
        let (id, today) = (customer.id.to_string(), calendar::ist_date(now));
        let mut person = Person { documents: BTreeSet::from([customer.id]), ..Person::default() };
        let mut pages = pin!(self.pages_of(Table::Core));
        while let Some(rows) = pages.try_next().await? {
            for item in rows {
                let key = Key::of(&item);
                if !Outgoing::is_command(&item) {
                    person.look_at(item, &id, today)?;
                } else if text(&item, BODY).is_some_and(|body| traces.are_in(body) && erased_answer(body) != body)
                {
                    person.answers.push(key);
                }
            }
        }
        for item in self.get_many(std::mem::take(&mut person.beside)).await? {
            if item.contains_key("jobCardNumber") {
                person.add::<ServiceRecord>(item, today, overwritten::<ServiceRecord>)?;
            } else {
                person.add::<JobCardForms>(item, today, overwritten::<JobCardForms>)?;
            }
        }
        for document in &person.documents {
            let files = Range::index(Index::Gsi2, keys::files_of_pk(document));
            for file in self.query(&files, usize::MAX).await? {
                person.files.push(from_item(file)?);
            }
        }
        Ok(person)
    }

    /// Erases what is personal in a document, unless it must be kept. Done twice, it is done once.
    ///
    /// # Errors
    /// As of any command.
    pub async fn erase(&self, mention: &Mention, command: &Command) -> Result<(), StoreError> {
        self.erase_at(&mention.key, mention.erase, command).await
    }

    /// Erases the customer's own document: what is left is the number that others name.
    ///
    /// # Errors
    /// As of any command.
    pub async fn erase_customer(&self, id: &Uuid, command: &Command) -> Result<(), StoreError> {
        self.erase_at(&MasterKind::Customer.key(id), replaced::<Customer>, command).await
    }

    /// Takes a customer out of every list, so that nothing new can be about them.
    ///
    /// # Errors
    /// As of any command.
    pub async fn close_customer(&self, id: &Uuid, command: &Command) -> Result<(), StoreError> {
        let plan = || async {
            // Who was deleted before is not found here.
            let Some(customer) = self.customer(id).await? else { return Ok(Plan::nothing(())) };
            let mut transaction = Transaction::new();
            transaction.replace(&customer, &customer.deleted(Timestamp::new(command.now)))?;
            Ok(Plan::new(transaction, ()))
        };
        self.run(command, plan, no_answer).await.map(|_| ())
    }

    async fn erase_at(&self, key: &Key, erase: Erase, command: &Command) -> Result<(), StoreError> {
        let now = Timestamp::new(command.now);
        let plan = || async {
            let item = self.get(Table::Core, key).await?;
            let erased = item.map(|item| erase(item, now)).transpose()?;
            Ok(erased.map_or_else(|| Plan::nothing(()), |transaction| Plan::new(transaction, ())))
        };
        self.run(command, plan, no_answer).await.map(|_| ())
    }

    /// Leaves of a remembered answer that the command was done.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn erase_answer(&self, command: &Key) -> Result<(), StoreError> {
        let Some(record) = self.get(Table::Core, command).await? else { return Ok(()) };
        let Some(body) = text(&record, BODY) else { return Ok(()) };
        let update = Update::of(command.clone()).set(BODY, erased_answer(body)).when(BODY, body.to_owned());
        self.update_now(update).await
    }
}

/// A command record's attribute: its answer.
const BODY: &str = "body";
