//! Parts requests: asking for parts, approving, rejecting, cancelling, and what that does to stock and card.

use dms_testkit::{Answer, Dealership};
use serde_json::{Value, json};

const REQUESTS: &str = "/api/parts-requests";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

fn line(part: &Value, quantity: i64) -> Value {
    json!({"inventoryPartId": id(part), "requestedQty": quantity})
}

async fn ask(dealership: &Dealership, card: &Value, lines: Value) -> Answer {
    let path = format!("/api/job-cards/{}/request-parts", id(card));
    dealership.one.engineer.post(&path, json!({"parts": lines, "urgency": "HIGH"})).await
}

async fn asked(dealership: &Dealership, card: &Value, lines: Value) -> Value {
    ask(dealership, card, lines).await.expect(201)
}

async fn decide(dealership: &Dealership, request: &Value, how: &str, body: Value) -> Answer {
    dealership.one.inventory.patch(&format!("{REQUESTS}/{}/{how}", id(request)), body).await
}

async fn approve(dealership: &Dealership, request: &Value) -> Answer {
    decide(dealership, request, "approve", json!({})).await
}

/// An approval of less than was asked for, line by line.
fn only(request: &Value, quantities: &[i64]) -> Value {
    let lines = request["items"].as_array().expect("lines").iter().zip(quantities);
    let lines: Vec<Value> = lines.map(|(line, qty)| json!({"itemId": id(line), "approvedQty": qty})).collect();
    json!({"approvedItems": lines})
}

async fn read(dealership: &Dealership, request: &Value) -> Value {
    dealership.one.inventory.get(&format!("{REQUESTS}/{}", id(request))).await.expect(200)
}

async fn card_now(dealership: &Dealership, card: &Value) -> Value {
    dealership.one.engineer.get(&format!("/api/job-cards/{}", id(card))).await.expect(200)
}

async fn stock(dealership: &Dealership, part: &Value) -> i64 {
    let part = dealership.one.inventory.get(&format!("/api/inventory/parts/{}", id(part))).await.expect(200);
    part["stockQuantity"].as_i64().expect("a quantity")
}

async fn ledger(dealership: &Dealership, part: &Value) -> Vec<Value> {
    let path = format!("/api/inventory/parts/{}/transactions", id(part));
    dealership.one.inventory.get(&path).await.rows()
}

/// Nothing of this request has been decided, and no part has moved.
async fn assert_untouched(dealership: &Dealership, card: &Value, request: &Value, parts: &[(&Value, i64)]) {
    let now = read(dealership, request).await;
    assert_eq!((&now["status"], &now["version"]), (&json!("PENDING"), &json!(1)));
    let card = card_now(dealership, card).await;
    assert_eq!((&card["status"], &card["items"]), (&json!("PARTS_PENDING"), &json!([])));
    for (part, quantity) in parts {
        assert_eq!(stock(dealership, part).await, *quantity);
        assert_eq!(ledger(dealership, part).await.len(), 1, "the opening entry only");
    }
}

#[tokio::test]
async fn asking_for_parts_makes_the_card_wait_and_moves_no_stock() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let part = dealership.part(&dealership.one, 5).await;
    let request = asked(&dealership, &card, json!([line(&part, 9)])).await;
    assert_eq!((&request["status"], &request["urgency"]), (&json!("PENDING"), &json!("HIGH")));
    assert_eq!(request["jobCardNumber"], card["jobCardNumber"]);
    let item = &request["items"][0];
    assert_eq!((&item["requestedQty"], &item["approvedQty"]), (&json!(9), &json!(0)));
    assert_eq!((&item["partNumber"], &item["unitPrice"]), (&part["partNumber"], &json!("2500")));
    assert_eq!(
        (&request["jobCard"]["status"], &request["jobCard"]["openPartsRequests"]),
        (&json!("PARTS_PENDING"), &json!(1))
    );
    assert_untouched(&dealership, &card, &request, &[(&part, 5)]).await;
}

