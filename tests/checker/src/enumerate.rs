//! Every fault at every call of every command: exactly one at a time, from one call on.

use std::cell::RefCell;

use chrono::TimeDelta;
use dms_store::planted::{PlantedBug, plant};

use crate::{
    actions::{Action, make_up},
    app::{World, admin_token, settle},
    client::{Client, Outcome, Shared},
    fault::{Fault, Faults},
    invariants,
    known::Known,
    template::{paused_runtime, template},
    wire::Wire,
};

/// Each command, with those that must have been done before.
pub const SCENARIOS: &[(&[Action], Action)] = &[
    (&[], Action::Adjust),
    (&[], Action::OpenCard),
    (&[Action::OpenCard], Action::AssignCard),
    (&[Action::OpenCard, Action::AssignCard], Action::StartCard),
    (&[], Action::RequestParts),
    (&[Action::RequestParts], Action::ApproveRequest),
    (&[Action::RequestParts], Action::RejectRequest),
    (&[Action::RequestParts], Action::CancelRequest),
    (&[], Action::CompleteCard),
    (&[Action::CompleteCard], Action::InvoiceCard),
    (&[Action::RequestParts, Action::ApproveRequest, Action::RequestParts], Action::CancelCard),
    (&[], Action::Sell),
    (&[Action::Sell], Action::CancelInvoice),
    (&[Action::CompleteCard, Action::InvoiceCard], Action::CancelInvoice),
    (&[Action::CompleteCard, Action::InvoiceCard], Action::PayInvoice),
    (&[], Action::TakePayment),
    (&[Action::TakePayment], Action::TakePayment),
    (&[Action::TakePayment], Action::GiveBack),
    (&[Action::PayInvoice, Action::Credit], Action::GiveBack),
    (&[], Action::TakeAdvance),
    (&[Action::TakeAdvance], Action::GiveAdvanceBack),
    (&[Action::TakeAdvance, Action::CancelCard], Action::GiveAdvanceBack),
    (&[Action::TakeAdvance, Action::CompleteCard], Action::InvoiceCard),
    (&[], Action::Credit),
    (&[Action::PayInvoice], Action::Credit),
    (&[Action::Sell], Action::Credit),
    (&[Action::TakePayment, Action::Credit], Action::Credit),
    (&[Action::PayInvoice, Action::Credit], Action::CancelCard),
    (&[Action::RequestParts, Action::ApproveRequest], Action::ReturnParts),
    (&[], Action::AdjustCentral),
    (&[], Action::CreateOrder),
    (&[Action::CreateOrder], Action::SubmitOrder),
    (&[Action::CreateOrder, Action::SubmitOrder], Action::ApproveOrder),
    (&[Action::CreateOrder, Action::SubmitOrder], Action::RejectOrder),
    (&[Action::CreateOrder], Action::CancelOrder),
    (&[], Action::ReceiveOrder),
    (&[Action::ReceiveOrder], Action::ReceiveOrder),
    (&[], Action::CreateIssue),
    (&[], Action::CreateReturn),
    (&[Action::CreateIssue], Action::ApproveIssue),
    (&[Action::CreateReturn], Action::ApproveIssue),
    (&[Action::CreateIssue], Action::RejectIssue),
    (&[Action::CreateIssue], Action::CancelIssue),
    (&[Action::CreateIssue, Action::ApproveIssue], Action::DispatchIssue),
    (&[], Action::ReceiveIssue),
    (&[Action::ReceiveIssue], Action::ReceiveIssue),
    (&[Action::CreateReturn, Action::ApproveIssue, Action::DispatchIssue], Action::ReceiveIssue),
    (&[Action::CreateIssue, Action::ApproveIssue], Action::CloseIssue),
];

/// How many calls in a row, and whether the client has a key: one; more than the SDK tries; more than a command
/// tries.
const TIMES: [(u64, bool); 5] = [(1, true), (1, false), (6, true), (6, false), (40, true)];
/// Documents and quantities are chosen by chance: so many choices are tried until all succeeds without faults.
const CHOICES: u64 = 500;

/// One run of a scenario.
#[derive(Debug)]
struct Run {
    outcome: Outcome,
    calls: Vec<String>,
    violations: Vec<String>,
    trace: Vec<String>,
}

