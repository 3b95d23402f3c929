//! Purchase orders: writing them, their taxes, their states and lists. Their deliveries have a file of their own.

use axum::http::Method;
use chrono::TimeDelta;
use dms_testkit::{Answer, Client, Dealership};
use serde_json::{Value, json};

const ORDERS: &str = "/api/purchase-orders";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

fn path(order: &Value) -> String {
    format!("{ORDERS}/{}", id(order))
}

fn line(part: &Value, quantity: i64, price: Value) -> Value {
    json!({"centralInventoryPartId": id(part), "quantity": quantity, "unitPrice": price, "gstRate": 18})
}

/// A draft of one line of ten pieces.
async fn draft(dealership: &Dealership) -> Value {
    let (supplier, part) = (dealership.supplier().await, dealership.central_part(0).await);
    let body = json!({"supplierId": id(&supplier), "items": [line(&part, 10, json!(100))]});
    dealership.central.create(ORDERS, body).await
}

async fn step(client: &Client, order: &Value, step: &str, body: Value) -> Answer {
    client.patch(&format!("{}/{step}", path(order)), body).await
}

async fn read(dealership: &Dealership, order: &Value) -> Value {
    dealership.central.get(&path(order)).await.expect(200)
}

fn paise(value: &Value) -> i64 {
    let text = value.as_str().expect("an amount");
    let (rupees, paise) = text.split_once('.').unwrap_or((text, "0"));
    rupees.parse::<i64>().unwrap() * 100 + format!("{paise:0<2}").parse::<i64>().unwrap()
}

#[tokio::test]
async fn an_order_is_a_draft_with_a_number_and_what_it_was_told() {
    let dealership = open().await;
    let (supplier, part) = (dealership.supplier().await, dealership.central_part(7).await);
    let body = json!({"supplierId": id(&supplier), "orderDate": "2026-11-20",
        "expectedDeliveryDate": "2026-11-27", "paymentTerms": "Net 60 days", "notes": "Rear gate",
        "items": [line(&part, 100, json!(40000))]});
    let order = dealership.central.create(ORDERS, body).await;
    for (field, value) in [
        ("poNumber", json!("PO-2026-0001")),
        ("status", json!("DRAFT")),
        ("supplierId", supplier["id"].clone()),
        ("supplierName", supplier["name"].clone()),
        ("orderDate", json!("2026-11-20")),
        ("expectedDeliveryDate", json!("2026-11-27")),
        ("paymentTerms", json!("Net 60 days")),
        ("notes", json!("Rear gate")),
        ("subtotal", json!("4000000")),
        ("cgst", json!("360000")),
        ("sgst", json!("360000")),
        ("igst", json!("0")),
        ("totalAmount", json!("4720000")),
        ("deliveries", json!([])),
        ("approvedById", Value::Null),
        ("version", json!(1)),
    ] {
        assert_eq!(order[field], value, "{field}");
    }
    let item = &order["items"][0];
    for (field, value) in [
        ("srNo", json!(1)),
        ("centralInventoryPartId", part["id"].clone()),
        ("partNumber", part["partNumber"].clone()),
        ("partName", part["partName"].clone()),
        ("quantity", json!(100)),
        ("unitPrice", json!("40000")),
        ("gstRate", json!(18)),
        ("total", json!("4720000")),
        ("receivedQty", json!(0)),
        ("acceptedQty", json!(0)),
        ("rejectedQty", json!(0)),
    ] {
        assert_eq!(item[field], value, "{field}");
    }
    assert_eq!(read(&dealership, &order).await, order);
    let stock = dealership.central.get(&format!("/api/central-inventory/parts/{}", id(&part))).await.expect(200);
    assert_eq!((&stock["stockQuantity"], &stock["version"]), (&json!(7), &json!(1)), "an order moves nothing");
}

