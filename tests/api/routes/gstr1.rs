//! GSTR-1: over the API, as JSON and as a workbook, against the documents it is made of; and the e-invoice against the
//! rules of its schema.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use chrono::{DateTime, NaiveDate, Utc};
use dms_domain::calendar::Clock;
use dms_testkit::{Answer, Centre, Dealership};
use serde_json::{Value, json};

const OF_NOVEMBER: &str = "/api/reports/gstr1?period=2026-11";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

fn go_to(dealership: &Dealership, time: &str) {
    let time: DateTime<Utc> = time.parse().expect("a time");
    dealership.app.advance(time - dealership.app.clock.now());
}

async fn firm(dealership: &Dealership, is_sez: bool) -> Value {
    let body = json!({"name": "Rao & Sons", "phone": "9876543210", "customerType": "B2B", "isSez": is_sez,
        "gstin": "29AABCU9603R1ZJ", "address": "12 MIDC Road", "cityState": "Bengaluru, Karnataka"});
    dealership.admin.create("/api/customers", body).await
}

fn line(price: &str, quantity: i64, rate: u8) -> Value {
    json!({"name": "Line", "hsnSacCode": if rate == 18 { "998714" } else { "8708" }, "unitPrice": price,
        "quantity": quantity, "gstRate": rate})
}

async fn sell(centre: &Centre, customer: &Value, place: &str, lines: &[Value]) -> Value {
    let body = json!({"customerId": id(customer), "placeOfSupply": place, "items": lines});
    centre.manager.create("/api/invoices", body).await
}

async fn credit(centre: &Centre, invoice: &Value, items: Value) -> Value {
    let path = format!("/api/invoices/{}/credit-notes", id(invoice));
    centre.manager.create(&path, json!({"reason": "Returned", "items": items})).await
}

async fn cancel(centre: &Centre, invoice: &Value) {
    let path = format!("/api/invoices/{}/status", id(invoice));
    let body = json!({"status": "CANCELLED", "reason": "Wrong customer"});
    centre.manager.patch(&path, body).await.expect(200);
}

fn paise(value: &Value) -> i64 {
    let rupees: f64 = value.as_str().map_or_else(|| value.as_f64().unwrap(), |text| text.parse().unwrap());
    (rupees * 100.0).round() as i64
}

/// A month with something in every section. The centre's documents as the API lists them.
async fn november(dealership: &Dealership) -> (Vec<Value>, Vec<Value>) {
    let centre = &dealership.one;
    let (person, firm, zone) =
        (dealership.customer().await, firm(dealership, false).await, firm(dealership, true).await);
    go_to(dealership, "2026-10-31T18:29:59Z");
    let october = sell(centre, &person, "Maharashtra", &[line("1000", 3, 18)]).await;
    go_to(dealership, "2026-10-31T18:30:00Z");
    let of_firm = sell(centre, &firm, "Karnataka", &[line("333.33", 3, 18), line("99.99", 2, 5)]).await;
    sell(centre, &zone, "Maharashtra", &[line("5000", 1, 40)]).await;
    let large = sell(centre, &person, "Goa", &[line("50000", 2, 18)]).await;
    sell(centre, &person, "Goa", &[line("77.77", 1, 18), line("10", 1, 0)]).await;
    let small = sell(centre, &person, "Maharashtra", &[line("55.55", 4, 18), line("12.34", 1, 5)]).await;
    cancel(centre, &sell(centre, &person, "Maharashtra", &[line("1", 1, 18)]).await).await;
    for (invoice, items) in [
        (&october, json!([{"srNo": 1, "quantity": 1}])),
        (&of_firm, json!([{"srNo": 1, "amount": "100.01"}])),
        (&large, json!([{"srNo": 1, "quantity": 1}])),
        (&small, json!([{"srNo": 1, "quantity": 2}])),
    ] {
        credit(centre, invoice, items).await;
    }
    go_to(dealership, "2026-11-30T18:29:59Z");
    sell(centre, &person, "Maharashtra", &[line("1", 1, 18)]).await;
    go_to(dealership, "2026-11-30T18:30:00Z");
    sell(centre, &person, "Maharashtra", &[line("1000", 1, 18)]).await;
    let of_month = "filter[createdAt][gte]=2026-11-01&filter[createdAt][lte]=2026-11-30&limit=100";
    let invoices = centre.manager.get(&format!("/api/invoices?{of_month}")).await.rows();
    let notes = centre.manager.get(&format!("/api/credit-notes?{of_month}")).await.rows();
    (invoices, notes)
}