#[tokio::test]
async fn what_is_asked_for_must_be_a_part_of_the_own_centre() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let (own, foreign) = (dealership.part(&dealership.one, 5).await, dealership.part(&dealership.two, 5).await);
    let nothing = json!({"id": "01939a3e-0f00-7000-8000-000000000001"});
    for wrong in [&foreign, &nothing] {
        let answer = ask(&dealership, &card, json!([line(&own, 1), line(wrong, 1)])).await;
        answer.refused(422, "VALIDATION_FAILED").naming("parts[1].inventoryPartId");
    }
    let forty_one: Vec<Value> = (0..41).map(|_| line(&own, 1)).collect();
    for lines in [json!([]), json!(forty_one)] {
        ask(&dealership, &card, lines).await.refused(422, "VALIDATION_FAILED").naming("parts");
    }
    let answer = ask(&dealership, &card, json!([line(&own, 0)])).await;
    answer.refused(422, "VALIDATION_FAILED").naming("parts[0].requestedQty");
    assert_eq!(card_now(&dealership, &card).await["status"], "IN_PROGRESS");
    assert_eq!(dealership.one.inventory.get(REQUESTS).await.rows().len(), 0);
}

#[tokio::test]
async fn approving_takes_the_parts_from_stock_with_a_ledger_line() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let (pads, oil) = (dealership.part(&dealership.one, 5).await, dealership.part(&dealership.one, 7).await);
    let request = asked(&dealership, &card, json!([line(&pads, 2), line(&oil, 7)])).await;
    let approved = decide(&dealership, &request, "approve", json!({"notes": "On the shelf"})).await.expect(200);
    assert_eq!((&approved["status"], &approved["decisionNotes"]), (&json!("APPROVED"), &json!("On the shelf")));
    assert_eq!(approved["decidedAt"], "2026-11-23T04:30:00.000Z");
    assert!(approved["decidedById"].is_string());
    assert_eq!(
        (&approved["items"][0]["approvedQty"], &approved["items"][1]["approvedQty"]),
        (&json!(2), &json!(7))
    );
    assert_eq!(read(&dealership, &request).await, approved);
    for (part, before, taken) in [(&pads, 5, 2), (&oil, 7, 7)] {
        assert_eq!(stock(&dealership, part).await, before - taken);
        let ledger = ledger(&dealership, part).await;
        assert_eq!(ledger.len(), 2);
        let issue = ledger.iter().find(|line| line["type"] == "ISSUE").expect("an issue");
        assert_eq!((&issue["delta"], &issue["documentNumber"]), (&json!(-taken), &card["jobCardNumber"]));
        assert_eq!(ledger.iter().filter_map(|line| line["delta"].as_i64()).sum::<i64>(), before - taken);
    }
}

#[tokio::test]
async fn approved_parts_are_items_of_the_card_at_the_price_of_the_asking() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let part = dealership.part(&dealership.one, 5).await;
    let request = asked(&dealership, &card, json!([line(&part, 2)])).await;
    let dearer = json!({"unitPrice": 9999});
    dealership.one.inventory.patch(&format!("/api/inventory/parts/{}", id(&part)), dearer).await.expect(200);
    approve(&dealership, &request).await.expect(200);
    let card = card_now(&dealership, &card).await;
    assert_eq!((&card["status"], &card["openPartsRequests"]), (&json!("IN_PROGRESS"), &json!(0)));
    let items = card["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    for (field, value) in [
        ("itemType", json!("part")),
        ("inventoryPartId", part["id"].clone()),
        ("partName", part["partName"].clone()),
        ("qty", json!(2)),
        ("unitPrice", json!("2500")),
        ("amount", json!("5000")),
        ("gstRate", json!(18)),
        ("isWarranty", json!(false)),
    ] {
        assert_eq!(items[0][field], value, "{field}");
    }
}

#[tokio::test]
async fn a_warranty_part_leaves_the_stock_and_costs_nothing() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let part = dealership.part(&dealership.one, 5).await;
    let mut warranty = line(&part, 2);
    warranty["isWarranty"] = json!(true);
    let request = asked(&dealership, &card, json!([warranty, line(&part, 1)])).await;
    approve(&dealership, &request).await.expect(200);
    assert_eq!(stock(&dealership, &part).await, 2);
    let card = card_now(&dealership, &card).await;
    assert_eq!((&card["items"][0]["amount"], &card["items"][0]["isWarranty"]), (&json!("0"), &json!(true)));
    assert_eq!(card["items"][0]["partWarrantyTag"], true);
    assert_eq!(card["items"][1]["amount"], "2500");
}

