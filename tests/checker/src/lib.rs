//! The concurrency checker: random histories of all commands that move stock or money, from several clients at once,
//! through a connection to AWS that fails; and after each history the invariants. Everything in a history comes
//! from its seed, so that one that fails can be run again exactly.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // it is a test

mod actions;
mod app;
mod client;
mod dynamo;
mod enumerate;
mod fault;
mod history;
mod invariants;
mod known;
mod many;
mod template;
mod wire;

pub use actions::Action;
pub use enumerate::{SCENARIOS, enumerate};
pub use fault::{Fault, Faults};
pub use history::{Report, run, run_invoices};
pub use invariants::wrong_items;
pub use many::{Summary, run_many};