#[tokio::test]
async fn what_an_order_does_not_say_comes_from_the_supplier_the_part_and_the_day() {
    let dealership = open().await;
    let (supplier, part) = (dealership.supplier().await, dealership.central_part(0).await);
    let body = json!({"supplierId": id(&supplier),
        "items": [{"centralInventoryPartId": id(&part), "quantity": 1, "unitPrice": "0.01"}]});
    let first = dealership.central.create(ORDERS, body.clone()).await;
    assert_eq!((&first["paymentTerms"], &first["orderDate"]), (&json!("Net 30 days"), &json!("2026-11-23")));
    assert_eq!((&first["items"][0]["gstRate"], &first["totalAmount"]), (&json!(18), &json!("0.01")));
    let second = dealership.admin.create(ORDERS, body.clone()).await;
    assert_eq!(second["poNumber"], "PO-2026-0002");
    // The number's year is India's: half past midnight there is the evening before in Greenwich.
    dealership.app.advance(TimeDelta::days(38) + TimeDelta::hours(14) + TimeDelta::minutes(30));
    let third = dealership.central.create(ORDERS, body).await;
    assert_eq!((&third["poNumber"], &third["orderDate"]), (&json!("PO-2027-0001"), &json!("2027-01-01")));
}

#[tokio::test]
async fn tax_is_split_in_the_warehouses_state_and_integrated_from_another() {
    let dealership = open().await;
    let (oil, pad) = (dealership.central_part(0).await, dealership.central_part(0).await);
    for (state, integrated) in [("Maharashtra", false), ("Karnataka", true)] {
        let supplier = dealership.supplier_in(state).await;
        let mut cheap = line(&oil, 3, json!("33.33"));
        cheap["gstRate"] = json!(5);
        let mut exempt = line(&pad, 7, json!("1.05"));
        exempt["gstRate"] = json!(0);
        let lines = json!([line(&pad, 7, json!("142.87")), cheap, exempt, line(&oil, 1, json!("0.03"))]);
        let order = dealership.central.create(ORDERS, json!({"supplierId": id(&supplier), "items": lines})).await;
        assert_eq!((&order["supplierState"], &order["placeOfSupply"]), (&json!(state), &json!("Maharashtra")));
        let items = order["items"].as_array().unwrap();
        let sum = |field: &str| items.iter().map(|item| paise(&item[field])).sum::<i64>();
        assert_eq!(paise(&order["subtotal"]), sum("taxableValue"));
        for field in ["cgst", "sgst", "igst"] {
            assert_eq!(paise(&order[field]), sum(field), "{state} {field}");
        }
        assert_eq!(paise(&order["totalAmount"]), sum("total"));
        for item in items {
            let parts = ["taxableValue", "cgst", "sgst", "igst"].map(|field| paise(&item[field]));
            assert_eq!(paise(&item["total"]), parts.iter().sum::<i64>(), "{item}");
            assert_eq!(item["cgst"], item["sgst"]);
            let untaxed = if integrated { &item["cgst"] } else { &item["igst"] };
            assert_eq!(untaxed, "0", "{state}: {item}");
        }
        assert_eq!(items[0]["taxableValue"], "1000.09");
        let tax =
            if integrated { (&items[0]["igst"], json!("180.02")) } else { (&items[0]["cgst"], json!("90.01")) };
        assert_eq!(tax.0, &tax.1, "{state}");
        assert_eq!(items[2]["total"], "7.35", "nothing on what is exempt");
    }
}

