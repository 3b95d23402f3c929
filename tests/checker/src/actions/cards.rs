//! Job cards and their requests for parts.

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

pub(super) fn open(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let vehicle = pick(rng, &known.vehicles)?;
    let centre = vehicle.centre;
    let body = json!({"serviceCenterId": known.template.centres[centre].id, "customerId": known.template.customer,
        "vehicleId": vehicle.id, "serviceType": tag});
    let planned =
        Planned::post(Action::OpenCard, format!("open a card for {}", vehicle.name), "/api/job-cards", body);
    Some(planned.seen_in("JC").teaching(Learn::Card { centre }))
}

pub(super) fn learn_card(known: &mut Known, centre: usize, data: &Value) {
    let name = format!("c{centre}n{}", known.cards.len());
    known.cards.push(Named { name, id: id(data), centre, is_centrals: false });
}

pub(super) fn assign(rng: &mut fastrand::Rng, known: &Known) -> Option<Planned> {
    let card = pick(rng, &known.cards)?;
    let body = json!({"engineerId": known.template.centres[card.centre].engineer});
    let path = format!("/api/job-cards/{}/assign-engineer", card.id);
    Some(Planned::post(Action::AssignCard, format!("assign an engineer to {}", card.name), path, body))
}

pub(super) fn step(action: Action, to: &str, rng: &mut fastrand::Rng, known: &Known) -> Option<Planned> {
    let card = pick(rng, &known.cards)?;
    let path = format!("/api/job-cards/{}/status", card.id);
    Some(Planned::patch(action, format!("{} becomes {to}", card.name), path, json!({"status": to})))
}

pub(super) fn request_parts(rng: &mut fastrand::Rng, known: &Known) -> Option<Planned> {
    let card = pick(rng, &known.cards)?;
    let lines = lines(rng, &known.parts_of(card.centre), 3);
    let parts: Vec<Value> = lines
        .iter()
        .map(|(part, quantity)| json!({"inventoryPartId": part.id, "requestedQty": quantity}))
        .collect();
    let path = format!("/api/job-cards/{}/request-parts", card.id);
    let words = format!("request {} for {}", in_words(&lines), card.name);
    let planned = Planned::post(Action::RequestParts, words, path, json!({"parts": parts}));
    Some(planned.teaching(Learn::Request { centre: card.centre }))
}

pub(super) fn learn_request(known: &mut Known, centre: usize, data: &Value) {
    let name = format!("r{}", known.requests.len());
    known.requests.push(Lines::of(Named { name, id: id(data), centre, is_centrals: false }, data, "requestedQty"));
}

pub(super) fn approve(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let request = pick(rng, &known.requests)?;
    let mut approved = Vec::new();
    if rng.u8(0..3) == 0 {
        let (line, quantity) = rng.choice(&request.lines)?;
        approved.push(json!({"itemId": line, "approvedQty": rng.i64(0..=*quantity)}));
    }
    let words = format!("approve {} {approved_qty}", request.named.name, approved_qty = quantities(&approved));
    let path = format!("/api/parts-requests/{}/approve", request.named.id);
    let body = json!({"approvedItems": approved, "notes": tag});
    Some(Planned::patch(Action::ApproveRequest, words, path, body).seen_in("PR"))
}

fn quantities(approved: &[Value]) -> String {
    approved.first().map_or_else(|| "in full".to_owned(), |line| format!("but {} of a line", line["approvedQty"]))
}

pub(super) fn reject(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let request = &pick(rng, &known.requests)?.named;
    let path = format!("/api/parts-requests/{}/reject", request.id);
    let body = json!({"reason": tag});
    Some(Planned::patch(Action::RejectRequest, format!("reject {}", request.name), path, body).seen_in("PR"))
}

pub(super) fn cancel_request(rng: &mut fastrand::Rng, known: &Known) -> Option<Planned> {
    let request = &pick(rng, &known.requests)?.named;
    let path = format!("/api/parts-requests/{}/cancel", request.id);
    Some(Planned::patch(Action::CancelRequest, format!("cancel {}", request.name), path, json!({})))
}

pub(super) fn invoice(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let card = pick(rng, &known.cards)?;
    let body = json!({"serviceCenterId": known.template.centres[card.centre].id, "customerId": known.template.customer,
        "jobCardId": card.id,
        "items": [{"name": tag, "hsnSacCode": "998714", "unitPrice": 100, "quantity": 1, "gstRate": 18}]});
    let planned = Planned::post(Action::InvoiceCard, format!("invoice {}", card.name), "/api/invoices", body);
    Some(planned.seen_in("INV").teaching(Learn::Invoice { centre: card.centre }))
}

pub(super) fn cancel(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let card = pick(rng, &known.cards)?;
    let path = format!("/api/job-cards/{}/cancel", card.id);
    let body = json!({"reason": tag});
    Some(Planned::post(Action::CancelCard, format!("cancel {}", card.name), path, body).seen_in("JC"))
}

/// The lines of a request become items of the card under their own ids.
pub(super) fn return_parts(rng: &mut fastrand::Rng, known: &Known) -> Option<Planned> {
    let request = pick(rng, &known.requests)?;
    let lines = some_of(rng, &request.lines).into_iter();
    let items: Vec<Value> = lines.map(|(line, quantity)| json!({"itemId": line, "quantity": quantity})).collect();
    let words = format!("return {} lines of {}", items.len(), request.named.name);
    let path = format!("/api/job-cards/{}/return-parts", request.of.as_deref()?);
    Some(Planned::post(Action::ReturnParts, words, path, json!({"items": items})))
}
