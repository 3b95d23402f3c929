//! Lining up within a process what would otherwise cancel each other's transactions. Other processes are held off by the
//! conditions of the transactions themselves.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use dms_domain::numbering::Series;
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

use crate::client::Store;

/// More than this many are looked through for those that nobody waits for.
const MANY: usize = 1_000;

/// Who has the turn, and who waits for it, by what it is about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns(Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>>);

impl Turns {
    async fn wait_for(&self, what: String) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if turns.len() > MANY {
                turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            }
            turns.entry(what).or_default().clone()
        };
        turn.lock_owned().await
    }
}

impl Store {
    /// Waits for this process's turn to take a number of a gapless series; hold it for the whole command.
    pub async fn turn(&self, series: &Series) -> OwnedMutexGuard<()> {
        self.turns.wait_for(series.counter_name()).await
    }

    /// Waits for this process's turn to change a document that many change, from what was read; hold it for the whole
    /// command.
    pub async fn turn_of_document(&self, id: &Uuid) -> OwnedMutexGuard<()> {
        self.turns.wait_for(id.to_string()).await
    }
}
