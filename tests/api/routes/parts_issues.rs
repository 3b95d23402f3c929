//! Parts issues up to their dispatch: asking, promising, deciding, closing, and who sees and does what.

use axum::http::Method;
use chrono::TimeDelta;
use dms_testkit::{Answer, Client, Dealership};
use serde_json::{Value, json};

const ISSUES: &str = "/api/parts-issues";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

fn line(part: &Value, quantity: i64) -> Value {
    json!({"centralInventoryPartId": id(part), "requestedQty": quantity})
}

async fn ask(dealership: &Dealership, lines: Value) -> Answer {
    let body = json!({"toServiceCenterId": dealership.one.id, "items": lines, "priority": "HIGH"});
    dealership.one.manager.post(ISSUES, body).await
}

async fn step(client: &Client, issue: &Value, step: &str, body: Value) -> Answer {
    client.patch(&format!("{ISSUES}/{}/{step}", id(issue)), body).await
}

/// An approval of less than was asked for, line by line.
fn only(issue: &Value, quantities: &[i64]) -> Value {
    let lines = issue["items"].as_array().expect("lines").iter().zip(quantities);
    let lines: Vec<Value> = lines.map(|(line, qty)| json!({"itemId": id(line), "approvedQty": qty})).collect();
    json!({"approvedItems": lines})
}

/// What is sent of each line.
fn sent(issue: &Value, quantities: &[(usize, i64)]) -> Value {
    let lines =
        quantities.iter().map(|(line, qty)| json!({"itemId": id(&issue["items"][*line]), "quantity": qty}));
    json!({"items": lines.collect::<Vec<_>>()})
}

async fn read(dealership: &Dealership, issue: &Value) -> Value {
    dealership.central.get(&format!("{ISSUES}/{}", id(issue))).await.expect(200)
}

/// Stock (the sum of the ledger), what is promised of it, and what is under way.
async fn central(dealership: &Dealership, part: &Value) -> (i64, i64, i64) {
    let path = format!("/api/central-inventory/parts/{}", id(part));
    let now = dealership.central.get(&path).await.expect(200);
    let of = |field: &str| now[field].as_i64().expect("a quantity");
    let ledger = dealership.central.get(&format!("{path}/transactions?limit=100")).await.rows();
    let sum: i64 = ledger.iter().filter_map(|line| line["delta"].as_i64()).sum();
    assert_eq!(of("stockQuantity"), sum, "stock is the sum of the ledger");
    assert_eq!(of("available"), of("stockQuantity") - of("allocated"));
    (of("stockQuantity"), of("allocated"), of("inTransit"))
}

#[tokio::test]
async fn asking_promises_centrals_parts_and_moves_nothing() {
    let dealership = open().await;
    let part = dealership.central_part(500).await;
    let issue = ask(&dealership, json!([line(&part, 50)])).await.expect(201);
    for (field, value) in [
        ("issueNumber", json!("PI-2026-0001")),
        ("direction", json!("CENTRAL_TO_CENTER")),
        ("status", json!("PENDING_APPROVAL")),
        ("priority", json!("HIGH")),
        ("toServiceCenterId", json!(dealership.one.id)),
        ("fromServiceCenterId", Value::Null),
        ("serviceCenterId", json!(dealership.one.id)),
        ("dispatches", json!([])),
        ("receipts", json!([])),
        ("version", json!(1)),
    ] {
        assert_eq!(issue[field], value, "{field}");
    }
    let item = &issue["items"][0];
    for (field, value) in [
        ("centralInventoryPartId", part["id"].clone()),
        ("inventoryPartId", Value::Null),
        ("partNumber", part["partNumber"].clone()),
        ("requestedQty", json!(50)),
        ("approvedQty", json!(0)),
        ("dispatchedQty", json!(0)),
        ("receivedQty", json!(0)),
        ("inTransit", json!(0)),
    ] {
        assert_eq!(item[field], value, "{field}");
    }
    assert_eq!(read(&dealership, &issue).await, issue);
    assert_eq!(central(&dealership, &part).await, (500, 50, 0));
    let body = json!({"items": [line(&part, 1)]});
    let own = dealership.one.inventory.create(ISSUES, body).await;
    assert_eq!((&own["toServiceCenterId"], &own["priority"]), (&json!(dealership.one.id), &json!("MEDIUM")));
}

