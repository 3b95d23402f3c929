//! The search table is written anew from the documents, on the tables of a deployment.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dms_store::{Store, Table};
use dms_testkit::{Dealership, TestApp};
use serde_json::json;

/// All items of the search table.
async fn items(store: &Store) -> Vec<HashMap<String, AttributeValue>> {
    #[allow(clippy::disallowed_methods)] // the table whole is what is looked at
    let scan = store.client().scan().table_name(store.table_name(Table::Search));
    let mut items = scan.send().await.unwrap().items.unwrap_or_default();
    items.sort_by_key(|item| (item["pk"].as_s().unwrap().clone(), item["sk"].as_s().unwrap().clone()));
    items
}

async fn rebuild(app: &TestApp) -> String {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_dms-local"));
    command.arg("rebuild-search").env_clear().envs(app.environment());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn a_lost_search_table_is_rebuilt_to_the_last_word_and_what_leads_nowhere_goes() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let (app, advisor) = (&dealership.app, &dealership.one.advisor);
    let customer = advisor.create("/api/customers", json!({"name": "Sitara Iyer", "phone": "9811122233"})).await;
    let vehicle = json!({"customerId": customer["id"], "registration": "MH12EV7001", "vin": "EVS7TARA700100001",
        "vehicleMake": "Tata", "vehicleModel": "Nexon EV", "vehicleYear": 2024});
    advisor.create("/api/vehicles", vehicle).await;
    let gone = advisor.create("/api/customers", json!({"name": "Gone Away", "phone": "9811100000"})).await;
    let store = &app.app.store;
    let stale = items(store).await;
    advisor.delete(&format!("/api/customers/{}", gone["id"].as_str().unwrap())).await.expect(200);
    let before = items(store).await;
    assert!(before.len() > 5 && stale.len() > before.len(), "{} {}", before.len(), stale.len());

    // What is right is left alone.
    let said = rebuild(app).await;
    assert!(said.contains(" 0 were missing") && said.contains("; 0 led nowhere"), "{said}");
    assert_eq!(items(store).await, before);

    // Lost, but for words of a customer who was deleted, and one of no document at all.
    for item in &before {
        let key = item.iter().filter(|(name, _)| matches!(name.as_str(), "pk" | "sk"));
        let key = key.map(|(name, value)| (name.clone(), value.clone())).collect();
        let table = store.table_name(Table::Search);
        store.client().delete_item().table_name(table).set_key(Some(key)).send().await.unwrap();
    }
    let mut foreign = stale[0].clone();
    foreign.insert("pk".to_owned(), AttributeValue::S("NOTHING".to_owned()));
    for item in stale.iter().filter(|item| !before.contains(item)).chain([&foreign]) {
        let put =
            store.client().put_item().table_name(store.table_name(Table::Search)).set_item(Some(item.clone()));
        put.send().await.unwrap();
    }
    let search = |query: &'static str| async move {
        advisor.get(&format!("/api/customers/search?query={query}")).await.expect(200).as_array().unwrap().len()
    };
    assert_eq!(search("Sitara").await, 0);
    let said = rebuild(app).await;
    assert!(said.contains(&format!(" {} were missing", before.len())), "{said}");
    assert!(said.contains(&format!("; {} led nowhere", stale.len() - before.len() + 1)), "{said}");
    assert_eq!(items(store).await, before);
    assert_eq!((search("Sitara").await, search("Gone").await), (1, 0));
}
