//! What tests need: the application on an embedded cloud of its own, a dealership with every role, and short
//! ways to say requests. A development dependency only: it panics where a test should fail.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod app;
mod client;
mod clock;
mod dealership;
mod lambda;
mod promises;
pub mod samples;

pub use app::{TestApp, TestSettings, together};
pub use client::{Answer, Client, Request};
pub use clock::TestClock;
pub use dealership::{Centre, Dealership};
pub use lambda::LambdaRuntime;
