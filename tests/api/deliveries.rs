//! Messages taken out of their queues, to be delivered by hand.

use aws_lambda_events::sqs::SqsEvent;
use dms_local::EventPlayer;
use dms_messages::{Queue, Received};
use dms_testkit::Dealership;

/// Messages as Lambda brings them.
pub(crate) fn event(messages: &[&Received]) -> SqsEvent {
    dms_local::batch(messages.iter().copied())
}

/// Relays all there is, and takes it out of the queues.
pub(crate) async fn take_all(dealership: &Dealership, player: &mut EventPlayer, queue: Queue) -> Vec<Received> {
    while player.relay().await.expect("relayed") {}
    let queues = &dealership.app.app.queues;
    let mut all = Vec::new();
    loop {
        let messages = queues.receive_now(queue).await.expect("messages");
        if messages.is_empty() {
            return all;
        }
        for message in &messages {
            queues.delete(queue, message).await.expect("deleted");
        }
        all.extend(messages);
    }
}
