//! The reports of sums: revenue, job cards, parts, engineers, inventory; in all forms.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use chrono::TimeDelta;
use dms_local::EventPlayer;
use dms_store::Bulk;
use dms_testkit::{Answer, Centre, Dealership};
use serde_json::{Value, json};

const REPORTS: [&str; 5] = ["revenue", "job-cards", "parts-consumption", "engineer-productivity", "inventory"];

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

async fn settle(dealership: &Dealership) {
    let mut player = EventPlayer::new(&dealership.app.app, dealership.app.streams(), 0);
    Box::pin(player.settle()).await.expect("everything is added");
}

/// A visit with parts of the stock: 3 brake pads at 2500 and the work at 5000, all at 18 %.
async fn visit(dealership: &Dealership, centre: &Centre, part: &Value) -> Value {
    let card = dealership.card_in_progress(centre).await;
    let path = format!("/api/job-cards/{}", id(&card));
    let body = json!({"parts": [{"inventoryPartId": part["id"], "requestedQty": 3}], "urgency": "LOW"});
    let request = centre.engineer.create(&format!("{path}/request-parts"), body).await;
    let approve = format!("/api/parts-requests/{}/approve", id(&request));
    centre.inventory.patch(&approve, json!({})).await.expect(200);
    dealership.app.advance(TimeDelta::minutes(90));
    centre.engineer.patch(&format!("{path}/status"), json!({"status": "COMPLETED"})).await.expect(200);
    centre.manager.patch(&path, json!({"feedbackRating": 4})).await.expect(200);
    let invoice = dealership.invoice_for(centre, &card).await;
    let pay = format!("/api/invoices/{}/status", id(&invoice));
    centre.manager.patch(&pay, json!({"status": "PAID"})).await.expect(200)
}

/// A visit in each of two months in one centre, one in the other, and a sale over the counter.
async fn busy() -> (Dealership, Value) {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let (one, two) = (&dealership.one, &dealership.two);
    dealership.app.advance(-TimeDelta::days(31)); // the 23rd of October
    let part = dealership.part_with_minimum(one, 20, 12).await;
    let other = dealership.part(two, 5).await;
    visit(&dealership, one, &part).await;
    dealership.app.advance(TimeDelta::days(31));
    visit(&dealership, one, &part).await;
    visit(&dealership, two, &other).await;
    let customer = dealership.customer().await;
    let sale = json!({"customerId": id(&customer), "items": [{"name": "Brake Pad", "quantity": 2,
        "inventoryPartId": part["id"], "unitPrice": 2500, "gstRate": 18}]});
    let sale = one.manager.create("/api/invoices", sale).await;
    let pay = format!("/api/invoices/{}/status", id(&sale));
    one.manager.patch(&pay, json!({"status": "PAID"})).await.expect(200);
    settle(&dealership).await;
    (dealership, part)
}

fn rows(report: &Value, field: &str) -> Vec<(String, Value)> {
    let rows = report["rows"].as_array().expect("rows").iter();
    rows.map(|row| (row["label"].as_str().expect("a label").to_owned(), row[field].clone())).collect()
}

fn row(label: &str, value: impl Into<Value>) -> (String, Value) {
    (label.to_owned(), value.into())
}

