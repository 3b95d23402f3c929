//! Logs: one JSON line for each event, on Lambda as on a laptop.

use tracing::Subscriber;
use tracing_subscriber::{
    filter::Targets,
    fmt::{self, MakeWriter},
    layer::SubscriberExt as _,
    registry::Registry,
    util::SubscriberInitExt as _,
};

use crate::config::optional;

/// Begins to log what `LOG_LEVEL` wants, or what is wanted `otherwise`, as in `warn,dms_http=info`.
pub fn begin(otherwise: &str, writer: impl for<'a> MakeWriter<'a> + Send + Sync + 'static) {
    let wanted = optional("LOG_LEVEL").and_then(|wanted| wanted.parse().ok());
    json_lines(wanted.unwrap_or_else(|| otherwise.parse().unwrap_or_default()), writer).init();
}

/// Writes what is wanted as JSON lines.
pub fn json_lines(
    wanted: Targets,
    writer: impl for<'a> MakeWriter<'a> + Send + Sync + 'static,
) -> impl Subscriber + Send + Sync {
    let lines = fmt::layer().json().flatten_event(true).with_current_span(false).with_writer(writer);
    Registry::default().with(lines).with(wanted)
}
