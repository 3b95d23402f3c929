//! Tables and streams.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    StreamSpecification, StreamViewType, TimeToLiveSpecification,
};
use aws_sdk_dynamodb::{Client, types::TableStatus};

use crate::clients::in_memory;

pub(crate) const TABLE: &str = "cars";

pub(crate) async fn create_table(client: &Client) {
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
    let attribute = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S);
    let stream =
        StreamSpecification::builder().stream_enabled(true).stream_view_type(StreamViewType::NewAndOldImages);
    let created = client
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key.build().unwrap())
        .attribute_definitions(attribute.build().unwrap())
        .stream_specification(stream.build().unwrap())
        .send()
        .await
        .unwrap();
    assert!(created.table_description().unwrap().latest_stream_arn().is_some());
}

pub(crate) async fn put(client: &Client, id: &str, model: &str) {
    client
        .put_item()
        .table_name(TABLE)
        .item("id", AttributeValue::S(id.to_owned()))
        .item("model", AttributeValue::S(model.to_owned()))
        .send()
        .await
        .unwrap();
}

pub(crate) async fn model(client: &Client, id: &str) -> Option<String> {
    let key = AttributeValue::S(id.to_owned());
    let got = client.get_item().table_name(TABLE).key("id", key).send().await.unwrap();
    Some(got.item?.get("model")?.as_s().unwrap().clone())
}

#[tokio::test]
async fn a_table_with_a_stream_takes_items() {
    let (cloud, clients) = in_memory().await;
    create_table(&clients.dynamodb).await;
    cloud.tune().await.unwrap();
    cloud.tune().await.unwrap();
    put(&clients.dynamodb, "1", "Swift").await;
    assert_eq!(model(&clients.dynamodb, "1").await.as_deref(), Some("Swift"));
    assert_eq!(model(&clients.dynamodb, "2").await, None);
    cloud.stop().await;
}

#[tokio::test]
async fn time_to_live_can_be_set() {
    let (cloud, clients) = in_memory().await;
    create_table(&clients.dynamodb).await;
    let ttl = TimeToLiveSpecification::builder().attribute_name("expires").enabled(true);
    clients
        .dynamodb
        .update_time_to_live()
        .table_name(TABLE)
        .time_to_live_specification(ttl.build().unwrap())
        .send()
        .await
        .unwrap();
    let table = clients.dynamodb.describe_table().table_name(TABLE).send().await.unwrap();
    assert_eq!(table.table.unwrap().table_status, Some(TableStatus::Active));
    cloud.stop().await;
}

#[tokio::test]
async fn two_clouds_in_memory_share_nothing() {
    let (one, of_one) = in_memory().await;
    let (other, of_other) = in_memory().await;
    create_table(&of_one.dynamodb).await;
    create_table(&of_other.dynamodb).await;
    put(&of_one.dynamodb, "1", "Swift").await;
    assert_eq!(model(&of_other.dynamodb, "1").await, None);
    one.stop().await;
    other.stop().await;
}
