//! Commands: what was acknowledged is there once, what was refused is not, and a repeated command answers as
//! it did.

use std::collections::BTreeMap;

use super::dump::{Dump, text};
use crate::{
    client::{Outcome, Record, Shared},
    template::id,
};

/// Finished commands that are repeated.
const REPEATED: usize = 4;

pub(super) fn check(shared: &Shared<'_>, dump: &Dump, wrong: &mut Vec<String>) {
    let records = shared.records.borrow();
    for record in records.iter() {
        let (least, most) = allowed(shared, record);
        let Some(kind) = record.planned.witness else { continue };
        let found = dump.occurrences(kind, &record.tag);
        if !(least..=most).contains(&found) {
            let (words, tag, told) = (&record.planned.words, &record.tag, told(&record.outcome));
            wrong.push(format!("{words} [{tag}] was {told}, its effect is there {found} times"));
        }
    }
    check_requests(&records, dump, wrong);
}

/// How often a command's effect may be there.
fn allowed(shared: &Shared<'_>, record: &Record) -> (usize, usize) {
    match &record.outcome {
        Outcome::Acknowledged(_) => (1, 1),
        // Whoever refuses cannot know of a request that is still on its way: no system of this kind can.
        Outcome::Refused(_) if shared.world.wire.landed_late(&record.tag) => (0, 1),
        Outcome::Refused(_) => (0, 0),
        Outcome::Unknown => (0, 1),
    }
}

fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Acknowledged(_) => "acknowledged".to_owned(),
        Outcome::Refused(code) => format!("refused ({code})"),
        Outcome::Unknown => "left unknown".to_owned(),
    }
}

/// Requests for parts carry no text of their own: they are counted by the card they are for.
fn check_requests(records: &[Record], dump: &Dump, wrong: &mut Vec<String>) {
    let mut asked: BTreeMap<&str, (Vec<String>, usize)> = BTreeMap::new();
    let is_request = |record: &&Record| record.sent.path.ends_with("/request-parts");
    for record in records.iter().filter(is_request) {
        let card = record.sent.path.split('/').nth(3).unwrap_or_default();
        let (ids, unknown) = asked.entry(card).or_default();
        match &record.outcome {
            Outcome::Acknowledged(text) => {
                let answer: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
                ids.push(id(&answer["data"]));
            }
            Outcome::Refused(_) | Outcome::Unknown => *unknown += 1,
        }
    }
    for (card, (ids, unknown)) in asked {
        let there: Vec<&str> =
            dump.of_kind("PR").filter(|r| text(r, "jobCardId") == card).map(|r| text(r, "sk")).collect();
        let lost = ids.iter().filter(|id| !there.contains(&id.as_str())).count();
        if lost > 0 || there.len() > ids.len() + unknown {
            let acknowledged = ids.len();
            wrong.push(format!(
                "requests of {card}: {acknowledged} acknowledged, {unknown} unknown, {} there, {lost} lost",
                there.len()
            ));
        }
    }
}

/// Repeats some finished commands: the same answers, byte for byte.
pub(super) async fn check_replays(shared: &Shared<'_>, rng: &mut fastrand::Rng, wrong: &mut Vec<String>) {
    let records = shared.records.borrow().clone();
    let mut finished: Vec<(&Record, &String)> = records
        .iter()
        .filter(|record| record.sent.key.is_some())
        .filter_map(|record| match &record.outcome {
            Outcome::Acknowledged(text) => Some((record, text)),
            Outcome::Refused(_) | Outcome::Unknown => None,
        })
        .collect();
    rng.shuffle(&mut finished);
    for (record, text) in finished.into_iter().take(REPEATED) {
        let again = shared.world.send(rng.usize(0..8), &record.sent).await.expect("nothing is killed any more");
        if again.text != *text {
            let words = &record.planned.words;
            wrong.push(format!("{words} was answered\n  {text}\nand repeated\n  {}", again.text));
        }
    }
}
