//! The trace that something belongs to: a request, what its events set off, and what came of that, under one id in all logs.
//! In the form of AWS X-Ray, which Lambda and SQS hand on by themselves.

use tokio::task_local;
use uuid::Uuid;

task_local! {
    static CURRENT: Trace;
}

/// A trace, as the header `X-Amzn-Trace-Id` and the attribute `AWSTraceHeader` of a message say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// `Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=1`
    header: String,
}

impl Trace {
    /// The header of requests.
    pub const HEADER: &'static str = "x-amzn-trace-id";
    /// The attribute of messages in SQS.
    pub const ATTRIBUTE: &'static str = "AWSTraceHeader";

    /// Reads a header. Fields that are not known (`Self`, `Lineage`) are left out.
    ///
    /// It may come from anywhere, and goes into logs and messages: what is no trace is none.
    pub fn parse(header: &str) -> Option<Self> {
        let field =
            |name: &str| header.split(';').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='));
        let root = field("Root").filter(|root| is_root(root))?;
        let mut known = format!("Root={root}");
        for (name, value) in [
            ("Parent", field("Parent").filter(|parent| is_hex(parent, 16))),
            ("Sampled", field("Sampled").filter(|sampled| matches!(*sampled, "0" | "1"))),
        ] {
            if let Some(value) = value {
                known = format!("{known};{name}={value}");
            }
        }
        Some(Self { header: known })
    }

    /// A new trace, which X-Ray need not be told of.
    pub fn new(began_at_secs: i64) -> Self {
        let random = Uuid::new_v4().simple().to_string();
        // Eight digits until the year 2106.
        let began = began_at_secs.clamp(0, i64::from(u32::MAX));
        Self { header: format!("Root=1-{began:08x}-{};Sampled=0", &random[..24]) }
    }

    /// The trace's id: by it the lines of all logs belong together.
    pub fn id(&self) -> &str {
        let root = self.header.split(';').next().unwrap_or_default();
        root.trim_start_matches("Root=")
    }

    /// As headers and attributes say it.
    pub fn header(&self) -> &str {
        &self.header
    }

    /// In as few bytes as it takes, for a command's record: each kilobyte begun is paid for. The root's time and id, whether it
    /// is sampled (2: not said), the parent if there is one.
    pub fn to_bytes(&self) -> Vec<u8> {
        let field = |name: &str| self.header.split(';').find_map(|field| field.strip_prefix(name));
        let root = self.id().replace('-', "");
        let sampled = field("Sampled=").map_or(2, |sampled| u8::from(sampled == "1"));
        let decoded = |digits: &str| hex::decode(digits).unwrap_or_default();
        let mut told = decoded(root.get(1..).unwrap_or_default());
        told.push(sampled);
        told.extend(decoded(field("Parent=").unwrap_or_default()));
        told
    }

    /// What [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (time, id, rest) = (bytes.get(..4)?, bytes.get(4..16)?, bytes.get(16..)?);
        let (sampled, parent) = rest.split_first()?;
        Self::parse(&format!(
            "Root=1-{}-{};Parent={};Sampled={sampled}",
            hex::encode(time),
            hex::encode(id),
            hex::encode(parent)
        ))
    }

    /// What is done here belongs to this trace.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    /// The trace that this belongs to; none outside of [`Self::scope`].
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }
}

/// `1-`, the time in 8 hexadecimal digits, 24 more.
fn is_root(text: &str) -> bool {
    let mut parts = text.split('-');
    let has_parts = parts.next() == Some("1")
        && parts.next().is_some_and(|time| is_hex(time, 8))
        && parts.next().is_some_and(|id| is_hex(id, 24));
    has_parts && parts.next().is_none()
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "1-67891233-abcdef012345678912345678";

    #[test]
    fn of_a_header_what_is_known_is_kept() {
        for (header, kept) in [
            (format!("Root={ROOT}"), format!("Root={ROOT}")),
            (format!("Self=1-1-1; Root={ROOT} "), format!("Root={ROOT}")),
            (
                format!("Self=1-2-3;Root={ROOT};Parent=463ac35c9f6413ad;Sampled=1;Lineage=1:a87b:0"),
                format!("Root={ROOT};Parent=463ac35c9f6413ad;Sampled=1"),
            ),
            (format!("Root={ROOT};Parent=<script>;Sampled=?"), format!("Root={ROOT}")),
        ] {
            let trace = Trace::parse(&header);
            assert_eq!(trace.as_ref().map_or("", Trace::header), kept, "{header}");
            assert!(trace.as_ref().is_none_or(|trace| trace.id() == ROOT));
            assert_eq!(trace.as_ref().and_then(|trace| Trace::from_bytes(&trace.to_bytes())), trace);
        }
        for none in [
            "",
            "Root=",
            "Root=1-67891233-abc",
            "Root=2-67891233-abcdef012345678912345678",
            ROOT,
            "Root=1-67891233-ABCDEF012345678912345678",
            "Root=1-67891233-abcdef012345678912345678-1",
        ] {
            assert_eq!(Trace::parse(none), None, "{none}");
        }
    }

    #[test]
    fn a_new_trace_can_be_read_and_is_like_no_other() {
        let new = Trace::new(0x6789_1233);
        assert_eq!(Trace::parse(new.header()), Some(new.clone()));
        assert_eq!((Trace::from_bytes(&new.to_bytes()), new.to_bytes().len()), (Some(new.clone()), 17));
        assert!(new.id().starts_with("1-67891233-") && new != Trace::new(0x6789_1233));
    }

    #[tokio::test]
    async fn what_is_done_in_a_scope_belongs_to_its_trace() {
        let trace = Trace::new(1);
        assert_eq!(Trace::current(), None);
        assert_eq!(trace.clone().scope(async { Trace::current() }).await, Some(trace));
        assert_eq!(Trace::current(), None);
    }
}
