//! Central's stock and its purchase orders.

use serde_json::{Value, json};

use super::{
    Action, Learn, Planned,
    centre::{adjustment, in_words, lines},
};
use crate::{
    known::{Known, Lines, Named, pick},
    template::id,
};

pub(super) fn adjust(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let part = pick(rng, &known.central_parts)?;
    let (how, body) = adjustment(rng, tag);
    let path = format!("/api/central-inventory/parts/{}/adjust-stock", part.id);
    let words = format!("adjust {} {how}", part.name);
    Some(Planned::patch(Action::AdjustCentral, words, path, body).seen_in("LEDGER"))
}

pub(super) fn create_order(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let parts: Vec<&Named> = known.central_parts.iter().collect();
    let lines = lines(rng, &parts, 4);
    let items: Vec<Value> = lines
        .iter()
        .map(|(part, quantity)| json!({"centralInventoryPartId": part.id, "quantity": quantity, "unitPrice": 80}))
        .collect();
    let body = json!({"supplierId": known.template.supplier, "items": items, "notes": tag});
    let words = format!("order {}", in_words(&lines));
    let planned = Planned::post(Action::CreateOrder, words, "/api/purchase-orders", body);
    Some(planned.seen_in("PO").teaching(Learn::Order))
}

pub(super) fn learn_order(known: &mut Known, data: &Value) {
    let name = format!("o{}", known.orders.len());
    known.orders.push(Lines::of(Named { name, id: id(data), centre: 0, is_centrals: false }, data, "quantity"));
}

/// Submitting, approving, rejecting and cancelling an order.
pub(super) fn step(
    action: Action,
    verb: &str,
    body: Value,
    rng: &mut fastrand::Rng,
    known: &Known,
) -> Option<Planned> {
    let order = &pick(rng, &known.orders)?.named;
    let path = format!("/api/purchase-orders/{}/{verb}", order.id);
    Some(Planned::patch(action, format!("{verb} {}", order.name), path, body))
}

pub(super) fn receive(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let order = pick(rng, &known.orders)?;
    let mut received = Vec::new();
    for (line, quantity) in some_of(rng, &order.lines) {
        let rejected = rng.i64(0..=quantity / 2);
        received.push(json!({"itemId": line, "receivedQty": quantity, "acceptedQty": quantity - rejected,
            "rejectedQty": rejected}));
    }
    let words = format!("receive {} lines of {}", received.len(), order.named.name);
    let path = format!("/api/purchase-orders/{}/receive", order.named.id);
    let body = json!({"receivedItems": received, "invoiceNumber": tag});
    Some(Planned::patch(Action::ReceiveOrder, words, path, body).seen_in("PO"))
}

/// All lines in full, or some of them in part.
pub(super) fn some_of(rng: &mut fastrand::Rng, lines: &[(String, i64)]) -> Vec<(String, i64)> {
    if rng.bool() {
        return lines.to_vec();
    }
    let chosen = rng.usize(0..lines.len().max(1));
    let chosen = lines.iter().enumerate().filter(|(n, _)| *n == chosen).map(|(_, line)| line.clone());
    chosen.map(|(line, quantity)| (line, rng.i64(1..=quantity.max(1)))).collect()
}

pub(super) fn delete(rng: &mut fastrand::Rng, known: &Known) -> Option<Planned> {
    let part = pick(rng, &known.central_parts)?;
    let path = format!("/api/central-inventory/parts/{}", part.id);
    Some(Planned::delete(Action::DeleteCentral, format!("delete {}", part.name), path))
}
