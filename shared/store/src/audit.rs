//! The audit log in DynamoDB: what a command's record tells of it, and the chain that its entry becomes part of.

use std::{collections::BTreeMap, pin::pin};

use aws_sdk_dynamodb::types::AttributeValue;
use dms_domain::{
    audit::{self, AuditEntry, AuditRecord, Break, ChainCheck, ChainHead},
    calendar::Timestamp,
    ids::{self, CentreOrdinal},
};
use futures::TryStreamExt;
use serde_json::Value;
use tokio::time::sleep;
use uuid::Uuid;

use crate::{
    client::{Item, Store, number, text},
    command::{Command, MAX_TRIES, Setback, backoff},
    entity::{Entity, NO_STATE, TallyCell, from_item},
    error::StoreError,
    keys::{self, Key, StoredKind},
    range::Range,
    tables::Table,
    transaction::{Transaction, Write},
    update::Update,
};

/// Entries that join a chain at once: with the chain's head and their tallies far less than a transaction holds, and no
/// more than a batch of the queue brings.
const JOINED_AT_ONCE: usize = 50;

/// A chain and where it is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedChain {
    /// The centre; none for the dealership's own.
    pub centre: Option<CentreOrdinal>,
    /// Its entries.
    pub entries: u64,
    /// What its head says: to be kept elsewhere, and compared the next time.
    pub head: ChainHead,
    /// Where it is broken.
    pub breaks: Vec<Break>,
}

impl Entity for AuditEntry {
    const WHAT: &'static str = "entry of the audit log";

    fn key(&self) -> Key {
        keys::audit_entry(&self.record.id).key()
    }

    fn version(&self) -> u64 {
        1
    }

    fn tally(&self) -> Option<TallyCell> {
        Some(TallyCell {
            pk: keys::audit_entry(&self.record.id).tally_pk(),
            day: self.record.created_at.ist_date(),
            code: NO_STATE,
        })
    }
}

/// An item in one form, whatever the order of its attributes.
pub(crate) fn canonical(item: &Item) -> Result<String, StoreError> {
    let mut value: Value = serde_dynamo::from_item(item.clone())?;
    value.sort_all_objects();
    Ok(value.to_string())
}

/// What a write does to its item; none for what is in other tables (credentials, words).
fn told(write: &Write) -> Result<Option<(Key, String)>, StoreError> {
    let (table, key) = write.target();
    if table != Table::Core {
        return Ok(None);
    }
    let told = match write {
        Write::Put { item, .. } => canonical(item)?,
        Write::Update(update) => update.told()?,
        Write::Delete { .. } => "deleted".to_owned(),
    };
    Ok(Some((key, told)))
}

fn hash(told: &BTreeMap<Key, String>) -> String {
    audit::hash(told.iter().flat_map(|(key, told)| [key.pk.as_bytes(), key.sk.as_bytes(), told.as_bytes()]))
}

/// Notes in a command's record what the audit log is to know of it: nothing when it changes nothing.
///
/// # Errors
/// [`StoreError::Corrupt`] when an item has no JSON form.
pub(crate) fn note(record: &mut Item, command: &Command, transaction: &Transaction) -> Result<(), StoreError> {
    if transaction.is_empty() {
        return Ok(());
    }
    let writes = || transaction.actions().iter().map(|action| &action.write);
    let told: BTreeMap<Key, String> =
        writes().filter_map(|write| told(write).transpose()).collect::<Result<_, _>>()?;
    let document = writes().find_map(|write| document(&write.target().1));
    let of_document = document.as_ref().and_then(|(_, id)| ids::ordinal_of(id));
    let mut put = |name: &str, value: String| record.insert(name.to_owned(), AttributeValue::S(value));
    put("action", command.action.clone());
    put("after", hash(&told));
    if !transaction.before().is_empty() {
        put("before", hash(transaction.before()));
    }
    if let Some((kind, id)) = document {
        put("document", format!("{kind}#{id}"));
    }
    if let Some(centre) = of_document.or(command.centre) {
        record.insert("centre".to_owned(), AttributeValue::N(centre.get().to_string()));
    }
    Ok(())
}

/// The kind and the id of the document with this key.
fn document(key: &Key) -> Option<(&'static str, Uuid)> {
    match keys::kind_of(&key.pk)? {
        StoredKind::Tenant(kind) => Some((kind.prefix(), key.sk.parse().ok()?)),
        StoredKind::Central(kind) => Some((kind.prefix(), key.sk.parse().ok()?)),
        StoredKind::Master(kind) => Some((kind.prefix(), key.pk.split('#').next_back()?.parse().ok()?)),
        StoredKind::Ledger => None,
    }
}

/// What a command's record tells the audit log; none of another item, or of a command that changed nothing.
///
/// # Errors
/// [`StoreError::Corrupt`].
pub fn audit_record(item: &Item) -> Result<Option<AuditRecord>, StoreError> {
    let (Some(pk), Some(action)) = (text(item, "pk"), text(item, "action")) else { return Ok(None) };
    let Some(rest) = pk.strip_prefix("CMD#") else { return Ok(None) };
    let corrupt = |what: &str| StoreError::Corrupt(format!("a command's record has no {what}"));
    let (user, _) = rest.split_once('#').ok_or_else(|| corrupt("user"))?;
    let wanted = |name: &'static str| text(item, name).ok_or_else(|| corrupt(name));
    let created_at: Timestamp = Timestamp::new(wanted("at")?.parse().map_err(|_| corrupt("time"))?);
    let centre = number(item, "centre").and_then(|n| CentreOrdinal::new(u16::try_from(n).ok()?));
    let (document_type, document_id) = match text(item, "document").and_then(|text| text.split_once('#')) {
        Some((kind, id)) => (Some(kind.to_owned()), Some(id.parse().map_err(|_| corrupt("document"))?)),
        None => (None, None),
    };
    Ok(Some(AuditRecord {
        id: entry_id(created_at, centre, (pk, wanted("runId")?)),
        created_at,
        user_id: user.parse().map_err(|_| corrupt("user"))?,
        action: action.to_owned(),
        document_type,
        document_id,
        before: text(item, "before").map(str::to_owned),
        after: wanted("after")?.to_owned(),
        request_id: wanted("requestId")?.to_owned(),
    }))
}

