//! Payments, refunds, advances and credit notes.

use serde_json::{Value, json};

use super::{Action, Planned};
use crate::known::{Known, Named, pick};

/// A part costs 118 with its tax: often the amount is all that is left to pay.
const AMOUNTS: [i64; 4] = [59, 118, 118, 236];

fn entry(
    (action, verb): (Action, &str),
    (path, document): (&str, &Named),
    rng: &mut fastrand::Rng,
    tag: &str,
) -> Planned {
    let amount = AMOUNTS[rng.usize(0..AMOUNTS.len())];
    let body = json!({"amount": amount, "method": "UPI", "reference": tag});
    let words = format!("{verb} {amount} {}", document.name);
    // An advance moves from the card to its invoice.
    Planned::post(action, words, path.replace("{id}", &document.id), body).seen_in("INV|JC")
}

pub(super) fn pay(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let invoice = pick(rng, &known.sales)?;
    Some(entry((Action::TakePayment, "take"), ("/api/invoices/{id}/payments", invoice), rng, tag))
}

pub(super) fn give_back(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let invoice = pick(rng, &known.sales)?;
    Some(entry((Action::GiveBack, "give back"), ("/api/invoices/{id}/refunds", invoice), rng, tag))
}

pub(super) fn advance(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let card = pick(rng, &known.cards)?;
    Some(entry((Action::TakeAdvance, "take"), ("/api/job-cards/{id}/payments", card), rng, tag))
}

pub(super) fn give_advance_back(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let card = pick(rng, &known.cards)?;
    Some(entry((Action::GiveAdvanceBack, "give back"), ("/api/job-cards/{id}/refunds", card), rng, tag))
}

pub(super) fn credit(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    let invoice = pick(rng, &known.sales)?;
    let mut body = json!({"reason": tag, "returnToStock": rng.bool()});
    let sr_no = rng.u32(1..=2);
    let line: Option<Value> = match rng.u8(0..4) {
        0 | 1 => None,
        2 => Some(json!({"srNo": sr_no, "quantity": 1})),
        _ => Some(json!({"srNo": sr_no, "amount": 50})),
    };
    let how = match line {
        None => "all".to_owned(),
        Some(line) => {
            let how = line.to_string();
            body["items"] = json!([line]);
            how
        }
    };
    let words = format!("credit {how} of {}", invoice.name);
    let path = format!("/api/invoices/{}/credit-notes", invoice.id);
    Some(Planned::post(Action::Credit, words, path, body).seen_in("CN"))
}
