//! Objects, presigned URLs and CORS.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::PresigningConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::clients::in_memory;

pub(crate) const BUCKET: &str = "documents";

pub(crate) async fn put(client: &Client, key: &str, text: &str) {
    let body = text.as_bytes().to_vec().into();
    client.put_object().bucket(BUCKET).key(key).body(body).send().await.unwrap();
}

pub(crate) async fn get(client: &Client, key: &str) -> String {
    let object = client.get_object().bucket(BUCKET).key(key).send().await.unwrap();
    let bytes = object.body.collect().await.unwrap().into_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Sends one request as it stands and returns the whole answer.
async fn raw(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut request = format!("{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    let mut socket = TcpStream::connect(host).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn objects_can_be_put_and_read() {
    let (cloud, clients) = in_memory().await;
    clients.s3.create_bucket().bucket(BUCKET).send().await.unwrap();
    put(&clients.s3, "a/b.txt", "hello").await;
    assert_eq!(get(&clients.s3, "a/b.txt").await, "hello");
    cloud.stop().await;
}

#[tokio::test]
async fn a_presigned_put_enforces_length_type_and_signature() {
    let (cloud, clients) = in_memory().await;
    clients.s3.create_bucket().bucket(BUCKET).send().await.unwrap();
    let signed = clients
        .s3
        .put_object()
        .bucket(BUCKET)
        .key("photo.jpg")
        .content_length(5)
        .content_type("image/jpeg")
        .presigned(PresigningConfig::expires_in(Duration::from_secs(60)).unwrap())
        .await
        .unwrap();
    let url = signed.uri();
    let jpeg = ("content-type", "image/jpeg");

    let longer = raw("PUT", url, &[jpeg, ("content-length", "7")], "1234567").await;
    assert!(longer.starts_with("HTTP/1.1 403"), "{longer}");
    let html = [("content-type", "text/html"), ("content-length", "5")];
    let other_type = raw("PUT", url, &html, "12345").await;
    assert!(other_type.starts_with("HTTP/1.1 403"), "{other_type}");
    let elsewhere = url.replace("photo.jpg", "other.jpg");
    let other_key = raw("PUT", &elsewhere, &[jpeg, ("content-length", "5")], "12345").await;
    assert!(other_key.starts_with("HTTP/1.1 403"), "{other_key}");

    let as_signed = raw("PUT", url, &[jpeg, ("content-length", "5")], "12345").await;
    assert!(as_signed.starts_with("HTTP/1.1 200"), "{as_signed}");
    assert_eq!(get(&clients.s3, "photo.jpg").await, "12345");
    cloud.stop().await;
}

/// SHA-256 of "12345" and of "54321", in base64.
const OF_12345: &str = "WZRHGrsBESr8wYFZ9sx0tPURuZgG2lmzyvWpwXPKz8U=";
const OF_54321: &str = "IPN2WIClwmm3R+HpBgVKS0o6mRJZ8eFrXd5HQs7CMZo=";

#[tokio::test]
async fn a_presigned_put_enforces_the_checksum() {
    let (cloud, clients) = in_memory().await;
    clients.s3.create_bucket().bucket(BUCKET).send().await.unwrap();
    let request =
        clients.s3.put_object().bucket(BUCKET).key("photo.jpg").content_length(5).content_type("image/jpeg");
    let signed = request
        .checksum_sha256(OF_12345)
        .presigned(PresigningConfig::expires_in(Duration::from_secs(60)).unwrap())
        .await
        .unwrap();
    let told: Vec<_> = signed.headers().filter(|(name, _)| *name != "content-length").collect();
    assert_eq!(
        told,
        [("content-type", "image/jpeg"), ("x-amz-checksum-sha256", OF_12345)],
        "to be sent as they are"
    );
    let put = async |sha256: Option<&str>, body: &str| {
        let mut headers = vec![("content-type", "image/jpeg"), ("content-length", "5")];
        headers.extend(sha256.map(|sha256| ("x-amz-checksum-sha256", sha256)));
        raw("PUT", signed.uri(), &headers, body).await
    };
    let without = put(None, "12345").await;
    assert!(without.starts_with("HTTP/1.1 403"), "{without}");
    let other_checksum = put(Some(OF_54321), "54321").await;
    assert!(other_checksum.starts_with("HTTP/1.1 403"), "{other_checksum}");
    let other_content = put(Some(OF_12345), "54321").await;
    assert!(other_content.starts_with("HTTP/1.1 400") && other_content.contains("BadDigest"), "{other_content}");
    let as_signed = put(Some(OF_12345), "12345").await;
    assert!(as_signed.starts_with("HTTP/1.1 200"), "{as_signed}");
    assert_eq!(get(&clients.s3, "photo.jpg").await, "12345");
    cloud.stop().await;
}

#[tokio::test]
async fn what_is_put_under_a_prefix_is_told_to_a_queue() {
    let (cloud, clients) = in_memory().await;
    clients.s3.create_bucket().bucket(BUCKET).send().await.unwrap();
    let queue = clients.sqs.create_queue().queue_name("uploads").send().await.unwrap().queue_url.unwrap();
    cloud.notify((BUCKET, "in/"), "uploads");
    put(&clients.s3, "out/a.txt", "not told").await;
    put(&clients.s3, "in/a.txt", "hello").await;
    let url = format!("{}/{BUCKET}/in/refused.txt", cloud.s3_endpoint());
    assert!(raw("PUT", &url, &[("content-length", "1")], "x").await.starts_with("HTTP/1.1 403"));
    clients.s3.delete_object().bucket(BUCKET).key("in/a.txt").send().await.unwrap();

    let received =
        clients.sqs.receive_message().queue_url(&queue).max_number_of_messages(10).send().await.unwrap();
    let messages = received.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    let event: serde_json::Value = serde_json::from_str(messages[0].body().unwrap()).unwrap();
    let record = &event["Records"][0];
    assert_eq!(record["eventName"], "ObjectCreated:Put");
    assert_eq!(record["s3"]["bucket"]["name"], BUCKET);
    assert_eq!(record["s3"]["object"]["key"], "in/a.txt");
    assert_eq!(record["s3"]["object"]["eTag"], "5d41402abc4b2a76b9719d911017c592", "MD5 of hello");
    cloud.stop().await;
}

#[tokio::test]
async fn a_browser_may_upload_from_any_origin() {
    let (cloud, clients) = in_memory().await;
    clients.s3.create_bucket().bucket(BUCKET).send().await.unwrap();
    let url = format!("{}/{BUCKET}/photo.jpg", cloud.s3_endpoint());
    let origin = ("origin", "http://localhost:5173");
    let asked =
        [origin, ("access-control-request-method", "PUT"), ("access-control-request-headers", "content-type")];
    let preflight = raw("OPTIONS", &url, &asked, "").await;
    assert!(preflight.starts_with("HTTP/1.1 200"), "{preflight}");
    assert!(preflight.contains("access-control-allow-origin: *"), "{preflight}");
    assert!(preflight.contains("PUT"), "{preflight}");

    // Unsigned, so refused; but the browser must be able to read why.
    let refused = raw("GET", &url, &[origin], "").await;
    assert!(refused.starts_with("HTTP/1.1 403"), "{refused}");
    let exposed = refused.to_ascii_lowercase();
    assert!(exposed.contains("access-control-expose-headers: etag"), "{refused}");
    cloud.stop().await;
}
