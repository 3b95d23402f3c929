use proptest::prelude::*;

use super::*;

fn now() -> Timestamp {
    Timestamp::new("2026-11-23T04:30:00Z".parse().unwrap())
}

fn item(n: u128, part: u128, requested_qty: i64) -> IssueItem {
    IssueItem {
        id: Uuid::from_u128(n),
        central_inventory_part_id: Uuid::from_u128(part),
        inventory_part_id: None,
        part_name: "Battery Module".to_owned(),
        part_number: format!("BAT-{part}"),
        new_part: None,
        requested_qty,
        approved_qty: 0,
        dispatched_qty: 0,
        received_qty: 0,
        lost_qty: 0,
        damaged_qty: 0,
        returned_qty: 0,
        closed_qty: 0,
    }
}

fn issue(items: Vec<IssueItem>) -> PartsIssue {
    PartsIssue {
        id: Uuid::nil(),
        issue_number: "PI-2026-0001".to_owned(),
        direction: IssueDirection::CentralToCenter,
        service_center_id: Uuid::nil(),
        status: PartsIssueStatus::PendingApproval,
        priority: Priority::Medium,
        items,
        dispatches: Vec::new(),
        receipts: Vec::new(),
        notes: None,
        requested_by_id: Uuid::nil(),
        decided_by_id: None,
        decided_at: None,
        decision_notes: None,
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn approve(issue: &PartsIssue) -> PartsIssue {
    issue.approved(&[], Uuid::nil(), None, now()).unwrap()
}

fn dispatch(lines: &[(u128, i64)]) -> Dispatch {
    let items =
        lines.iter().map(|(id, quantity)| DispatchedItem { item_id: Uuid::from_u128(*id), quantity: *quantity });
    Dispatch {
        number: String::new(),
        transport_details: None,
        estimated_arrival: None,
        items: items.collect(),
        dispatched_by_id: Uuid::nil(),
        dispatched_at: now(),
    }
}

fn receipt(lines: &[(u128, [i64; 4])]) -> IssueReceipt {
    let items = lines.iter().map(|(id, [received_qty, lost_qty, damaged_qty, returned_qty])| ReceivedItem {
        item_id: Uuid::from_u128(*id),
        received_qty: *received_qty,
        lost_qty: *lost_qty,
        damaged_qty: *damaged_qty,
        returned_qty: *returned_qty,
    });
    IssueReceipt { items: items.collect(), notes: None, received_by_id: Uuid::nil(), received_at: now() }
}

#[test]
fn lines_of_the_same_part_are_added_up() {
    let issue = issue(vec![item(1, 7, 2), item(2, 7, 3), item(3, 8, 1)]);
    let (seven, eight) = (Uuid::from_u128(7), Uuid::from_u128(8));
    assert_eq!(issue.requested_by_central_part(), BTreeMap::from([(seven, 5), (eight, 1)]));
    assert!(issue.in_transit().is_empty());
    assert_eq!(approve(&issue).in_transit(), BTreeMap::from([("BAT-7".to_owned(), 5), ("BAT-8".to_owned(), 1)]));
}

#[test]
fn less_can_be_approved_and_nothing_is_a_rejection() {
    let issue = issue(vec![item(1, 7, 50), item(2, 8, 5)]);
    let approve = |id: u128, approved_qty| Approval { item_id: Uuid::from_u128(id), approved_qty };
    let approved = issue.approved(&[approve(1, 20)], Uuid::nil(), None, now()).unwrap();
    assert_eq!(approved.items.iter().map(|item| item.approved_qty).collect::<Vec<_>>(), [20, 5]);
    assert!(issue.approved(&[approve(1, 0), approve(2, 0)], Uuid::nil(), None, now()).is_err());
    assert!(issue.approved(&[approve(1, 51)], Uuid::nil(), None, now()).is_err());
    assert_eq!(approved.approved(&[], Uuid::nil(), None, now()).unwrap_err().code(), "INVALID_TRANSITION");
}

#[test]
fn each_dispatch_has_its_own_number_and_none_exceeds_what_was_approved() {
    let approved = approve(&issue(vec![item(1, 7, 50)]));
    assert_eq!(approved.received(receipt(&[(1, [1, 0, 0, 0])]), now()).unwrap_err().code(), "INVALID_TRANSITION");
    let first = approved.dispatched(dispatch(&[(1, 30)]), now()).unwrap();
    assert_eq!(first.dispatched(dispatch(&[(1, 21)]), now()).unwrap_err().code(), "OVER_DISPATCH");
    let second = first.dispatched(dispatch(&[]), now()).unwrap();
    let numbers: Vec<&str> = second.dispatches.iter().map(|dispatch| dispatch.number.as_str()).collect();
    assert_eq!(numbers, ["PI-2026-0001/1", "PI-2026-0001/2"]);
    assert_eq!(second.dispatches[1].items[0].quantity, 20);
    assert_eq!(second.dispatched(dispatch(&[]), now()).unwrap_err().code(), "OVER_DISPATCH");
}

#[test]
fn what_was_not_dispatched_cannot_be_received() {
    let sent = approve(&issue(vec![item(1, 7, 50)])).dispatched(dispatch(&[(1, 30)]), now()).unwrap();
    let refusal = sent.received(receipt(&[(1, [31, 0, 0, 0])]), now()).unwrap_err();
    assert_eq!(refusal.code(), "OVER_RECEIPT");
    assert_eq!(refusal.fields().to_string(), "receivedItems[0].receivedQty 31 named, 30 open");
    assert!(
        sent.received(receipt(&[(9, [1, 0, 0, 0])]), now())
            .unwrap_err()
            .fields()
            .to_string()
            .contains("not a line")
    );
    let twice = receipt(&[(1, [1, 0, 0, 0]), (1, [1, 0, 0, 0])]);
    assert!(sent.received(twice, now()).unwrap_err().fields().to_string().contains("named twice"));
    assert!(sent.received(receipt(&[(1, [0, 0, 0, 0])]), now()).is_err());
}

#[test]
fn an_issue_is_completed_when_every_piece_is_accounted_for() {
    let sent = approve(&issue(vec![item(1, 7, 50)])).dispatched(dispatch(&[]), now()).unwrap();
    let partial = sent.received(receipt(&[(1, [40, 2, 0, 0])]), now()).unwrap();
    assert_eq!((partial.status, partial.items[0].in_transit()), (PartsIssueStatus::Dispatched, 8));
    let whole = partial.received(receipt(&[(1, [4, 0, 3, 1])]), now()).unwrap();
    assert_eq!((whole.status, whole.items[0].in_transit()), (PartsIssueStatus::Completed, 0));
    assert_eq!(whole.received(receipt(&[(1, [1, 0, 0, 0])]), now()).unwrap_err().code(), "INVALID_TRANSITION");
}

#[test]
fn closing_gives_back_what_was_never_sent() {
    let approved = approve(&issue(vec![item(1, 7, 50)]));
    let unsent = approved.closed(now()).unwrap();
    assert_eq!((unsent.status, unsent.items[0].closed_qty), (PartsIssueStatus::Cancelled, 50));
    assert_eq!(unsent.deleted(now()).unwrap_err().code(), "ISSUE_IN_USE");
    let sent = approved.dispatched(dispatch(&[(1, 30)]), now()).unwrap();
    let closed = sent.closed(now()).unwrap();
    assert_eq!((closed.status, closed.items[0].in_transit()), (PartsIssueStatus::Dispatched, 30));
    let done = closed.received(receipt(&[(1, [30, 0, 0, 0])]), now()).unwrap();
    assert_eq!(done.status, PartsIssueStatus::Completed);
    assert_eq!(done.closed(now()).unwrap_err().code(), "NOTHING_TO_CLOSE");
}

proptest! {
    /// Whatever is dispatched, received and closed, and in which order: no piece is lost or invented.
    #[test]
    fn every_approved_piece_is_somewhere(steps in prop::collection::vec((0..3_u8, [0..9_i64, 0..9, 0..9, 0..9]), 0..20)) {
        let mut issue = approve(&issue(vec![item(1, 7, 30)]));
        for (kind, quantities) in steps {
            let next = match kind {
                0 => issue.dispatched(dispatch(&[(1, quantities[0])]), now()),
                1 => issue.received(receipt(&[(1, quantities)]), now()),
                _ => issue.closed(now()),
            };
            issue = next.unwrap_or(issue);
            let line = &issue.items[0];
            prop_assert!(line.in_transit() >= 0 && line.undispatched() >= 0);
            prop_assert_eq!(line.in_transit() + line.accounted() + line.closed_qty, 30);
            prop_assert!(line.accounted() <= line.dispatched_qty);
            let over = matches!(issue.status, PartsIssueStatus::Completed | PartsIssueStatus::Cancelled);
            prop_assert_eq!(over, line.in_transit() == 0);
        }
    }
}

#[test]
fn the_last_receipt_leaves_nothing_under_way_that_could_never_arrive() {
    let receive = |issue: &PartsIssue, quantity: i64| {
        let line = ReceivedItem { item_id: Uuid::from_u128(1), received_qty: quantity, ..ReceivedItem::default() };
        let receipt =
            IssueReceipt { items: vec![line], notes: None, received_by_id: Uuid::nil(), received_at: now() };
        issue.received(receipt, now())
    };
    let mut issue = approve(&issue(vec![item(1, 1, 100)])).dispatched(dispatch(&[(1, 90)]), now()).unwrap();
    for _ in 1..MAX_MOVEMENTS {
        issue = receive(&issue, 1).unwrap();
    }
    let left = issue.items[0].dispatched_qty - issue.items[0].received_qty;
    assert_eq!(receive(&issue, left - 1).unwrap_err().code(), "TOO_MANY_RECEIPTS");
    issue = receive(&issue, left).unwrap();
    assert_eq!((issue.status, issue.items[0].in_transit()), (PartsIssueStatus::Dispatched, 10));
    assert_eq!(issue.dispatched(dispatch(&[]), now()).unwrap_err().code(), "TOO_MANY_RECEIPTS");
    assert_eq!(issue.closed(now()).unwrap().status, PartsIssueStatus::Completed);
}