#[tokio::test]
async fn revenue_is_what_was_paid_by_day_month_service_type_and_centre() {
    let (dealership, _) = busy().await;
    let (one, two) = (&dealership.one, &dealership.two);
    let ask = |query: &str| format!("/api/reports/revenue?dateFrom=2026-10-01&dateTo=2026-11-30{query}");
    let by_month = one.manager.get(&ask("&groupBy=month")).await.expect(200);
    assert_eq!(rows(&by_month, "total"), [row("2026-10", 14_750), row("2026-11", 20_650)]);
    let totals = json!({"label": "Total", "invoices": 3, "taxableValue": 30_000, "tax": 5400, "total": 35_400});
    assert_eq!(by_month["totals"], totals);
    assert_eq!(by_month["rowCount"], 2);
    let by_type = one.manager.get(&ask("&groupBy=serviceType")).await.expect(200);
    assert_eq!(rows(&by_type, "total"), [row("Over the counter", 5900), row("Regular Service", 29_500)]);
    let by_day = one.manager.get(&ask("")).await.expect(200);
    assert_eq!(by_day["groupBy"], "day");
    assert_eq!(by_day["rows"].as_array().expect("rows").len(), 61, "also the days without");
    let by_centre = dealership.admin.get(&ask("&groupBy=serviceCenter")).await.expect(200);
    assert_eq!(rows(&by_centre, "total"), [row("SC001", 35_400), row("SC002", 14_750)]);
    assert_eq!(by_centre["totals"]["total"], 50_150);
    let of_two = two.manager.get(&ask("&groupBy=serviceCenter")).await.expect(200);
    assert_eq!(rows(&of_two, "total"), [row("SC002", 14_750)]);
    let this_month = one.manager.get("/api/reports/revenue?groupBy=month").await.expect(200);
    assert_eq!(rows(&this_month, "total"), [row("2026-11", 20_650)]);
    assert_eq!([&this_month["dateFrom"], &this_month["dateTo"]], ["2026-11-01", "2026-11-23"]);
}

#[tokio::test]
async fn job_cards_count_where_they_were_opened_in_their_state_of_now() {
    let (dealership, _) = busy().await;
    let one = &dealership.one;
    dealership.card_in_progress(one).await;
    settle(&dealership).await;
    let path = "/api/reports/job-cards?dateFrom=2026-10-01&groupBy=month";
    let report = one.manager.get(path).await.expect(200);
    assert_eq!(rows(&report, "total"), [row("2026-10", 1), row("2026-11", 2)]);
    assert_eq!(rows(&report, "inProgress"), [row("2026-10", 0), row("2026-11", 1)]);
    assert_eq!(rows(&report, "invoiced"), [row("2026-10", 1), row("2026-11", 1)]);
    let all = dealership.admin.get(&format!("{path}&groupBy=serviceType").replace("groupBy=month&", "")).await;
    assert_eq!(rows(&all.expect(200), "total"), [row("Regular Service", 4)]);
}

#[tokio::test]
async fn parts_are_those_issued_and_sold_less_what_came_back_also_when_they_are_deleted() {
    let (dealership, part) = busy().await;
    let one = &dealership.one;
    let number = part["partNumber"].as_str().expect("a number");
    let path = "/api/reports/parts-consumption?dateFrom=2026-10-01";
    let report = one.manager.get(path).await.expect(200);
    let expected =
        json!({"label": number, "partName": part["partName"], "pieces": 8, "cost": 15_996, "price": 20_000});
    assert_eq!(report["rows"], json!([expected]));
    let by_month = one.manager.get(&format!("{path}&groupBy=month")).await.expect(200);
    assert_eq!(rows(&by_month, "pieces"), [row("2026-10", 3), row("2026-11", 5)]);
    let by_centre = dealership.admin.get(&format!("{path}&groupBy=serviceCenter")).await.expect(200);
    assert_eq!(rows(&by_centre, "cost"), [row("SC001", 15_996), row("SC002", 5998.5)]);
    let by_category = dealership.admin.get(&format!("{path}&groupBy=category")).await.expect(200);
    assert_eq!(rows(&by_category, "pieces"), [row("Brakes", 11)]);
    let adjust = json!({"adjustmentType": "SET", "quantity": 0, "reason": "SCRAPPED"});
    let path_of_part = format!("/api/inventory/parts/{}/adjust-stock", id(&part));
    one.inventory.patch(&path_of_part, adjust).await.expect(200);
    one.inventory.delete(&format!("/api/inventory/parts/{}", id(&part))).await.expect(200);
    assert_eq!(one.manager.get(path).await.expect(200)["rows"], json!([expected]), "scrapped is not consumed");
}

