//! Stock, ledgers, and the documents that moved it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::dump::{Dump, number, rows, text};

/// Pieces by part and document.
type Moved<'a> = BTreeMap<(&'a str, &'a str), i64>;

/// Stock is the sum of the ledger and never negative.
pub(super) fn check(dump: &Dump, wrong: &mut Vec<String>) {
    for part in dump.of_kind("PART") {
        let (pk, id, stock) = (text(part, "pk"), text(part, "sk"), number(part, "stockQuantity"));
        let ledger = format!("{pk}#{id}#LEDGER");
        let sum: i64 = dump.starting(&ledger).map(|entry| number(entry, "delta")).sum();
        let name = text(part, "partNumber");
        if sum != stock {
            wrong.push(format!("{pk} {name}: the stock is {stock}, the ledger's sum {sum}"));
        }
        if stock < 0 {
            wrong.push(format!("{pk} {name}: the stock is {stock}"));
        }
        let headroom = number(part, "headroom");
        if headroom != stock - number(part, "minStockLevel") {
            wrong.push(format!("{pk} {name}: the headroom is {headroom} at a stock of {stock}"));
        }
        if (headroom <= 0) == part["lowPk"].is_null() {
            wrong.push(format!("{pk} {name}: headroom {headroom}, low-stock index {}", part["lowPk"]));
        }
    }
}

/// What documents say was moved is what the ledgers say was moved.
pub(super) fn check_documents(dump: &Dump, wrong: &mut Vec<String>) {
    let mut issued = Moved::new();
    let mut held = Moved::new();
    for request in dump.of_kind("PR") {
        for line in rows(request, "items") {
            let document = (text(line, "inventoryPartId"), text(request, "jobCardNumber"));
            *issued.entry(document).or_default() += number(line, "approvedQty");
        }
    }
    for card in dump.of_kind("JC").filter(|card| text(card, "status") != "CANCELLED") {
        for item in rows(card, "items") {
            *held.entry((text(item, "inventoryPartId"), text(card, "jobCardNumber"))).or_default() += number(item, "qty");
        }
    }
    let (mut sold, mut reversed) = (Moved::new(), Moved::new());
    for invoice in dump.of_kind("INV").filter(|invoice| invoice["jobCardId"].is_null()) {
        for line in rows(invoice, "items") {
            let document = (text(line, "inventoryPartId"), text(invoice, "invoiceNumber"));
            *sold.entry(document).or_default() += number(line, "quantity");
            if text(invoice, "status") == "CANCELLED" {
                *reversed.entry(document).or_default() += number(line, "quantity");
            }
        }
    }
    compare(dump, "issued to job cards", &["ISSUE"], -1, &issued, wrong);
    compare(dump, "held by job cards", &["ISSUE", "RETURN"], -1, &held, wrong);
    compare(dump, "sold", &["SALE"], -1, &sold, wrong);
    compare(dump, "returned by cancelled sales", &["SALE_REVERSAL"], 1, &reversed, wrong);
}

fn compare(dump: &Dump, what: &str, kinds: &[&str], sign: i64, documents: &Moved<'_>, wrong: &mut Vec<String>) {
    let mut ledger = Moved::new();
    let is_meant = |entry: &&Value| kinds.contains(&text(entry, "type"));
    for entry in dump.of_kind("LEDGER").filter(is_meant) {
        *ledger.entry((text(entry, "partId"), text(entry, "documentNumber"))).or_default() += sign * number(entry, "delta");
    }
    let mut keys: Vec<_> = documents.keys().chain(ledger.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let (by_documents, by_ledger) = (documents.get(key).unwrap_or(&0), ledger.get(key).unwrap_or(&0));
        if by_documents != by_ledger && !key.0.is_empty() {
            let (part, document) = key;
            wrong.push(format!("{what}: {document} says {by_documents} of {part}, the ledger {by_ledger}"));
        }
    }
}