#[tokio::test]
async fn approving_less_takes_less() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let (pads, oil) = (dealership.part(&dealership.one, 5).await, dealership.part(&dealership.one, 7).await);
    let request = asked(&dealership, &card, json!([line(&pads, 9), line(&oil, 3)])).await;
    let approved = decide(&dealership, &request, "approve", only(&request, &[5, 0])).await.expect(200);
    assert_eq!(approved["status"], "PARTIALLY_APPROVED");
    assert_eq!((stock(&dealership, &pads).await, stock(&dealership, &oil).await), (0, 7));
    assert_eq!(ledger(&dealership, &oil).await.len(), 1, "a line of nothing leaves no entry");
    let card = card_now(&dealership, &card).await;
    assert_eq!(card["status"], "IN_PROGRESS");
    let items = card["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["qty"]), (1, &json!(5)));
}

#[tokio::test]
async fn lines_that_an_approval_does_not_name_are_approved_as_asked_for() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let (pads, oil) = (dealership.part(&dealership.one, 5).await, dealership.part(&dealership.one, 7).await);
    let request = asked(&dealership, &card, json!([line(&pads, 4), line(&oil, 3)])).await;
    let approved = decide(&dealership, &request, "approve", only(&request, &[1])).await.expect(200);
    assert_eq!(approved["status"], "PARTIALLY_APPROVED");
    assert_eq!((stock(&dealership, &pads).await, stock(&dealership, &oil).await), (4, 4));
}

#[tokio::test]
async fn an_approval_needs_no_body() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let part = dealership.part(&dealership.one, 5).await;
    let request = asked(&dealership, &card, json!([line(&part, 2)])).await;
    let path = format!("{REQUESTS}/{}/approve", id(&request));
    let approved = dealership.one.inventory.request(axum::http::Method::PATCH, &path).send().await.expect(200);
    assert_eq!(approved["status"], "APPROVED");
    assert_eq!(stock(&dealership, &part).await, 3);
}

#[tokio::test]
async fn a_wrong_approval_names_its_line_and_takes_nothing() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let part = dealership.part(&dealership.one, 5).await;
    let request = asked(&dealership, &card, json!([line(&part, 2)])).await;
    let item = id(&request["items"][0]);
    let twice = json!({"approvedItems": [{"itemId": item, "approvedQty": 1}, {"itemId": item, "approvedQty": 1}]});
    let unknown = json!({"approvedItems": [{"itemId": id(&part), "approvedQty": 1}]});
    for (body, named) in [
        (only(&request, &[3]), "approvedItems[0].approvedQty"),
        (only(&request, &[-1]), "approvedItems[0].approvedQty"),
        (only(&request, &[0]), "approvedItems"),
        (twice, "approvedItems[1].itemId"),
        (unknown, "approvedItems[0].itemId"),
    ] {
        let answer = decide(&dealership, &request, "approve", body).await;
        answer.refused(422, "VALIDATION_FAILED").naming(named);
    }
    assert_untouched(&dealership, &card, &request, &[(&part, 5)]).await;
}

#[tokio::test]
async fn when_any_part_is_short_nothing_is_taken_and_every_short_part_is_named() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let (enough, short) = (dealership.part(&dealership.one, 9).await, dealership.part(&dealership.one, 1).await);
    let none = dealership.part(&dealership.one, 0).await;
    let request = asked(&dealership, &card, json!([line(&enough, 3), line(&short, 2), line(&none, 1)])).await;
    let answer = approve(&dealership, &request).await.refused(409, "INSUFFICIENT_STOCK");
    let answer = answer.naming(short["partNumber"].as_str().unwrap()).naming(none["partNumber"].as_str().unwrap());
    assert_eq!(answer.body["errors"].as_object().unwrap().len(), 2, "{}", answer.text);
    assert_untouched(&dealership, &card, &request, &[(&enough, 9), (&short, 1)]).await;
    assert!(ledger(&dealership, &none).await.is_empty());
    let possible = decide(&dealership, &request, "approve", only(&request, &[3, 1, 0])).await.expect(200);
    assert_eq!(possible["status"], "PARTIALLY_APPROVED");
    assert_eq!((stock(&dealership, &enough).await, stock(&dealership, &short).await), (6, 0));
}