#[tokio::test]
async fn engineers_are_told_apart_by_name() {
    let (dealership, _) = busy().await;
    let one = &dealership.one;
    let path = "/api/reports/engineer-productivity?dateFrom=2026-10-01";
    let report = one.manager.get(path).await.expect(200);
    let rows_of = report["rows"].as_array().expect("rows");
    assert_eq!(rows_of.len(), 1);
    let engineer = &rows_of[0];
    assert_eq!(engineer["engineerId"], one.engineer_id.as_str());
    assert!(!engineer["label"].as_str().expect("a name").contains(&one.engineer_id));
    let figures =
        ["assigned", "finished", "averageHours", "averageRating", "revenue"].map(|field| engineer[field].clone());
    assert_eq!(figures, [json!(2), json!(2), json!(1.5), json!(4.0), json!(29_500)]);
    let all = dealership.admin.get(path).await.expect(200);
    assert_eq!(all["rows"].as_array().expect("rows").len(), 2);
    assert_eq!(all["totals"]["revenue"], 44_250);
}

#[tokio::test]
async fn stock_is_shown_to_who_keeps_it() {
    let (dealership, part) = busy().await;
    let (one, two) = (&dealership.one, &dealership.two);
    let central = dealership.central_part_with_minimum(2, 3).await;
    let path = "/api/reports/inventory";
    let report = one.inventory.get(path).await.expect(200);
    let expected = json!({"label": part["partNumber"], "partName": part["partName"], "category": "Brakes",
        "serviceCenter": "SC001", "parts": 1, "low": 1, "stock": 12, "minimum": 12, "value": 23_994});
    assert_eq!(report["rows"], json!([expected]));
    assert!(report.get("dateFrom").is_none(), "it is of now");
    let of_central = dealership.central.get(path).await.expect(200);
    assert_eq!(rows(&of_central, "value"), [(central["partNumber"].as_str().unwrap().to_owned(), json!(80_001))]);
    let all = dealership.admin.get(&format!("{path}?groupBy=serviceCenter")).await.expect(200);
    assert_eq!(rows(&all, "value"), [row("CENTRAL", 80_001), row("SC001", 23_994), row("SC002", 3999)]);
    assert_eq!(all["totals"]["low"], 2);
    let named = dealership.admin.get(&format!("{path}?serviceCenterId={}", two.id)).await.expect(200);
    assert_eq!(named["rowCount"], 1);
    for client in [&dealership.central, &two.inventory] {
        client.get(&format!("{path}?serviceCenterId={}", one.id)).await.refused(403, "FORBIDDEN");
    }
    for client in [&one.engineer, &one.advisor] {
        client.get(path).await.refused(403, "FORBIDDEN");
    }
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers[name].to_str().expect("a text")
}

fn workbook(answer: &Answer) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(answer.bytes.clone())).expect("a workbook");
    let name = book.sheet_names()[0].clone();
    book.worksheet_range(&name).expect("a sheet").rows().map(<[Data]>::to_vec).collect()
}

#[tokio::test]
async fn every_report_has_four_forms_with_the_same_figures() {
    let (dealership, _) = busy().await;
    for report in REPORTS {
        let period = if report == "inventory" { "" } else { "&dateFrom=2026-10-01&dateTo=2026-11-23" };
        let ask = |format: &str| format!("/api/reports/{report}?format={format}{period}");
        let json = dealership.admin.get(&ask("json")).await.expect(200);
        let count = json["rows"].as_array().expect("rows").len();
        let excel = dealership.admin.get(&ask("excel")).await;
        assert!(header(&excel, "content-disposition").contains(&format!("{report}-2026-11-23.xlsx")));
        let cells = workbook(&excel);
        assert_eq!(cells.len(), count + 2, "{report}: a head, rows and totals");
        let last = cells.last().expect("totals");
        assert_eq!(last[0], Data::String("Total".to_owned()));
        let total = |data: &Data| matches!(data, Data::Float(_) | Data::Int(_));
        assert!(last[1..].iter().any(total), "{report}: numbers are numbers: {last:?}");
        if matches!(report, "revenue" | "job-cards") {
            assert!(matches!(cells[1][0], Data::DateTime(_)), "{report}: days are days: {:?}", cells[1]);
        }
        let csv = dealership.admin.get(&ask("csv")).await;
        assert_eq!(header(&csv, "content-type"), "text/csv; charset=utf-8");
        assert_eq!(csv.text.lines().count(), count + 2, "{report}");
        let pdf = dealership.admin.get(&ask("pdf")).await;
        assert_eq!(header(&pdf, "content-type"), "application/pdf");
        let pages = lopdf::Document::load_mem(&pdf.bytes).expect("a PDF").get_pages();
        assert!(!pages.is_empty(), "{report}");
    }
    let csv =
        dealership.one.manager.get("/api/reports/revenue?groupBy=month&dateFrom=2026-10-01&format=csv").await;
    let expected = "Month,Invoices,Taxable value,GST,Total\n2026-10,1,12500,2250,14750\n\
                    2026-11,2,17500,3150,20650\nTotal,3,30000,5400,35400\n";
    assert_eq!(csv.text, expected);
}

