//! A customer's personal data is erased: everywhere, but for what the law demands to be kept.

use std::{path::Path, time::Duration};

use chrono::{DateTime, Utc};
use clap::Parser;
use dms_local::{DEMO_PASSWORD, Options};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    done,
    export::{documents, unpacked, upload},
    run,
    support::{Api, PATIENCE, Process, Server, on},
};

/// What must be nowhere afterwards.
const SECRETS: [&str; 8] =
    ["Sitara", "9811122233", "9811122244", "sitara@", "7 Lotus Lane", "ownWords", "Acme", "UTR77"];

/// Ids of what there is of the customer.
struct Known {
    customer: String,
    vehicle: String,
    card: String,
    invoice: String,
    photo: String,
    paper: String,
}

fn id(document: &Value) -> String {
    document["id"].as_str().unwrap_or_else(|| panic!("no id: {document}")).to_owned()
}

fn customer() -> Value {
    json!({"name": "Sitara Iyer", "phone": "9811122233", "alternateNumber": "9811122244", "email": "sitara@example.com",
        "address": "7 Lotus Lane", "cityState": "Mumbai, Maharashtra", "pincode": "400050"})
}

async fn on_a_day_of_business(server: &Server) -> (Known, String) {
    let login =
        |who: &'static str| async move { server.login(&format!("{who}@sc001.example"), DEMO_PASSWORD).await };
    let (advisor, manager, engineer) = (login("advisor").await, login("manager").await, login("engineer").await);
    let created = advisor.post_once("/api/customers", &customer(), "register-sitara").await;
    assert_eq!(created.status, 201, "{}", created.body);
    let customer = id(&created.body["data"]);
    let vehicle = id(&advisor
        .create(
            "/api/vehicles",
            &json!({"customerId": customer, "registration": "MH12EV7001", "vin": "EVS7TARA700100001", "vehicleMake": "Tata",
                "vehicleModel": "Nexon EV", "vehicleYear": 2024, "insuranceCompanyName": "Acme"}),
        )
        .await);
    let whose = json!({"customerId": customer, "vehicleId": vehicle});
    let with = |more: Value| {
        let mut body = whose.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let appointment =
        with(json!({"serviceType": "Repair", "appointmentDate": "2035-01-15", "appointmentTime": "10:00 AM",
        "customerComplaint": "Sitara hears a noise", "location": "STATION"}));
    let appointment = id(&advisor.create("/api/appointments", &appointment).await);
    answered_quotation(
        server,
        &advisor,
        with(json!({"notes": "For Sitara", "items": [{"itemType": "work_item",
        "partName": "Alignment", "quantity": 1, "rate": 1500, "gstPercent": 18}]})),
    )
    .await;
    let card = with(json!({"serviceType": "Repair", "priority": "LOW", "location": "STATION",
        "part1Data": {"ownWords": "Sitara's"}, "part2AData": {"complaint": "Sitara says so"}}));
    let card = id(&advisor.create("/api/job-cards", &card).await);
    let photo = upload(&engineer, ("job_card", &card), ("job_card_images", "Sitara.pdf"), b"%PDF-1.7 photo").await;
    let paper = upload(&advisor, ("customer", &customer), ("invoices", "Bill.pdf"), b"%PDF-1.7 bill").await;
    let engineers = manager.read("/api/users?filter[role]=service_engineer").await;
    manager
        .act(&format!("/api/job-cards/{card}/assign-engineer"), &json!({"engineerId": engineers[0]["id"]}))
        .await;
    engineer
        .patch(
            &format!("/api/job-cards/{card}/status"),
            &json!({"status": "IN_PROGRESS", "notes": "Sitara waits"}),
        )
        .await;
    (Known { customer, vehicle, card, invoice: String::new(), photo, paper }, appointment)
}

async fn answered_quotation(server: &Server, advisor: &Api, quotation: Value) {
    let quotation = id(&advisor.create("/api/quotations", &quotation).await);
    advisor.patch(&format!("/api/quotations/{quotation}/send"), &json!({})).await;
    let link = advisor.act(&format!("/api/quotations/{quotation}/approval-link"), &json!({})).await;
    let answer =
        json!({"decisions": [{"line": 1, "approve": true}], "name": "Sitara Iyer", "comment": "Call 9811122233"});
    let answered = server.anonymous().post(link["path"].as_str().unwrap(), &answer).await;
    assert_eq!(answered.status, 200, "{}", answered.body);
}

/// The work is finished, charged and paid; the appointment is deleted.
async fn finish(server: &Server, known: &mut Known, appointment: &str) {
    let login =
        |who: &'static str| async move { server.login(&format!("{who}@sc001.example"), DEMO_PASSWORD).await };
    let (advisor, manager, engineer) = (login("advisor").await, login("manager").await, login("engineer").await);
    let card = &known.card;
    engineer
        .patch(&format!("/api/job-cards/{card}/status"), &json!({"status": "COMPLETED", "notes": "Sitara waits"}))
        .await;
    let invoice = json!({"customerId": known.customer, "jobCardId": card, "placeOfSupply": "Maharashtra",
        "items": [{"name": "Service", "hsnSacCode": "998714", "unitPrice": 5000, "quantity": 1, "gstRate": 18}]});
    known.invoice = id(&advisor.create("/api/invoices", &invoice).await);
    let paid = json!({"status": "PAID", "method": "UPI", "reference": "UTR77"});
    manager.patch(&format!("/api/invoices/{}/status", known.invoice), &paid).await;
    manager
        .patch(
            &format!("/api/job-cards/{card}"),
            &json!({"customerFeedback": "Sitara is glad", "feedbackRating": 5}),
        )
        .await;
    advisor.patch(&format!("/api/appointments/{appointment}"), &json!({"status": "CANCELLED"})).await;
    let deleted = manager.send(Method::DELETE, &format!("/api/appointments/{appointment}"), None).await.unwrap();
    assert_eq!(deleted.status, 200, "{}", deleted.body);
}

async fn start(folder: &Path) -> Server {
    Server::start(on(folder, &["--rate-limit-per-minute", "0"])).await
}

/// Which files of the centre's export speak of the customer.
fn mentions(folder: &Path) -> Vec<String> {
    let out = folder.join("export.zip");
    done(folder, &["export-centre", "--centre", "SC001", "--out", out.to_str().unwrap()]);
    let speaks = |content: &[u8]| {
        let text = String::from_utf8_lossy(content);
        SECRETS.iter().any(|secret| text.contains(secret))
    };
    unpacked(&out).into_iter().filter(|(_, content)| speaks(content)).map(|(name, _)| name).collect()
}

async fn purged_on(folder: &Path, customer: &str, day: &str) -> dms_local::Purged {
    let options = Options::parse_from(["dms-local", "--data-dir", folder.to_str().unwrap()]);
    let now: DateTime<Utc> = format!("{day}T06:00:00Z").parse().unwrap();
    dms_local::purge_person(&options, customer.parse().unwrap(), false, now).await.unwrap()
}

#[tokio::test]
async fn a_person_is_erased_everywhere_but_where_tax_law_keeps_them_and_there_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = start(folder).await;
    let (mut known, appointment) = on_a_day_of_business(&server).await;
    server.end_by("TERM").await;

    // Open business is named, and nothing is changed.
    let purge = ["purge-person", "--customer", &known.customer.clone()];
    let refused = run(folder, &purge);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("is IN_PROGRESS") && said.contains("is PENDING for 2035-01-15"), "{said}");
    let server = start(folder).await;
    finish(&server, &mut known, &appointment).await;
    server.end_by("TERM").await;

    // A dry run changes nothing, and says what a real one does.
    let before = mentions(folder);
    let expected = [
        "customers",
        "files",
        "invoices",
        "job-card-forms",
        "job-cards",
        "quotations",
        "service-history",
        "vehicles",
    ];
    for name in expected {
        assert!(before.contains(&format!("{name}.jsonl")), "{name}: {before:?}");
    }
    assert!(before.contains(&"deleted/appointments.jsonl".to_owned()), "{before:?}");
    let dry = done(folder, &[&purge[..], &["--dry-run"]].concat());
    assert_eq!(mentions(folder), before);
    killed_at_any_moment_it_is_completed(folder, &known.customer).await;
    let said = done(folder, &purge);
    for line in dry.lines() {
        assert!(said.contains(&line.replace("to be erased", "erased")), "{line} is not in {said}");
    }
    assert!(
        said.contains("erased: remembered answer") && said.contains(&format!("erased: file {}", known.photo)),
        "{said}"
    );
    for secret in SECRETS {
        assert!(!said.contains(secret), "the report itself names no one: {said}");
    }
    let kept: Vec<&str> = said.lines().filter(|line| line.starts_with("kept: ")).collect();
    assert!(kept.len() == 2 && kept.iter().all(|line| line.contains("-12-31")), "{said}");
    assert!(kept.iter().any(|line| line.contains("invoice INV-SC001")), "{said}");
    assert!(kept.iter().any(|line| line.contains(&known.paper)), "{said}");

    // Only the invoice still says who it was; counts and sums are what they were.
    assert_eq!(mentions(folder), ["invoices.jsonl"]);
    done(folder, &["recount"]);
    let again = done(folder, &purge);
    assert!(again.contains("nothing is left to be erased now") && !again.contains("erased: "), "{again}");
    as_the_api_shows_it(folder, &known).await;

    // After the time that the law demands, the rest goes, too.
    let later = purged_on(folder, &known.customer, "2045-01-01").await;
    assert!(later.kept.is_empty() && later.changed.iter().any(|what| what.starts_with("invoice ")), "{later:?}");
    assert_eq!(mentions(folder), Vec::<String>::new());
    done(folder, &["recount"]);
    assert_eq!(purged_on(folder, &known.customer, "2045-01-02").await, dms_local::Purged::default());
}

