//! Tickets, uploads to the bucket by real HTTP, and the worker that checks them.

use std::time::Duration;

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use axum::http::Method;
use chrono::TimeDelta;
use dms_domain::file::{Sha256Hash, Shelf};
use dms_testkit::{Client, Dealership, samples};
use file_checker::{FileChecker, Swept};
use serde_json::{Value, json};

use super::files::{download, id, is_on, open, ticket_for};

const UPLOAD: &str = "/api/files/upload";
const FILES: &str = "/api/files";
const PDF: (&str, &str) = ("report.pdf", "application/pdf");
/// 10 MB (specification §13).
const LARGEST: usize = 10 * 1024 * 1024;

/// A ticket as it was issued.
struct Ticket {
    file: String,
    url: String,
    headers: Value,
}

impl Ticket {
    async fn of(client: &Client, request: Value) -> Self {
        let ticket = client.create(UPLOAD, request).await;
        let fields: Vec<_> = ticket.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["fileId", "uploadUrl", "headers", "expiresAt"]);
        Self {
            file: ticket["fileId"].as_str().unwrap().to_owned(),
            url: ticket["uploadUrl"].as_str().unwrap().to_owned(),
            headers: ticket["headers"].clone(),
        }
    }

    /// PUTs a content with the ticket's headers, changed as the caller likes; the status.
    async fn put_with(&self, content: Vec<u8>, change: impl FnOnce(&mut Value)) -> u16 {
        let mut headers = self.headers.clone();
        change(&mut headers);
        let mut request = reqwest::Client::new().put(&self.url);
        for (name, value) in headers.as_object().unwrap() {
            request = request.header(name, value.as_str().unwrap());
        }
        request.body(content).send().await.unwrap().status().as_u16()
    }

    async fn put(&self, content: Vec<u8>) -> u16 {
        self.put_with(content, |_| {}).await
    }

    fn path(&self) -> String {
        format!("{FILES}/{}", self.file)
    }
}

async fn check(dealership: &Dealership) -> usize {
    dms_local::check_uploads_once(&dealership.app.app).await.unwrap()
}

async fn sweep(dealership: &Dealership) -> Swept {
    dms_local::sweep_files(&dealership.app.app).await.unwrap()
}

/// A dealership with a job card, whose files the test is about.
async fn with_card() -> (Dealership, Value) {
    let dealership = open().await;
    let card = dealership.job_card(&dealership.one).await;
    (dealership, card)
}

async fn ticket(dealership: &Dealership, card: &Value, name: (&str, &str), content: &[u8]) -> Ticket {
    Ticket::of(&dealership.one.advisor, ticket_for(("job_card", card), name, content)).await
}

async fn file(dealership: &Dealership, ticket: &Ticket) -> Value {
    dealership.one.advisor.get(&ticket.path()).await.expect(200)
}

#[tokio::test]
async fn ten_megabytes_come_by_ticket_and_download_byte_for_byte() {
    let (dealership, card) = with_card().await;
    let content = samples::pdf(LARGEST);
    let ticket = ticket(&dealership, &card, PDF, &content).await;
    let expected =
        json!({"content-type": "application/pdf", "x-amz-checksum-sha256": Sha256Hash::of(&content).base64()});
    assert_eq!(ticket.headers, expected);
    let centre = dms_domain::ids::ordinal_of(&ticket.file.parse().unwrap()).unwrap().get();
    assert!(ticket.url.contains(&format!("/quarantine/C{centre}/{}", ticket.file)), "{}", ticket.url);

    assert_eq!(ticket.put(content.clone()).await, 200);
    let pending = file(&dealership, &ticket).await;
    assert_eq!((&pending["status"], &pending["url"]), (&json!("PENDING"), &Value::Null));

    assert_eq!(check(&dealership).await, 1);
    let ready = file(&dealership, &ticket).await;
    assert_eq!(
        (&ready["status"], &ready["size"], &ready["version"]),
        (&json!("READY"), &json!(LARGEST), &json!(2))
    );
    let (status, headers, downloaded) = download(ready["url"].as_str().unwrap()).await;
    assert_eq!((status, downloaded.len()), (200, LARGEST));
    assert!(downloaded == content, "byte for byte");
    assert_eq!(headers["content-type"], "application/pdf");
    assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"report.pdf\""));
    assert!(!is_on(Shelf::Quarantine, &dealership, &ticket.file).await);

    // It is what the card shows, and was counted once.
    let of_card = format!("{FILES}?entityType=job_card&entityId={}", id(&card));
    for path in [FILES, of_card.as_str()] {
        let list = dealership.one.advisor.get(path).await;
        assert_eq!(
            (&list.body["pagination"]["total"], &list.body["data"][0]["status"]),
            (&json!(1), &json!("READY"))
        );
    }
}

