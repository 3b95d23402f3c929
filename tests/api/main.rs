//! The API as its users see it: in process, on an embedded cloud per test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod audit_log;
mod channels;
mod concurrency;
mod cost;
mod cost_of_money;
mod cost_of_quotations;
mod cost_of_transfers;
mod cursor;
mod deliveries;
mod events;
mod fields;
mod generated;
mod golden;
mod growth;
mod interleavings;
mod notifications;
mod query;
mod query_property;
mod rollups;
mod routes;
mod search;
mod tenancy;
mod traces;