#[tokio::test]
async fn a_wrong_order_is_refused_naming_its_field() {
    let dealership = open().await;
    let (supplier, part) = (dealership.supplier().await, dealership.central_part(0).await);
    let centres = dealership.part(&dealership.one, 1).await;
    let good = line(&part, 1, json!(10));
    let with = |field: &str, value: Value| {
        let mut wrong = good.clone();
        wrong[field] = value;
        json!([good, wrong])
    };
    for (field, value, named) in [
        ("supplierId", part["id"].clone(), "supplierId"),
        ("supplierId", Value::Null, "supplierId"),
        ("orderDate", json!("2026-02-30"), "orderDate"),
        ("expectedDeliveryDate", json!("2026-11-22"), "expectedDeliveryDate"),
        ("items", json!([]), "items"),
        ("items", json!(vec![good.clone(); 41]), "items"),
        ("items", with("centralInventoryPartId", supplier["id"].clone()), "items[1].centralInventoryPartId"),
        ("items", with("centralInventoryPartId", centres["id"].clone()), "items[1].centralInventoryPartId"),
        ("items", with("quantity", json!(0)), "items[1].quantity"),
        ("items", with("quantity", json!(1.5)), "items[1].quantity"),
        ("items", with("unitPrice", json!(-1)), "items[1].unitPrice"),
        ("items", with("unitPrice", json!("1.234")), "items[1].unitPrice"),
        ("items", with("gstRate", json!(12)), "items[1].gstRate"),
    ] {
        let mut body = json!({"supplierId": id(&supplier), "items": [good.clone()]});
        body[field] = value.clone();
        let answer = dealership.central.post(ORDERS, body).await;
        assert_eq!(answer.status, 422, "{field} {value}: {}", answer.text);
        answer.refused(422, "VALIDATION_FAILED").naming(named);
    }
    assert_eq!(dealership.central.get(ORDERS).await.body["pagination"]["total"], 0);
    let body = json!({"supplierId": id(&supplier), "items": vec![good; 40]});
    let widest = dealership.central.create(ORDERS, body).await;
    assert_eq!(widest["items"][39]["srNo"], 40, "one part may stand on several lines");
}

#[tokio::test]
async fn a_draft_is_submitted_and_approved_by_an_admin_alone() {
    let dealership = open().await;
    let order = draft(&dealership).await;
    for (name, body) in [("approve", json!({})), ("reject", json!({"reason": "No"})), ("arrive", json!({}))] {
        step(&dealership.admin, &order, name, body).await.refused(409, "INVALID_TRANSITION");
    }
    assert_eq!(read(&dealership, &order).await, order);
    let submitted = step(&dealership.central, &order, "submit", Value::Null).await.expect(200);
    assert_eq!((&submitted["status"], &submitted["version"]), (&json!("PENDING_APPROVAL"), &json!(2)));
    assert!(submitted["submittedById"].is_string());
    step(&dealership.central, &order, "submit", json!({})).await.refused(409, "INVALID_TRANSITION");
    step(&dealership.central, &order, "approve", json!({})).await.refused(403, "FORBIDDEN");
    step(&dealership.central, &order, "reject", json!({"reason": "No"})).await.refused(403, "FORBIDDEN");
    let other = json!({"approvedBy": submitted["submittedById"], "notes": "Approved"});
    step(&dealership.admin, &order, "approve", other).await.refused(422, "VALIDATION_FAILED").naming("approvedBy");
    assert_eq!(read(&dealership, &order).await, submitted);
    let me = dealership.admin.get("/api/auth/me").await.expect(200);
    let body = json!({"approvedBy": me["id"], "notes": "Approved"});
    let approved = step(&dealership.admin, &order, "approve", body.clone()).await.expect(200);
    assert_eq!((&approved["status"], &approved["approvedById"]), (&json!("APPROVED"), &me["id"]));
    assert_eq!(approved["decisionNotes"], "Approved");
    assert!(approved["approvedAt"].is_string());
    step(&dealership.admin, &order, "approve", body).await.refused(409, "INVALID_TRANSITION");
    step(&dealership.admin, &order, "reject", json!({"reason": "No"})).await.refused(409, "INVALID_TRANSITION");
    assert_eq!(read(&dealership, &order).await, approved);
}

