//! Commands on the embedded DynamoDB, also through a connection that loses answers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use chrono::{DateTime, Utc};
use dms_domain::{
    calendar::{MonthKey, Timestamp},
    customer::{Customer, CustomerDetails},
    formats::{CentreCode, Phone},
    numbering::Series,
    query::{Query, QuerySpec},
    search::{self, CustomersBy},
    statuses::CustomerType,
};
use dms_embedded_cloud::{EmbeddedCloud, Storage};
use dms_store::{
    Command, Listed, Plan, Reply, STATELESS, Store, StoreConfig, StoreError, Transaction, keys::MasterKind,
};
use uuid::Uuid;

/// A connection that performs requests and loses the next answers.
#[derive(Debug, Clone)]
struct Lossy {
    inner: SharedHttpClient,
    to_lose: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct LossyConnector {
    inner: SharedHttpConnector,
    to_lose: Arc<AtomicUsize>,
}

impl HttpClient for Lossy {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(LossyConnector { inner, to_lose: self.to_lose.clone() })
    }
}

impl HttpConnector for LossyConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.inner.call(request);
        let to_lose = self.to_lose.clone();
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            let lose = to_lose.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok();
            if lose { Err(ConnectorError::timeout("the answer was lost".into())) } else { Ok(answer) }
        })
    }
}

struct Bench {
    store: Store,
    to_lose: Arc<AtomicUsize>,
    _cloud: EmbeddedCloud,
}

async fn bench() -> Bench {
    let cloud = EmbeddedCloud::start(Storage::Memory).await.unwrap();
    let (access_key, secret_key) = EmbeddedCloud::credentials();
    let to_lose = Arc::new(AtomicUsize::new(0));
    let inner = aws_smithy_http_client::Builder::new().build_http();
    let store = Store::connect(StoreConfig {
        region: EmbeddedCloud::REGION.to_owned(),
        http: SharedHttpClient::new(Lossy { inner, to_lose: to_lose.clone() }),
        endpoint: Some(cloud.dynamodb_endpoint().to_owned()),
        credentials: Credentials::from_keys(access_key, secret_key, None),
        table_prefix: "test-".to_owned(),
        retry_partition: None,
    });
    store.create_missing_tables().await.unwrap();
    Bench { store, to_lose, _cloud: cloud }
}

fn now() -> DateTime<Utc> {
    "2026-11-23T04:30:00Z".parse().unwrap()
}

fn command(key: Option<&str>, fingerprint: &str) -> Command {
    Command {
        idempotency_key: key.map(str::to_owned),
        fingerprint: fingerprint.to_owned(),
        ..Command::of_task("test", Uuid::nil(), "the same for all".to_owned(), now())
    }
}

fn customer(name: &str) -> Customer {
    let details = CustomerDetails {
        name: name.to_owned(),
        phone: Phone::parse("9876543210").unwrap(),
        whatsapp_number: None,
        alternate_number: None,
        email: None,
        address: None,
        city_state: None,
        pincode: None,
        customer_type: CustomerType::B2c,
        gstin: None,
        is_sez: false,
    };
    Customer::new(dms_store::new_id(now(), None), "CUST-0001".to_owned(), details, Timestamp::new(now()))
}

fn reply(customer: &Customer) -> Result<Reply, StoreError> {
    Ok(Reply { status: 201, body: customer.id.to_string(), version: Some(1), replayed: false })
}

/// Registers a customer with a new id at every try, as a handler does.
async fn register(store: &Store, command: &Command) -> Result<Reply, StoreError> {
    store.run(command, || async { store.register_customer(customer("Asha Rao")) }, reply).await
}

/// The number of customers as the tally tells it, and as there are.
async fn counted(store: &Store) -> (u64, usize) {
    let spec = QuerySpec { list: true, sorts: &["createdAt"], ..QuerySpec::document(&[]) };
    let query = Query::parse("limit=100", &spec).unwrap();
    let page = store.list::<Customer>(&Listed::Master(MasterKind::Customer), &query, STATELESS).await.unwrap();
    (page.total, page.rows.len())
}

