//! What documents say was moved is what the ledgers say was moved.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    dump::{Dump, number, rows, text},
    stock::owner,
};

/// Pieces by part (where it is and its number) and document.
struct Moved<'a> {
    dump: &'a Dump,
    pieces: BTreeMap<(String, String), i64>,
}

impl<'a> Moved<'a> {
    fn none(dump: &'a Dump) -> Self {
        Self { dump, pieces: BTreeMap::new() }
    }

    fn add(&mut self, part: &str, document: &str, quantity: i64) {
        let found = self.dump.parts().find(|known| text(known, "sk") == part);
        let place = found.map(|part| (owner(part), text(part, "partNumber")));
        if let Some((owner, number)) = place {
            self.add_at(owner, number, document, quantity);
        }
    }

    fn add_at(&mut self, owner: &str, number: &str, document: &str, quantity: i64) {
        if quantity != 0 {
            *self.pieces.entry((format!("{owner} {number}"), document.to_owned())).or_default() += quantity;
        }
    }

    /// Compares with the sum of an attribute of the ledgers' entries of these types.
    fn check(&self, what: &str, kinds: &[&str], (attribute, sign): (&str, i64), wrong: &mut Vec<String>) {
        let mut ledger = Self::none(self.dump);
        for entry in self.dump.of_kind("LEDGER").filter(|entry| kinds.contains(&text(entry, "type"))) {
            ledger.add(text(entry, "partId"), source(self.dump, entry), sign * number(entry, attribute));
        }
        let mut keys: Vec<_> = self.pieces.keys().chain(ledger.pieces.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let (by_document, by_ledger) =
                (self.pieces.get(key).unwrap_or(&0), ledger.pieces.get(key).unwrap_or(&0));
            if by_document != by_ledger {
                let (part, document) = key;
                wrong.push(format!("{what}: {document} says {by_document} of {part}, the ledger {by_ledger}"));
            }
        }
    }
}

/// The document whose pieces an entry moves: a credit note moves those of its invoice or job card.
fn source<'a>(dump: &'a Dump, entry: &'a Value) -> &'a str {
    let document = text(entry, "documentNumber");
    if text(entry, "documentType") != "credit note" {
        return document;
    }
    let note = dump.of_kind("CN").find(|note| text(note, "creditNoteNumber") == document);
    let invoice = note.and_then(|note| dump.by_id("INV", text(note, "invoiceId")));
    let card = invoice.map(|invoice| text(invoice, "jobCardNumber")).filter(|card| !card.is_empty());
    card.or(invoice.map(|invoice| text(invoice, "invoiceNumber"))).unwrap_or(document)
}

pub(super) fn check(dump: &Dump, wrong: &mut Vec<String>) {
    check_cards(dump, wrong);
    check_sales(dump, wrong);
    check_orders(dump, wrong);
    check_issues(dump, wrong);
    check_transit(dump, wrong);
}

fn check_cards(dump: &Dump, wrong: &mut Vec<String>) {
    let (mut issued, mut held) = (Moved::none(dump), Moved::none(dump));
    for request in dump.of_kind("PR") {
        for line in rows(request, "items") {
            issued.add(text(line, "inventoryPartId"), text(request, "jobCardNumber"), number(line, "approvedQty"));
        }
    }
    for card in dump.of_kind("JC").filter(|card| text(card, "status") != "CANCELLED") {
        for item in rows(card, "items") {
            held.add(text(item, "inventoryPartId"), text(card, "jobCardNumber"), number(item, "qty"));
        }
    }
    issued.check("issued to job cards", &["ISSUE"], ("delta", -1), wrong);
    held.check("held by job cards", &["ISSUE", "RETURN"], ("delta", -1), wrong);
}

fn check_sales(dump: &Dump, wrong: &mut Vec<String>) {
    let (mut sold, mut reversed) = (Moved::none(dump), Moved::none(dump));
    for invoice in dump.of_kind("INV").filter(|invoice| invoice["jobCardId"].is_null()) {
        for line in rows(invoice, "items") {
            let (part, document) = (text(line, "inventoryPartId"), text(invoice, "invoiceNumber"));
            sold.add(part, document, number(line, "quantity"));
            if text(invoice, "status") == "CANCELLED" {
                reversed.add(part, document, number(line, "quantity"));
            }
        }
    }
    let is_return = |note: &&Value| note["returnToStock"] == true && note["jobCardId"].is_null();
    for note in dump.of_kind("CN").filter(is_return) {
        for line in rows(note, "items") {
            reversed.add(text(line, "inventoryPartId"), text(note, "invoiceNumber"), number(line, "quantity"));
        }
    }
    sold.check("sold", &["SALE"], ("delta", -1), wrong);
    reversed.check("returned by cancelled and credited sales", &["SALE_REVERSAL"], ("delta", 1), wrong);
}