/// What documents come to: taxable value, integrated, central and state tax, in paise.
fn sums(documents: &[Value]) -> [i64; 4] {
    let live = documents.iter().filter(|document| document["status"] != "CANCELLED");
    let fields = ["taxableValue", "igst", "cgst", "sgst"];
    live.fold([0; 4], |sum, document| std::array::from_fn(|field| sum[field] + paise(&document[fields[field]])))
}

/// What rows come to.
fn of_rows<'a>(rows: impl IntoIterator<Item = &'a Value>) -> [i64; 4] {
    let fields = ["txval", "iamt", "camt", "samt"];
    rows.into_iter().fold([0; 4], |sum, row| std::array::from_fn(|field| sum[field] + paise(&row[fields[field]])))
}

fn all<'a>(value: &'a Value, path: &[&str]) -> Vec<&'a Value> {
    path.iter().fold(vec![value], |values, step| {
        let inner = values.into_iter().filter_map(|value| value.get(*step));
        inner
            .flat_map(|value| value.as_array().map_or_else(|| vec![value], |many| many.iter().collect()))
            .collect()
    })
}

#[tokio::test]
async fn the_return_comes_to_the_months_invoices_less_its_credit_notes_to_the_paisa() {
    let dealership = open().await;
    let (invoices, notes) = november(&dealership).await;
    assert_eq!((invoices.len(), notes.len()), (7, 4));
    let answer = dealership.one.manager.get(OF_NOVEMBER).await;
    assert_eq!((answer.status.as_u16(), &answer.body["success"]), (200, &json!(true)), "{}", answer.text);
    let data = &answer.body["data"];
    assert_eq!((&data["gstin"], &data["fp"]), (&json!("27AABCU9603R1ZN"), &json!("112026")));
    let supplies = [
        of_rows(all(data, &["b2b", "inv", "itms", "itm_det"])),
        of_rows(all(data, &["b2cl", "inv", "itms", "itm_det"])),
        of_rows(all(data, &["b2cs"])),
        [all(data, &["nil", "inv", "nil_amt"]).into_iter().map(paise).sum(), 0, 0, 0],
    ];
    let listed_notes = [
        of_rows(all(data, &["cdnr", "nt", "itms", "itm_det"])),
        of_rows(all(data, &["cdnur", "itms", "itm_det"])),
    ];
    let by_hsn = of_rows(all(data, &["hsn", "hsn_b2b"]).into_iter().chain(all(data, &["hsn", "hsn_b2c"])));
    let (issued, credited) = (sums(&invoices), sums(&notes));
    for field in 0..4 {
        let expected = issued[field] - credited[field];
        let found: i64 = supplies.iter().map(|section| section[field]).sum::<i64>()
            - listed_notes.iter().map(|section| section[field]).sum::<i64>();
        assert_eq!((found, by_hsn[field]), (expected, expected), "{field} of {data}");
    }
    // What was given back of October's small sales is more than November's: that section is below nothing.
    assert!(supplies.iter().chain(&listed_notes).all(|section| section[0] != 0), "something in every section");
    let values = |rows: Vec<&Value>| rows.into_iter().map(|row| paise(&row["val"])).collect::<Vec<_>>();
    assert_eq!(values(all(data, &["b2cl", "inv"])), [11_800_000]);
    assert_eq!(values(all(data, &["cdnr", "nt"])), [11_801]);

    let summary = &answer.body["summary"];
    assert_eq!(
        (&summary["centres"], &summary["difference"], &summary["warnings"]),
        (&json!(["SC001"]), &json!("0"), &json!([]))
    );
    assert_eq!((&summary["invoices"]["count"], &summary["creditNotes"]["count"]), (&json!(6), &json!(4)));
    assert_eq!(paise(&summary["invoices"]["igst"]), issued[1]);
    let ranges: Vec<&Value> = all(data, &["doc_issue", "doc_det", "docs"]);
    let range = |from: &str, to: &str, [totnum, cancel]: [i64; 2]| json!({"num": 1, "from": from, "to": to, "totnum": totnum, "cancel": cancel, "net_issue": totnum - cancel});
    assert_eq!(*ranges[0], range("SC001-2026-0002", "SC001-2026-0008", [7, 1]));
    assert_eq!(*ranges[1], range("CN26-SC001-0001", "CN26-SC001-0004", [4, 0]));
}