/// On a copy of the folder: killed later each time, until a run comes to its end by itself.
async fn killed_at_any_moment_it_is_completed(folder: &Path, customer: &str) {
    let copy = tempfile::tempdir().unwrap();
    let copied =
        std::process::Command::new("cp").arg("-r").arg(folder.join(".")).arg(copy.path()).status().unwrap();
    assert!(copied.success());
    let copy = copy.path();
    for step in 1.. {
        let mut process = Process::spawn(on(copy, &["purge-person", "--customer", customer]));
        tokio::time::sleep(Duration::from_millis(40 * step)).await;
        if process.runs() {
            process.kill().await;
            continue;
        }
        let (status, errors) = process.end(PATIENCE).await;
        assert!(status.success(), "{errors}");
        break;
    }
    assert_eq!(mentions(copy), ["invoices.jsonl"]);
    done(copy, &["recount"]);
    let again = done(copy, &["purge-person", "--customer", customer]);
    assert!(again.contains("nothing is left to be erased now"), "{again}");
}

async fn as_the_api_shows_it(folder: &Path, known: &Known) {
    let server = start(folder).await;
    let advisor = server.login("advisor@sc001.example", DEMO_PASSWORD).await;
    assert_eq!(advisor.get(&format!("/api/customers/{}", known.customer)).await.status, 404);
    for query in ["9811122233", "Sitara", "sitara@example.com"] {
        let found = advisor.get(&format!("/api/customers/search?query={query}")).await;
        assert_eq!((found.status, &found.body["data"]), (200, &json!([])), "{query}");
    }
    // The vehicle is there for its next owner, with its history.
    let vehicle = advisor.read(&format!("/api/vehicles/{}?expand=serviceHistory", known.vehicle)).await;
    assert_eq!((&vehicle["registration"], &vehicle["insuranceCompanyName"]), (&json!("MH12EV7001"), &Value::Null));
    assert_eq!(
        (&vehicle["serviceHistory"][0]["feedbackRating"], &vehicle["serviceHistory"][0]["customerFeedback"]),
        (&json!(5), &Value::Null)
    );
    let next = advisor.create("/api/customers", &json!({"name": "Next Owner", "phone": "9876500000"})).await;
    advisor.patch(&format!("/api/vehicles/{}", known.vehicle), &json!({"customerId": next["id"]})).await;
    let invoice = advisor.read(&format!("/api/invoices/{}", known.invoice)).await;
    assert_eq!(invoice["billTo"]["name"], "Sitara Iyer");
    for (file, status) in [(&known.photo, 404), (&known.paper, 200)] {
        assert_eq!(advisor.get(&format!("/api/files/{file}")).await.status, status);
    }
    // Who asks again learns that it was done; it is not done again.
    let again = advisor.post_once("/api/customers", &customer(), "register-sitara").await;
    assert_eq!((again.status, &again.body["data"]), (201, &json!({"id": known.customer})));
    // What was made here is not about them.
    let card = advisor.read(&format!("/api/job-cards/{}", known.card)).await;
    assert_eq!(card["part1Data"]["registrationNumber"], "MH12EV7001");
    server.end_by("TERM").await;
    let out = folder.join("after.zip");
    done(folder, &["export-centre", "--centre", "SC001", "--out", out.to_str().unwrap()]);
    let customers = documents(&unpacked(&out), "customers.jsonl");
    let erased = customers.iter().find(|customer| customer["id"] == known.customer.as_str()).unwrap();
    assert_eq!((&erased["name"], &erased["address"]), (&json!("(erased)"), &Value::Null));
}

#[tokio::test]
async fn a_customer_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    Server::start(on(folder.path(), &["--no-demo"])).await.kill().await;
    let unknown = "01939a3e-0f00-7000-8000-000000000001";
    let output = run(folder.path(), &["purge-person", "--customer", unknown]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("there is no customer"), "{said}");
}