/// Runs a scenario with every fault at every call. Returns how many runs that took, or what went wrong.
///
/// # Errors
/// What is wrong, and the trace.
pub fn enumerate(before: &[Action], action: Action, bug: Option<PlantedBug>) -> Result<u32, String> {
    let started = |run: &Run| matches!(run.outcome, Outcome::Acknowledged(_)) && !run.calls.is_empty();
    let choice = (0..CHOICES).find_map(|choice| {
        let run = run(choice, before, action, Faults::None, true, None)?;
        started(&run).then_some((choice, run.calls))
    });
    let (choice, calls) = choice.ok_or_else(|| format!("{action:?} never succeeds after {before:?}"))?;
    let mut runs = 0;
    for (call, operation) in (1..).zip(&calls) {
        for fault in Fault::ALL.iter().copied().filter(|fault| fault.suits(operation)) {
            for (times, keyed) in TIMES {
                if times == 1 || !fault.kills() {
                    let faults = Faults::At { call, fault, times };
                    let run = run(choice, before, action, faults, keyed, bug).ok_or("the scenario changed")?;
                    judge(&run, keyed).map_err(|wrong| {
                        let trace = run.trace.join("\n");
                        format!(
                            "{action:?} after {before:?}, {fault} {times} times from call {call}: {wrong}\n{trace}"
                        )
                    })?;
                    runs += 1;
                }
            }
        }
    }
    Ok(runs)
}

fn judge(run: &Run, keyed: bool) -> Result<(), String> {
    if let Some(wrong) = run.violations.first() {
        return Err(wrong.clone());
    }
    match &run.outcome {
        Outcome::Acknowledged(_) => Ok(()),
        Outcome::Unknown if !keyed => Ok(()),
        // Without a key it was sent once, and may truly not have been done.
        Outcome::Refused(code) if !keyed && code == "CONTENDED" => Ok(()),
        other @ (Outcome::Refused(_) | Outcome::Unknown) => Err(format!("the client was told {other:?}")),
    }
}

/// `None` when chance chose nothing to do.
fn run(
    choice: u64,
    before: &[Action],
    action: Action,
    faults: Faults,
    keyed: bool,
    bug: Option<PlantedBug>,
) -> Option<Run> {
    let template = template();
    plant(bug);
    fastrand::seed(choice);
    let run = paused_runtime().block_on(Box::pin(async {
        let mut rng = fastrand::Rng::with_seed(choice);
        let wire = Wire::new(template.copy().await, choice);
        let world = World::start(wire.clone(), template.made_at + TimeDelta::hours(1));
        let shared = Shared {
            world: &world,
            known: RefCell::new(Known::of(template, &mut rng)),
            records: RefCell::default(),
            complaints: RefCell::default(),
        };
        let token = admin_token(world.now());
        let mut client = Client { shared: &shared, number: 1, rng, token, patient: true };
        for (n, before) in before.iter().enumerate() {
            client.run_one(*before, format!("tag-before-{n}."), true).await?;
        }
        wire.begin(faults);
        let outcome = client.run_one(action, "tag-it.".to_owned(), keyed).await?;
        settle().await;
        let calls = wire.calls();
        wire.calm();
        let trace = wire.trace();
        let again = client.repeated().await;
        let (mut violations, _) = invariants::check_items(&shared);
        violations.extend(again);
        Some(Run { outcome, calls, violations, trace })
    }));
    plant(None);
    run
}

impl Client<'_> {
    /// Sends a command of this kind, patiently: one request at a time.
    async fn run_one(&mut self, action: Action, tag: String, keyed: bool) -> Option<Outcome> {
        let planned = make_up(action, &mut self.rng, &self.shared.known.borrow(), &tag)?;
        self.run(planned, tag, keyed).await;
        self.shared.records.borrow().last().map(|record| record.outcome.clone())
    }

    /// Repeats the last command, if it was done: what is wrong with the answer.
    async fn repeated(&self) -> Option<String> {
        let last = self.shared.records.borrow().last().cloned()?;
        let Outcome::Acknowledged(text) = last.outcome else { return None };
        last.sent.key.as_ref()?;
        let again = self.shared.world.send(0, &last.sent).await?.text;
        (again != text).then(|| format!("the answer was\n  {text}\nand repeated\n  {again}"))
    }
}
