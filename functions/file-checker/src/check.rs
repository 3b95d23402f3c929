use dms_blob::Object;
use dms_domain::{
    calendar::Timestamp,
    file::{Shelf, StoredFile},
    refusal::Refusal,
    statuses::FileStatus,
};
use dms_store::{Plan, StoreError, no_answer};
use uuid::Uuid;

use crate::{CheckError, FileChecker};

/// What became of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is none of ours, or its file is gone, or was settled before.
    Nothing,
    /// It is not there (yet).
    Absent,
    /// Its file is READY or REJECTED now.
    Settled,
}

impl FileChecker {
    /// Checks the object of this key in quarantine.
    pub(crate) async fn check(&self, key: &str) -> Result<Outcome, CheckError> {
        let Some(id) = Shelf::Quarantine.file_of_key(key) else {
            tracing::warn!(key, "not a file of ours");
            return Ok(Outcome::Nothing);
        };
        let Some(file) = self.store.file_of_object(&id).await? else {
            self.remove_objects(&id).await?;
            return Ok(Outcome::Nothing);
        };
        if file.status != FileStatus::Pending {
            self.blob.delete(key).await?;
            return Ok(Outcome::Nothing);
        }
        let Some(object) = self.blob.get(key).await? else { return Ok(Outcome::Absent) };
        let e_tag = object.e_tag.clone();
        let verdict = verdict(&file, object).await?;
        if verdict.is_ok() {
            self.blob.copy(key, &Shelf::Ready.key(&id), &e_tag).await?;
        }
        match self.settle(&file, &verdict).await {
            Ok(()) => self.blob.delete(key).await?,
            // Deleted while it was checked.
            Err(StoreError::Refused(_)) => self.remove_objects(&id).await?,
            Err(error) => return Err(error.into()),
        }
        tracing::info!(file_id = %id, accepted = verdict.is_ok(), reason = verdict.err(), "checked");
        Ok(Outcome::Settled)
    }

    /// Writes down what the check found, unless another one was quicker.
    async fn settle(&self, file: &StoredFile, verdict: &Result<(), String>) -> Result<(), StoreError> {
        let command = self.command(&file.id, file.uploaded_by_id);
        let plan = || async {
            let file = self.store.file_of_object(&file.id).await?;
            let file = file.ok_or(Refusal::NotFound { what: "file" })?;
            if file.status != FileStatus::Pending {
                return Ok(Plan::nothing(file));
            }
            Plan::replace(&file, file.checked(verdict.clone(), Timestamp::new(command.now))?)
        };
        self.store.run(&command, plan, no_answer).await.map(|_| ())
    }

    /// Removes what the bucket has of a file.
    pub(crate) async fn remove_objects(&self, id: &Uuid) -> Result<(), CheckError> {
        for shelf in Shelf::ALL {
            self.blob.delete(&shelf.key(id)).await?;
        }
        Ok(())
    }
}

/// Whether an object is what was announced; one of another length is not even read.
async fn verdict(file: &StoredFile, object: Object) -> Result<Result<(), String>, CheckError> {
    if let Err(reason) = file.announced().check_size(object.size_bytes) {
        return Ok(Err(reason));
    }
    Ok(file.announced().check(&object.content().await?))
}
