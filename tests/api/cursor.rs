//! Endless scroll and exports: a cursor goes on after the last row, whatever came in meanwhile.

use dms_testkit::{Client, Dealership};
use serde_json::{Value, json};

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

/// All rows of a list, by cursors; `between` happens after every page.
async fn walk(client: &Client, path: &str, mut between: impl AsyncFnMut(usize)) -> Vec<String> {
    let mut all = Vec::new();
    let mut next = path.to_owned();
    for page in 1.. {
        let answer = client.get(&next).await;
        let pagination = answer.body["pagination"].clone();
        assert_eq!(pagination["page"], page, "{path}: {}", answer.text);
        let rows = answer.rows();
        all.extend(ids(&rows));
        assert_eq!(pagination["hasNext"], pagination["nextCursor"].is_string(), "{path}");
        let Some(cursor) = pagination["nextCursor"].as_str() else { break };
        assert!(!rows.is_empty(), "{path}: a page with a next one has rows");
        next = format!("{path}&cursor={cursor}");
        between(page).await;
    }
    all
}

/// All rows of a list, by pages.
async fn pages(client: &Client, path: &str) -> Vec<String> {
    let mut all = Vec::new();
    for page in 1.. {
        let rows = client.get(&format!("{path}&page={page}")).await.rows();
        if rows.is_empty() {
            return all;
        }
        all.extend(ids(&rows));
    }
    all
}

#[tokio::test]
async fn a_walk_by_cursors_visits_the_rows_of_all_pages_in_their_order() {
    let dealership = open().await;
    for day in 0..4 {
        for _ in 0..5 + day {
            dealership.part(&dealership.one, day).await;
            dealership.customer().await;
        }
        dealership.job_card(&dealership.one).await;
        dealership.job_card(&dealership.two).await;
        dealership.app.advance(chrono::TimeDelta::days(9));
    }
    for path in [
        "/api/customers?limit=4",
        "/api/customers?limit=4&sort=createdAt",
        "/api/customers?limit=3&sort=-name",
        "/api/customers?limit=100",
        "/api/customers?limit=4&dateFrom=2026-11-28",
        "/api/inventory?limit=3",
        "/api/inventory?limit=3&sort=stockQuantity",
        "/api/inventory?limit=2&filter[stockQuantity][gte]=2",
        "/api/inventory?limit=3&search=pad",
        "/api/inventory/low-stock?limit=2&serviceCenterId={one}",
        "/api/job-cards?limit=3",
        "/api/job-cards?limit=3&filter[status]=CREATED",
        "/api/job-cards?limit=3&filter[status]=CREATED&sort=createdAt",
        "/api/service-centers?limit=1",
        "/api/users?limit=3",
    ] {
        let path = path.replace("{one}", &dealership.one.id);
        let walked = walk(&dealership.admin, &path, async |_| {}).await;
        assert!(!walked.is_empty(), "{path}");
        assert_eq!(walked, pages(&dealership.admin, &path).await, "{path}");
    }
}

#[tokio::test]
async fn what_comes_in_during_a_walk_neither_repeats_nor_hides_a_row() {
    let dealership = open().await;
    for _ in 0..12 {
        dealership.customer().await;
    }
    let before = pages(&dealership.admin, "/api/customers?limit=100").await;
    for path in ["/api/customers?limit=5", "/api/customers?limit=5&sort=-name"] {
        let walked = walk(&dealership.admin, path, async |page| {
            // Newer than every row, and so on the pages before; and one less of those to come.
            dealership.app.advance(chrono::TimeDelta::seconds(1));
            dealership.customer().await;
            if page == 1 && !path.contains("sort") {
                let oldest = before.last().unwrap();
                dealership.admin.delete(&format!("/api/customers/{oldest}")).await.expect(200);
            }
        })
        .await;
        let mut unique = walked.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), walked.len(), "{path}: no row twice");
        for id in &before[..11] {
            assert!(walked.contains(id), "{path}: {id} was there all the time");
        }
    }
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_filters_and_order_alone() {
    let dealership = open().await;
    for _ in 0..3 {
        dealership.customer().await;
    }
    let first = dealership.admin.get("/api/customers?limit=1").await;
    let cursor = first.body["pagination"]["nextCursor"].as_str().unwrap().to_owned();
    dealership.admin.get(&format!("/api/customers?limit=2&cursor={cursor}")).await.expect(200);
    let mut forged = cursor.clone();
    forged.replace_range(5..6, if &cursor[5..6] == "A" { "B" } else { "A" });
    for query in [
        format!("/api/customers?cursor={forged}"),
        format!("/api/customers?cursor={cursor}&sort=name"),
        format!("/api/customers?cursor={cursor}&filter[customerType]=B2B"),
        format!("/api/vehicles?cursor={cursor}"),
        "/api/customers?cursor=x".to_owned(),
        "/api/customers?cursor=".to_owned(),
        format!("/api/customers?cursor={cursor}&page=2"),
    ] {
        dealership.admin.get(&query).await.refused(400, "BAD_QUERY").naming(if query.contains("&page") {
            "page"
        } else {
            "cursor"
        });
    }
}

#[tokio::test]
async fn another_centres_user_gains_nothing_by_a_cursor() {
    let dealership = open().await;
    let (one, two) = (&dealership.one, &dealership.two);
    for _ in 0..3 {
        dealership.job_card(one).await;
        dealership.job_card(two).await;
    }
    let first = one.manager.get("/api/job-cards?limit=1").await;
    let cursor = first.body["pagination"]["nextCursor"].as_str().unwrap();
    for row in two.manager.get(&format!("/api/job-cards?limit=10&cursor={cursor}")).await.rows() {
        assert_eq!(row["serviceCenterId"], json!(two.id));
    }
}

#[tokio::test]
async fn a_page_by_cursor_costs_what_a_page_costs_however_deep() {
    let dealership = open().await;
    for _ in 0..6 {
        for _ in 0..20 {
            dealership.customer().await;
        }
        dealership.app.advance(chrono::TimeDelta::days(1));
    }
    let mut readings = Vec::new();
    let mut path = "/api/customers?limit=20".to_owned();
    loop {
        let answer = dealership.admin.get(&path).await;
        readings.push(answer.reading);
        let Some(cursor) = answer.body["pagination"]["nextCursor"].as_str() else { break };
        path = format!("/api/customers?limit=20&cursor={cursor}");
    }
    assert_eq!(readings.len(), 6);
    for reading in &readings {
        assert_eq!(reading.round_trips, 2);
        assert!(reading.read_units <= readings[0].read_units * 2.5, "{reading:?} after {:?}", readings[0]);
    }
}
