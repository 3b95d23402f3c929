//! What failed conditions showed of parts: the next plan of the command goes by that.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use dms_domain::stock::PartDetails;
use dms_messages::EventKind;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    client::{Item, Store},
    error::StoreError,
    job_card::Hints,
    keys,
    tables::Table,
};

/// A part as a failed condition showed it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SeenPart {
    pub(super) part_number: String,
    pub(super) stock_quantity: i64,
    pub(super) headroom: i64,
    pub(super) min_stock_level: i64,
    /// Central's parts only.
    pub(super) available: Option<i64>,
}

#[derive(Debug, Clone)]
pub(super) enum Seen {
    There(SeenPart),
    /// It was deleted; not looked for among the deleted yet.
    Gone,
    /// It was deleted: what it was.
    Deleted(Item),
}

/// Parts as failed conditions showed them.
#[derive(Debug, Clone, Default)]
pub(crate) struct SeenParts(Arc<Mutex<HashMap<Uuid, Seen>>>);

impl SeenParts {
    pub(super) fn get(&self, id: &Uuid) -> Option<Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    pub(super) fn put(&self, id: Uuid, seen: Seen) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, seen);
    }

    /// An empty part that was made a moment ago: it leaves the index of low stock with its first pieces.
    pub(crate) fn made(&self, id: Uuid, details: &PartDetails) {
        self.know(id, details, 0);
    }

    /// A part with so many pieces in stock.
    pub(crate) fn know(&self, id: Uuid, details: &PartDetails, stock_quantity: i64) {
        self.put(id, Seen::There(SeenPart::of(details, stock_quantity)));
    }

    fn forget(&self, id: &Uuid) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    fn gone(&self) -> Vec<Uuid> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().filter(|(_, seen)| matches!(seen, Seen::Gone)).map(|(id, _)| *id).collect()
    }
}

impl SeenPart {
    /// A part that was read, with so many pieces in stock.
    pub(crate) fn of(details: &PartDetails, stock_quantity: i64) -> Self {
        Self {
            part_number: details.part_number.clone(),
            stock_quantity,
            headroom: stock_quantity - details.min_stock_level,
            min_stock_level: details.min_stock_level,
            available: None,
        }
    }

    /// The alert, when a movement makes a part low that was not.
    pub(crate) fn low_after(&self, id: Uuid, stock: i64) -> Option<EventKind> {
        (self.headroom > 0 && self.headroom + stock <= 0).then(|| EventKind::StockLow {
            part_id: id,
            part_number: self.part_number.clone(),
            stock_quantity: self.stock_quantity + stock,
            min_stock_level: self.min_stock_level,
        })
    }
}

impl Store {
    /// Looks among the deleted for parts that a failed condition did not find, so that the next plan can put them
    /// back. Costs nothing unless there are any.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn recall_parts(&self, hints: &Hints) -> Result<(), StoreError> {
        for id in hints.parts.gone() {
            let key = keys::archived(&keys::part(&id).key());
            match self.get(Table::Core, &key).await? {
                Some(item) => hints.parts.put(id, Seen::Deleted(item)),
                // Another command has put it back meanwhile.
                None => hints.parts.forget(&id),
            }
        }
        Ok(())
    }
}