#[tokio::test]
async fn a_ticket_for_more_than_ten_megabytes_or_something_else_is_refused() {
    let (dealership, card) = with_card().await;
    let advisor = &dealership.one.advisor;
    let good = ticket_for(("job_card", &card), PDF, &samples::pdf(100));
    for (field, value) in [
        ("size", json!(LARGEST + 1)),
        ("size", json!(0)),
        ("size", json!(-1)),
        ("size", json!("100")),
        ("filename", json!("program.exe")),
        ("filename", json!("a/b.pdf")),
        ("contentType", json!("application/x-msdownload")),
        ("contentType", json!("image/png")),
        ("sha256", json!("abc")),
        ("category", json!("holidays")),
        ("relatedEntityType", json!("invoice")),
        ("relatedEntityId", json!("7")),
    ] {
        let mut request = good.clone();
        request[field] = value;
        advisor.post(UPLOAD, request).await.refused(422, "VALIDATION_FAILED").naming(field);
        let mut request = good.clone();
        request.as_object_mut().unwrap().shift_remove(field);
        advisor.post(UPLOAD, request).await.refused(422, "VALIDATION_FAILED").naming(field);
    }
    assert_eq!(advisor.get(FILES).await.body["pagination"]["total"], 0);
    let mut largest = good;
    largest["size"] = json!(LARGEST);
    Ticket::of(advisor, largest).await;
}

#[tokio::test]
async fn the_bucket_takes_what_was_announced_and_nothing_else() {
    let (dealership, card) = with_card().await;
    let content = samples::pdf(1_000);
    let ticket = ticket(&dealership, &card, PDF, &content).await;
    assert_eq!(ticket.put(samples::pdf(1_001)).await, 403, "one byte more");
    assert_eq!(ticket.put(samples::pdf(999)).await, 403, "one byte less");
    assert_eq!(ticket.put(Vec::new()).await, 403, "nothing");
    let other_type = |headers: &mut Value| headers["content-type"] = "text/html".into();
    assert_eq!(ticket.put_with(content.clone(), other_type).await, 403);
    let mut other = content.clone();
    other[500] ^= 1;
    assert_eq!(ticket.put(other.clone()).await, 400, "another content under the announced hash");
    let other_hash = Sha256Hash::of(&other).base64();
    let its_own = |headers: &mut Value| headers["x-amz-checksum-sha256"] = other_hash.into();
    assert_eq!(ticket.put_with(other, its_own).await, 403, "another content under its own hash");
    let no_hash =
        |headers: &mut Value| drop(headers.as_object_mut().unwrap().shift_remove("x-amz-checksum-sha256"));
    assert_eq!(ticket.put_with(content.clone(), no_hash).await, 403);

    // None of it was told, and the ticket is still good.
    assert_eq!(check(&dealership).await, 0);
    assert_eq!(file(&dealership, &ticket).await["status"], "PENDING");
    assert_eq!(ticket.put(content).await, 200);
    assert_eq!(check(&dealership).await, 1);
    assert_eq!(file(&dealership, &ticket).await["status"], "READY");
}

