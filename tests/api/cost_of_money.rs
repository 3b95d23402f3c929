//! What payments and credit notes cost in the database (PERFORMANCE.md).

use dms_testkit::Dealership;
use serde_json::{Value, json};

use crate::cost::within;

fn id(document: &Value) -> &str {
    document["id"].as_str().unwrap()
}

fn cash(amount: i64) -> Value {
    json!({"amount": amount, "method": "CASH"})
}

#[tokio::test]
async fn payments_cost_no_more_than_their_budgets() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let manager = &dealership.one.manager;
    let card = dealership.completed_card(&dealership.one).await;
    let invoice = dealership.invoice_for(&dealership.one, &card).await;
    let path = format!("/api/invoices/{}", id(&invoice));
    let payments = format!("{path}/payments");
    // The invoice moves to another state: its index entry and its tally, too.
    within(manager.post(&payments, cash(100)).await, "first payment", 2, 1.0, 14.0);
    within(manager.post(&payments, cash(100)).await, "further payment", 2, 1.0, 10.0);
    within(manager.post(&format!("{path}/refunds"), cash(100)).await, "refund", 2, 1.0, 10.0);
    // As PAID by its state.
    within(manager.post(&payments, cash(5800)).await, "last payment", 2, 1.0, 28.0);
}

#[tokio::test]
async fn advances_cost_no_more_than_their_budgets() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let manager = &dealership.one.manager;
    let issue = async |card: &Value| {
        let line = json!({"name": "Service Charge", "unitPrice": 5000, "quantity": 1, "gstRate": 18});
        let body = json!({"customerId": card["customerId"], "jobCardId": card["id"], "items": [line]});
        manager.post("/api/invoices", body).await
    };
    let card = dealership.completed_card(&dealership.one).await;
    let payments = format!("/api/job-cards/{}/payments", id(&card));
    within(manager.post(&payments, cash(100)).await, "advance", 2, 1.0, 6.0);
    let refunds = format!("/api/job-cards/{}/refunds", id(&card));
    within(manager.post(&refunds, cash(50)).await, "advance given back", 2, 1.0, 6.0);
    within(issue(&card).await, "invoice with an advance", 2, 4.0, 26.0);
    let card = dealership.completed_card(&dealership.one).await;
    let payments = format!("/api/job-cards/{}/payments", id(&card));
    manager.post(&payments, cash(6000)).await.expect(201);
    // Issued and paid in one: 26 and 28, less the invoice that is written once.
    within(issue(&card).await, "invoice paid in advance", 2, 4.0, 32.0);
}

#[tokio::test]
async fn credit_notes_cost_no_more_than_their_budgets() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let one = &dealership.one;
    let credit = async |invoice: &Value, body: Value| {
        one.manager.post(&format!("/api/invoices/{}/credit-notes", id(invoice)), body).await
    };
    let some = json!({"reason": "Too dear", "items": [{"srNo": 1, "amount": 100}]});
    let card = dealership.completed_card(one).await;
    let invoice = dealership.invoice_for(one, &card).await;
    // The counter and the invoice are read at once.
    within(credit(&invoice, some.clone()).await, "credit note", 2, 2.0, 16.0);
    let pay = format!("/api/invoices/{}/status", id(&invoice));
    one.manager.patch(&pay, json!({"status": "PAID"})).await.expect(200);
    // The vehicle and its history, too.
    within(credit(&invoice, some).await, "credit note of a paid invoice", 2, 2.0, 24.0);
    within(credit(&invoice, json!({"reason": "Wrong"})).await, "the rest of a paid invoice", 2, 2.0, 36.0);

    let mut lines = Vec::new();
    for _ in 0..20 {
        lines.push(json!({"inventoryPartId": dealership.part(one, 100).await["id"], "quantity": 2}));
    }
    let customer = dealership.customer().await;
    let sale = one.manager.create("/api/invoices", json!({"customerId": customer["id"], "items": lines})).await;
    let back = json!({"reason": "Returned", "returnToStock": true});
    // 6 for each part, as for every document that moves stock; the invoice and the note have twenty lines each.
    within(credit(&sale, back).await, "credit note of 20 parts", 2, 4.0, 16.0 + 6.0 * 20.0 + 10.0);
}
