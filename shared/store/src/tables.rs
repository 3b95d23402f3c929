//! The tables and indexes as data: the local server and the tests create them from here, and a test compares
//! `template.yaml` with it, so none can drift.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
};

use crate::error::StoreError;

/// Name of the attribute by which DynamoDB expires items (epoch seconds).
pub const TTL_ATTRIBUTE: &str = "expiresAt";

/// A table, by who may touch it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Credentials and sessions: the auth and admin functions alone.
    Auth,
    /// Business documents, stock, ledgers, guards, counters, tallies, commands.
    Core,
    /// Postings for searching; can be rebuilt.
    Search,
    /// Rate limiting; expires.
    Limits,
}

/// A secondary index of the core table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Index {
    /// Lists by state, and master documents by month.
    Gsi1,
    /// Relations.
    Gsi2,
    /// Parts whose stock is at or below its minimum, by `headroom` = stock − minimum (at most 0). Others are left
    /// out, so that moving their stock costs no index write; one that has recovered, when it is next taken from.
    LowStock,
}

impl Table {
    /// All tables.
    pub const ALL: [Self; 4] = [Self::Auth, Self::Core, Self::Search, Self::Limits];

    /// The logical name; the real one has the stage's prefix before it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Core => "core",
            Self::Search => "search",
            Self::Limits => "limits",
        }
    }

    /// The table's secondary indexes.
    pub fn indexes(self) -> &'static [Index] {
        match self {
            Self::Core => &[Index::Gsi1, Index::Gsi2, Index::LowStock],
            Self::Auth | Self::Search | Self::Limits => &[],
        }
    }

    /// Whether the table has a stream of its changes.
    pub fn has_stream(self) -> bool {
        matches!(self, Self::Core)
    }
}

impl Index {
    /// The index's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gsi1 => "gsi1",
            Self::Gsi2 => "gsi2",
            Self::LowStock => "low-stock",
        }
    }

    /// Names of its partition and sort key attributes.
    pub fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Gsi1 => ("gsi1pk", "gsi1sk"),
            Self::Gsi2 => ("gsi2pk", "gsi2sk"),
            Self::LowStock => ("lowPk", "headroom"),
        }
    }

    /// Whether its sort key is a number.
    pub fn sorts_by_number(self) -> bool {
        matches!(self, Self::LowStock)
    }
}

fn attribute(name: &str, kind: ScalarAttributeType) -> Result<AttributeDefinition, StoreError> {
    Ok(AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build()?)
}

fn key_schema(pk: &str, sk: &str) -> Result<[KeySchemaElement; 2], StoreError> {
    Ok([
        KeySchemaElement::builder().attribute_name(pk).key_type(KeyType::Hash).build()?,
        KeySchemaElement::builder().attribute_name(sk).key_type(KeyType::Range).build()?,
    ])
}

fn attributes(table: Table) -> Result<Vec<AttributeDefinition>, StoreError> {
    let mut definitions = vec![attribute("pk", ScalarAttributeType::S)?, attribute("sk", ScalarAttributeType::S)?];
    for index in table.indexes() {
        let (pk, sk) = index.keys();
        let sort = if index.sorts_by_number() { ScalarAttributeType::N } else { ScalarAttributeType::S };
        for (name, kind) in [(pk, ScalarAttributeType::S), (sk, sort)] {
            if !definitions.iter().any(|known| known.attribute_name() == name) {
                definitions.push(attribute(name, kind)?);
            }
        }
    }
    Ok(definitions)
}

/// Creates the tables that do not exist yet: for the local server and the tests. On AWS the template does it.
///
/// # Errors
/// [`StoreError::Unavailable`] when DynamoDB refuses.
pub(crate) async fn create_missing(client: &aws_sdk_dynamodb::Client, prefix: &str) -> Result<(), StoreError> {
    let existing = client.list_tables().send().await?.table_names.unwrap_or_default();
    for table in Table::ALL {
        let name = format!("{prefix}{}", table.name());
        if existing.contains(&name) {
            continue;
        }
        let mut request = client
            .create_table()
            .table_name(&name)
            .billing_mode(BillingMode::PayPerRequest)
            .set_attribute_definitions(Some(attributes(table)?))
            .set_key_schema(Some(key_schema("pk", "sk")?.to_vec()));
        for index in table.indexes() {
            let (pk, sk) = index.keys();
            request = request.global_secondary_indexes(
                GlobalSecondaryIndex::builder()
                    .index_name(index.name())
                    .set_key_schema(Some(key_schema(pk, sk)?.to_vec()))
                    .projection(Projection::builder().projection_type(ProjectionType::All).build())
                    .build()?,
            );
        }
        if table.has_stream() {
            let stream = StreamSpecification::builder()
                .stream_enabled(true)
                .stream_view_type(StreamViewType::NewAndOldImages)
                .build()?;
            request = request.stream_specification(stream);
        }
        match request.send().await {
            Ok(_) => enable_ttl(client, &name).await?,
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_in_use_exception()) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

async fn enable_ttl(client: &aws_sdk_dynamodb::Client, table: &str) -> Result<(), StoreError> {
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(TTL_ATTRIBUTE).build()?;
    client.update_time_to_live().table_name(table).time_to_live_specification(ttl).send().await?;
    Ok(())
}
