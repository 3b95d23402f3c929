//! A centre's stock: adjustments and sales over the counter.

use serde_json::{Value, json};

use super::{Action, Learn, Planned};
use crate::{
    known::{Known, Named, pick},
    template::id,
};

/// What an adjustment asks for.
pub(super) fn adjustment(rng: &mut fastrand::Rng, tag: &str) -> (String, Value) {
    let (kind, quantity, reason) = match rng.u8(0..7) {
        0 | 1 => ("ADD", rng.i64(1..=4), "STOCK_RECEIVED"),
        2..=4 => ("SUBTRACT", rng.i64(1..=4), "STOCK_DAMAGED"),
        // To 0, so that it can be deleted.
        _ => ("SET", if rng.bool() { 0 } else { rng.i64(1..=6) }, "STOCK_COUNT"),
    };
    let body = json!({"adjustmentType": kind, "quantity": quantity, "reason": reason, "notes": tag});
    (format!("{kind} {quantity}"), body)
}

pub(super) fn adjust(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let part = pick(rng, &known.parts)?;
    let (how, body) = adjustment(rng, tag);
    let path = format!("/api/inventory/parts/{}/adjust-stock", part.id);
    Some(Planned::patch(Action::Adjust, format!("adjust {} {how}", part.name), path, body).seen_in("LEDGER"))
}

/// One to three lines of parts of a centre, often two of the same part.
pub(super) fn lines<'a>(rng: &mut fastrand::Rng, parts: &[&'a Named], most: i64) -> Vec<(&'a Named, i64)> {
    let mut lines: Vec<(&Named, i64)> = Vec::new();
    for _ in 0..rng.usize(1..=3) {
        let again = rng.bool().then(|| lines.last().map(|(part, _)| *part)).flatten();
        let Some(part) = again.or_else(|| rng.choice(parts).copied()) else { break };
        lines.push((part, rng.i64(1..=most)));
    }
    lines
}

/// Lines in words.
pub(super) fn in_words(lines: &[(&Named, i64)]) -> String {
    lines.iter().map(|(part, quantity)| format!("{quantity}×{}", part.name)).collect::<Vec<_>>().join(" + ")
}

pub(super) fn sell(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let centre = pick(rng, &known.parts)?.centre;
    let lines = lines(rng, &known.parts_of(centre), 3);
    let mut items: Vec<Value> =
        lines.iter().map(|(part, quantity)| json!({"inventoryPartId": part.id, "quantity": quantity})).collect();
    items[0]["name"] = json!(tag);
    let body = json!({"serviceCenterId": known.template.centres[centre].id,
        "customerId": known.template.customer, "items": items});
    let planned = Planned::post(Action::Sell, format!("sell {}", in_words(&lines)), "/api/invoices", body);
    Some(planned.seen_in("INV").teaching(Learn::Invoice { centre }))
}

/// A sale of a service, of which there is no end.
pub(crate) fn sell_service(known: &Known, tag: &str) -> Planned {
    let line = json!({"name": tag, "unitPrice": 100, "quantity": 1, "gstRate": 18});
    let body = json!({"serviceCenterId": known.template.centres[0].id, "customerId": known.template.customer,
        "items": [line]});
    Planned::post(Action::Sell, "sell a service".to_owned(), "/api/invoices", body).seen_in("INV")
}

pub(super) fn learn_invoice(known: &mut Known, centre: usize, data: &Value) {
    let name = format!("i{}", known.sales.len());
    known.sales.push(Named { name, id: id(data), centre, is_centrals: false });
}

pub(super) fn cancel_invoice(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let invoice = pick(rng, &known.sales)?;
    let path = format!("/api/invoices/{}/status", invoice.id);
    let body = json!({"status": "CANCELLED", "reason": tag});
    Some(Planned::patch(Action::CancelInvoice, format!("cancel {}", invoice.name), path, body).seen_in("INV"))
}

pub(super) fn pay_invoice(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let invoice = pick(rng, &known.sales)?;
    let path = format!("/api/invoices/{}/status", invoice.id);
    // Without a witness: paying again succeeds and does nothing.
    let body = json!({"status": "PAID", "reference": tag});
    Some(Planned::patch(Action::PayInvoice, format!("pay {}", invoice.name), path, body))
}

pub(super) fn delete(rng: &mut fastrand::Rng, known: &Known) -> Option<Planned> {
    let part = pick(rng, &known.parts)?;
    let path = format!("/api/inventory/parts/{}", part.id);
    Some(Planned::delete(Action::DeletePart, format!("delete {}", part.name), path))
}
