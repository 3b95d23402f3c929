//! Money: what is paid is the sum of the entries, what is credited that of the credit notes, and what a vehicle has cost is
//! what its paid invoices ask for.

use std::collections::BTreeMap;

use serde_json::Value;

use super::dump::{Dump, number, rows, text};

pub(super) fn check(dump: &Dump, wrong: &mut Vec<String>) {
    for invoice in dump.of_kind("INV") {
        check_invoice(dump, invoice, wrong);
    }
    for card in dump.of_kind("JC") {
        check_card(dump, card, wrong);
    }
    check_receipts(dump, wrong);
    check_vehicles(dump, wrong);
}

/// What entries come to.
fn held<'a>(entries: impl Iterator<Item = &'a Value>) -> i64 {
    entries
        .map(|entry| match text(entry, "type") {
            "REFUND" => -number(entry, "amountPaise"),
            _ => number(entry, "amountPaise"),
        })
        .sum()
}

/// What an invoice asks for.
fn due(invoice: &Value) -> i64 {
    number(invoice, "grandTotalPaise") - number(invoice, "creditedPaise")
}

fn notes<'a>(dump: &'a Dump, invoice: &'a Value) -> impl Iterator<Item = &'a Value> + 'a {
    dump.of_kind("CN").filter(move |note| text(note, "invoiceId") == text(invoice, "sk"))
}

fn check_invoice(dump: &Dump, invoice: &Value, wrong: &mut Vec<String>) {
    let (name, status) = (text(invoice, "invoiceNumber"), text(invoice, "status"));
    let paid = number(invoice, "amountPaidPaise");
    let entries = held(rows(invoice, "payments"));
    if paid != entries {
        wrong.push(format!("{name}: {paid} paid, the entries come to {entries}"));
    }
    let credited: i64 = notes(dump, invoice).map(|note| number(note, "grandTotalPaise")).sum();
    let (counted, named) = (notes(dump, invoice).count(), rows(invoice, "creditNotes").count());
    if credited != number(invoice, "creditedPaise") || counted != named {
        wrong.push(format!(
            "{name}: {} credited by {named} notes, {counted} notes come to {credited}",
            invoice["creditedPaise"]
        ));
    }
    for line in rows(invoice, "items") {
        let of_line = || notes(dump, invoice).flat_map(|note| rows(note, "items"));
        for amount in ["quantity", "taxableValuePaise", "cgstPaise", "sgstPaise", "igstPaise"] {
            let taken: i64 =
                of_line().filter(|taken| taken["srNo"] == line["srNo"]).map(|taken| number(taken, amount)).sum();
            let noted = number(&line["credited"], amount);
            if taken != noted || taken > number(line, amount) {
                wrong.push(format!("{name}: a line's credited {amount} is {noted}, by notes {taken}: {line}"));
            }
        }
    }
    let due = due(invoice);
    let fits = match status {
        "UNPAID" => paid == 0 && due > 0,
        "PARTIALLY_PAID" => paid > 0 && paid < due,
        "PAID" => paid >= due && (due > 0 || counted == 0),
        "CREDITED" => due == 0 && counted > 0,
        "CANCELLED" => paid == 0 && counted == 0,
        _ => false,
    };
    if !fits {
        wrong.push(format!("{name} is {status}: {due} due, {paid} paid"));
    }
}

fn check_card(dump: &Dump, card: &Value, wrong: &mut Vec<String>) {
    let (name, is_invoiced) = (text(card, "jobCardNumber"), text(card, "status") == "INVOICED");
    let advance = held(rows(card, "advances"));
    if advance < 0 || (is_invoiced && rows(card, "advances").next().is_some()) {
        wrong.push(format!("{name} is {} and holds {advance} in advance", card["status"]));
    }
    let live: Vec<&str> = dump
        .of_kind("INV")
        .filter(|invoice| text(invoice, "jobCardId") == text(card, "sk"))
        .filter(|invoice| !matches!(text(invoice, "status"), "CANCELLED" | "CREDITED"))
        .map(|invoice| text(invoice, "sk"))
        .collect();
    let expected = if is_invoiced { vec![text(card, "invoiceId")] } else { Vec::new() };
    if live != expected {
        wrong.push(format!("{name} is {} with the live invoices {live:?}", card["status"]));
    }
}

/// Each entry is in one document, once.
fn check_receipts(dump: &Dump, wrong: &mut Vec<String>) {
    let invoices = dump.of_kind("INV").flat_map(|invoice| rows(invoice, "payments"));
    let mut ids: Vec<&str> = invoices.map(|entry| text(entry, "id")).collect();
    ids.extend(dump.of_kind("JC").flat_map(|card| rows(card, "advances")).map(|entry| text(entry, "id")));
    ids.sort_unstable();
    if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        wrong.push(format!("the receipt {} is there twice", pair[0]));
    }
}

fn check_vehicles(dump: &Dump, wrong: &mut Vec<String>) {
    // By vehicle: services, what they have cost, and the lines of the history.
    let mut paid: BTreeMap<&str, (i64, i64, BTreeMap<&str, i64>)> = BTreeMap::new();
    for invoice in dump.of_kind("INV").filter(|invoice| text(invoice, "status") == "PAID") {
        let (services, spent, lines) = paid.entry(text(invoice, "vehicleId")).or_default();
        *services += 1;
        *spent += due(invoice);
        lines.insert(text(invoice, "invoiceNumber"), due(invoice));
    }
    for vehicle in dump.starting("VEH#").filter(|item| text(item, "sk") == "-") {
        let (pk, name) = (text(vehicle, "pk"), text(vehicle, "registration"));
        let id = pk.trim_start_matches("VEH#");
        let (services, spent, lines) = paid.remove(id).unwrap_or_default();
        let found = (number(vehicle, "totalServices"), number(vehicle, "totalSpentPaise"));
        if found != (services, spent) {
            wrong.push(format!("{name}: {found:?} services and spent, by paid invoices {:?}", (services, spent)));
        }
        let history = format!("{pk}#HISTORY");
        let history: BTreeMap<&str, i64> = dump
            .starting(&history)
            .map(|line| (text(line, "invoiceNumber"), number(line, "totalCostPaise")))
            .collect();
        if history != lines {
            wrong.push(format!("{name}: the history {history:?}, by paid invoices {lines:?}"));
        }
        check_occupied(dump, vehicle, wrong);
    }
}

/// A vehicle is occupied by a card that is open, or whose invoice is to be paid.
fn check_occupied(dump: &Dump, vehicle: &Value, wrong: &mut Vec<String>) {
    let (name, status, card) =
        (text(vehicle, "registration"), text(vehicle, "currentStatus"), text(vehicle, "activeJobCardId"));
    let is_open = |card: &&Value| match text(card, "status") {
        "CANCELLED" => false,
        "INVOICED" => {
            let invoice = dump.by_id("INV", text(card, "invoiceId"));
            invoice.is_some_and(|invoice| text(invoice, "status") != "PAID")
        }
        _ => true,
    };
    let occupied = dump.by_id("JC", card).filter(is_open).is_some();
    let fits = match status {
        "AVAILABLE" => card.is_empty(),
        _ => occupied,
    };
    if !fits {
        wrong.push(format!("{name} is {status}, its card {card:?}, which is open: {occupied}"));
    }
}