#[tokio::test]
async fn the_same_part_on_two_lines_is_added_up() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let part = dealership.part(&dealership.one, 5).await;
    let request = asked(&dealership, &card, json!([line(&part, 3), line(&part, 3)])).await;
    let answer = approve(&dealership, &request).await.refused(409, "INSUFFICIENT_STOCK");
    answer.naming(part["partNumber"].as_str().unwrap());
    assert_untouched(&dealership, &card, &request, &[(&part, 5)]).await;
    decide(&dealership, &request, "approve", only(&request, &[3, 2])).await.expect(200);
    assert_eq!(stock(&dealership, &part).await, 0);
    assert_eq!(card_now(&dealership, &card).await["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_decided_request_is_not_decided_again() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let part = dealership.part(&dealership.one, 9).await;
    for first in ["approve", "reject", "cancel"] {
        let request = asked(&dealership, &card, json!([line(&part, 1)])).await;
        let body = json!({"reason": "No"});
        if first == "cancel" {
            let path = format!("{REQUESTS}/{}/cancel", id(&request));
            dealership.one.manager.patch(&path, json!({})).await.expect(200);
        } else {
            decide(&dealership, &request, first, body.clone()).await.expect(200);
        }
        let before = (read(&dealership, &request).await, stock(&dealership, &part).await);
        let card_before = card_now(&dealership, &card).await;
        approve(&dealership, &request).await.refused(409, "INVALID_TRANSITION");
        decide(&dealership, &request, "reject", body).await.refused(409, "INVALID_TRANSITION");
        let path = format!("{REQUESTS}/{}/cancel", id(&request));
        dealership.one.manager.patch(&path, json!({})).await.refused(409, "INVALID_TRANSITION");
        assert_eq!((read(&dealership, &request).await, stock(&dealership, &part).await), before);
        assert_eq!(card_now(&dealership, &card).await, card_before);
    }
    assert_eq!(stock(&dealership, &part).await, 8);
}

#[tokio::test]
async fn rejecting_and_cancelling_take_nothing_and_put_the_card_to_work_again() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let part = dealership.part(&dealership.one, 5).await;
    let request = asked(&dealership, &card, json!([line(&part, 2)])).await;
    decide(&dealership, &request, "reject", json!({})).await.refused(422, "VALIDATION_FAILED").naming("reason");
    assert_untouched(&dealership, &card, &request, &[(&part, 5)]).await;
    let reason = json!({"reason": "Ordered from Central"});
    let rejected = decide(&dealership, &request, "reject", reason).await.expect(200);
    assert_eq!(
        (&rejected["status"], &rejected["decisionNotes"]),
        (&json!("REJECTED"), &json!("Ordered from Central"))
    );
    assert_eq!(card_now(&dealership, &card).await["status"], "IN_PROGRESS");

    let request = asked(&dealership, &card, json!([line(&part, 2)])).await;
    assert_eq!(card_now(&dealership, &card).await["status"], "PARTS_PENDING");
    let path = format!("{REQUESTS}/{}/cancel", id(&request));
    let cancelled = dealership.one.engineer.patch(&path, json!({})).await.expect(200);
    assert_eq!(cancelled["status"], "CANCELLED");
    let card = card_now(&dealership, &card).await;
    assert_eq!((&card["status"], &card["items"]), (&json!("IN_PROGRESS"), &json!([])));
    assert_eq!((stock(&dealership, &part).await, ledger(&dealership, &part).await.len()), (5, 1));
}

#[tokio::test]
async fn a_request_is_cancelled_by_who_asked_or_by_the_manager() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let part = dealership.part(&dealership.one, 5).await;
    let ask_path = format!("/api/job-cards/{}/request-parts", id(&card));
    let body = json!({"parts": [line(&part, 1)]});
    let managers = dealership.one.manager.create(&ask_path, body.clone()).await;
    let engineers = dealership.one.engineer.create(&ask_path, body).await;
    let cancel = |request: &Value| format!("{REQUESTS}/{}/cancel", id(request));
    dealership.one.engineer.patch(&cancel(&managers), json!({})).await.refused(403, "FORBIDDEN");
    dealership.one.inventory.patch(&cancel(&engineers), json!({})).await.refused(403, "FORBIDDEN");
    dealership.two.manager.patch(&cancel(&engineers), json!({})).await.refused(404, "NOT_FOUND");
    assert_eq!(card_now(&dealership, &card).await["openPartsRequests"], 2);
    dealership.one.manager.patch(&cancel(&engineers), json!({})).await.expect(200);
    dealership.admin.patch(&cancel(&managers), json!({})).await.expect(200);
    assert_eq!(card_now(&dealership, &card).await["openPartsRequests"], 0);
}

