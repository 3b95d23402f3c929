//! Commands between whose tries something else happens: what a failed condition showed may be past.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use dms_access::{AccessGrant, Principal};
use dms_domain::{
    calendar::{Clock, Timestamp},
    parts_issue::{IssueReceipt, ReceivedItem},
    permissions::Role,
    purchase_order::{DeliveredItem, Delivery},
    statuses::GoodsCondition,
};
use dms_store::{Command, Hints, Reply, StoreError};
use dms_testkit::Dealership;
use serde_json::{Value, json};
use uuid::Uuid;

#[track_caller]
fn id(document: &Value) -> Uuid {
    document["id"].as_str().expect("an id").parse().expect("an id")
}

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

fn admin(dealership: &Dealership) -> Principal {
    let user = Uuid::now_v7();
    let grant = AccessGrant { user_id: user, session_id: user, role: Role::Admin, centre: None };
    let (tokens, now) = (&dealership.app.app.tokens, dealership.app.clock.now());
    tokens.verify_access(&tokens.issue_access(&grant, now).unwrap(), now).unwrap()
}

fn command(dealership: &Dealership) -> Command {
    Command::of_task("interleaved", Uuid::nil(), "a request".to_owned(), dealership.app.clock.now())
}

fn reply<T>(_: &T) -> Result<Reply, StoreError> {
    Ok(Reply { status: 200, body: String::new(), version: None, replayed: false })
}

/// An approved order of one piece.
async fn ordered(dealership: &Dealership, part: &Value) -> Value {
    let supplier = dealership.supplier().await;
    let line = json!({"centralInventoryPartId": part["id"], "quantity": 1, "unitPrice": 1});
    let body = json!({"supplierId": supplier["id"], "items": [line]});
    let order = dealership.central.create("/api/purchase-orders", body).await;
    let path = format!("/api/purchase-orders/{}", id(&order));
    dealership.central.patch(&format!("{path}/submit"), json!({})).await.expect(200);
    dealership.admin.patch(&format!("{path}/approve"), json!({})).await.expect(200)
}

async fn receive(dealership: &Dealership, order: &Value) {
    let line = json!({"itemId": order["items"][0]["id"], "receivedQty": 1, "acceptedQty": 1});
    let path = format!("/api/purchase-orders/{}/receive", id(order));
    dealership.central.patch(&path, json!({"receivedItems": [line]})).await.expect(200);
}

/// Receives an order as the handler does, with something happening before and after the second try reads.
async fn receive_with(
    dealership: &Dealership,
    order: &Value,
    before: impl AsyncFn(),
    after: impl AsyncFn(),
) -> Result<Reply, StoreError> {
    let (store, scope) = (&dealership.app.app.store, admin(dealership).central_scope().unwrap());
    let now = Timestamp::new(dealership.app.clock.now());
    let line = DeliveredItem {
        item_id: id(&order["items"][0]),
        received_qty: 1,
        accepted_qty: 1,
        rejected_qty: 0,
        condition: GoodsCondition::Good,
    };
    let delivery = Delivery {
        number: 0,
        invoice_number: None,
        notes: None,
        items: vec![line],
        received_by_id: Uuid::nil(),
        received_at: now,
    };
    let (hints, tries) = (Hints::default(), AtomicUsize::new(0));
    let plan = || async {
        let second = tries.fetch_add(1, SeqCst) == 1;
        if second {
            before().await;
        }
        store.recall_parts(&hints).await?;
        let order = store.purchase_order(scope, &id(order)).await?.expect("the order");
        let plan = store.receive_order(&order, order.received(delivery.clone(), now)?, &delivery, &hints)?;
        if second {
            after().await;
        }
        Ok(plan)
    };
    store.run(&command(dealership), plan, reply).await
}

#[tokio::test]
async fn a_deleted_part_that_another_delivery_has_put_back_takes_this_one_too() {
    let dealership = open().await;
    let part = dealership.central_part(0).await;
    let (order, other) = (ordered(&dealership, &part).await, ordered(&dealership, &part).await);
    let path = format!("/api/central-inventory/parts/{}", id(&part));
    dealership.central.delete(&path).await.expect(200);
    receive_with(&dealership, &order, async || receive(&dealership, &other).await, async || ()).await.unwrap();
    assert_eq!(dealership.central.get(&path).await.expect(200)["stockQuantity"], 2);
}

#[tokio::test]
async fn a_part_that_was_put_back_changed_and_deleted_again_comes_back_as_it_was_last() {
    let dealership = open().await;
    let part = dealership.central_part(0).await;
    let (order, other) = (ordered(&dealership, &part).await, ordered(&dealership, &part).await);
    let path = format!("/api/central-inventory/parts/{}", id(&part));
    dealership.central.delete(&path).await.expect(200);
    let meanwhile = async || {
        receive(&dealership, &other).await;
        dealership.central.patch(&path, json!({"minStockLevel": 7})).await.expect(200);
        let none = json!({"adjustmentType": "SET", "quantity": 0, "reason": "STOCK_COUNT"});
        dealership.central.patch(&format!("{path}/adjust-stock"), none).await.expect(200);
        dealership.central.delete(&path).await.expect(200);
    };
    receive_with(&dealership, &order, async || (), meanwhile).await.unwrap();
    let back = dealership.central.get(&path).await.expect(200);
    assert_eq!((&back["stockQuantity"], &back["minStockLevel"]), (&json!(1), &json!(7)));
}

#[tokio::test]
async fn a_part_renamed_while_a_receipt_is_on_its_way_to_it_takes_no_pieces_of_its_former_number() {
    let dealership = open().await;
    let (one, store) = (&dealership.one, &dealership.app.app.store);
    let part = dealership.central_part(10).await;
    let body = json!({"partName": "Ours", "partNumber": part["partNumber"], "category": "Ours", "unitPrice": 1,
        "costPrice": 1, "gstRate": 5});
    let own = one.inventory.create("/api/inventory/parts", body).await;
    let path = format!("/api/inventory/parts/{}", id(&own));
    let issue = dealership.dispatched_issue(one, &[(&part, 10)]).await;
    let scope = admin(&dealership).scope_of_issue(&id(&issue)).unwrap();
    let now = Timestamp::new(dealership.app.clock.now());
    let line = ReceivedItem { item_id: id(&issue["items"][0]), received_qty: 10, ..ReceivedItem::default() };
    let receipt = IssueReceipt { items: vec![line], notes: None, received_by_id: Uuid::nil(), received_at: now };
    let (hints, tries, command) = (Hints::default(), AtomicUsize::new(0), command(&dealership));
    let plan = || async {
        if tries.fetch_add(1, SeqCst) == 1 {
            one.inventory.patch(&path, json!({"partNumber": "MINE-1"})).await.expect(200);
        }
        store.recall_parts(&hints).await?;
        let old = store.parts_issue(scope, &id(&issue)).await?.expect("the issue");
        let new = old.received(receipt.clone(), now)?;
        store.receive_issue(&old, new, &receipt, &command, &hints).await
    };
    let _refused_or_planned_again = store.run(&command, plan, reply).await;
    let own = one.inventory.get(&path).await.expect(200);
    assert_eq!((&own["stockQuantity"], &own["centralInventoryPartId"]), (&json!(0), &Value::Null));
    let all = dealership.admin.get("/api/inventory/reconciliation").await.expect(200);
    assert_eq!(all["differences"], 0, "{all}");
}
