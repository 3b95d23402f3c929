//! What the queue does not bring: uploads whose message was lost, tickets that no one claimed, objects that are no
//! file's.

use dms_domain::{
    file::{Shelf, StoredFile},
    statuses::FileStatus,
};
use dms_store::{Plan, no_answer};
use uuid::Uuid;

use crate::{CheckError, FileChecker, check::Outcome};

/// Most files of each kind in one sweep; the rest is for the next one.
const MAX_FILES: usize = 1_000;

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files that were checked although no message told of them.
    pub settled: usize,
    /// Tickets that were not claimed in time.
    pub discarded: usize,
    /// Files that were deleted, or never finished, whose objects are gone now.
    pub objects: usize,
}

impl FileChecker {
    /// Sweeps once. One file that resists does not keep the others.
    ///
    /// # Errors
    /// [`CheckError`] when the work cannot be found, or some of it is left for the next time.
    pub async fn sweep(&self) -> Result<Swept, CheckError> {
        let now = self.clock.now();
        let mut swept = Swept::default();
        let mut left = 0;
        for file in self.store.waiting_files(now, MAX_FILES).await? {
            match self.look_after(&file).await {
                Ok(Outcome::Settled) => swept.settled += 1,
                Ok(Outcome::Nothing) => swept.discarded += 1,
                Ok(Outcome::Absent) => {}
                Err(error) => left += not_swept(&file.id, &error),
            }
        }
        for id in self.store.loose_objects(now, MAX_FILES).await? {
            match self.clear(&id).await {
                Ok(()) => swept.objects += 1,
                Err(error) => left += not_swept(&id, &error),
            }
        }
        if left > 0 { Err(CheckError::Unswept(left)) } else { Ok(swept) }
    }

    /// A file that waits: its content may have come unnoticed; if it has not for a day, it will not.
    async fn look_after(&self, file: &StoredFile) -> Result<Outcome, CheckError> {
        let outcome = self.check(&Shelf::Quarantine.key(&file.id)).await?;
        if outcome != Outcome::Absent || !file.is_unclaimed(self.clock.now()) {
            return Ok(outcome);
        }
        let command = self.command(&file.id, file.uploaded_by_id);
        let plan = || async {
            let waiting = self.store.file_of_object(&file.id).await?;
            let waiting = waiting.filter(|file| file.status == FileStatus::Pending);
            waiting.map_or_else(|| Ok(Plan::nothing(file.clone())), |file| self.store.discard_file(file))
        };
        self.store.run(&command, plan, no_answer).await?;
        self.clear(&file.id).await?;
        Ok(Outcome::Nothing)
    }

    /// Removes loose objects, and the note of them.
    async fn clear(&self, id: &Uuid) -> Result<(), CheckError> {
        self.remove_objects(id).await?;
        Ok(self.store.forget_loose_objects(id).await?)
    }
}

fn not_swept(file: &Uuid, error: &CheckError) -> usize {
    tracing::warn!(%error, file_id = %file, "left to the next sweep");
    1
}
