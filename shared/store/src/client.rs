//! The connection to DynamoDB: every call goes through here, is metered, and is made one way.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, atomic::AtomicU16},
};

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::{
    Client,
    config::{
        BehaviorVersion, Region, SharedHttpClient as HttpClient,
        retry::{RetryConfig, RetryPartition},
        timeout::TimeoutConfig,
    },
    types::{AttributeValue, KeysAndAttributes, ReturnConsumedCapacity},
};
use futures::future::try_join_all;

use crate::{
    error::StoreError,
    keys::Key,
    meter,
    range::{Range, SortRange},
    tables::{Index, Table},
    turns::Turns,
};

/// A stored item.
pub type Item = HashMap<String, AttributeValue>;

/// Keys in one BatchGetItem.
const BATCH_GET_LIMIT: usize = 100;

/// How to reach DynamoDB.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// AWS region.
    pub region: String,
    /// Sends the requests.
    pub http: HttpClient,
    /// Another endpoint than AWS's own: LocalStack, or the embedded cloud.
    pub endpoint: Option<String>,
    /// Credentials, from the environment.
    pub credentials: Credentials,
    /// Put before every table's name: `dms-prod-`.
    pub table_prefix: String,
    /// Whose bucket of retries is used up; the process's unless given. A history that is to replay exactly needs
    /// one of its own.
    pub retry_partition: Option<RetryPartition>,
}

/// The tables of one dealership.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    table_prefix: String,
    pub(crate) turns: Turns,
    /// Centres that were counted last; none at first.
    pub(crate) centres: Arc<AtomicU16>,
}

/// A page of items.
#[derive(Debug, Default)]
pub struct Rows {
    /// The items, in order.
    pub items: Vec<Item>,
    /// Where the next page starts, if there is one.
    pub next: Option<Item>,
    /// About how many bytes DynamoDB read for it.
    pub bytes: u64,
}

