//! The rules of a vehicle service centre, pure: no I/O, no async, no clock. One file per aggregate; every
//! state machine in [`state_machine`], every permission in [`permissions`], every number format in
//! [`numbering`].

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod appointment;
pub mod audit;
pub mod calendar;
pub mod central_stock;
pub mod credit_note;
pub mod customer;
pub mod dashboard;
pub mod erasure;
pub mod fields;
pub mod file;
pub mod formats;
pub mod gst;
pub mod ids;
pub mod inputs;
pub mod invoice;
pub mod job_card;
pub mod money;
pub mod money_text;
pub mod notification;
pub mod numbering;
pub mod parts_issue;
pub mod parts_request;
pub mod payment;
pub mod permissions;
pub mod purchase_order;
pub mod query;
pub mod quotation;
pub mod reconciliation;
pub mod refusal;
pub mod reminder;
pub mod rollup;
pub mod search;
pub mod service_centre;
pub mod state_machine;
pub mod statuses;
pub mod stock;
pub mod supplier;
mod tally_code;
pub mod user;
pub mod vehicle;