#[tokio::test]
async fn a_rejected_order_is_a_draft_again_to_be_changed_and_submitted_anew() {
    let dealership = open().await;
    let order = draft(&dealership).await;
    step(&dealership.central, &order, "submit", json!({})).await.expect(200);
    step(&dealership.admin, &order, "reject", json!({})).await.refused(422, "VALIDATION_FAILED").naming("reason");
    let rejected = step(&dealership.admin, &order, "reject", json!({"reason": "Too dear"})).await.expect(200);
    assert_eq!((&rejected["status"], &rejected["decisionNotes"]), (&json!("DRAFT"), &json!("Too dear")));
    assert_eq!(rejected["approvedById"], Value::Null);
    let part = json!({"id": order["items"][0]["centralInventoryPartId"]});
    let cheaper = json!({"items": [line(&part, 10, json!(90))]});
    let changed = dealership.central.patch(&path(&order), cheaper).await.expect(200);
    assert_eq!((&changed["subtotal"], &changed["totalAmount"]), (&json!("900"), &json!("1062")));
    step(&dealership.central, &order, "submit", json!({})).await.expect(200);
    let bare = dealership.admin.request(Method::PATCH, &format!("{}/approve", path(&order)));
    let approved = bare.send().await.expect(200);
    assert_eq!((&approved["status"], &approved["decisionNotes"]), (&json!("APPROVED"), &Value::Null));
}

#[tokio::test]
async fn only_a_draft_is_changed() {
    let dealership = open().await;
    let order = draft(&dealership).await;
    let body = json!({"notes": "Rear gate", "expectedDeliveryDate": "2026-12-01", "paymentTerms": null});
    let changed = dealership.central.patch(&path(&order), body).await.expect(200);
    assert_eq!((&changed["notes"], &changed["paymentTerms"]), (&json!("Rear gate"), &Value::Null));
    assert_eq!((&changed["items"], &changed["totalAmount"]), (&order["items"], &order["totalAmount"]));
    for (body, named) in [
        (json!({"expectedDeliveryDate": "2026-01-01"}), "expectedDeliveryDate"),
        (json!({"orderDate": "2026-12-24"}), "expectedDeliveryDate"),
        (json!({"items": []}), "items"),
        (json!({"items": null}), "items"),
        (json!({"items": [line(&order, 1, json!(1))]}), "items[0].centralInventoryPartId"),
    ] {
        let answer = dealership.central.patch(&path(&order), body).await;
        answer.refused(422, "VALIDATION_FAILED").naming(named);
    }
    let late = dealership.central.request(Method::PATCH, &path(&order)).header("if-match", "\"1\"");
    late.json(&json!({"notes": "Late"})).send().await.refused(412, "VERSION_MISMATCH");
    assert_eq!(read(&dealership, &order).await, changed);
    let submitted = step(&dealership.central, &order, "submit", json!({})).await.expect(200);
    dealership.central.patch(&path(&order), json!({"notes": "X"})).await.refused(409, "NOT_A_DRAFT");
    dealership.central.delete(&path(&order)).await.refused(409, "ORDER_IN_USE");
    assert_eq!(read(&dealership, &order).await, submitted);
}

