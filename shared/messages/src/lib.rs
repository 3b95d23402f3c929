//! What travels between the functions: the events that a command records, and the queues that carry them.

mod event;
mod queues;
mod trace;

pub use event::{Event, EventKind, Message, RollupChange};
pub use queues::{Backlog, Queue, QueueError, Queues, QueuesConfig, Received};
pub use trace::Trace;
