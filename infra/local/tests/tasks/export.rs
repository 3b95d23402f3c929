//! A service centre's data is exported: all of it, nothing of others, and no secret.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read},
    path::Path,
    time::Instant,
};

use dms_domain::file::Sha256Hash;
use dms_local::DEMO_PASSWORD;
use serde_json::{Value, json};

use crate::{
    done, run,
    support::{Api, PATIENCE, Server, on},
};

/// The entries of an archive by name.
pub(crate) fn unpacked(archive: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(std::fs::read(archive).unwrap())).unwrap();
    let mut entries = BTreeMap::new();
    for position in 0..archive.len() {
        let mut entry = archive.by_index(position).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        assert!(entries.insert(name.clone(), content).is_none(), "{name} is there twice");
    }
    entries
}

/// The documents of a file, by id where they have one.
pub(crate) fn documents(entries: &BTreeMap<String, Vec<u8>>, name: &str) -> Vec<Value> {
    let text = std::str::from_utf8(entries.get(name).unwrap_or_else(|| panic!("no {name}"))).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ids(documents: &[Value], field: &str) -> BTreeSet<String> {
    documents.iter().filter_map(|document| Some(document[field].as_str()?.to_owned())).collect()
}

/// A checked PDF of a document: its id.
pub(crate) async fn upload(
    api: &Api,
    (related, document): (&str, &str),
    (category, filename): (&str, &str),
    content: &[u8],
) -> String {
    let request = json!({"filename": filename, "size": content.len(), "contentType": "application/pdf",
        "sha256": Sha256Hash::of(content), "category": category, "relatedEntityType": related,
        "relatedEntityId": document});
    let ticket = api.create("/api/files/upload", &request).await;
    let mut put = reqwest::Client::new().put(ticket["uploadUrl"].as_str().unwrap()).body(content.to_vec());
    for (name, value) in ticket["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    assert_eq!(put.send().await.unwrap().status(), 200);
    let id = ticket["fileId"].as_str().unwrap().to_owned();
    let started = Instant::now();
    while api.read(&format!("/api/files/{id}")).await["status"] == "PENDING" {
        assert!(started.elapsed() < PATIENCE);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    id
}

#[tokio::test]
async fn a_centre_is_exported_as_the_lists_show_it_without_others_documents_and_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(on(folder.path(), &["--rate-limit-per-minute", "0"])).await;
    let advisor = server.login("advisor@sc001.example", DEMO_PASSWORD).await;
    let admin = server.login("admin@demo.example", DEMO_PASSWORD).await;
    let customer = advisor.create("/api/customers", &json!({"name": "Asha Rao", "phone": "9876543210"})).await;
    let customer = customer["id"].as_str().unwrap();
    let content = dms_testkit::samples::pdf(100_000);
    let file = upload(&advisor, ("customer", customer), ("invoices", "..%2Fodd name.pdf"), &content).await;
    let manager = server.login("manager@sc001.example", DEMO_PASSWORD).await;
    let own = manager.read("/api/users?limit=1").await[0]["serviceCenterId"].as_str().unwrap().to_owned();
    let lists = [
        "job-cards",
        "appointments",
        "quotations",
        "parts-requests",
        "invoices",
        "credit-notes",
        "parts-issues",
        "users",
        "inventory",
    ];
    let mut listed = BTreeMap::new();
    for list in lists {
        let mut ids = BTreeSet::new();
        for page in 1.. {
            let path = format!("/api/{list}?serviceCenterId={own}&limit=100&page={page}");
            let answer = admin.get(&path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            ids.extend(
                answer.body["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()),
            );
            if answer.body["pagination"]["hasNext"] == false {
                break;
            }
        }
        listed.insert(list, ids);
    }
    assert!(listed["job-cards"].len() > 1 && listed["invoices"].len() > 1, "{listed:?}");
    server.end_by("TERM").await;

    let archive = folder.path().join("SC001.zip");
    let export =
        |out: &Path| done(folder.path(), &["export-centre", "--centre", "SC001", "--out", out.to_str().unwrap()]);
    let said = export(&archive);
    assert!(said.contains("job-cards.jsonl") && said.contains("all of SC001"), "{said}");
    let entries = unpacked(&archive);

    // As the lists show it.
    for (list, expected) in &listed {
        let name = if *list == "inventory" { "parts" } else { list };
        assert_eq!(&ids(&documents(&entries, &format!("{name}.jsonl")), "id"), expected, "{list}");
    }
    let cards = documents(&entries, "job-cards.jsonl");
    let forms = documents(&entries, "job-card-forms.jsonl");
    assert_eq!(ids(&forms, "jobCardId"), ids(&cards, "id"));
    assert!(forms.iter().all(|form| form["part1Data"]["registrationNumber"].is_string()), "JSON, not text of it");
    // Stock is the sum of the exported ledger.
    let ledger = documents(&entries, "stock-ledger.jsonl");
    for part in documents(&entries, "parts.jsonl") {
        let moved = ledger.iter().filter(|line| line["partId"] == part["id"]);
        let stock: i64 = moved.map(|line| line["delta"].as_i64().unwrap()).sum();
        assert_eq!(part["stockQuantity"], stock, "{part}");
    }
    // Whom the documents name, and no one else.
    let mut named = BTreeSet::from([customer.to_owned()]);
    let mut driven = BTreeSet::new();
    for name in ["job-cards", "appointments", "quotations", "invoices", "credit-notes"] {
        named.extend(ids(&documents(&entries, &format!("{name}.jsonl")), "customerId"));
        driven.extend(ids(&documents(&entries, &format!("{name}.jsonl")), "vehicleId"));
    }
    assert_eq!(ids(&documents(&entries, "customers.jsonl"), "id"), named);
    let vehicles = documents(&entries, "vehicles.jsonl");
    assert_eq!(ids(&vehicles, "id"), driven);
    let history = documents(&entries, "service-history.jsonl");
    assert!(!history.is_empty() && ids(&history, "vehicleId").is_subset(&ids(&vehicles, "id")));

    // The content of the file under a name that is safe on any machine.
    assert_eq!(ids(&documents(&entries, "files.jsonl"), "id"), BTreeSet::from([file.clone()]));
    assert_eq!(entries[&format!("files/{file}.pdf")], content);

    // Nothing of another centre, and no secret.
    for name in entries.keys().filter(|name| name.ends_with(".jsonl")) {
        for document in documents(&entries, name) {
            let centre = document.get("serviceCenterId").unwrap_or(&Value::Null);
            assert!(centre.is_null() || *centre == *own, "{name}: {document}");
        }
        let text = String::from_utf8_lossy(&entries[name]).to_lowercase();
        for secret in ["argon2", "password", "refreshtoken", "gsi1pk", "\"pk\""] {
            assert!(!text.contains(secret), "{name} has {secret}");
        }
    }

    // The manifest says what is there.
    let manifest: Value = serde_json::from_slice(&entries["manifest.json"]).unwrap();
    assert_eq!((&manifest["format"], &manifest["serviceCenter"]["code"]), (&json!(1), &json!("SC001")));
    let files = manifest["files"].as_array().unwrap();
    assert_eq!(files.len(), entries.len() - 2, "all but the manifest itself and the file's content");
    for file in files {
        let content = &entries[file["name"].as_str().unwrap()];
        assert_eq!(file["sha256"], serde_json::to_value(Sha256Hash::of(content)).unwrap());
        assert_eq!(file["documents"], content.iter().filter(|byte| **byte == b'\n').count());
    }
    assert_eq!(manifest["contents"], json!({"count": 1, "bytes": content.len(), "missing": []}));

    // Once more: the same bytes, but for the manifest's time.
    let again = folder.path().join("again.zip");
    export(&again);
    let (mut first, mut second) = (entries, unpacked(&again));
    first.remove("manifest.json");
    second.remove("manifest.json");
    assert!(first == second, "the same data makes the same archive");
}

#[tokio::test]
async fn an_export_of_an_unknown_centre_leaves_no_archive() {
    let folder = tempfile::tempdir().unwrap();
    Server::start(on(folder.path(), &["--no-demo"])).await.kill().await;
    for (code, words) in [("SC009", "there is no service centre SC009"), ("?", "the centre's code")] {
        let out = folder.path().join("none.zip");
        let output = run(folder.path(), &["export-centre", "--centre", code, "--out", out.to_str().unwrap()]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(1) && said.contains(words), "{said}");
        assert!(!out.exists());
    }
}