#[tokio::test]
async fn an_order_is_cancelled_before_anything_arrives_and_then_deleted() {
    let dealership = open().await;
    for steps in [&[][..], &["submit"][..], &["submit", "approve"][..]] {
        let order = draft(&dealership).await;
        for name in steps {
            step(&dealership.admin, &order, name, json!({})).await.expect(200);
        }
        let wrong = step(&dealership.central, &order, "cancel", json!({})).await;
        wrong.refused(422, "VALIDATION_FAILED").naming("reason");
        let cancelled =
            step(&dealership.central, &order, "cancel", json!({"reason": "Not needed"})).await.expect(200);
        assert_eq!(
            (&cancelled["status"], &cancelled["decisionNotes"]),
            (&json!("CANCELLED"), &json!("Not needed"))
        );
        for (name, body) in [("submit", json!({})), ("approve", json!({})), ("cancel", json!({"reason": "Again"}))]
        {
            step(&dealership.admin, &order, name, body).await.refused(409, "INVALID_TRANSITION");
        }
        assert_eq!(read(&dealership, &order).await, cancelled);
        dealership.central.delete(&path(&order)).await.expect(200);
        dealership.central.get(&path(&order)).await.refused(404, "NOT_FOUND");
        step(&dealership.central, &order, "submit", json!({})).await.refused(404, "NOT_FOUND");
        assert_eq!(dealership.central.get(ORDERS).await.body["pagination"]["total"], 0);
    }
    let deleted_draft = draft(&dealership).await;
    dealership.central.delete(&path(&deleted_draft)).await.expect(200);
    let next = draft(&dealership).await;
    assert_eq!(next["poNumber"], "PO-2026-0005", "numbers stay taken");
    // What has arrived is being inspected: it is received, not cancelled.
    for name in ["submit", "approve", "arrive"] {
        step(&dealership.admin, &next, name, json!({})).await.expect(200);
    }
    let arrived = read(&dealership, &next).await;
    assert_eq!(arrived["status"], "RECEIVED");
    let cancel = step(&dealership.central, &next, "cancel", json!({"reason": "Late"})).await;
    cancel.refused(409, "INVALID_TRANSITION");
    assert_eq!(read(&dealership, &next).await, arrived);
}

#[tokio::test]
async fn placing_and_stepping_again_with_the_same_key_happens_once() {
    let dealership = open().await;
    let (supplier, part) = (dealership.supplier().await, dealership.central_part(0).await);
    let body = json!({"supplierId": id(&supplier), "items": [line(&part, 10, json!(100))]});
    let post = || dealership.central.request(Method::POST, ORDERS).header("idempotency-key", "k1");
    let first = post().json(&body).send().await;
    let again = post().json(&body).send().await;
    assert_eq!((first.status.as_u16(), &first.text), (201, &again.text));
    let mut other = body.clone();
    other["notes"] = json!("another one");
    assert_eq!(post().json(&other).send().await.status, 422);
    assert_eq!(dealership.central.get(ORDERS).await.body["pagination"]["total"], 1);
    let submit = format!("{}/submit", path(&first.body["data"]));
    let submit = || dealership.central.request(Method::PATCH, &submit).header("idempotency-key", "k2").send();
    let (first, again) = (submit().await, submit().await);
    assert_eq!((first.status.as_u16(), &first.text), (200, &again.text));
}

#[tokio::test]
async fn lists_are_filtered_by_state_with_exact_totals_and_show_relations() {
    let dealership = open().await;
    let mut orders = Vec::new();
    for steps in
        [&[][..], &["submit"][..], &["submit", "approve"][..], &["submit"][..], &["submit", "approve"][..]]
    {
        dealership.app.advance(TimeDelta::days(1));
        let order = draft(&dealership).await;
        for name in steps {
            step(&dealership.admin, &order, name, json!({})).await.expect(200);
        }
        orders.push(order);
    }
    let supplier = orders[2]["supplierId"].as_str().unwrap();
    let cases: [(String, &[usize]); 10] = [
        (String::new(), &[4, 3, 2, 1, 0]),
        ("?filter[status]=DRAFT".to_owned(), &[0]),
        ("?filter[status]=PENDING_APPROVAL".to_owned(), &[3, 1]),
        ("?filter[status]=APPROVED".to_owned(), &[4, 2]),
        ("?filter[status][in]=DRAFT,APPROVED".to_owned(), &[4, 2, 0]),
        ("?filter[status]=COMPLETED".to_owned(), &[]),
        (format!("?filter[supplierId]={supplier}"), &[2]),
        ("?filter[poNumber]=PO-2026-0002".to_owned(), &[1]),
        ("?filter[orderDate][gte]=2026-11-26&sort=orderDate".to_owned(), &[2, 3, 4]),
        ("?filter[status]=APPROVED&filter[createdAt][lt]=2026-11-28".to_owned(), &[2]),
    ];
    for (query, expected) in cases {
        let answer = dealership.central.get(&format!("{ORDERS}{query}")).await;
        assert_eq!(answer.body["pagination"]["total"], expected.len(), "{query}");
        let rows = answer.rows();
        let expected: Vec<&str> = expected.iter().map(|place| id(&orders[*place])).collect();
        assert_eq!(rows.iter().map(id).collect::<Vec<_>>(), expected, "{query}");
    }
    let page = dealership.central.get(&format!("{ORDERS}?filter[status]=APPROVED&limit=1&page=2")).await;
    assert_eq!(page.body["pagination"]["total"], 2);
    assert_eq!(page.rows()[0]["id"], orders[2]["id"]);
    let unknown = dealership.central.get(&format!("{ORDERS}?filter[status]=LOST")).await;
    unknown.refused(400, "BAD_QUERY").naming("filter[status]");
    let shown = format!("{}?expand=supplier,approvedBy,items", path(&orders[2]));
    for client in [&dealership.central, &dealership.admin] {
        let shown = client.get(&shown).await.expect(200);
        assert_eq!(shown["supplier"]["id"], supplier);
        // Of a user no more is shown than who it is.
        let admin = json!({"id": shown["approvedById"], "name": "The admin", "role": "admin"});
        assert_eq!(shown["approvedBy"], admin);
    }
}

