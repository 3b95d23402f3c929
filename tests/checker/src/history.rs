//! One history: several clients at once on one dealership, and whether all is right afterwards.

use std::{cell::RefCell, collections::BTreeMap};

use chrono::{DateTime, TimeDelta, Utc};
use dms_store::planted::{PlantedBug, plant};
use futures::future::join_all;

use crate::{
    actions::{Action, sell_service},
    app::{World, admin_token, settle},
    client::{Client, Outcome, Shared},
    fault::Faults,
    invariants,
    known::Known,
    template::{Template, paused_runtime, template},
    wire::Wire,
};

/// Calls of a thousand that go wrong, in a history that has faults.
const FAULTS_PER_MILLE: [u32; 4] = [0, 30, 80, 150];

/// What came of a history.
#[derive(Debug, Clone)]
pub struct Report {
    /// The seed it came from.
    pub seed: u64,
    /// What is wrong: nothing, unless there is a bug.
    pub violations: Vec<String>,
    /// What happened, in order, with the virtual time.
    pub trace: Vec<String>,
    /// Commands acknowledged, refused and with unknown outcome, of each kind.
    pub commands: BTreeMap<Action, [u32; 3]>,
    /// Calls of AWS.
    pub calls: u64,
}

/// Runs the history of a seed, with a bug planted or none. Everything in it comes from the seed.
pub fn run(seed: u64, bug: Option<PlantedBug>) -> Report {
    let template = template();
    plant(bug);
    // The SDK's and the application's own randomness: jitter and tokens.
    fastrand::seed(seed);
    let report = paused_runtime().block_on(Box::pin(history(seed, template)));
    plant(None);
    report
}

async fn history(seed: u64, template: &'static Template) -> Report {
    in_world(seed, template, async |shared, rng| {
        let per_mille = FAULTS_PER_MILLE[rng.usize(0..FAULTS_PER_MILLE.len())];
        shared.world.wire.begin(Faults::Random { per_mille });
        let clients = (1..=rng.usize(3..=4)).map(|number| {
            let (rng, commands) = (rng.fork(), rng.usize(4..=8));
            let token = admin_token(shared.world.now());
            Client { shared, number, rng, token, patient: false }.work(commands)
        });
        join_all(clients.collect::<Vec<_>>()).await;
    })
    .await
}

/// So many clients at once issue an invoice each, in one centre, through a connection that fails often: each asks until it
/// is told.
pub fn run_invoices(seed: u64, clients: usize) -> Report {
    let template = template();
    fastrand::seed(seed);
    paused_runtime().block_on(Box::pin(in_world(seed, template, async |shared, rng| {
        let per_mille = FAULTS_PER_MILLE.into_iter().max().unwrap_or_default();
        shared.world.wire.begin(Faults::Random { per_mille });
        let clients = (1..=clients).map(|number| {
            let (rng, token, tag) = (rng.fork(), admin_token(shared.world.now()), format!("tag-{number}."));
            let planned = sell_service(&shared.known.borrow(), &tag);
            let mut client = Client { shared, number, rng, token, patient: true };
            async move { client.run(planned, tag, true).await }
        });
        join_all(clients.collect::<Vec<_>>()).await;
    })))
}

/// Lets clients loose on a dealership, and looks whether all is right afterwards.
async fn in_world(
    seed: u64,
    template: &'static Template,
    clients: impl AsyncFnOnce(&Shared<'_>, &mut fastrand::Rng),
) -> Report {
    let mut rng = fastrand::Rng::with_seed(seed);
    let wire = Wire::new(template.copy().await, rng.u64(..));
    let world = World::start(wire.clone(), beginning(&mut rng, template));
    let shared = Shared {
        world: &world,
        known: RefCell::new(Known::of(template, &mut rng)),
        records: RefCell::default(),
        complaints: RefCell::default(),
    };
    clients(&shared, &mut rng).await;
    settle().await;
    let calls = wire.calls().len() as u64;
    wire.calm();
    let trace = wire.trace();
    let violations = invariants::check(&shared, &mut rng).await;
    let mut commands = BTreeMap::new();
    for record in shared.records.borrow().iter() {
        let counts: &mut [u32; 3] = commands.entry(record.planned.action).or_default();
        let column = match record.outcome {
            Outcome::Acknowledged(_) => 0,
            Outcome::Refused(_) => 1,
            Outcome::Unknown => 2,
        };
        counts[column] += 1;
    }
    Report { seed, violations, trace, commands, calls }
}

/// Most histories lie within a day; some cross midnight in India, which is also the end of the month.
fn beginning(rng: &mut fastrand::Rng, template: &Template) -> DateTime<Utc> {
    let midnight: DateTime<Utc> = "2026-11-30T18:30:00Z".parse().expect("a time");
    match rng.u8(0..5) {
        0 => midnight - TimeDelta::milliseconds(rng.i64(200..4_000)),
        _ => template.made_at + TimeDelta::hours(1),
    }
}

impl Report {
    /// What is wrong, and how to see it again.
    pub fn failure(&self, bug: Option<PlantedBug>) -> String {
        let bug = bug.map_or_else(String::new, |bug| format!(" --bug {bug:?}"));
        let again = format!("cargo run -p dms-checker -- --seed {} --histories 1 --verbose{bug}", self.seed);
        format!("The history of seed {} went wrong:\n{}\nAgain: {again}", self.seed, self.violations.join("\n"))
    }
}