#[tokio::test]
async fn what_is_not_what_its_name_says_is_rejected_with_the_reason() {
    let (dealership, card) = with_card().await;
    const DOCX: (&str, &str) =
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
    for (name, content, reason) in [
        (PDF, samples::exe(), Some("portable-executable, not application/pdf")),
        (("a.jpg", "image/jpeg"), samples::png(), Some("its content is image/png, not image/jpeg")),
        (DOCX, samples::zip(&[("a.txt", b"a")]), Some("its content is application/zip, not")),
        (DOCX, samples::docm(), Some("not application/vnd.openxmlformats")),
        (("a.doc", "application/msword"), samples::xls(), Some("not application/msword")),
        (DOCX, samples::docx(), None),
        (("a.doc", "application/msword"), samples::doc(), None),
    ] {
        let ticket = ticket(&dealership, &card, name, &content).await;
        assert_eq!(ticket.put(content).await, 200, "by length and hash it is what was announced");
        assert_eq!(check(&dealership).await, 1);
        let file = file(&dealership, &ticket).await;
        assert!(!is_on(Shelf::Quarantine, &dealership, &ticket.file).await);
        assert_eq!(is_on(Shelf::Ready, &dealership, &ticket.file).await, reason.is_none(), "{name:?}");
        let Some(reason) = reason else {
            assert_eq!((&file["status"], &file["rejectionReason"]), (&json!("READY"), &Value::Null), "{name:?}");
            continue;
        };
        assert_eq!((&file["status"], &file["url"]), (&json!("REJECTED"), &Value::Null));
        assert!(file["rejectionReason"].as_str().unwrap().contains(reason), "{file}");
        // The ticket's link may still be good: nothing comes of it.
        assert!(matches!(ticket.put(samples::exe()).await, 200 | 403));
        dms_local::check_uploads_once(&dealership.app.app).await.unwrap();
        assert_eq!(self::file(&dealership, &ticket).await, file);
        assert!(!is_on(Shelf::Quarantine, &dealership, &ticket.file).await);
    }
    let rejected = dealership.one.advisor.get(&format!("{FILES}?filter[status]=REJECTED")).await;
    assert_eq!(rejected.body["pagination"]["total"], 5);
}

/// An object that is in quarantine without having been checked by S3: of another length and content.
async fn smuggle(dealership: &Dealership, ticket: &Ticket, content: Vec<u8>) {
    let sha256 = Sha256Hash::of(&content).base64();
    let key = Shelf::Quarantine.key(&ticket.file.parse().unwrap());
    let upload = dms_blob::Upload {
        key: &key,
        size_bytes: content.len() as u64,
        content_type: "text/html",
        sha256_base64: &sha256,
    };
    dealership.app.app.blob.put(&upload, content.into()).await.unwrap();
}

#[tokio::test]
async fn the_worker_trusts_no_one_with_length_and_hash() {
    let (dealership, card) = with_card().await;
    let content = samples::pdf(1_000);
    let mut other = content.clone();
    other[500] ^= 1;
    for (smuggled, reason) in
        [(samples::pdf(1_001), "has 1001 bytes; 1000 were announced"), (other, "its SHA-256 hash is not the one")]
    {
        let ticket = ticket(&dealership, &card, PDF, &content).await;
        smuggle(&dealership, &ticket, smuggled).await;
        assert_eq!(check(&dealership).await, 1);
        let file = file(&dealership, &ticket).await;
        assert_eq!(file["status"], "REJECTED");
        assert!(file["rejectionReason"].as_str().unwrap().starts_with(reason), "{file}");
        assert!(!is_on(Shelf::Ready, &dealership, &ticket.file).await);
    }
}

