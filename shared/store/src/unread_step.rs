//! Moving a document from one state to another without having read it: its id tells where it is counted.

use chrono::DateTime;
use dms_domain::{
    calendar::{self, Timestamp},
    ids,
    statuses::TallyCode,
};
use uuid::Uuid;

use crate::{
    entity::TallyCell,
    keys::OwnKeys,
    planted::{PlantedBug, planted},
    transaction::{OnFailure, Transaction},
    update::Update,
};

/// A step of a document that was not read: from one state to another.
pub(crate) struct UnreadStep {
    /// The document's keys.
    pub(crate) own: OwnKeys,
    /// Its id, which tells the day on which it is counted.
    pub(crate) id: Uuid,
    /// Name and tally code of the state it must be in.
    pub(crate) from: (&'static str, TallyCode),
    /// Name and tally code of the state it gets.
    pub(crate) to: (&'static str, TallyCode),
}

impl UnreadStep {
    /// The update of the state and of the place in the index; the caller adds what else changes.
    pub(crate) fn update(&self, now: Timestamp) -> Update {
        let listed = if planted(PlantedBug::IndexNotMoved) { self.from.1 } else { self.to.1 };
        let update = Update::of(self.own.key())
            .set("status", self.to.0)
            .set("gsi1pk", self.own.state(listed).pk)
            .set("updatedAt", now.to_string())
            .add("version", 1);
        if planted(PlantedBug::StepWithoutState) { update } else { update.when("status", self.from.0) }
    }

    fn cell(&self, code: TallyCode) -> Option<TallyCell> {
        let created = DateTime::from_timestamp_millis(ids::created_at_ms(&self.id))?;
        Some(TallyCell { pk: self.own.tally_pk(), day: calendar::ist_date(created), code })
    }
}

impl Transaction {
    /// Moves a document from one state to another without having read it.
    pub(crate) fn step_unread(&mut self, step: &UnreadStep, update: Update, on_failure: OnFailure) {
        self.update_or(update, on_failure);
        self.recount(step.cell(step.from.1), step.cell(step.to.1));
    }
}
