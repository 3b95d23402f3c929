//! What is under way between Central and the centres. Every parts issue with pieces in transit has one small note of
//! them; it changes in the issue's own transaction and goes when nothing is under way any more. So what is in transit
//! is read at the cost of the open issues, however many there have been, and read consistently.

use std::collections::BTreeMap;

use dms_access::{CentralScope, ListScope, TenantScope};
use dms_domain::{ids, parts_issue::PartsIssue, statuses::IssueDirection};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    client::Store,
    entity::{Entity, from_item},
    error::StoreError,
    keys::{self, Key},
    planted::{PlantedBug, planted},
    range::{Range, SortRange},
    tables::Table,
    transaction::Transaction,
};

/// Pieces that one parts issue has under way, by part number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TransitNote {
    issue_id: Uuid,
    direction: IssueDirection,
    lines: BTreeMap<String, i64>,
}

impl Entity for TransitNote {
    const WHAT: &'static str = "transit note";

    fn key(&self) -> Key {
        keys::transit(&self.issue_id)
    }

    fn version(&self) -> u64 {
        1
    }
}

/// What is under way.
#[derive(Debug, Clone, Default)]
pub struct InTransit(Vec<TransitNote>);

impl InTransit {
    /// Pieces of a part on their way to a centre (a part of which has this id).
    pub fn to_centre_of(&self, part: &Uuid, number: &str) -> i64 {
        self.sum(number, |note| {
            note.direction == IssueDirection::CentralToCenter
                && ids::ordinal_of(&note.issue_id) == ids::ordinal_of(part)
        })
    }

    /// Pieces of a part under way, in any direction.
    pub fn of_part(&self, number: &str) -> i64 {
        self.sum(number, |_| true)
    }

    fn sum(&self, number: &str, of: impl Fn(&TransitNote) -> bool) -> i64 {
        self.0.iter().filter(|note| of(note)).filter_map(|note| note.lines.get(number)).sum()
    }
}

impl Store {
    /// What is under way to and from one centre.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn in_transit_of(&self, scope: TenantScope) -> Result<InTransit, StoreError> {
        self.transit_notes(SortRange::Prefix(keys::centre_prefix(scope))).await
    }

    /// What is under way to and from all centres.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn in_transit_of_central(&self, _: CentralScope) -> Result<InTransit, StoreError> {
        self.transit_notes(SortRange::All).await
    }

    /// What is under way to and from the centres of a list.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn in_transit_within(&self, scope: ListScope) -> Result<InTransit, StoreError> {
        match scope {
            ListScope::One(scope) => self.in_transit_of(scope).await,
            ListScope::All(_) => self.transit_notes(SortRange::All).await,
        }
    }

    async fn transit_notes(&self, sort: SortRange) -> Result<InTransit, StoreError> {
        let range = Range::partition(keys::TRANSIT).within(sort);
        let notes = self.query(&range, usize::MAX).await?.into_iter().map(from_item);
        Ok(InTransit(notes.collect::<Result<_, _>>()?))
    }
}

impl Transaction {
    /// Writes, changes or removes the note of what an issue has under way. The issue's version is checked beside it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub(crate) fn note_transit(&mut self, before: &PartsIssue, after: &PartsIssue) -> Result<(), StoreError> {
        let (was, lines) = (before.in_transit(), after.in_transit());
        if was == lines {
            return Ok(());
        }
        if lines.is_empty() {
            self.delete(Table::Core, keys::transit(&after.id));
            return Ok(());
        }
        if planted(PlantedBug::TransitNoteNotUpdated) && !was.is_empty() {
            return Ok(());
        }
        self.overwrite(&TransitNote { issue_id: after.id, direction: after.direction, lines })
    }
}