#[tokio::test]
async fn a_repeated_request_gets_the_same_ticket() {
    let (dealership, card) = with_card().await;
    let request = ticket_for(("job_card", &card), PDF, &samples::pdf(100));
    let ask = async |request: &Value| {
        let post = dealership.one.advisor.request(Method::POST, UPLOAD).header("idempotency-key", "k");
        post.json(request).send().await
    };
    let first = ask(&request).await;
    dealership.app.advance(TimeDelta::minutes(1));
    let second = ask(&request).await;
    assert_eq!((first.status.as_u16(), &first.text), (201, &second.text));
    assert_eq!(second.headers["idempotency-replayed"], "true");
    let mut other = request;
    other["size"] = json!(101);
    ask(&other).await.refused(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(dealership.one.advisor.get(FILES).await.body["pagination"]["total"], 1);
}

/// A message that tells of an object, as the queue would bring it.
fn message(id: &str, body: String) -> SqsMessage {
    let mut message = SqsMessage::default();
    message.message_id = Some(id.to_owned());
    message.body = Some(body);
    message
}

fn told(key: &str) -> String {
    let mut event: Value =
        serde_json::from_str(include_str!("../../../events/upload.json")).expect("the sample is JSON");
    let mut body: Value = serde_json::from_str(event["Records"][0]["body"].take().as_str().unwrap()).unwrap();
    body["Records"][0]["s3"]["object"]["key"] = key.into();
    body.to_string()
}

#[tokio::test]
async fn a_message_that_comes_again_changes_nothing_and_one_that_fails_is_named_alone() {
    let (dealership, card) = with_card().await;
    let content = samples::pdf(500);
    let ticket = ticket(&dealership, &card, PDF, &content).await;
    assert_eq!(ticket.put(content).await, 200);
    let app = &dealership.app.app;
    let checker = FileChecker::new(app.store.clone(), app.blob.clone(), app.clock.clone());
    let key = Shelf::Quarantine.key(&ticket.file.parse().unwrap());
    let test_message = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}"#;
    let batch = || {
        let mut event = SqsEvent::default();
        event.records = vec![
            message("good", told(&key)),
            message("twice", told(&key)),
            message("poison", "no JSON".to_owned()),
            message("elsewhere", told("files/C1/x")),
            message("no file", told(&Shelf::Quarantine.key(&dms_store::new_id(app.clock.now(), None)))),
            message("test", test_message.to_owned()),
        ];
        event
    };
    for _ in 0..2 {
        let answer = checker.check_all(batch()).await;
        let failed: Vec<_> = answer.batch_item_failures.iter().map(|failure| &failure.item_identifier).collect();
        assert_eq!(failed, ["poison"]);
        let file = file(&dealership, &ticket).await;
        assert_eq!((&file["status"], &file["version"]), (&json!("READY"), &json!(2)));
        assert_eq!(download(file["url"].as_str().unwrap()).await.0, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_at_once_settle_a_file_once() {
    let (dealership, card) = with_card().await;
    let app = &dealership.app.app;
    for round in 0..10 {
        let content = samples::pdf(2_000 + round);
        let ticket = ticket(&dealership, &card, PDF, &content).await;
        assert_eq!(ticket.put(content.clone()).await, 200);
        let key = Shelf::Quarantine.key(&ticket.file.parse().unwrap());
        let work = async || {
            let mut event = SqsEvent::default();
            event.records = vec![message("m", told(&key))];
            let checker = FileChecker::new(app.store.clone(), app.blob.clone(), app.clock.clone());
            checker.check_all(event).await.batch_item_failures.len()
        };
        let failed = tokio::join!(work(), work(), work());
        // Who came too late to read the object says so, and finds the file settled the next time.
        assert!(failed.0 + failed.1 + failed.2 < 3, "{failed:?}");
        assert_eq!(work().await, 0);
        let file = file(&dealership, &ticket).await;
        assert_eq!((&file["status"], &file["version"]), (&json!("READY"), &json!(2)));
        assert_eq!(download(file["url"].as_str().unwrap()).await.2, content);
    }
}

#[tokio::test]
async fn a_file_deleted_before_its_content_came_stays_deleted() {
    let (dealership, card) = with_card().await;
    let content = samples::pdf(500);
    let ticket = ticket(&dealership, &card, PDF, &content).await;
    dealership.one.advisor.delete(&ticket.path()).await.expect(200);
    assert_eq!(ticket.put(content).await, 200, "the link is still good");
    assert!(is_on(Shelf::Quarantine, &dealership, &ticket.file).await);
    assert_eq!(check(&dealership).await, 1);
    dealership.one.advisor.get(&ticket.path()).await.refused(404, "NOT_FOUND");
    for shelf in Shelf::ALL {
        assert!(!is_on(shelf, &dealership, &ticket.file).await, "{shelf:?}");
    }
}

#[tokio::test]
async fn what_no_one_claims_is_swept_after_a_day() {
    let (dealership, card) = with_card().await;
    let advisor = &dealership.one.advisor;
    let claimed = samples::pdf(500);
    let kept = ticket(&dealership, &card, PDF, &claimed).await;
    assert_eq!(kept.put(claimed).await, 200);
    assert_eq!(check(&dealership).await, 1);
    let unclaimed = ticket(&dealership, &card, PDF, &samples::pdf(501)).await;
    let total = async || advisor.get(FILES).await.body["pagination"]["total"].clone();

    dealership.app.advance(TimeDelta::hours(23));
    let younger = ticket(&dealership, &card, PDF, &samples::pdf(502)).await;
    assert_eq!(sweep(&dealership).await, Swept::default());
    assert_eq!(total().await, 3);

    dealership.app.advance(TimeDelta::hours(1));
    assert_eq!(sweep(&dealership).await, Swept { discarded: 1, ..Swept::default() });
    assert_eq!(sweep(&dealership).await, Swept::default(), "once is enough");
    assert_eq!(total().await, 2);
    advisor.get(&unclaimed.path()).await.refused(404, "NOT_FOUND");
    let of_card = advisor.get(&format!("{FILES}?entityId={}", id(&card))).await;
    assert_eq!(of_card.body["pagination"]["total"], 2);
    assert_eq!(file(&dealership, &younger).await["status"], "PENDING");
    assert_eq!(file(&dealership, &kept).await["status"], "READY");
    // What comes later all the same becomes no file.
    smuggle(&dealership, &unclaimed, samples::pdf(501)).await;
    assert_eq!(check(&dealership).await, 1);
    assert!(!is_on(Shelf::Quarantine, &dealership, &unclaimed.file).await);
}

#[tokio::test]
async fn an_upload_whose_message_was_lost_is_found_by_the_sweep() {
    let (dealership, card) = with_card().await;
    let content = samples::pdf(500);
    let good = ticket(&dealership, &card, PDF, &content).await;
    assert_eq!(good.put(content.clone()).await, 200);
    let bad = ticket(&dealership, &card, PDF, &samples::exe()).await;
    assert_eq!(bad.put(samples::exe()).await, 200);
    // The queue loses its messages.
    let received = dealership.app.app.queues.receive(dms_messages::Queue::Uploads).await.unwrap();
    assert_eq!(received.len(), 2);
    for message in &received {
        dealership.app.app.queues.delete(dms_messages::Queue::Uploads, message).await.unwrap();
    }
    assert_eq!(sweep(&dealership).await, Swept::default(), "a message may be on its way");
    dealership.app.advance(TimeDelta::hours(1));
    assert_eq!(sweep(&dealership).await, Swept { settled: 2, ..Swept::default() });
    assert_eq!(file(&dealership, &good).await["status"], "READY");
    assert_eq!(file(&dealership, &bad).await["status"], "REJECTED");
}

#[tokio::test]
async fn objects_of_a_deletion_that_was_cut_off_are_swept() {
    let (dealership, card) = with_card().await;
    let app = &dealership.app.app;
    let content = samples::pdf(500);
    let ticket = ticket(&dealership, &card, PDF, &content).await;
    assert_eq!(ticket.put(content).await, 200);
    assert_eq!(check(&dealership).await, 1);
    // As the function does it, which then ends before it has removed the object.
    let file: uuid::Uuid = ticket.file.parse().unwrap();
    let stored = app.store.file_of_object(&file).await.unwrap().unwrap();
    let command = dms_store::Command::of_task("test", stored.uploaded_by_id, String::new(), app.clock.now());
    let reply = |_: &_| Ok(dms_store::Reply { status: 200, body: String::new(), version: None, replayed: false });
    let plan = || async { app.store.discard_file(stored.clone()) };
    app.store.run(&command, plan, reply).await.unwrap();
    assert!(is_on(Shelf::Ready, &dealership, &ticket.file).await);

    dealership.app.advance(TimeDelta::hours(1));
    assert_eq!(sweep(&dealership).await, Swept { objects: 1, ..Swept::default() });
    assert!(!is_on(Shelf::Ready, &dealership, &ticket.file).await);
    assert_eq!(sweep(&dealership).await, Swept::default());
}

#[tokio::test]
async fn a_link_is_good_for_its_object_and_its_method_alone() {
    let (dealership, card) = with_card().await;
    let content = samples::pdf(500);
    let first = ticket(&dealership, &card, PDF, &content).await;
    let second = ticket(&dealership, &card, PDF, &content).await;
    let elsewhere = Ticket { url: first.url.replace(&first.file, &second.file), ..first };
    assert_eq!(elsewhere.put(content.clone()).await, 403);
    let (status, _, _) = download(&second.url).await;
    assert_eq!(status, 403, "what is in quarantine cannot be downloaded");
    assert_eq!(second.put(content.clone()).await, 200);
    assert_eq!(check(&dealership).await, 1);
    let url = file(&dealership, &second).await["url"].as_str().unwrap().to_owned();
    let put =
        reqwest::Client::new().put(&url).body(content).timeout(Duration::from_secs(10)).send().await.unwrap();
    assert_eq!(put.status(), 403);
    let unsigned = url.split('?').next().unwrap();
    assert_eq!(download(unsigned).await.0, 403);
    let other_name = url.replace("report.pdf", "report.exe");
    assert_ne!(other_name, url);
    assert_eq!(download(&other_name).await.0, 403);
}
