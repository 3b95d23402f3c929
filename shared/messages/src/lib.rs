//! What travels between the functions: the events that a command records, and later the queues' messages.

mod event;

pub use event::{Event, EventKind};