/// The same for the same command, however often its record is told.
fn entry_id(at: Timestamp, centre: Option<CentreOrdinal>, (pk, run_id): (&str, &str)) -> Uuid {
    let digest = audit::hash([pk.as_bytes(), run_id.as_bytes()]);
    let random = digest.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_default();
    ids::new_id(at.utc(), centre, random.to_be_bytes())
}

impl Store {
    /// Appends what commands' records tell to the chain of a centre, or of the dealership: each once, however often it
    /// comes. Returns the chain's head.
    ///
    /// # Errors
    /// A failure of the store, [`StoreError::Contended`] when others append all the time: what was not appended is to be
    /// brought again, with what was.
    pub async fn append_to_audit_log(
        &self,
        chain: Option<CentreOrdinal>,
        records: &[AuditRecord],
    ) -> Result<ChainHead, StoreError> {
        let mut head = ChainHead::default();
        for batch in records.chunks(JOINED_AT_ONCE) {
            head = self.append_batch(chain, batch).await?;
        }
        Ok(head)
    }

    async fn append_batch(
        &self,
        chain: Option<CentreOrdinal>,
        records: &[AuditRecord],
    ) -> Result<ChainHead, StoreError> {
        let mut last = StoreError::Contended;
        for attempt in 0..MAX_TRIES {
            if attempt > 0 {
                sleep(backoff(attempt) * 2).await;
            }
            let head = self.audit_head(chain).await?;
            // Most come for the first time. One that did not fails the transaction, and is looked for then.
            let known = if attempt == 0 { Vec::new() } else { self.known(records).await? };
            let mut transaction = Transaction::new();
            let mut end = head.clone();
            for record in records.iter().filter(|record| !known.contains(&record.id)) {
                let entry = AuditEntry::after(&end, record.clone());
                end = entry.head();
                transaction.create(&entry)?;
            }
            if end == head {
                return Ok(head);
            }
            let step = Update::of(keys::audit_head(chain));
            let step = match i64::try_from(head.sequence) {
                Ok(0) | Err(_) => step.when_absent("sequence"),
                Ok(sequence) => step.when_number("sequence", sequence),
            };
            let length = i64::try_from(end.sequence).unwrap_or(i64::MAX);
            transaction.update(step.set_number("sequence", length).set("hash", end.hash.clone()));
            match self.write_all(transaction.into_actions(self)?).await? {
                Ok(()) => return Ok(end),
                Err(Setback::Refused(refusal)) => return Err(refusal.into()),
                Err(Setback::Done(_) | Setback::Stale | Setback::Conflict) => last = StoreError::Contended,
                Err(Setback::Failed(error)) => last = error,
            }
        }
        Err(last)
    }

    /// Which of these have their entry.
    async fn known(&self, records: &[AuditRecord]) -> Result<Vec<Uuid>, StoreError> {
        let found = self.get_many(records.iter().map(|record| keys::audit_entry(&record.id).key())).await?;
        found.into_iter().map(|item| Ok(from_item::<AuditEntry>(item)?.record.id)).collect()
    }

    async fn audit_head(&self, chain: Option<CentreOrdinal>) -> Result<ChainHead, StoreError> {
        let head = self.get(Table::Core, &keys::audit_head(chain)).await?;
        head.map(from_item).transpose().map(Option::unwrap_or_default)
    }

    /// Appends the commands whose records are there and that are not in the audit log. For an operator: it reads everything
    /// there is.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when a record cannot be read; [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn append_missing_to_audit_log(&self) -> Result<(), StoreError> {
        let mut pages = pin!(self.pages_of(Table::Core));
        while let Some(items) = pages.try_next().await? {
            let mut chains: BTreeMap<Option<CentreOrdinal>, Vec<AuditRecord>> = BTreeMap::new();
            for item in &items {
                if let Some(record) = audit_record(item)? {
                    chains.entry(ids::ordinal_of(&record.id)).or_default().push(record);
                }
            }
            for (chain, mut records) in chains {
                records.sort_by_key(|record| record.id);
                self.append_to_audit_log(chain, &records).await?;
            }
        }
        Ok(())
    }

    /// Reads every chain from its beginning and checks it. For an operator: what is appended meanwhile may be told as an end
    /// that does not fit.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when an entry cannot be read; [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn check_audit_log(&self, mut progress: impl FnMut(u64)) -> Result<Vec<CheckedChain>, StoreError> {
        let last = self.last_centre_ordinal().await?;
        let mut checked = Vec::new();
        let mut read = 0;
        for centre in std::iter::once(None).chain((1..=last).filter_map(CentreOrdinal::new).map(Some)) {
            let range = Range::partition(keys::audit_pk(centre)).ascending();
            let (mut check, mut start) = (ChainCheck::default(), None);
            loop {
                let page = self.query_page(&range, None, start).await?;
                read += page.items.len() as u64;
                for item in page.items {
                    check.take(&from_item::<AuditEntry>(item)?);
                }
                progress(read);
                start = page.next;
                if start.is_none() {
                    break;
                }
            }
            let head = self.audit_head(centre).await?;
            let (entries, breaks) = check.finish(&head);
            checked.push(CheckedChain { centre, entries, head, breaks });
        }
        Ok(checked)
    }
}
