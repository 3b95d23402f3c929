//! Erasing a customer's personal data on request (DPDP Act 2023, section 12(3)). The rules are in `dms_domain::erasure`.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use dms_blob::Blob;
use dms_domain::{
    calendar::{self, Timestamp},
    customer::Customer,
    erasure::{Personal, Traces, file_kept_until},
    file::{Shelf, StoredFile},
};
use dms_store::{Command, Person, Plan, Store, no_answer};
use uuid::Uuid;

use super::Place;
use crate::{Options, ServerError};

/// What was (or would be) erased, and what is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purged {
    /// Documents that were changed, files that were deleted, answers that were forgotten.
    pub changed: BTreeSet<String>,
    /// What must be kept as it is, and the last day on which it must.
    pub kept: BTreeSet<(String, NaiveDate)>,
}

/// Erases the personal data of a customer wherever it is, but for what the law demands to be kept. Documents are changed one
/// after the other and the customer's own last: a run that was interrupted is completed by another one. With `dry_run`, only
/// says what would be done.
///
/// # Errors
/// [`ServerError::Task`] when there is no such customer, or when something is still to be done with them, which is named: then
/// nothing is erased; other [`ServerError`]s: also when a server runs on the folder.
pub async fn purge_person(
    options: &Options,
    customer: Uuid,
    dry_run: bool,
    now: DateTime<Utc>,
) -> Result<Purged, ServerError> {
    let place = Place::open(options).await?;
    let purge = Purge {
        store: place.store()?,
        blob: place.blob()?,
        today: calendar::ist_date(now),
        command: command(now),
    };
    let purged = purge.person(customer, dry_run).await?;
    place.close().await;
    Ok(purged)
}

/// An operator's command: no user gave it.
fn command(now: DateTime<Utc>) -> Command {
    Command::of_task("purge-person", Uuid::nil(), "purge-person".to_owned(), now)
}

struct Purge {
    store: Store,
    blob: Blob,
    today: NaiveDate,
    command: Command,
}

impl Purge {
    async fn person(&self, id: Uuid, dry_run: bool) -> Result<Purged, ServerError> {
        let customer = self.store.customer_as_stored(&id).await?;
        let customer = customer.ok_or_else(|| ServerError::Task(format!("there is no customer {id}")))?;
        let mut purged = Purged::default();
        let found = self.look(&customer, [].into(), &mut purged).await?;
        if customer.erased(Timestamp::new(self.command.now)).is_some() {
            purged.changed.insert(customer.named());
        }
        if dry_run {
            return Ok(purged);
        }
        // From here on nothing new can be about them; what began between looking and now is found by looking again. So are
        // the answers that name one of these documents and not the customer.
        self.store.close_customer(&id, &self.command).await?;
        self.erase(&found).await?;
        let rest = self.look(&customer, found.documents, &mut purged).await?;
        self.erase(&rest).await?;
        // The last, as the phone and the name are what the rest is found by.
        self.store.erase_customer(&id, &self.command).await?;
        Ok(purged)
    }

    /// Everything about the customer, unless some of it is still to be done.
    async fn look(
        &self,
        customer: &Customer,
        documents: BTreeSet<Uuid>,
        purged: &mut Purged,
    ) -> Result<Person, ServerError> {
        let person = self.store.person(customer, &Traces::of(customer, documents), self.command.now).await?;
        let open: Vec<&str> = person.mentions.iter().filter_map(|mention| mention.open.as_deref()).collect();
        if !open.is_empty() {
            let message = format!("{} has open business: {}", customer.named(), open.join("; "));
            return Err(ServerError::Task(message));
        }
        for mention in &person.mentions {
            if let Some(last) = mention.kept_until {
                purged.kept.insert((mention.named.clone(), last));
            } else if mention.is_personal {
                purged.changed.insert(mention.named.clone());
            }
        }
        for file in &person.files {
            match self.kept(file) {
                Some(last) => purged.kept.insert((named(file), last)),
                None => purged.changed.insert(named(file)),
            };
        }
        purged.changed.extend(person.answers.iter().map(|key| format!("remembered answer {}", key.pk)));
        Ok(person)
    }

    fn kept(&self, file: &StoredFile) -> Option<NaiveDate> {
        file_kept_until(file).filter(|last| self.today <= *last)
    }

    async fn erase(&self, person: &Person) -> Result<(), ServerError> {
        for mention in person.mentions.iter().filter(|mention| mention.is_personal) {
            self.store.erase(mention, &self.command).await?;
        }
        for file in person.files.iter().filter(|file| self.kept(file).is_none()) {
            self.discard(file).await?;
        }
        for answer in &person.answers {
            self.store.erase_answer(answer).await?;
        }
        Ok(())
    }

    /// As the API deletes files: the objects are noted as loose with the file's end, so that none is left whatever happens.
    async fn discard(&self, file: &StoredFile) -> Result<(), ServerError> {
        let plan = || async {
            let found = self.store.file_of_object(&file.id).await?;
            found.map_or_else(|| Ok(Plan::nothing(file.clone())), |file| self.store.discard_file(file))
        };
        self.store.run(&self.command, plan, no_answer).await?;
        for shelf in Shelf::ALL {
            let gone = self.blob.delete(&shelf.key(&file.id)).await;
            gone.map_err(|error| ServerError::Services(error.to_string()))?;
        }
        Ok(self.store.forget_loose_objects(&file.id).await?)
    }
}

/// Not by its name, which may be the person's.
fn named(file: &StoredFile) -> String {
    format!("file {}", file.id)
}
