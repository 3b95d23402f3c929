//! What handlers take as arguments.

mod approval;
mod command;
mod form;
mod json;
mod path;
mod permit;
mod query;

pub use approval::Approval;
pub use command::Cmd;
pub use form::{FilePart, Form};
pub(crate) use json::parse_value;
pub use json::{Change, Json, set_only};
pub use path::{Id, ItemId};
pub use permit::{Login, Permit};
pub use query::{Params, Spec};
