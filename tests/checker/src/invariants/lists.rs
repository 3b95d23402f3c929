//! Lists: the index of states, the tallies and the totals that the application tells.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Utc};
use dms_domain::{
    calendar,
    statuses::{InvoiceStatus, JobCardStatus, PartsRequestStatus},
};
use serde_json::Value;

use super::dump::{Dump, kind, rows, text};
use crate::{
    app::{Sent, admin_token},
    client::Shared,
};

/// A list: the kind of its documents, its path, and the code of a state.
struct List {
    kind: &'static str,
    path: &'static str,
    states: &'static [&'static str],
    code: fn(&str) -> Option<char>,
}

const STATELESS: fn(&str) -> Option<char> = |_| Some('-');

const LISTS: &[List] = &[
    List {
        kind: "JC",
        path: "/api/job-cards",
        states: JobCardStatus::NAMES,
        code: JobCardStatus::code_of_name,
    },
    List {
        kind: "PR",
        path: "/api/parts-requests",
        states: PartsRequestStatus::NAMES,
        code: PartsRequestStatus::code_of_name,
    },
    List { kind: "INV", path: "/api/invoices", states: InvoiceStatus::NAMES, code: InvoiceStatus::code_of_name },
    List { kind: "PART", path: "/api/inventory", states: &[], code: STATELESS },
];

/// Documents are listed under the state they are in, and counted once, on their day and in their state. What
/// job cards say of their requests is so.
pub(super) fn check(dump: &Dump, wrong: &mut Vec<String>) {
    for list in LISTS {
        let mut recount: BTreeMap<String, i64> = BTreeMap::new();
        for document in dump.of_kind(list.kind) {
            let (pk, status) = (text(document, "pk"), text(document, "status"));
            let Some(code) = (list.code)(status) else {
                wrong.push(format!("{pk}: unknown state {status}"));
                continue;
            };
            let listed = text(document, "gsi1pk");
            if !list.states.is_empty() && listed != format!("{pk}#{code}") {
                wrong.push(format!("{pk}: a document that is {status} is listed under {listed}"));
            }
            let created: DateTime<Utc> = text(document, "createdAt").parse().unwrap_or_default();
            let day = calendar::ist_date(created);
            let cell = format!("TALLY#{pk} {} {:02}{code}", calendar::MonthKey::of(day), day.day());
            *recount.entry(cell).or_default() += 1;
        }
        let mut tallied: BTreeMap<String, i64> = BTreeMap::new();
        let tallies = dump.starting("TALLY#");
        for tally in tallies.filter(|tally| kind(text(tally, "pk").trim_start_matches("TALLY#")) == list.kind) {
            for (cell, count) in tally.as_object().into_iter().flatten() {
                let count = count.as_i64().unwrap_or_default();
                if cell != "pk" && cell != "sk" && count != 0 {
                    tallied.insert(format!("{} {} {cell}", text(tally, "pk"), text(tally, "sk")), count);
                }
            }
        }
        if recount != tallied {
            wrong.push(format!("tallies of {}: {tallied:?}, recounted {recount:?}", list.kind));
        }
    }
    check_open_requests(dump, wrong);
}

fn check_open_requests(dump: &Dump, wrong: &mut Vec<String>) {
    for card in dump.of_kind("JC") {
        let open = dump
            .of_kind("PR")
            .filter(|request| text(request, "jobCardId") == text(card, "sk") && text(request, "status") == "PENDING")
            .count();
        let (number, status) = (text(card, "jobCardNumber"), text(card, "status"));
        if card["openPartsRequests"].as_u64() != Some(open as u64) {
            wrong.push(format!("{number}: open requests {}, counted {open}", card["openPartsRequests"]));
        }
        if status == "CANCELLED" && open > 0 {
            wrong.push(format!("{number} is cancelled and has {open} open requests"));
        }
    }
}

/// A list, and its part in one state, have as many rows as they say.
pub(super) async fn check_totals(
    shared: &Shared<'_>,
    dump: &Dump,
    rng: &mut fastrand::Rng,
    wrong: &mut Vec<String>,
) {
    let list = &LISTS[rng.usize(0..LISTS.len())];
    let state = rng.choice(list.states).copied().filter(|_| rng.bool());
    let filter = state.map_or_else(String::new, |state| format!("&filter%5Bstatus%5D={state}"));
    let token = admin_token(shared.world.now());
    let path = format!("{}?limit=100{filter}", list.path);
    let sent = Sent { method: "GET", path, body: None, key: None, token };
    let answer = shared.world.send(0, &sent).await.map(|answer| answer.body).unwrap_or_default();
    let is_meant = |document: &&Value| state.is_none_or(|state| text(document, "status") == state);
    let counted = dump.of_kind(list.kind).filter(is_meant).count();
    let (total, listed) = (&answer["pagination"]["total"], rows(&answer, "data").count());
    if total.as_u64() != Some(counted as u64) || listed != counted {
        wrong.push(format!("{}: total {total}, {listed} rows, counted {counted}", sent.path));
    }
}