#[tokio::test]
async fn orders_are_no_business_of_the_centres() {
    let dealership = open().await;
    let order = draft(&dealership).await;
    let one = &dealership.one;
    for client in [&one.manager, &one.advisor, &one.engineer, &one.inventory] {
        client.get(ORDERS).await.refused(403, "FORBIDDEN");
        client.get(&path(&order)).await.refused(403, "FORBIDDEN");
        client
            .post(ORDERS, json!({"supplierId": order["supplierId"], "items": []}))
            .await
            .refused(403, "FORBIDDEN");
        client.patch(&path(&order), json!({"notes": "Mine"})).await.refused(403, "FORBIDDEN");
        client.delete(&path(&order)).await.refused(403, "FORBIDDEN");
        for name in ["submit", "approve", "arrive", "receive", "cancel", "reject"] {
            let body = json!({"reason": "No", "receivedItems": []});
            step(client, &order, name, body).await.refused(403, "FORBIDDEN");
        }
    }
    assert_eq!(read(&dealership, &order).await, order);
}

#[tokio::test]
async fn another_day_of_the_order_has_other_gst_rates() {
    let dealership = open().await;
    let (supplier, part) = (dealership.supplier().await, dealership.central_part(0).await);
    let line = json!({"centralInventoryPartId": id(&part), "quantity": 1, "unitPrice": 100, "gstRate": 28});
    let body = json!({"supplierId": id(&supplier), "orderDate": "2025-09-01", "items": [line]});
    let order = dealership.central.create(ORDERS, body).await;
    let later = json!({"orderDate": "2026-11-20"});
    dealership
        .central
        .patch(&path(&order), later)
        .await
        .refused(422, "VALIDATION_FAILED")
        .naming("items[0].gstRate");
    assert_eq!(read(&dealership, &order).await, order);
    dealership.central.patch(&path(&order), json!({"notes": "Rear gate"})).await.expect(200);
}

#[tokio::test]
async fn amounts_that_are_too_large_to_add_up_are_refused() {
    let dealership = open().await;
    let (supplier, part) = (dealership.supplier().await, dealership.central_part(0).await);
    let line = json!({"centralInventoryPartId": id(&part), "quantity": 10_000_000, "unitPrice": 1_000_000_000,
        "gstRate": 40});
    for lines in [1, 40] {
        let body = json!({"supplierId": id(&supplier), "items": vec![line.clone(); lines]});
        let answer = dealership.central.post(ORDERS, body).await;
        assert!(!answer.status.is_server_error(), "{lines}: {}", answer.status);
    }
}
