//! Stock and ledgers.

use std::collections::BTreeMap;

use serde_json::Value;

use super::dump::{Dump, number, rows, text};

/// Stock is the sum of the ledger and never negative, and is listed as low when it is.
pub(super) fn check(dump: &Dump, wrong: &mut Vec<String>) {
    let mut ids: Vec<&str> = dump.parts().map(|part| text(part, "sk")).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        wrong.push("a part is there and deleted".to_owned());
    }
    for part in dump.parts() {
        let (pk, id, stock) = (owner(part), text(part, "sk"), number(part, "stockQuantity"));
        let ledger = format!("{pk}#{id}#LEDGER");
        let sum: i64 = dump.starting(&ledger).map(|entry| number(entry, "delta")).sum();
        let name = text(part, "partNumber");
        if sum != stock {
            wrong.push(format!("{pk} {name}: the stock is {stock}, the ledger's sum {sum}"));
        }
        let moves = dump.starting(&ledger).filter(|entry| text(entry, "type") != "TRANSIT_LOSS").count();
        let counts = part["ledgerCounts"].as_object().into_iter().flatten();
        let counted: u64 = counts.filter_map(|(_, count)| count.as_u64()).sum();
        if counted != moves as u64 {
            wrong.push(format!("{pk} {name}: {moves} entries of the ledger, counted {counted}"));
        }
        if stock < 0 {
            wrong.push(format!("{pk} {name}: the stock is {stock}"));
        }
        let headroom = number(part, "headroom");
        if headroom != stock - number(part, "minStockLevel") {
            wrong.push(format!("{pk} {name}: the headroom is {headroom} at a stock of {stock}"));
        }
        // Others may be in the index: it is asked for what is at or below 0.
        if headroom <= 0 && text(part, "lowPk") != pk && text(part, "pk") == pk {
            wrong.push(format!("{pk} {name} is low and not in the index of what is low"));
        }
    }
    check_promised(dump, wrong);
    check_conservation(dump, wrong);
}

/// What Central has promised is what open issues ask for; the rest is available.
fn check_promised(dump: &Dump, wrong: &mut Vec<String>) {
    let mut asked: BTreeMap<&str, i64> = BTreeMap::new();
    let is_open = |issue: &&Value| {
        text(issue, "status") == "PENDING_APPROVAL" && text(issue, "direction") == "CENTRAL_TO_CENTER"
    };
    for line in dump.of_kind("PI").filter(is_open).flat_map(|issue| rows(issue, "items")) {
        *asked.entry(text(line, "centralInventoryPartId")).or_default() += number(line, "requestedQty");
    }
    for part in dump.of_kind("PART").filter(|part| text(part, "pk").starts_with("CENTRAL#")) {
        let name = text(part, "partNumber");
        let (stock, allocated, available) =
            (number(part, "stockQuantity"), number(part, "allocated"), number(part, "available"));
        let open = asked.get(text(part, "sk")).copied().unwrap_or_default();
        if allocated != open {
            wrong.push(format!("{name}: {allocated} allocated, open issues ask for {open}"));
        }
        if available != stock - allocated || available < 0 {
            wrong.push(format!("{name}: stock {stock}, allocated {allocated}, available {available}"));
        }
    }
}

/// No piece appears or vanishes: what came in is in a stock, under way, on a job card, sold, or lost.
fn check_conservation(dump: &Dump, wrong: &mut Vec<String>) {
    let mut pieces: BTreeMap<&str, [i64; 2]> = BTreeMap::new();
    let mut came_in = |part: &str, quantity: i64| pieces.entry(number_of(dump, part)).or_default()[0] += quantity;
    for entry in dump.of_kind("LEDGER").filter(|entry| matches!(text(entry, "type"), "OPENING" | "ADJUSTMENT")) {
        came_in(text(entry, "partId"), number(entry, "delta"));
    }
    for order in dump.of_kind("PO") {
        for line in rows(order, "items") {
            came_in(text(line, "centralInventoryPartId"), number(line, "acceptedQty"));
        }
    }
    let mut are_at = |number: &'_ str, quantity: i64| {
        let number = dump.parts().map(|part| text(part, "partNumber")).find(|known| *known == number);
        pieces.entry(number.unwrap_or_default()).or_default()[1] += quantity;
    };
    for part in dump.parts() {
        are_at(text(part, "partNumber"), number(part, "stockQuantity"));
    }
    for card in dump.of_kind("JC").filter(|card| text(card, "status") != "CANCELLED") {
        rows(card, "items")
            .for_each(|item| are_at(number_of(dump, text(item, "inventoryPartId")), number(item, "qty")));
    }
    let is_sale = |invoice: &&Value| invoice["jobCardId"].is_null() && text(invoice, "status") != "CANCELLED";
    for line in dump.of_kind("INV").filter(is_sale).flat_map(|invoice| rows(invoice, "items")) {
        are_at(number_of(dump, text(line, "inventoryPartId")), number(line, "quantity"));
    }
    // Off a job card, its parts are taken when a credit note returns them.
    let is_return = |note: &&Value| note["returnToStock"] == true && note["jobCardId"].is_null();
    for line in dump.of_kind("CN").filter(is_return).flat_map(|note| rows(note, "items")) {
        are_at(number_of(dump, text(line, "inventoryPartId")), -number(line, "quantity"));
    }
    for line in dump.of_kind("PI").flat_map(|issue| rows(issue, "items")) {
        // Under way, lost or damaged.
        let back_or_there = number(line, "closedQty") + number(line, "receivedQty") + number(line, "returnedQty");
        are_at(text(line, "partNumber"), number(line, "approvedQty") - back_or_there);
    }
    for (number, [came_in, are_somewhere]) in pieces {
        if came_in != are_somewhere && !number.is_empty() {
            wrong.push(format!("{number}: {came_in} pieces came in, {are_somewhere} are somewhere"));
        }
    }
}

/// The number of the part with this id; empty when there is none.
fn number_of<'a>(dump: &'a Dump, part: &str) -> &'a str {
    let found = dump.parts().find(|known| text(known, "sk") == part);
    found.map_or("", |part| text(part, "partNumber"))
}

/// The partition of a part's list, also of one that was deleted.
pub(super) fn owner(part: &Value) -> &str {
    text(part, "pk").trim_end_matches(".DELETED")
}
