//! The commands that clients send: how each is made up, and what its answer makes known.

mod cards;
mod central;
mod centre;
mod issues;
mod money;

pub(crate) use centre::sell_service;

use serde_json::{Value, json};

use crate::known::Known;

/// A command of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Adjust the stock of a centre's part.
    Adjust,
    /// Open a job card.
    OpenCard,
    /// Assign an engineer and, when that is done, start the work.
    AssignCard,
    /// Start the work on a card.
    StartCard,
    /// Ask for parts.
    RequestParts,
    /// Approve a parts request, in full or less.
    ApproveRequest,
    /// Reject a parts request.
    RejectRequest,
    /// Cancel a parts request.
    CancelRequest,
    /// Finish the work on a card.
    CompleteCard,
    /// Issue the invoice of a card.
    InvoiceCard,
    /// Cancel a card.
    CancelCard,
    /// Sell parts over the counter.
    Sell,
    /// Cancel an invoice.
    CancelInvoice,
    /// Mark an invoice paid.
    PayInvoice,
    /// Take a payment for an invoice.
    TakePayment,
    /// Give money of an invoice back.
    GiveBack,
    /// Take an advance on a job card.
    TakeAdvance,
    /// Give an advance back.
    GiveAdvanceBack,
    /// Credit an invoice or some of its lines, with or without a return of the parts.
    Credit,
    /// Give unused parts of a card back.
    ReturnParts,
    /// Delete a centre's part, of which nothing is left.
    DeletePart,
    /// Adjust Central's stock of a part.
    AdjustCentral,
    /// Delete a part of Central's, of which nothing is left.
    DeleteCentral,
    /// Write a purchase order.
    CreateOrder,
    /// Submit it.
    SubmitOrder,
    /// Approve it.
    ApproveOrder,
    /// Reject it.
    RejectOrder,
    /// Cancel it.
    CancelOrder,
    /// Receive a delivery of it.
    ReceiveOrder,
    /// Ask Central for parts.
    CreateIssue,
    /// Offer Central parts back.
    CreateReturn,
    /// Approve either, in full or less.
    ApproveIssue,
    /// Reject it.
    RejectIssue,
    /// Cancel it.
    CancelIssue,
    /// Send it, or some of it.
    DispatchIssue,
    /// Receive it, or some of it: good, lost, damaged, returned.
    ReceiveIssue,
    /// Close it: what was not sent stays.
    CloseIssue,
}

impl Action {
    /// All, with how often each is chosen.
    pub(crate) const WEIGHTS: &'static [(Self, u32)] = &[
        (Self::Adjust, 20),
        (Self::OpenCard, 5),
        (Self::AssignCard, 3),
        (Self::StartCard, 3),
        (Self::RequestParts, 16),
        (Self::ApproveRequest, 18),
        (Self::RejectRequest, 4),
        (Self::CancelRequest, 4),
        (Self::CompleteCard, 6),
        (Self::InvoiceCard, 7),
        (Self::CancelCard, 8),
        (Self::Sell, 14),
        (Self::CancelInvoice, 8),
        (Self::PayInvoice, 4),
        (Self::TakePayment, 9),
        (Self::GiveBack, 5),
        (Self::TakeAdvance, 6),
        (Self::GiveAdvanceBack, 4),
        (Self::Credit, 12),
        (Self::ReturnParts, 8),
        (Self::DeletePart, 14),
        (Self::AdjustCentral, 12),
        (Self::DeleteCentral, 4),
        (Self::CreateOrder, 5),
        (Self::SubmitOrder, 6),
        (Self::ApproveOrder, 6),
        (Self::RejectOrder, 2),
        (Self::CancelOrder, 3),
        (Self::ReceiveOrder, 14),
        (Self::CreateIssue, 10),
        (Self::CreateReturn, 6),
        (Self::ApproveIssue, 14),
        (Self::RejectIssue, 4),
        (Self::CancelIssue, 4),
        (Self::DispatchIssue, 12),
        (Self::ReceiveIssue, 14),
        (Self::CloseIssue, 4),
    ];

    /// Whether it concerns Central.
    fn is_centrals(self) -> bool {
        self >= Self::AdjustCentral
    }
}

/// A command made up: a request, and how its effect is recognised.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub(crate) action: Action,
    /// For the trace.
    pub(crate) words: String,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    /// Kind of the items that carry the command's tag once it has taken effect, or kinds with `|` between; `None` when
    /// nothing does.
    pub(crate) witness: Option<&'static str>,
    pub(crate) learn: Learn,
}

/// What a success makes known.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Learn {
    Nothing,
    Request { centre: usize },
    Card { centre: usize },
    Invoice { centre: usize },
    Order,
    Issue { centre: usize },
}

impl Planned {
    fn patch(action: Action, words: String, path: String, body: Value) -> Self {
        let (witness, learn) = (None, Learn::Nothing);
        Self { action, words, method: "PATCH", path, body: Some(body), witness, learn }
    }

