//! What must be so after every history, whatever went wrong in it. Computed from the items themselves, past the
//! application: it must not vouch for itself.

mod documents;
mod dump;
mod effects;
mod lists;
mod money;
mod numbers;
mod stock;

use serde_json::Value;

use crate::client::Shared;

use dump::Dump;

/// Everything that is wrong, also in what the application says about itself.
pub(crate) async fn check(shared: &Shared<'_>, rng: &mut fastrand::Rng) -> Vec<String> {
    let (mut wrong, dump) = check_items(shared);
    lists::check_totals(shared, &dump, rng, &mut wrong).await;
    lists::check_reconciliation(shared, &mut wrong).await;
    effects::check_replays(shared, rng, &mut wrong).await;
    if let Some(difference) = dump.difference(&Dump::of(&shared.world.wire.db)) {
        wrong.push(format!("repeating finished commands changed something: {difference}"));
    }
    wrong
}

/// What is wrong with the items of the core table, given as plain JSON, however they came there.
pub fn wrong_items(items: Vec<Value>) -> Vec<String> {
    let mut wrong = Vec::new();
    check_documents(&Dump::of_items(items), &mut wrong);
    wrong
}

fn check_documents(dump: &Dump, wrong: &mut Vec<String>) {
    stock::check(dump, wrong);
    documents::check(dump, wrong);
    money::check(dump, wrong);
    numbers::check(dump, wrong);
    lists::check(dump, wrong);
}

/// What is wrong with the items, or was with an answer.
pub(crate) fn check_items(shared: &Shared<'_>) -> (Vec<String>, Dump) {
    let mut wrong = shared.complaints.borrow().clone();
    let dump = Dump::of(&shared.world.wire.db);
    check_documents(&dump, &mut wrong);
    effects::check(shared, &dump, &mut wrong);
    (wrong, dump)
}
