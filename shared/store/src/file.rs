//! Files in DynamoDB, and the notes by which no object in the bucket is left behind.

use std::cmp::Reverse;

use chrono::{DateTime, TimeDelta, Utc};
use dms_access::{ListScope, TenantScope};
use dms_domain::{
    file::StoredFile,
    ids,
    refusal::Refusal,
    statuses::{FileStatus, RelatedEntity},
};
use uuid::Uuid;

use crate::{
    client::{Item, Store, key_item},
    command::Plan,
    entity::{Entity, IndexKeys, NO_STATE, TallyCell, from_item},
    error::StoreError,
    keys::{self, Key, MasterKind, TenantKind},
    range::{Range, SortRange},
    tables::{Index, Table},
    transaction::Transaction,
    update::Update,
};

/// What is younger than this is not swept: it may be under way.
const SETTLING_SECS: i64 = 3_600;

impl Entity for StoredFile {
    const WHAT: &'static str = "file";

    fn key(&self) -> Key {
        TenantKind::File.own(&self.id).key()
    }

    fn version(&self) -> u64 {
        self.version
    }

    /// Nearly all files are READY, so there is no index by state: only those that wait are found by it.
    fn index(&self) -> IndexKeys {
        let waits = self.status == FileStatus::Pending;
        IndexKeys {
            gsi1: waits.then(|| keys::file_pending(&self.id)),
            gsi2: Some(keys::file_of(&self.related_entity_id, &self.id)),
            low_pk: None,
        }
    }

    fn tally(&self) -> Option<TallyCell> {
        Some(TallyCell {
            pk: TenantKind::File.own(&self.id).tally_pk(),
            day: self.created_at.ist_date(),
            code: NO_STATE,
        })
    }
}

impl Store {
    /// A file of a centre.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn file(&self, scope: TenantScope, id: &Uuid) -> Result<Option<StoredFile>, StoreError> {
        self.get(Table::Core, &TenantKind::File.key(scope, id)).await?.map(from_item).transpose()
    }

    /// The file of an object. For the file-checker alone: the id comes from a key of our own bucket, not from a
    /// request.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn file_of_object(&self, id: &Uuid) -> Result<Option<StoredFile>, StoreError> {
        self.get(Table::Core, &TenantKind::File.own(id).key()).await?.map(from_item).transpose()
    }

    /// A document's files, as far as the caller sees them, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn files_of(
        &self,
        document: &Uuid,
        scope: ListScope,
        limit: usize,
    ) -> Result<Vec<StoredFile>, StoreError> {
        let all = Range::index(Index::Gsi2, keys::files_of_pk(document));
        // Several centres' files lie by centre: which are the newest is known when all are read.
        let (range, most) = match scope {
            ListScope::One(scope) => (all.within(SortRange::Prefix(keys::centre_prefix(scope))), limit),
            ListScope::All(_) => (all, usize::MAX),
        };
        let files = self.query(&range, most).await?.into_iter().map(from_item);
        let mut files: Vec<StoredFile> = files.collect::<Result<_, _>>()?;
        files.sort_by_key(|file| Reverse(file.id));
        files.truncate(limit);
        Ok(files)
    }

    /// A ticket: a file whose content will come. What it is attached to must exist.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusal comes from the commit.
    pub fn issue_ticket(&self, scope: TenantScope, file: StoredFile) -> Result<Plan<StoredFile>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.create(&file)?;
        transaction.related_exists(scope, &file)?;
        Ok(Plan::new(transaction, file))
    }

    /// A file whose content is in the bucket already, noted as loose until now.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; the refusal comes from the commit.
    pub fn keep_file(&self, scope: TenantScope, file: StoredFile) -> Result<Plan<StoredFile>, StoreError> {
        let mut plan = self.issue_ticket(scope, file)?;
        // Without its note the sweep may have taken the object.
        let note = keys::loose_objects(&plan.value.id);
        plan.transaction.delete_if(note, Some(1), Box::new(|_| None));
        Ok(plan)
    }

    /// Removes a file, and notes its objects as loose.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn discard_file(&self, file: StoredFile) -> Result<Plan<StoredFile>, StoreError> {
        let mut transaction = Transaction::new();
        transaction.remove(&file)?;
        transaction.overwrite_item(key_item(&keys::loose_objects(&file.id)));
        Ok(Plan::new(transaction, file))
    }

    /// Notes objects as loose before they are made, so that none is left behind whatever happens.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn note_loose_objects(&self, file: &Uuid) -> Result<(), StoreError> {
        self.add(Table::Core, &keys::loose_objects(file), "version", 1, None).await.map(|_| ())
    }

    /// The objects are gone.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn forget_loose_objects(&self, file: &Uuid) -> Result<(), StoreError> {
        self.remove(Table::Core, &keys::loose_objects(file)).await
    }

    /// Ids of files whose objects have been loose for an hour, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn loose_objects(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Uuid>, StoreError> {
        let range = Range::partition(keys::LOOSE_OBJECTS).within(settled_by(now)).ascending();
        let notes = self.query(&range, limit).await?;
        Ok(notes.iter().filter_map(|note| crate::client::text(note, "sk")?.parse().ok()).collect())
    }

    /// Files that have been PENDING for an hour, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn waiting_files(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<StoredFile>, StoreError> {
        let range = Range::index(Index::Gsi1, keys::FILES_PENDING).within(settled_by(now));
        self.query(&range.ascending(), limit).await?.into_iter().map(from_item).collect()
    }
}

/// The ids that are old enough for the sweep.
fn settled_by(now: DateTime<Utc>) -> SortRange {
    let last = (now - TimeDelta::seconds(SETTLING_SECS)).timestamp_millis();
    SortRange::Between(ids::lower_bound(0), ids::upper_bound(last))
}

impl Transaction {
    /// The document a file is attached to must exist, and, if it is a centre's, be of the file's own centre.
    fn related_exists(&mut self, scope: TenantScope, file: &StoredFile) -> Result<(), Refusal> {
        let (of, id) = (file.related_entity_type, file.related_entity_id);
        let absent = move || Refusal::field("relatedEntityId", format!("no such {}: {id}", of.what()));
        let exists = match of {
            // Another centre's document does not exist for this file.
            RelatedEntity::JobCard if !scope.owns(&id) => return Err(absent()),
            RelatedEntity::JobCard => Update::of(TenantKind::JobCard.key(scope, &id)),
            RelatedEntity::Vehicle => Update::of(MasterKind::Vehicle.key(&id)).when_absent("deletedAt"),
            RelatedEntity::Customer => Update::of(MasterKind::Customer.key(&id)).when_absent("deletedAt"),
        };
        self.update_or(exists.when_exists(), Box::new(move |_: Option<&Item>| Some(absent())));
        Ok(())
    }
}
