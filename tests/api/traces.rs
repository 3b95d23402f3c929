//! One trace from a request through the command's record, stream and queue to the worker's log line.

use std::{
    cell::RefCell,
    io::{self, Write},
    sync::{Arc, Once},
};

use axum::http::Method;
use dms_domain::calendar::Clock;
use dms_http::logs::json_lines;
use dms_local::EventPlayer;
use dms_messages::{Queue, Trace};
use dms_testkit::Dealership;
use notifier::Notifier;
use serde_json::{Value, json};

use crate::deliveries::{event, take_all};

const HEADER: &str = "Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=1";
const ID: &str = "1-67891233-abcdef012345678912345678";

thread_local! {
    /// Log lines of this thread's test, as Lambda would get them.
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes a thread's lines where its test finds them.
struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.extend(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// Listens to this thread from now on. One subscriber for all threads: what a thread without one meets first, tracing
    /// takes for unwanted everywhere.
    fn listen() -> Self {
        static LISTENING: Once = Once::new();
        LISTENING.call_once(|| {
            let wanted = "warn,dms_http=info,notifier=info,dynoxide=off".parse().unwrap();
            tracing::subscriber::set_global_default(json_lines(wanted, || Self)).expect("the first one");
        });
        LINES.take();
        Self
    }

    /// The lines with this message.
    fn said(&self, message: &str) -> Vec<Value> {
        let text = LINES.with_borrow(|lines| String::from_utf8(lines.clone())).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["message"] == message).collect()
    }
}

async fn assign(dealership: &Dealership, trace: Option<&str>) {
    let card = dealership.job_card(&dealership.one).await;
    let engineer = &dealership.one.engineer_id;
    let path = format!("/api/job-cards/{}/assign-engineer", card["id"].as_str().unwrap());
    let mut request = dealership.one.manager.request(Method::POST, &path).json(&json!({"engineerId": engineer}));
    if let Some(trace) = trace {
        request = request.header(Trace::HEADER, trace);
    }
    request.send().await.expect(200);
}

#[tokio::test]
async fn a_notification_names_the_trace_of_the_request_that_caused_it() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let app = &dealership.app.app;
    let mut player = EventPlayer::new(app, dealership.app.streams(), 0);
    take_all(&dealership, &mut player, Queue::Notifications).await;

    let lines = Lines::listen();
    assign(&dealership, Some(&format!("{HEADER};Lineage=1:a87b:0"))).await;
    let requests = lines.said("request");
    assert!(requests.iter().any(|line| line["trace_id"] == ID && line["status"] == 200), "{requests:?}");

    // The message carries it, in the attribute from which X-Ray goes on.
    let messages = take_all(&dealership, &mut player, Queue::Notifications).await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].trace.as_ref().map(Trace::header), Some(HEADER));
    let delivered = event(&[&messages[0]]);
    assert_eq!(delivered.records[0].attributes[Trace::ATTRIBUTE], HEADER);

    let clock: Arc<dyn Clock> = dealership.app.clock.clone();
    let notifier = Notifier::new(app.store.clone(), clock, Vec::new());
    assert!(notifier.handle(delivered).await.batch_item_failures.is_empty());
    let notified = lines.said("notified");
    assert_eq!(notified.len(), 1, "{notified:?}");
    assert_eq!((&notified[0]["trace_id"], &notified[0]["told"]), (&json!(ID), &json!(1)));
}

#[tokio::test]
async fn a_request_without_a_trace_begins_one_and_what_is_no_trace_goes_nowhere() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let mut player = EventPlayer::new(&dealership.app.app, dealership.app.streams(), 0);
    take_all(&dealership, &mut player, Queue::Notifications).await;
    for header in [None, Some("Root=1-1;<script>")] {
        let lines = Lines::listen();
        assign(&dealership, header).await;
        let messages = take_all(&dealership, &mut player, Queue::Notifications).await;
        let trace = messages[0].trace.as_ref().expect("a trace of its own");
        assert!(trace.header().ends_with(";Sampled=0"), "{trace:?}");
        assert!(lines.said("request").iter().any(|line| line["trace_id"] == trace.id()));
    }
}

#[tokio::test]
async fn a_dead_letter_that_is_redriven_keeps_its_trace() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let queues = &dealership.app.app.queues;
    let trace = Trace::parse(HEADER);
    queues.send_traced(Queue::Uploads, [(json!({}), trace.clone())]).await.expect("sent");
    // As often as a message is tried.
    for _ in 0..6 {
        for message in queues.receive_now(Queue::Uploads).await.expect("messages") {
            queues.release(Queue::Uploads, &message).await.expect("released");
        }
    }
    assert_eq!(queues.redrive(Queue::Uploads).await.expect("redriven"), 1);
    assert_eq!(queues.receive_now(Queue::Uploads).await.expect("messages")[0].trace, trace);
}