#[tokio::test]
async fn the_card_goes_to_work_again_only_at_the_decision_on_its_last_open_request() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let part = dealership.part(&dealership.one, 9).await;
    let mut requests = Vec::new();
    for quantity in 1..=3 {
        requests.push(asked(&dealership, &card, json!([line(&part, quantity)])).await);
    }
    let seen = async |open: u32, status: &str| {
        let card = card_now(&dealership, &card).await;
        assert_eq!((&card["openPartsRequests"], &card["status"]), (&json!(open), &json!(status)));
    };
    seen(3, "PARTS_PENDING").await;
    approve(&dealership, &requests[1]).await.expect(200);
    seen(2, "PARTS_PENDING").await;
    decide(&dealership, &requests[0], "reject", json!({"reason": "No"})).await.expect(200);
    seen(1, "PARTS_PENDING").await;
    approve(&dealership, &requests[2]).await.expect(200);
    seen(0, "IN_PROGRESS").await;
    assert_eq!(stock(&dealership, &part).await, 4);
}

#[tokio::test]
async fn a_request_decided_while_the_card_is_back_at_work_leaves_it_there() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let part = dealership.part(&dealership.one, 9).await;
    let request = asked(&dealership, &card, json!([line(&part, 2)])).await;
    let status = format!("/api/job-cards/{}/status", id(&card));
    dealership.one.engineer.patch(&status, json!({"status": "IN_PROGRESS"})).await.expect(200);
    approve(&dealership, &request).await.expect(200);
    let now = card_now(&dealership, &card).await;
    assert_eq!((&now["status"], &now["openPartsRequests"]), (&json!("IN_PROGRESS"), &json!(0)));
    assert_eq!(now["items"].as_array().unwrap().len(), 1);
    dealership.one.engineer.patch(&status, json!({"status": "COMPLETED"})).await.expect(200);
}

#[tokio::test]
async fn only_who_may_approve_does() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let part = dealership.part(&dealership.one, 5).await;
    let request = asked(&dealership, &card, json!([line(&part, 2)])).await;
    let path = format!("{REQUESTS}/{}/approve", id(&request));
    for client in [&dealership.one.engineer, &dealership.one.manager, &dealership.one.advisor, &dealership.central]
    {
        client.patch(&path, json!({})).await.refused(403, "FORBIDDEN");
    }
    dealership.two.inventory.patch(&path, json!({})).await.refused(404, "NOT_FOUND");
    assert_untouched(&dealership, &card, &request, &[(&part, 5)]).await;
    dealership.admin.patch(&path, json!({})).await.expect(200);
}

#[tokio::test]
async fn lists_are_filtered_and_show_relations() {
    let dealership = open().await;
    let card = dealership.card_in_progress(&dealership.one).await;
    let part = dealership.part(&dealership.one, 5).await;
    let first = asked(&dealership, &card, json!([line(&part, 1)])).await;
    dealership.app.advance(chrono::TimeDelta::seconds(1));
    let second = asked(&dealership, &card, json!([line(&part, 1)])).await;
    approve(&dealership, &first).await.expect(200);
    for (query, expected) in [
        (String::new(), vec![id(&second), id(&first)]),
        ("?filter[status]=PENDING".to_owned(), vec![id(&second)]),
        ("?filter[status]=APPROVED".to_owned(), vec![id(&first)]),
        (format!("?filter[jobCardId]={}", id(&card)), vec![id(&second), id(&first)]),
        ("?filter[urgency]=LOW".to_owned(), vec![]),
    ] {
        let answer = dealership.one.inventory.get(&format!("{REQUESTS}{query}")).await;
        assert_eq!(answer.body["pagination"]["total"], expected.len(), "{query}");
        let rows = answer.rows();
        assert_eq!(rows.iter().map(id).collect::<Vec<_>>(), expected, "{query}");
    }
    let shown = format!("{REQUESTS}/{}?expand=jobCard,requestedBy,items", id(&first));
    let shown = dealership.one.inventory.get(&shown).await.expect(200);
    assert_eq!((&shown["jobCard"]["id"], &shown["requestedBy"]["name"]), (&card["id"], &json!("The engineer")));
    assert_eq!(dealership.two.inventory.get(REQUESTS).await.rows().len(), 0);
    let on_card = format!("/api/job-cards/{}?expand=partsRequests", id(&card));
    let on_card = dealership.one.engineer.get(&on_card).await.expect(200);
    assert_eq!(on_card["partsRequests"].as_array().unwrap().len(), 2);
}
