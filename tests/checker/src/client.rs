//! A client: sends a command, again and again with the same key until it knows what became of it, and notes
//! what it was told.

use std::{cell::RefCell, time::Duration};

use futures::future::join;
use serde_json::Value;
use tokio::time::sleep;

use crate::{
    actions::{Planned, choose},
    app::{Answer, Sent, World},
    known::Known,
};

/// How often a command with a key is sent before the client gives up.
const MOST_ATTEMPTS: u32 = 8;
/// And how often by a patient client.
const MOST_PATIENT_ATTEMPTS: u32 = 20;

/// What became of a command, as its client was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was done, with this answer.
    Acknowledged(String),
    /// It was refused with this code.
    Refused(String),
    /// Nobody knows.
    Unknown,
}

/// A command that was sent.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) planned: Planned,
    pub(crate) tag: String,
    pub(crate) sent: Sent,
    pub(crate) outcome: Outcome,
}

/// All clients of a history share these.
pub(crate) struct Shared<'a> {
    pub(crate) world: &'a World,
    pub(crate) known: RefCell<Known>,
    pub(crate) records: RefCell<Vec<Record>>,
    /// What clients saw that must not be.
    pub(crate) complaints: RefCell<Vec<String>>,
}

/// One client.
pub(crate) struct Client<'a> {
    pub(crate) shared: &'a Shared<'a>,
    pub(crate) number: usize,
    pub(crate) rng: fastrand::Rng,
    pub(crate) token: String,
    /// Waits for each answer before it repeats a request, and does not repeat what was answered.
    pub(crate) patient: bool,
}

impl Client<'_> {
    /// Sends so many commands, one after the other.
    pub(crate) async fn work(mut self, commands: usize) {
        for n in 0..commands {
            let tag = format!("tag-{}-{n}.", self.number);
            let planned = choose(&mut self.rng, &self.shared.known.borrow(), &tag);
            let keyed = self.rng.u8(0..4) > 0;
            self.run(planned, tag, keyed).await;
            sleep(Duration::from_millis(self.rng.u64(0..60))).await;
        }
    }

    /// Sends a command until it is known what became of it.
    pub(crate) async fn run(&mut self, planned: Planned, tag: String, keyed: bool) {
        let key = keyed.then(|| format!("key-{}", tag.trim_end_matches('.')));
        let sent = Sent {
            method: planned.method,
            path: planned.path.clone(),
            body: planned.body.clone(),
            key,
            token: self.token.clone(),
        };
        let how = if keyed { "" } else { " (once)" };
        self.note(&format!("{} [{tag}]{how}", planned.words));
        let outcome = if keyed { self.insist(&sent).await } else { self.once(&sent).await };
        self.note(&format!("{} [{tag}]: {}", planned.words, in_words(&outcome)));
        if let Outcome::Acknowledged(text) = &outcome {
            let answer: Value = serde_json::from_str(text).unwrap_or_default();
            planned.learn(&mut self.shared.known.borrow_mut(), &answer["data"]);
        }
        self.shared.records.borrow_mut().push(Record { planned, tag, sent, outcome });
    }

    fn note(&self, line: &str) {
        self.shared.world.wire.note(&format!("client {}: {line}", self.number));
    }

    async fn once(&mut self, sent: &Sent) -> Outcome {
        let place = self.rng.usize(0..8);
        let answer = self.shared.world.send(place, sent).await;
        self.judge(sent, answer)
    }

    async fn insist(&mut self, sent: &Sent) -> Outcome {
        let mut told = Outcome::Unknown;
        let most = if self.patient { MOST_PATIENT_ATTEMPTS } else { MOST_ATTEMPTS };
        for attempt in 0..most {
            let impatient = !self.patient && self.rng.u8(0..10) == 0;
            told = if impatient { self.twice_at_once(sent).await } else { self.once(sent).await };
            if told != Outcome::Unknown {
                break;
            }
            self.note(&format!("attempt {} came to nothing", attempt + 1));
            sleep(Duration::from_millis(self.rng.u64(50..1_500))).await;
        }
        // The answer may have been lost between the application and the client, too.
        if let Outcome::Acknowledged(text) = &told
            && !self.patient
            && self.rng.u8(0..6) == 0
            && let Outcome::Acknowledged(again) = self.once(sent).await
            && again != *text
        {
            self.complain(sent, &format!("was answered\n  {text}\nand repeated\n  {again}"));
        }
        told
    }

    /// A client that does not wait for the answer: both processes work on the command at once.
    async fn twice_at_once(&mut self, sent: &Sent) -> Outcome {
        let world = self.shared.world;
        let (one, two) = join(world.send(0, sent), world.send(1, sent)).await;
        match (self.judge(sent, one), self.judge(sent, two)) {
            (Outcome::Acknowledged(one), Outcome::Acknowledged(two)) => {
                if one != two {
                    self.complain(sent, &format!("was answered\n  {one}\nand at the same time\n  {two}"));
                }
                Outcome::Acknowledged(one)
            }
            (acknowledged @ Outcome::Acknowledged(_), _) | (_, acknowledged @ Outcome::Acknowledged(_)) => {
                acknowledged
            }
            // The other one may still have done it after this one was refused.
            (Outcome::Refused(one), Outcome::Refused(_)) => Outcome::Refused(one),
            (Outcome::Unknown, _) | (_, Outcome::Unknown) => Outcome::Unknown,
        }
    }

    fn complain(&self, sent: &Sent, what: &str) {
        let key = sent.key.as_deref().unwrap_or("without a key");
        self.shared.complaints.borrow_mut().push(format!("{key}: {what}"));
    }

    fn judge(&self, sent: &Sent, answer: Option<Answer>) -> Outcome {
        let Some(Answer { status, text, body }) = answer else { return Outcome::Unknown };
        let code = body["code"].as_str().unwrap_or_default().to_owned();
        match (status, code.as_str()) {
            (200..300, _) => Outcome::Acknowledged(text),
            // "Nothing has changed."
            (503, "CONTENDED") if sent.key.is_none() => Outcome::Refused(code),
            (503, _) => Outcome::Unknown,
            // A part that was deleted.
            (404, "NOT_FOUND") => Outcome::Refused(code),
            (409 | 412 | 422, _) if code != "IDEMPOTENCY_KEY_REUSED" => Outcome::Refused(code),
            _ => {
                self.complain(sent, &format!("{} {} was answered {status} {text}", sent.method, sent.path));
                Outcome::Unknown
            }
        }
    }
}

fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Acknowledged(_) => "done".to_owned(),
        Outcome::Refused(code) => format!("refused, {code}"),
        Outcome::Unknown => "unknown".to_owned(),
    }
}