#[tokio::test]
async fn a_part_is_named_by_id_or_by_number() {
    let dealership = open().await;
    let (pad, oil) = (dealership.central_part(5).await, dealership.central_part(5).await);
    let number = json!({"partNumber": pad["partNumber"], "requestedQty": 2});
    let issue = ask(&dealership, json!([number, line(&oil, 3)])).await.expect(201);
    assert_eq!(issue["items"][0]["centralInventoryPartId"], pad["id"]);
    assert_eq!((central(&dealership, &pad).await, central(&dealership, &oil).await), ((5, 2, 0), (5, 3, 0)));
}

#[tokio::test]
async fn more_than_is_available_is_refused_naming_the_parts_and_promises_nothing() {
    let dealership = open().await;
    let (enough, short, none) =
        (dealership.central_part(9).await, dealership.central_part(3).await, dealership.central_part(0).await);
    let answer = ask(&dealership, json!([line(&enough, 9), line(&short, 4), line(&none, 1)])).await;
    let answer = answer.refused(409, "INSUFFICIENT_STOCK").naming(short["partNumber"].as_str().unwrap());
    let answer = answer.naming(none["partNumber"].as_str().unwrap());
    assert_eq!(answer.body["errors"].as_object().unwrap().len(), 2, "{}", answer.text);
    // Two lines of one part are added up.
    let answer = ask(&dealership, json!([line(&short, 2), line(&enough, 1), line(&short, 2)])).await;
    answer.refused(409, "INSUFFICIENT_STOCK").naming(short["partNumber"].as_str().unwrap());
    for (part, stock) in [(&enough, 9), (&short, 3), (&none, 0)] {
        assert_eq!(central(&dealership, part).await, (stock, 0, 0));
    }
    assert_eq!(dealership.central.get(ISSUES).await.body["pagination"]["total"], 0);
    ask(&dealership, json!([line(&short, 2), line(&short, 1)])).await.expect(201);
    assert_eq!(central(&dealership, &short).await, (3, 3, 0));
    // What is promised to one is not there for another.
    dealership
        .two
        .manager
        .post(ISSUES, json!({"items": [line(&short, 1)]}))
        .await
        .refused(409, "INSUFFICIENT_STOCK")
        .naming(short["partNumber"].as_str().unwrap());
}

#[tokio::test]
async fn a_wrong_issue_is_refused_naming_its_field() {
    let dealership = open().await;
    let part = dealership.central_part(100).await;
    let centres = dealership.part(&dealership.one, 5).await;
    let good = line(&part, 1);
    for (items, named) in [
        (json!([]), "items"),
        (json!(vec![good.clone(); 41]), "items"),
        (json!([good, {"requestedQty": 1}]), "items[1].centralInventoryPartId"),
        (
            json!([good, {"centralInventoryPartId": id(&centres), "requestedQty": 1}]),
            "items[1].centralInventoryPartId",
        ),
        (json!([good, {"partNumber": "NO-SUCH", "requestedQty": 1}]), "items[1].partNumber"),
        (json!([good, {"inventoryPartId": id(&centres), "requestedQty": 1}]), "items[1].centralInventoryPartId"),
        (json!([good, line(&part, 0)]), "items[1].requestedQty"),
        (json!([good, {"centralInventoryPartId": id(&part)}]), "items[1].requestedQty"),
    ] {
        let answer = ask(&dealership, items.clone()).await;
        assert_eq!(answer.status, 422, "{items}: {}", answer.text);
        answer.refused(422, "VALIDATION_FAILED").naming(named);
    }
    let two = json!({"toServiceCenterId": dealership.two.id, "items": [good]});
    dealership.one.manager.post(ISSUES, two).await.refused(403, "FORBIDDEN");
    // Those who have no centre must name one that exists.
    let body = json!({"items": [good]});
    for client in [&dealership.admin, &dealership.central] {
        client.post(ISSUES, body.clone()).await.refused(422, "VALIDATION_FAILED").naming("toServiceCenterId");
        let mut nobody = body.clone();
        nobody["toServiceCenterId"] = part["id"].clone();
        client.post(ISSUES, nobody).await.refused(422, "VALIDATION_FAILED").naming("toServiceCenterId");
    }
    assert_eq!(central(&dealership, &part).await, (100, 0, 0));
    let widest = ask(&dealership, json!(vec![good; 40])).await.expect(201);
    assert_eq!(widest["items"].as_array().unwrap().len(), 40);
    assert_eq!(central(&dealership, &part).await, (100, 40, 0));
}