    fn delete(action: Action, words: String, path: String) -> Self {
        Self { method: "DELETE", body: None, ..Self::patch(action, words, path, Value::Null) }
    }

    fn post(action: Action, words: String, path: impl Into<String>, body: Value) -> Self {
        Self { method: "POST", ..Self::patch(action, words, path.into(), body) }
    }

    /// Its tag is found in items of this kind.
    fn seen_in(self, kind: &'static str) -> Self {
        Self { witness: Some(kind), ..self }
    }

    fn teaching(self, learn: Learn) -> Self {
        Self { learn, ..self }
    }

    /// Makes the documents of its answer known.
    pub(crate) fn learn(&self, known: &mut Known, data: &Value) {
        match self.learn {
            Learn::Nothing => {}
            Learn::Request { centre } => cards::learn_request(known, centre, data),
            Learn::Card { centre } => cards::learn_card(known, centre, data),
            Learn::Invoice { centre } => centre::learn_invoice(known, centre, data),
            Learn::Order => central::learn_order(known, data),
            Learn::Issue { centre } => issues::learn(known, centre, data),
        }
    }
}

/// Makes up a command of a random kind; its tag goes where its effect shows.
pub(crate) fn choose(rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Planned {
    // Most of a history goes into one half of the business: so that its documents get somewhere.
    let weight = |(action, weight): &(Action, u32)| {
        if action.is_centrals() == known.centrals { weight * 6 } else { *weight }
    };
    let total: u32 = Action::WEIGHTS.iter().map(weight).sum();
    loop {
        let mut left = rng.u32(0..total);
        let chosen = Action::WEIGHTS.iter().find(|entry| {
            let found = left < weight(entry);
            left = left.saturating_sub(weight(entry));
            found
        });
        let action = chosen.map_or(Action::Adjust, |(action, _)| *action);
        if let Some(planned) = make_up(action, rng, known, tag) {
            return planned;
        }
    }
}

/// Makes up a command of a kind; `None` when there is nothing to do it to.
pub(crate) fn make_up(action: Action, rng: &mut fastrand::Rng, known: &Known, tag: &str) -> Option<Planned> {
    match action {
        Action::Adjust => centre::adjust(rng, known, tag),
        Action::Sell => centre::sell(rng, known, tag),
        Action::CancelInvoice => centre::cancel_invoice(rng, known, tag),
        Action::PayInvoice => centre::pay_invoice(rng, known, tag),
        Action::TakePayment => money::pay(rng, known, tag),
        Action::GiveBack => money::give_back(rng, known, tag),
        Action::TakeAdvance => money::advance(rng, known, tag),
        Action::GiveAdvanceBack => money::give_advance_back(rng, known, tag),
        Action::Credit => money::credit(rng, known, tag),
        Action::OpenCard => cards::open(rng, known, tag),
        Action::AssignCard => cards::assign(rng, known),
        Action::StartCard => cards::step(Action::StartCard, "IN_PROGRESS", rng, known),
        Action::CompleteCard => cards::step(Action::CompleteCard, "COMPLETED", rng, known),
        Action::RequestParts => cards::request_parts(rng, known),
        Action::ApproveRequest => cards::approve(rng, known, tag),
        Action::RejectRequest => cards::reject(rng, known, tag),
        Action::CancelRequest => cards::cancel_request(rng, known),
        Action::InvoiceCard => cards::invoice(rng, known, tag),
        Action::CancelCard => cards::cancel(rng, known, tag),
        Action::ReturnParts => cards::return_parts(rng, known),
        Action::DeletePart => centre::delete(rng, known),
        Action::DeleteCentral => central::delete(rng, known),
        Action::AdjustCentral => central::adjust(rng, known, tag),
        Action::CreateOrder => central::create_order(rng, known, tag),
        Action::SubmitOrder => central::step(action, "submit", json!({}), rng, known),
        Action::ApproveOrder => central::step(action, "approve", json!({"notes": tag}), rng, known),
        Action::RejectOrder => central::step(action, "reject", json!({"reason": tag}), rng, known),
        Action::CancelOrder => central::step(action, "cancel", json!({"reason": tag}), rng, known)
            .map(|planned| planned.seen_in("PO")),
        Action::ReceiveOrder => central::receive(rng, known, tag),
        Action::CreateIssue => issues::create(rng, known, tag),
        Action::CreateReturn => issues::create_return(rng, known, tag),
        Action::ApproveIssue => issues::approve(rng, known, tag),
        Action::RejectIssue => {
            issues::step(action, "reject", json!({"reason": tag}), rng, known).map(|planned| planned.seen_in("PI"))
        }
        Action::CancelIssue => issues::step(action, "cancel", json!({}), rng, known),
        Action::DispatchIssue => issues::dispatch(rng, known, tag),
        Action::ReceiveIssue => issues::receive(rng, known, tag),
        Action::CloseIssue => issues::step(action, "close", json!({}), rng, known),
    }
}