#[tokio::test]
async fn a_command_whose_answers_are_lost_takes_effect_once_and_answers_what_there_is() {
    // One lost answer is repeated by the SDK with the same token; four exhaust the SDK and make the command run
    // again with a new plan.
    for lost in [1, 4] {
        let bench = bench().await;
        bench.to_lose.store(lost, SeqCst);
        let answer = register(&bench.store, &command(None, "a")).await.unwrap();
        assert_eq!(bench.to_lose.load(SeqCst), 0, "the answers were lost");
        assert_eq!(counted(&bench.store).await, (1, 1), "{lost} lost");
        let id: Uuid = answer.body.parse().unwrap();
        assert!(bench.store.customer(&id).await.unwrap().is_some(), "the answer names the stored customer");
    }
}

#[tokio::test]
async fn a_repeated_key_answers_as_before_whoever_repeats_it() {
    let bench = bench().await;
    let first = register(&bench.store, &command(Some("key"), "a")).await.unwrap();
    let second = register(&bench.store, &command(Some("key"), "a")).await.unwrap();
    assert_eq!((&second.body, second.replayed), (&first.body, true));
    let other = register(&bench.store, &command(Some("key"), "b")).await;
    assert!(matches!(other, Err(StoreError::KeyReused)));
    assert_eq!(counted(&bench.store).await, (1, 1));
}

#[tokio::test]
async fn a_refusal_is_not_told_of_a_command_that_has_succeeded() {
    let bench = bench().await;
    let first = register(&bench.store, &command(Some("key"), "a")).await.unwrap();
    let refuse = || async {
        Err::<Plan<Customer>, _>(dms_domain::refusal::Refusal::conflict("NO", "there is no more").into())
    };
    let again = bench.store.run(&command(Some("key"), "a"), refuse, reply).await.unwrap();
    assert_eq!(again.body, first.body);
}

#[tokio::test]
async fn a_gapless_number_is_given_once_however_many_ask() {
    let bench = bench().await;
    let day = now().date_naive();
    let series = Series::JobCard(CentreCode::parse("SC001").unwrap(), MonthKey::of(day));
    // Without the turns of one process: the counter's condition alone must hold.
    let take = |n: usize| {
        let (store, series) = (&bench.store, &series);
        async move {
            let plan = || async {
                let mut transaction = Transaction::new();
                let number = transaction.take_number(series, store.last_number(series).await?);
                Ok(Plan::new(transaction, number))
            };
            let reply =
                |number: &String| Ok(Reply { status: 201, body: number.clone(), version: None, replayed: false });
            let command = command(Some(&format!("key {n}")), "a");
            loop {
                match store.run(&command, plan, reply).await {
                    Ok(answer) => return answer.body,
                    Err(StoreError::Contended) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }
    };
    let numbers = futures::future::join_all((0..30).map(take)).await;
    let unique: std::collections::BTreeSet<String> = numbers.into_iter().collect();
    let expected = (1..=30).map(|n| format!("SC001-2026-11-{n:04}")).collect();
    assert_eq!(unique, expected);
}

#[tokio::test]
async fn a_customer_is_found_at_once_and_no_longer_when_deleted() {
    let bench = bench().await;
    let asha = customer("Asha Rao");
    let command = command(None, "a");
    bench.store.run(&command, || async { bench.store.register_customer(asha.clone()) }, reply).await.unwrap();
    let find = async |text: &str| {
        let sought = search::customers(text, CustomersBy::Auto).unwrap();
        let listed = Listed::Master(MasterKind::Customer);
        Vec::from_iter(bench.store.find::<Customer>(&listed, &sought).await.unwrap())
    };
    // Two-letter words find only themselves.
    assert!(find("ash ra").await.is_empty());
    for text in ["rao asha", "98765", "43210", asha.customer_number.as_str()] {
        assert_eq!(find(text).await, [asha.id], "{text}");
    }
    let deleted = asha.deleted(Timestamp::new(now()));
    let plan = || async { Plan::replace(&asha, deleted.clone()) };
    bench.store.run(&command, plan, reply).await.unwrap();
    assert!(find("98765").await.is_empty());
    assert_eq!(counted(&bench.store).await, (0, 0));
}