#[tokio::test]
async fn a_month_without_documents_is_an_empty_return() {
    let dealership = open().await;
    let data = dealership.one.manager.get("/api/reports/gstr1?period=2025-12").await.expect(200);
    assert_eq!(data, json!({"gstin": "27AABCU9603R1ZN", "fp": "122025"}));
}

#[tokio::test]
async fn an_admin_sees_one_centre_or_all_that_are_registered_under_a_gstin() {
    let dealership = open().await;
    let person = dealership.customer().await;
    for (centre, price) in [(&dealership.one, "100"), (&dealership.two, "200")] {
        sell(centre, &person, "Maharashtra", &[line(price, 1, 18)]).await;
    }
    let sum = async |query: &str| {
        let answer = dealership.admin.get(&format!("{OF_NOVEMBER}&{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        (answer.body["summary"]["centres"].clone(), answer.body["data"]["b2cs"][0]["txval"].clone())
    };
    let two = format!("serviceCenterId={}", dealership.two.id);
    assert_eq!(sum(&two).await, (json!(["SC002"]), json!(200)));
    assert_eq!(sum("gstin=27AABCU9603R1ZN").await, (json!(["SC001", "SC002"]), json!(300)));
    dealership.admin.get(OF_NOVEMBER).await.refused(400, "BAD_QUERY").naming("serviceCenterId");
    let none = dealership.admin.get(&format!("{OF_NOVEMBER}&gstin=29AABCU9603R1ZJ")).await;
    none.refused(409, "NO_GSTIN");
    let wrong = dealership.admin.get(&format!("{OF_NOVEMBER}&gstin=29AABCU9603R1ZK")).await;
    wrong.refused(400, "BAD_QUERY").naming("gstin");
}

#[tokio::test]
async fn a_centres_manager_sees_the_own_centres_part_alone() {
    let dealership = open().await;
    let (one, two) = (&dealership.one, &dealership.two);
    sell(two, &dealership.customer().await, "Maharashtra", &[line("200", 1, 18)]).await;
    let own = one.manager.get(&format!("{OF_NOVEMBER}&gstin=27AABCU9603R1ZN")).await.expect(200);
    assert!(own.get("b2cs").is_none(), "{own}");
    let foreign = format!("{OF_NOVEMBER}&serviceCenterId={}", two.id);
    one.manager.get(&foreign).await.refused(403, "FORBIDDEN");
    for client in [&one.advisor, &one.engineer, &one.inventory, &dealership.central] {
        client.get(OF_NOVEMBER).await.refused(403, "FORBIDDEN");
    }
}

#[tokio::test]
async fn only_the_sections_asked_for_are_shown() {
    let dealership = open().await;
    sell(&dealership.one, &dealership.customer().await, "Maharashtra", &[line("100", 1, 18)]).await;
    let answer = dealership.one.manager.get(&format!("{OF_NOVEMBER}&fields=fp,b2cs.txval")).await;
    assert_eq!(answer.body["data"], json!({"fp": "112026", "b2cs": [{"txval": 100}]}), "{}", answer.text);
    assert_eq!(answer.body["summary"]["invoices"]["count"], 1, "the proof is of the whole return");
    let wrong = dealership.one.manager.get(&format!("{OF_NOVEMBER}&fields=b2b.total")).await;
    wrong.refused(400, "BAD_QUERY").naming("fields");
}

#[tokio::test]
async fn wrong_questions_are_refused_naming_the_parameter() {
    let dealership = open().await;
    for (query, named) in [
        ("", "period"),
        ("?period=2025", "period"),
        ("?period=2025-13", "period"),
        ("?period=2025-1", "period"),
        ("?period=2025-12-01", "period"),
        ("?period=2025-12&format=pdf", "format"),
        ("?period=2025-12&month=1", "month"),
    ] {
        let answer = dealership.one.manager.get(&format!("/api/reports/gstr1{query}")).await;
        answer.refused(400, "BAD_QUERY").naming(named);
    }
    let path = format!("/api/service-centers/{}", dealership.one.id);
    dealership.admin.patch(&path, json!({"gstin": null})).await.expect(200);
    dealership.one.manager.get(OF_NOVEMBER).await.refused(409, "NO_GSTIN");
}

#[tokio::test]
async fn lines_without_a_code_are_pointed_out() {
    let dealership = open().await;
    let line = json!({"name": "Oil", "unitPrice": 100, "quantity": 1, "gstRate": 18});
    sell(&dealership.one, &dealership.customer().await, "Maharashtra", &[line]).await;
    let answer = dealership.one.manager.get(OF_NOVEMBER).await;
    assert_eq!(answer.body["summary"]["warnings"].as_array().unwrap().len(), 1, "{}", answer.text);
    assert_eq!(answer.body["data"]["hsn"]["hsn_b2c"][0]["hsn_sc"], "");
}

async fn workbook(answer: Answer) -> Xlsx<Cursor<Vec<u8>>> {
    assert_eq!(answer.status, 200);
    let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    assert_eq!(header("content-disposition"), "attachment; filename=\"GSTR1-27AABCU9603R1ZN-2026-11.xlsx\"");
    Xlsx::new(Cursor::new(answer.bytes)).unwrap()
}

#[tokio::test]
async fn the_workbook_has_a_sheet_for_each_section_with_numbers_and_days() {
    let dealership = open().await;
    let (invoices, notes) = november(&dealership).await;
    let data = dealership.one.manager.get(OF_NOVEMBER).await.expect(200);
    let mut book = workbook(dealership.one.manager.get(&format!("{OF_NOVEMBER}&format=excel")).await).await;
    let names =
        ["summary", "b2b,sez,de", "b2cl", "b2cs", "exemp", "cdnr", "cdnur", "hsn(b2b)", "hsn(b2c)", "docs"];
    assert_eq!(book.sheet_names(), names);

    let sheet = book.worksheet_range("b2b,sez,de").unwrap();
    let cells: Vec<Vec<Data>> = sheet.rows().map(<[Data]>::to_vec).collect();
    assert_eq!(cells[0][0], Data::String("GSTIN/UIN of Recipient".to_owned()));
    let first = &data["b2b"][0]["inv"][0];
    assert_eq!(cells[1][1], Data::String("Rao & Sons".to_owned()));
    assert_eq!(cells[1][2], Data::String(first["inum"].as_str().unwrap().to_owned()));
    let Data::DateTime(day) = &cells[1][3] else { panic!("a day is a day: {:?}", cells[1][3]) };
    assert_eq!(day.as_datetime().unwrap().date(), NaiveDate::from_ymd_opt(2026, 11, 1).unwrap());
    assert_eq!(cells[1][4], Data::Float(first["val"].as_f64().unwrap()));
    // Two of one moment have no order: the firm's, or that of the zone.
    let place = if first["pos"] == "29" { "29-Karnataka" } else { "27-Maharashtra" };
    assert_eq!(cells[1][5], Data::String(place.to_owned()));
    let detail = &first["itms"][0]["itm_det"];
    assert_eq!(
        cells[1][8..11],
        [
            Data::Float(detail["rt"].as_f64().unwrap()),
            Data::Float(detail["txval"].as_f64().unwrap()),
            Data::Float(detail["iamt"].as_f64().unwrap()),
        ]
    );
    assert_eq!(cells.len(), 1 + 3, "one row for each rate of an invoice");
    let to_zone = |row: &&Vec<Data>| row[7] == Data::String("SEZ supplies with payment".to_owned());
    assert_eq!(cells[1..].iter().filter(to_zone).count(), 1);

    // The summary proves itself.
    let sheet = book.worksheet_range("summary").unwrap();
    let rows: Vec<Vec<Data>> = sheet.rows().map(<[Data]>::to_vec).collect();
    let value = |cell: &Data| if let Data::Float(value) = cell { (value * 100.0).round() as i64 } else { 0 };
    let row = |row: usize| [3, 4, 5, 6].map(|column| value(&rows[row][column]));
    assert_eq!((row(1), row(2)), (sums(&invoices), sums(&notes)));
    assert_eq!((row(3), row(3)), (row(4), row(5)));
    let docs = book.worksheet_range("docs").unwrap();
    assert_eq!(docs.get((1, 4)), Some(&Data::Float(1.0)), "one was cancelled");
}

const INV01: &str = include_str!("../schemas/inv01.json");

#[tokio::test]
async fn an_e_invoice_keeps_the_rules_of_its_schema_and_comes_to_the_invoice() {
    let dealership = open().await;
    let centre = &dealership.one;
    let schema: Value = serde_json::from_str(INV01).expect("a schema");
    let rules = jsonschema::validator_for(&schema).expect("rules");
    for (is_sez, place, kind) in
        [(false, "Karnataka", "B2B"), (false, "Maharashtra", "B2B"), (true, "Goa", "SEZWP")]
    {
        let firm = firm(&dealership, is_sez).await;
        let lines = [line("333.33", 3, 18), line("99.99", 2, 5)];
        let invoice = sell(centre, &firm, place, &lines).await;
        let path = format!("/api/invoices/{}/e-invoice", id(&invoice));
        let inv01 = centre.manager.get(&path).await.expect(200);
        let broken: Vec<String> = rules.iter_errors(&inv01).map(|error| error.to_string()).collect();
        assert!(broken.is_empty(), "{broken:?}: {inv01}");
        assert_eq!(
            (&inv01["TranDtls"]["SupTyp"], &inv01["DocDtls"]["No"]),
            (&json!(kind), &invoice["gstInvoiceNumber"])
        );
        let sum = |field: &str| -> i64 {
            inv01["ItemList"].as_array().unwrap().iter().map(|item| paise(&item[field])).sum()
        };
        let totals = &inv01["ValDtls"];
        for (item, total, of_invoice) in [
            ("AssAmt", "AssVal", "taxableValue"),
            ("IgstAmt", "IgstVal", "igst"),
            ("CgstAmt", "CgstVal", "cgst"),
            ("SgstAmt", "SgstVal", "sgst"),
        ] {
            assert_eq!(sum(item), paise(&totals[total]), "{item}");
            assert_eq!(paise(&totals[total]), paise(&invoice[of_invoice]), "{item}");
        }
        assert_eq!(sum("TotItemVal") + paise(&totals["RndOffAmt"]), paise(&invoice["grandTotal"]));
        assert_eq!(paise(&totals["TotInvVal"]), paise(&invoice["grandTotal"]));
    }
}

#[tokio::test]
async fn only_a_whole_invoice_to_a_registered_person_becomes_an_e_invoice() {
    let dealership = open().await;
    let centre = &dealership.one;
    let path = |invoice: &Value| format!("/api/invoices/{}/e-invoice", id(invoice));
    let to_person = sell(centre, &dealership.customer().await, "Goa", &[line("10", 1, 18)]).await;
    centre.manager.get(&path(&to_person)).await.refused(409, "NOT_B2B");
    let firm = firm(&dealership, false).await;
    let cancelled = sell(centre, &firm, "Goa", &[line("10", 1, 18)]).await;
    cancel(centre, &cancelled).await;
    centre.manager.get(&path(&cancelled)).await.refused(409, "INVOICE_CANCELLED");
    let bare = json!({"name": "No code", "unitPrice": 10, "quantity": 1, "gstRate": 18});
    let without_code = sell(centre, &firm, "Goa", &[bare]).await;
    let refused = centre.manager.get(&path(&without_code)).await;
    refused.refused(422, "VALIDATION_FAILED").naming("items[0].hsnSacCode");
    dealership.two.manager.get(&path(&without_code)).await.refused(404, "NOT_FOUND");
}
