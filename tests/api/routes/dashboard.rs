//! GET /api/analytics/dashboard: the figures of a centre and of the dealership, and what it costs to ask.

use chrono::TimeDelta;
use dms_local::EventPlayer;
use dms_testkit::{Centre, Dealership};
use serde_json::{Value, json};

const DASHBOARD: &str = "/api/analytics/dashboard";

async fn open() -> (Dealership, EventPlayer) {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let player = EventPlayer::new(&dealership.app.app, dealership.app.streams(), 0);
    (dealership, player)
}

async fn settle(player: &mut EventPlayer) {
    Box::pin(player.settle()).await.expect("everything is added");
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

/// A service charge of 5000 and 18 %: 5900, paid.
async fn paid_visit(dealership: &Dealership, centre: &Centre) -> Value {
    let card = dealership.completed_card(centre).await;
    let invoice = dealership.invoice_for(centre, &card).await;
    let path = format!("/api/invoices/{}/status", id(&invoice));
    centre.manager.patch(&path, json!({"status": "PAID"})).await.expect(200)
}

#[tokio::test]
async fn a_centre_sees_its_own_figures_and_an_admin_all_or_one() {
    let (dealership, mut player) = open().await;
    let (one, two) = (&dealership.one, &dealership.two);
    dealership.app.advance(-TimeDelta::days(31)); // the 23rd of October
    paid_visit(&dealership, one).await;
    dealership.app.advance(TimeDelta::days(30)); // the 22nd of November
    paid_visit(&dealership, one).await;
    paid_visit(&dealership, two).await;
    dealership.app.advance(TimeDelta::days(1));
    paid_visit(&dealership, one).await;
    dealership.job_card(one).await;
    dealership.card_in_progress(one).await;
    dealership.part_with_minimum(one, 2, 5).await;
    dealership.part(two, 10).await;
    dealership.central_part(1).await;
    settle(&mut player).await;

    // 3 + 1 + 2 visits, each with a new customer; one of them in October.
    let customers = json!({"total": 6, "new": 5});
    let of_one = one.manager.get(DASHBOARD).await.expect(200);
    let expected = json!({
        "revenue": {"today": 5900, "thisMonth": 11_800, "growth": 100.0},
        "jobCards": {"total": 5, "pending": 1, "completed": 3},
        "inventory": {"lowStockCount": 1, "totalValue": 3999},
        "customers": customers,
    });
    assert_eq!(of_one, expected);
    let of_two = two.manager.get(DASHBOARD).await.expect(200);
    let expected = json!({
        "revenue": {"today": 0, "thisMonth": 5900, "growth": null},
        "jobCards": {"total": 1, "pending": 0, "completed": 1},
        "inventory": {"lowStockCount": 0, "totalValue": 19_995},
        "customers": customers,
    });
    assert_eq!(of_two, expected);
    let all = dealership.admin.get(DASHBOARD).await.expect(200);
    let expected = json!({
        "revenue": {"today": 5900, "thisMonth": 17_700, "growth": 200.0},
        "jobCards": {"total": 6, "pending": 1, "completed": 4},
        "inventory": {"lowStockCount": 1, "totalValue": 63_994.5},
        "customers": customers,
    });
    assert_eq!(all, expected);
    let narrowed = dealership.admin.get(&format!("{DASHBOARD}?serviceCenterId={}", two.id)).await.expect(200);
    assert_eq!(narrowed, of_two);
    two.manager.get(&format!("{DASHBOARD}?serviceCenterId={}", one.id)).await.refused(403, "FORBIDDEN");
    for client in [&one.engineer, &one.advisor, &one.inventory, &dealership.central] {
        client.get(DASHBOARD).await.refused(403, "FORBIDDEN");
    }
}

#[tokio::test]
async fn a_period_is_of_the_cards_opened_and_the_customers_entered_in_it() {
    let (dealership, mut player) = open().await;
    let one = &dealership.one;
    dealership.app.advance(-TimeDelta::days(40)); // the 14th of October
    paid_visit(&dealership, one).await;
    dealership.app.advance(TimeDelta::days(40));
    dealership.job_card(one).await;
    settle(&mut player).await;
    let ask = |query: &str| format!("{DASHBOARD}?{query}");
    let october = one.manager.get(&ask("dateFrom=2026-10-01&dateTo=2026-10-31")).await.expect(200);
    assert_eq!(october["revenue"], json!({"today": 0, "thisMonth": 0, "growth": -100.0, "period": 5900}));
    assert_eq!(october["jobCards"], json!({"total": 1, "pending": 0, "completed": 1}));
    assert_eq!(october["customers"], json!({"total": 2, "new": 1}));
    let since = one.manager.get(&ask("dateFrom=2026-10-15")).await.expect(200);
    assert_eq!(since["jobCards"], json!({"total": 1, "pending": 1, "completed": 0}));
    assert_eq!(since["revenue"]["period"], 0);
    let some = one.manager.get(&ask("fields=revenue.today,jobCards")).await.expect(200);
    assert_eq!(some, json!({"revenue": {"today": 0}, "jobCards": {"total": 2, "pending": 1, "completed": 1}}));
    for (wrong, name) in [
        ("dateFrom=2026-02-30", "dateFrom"),
        ("dateTo=2026-10-31", "dateFrom"),
        ("dateFrom=2026-10-02&dateTo=2026-10-01", "dateTo"),
        ("dateFrom=1980-01-01", "dateFrom"),
        ("dateTo=x", "dateTo"),
        ("fields=revenue.tomorrow", "fields"),
        ("groupBy=day", "groupBy"),
    ] {
        one.manager.get(&ask(wrong)).await.refused(400, "BAD_QUERY").naming(name);
    }
}

#[tokio::test]
async fn it_costs_one_round_trip_and_a_few_units_however_much_there_is() {
    let (dealership, mut player) = open().await;
    let one = &dealership.one;
    let mut units = Vec::new();
    for visits in [1, 12] {
        for _ in 0..visits {
            paid_visit(&dealership, one).await;
        }
        settle(&mut player).await;
        for (client, query) in
            [(&one.manager, ""), (&dealership.admin, ""), (&one.manager, "?dateFrom=2025-11-24")]
        {
            let answer = client.get(&format!("{DASHBOARD}{query}")).await;
            assert_eq!(answer.reading.round_trips, 1, "{query}");
            assert!(answer.reading.read_units <= 8.0, "{query}: {}", answer.reading.read_units);
            units.push(answer.reading.read_units);
        }
    }
    assert_eq!(units[..3], units[3..], "no more for more");
}
