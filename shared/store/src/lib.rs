//! The only crate that talks to DynamoDB. [`keys`] is every key and access pattern on one screen; documents
//! become items in one file per aggregate; every state-changing request is one transaction
//! ([`Store::run`]); lists have exact totals at constant cost ([`Store::list`]).

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod appointment;
mod audit;
mod auth;
mod bulk;
mod central_stock;
mod client;
mod command;
mod counter;
mod credit_note;
mod customer;
mod dispatch;
mod entity;
mod erasure;
mod error;
mod export;
mod file;
mod invoice;
mod job_card;
pub mod keys;
mod listing;
mod meter;
mod month;
mod notification;
mod outbox;
mod parts_issue;
mod parts_request;
pub mod planted;
mod purchase_order;
mod quotation;
mod range;
mod rebuild;
mod reconciliation;
mod recount;
mod reminder;
mod rollup;
mod scan;
mod search;
mod served;
mod service_centre;
mod stock;
mod supplier;
mod tables;
mod tally;
mod transaction;
mod transit;
mod turns;
mod unread_step;
mod update;
mod user;
mod vehicle;

pub use aws_sdk_dynamodb::config::{SharedHttpClient as HttpClient, retry::RetryPartition};

pub use audit::{CheckedChain, audit_record};
pub use auth::{Credentials, Refreshed, Session};
pub use bulk::{Bulk, Load};
pub use client::{Item, Rows, Store, StoreConfig};
pub use command::{Command, Plan, Reply, no_answer};
pub use entity::{Entity, IndexKeys, Posting, TallyCell, from_item};
pub use erasure::{Mention, Person};
pub use error::StoreError;
pub use export::{Exported, ExportedDocument, Named};
pub use job_card::Hints;
pub use listing::{CountsLedger, Listed, Page, READ_BUDGET_BYTES, STATELESS, States};
pub use meter::{Meter, Reading};
pub use notification::{MAX_NOTIFICATIONS_SKIPPED, MarkedRead, Notifications};
pub use outbox::Outgoing;
pub use parts_issue::IssuedPart;
pub use range::{Range, SortRange};
pub use rebuild::Rebuilt;
pub use reconciliation::{Mismatch, Reconciled, Reconciliation};
pub use recount::{Difference, Recounted};
pub use rollup::rollup_change;
pub use tables::{Index, TTL_ATTRIBUTE, Table};
pub use transaction::Transaction;
pub use transit::InTransit;
pub use update::Update;

use std::cell::Cell;

use chrono::{DateTime, Utc};
use dms_domain::ids::{self, CentreOrdinal};
use uuid::Uuid;

thread_local! {
    static RANDOM: Cell<Option<fastrand::Rng>> = const { Cell::new(None) };
}

/// A new id of a centre's document, or (without an ordinal) of the dealership's.
pub fn new_id(now: DateTime<Utc>, centre: Option<CentreOrdinal>) -> Uuid {
    let seeded = RANDOM.take().map(|mut rng| {
        let random = rng.u64(..).to_be_bytes();
        RANDOM.set(Some(rng));
        random
    });
    let random = seeded.unwrap_or_else(|| Uuid::new_v4().into_bytes()[8..].try_into().unwrap_or([0; 8]));
    ids::new_id(now, centre, random)
}

/// Plans something whose ids come from a seed instead of chance: generated data is the same every time.
pub fn with_ids_from<T>(seed: u64, plan: impl FnOnce() -> T) -> T {
    RANDOM.set(Some(fastrand::Rng::with_seed(seed)));
    let planned = plan();
    RANDOM.set(None);
    planned
}