impl Store {
    /// Makes the client; connects at the first call.
    pub fn connect(config: StoreConfig) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(std::time::Duration::from_secs(1))
            .operation_attempt_timeout(std::time::Duration::from_secs(3))
            .build();
        let mut builder = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(config.region))
            .credentials_provider(config.credentials)
            .http_client(config.http)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(4));
        builder.set_endpoint_url(config.endpoint).set_retry_partition(config.retry_partition);
        Self {
            client: Client::from_conf(builder.build()),
            table_prefix: config.table_prefix,
            turns: Turns::default(),
            centres: Arc::default(),
        }
    }

    /// The SDK's client, for start-up, tests and streams.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Creates the tables that do not exist (local server and tests).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn create_missing_tables(&self) -> Result<(), StoreError> {
        crate::tables::create_missing(&self.client, &self.table_prefix).await
    }

    /// The real name of a table.
    pub fn table_name(&self, table: Table) -> String {
        format!("{}{}", self.table_prefix, table.name())
    }

    /// Whether DynamoDB answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.count_centres().await.map(|_| ())
    }

    /// One item; a consistent read.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn get(&self, table: Table, key: &Key) -> Result<Option<Item>, StoreError> {
        let _call = meter::Call::start();
        let output = self
            .client
            .get_item()
            .table_name(self.table_name(table))
            .set_key(Some(key_item(key)))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await?;
        meter::read(output.consumed_capacity());
        Ok(output.item)
    }

    /// Items of the core table by key, in any order; duplicates are asked for once, missing ones left out. Consistent.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn get_many(&self, keys: impl IntoIterator<Item = Key>) -> Result<Vec<Item>, StoreError> {
        self.get_many_in(Table::Core, keys).await
    }

    /// The same of any table.
    pub(crate) async fn get_many_in(
        &self,
        table: Table,
        keys: impl IntoIterator<Item = Key>,
    ) -> Result<Vec<Item>, StoreError> {
        let unique: Vec<Key> = keys.into_iter().collect::<BTreeSet<Key>>().into_iter().collect();
        let chunks = unique.chunks(BATCH_GET_LIMIT).map(|chunk| self.get_batch(table, chunk));
        Ok(try_join_all(chunks).await?.into_iter().flatten().collect())
    }

    /// Documents of centres by id, in no order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn documents<E: crate::Entity>(
        &self,
        kind: crate::keys::TenantKind,
        ids: impl IntoIterator<Item = (dms_access::TenantScope, uuid::Uuid)>,
    ) -> Result<Vec<E>, StoreError> {
        let items = self.get_many(ids.into_iter().map(|(scope, id)| kind.key(scope, &id))).await?;
        items.into_iter().map(crate::from_item).collect()
    }

    async fn get_batch(&self, table: Table, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        let table = self.table_name(table);
        let mut wanted: Vec<Item> = keys.iter().map(key_item).collect();
        let mut found = Vec::with_capacity(keys.len());
        // DynamoDB may leave keys unprocessed under load; it says which.
        for _ in 0..8 {
            let _call = meter::Call::start();
            let request = KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true).build()?;
            let mut output = self
                .client
                .batch_get_item()
                .request_items(&table, request)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await?;
            meter::read(output.consumed_capacity());
            found.extend(output.responses.as_mut().and_then(|tables| tables.remove(&table)).unwrap_or_default());
            wanted = output
                .unprocessed_keys
                .and_then(|mut tables| tables.remove(&table))
                .map(|rest| rest.keys)
                .unwrap_or_default();
            if wanted.is_empty() {
                return Ok(found);
            }
        }
        Err(StoreError::Throttled)
    }

    /// One page of a range: at most `limit` items, or as many as DynamoDB gives at once.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn query_page(
        &self,
        range: &Range,
        limit: Option<i32>,
        start: Option<Item>,
    ) -> Result<Rows, StoreError> {
        let _call = meter::Call::start();
        let (condition, values) = range.condition();
        let (pk, sk) = range.index.map_or(("pk", "sk"), Index::keys);
        let mut request = self
            .client
            .query()
            .table_name(self.table_name(range.table))
            .set_index_name(range.index.map(|index| index.name().to_owned()))
            .key_condition_expression(condition)
            .expression_attribute_names("#pk", pk)
            .scan_index_forward(!range.descending)
            .consistent_read(range.consistent && range.index.is_none())
            .set_limit(limit)
            .set_exclusive_start_key(start)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        if !matches!(range.sort, SortRange::All) {
            request = request.expression_attribute_names("#sk", sk);
        }
        for (name, value) in values {
            request = request.expression_attribute_values(name, value);
        }
        let output = request.send().await?;
        meter::read(output.consumed_capacity());
        let consistent = range.consistent && range.index.is_none();
        let units = output.consumed_capacity().and_then(|capacity| capacity.capacity_units()).unwrap_or_default();
        // A request unit is 4 KiB read consistently, or 8 KiB otherwise.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // small and positive
        let bytes = (units * if consistent { 4_096.0 } else { 8_192.0 }) as u64;
        Ok(Rows {
            bytes,
            items: output.items.unwrap_or_default(),
            next: output.last_evaluated_key.filter(|key| !key.is_empty()),
        })
    }

    /// The first `limit` items of a range, however many pages that takes.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn query(&self, range: &Range, limit: usize) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        let mut start = None;
        while items.len() < limit {
            let wanted = i32::try_from(limit - items.len()).ok();
            let mut rows = self.query_page(range, wanted, start).await?;
            items.append(&mut rows.items);
            match rows.next {
                Some(next) => start = Some(next),
                None => break,
            }
        }
        Ok(items)
    }

    /// Calls `each` for every document of a range, page by page.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub(crate) async fn each<E: crate::Entity>(
        &self,
        range: &Range,
        mut each: impl FnMut(E),
    ) -> Result<(), StoreError> {
        let mut start = None;
        loop {
            let rows = self.query_page(range, None, start).await?;
            for item in rows.items {
                each(crate::from_item(item)?);
            }
            match rows.next {
                Some(next) => start = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// Adds to a number attribute (created at 0) and returns its new value. One write, not part of a transaction.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn add(
        &self,
        table: Table,
        key: &Key,
        attribute: &str,
        amount: i64,
        expires_at: Option<i64>,
    ) -> Result<i64, StoreError> {
        let _call = meter::Call::start();
        let mut request = self
            .client
            .update_item()
            .table_name(self.table_name(table))
            .set_key(Some(key_item(key)))
            .expression_attribute_names("#n", attribute)
            .expression_attribute_values(":n", AttributeValue::N(amount.to_string()))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::UpdatedNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        request = match expires_at {
            None => request.update_expression("ADD #n :n"),
            Some(at) => request
                .update_expression("ADD #n :n SET #ttl = :ttl")
                .expression_attribute_names("#ttl", crate::tables::TTL_ATTRIBUTE)
                .expression_attribute_values(":ttl", AttributeValue::N(at.to_string())),
        };
        let output = request.send().await?;
        meter::wrote(output.consumed_capacity());
        output
            .attributes()
            .and_then(|attributes| number(attributes, attribute))
            .ok_or_else(|| StoreError::Corrupt(format!("{attribute} of {} is no number", key.pk)))
    }

    /// Removes an item, if it is there. One write, not part of a transaction.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn remove(&self, table: Table, key: &Key) -> Result<(), StoreError> {
        let _call = meter::Call::start();
        let request = self.client.delete_item().table_name(self.table_name(table)).set_key(Some(key_item(key)));
        let output = request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await?;
        meter::wrote(output.consumed_capacity());
        Ok(())
    }
}

/// A key as DynamoDB wants it.
pub(crate) fn key_item(key: &Key) -> Item {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(key.pk.clone())),
        ("sk".to_owned(), AttributeValue::S(key.sk.clone())),
    ])
}

/// A number attribute of an item.
pub(crate) fn number(item: &Item, attribute: &str) -> Option<i64> {
    item.get(attribute)?.as_n().ok()?.parse().ok()
}

/// A number attribute of an item that may have up to 38 digits.
pub(crate) fn large_number(item: &Item, attribute: &str) -> Option<i128> {
    item.get(attribute)?.as_n().ok()?.parse().ok()
}

/// A string attribute of an item.
pub(crate) fn text<'a>(item: &'a Item, attribute: &str) -> Option<&'a str> {
    item.get(attribute)?.as_s().ok().map(String::as_str)
}