fn check_orders(dump: &Dump, wrong: &mut Vec<String>) {
    let mut bought = Moved::none(dump);
    for order in dump.of_kind("PO") {
        let po = text(order, "poNumber");
        for line in rows(order, "items") {
            bought.add(text(line, "centralInventoryPartId"), po, number(line, "acceptedQty"));
            for quantity in ["receivedQty", "acceptedQty", "rejectedQty"] {
                let delivered = summed(order, "deliveries", line, quantity);
                if number(line, quantity) != delivered {
                    wrong.push(format!(
                        "{po}: a line's {quantity} is {}, by deliveries {delivered}",
                        line[quantity]
                    ));
                }
            }
            if number(line, "receivedQty") > number(line, "quantity") {
                wrong.push(format!("{po}: {} received of {}", line["receivedQty"], line["quantity"]));
            }
        }
    }
    bought.check("bought", &["PURCHASE"], ("delta", 1), wrong);
}

/// What a document's movements say of one of its lines.
fn summed(document: &Value, movements: &str, line: &Value, quantity: &str) -> i64 {
    let moved = rows(document, movements).flat_map(|movement| rows(movement, "items"));
    moved.filter(|moved| text(moved, "itemId") == text(line, "id")).map(|moved| number(moved, quantity)).sum()
}

fn check_issues(dump: &Dump, wrong: &mut Vec<String>) {
    let (mut sent, mut came_back, mut arrived, mut lost) =
        (Moved::none(dump), Moved::none(dump), Moved::none(dump), Moved::none(dump));
    for issue in dump.of_kind("PI") {
        let document = text(issue, "issueNumber");
        let centre = format!("{}#PART", text(issue, "pk").trim_end_matches("#PI"));
        let from_central = text(issue, "direction") == "CENTRAL_TO_CENTER";
        let (sender, receiver) =
            if from_central { ("CENTRAL#PART", centre.as_str()) } else { (centre.as_str(), "CENTRAL#PART") };
        for line in rows(issue, "items") {
            let part = text(line, "partNumber");
            sent.add_at(sender, part, document, number(line, "approvedQty"));
            came_back.add_at(sender, part, document, number(line, "returnedQty") + number(line, "closedQty"));
            arrived.add_at(receiver, part, document, number(line, "receivedQty"));
            lost.add_at("CENTRAL#PART", part, document, number(line, "lostQty") + number(line, "damagedQty"));
            for quantity in ["receivedQty", "lostQty", "damagedQty", "returnedQty"] {
                let booked = summed(issue, "receipts", line, quantity);
                if number(line, quantity) != booked {
                    wrong.push(format!(
                        "{document}: a line's {quantity} is {}, by receipts {booked}",
                        line[quantity]
                    ));
                }
            }
            let dispatched = summed(issue, "dispatches", line, "quantity");
            let approved = number(line, "approvedQty");
            if number(line, "dispatchedQty") != dispatched || dispatched + number(line, "closedQty") > approved {
                wrong.push(format!("{document}: {dispatched} dispatched of {approved} approved: {line}"));
            }
        }
    }
    sent.check("sent by parts issues", &["TRANSFER_OUT"], ("delta", -1), wrong);
    came_back.check("come back from parts issues", &["TRANSFER_RETURN"], ("delta", 1), wrong);
    arrived.check("arrived by parts issues", &["RECEIPT"], ("delta", 1), wrong);
    lost.check("lost on the way", &["TRANSIT_LOSS"], ("variance", 1), wrong);
}

/// Notes of what is under way are what the issues have under way.
fn check_transit(dump: &Dump, wrong: &mut Vec<String>) {
    let mut under_way: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for issue in dump.of_kind("PI") {
        for line in rows(issue, "items") {
            let accounted: i64 = ["closedQty", "receivedQty", "lostQty", "damagedQty", "returnedQty"]
                .map(|quantity| number(line, quantity))
                .iter()
                .sum();
            let open = number(line, "approvedQty") - accounted;
            *under_way.entry((text(issue, "sk"), text(line, "partNumber"))).or_default() += open;
        }
    }
    let mut noted: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for note in dump.of_kind("TRANSIT") {
        let issue = text(note, "sk").split('#').next_back().unwrap_or_default();
        for (part, pieces) in note["lines"].as_object().into_iter().flatten() {
            noted.insert((issue, part), pieces.as_i64().unwrap_or_default());
        }
    }
    under_way.retain(|_, pieces| *pieces != 0);
    if under_way != noted {
        wrong.push(format!("under way: {under_way:?}, noted {noted:?}"));
    }
}
