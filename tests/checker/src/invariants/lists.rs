//! Lists: the index of states, the tallies and the totals that the application tells.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Utc};
use dms_domain::{
    calendar,
    statuses::{
        InvoiceStatus, JobCardStatus, PartsIssueStatus, PartsRequestStatus, PurchaseOrderStatus, TallyCode,
    },
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
    centrals: bool,
    path: &'static str,
    states: &'static [&'static str],
    code: fn(&str) -> Option<TallyCode>,
}

impl List {
    fn has(&self, pk: &str) -> bool {
        kind(pk) == self.kind && pk.starts_with("CENTRAL#") == self.centrals
    }

    fn documents<'a>(&'a self, dump: &'a Dump) -> impl Iterator<Item = &'a Value> + 'a {
        dump.of_kind(self.kind).filter(|document| self.has(text(document, "pk")))
    }
}

const STATELESS: fn(&str) -> Option<TallyCode> = |_| Some(TallyCode::STATELESS);

const LISTS: &[List] = &[
    List {
        kind: "JC",
        centrals: false,
        path: "/api/job-cards",
        states: JobCardStatus::NAMES,
        code: JobCardStatus::code_of_name,
    },
    List {
        kind: "PR",
        centrals: false,
        path: "/api/parts-requests",
        states: PartsRequestStatus::NAMES,
        code: PartsRequestStatus::code_of_name,
    },
    List {
        kind: "INV",
        centrals: false,
        path: "/api/invoices",
        states: InvoiceStatus::NAMES,
        code: InvoiceStatus::code_of_name,
    },
    List { kind: "CN", centrals: false, path: "/api/credit-notes", states: &[], code: STATELESS },
    List { kind: "PART", centrals: false, path: "/api/inventory", states: &[], code: STATELESS },
    List { kind: "PART", centrals: true, path: "/api/central-inventory", states: &[], code: STATELESS },
    List {
        kind: "PO",
        centrals: true,
        path: "/api/purchase-orders",
        states: PurchaseOrderStatus::NAMES,
        code: PurchaseOrderStatus::code_of_name,
    },
    List {
        kind: "PI",
        centrals: false,
        path: "/api/parts-issues",
        states: PartsIssueStatus::NAMES,
        code: PartsIssueStatus::code_of_name,
    },
];

/// Rows that are asked for.
const PAGE: usize = 100;

/// Documents are listed under the state they are in, and counted once, on their day and in their state. What
/// job cards say of their requests is so.
pub(super) fn check(dump: &Dump, wrong: &mut Vec<String>) {
    for list in LISTS {
        let mut recount: BTreeMap<String, i128> = BTreeMap::new();
        for document in list.documents(dump) {
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
            // Every state has five digits of the day's number; without states, the day has a single digit.
            let (attribute, one) = match code.place() {
                Some(place) => (format!("{:02}", day.day()), 100_000_i128.pow(place)),
                None => (char::from_digit(day.day(), 32).into_iter().collect(), 1),
            };
            *recount.entry(format!("TALLY#{pk} {} {attribute}", calendar::MonthKey::of(day))).or_default() += one;
        }
        let mut tallied: BTreeMap<String, i128> = BTreeMap::new();
        let tallies = dump.starting("TALLY#");
        for tally in tallies.filter(|tally| list.has(text(tally, "pk").trim_start_matches("TALLY#"))) {
            for (cell, count) in tally.as_object().into_iter().flatten() {
                let count = count.as_str().map_or(count.to_string(), str::to_owned).parse().unwrap_or_default();
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
            .filter(|request| {
                text(request, "jobCardId") == text(card, "sk") && text(request, "status") == "PENDING"
            })
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
    let path = format!("{}?limit={PAGE}{filter}", list.path);
    let answer = get(shared, &path).await;
    let is_meant = |document: &&Value| state.is_none_or(|state| text(document, "status") == state);
    let counted = list.documents(dump).filter(is_meant).count();
    let (total, listed) = (&answer["pagination"]["total"], rows(&answer, "data").count());
    if total.as_u64() != Some(counted as u64) || listed != counted.min(PAGE) {
        wrong.push(format!("{path}: total {total}, {listed} rows, counted {counted}"));
    }
}

async fn get(shared: &Shared<'_>, path: &str) -> Value {
    let token = admin_token(shared.world.now());
    let sent = Sent { method: "GET", path: path.to_owned(), body: None, key: None, token };
    shared.world.send(0, &sent).await.map(|answer| answer.body).unwrap_or_default()
}

/// The application's own reconciliation finds no difference, either.
pub(super) async fn check_reconciliation(shared: &Shared<'_>, wrong: &mut Vec<String>) {
    let answer = get(shared, "/api/inventory/reconciliation?limit=100").await;
    if answer["data"]["differences"] != 0 {
        wrong.push(format!("the reconciliation: {answer}"));
    }
}
