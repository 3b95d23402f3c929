//! Parts issues: from Central to a centre, and back.

use serde_json::{Value, json};

use super::{
    Action, Learn, Planned,
    central::some_of,
    centre::{in_words, lines},
};
use crate::{
    known::{Known, Lines, Named, pick},
    template::id,
};

pub(super) fn create(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let centre = pick(rng, &known.parts)?.centre;
    let parts: Vec<&Named> = known.central_parts.iter().collect();
    let lines = lines(rng, &parts, 3);
    let items: Vec<Value> = lines
        .iter()
        .map(|(part, quantity)| json!({"centralInventoryPartId": part.id, "requestedQty": quantity}))
        .collect();
    let body = json!({"toServiceCenterId": known.template.centres[centre].id, "items": items, "notes": tag});
    let words = format!("ask Central for {}", in_words(&lines));
    let planned = Planned::post(Action::CreateIssue, words, "/api/parts-issues", body);
    Some(planned.seen_in("PI").teaching(Learn::Issue { centre }))
}

pub(super) fn create_return(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let centre = pick(rng, &known.parts)?.centre;
    // Only what Central knows can go back there.
    let parts: Vec<&Named> = known.parts_of(centre).into_iter().filter(|part| part.is_centrals).collect();
    if parts.is_empty() {
        return None;
    }
    let lines = lines(rng, &parts, 3);
    let items: Vec<Value> = lines
        .iter()
        .map(|(part, quantity)| json!({"inventoryPartId": part.id, "requestedQty": quantity}))
        .collect();
    let body = json!({"direction": "CENTER_TO_CENTRAL", "items": items, "notes": tag,
        "fromServiceCenterId": known.template.centres[centre].id});
    let words = format!("offer Central {}", in_words(&lines));
    let planned = Planned::post(Action::CreateReturn, words, "/api/parts-issues", body);
    Some(planned.seen_in("PI").teaching(Learn::Issue { centre }))
}

pub(super) fn learn(known: &mut Known, centre: usize, data: &Value) {
    let name = format!("t{}", known.issues.len());
    known.issues.push(Lines::of(Named { name, id: id(data), centre, is_centrals: false }, data, "requestedQty"));
}

pub(super) fn approve(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let issue = pick(rng, &known.issues)?;
    let mut approved = Vec::new();
    if rng.u8(0..3) == 0 {
        let (line, quantity) = rng.choice(&issue.lines)?;
        approved.push(json!({"itemId": line, "approvedQty": rng.i64(0..=*quantity)}));
    }
    let words = format!("approve {}{}", issue.named.name, if approved.is_empty() { "" } else { " in part" });
    let body = json!({"approvedItems": approved, "notes": tag});
    let path = format!("/api/parts-issues/{}/approve", issue.named.id);
    Some(Planned::patch(Action::ApproveIssue, words, path, body).seen_in("PI"))
}

/// Rejecting, cancelling and closing an issue.
pub(super) fn step(
    action: Action,
    verb: &str,
    body: Value,
    rng: &mut fastrand::Rng,
    known: &Known,
) -> Option<Planned> {
    let issue = &pick(rng, &known.issues)?.named;
    let path = format!("/api/parts-issues/{}/{verb}", issue.id);
    Some(Planned::patch(action, format!("{verb} {}", issue.name), path, body))
}

pub(super) fn dispatch(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let issue = pick(rng, &known.issues)?;
    let mut body = json!({"transportDetails": {"carrier": tag}});
    let mut how = "";
    if rng.bool() {
        let items = some_of(rng, &issue.lines).into_iter();
        body["items"] = items.map(|(line, quantity)| json!({"itemId": line, "quantity": quantity})).collect();
        how = ", some of it";
    }
    let path = format!("/api/parts-issues/{}/dispatch", issue.named.id);
    let words = format!("dispatch {}{how}", issue.named.name);
    Some(Planned::patch(Action::DispatchIssue, words, path, body).seen_in("PI"))
}

pub(super) fn receive(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let issue = pick(rng, &known.issues)?;
    let mut items = Vec::new();
    for (line, quantity) in some_of(rng, &issue.lines) {
        let mut left = quantity;
        let mut some = || {
            let some = if rng.u8(0..3) == 0 { rng.i64(0..=left) } else { 0 };
            left -= some;
            some
        };
        let (lost, damaged, returned) = (some(), some(), some());
        items.push(json!({"itemId": line, "receivedQty": left, "lostQty": lost, "damagedQty": damaged,
            "returnedQty": returned}));
    }
    let words = format!("receive {} lines of {}", items.len(), issue.named.name);
    let path = format!("/api/parts-issues/{}/receive", issue.named.id);
    let body = json!({"receivedItems": items, "notes": tag});
    Some(Planned::patch(Action::ReceiveIssue, words, path, body).seen_in("PI"))
}