#[tokio::test]
async fn what_cannot_be_asked_is_named() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    for report in REPORTS {
        let path = format!("/api/reports/{report}");
        for (query, name) in [("format=xml", "format"), ("groupBy=colour", "groupBy"), ("sort=label", "sort")] {
            dealership.admin.get(&format!("{path}?{query}")).await.refused(400, "BAD_QUERY").naming(name);
        }
        let nothing = dealership.admin.get(&path).await.expect(200);
        let empty = nothing["totals"].as_object().expect("totals").values();
        assert!(empty.into_iter().all(|value| value == 0 || value.is_null() || value == "Total"), "{nothing}");
        assert!(dealership.one.engineer.get(&path).await.status.as_u16() == 403);
    }
    dealership.admin.get("/api/reports/inventory?dateFrom=2026-01-01").await.refused(400, "BAD_QUERY");
}

/// So many parts in the first centre's stock, without their ledger.
async fn many_parts(dealership: &Dealership, count: usize) {
    let first = dealership.part(&dealership.one, 2).await;
    let (store, clock) = (&dealership.app.app.store, &dealership.app.app.clock);
    let part = store.parts_kept([id(&first).parse().expect("an id")]).await.expect("parts").remove(0);
    let mut load = store.load("parts", "").await.expect("a load");
    let numbers: Vec<usize> = (1..count).collect();
    for numbers in numbers.chunks(1_000) {
        let mut bulk = Bulk::default();
        for n in numbers {
            let mut part = part.clone();
            part.id = dms_store::new_id(clock.now(), dms_domain::ids::ordinal_of(&part.id));
            part.details.part_number = format!("MANY-{n:06}");
            bulk.add(store.create_part(part, None).expect("a plan").transaction);
        }
        store.write_step(&mut load, bulk).await.expect("written");
    }
}

async fn download(url: &str) -> Vec<u8> {
    let answer = reqwest::get(url).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    answer.bytes().await.expect("bytes").to_vec()
}

/// One more than an answer has; more with `DMS_REPORT_ROWS=100000`.
fn rows_of_long_report() -> usize {
    std::env::var("DMS_REPORT_ROWS").map_or(5_001, |rows| rows.parse().expect("a number of rows"))
}

#[tokio::test]
async fn a_report_too_long_for_an_answer_comes_as_a_link() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let count = rows_of_long_report();
    many_parts(&dealership, count).await;
    let path = "/api/reports/inventory";
    let one = &dealership.one;
    for format in ["json", "csv", "excel"] {
        let report = one.inventory.get(&format!("{path}?format={format}")).await.expect(200);
        assert_eq!((&report["rowCount"], &report["rows"]), (&json!(count), &json!([])), "{format}");
        assert_eq!(report["totals"]["value"], count * 3_999);
        let name = report["file"]["filename"].as_str().expect("a name");
        let content = download(report["file"]["url"].as_str().expect("a link")).await;
        let rows = match format {
            "json" => serde_json::from_slice::<Vec<Value>>(&content).expect("rows").len(),
            "csv" => String::from_utf8(content).expect("text").lines().count() - 2,
            _ => {
                let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(content)).expect("a workbook");
                book.worksheet_range("Inventory").expect("a sheet").rows().count() - 2
            }
        };
        assert_eq!(rows, count, "{name}");
    }
    one.inventory.get(&format!("{path}?format=pdf")).await.refused(409, "REPORT_TOO_LARGE");
    let grouped = one.inventory.get(&format!("{path}?groupBy=category&format=pdf")).await;
    assert_eq!(grouped.status, 200, "what is few rows is no long report");
}