#[tokio::test]
async fn an_approval_takes_what_it_approves_and_gives_the_rest_free() {
    let dealership = open().await;
    let (pad, oil) = (dealership.central_part(10).await, dealership.central_part(10).await);
    let lines = json!([line(&pad, 4), line(&oil, 5), line(&pad, 3)]);
    let issue = ask(&dealership, lines).await.expect(201);
    assert_eq!((central(&dealership, &pad).await, central(&dealership, &oil).await), ((10, 7, 0), (10, 5, 0)));
    let approved = step(&dealership.admin, &issue, "approve", only(&issue, &[2, 0])).await.expect(200);
    assert_eq!((&approved["status"], &approved["version"]), (&json!("APPROVED"), &json!(2)));
    let quantities = |field: &str| {
        approved["items"].as_array().unwrap().iter().map(|item| item[field].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(quantities("approvedQty"), [2, 0, 3], "a line that is not named is approved in full");
    assert_eq!(quantities("inTransit"), [2, 0, 3]);
    assert_eq!((central(&dealership, &pad).await, central(&dealership, &oil).await), ((5, 0, 5), (10, 0, 0)));
    let path = format!("/api/central-inventory/parts/{}/transactions?filter[type]=TRANSFER_OUT", id(&pad));
    let out = dealership.central.get(&path).await.rows();
    assert_eq!((out.len(), &out[0]["delta"]), (1, &json!(-5)), "one entry for both lines");
    assert_eq!(out[0]["documentNumber"], issue["issueNumber"]);
    step(&dealership.admin, &issue, "approve", json!({})).await.refused(409, "INVALID_TRANSITION");
    step(&dealership.admin, &issue, "reject", json!({"reason": "No"})).await.refused(409, "INVALID_TRANSITION");
    step(&dealership.admin, &issue, "cancel", json!({})).await.refused(409, "ALREADY_DECIDED");
    assert_eq!(read(&dealership, &issue).await, approved);
}

#[tokio::test]
async fn a_wrong_approval_names_its_line_and_takes_nothing() {
    let dealership = open().await;
    let part = dealership.central_part(10).await;
    let issue = ask(&dealership, json!([line(&part, 4)])).await.expect(201);
    let item = id(&issue["items"][0]);
    let twice = json!({"approvedItems": [{"itemId": item, "approvedQty": 1}, {"itemId": item, "approvedQty": 1}]});
    for (body, named) in [
        (only(&issue, &[5]), "approvedItems[0].approvedQty"),
        (only(&issue, &[-1]), "approvedItems[0].approvedQty"),
        (only(&issue, &[0]), "approvedItems"),
        (twice, "approvedItems[1].itemId"),
        (json!({"approvedItems": [{"itemId": id(&part), "approvedQty": 1}]}), "approvedItems[0].itemId"),
    ] {
        step(&dealership.admin, &issue, "approve", body).await.refused(422, "VALIDATION_FAILED").naming(named);
    }
    for client in
        [&dealership.central, &dealership.one.manager, &dealership.one.inventory, &dealership.one.advisor]
    {
        step(client, &issue, "approve", json!({})).await.refused(403, "FORBIDDEN");
        step(client, &issue, "reject", json!({"reason": "No"})).await.refused(403, "FORBIDDEN");
    }
    assert_eq!(read(&dealership, &issue).await, issue);
    assert_eq!(central(&dealership, &part).await, (10, 4, 0));
}

#[tokio::test]
async fn rejecting_and_cancelling_give_free_what_was_promised() {
    let dealership = open().await;
    let part = dealership.central_part(10).await;
    let issue = ask(&dealership, json!([line(&part, 4), line(&part, 2)])).await.expect(201);
    step(&dealership.admin, &issue, "reject", json!({})).await.refused(422, "VALIDATION_FAILED").naming("reason");
    assert_eq!(central(&dealership, &part).await, (10, 6, 0));
    let reason = json!({"reason": "Needed elsewhere"});
    let rejected = step(&dealership.admin, &issue, "reject", reason).await.expect(200);
    assert_eq!(
        (&rejected["status"], &rejected["decisionNotes"]),
        (&json!("REJECTED"), &json!("Needed elsewhere"))
    );
    assert_eq!(central(&dealership, &part).await, (10, 0, 0));

    let issue = ask(&dealership, json!([line(&part, 4)])).await.expect(201);
    for client in [&dealership.one.inventory, &dealership.central] {
        step(client, &issue, "cancel", json!({})).await.refused(403, "FORBIDDEN");
    }
    step(&dealership.two.manager, &issue, "cancel", json!({})).await.refused(404, "NOT_FOUND");
    assert_eq!((central(&dealership, &part).await, read(&dealership, &issue).await), ((10, 4, 0), issue.clone()));
    let cancelled = step(&dealership.one.manager, &issue, "cancel", json!({})).await.expect(200);
    assert_eq!(cancelled["status"], "CANCELLED");
    assert_eq!(central(&dealership, &part).await, (10, 0, 0));
    for name in ["approve", "cancel", "dispatch"] {
        step(&dealership.admin, &issue, name, json!({})).await.refused(409, "INVALID_TRANSITION");
    }
    step(&dealership.admin, &issue, "close", json!({})).await.refused(409, "NOTHING_TO_CLOSE");
    let issue = ask(&dealership, json!([line(&part, 4)])).await.expect(201);
    step(&dealership.admin, &issue, "cancel", json!({})).await.expect(200);
    assert_eq!(central(&dealership, &part).await, (10, 0, 0));
    let path = format!("{ISSUES}/{}", id(&issue));
    dealership.central.delete(&path).await.expect(200);
    dealership.central.get(&path).await.refused(404, "NOT_FOUND");
    assert_eq!(dealership.central.get(ISSUES).await.body["pagination"]["total"], 2);
}

#[tokio::test]
async fn an_issue_is_sent_in_parts_under_numbers_of_their_own() {
    let dealership = open().await;
    let (pad, oil) = (dealership.central_part(10).await, dealership.central_part(10).await);
    let issue = ask(&dealership, json!([line(&pad, 5), line(&oil, 4)])).await.expect(201);
    step(&dealership.central, &issue, "dispatch", json!({})).await.refused(409, "INVALID_TRANSITION");
    step(&dealership.admin, &issue, "approve", json!({})).await.expect(200);
    let mut first = sent(&issue, &[(0, 3)]);
    first["transportDetails"] = json!({"vehicleNumber": "MH01AB1234", "driverPhone": "9876543210"});
    first["estimatedArrival"] = json!("2026-11-25");
    let once = step(&dealership.central, &issue, "dispatch", first).await.expect(200);
    assert_eq!(once["status"], "DISPATCHED");
    assert_eq!(
        (&once["dispatches"][0]["number"], &once["estimatedArrival"]),
        (&json!("PI-2026-0001/1"), &json!("2026-11-25"))
    );
    assert_eq!(once["transportDetails"]["driverPhone"], "+919876543210");
    assert_eq!((&once["items"][0]["dispatchedQty"], &once["items"][1]["dispatchedQty"]), (&json!(3), &json!(0)));
    for (body, status, code, named) in [
        (sent(&issue, &[(1, 4), (0, 3)]), 409, "OVER_DISPATCH", "items[1].quantity"),
        (sent(&issue, &[(1, 1), (1, 1)]), 422, "VALIDATION_FAILED", "items[1].itemId"),
        (json!({"items": [{"itemId": id(&pad), "quantity": 1}]}), 422, "VALIDATION_FAILED", "items[0].itemId"),
        (sent(&issue, &[(1, 0)]), 422, "VALIDATION_FAILED", "items[0].quantity"),
        (json!({"items": []}), 422, "VALIDATION_FAILED", "items"),
        (
            json!({"transportDetails": {"driverPhone": "1"}}),
            422,
            "VALIDATION_FAILED",
            "transportDetails.driverPhone",
        ),
    ] {
        step(&dealership.central, &issue, "dispatch", body).await.refused(status, code).naming(named);
    }
    assert_eq!(read(&dealership, &issue).await, once);
    let rest = dealership.central.request(Method::PATCH, &format!("{ISSUES}/{}/dispatch", id(&issue)));
    let twice = rest.send().await.expect(200);
    assert_eq!(
        (&twice["dispatches"][1]["number"], &twice["transportDetails"]),
        (&json!("PI-2026-0001/2"), &Value::Null)
    );
    let left: Vec<&Value> =
        twice["dispatches"][1]["items"].as_array().unwrap().iter().map(|line| &line["quantity"]).collect();
    assert_eq!(left, [&json!(2), &json!(4)]);
    let more = step(&dealership.central, &issue, "dispatch", json!({})).await;
    more.refused(409, "OVER_DISPATCH").naming("items");
    // A dispatch moves no stock: what was approved had left it.
    assert_eq!((central(&dealership, &pad).await, central(&dealership, &oil).await), ((5, 0, 5), (6, 0, 4)));
    for client in [&dealership.one.manager, &dealership.one.inventory] {
        step(client, &issue, "dispatch", json!({})).await.refused(403, "FORBIDDEN");
        step(client, &issue, "close", json!({})).await.refused(403, "FORBIDDEN");
    }
}

#[tokio::test]
async fn closing_puts_back_what_was_never_sent() {
    let dealership = open().await;
    let part = dealership.central_part(10).await;
    let unsent = dealership.approved_issue(&dealership.one, &[(&part, 4)]).await;
    let closed = step(&dealership.central, &unsent, "close", json!({})).await.expect(200);
    assert_eq!((&closed["status"], &closed["items"][0]["closedQty"]), (&json!("CANCELLED"), &json!(4)));
    assert_eq!(central(&dealership, &part).await, (10, 0, 0));
    dealership.central.delete(&format!("{ISSUES}/{}", id(&unsent))).await.refused(409, "ISSUE_IN_USE");

    let half = dealership.approved_issue(&dealership.one, &[(&part, 6)]).await;
    step(&dealership.central, &half, "dispatch", sent(&half, &[(0, 2)])).await.expect(200);
    let closed = step(&dealership.central, &half, "close", json!({})).await.expect(200);
    assert_eq!((&closed["status"], &closed["items"][0]["inTransit"]), (&json!("DISPATCHED"), &json!(2)));
    assert_eq!(central(&dealership, &part).await, (8, 0, 2));
    step(&dealership.central, &half, "close", json!({})).await.refused(409, "NOTHING_TO_CLOSE");
    step(&dealership.central, &half, "dispatch", json!({})).await.refused(409, "OVER_DISPATCH");
    let line = json!({"receivedItems": [{"itemId": id(&half["items"][0]), "receivedQty": 2}]});
    let done = step(&dealership.one.manager, &half, "receive", line).await.expect(200);
    assert_eq!((&done["status"], central(&dealership, &part).await), (&json!("COMPLETED"), (8, 0, 0)));

    // Received what was sent, then closed: nothing is under way any more.
    let last = dealership.approved_issue(&dealership.one, &[(&part, 3)]).await;
    step(&dealership.central, &last, "dispatch", sent(&last, &[(0, 1)])).await.expect(200);
    let line = json!({"receivedItems": [{"itemId": id(&last["items"][0]), "receivedQty": 1}]});
    let open = step(&dealership.one.manager, &last, "receive", line).await.expect(200);
    assert_eq!((&open["status"], central(&dealership, &part).await), (&json!("DISPATCHED"), (5, 0, 2)));
    let closed = step(&dealership.central, &last, "close", json!({})).await.expect(200);
    assert_eq!((&closed["status"], central(&dealership, &part).await), (&json!("COMPLETED"), (7, 0, 0)));
    let path = format!("/api/central-inventory/parts/{}/transactions?filter[type]=TRANSFER_RETURN", id(&part));
    let back = dealership.central.get(&path).await.rows();
    assert_eq!(back.iter().map(|row| row["delta"].as_i64().unwrap()).sum::<i64>(), 10);
}

#[tokio::test]
async fn words_change_while_an_issue_waits_and_steps_repeated_with_a_key_happen_once() {
    let dealership = open().await;
    let part = dealership.central_part(10).await;
    let issue = ask(&dealership, json!([line(&part, 4)])).await.expect(201);
    let path = format!("{ISSUES}/{}", id(&issue));
    let changed =
        dealership.one.manager.patch(&path, json!({"priority": "LOW", "notes": "By Friday"})).await.expect(200);
    assert_eq!((&changed["priority"], &changed["notes"]), (&json!("LOW"), &json!("By Friday")));
    let approve = format!("{path}/approve");
    let request = || dealership.admin.request(Method::PATCH, &approve).json(&json!({}));
    request().header("if-match", "\"1\"").send().await.refused(412, "VERSION_MISMATCH");
    let first = request().header("idempotency-key", "k1").send().await;
    let again = request().header("idempotency-key", "k1").send().await;
    assert_eq!((first.status.as_u16(), &first.text), (200, &again.text));
    assert_eq!(central(&dealership, &part).await, (6, 0, 4));
    let late = dealership.one.manager.patch(&path, json!({"priority": "HIGH"})).await;
    late.refused(409, "ALREADY_DECIDED");
    assert_eq!(read(&dealership, &issue).await["priority"], "LOW");
}

#[tokio::test]
async fn a_centre_sees_its_own_issues_and_central_sees_all() {
    let dealership = open().await;
    let part = dealership.central_part(100).await;
    let ones = dealership.approved_issue(&dealership.one, &[(&part, 1)]).await;
    dealership.app.advance(TimeDelta::seconds(1));
    let twos = dealership.issue(&dealership.two, &[(&part, 2)]).await;
    let path = format!("{ISSUES}/{}", id(&ones));
    for client in [&dealership.two.manager, &dealership.two.inventory] {
        client.get(&path).await.refused(404, "NOT_FOUND");
    }
    for client in [&dealership.one.manager, &dealership.one.inventory, &dealership.admin, &dealership.central] {
        client.get(&path).await.expect(200);
    }
    for client in [&dealership.one.advisor, &dealership.one.engineer] {
        client.get(&path).await.refused(403, "FORBIDDEN");
        client.get(ISSUES).await.refused(403, "FORBIDDEN");
    }
    let seen = async |client: &Client, query: &str| {
        let answer = client.get(&format!("{ISSUES}{query}")).await;
        let total = answer.body["pagination"]["total"].as_u64();
        let rows = answer.rows();
        assert_eq!(total, Some(rows.len() as u64), "{query}: the total is exact");
        rows.iter().map(|row| id(row).to_owned()).collect::<Vec<_>>()
    };
    let (one, two) = (id(&ones).to_owned(), id(&twos).to_owned());
    let of_one = format!("?serviceCenterId={}", dealership.one.id);
    assert_eq!(seen(&dealership.one.manager, "").await, std::slice::from_ref(&one));
    assert_eq!(seen(&dealership.two.manager, "").await, std::slice::from_ref(&two));
    dealership.two.manager.get(&format!("{ISSUES}{of_one}")).await.refused(403, "FORBIDDEN");
    assert!(seen(&dealership.two.manager, "?filter[issueNumber]=PI-2026-0001").await.is_empty());
    for client in [&dealership.central, &dealership.admin] {
        assert_eq!(seen(client, "").await, [two.clone(), one.clone()]);
        assert_eq!(seen(client, &of_one).await, std::slice::from_ref(&one));
        assert_eq!(seen(client, "?filter[status]=APPROVED").await, std::slice::from_ref(&one));
        assert_eq!(seen(client, "?filter[status]=PENDING_APPROVAL").await, std::slice::from_ref(&two));
        assert_eq!(seen(client, "?filter[direction]=CENTER_TO_CENTRAL").await, Vec::<String>::new());
        assert_eq!(seen(client, "?filter[priority]=HIGH&sort=createdAt").await, [one.clone(), two.clone()]);
    }
    let shown =
        dealership.admin.get(&format!("{path}?expand=toServiceCenter,requestedBy,decidedBy")).await.expect(200);
    assert_eq!(
        (&shown["toServiceCenter"]["code"], &shown["decidedBy"]["name"]),
        (&json!("SC001"), &json!("The admin"))
    );
}

#[tokio::test]
async fn the_other_end_of_an_issue_is_central_and_cannot_be_a_centre() {
    let dealership = open().await;
    let (one, two) = (&dealership.one, &dealership.two);
    let (part, own) = (dealership.central_part(10).await, dealership.part(one, 5).await);
    let issue = json!({"items": [{"centralInventoryPartId": part["id"], "requestedQty": 1}]});
    let back = json!({"direction": "CENTER_TO_CENTRAL",
        "items": [{"inventoryPartId": own["id"], "requestedQty": 1}]});
    for (mut body, field) in [(issue, "fromServiceCenterId"), (back, "toServiceCenterId")] {
        body[field] = json!(two.id);
        one.manager.post("/api/parts-issues", body.clone()).await.refused(403, "FORBIDDEN");
        body[field] = json!(one.id);
        let answer = one.manager.post("/api/parts-issues", body).await;
        answer.refused(422, "VALIDATION_FAILED").naming(field);
    }
}
