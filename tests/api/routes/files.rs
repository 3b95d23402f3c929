//! Files as their users know them: uploaded, listed, downloaded, deleted.

use axum::http::Method;
use chrono::TimeDelta;
use dms_domain::file::Shelf;
use dms_testkit::{Answer, Centre, Client, Dealership, samples};
use serde_json::{Value, json};

const UPLOAD: &str = "/api/files/upload";
const FILES: &str = "/api/files";

pub(super) async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

#[track_caller]
pub(super) fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

/// A form with these fields and, if there is one, a file: its name, type and content.
pub(super) fn form(boundary: &str, fields: &[(&str, &str)], file: Option<(&str, &str, &[u8])>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    if let Some((filename, content_type, content)) = file {
        let head = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\n\
             content-type: {content_type}\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend(content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").into_bytes());
    body
}

/// Sends a form.
pub(super) async fn send(client: &Client, fields: &[(&str, &str)], file: Option<(&str, &str, &[u8])>) -> Answer {
    let request = client.request(Method::POST, UPLOAD);
    let request = request.header("content-type", "multipart/form-data; boundary=XX");
    request.bytes(form("XX", fields, file)).send().await
}

/// Sends a file for a document.
pub(super) async fn send_for(
    client: &Client,
    (kind, document): (&str, &Value),
    (filename, content): (&str, &[u8]),
) -> Answer {
    let fields = [("category", "job_card_images"), ("relatedEntityType", kind), ("relatedEntityId", id(document))];
    send(client, &fields, Some((filename, "application/octet-stream", content))).await
}

/// Everything that a link gives: status, headers, content.
pub(super) async fn download(url: &str) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
    let response = reqwest::get(url).await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, headers, response.bytes().await.expect("a body").to_vec())
}

/// Whether a part of the bucket has an object of this file.
pub(super) async fn is_on(shelf: Shelf, dealership: &Dealership, file: &str) -> bool {
    let key = shelf.key(&file.parse().expect("a UUID"));
    dealership.app.app.blob.get(&key).await.expect("S3 answers").is_some()
}

async fn total(client: &Client, path: &str) -> Value {
    client.get(path).await.body["pagination"]["total"].clone()
}

async fn ids(client: &Client, path: &str) -> Vec<String> {
    client.get(path).await.rows().iter().map(|row| id(row).to_owned()).collect()
}

#[tokio::test]
async fn a_small_file_is_ready_at_once_and_downloads_byte_for_byte() {
    let dealership = open().await;
    let one = &dealership.one;
    let card = dealership.job_card(one).await;
    let photo = samples::jpeg();
    let file = send_for(&one.engineer, ("job_card", &card), ("front left.JPG", &photo)).await.expect(201);
    assert_eq!(file["status"], "READY");
    assert_eq!((&file["filename"], &file["contentType"]), (&json!("front left.JPG"), &json!("image/jpeg")));
    assert_eq!((&file["size"], &file["version"]), (&json!(photo.len()), &json!(1)));
    assert_eq!((&file["serviceCenterId"], &file["relatedEntityId"]), (&json!(one.id), &card["id"]));
    assert_eq!((&file["uploadedById"], &file["rejectionReason"]), (&json!(one.engineer_id), &Value::Null));

    let (status, headers, content) = download(file["url"].as_str().unwrap()).await;
    assert_eq!((status, content), (200, photo));
    assert_eq!(headers["content-type"], "image/jpeg");
    let saved_as = "attachment; filename=\"front left.JPG\"; filename*=UTF-8''front%20left.JPG";
    assert_eq!(headers["content-disposition"], saved_as);

    // The same file wherever it is shown; only the link is a new one.
    let without_link = |file: &Value| {
        let mut file = file.clone();
        assert!(file["url"].as_str().is_some_and(|url| url.starts_with("http://127.0.0.1")), "{file}");
        file["url"].take();
        file
    };
    let got = one.advisor.get(&format!("{FILES}/{}", id(&file))).await;
    assert_eq!(got.headers["etag"], "\"1\"");
    assert_eq!(without_link(&got.expect(200)), without_link(&file));
    let path = format!("{FILES}?entityType=job_card&entityId={}", id(&card));
    let list = one.manager.get(&path).await;
    assert_eq!(list.body["pagination"]["total"], 1);
    assert_eq!(without_link(&list.rows()[0]), without_link(&file));
    let card = one.manager.get(&format!("/api/job-cards/{}?expand=files", id(&card))).await.expect(200);
    assert_eq!(without_link(&card["files"][0]), without_link(&file));
}

#[tokio::test]
async fn every_type_is_taken_by_its_content() {
    let dealership = open().await;
    let one = &dealership.one;
    let card = dealership.job_card(one).await;
    let long = samples::pdf(4_400_000);
    for (filename, content) in [
        ("a.jpeg", samples::jpeg()),
        ("a.png", samples::png()),
        ("a.pdf", samples::pdf(1_000)),
        ("a.doc", samples::doc()),
        ("a.docx", samples::docx()),
        ("largest.pdf", long),
    ] {
        let file = send_for(&one.advisor, ("job_card", &card), (filename, &content)).await.expect(201);
        assert_eq!(download(file["url"].as_str().unwrap()).await.2, content, "{filename}");
    }
    assert_eq!(total(&one.advisor, FILES).await, 6);
}

#[tokio::test]
async fn what_is_not_what_its_name_says_is_refused_and_leaves_nothing() {
    let dealership = open().await;
    let one = &dealership.one;
    let card = dealership.job_card(one).await;
    for (filename, content, reason) in [
        ("invoice.pdf", samples::exe(), "portable-executable, not application/pdf"),
        ("photo.jpg", samples::png(), "its content is image/png, not image/jpeg"),
        ("letter.docx", samples::zip(&[("letter.txt", b"hello")]), "application/zip, not"),
        ("letter.docx", samples::xlsx(), "not application/vnd.openxmlformats"),
        ("letter.docx", samples::docm(), "not application/vnd.openxmlformats"),
        ("letter.doc", samples::xls(), "not application/msword"),
        ("letter.doc", samples::docx(), "not application/msword"),
        ("photo.jpg", b"<html></html>".to_vec(), "text/html, not image/jpeg"),
        ("photo.jpg", Vec::new(), "is empty"),
        ("program.exe", samples::exe(), "its name must end in .jpg"),
        ("photo", samples::jpeg(), "its name must end in .jpg"),
        ("../photo.jpg", samples::jpeg(), "its name must be a name without a path"),
    ] {
        let answer = send_for(&one.advisor, ("job_card", &card), (filename, &content)).await;
        let answer = answer.refused(422, "VALIDATION_FAILED").naming("file");
        let said = answer.body["errors"]["file"][0].as_str().unwrap();
        assert!(said.contains(reason), "{filename}: {said}");
    }
    // The part's own type must agree, too.
    let fields = [("category", "invoices"), ("relatedEntityType", "job_card"), ("relatedEntityId", id(&card))];
    let as_html = send(&one.advisor, &fields, Some(("a.pdf", "text/html", &samples::pdf(99)))).await;
    assert!(as_html.refused(422, "VALIDATION_FAILED").text.contains("was sent as text/html"));
    assert_eq!(total(&one.advisor, FILES).await, 0);
}

#[tokio::test]
async fn a_file_too_large_for_a_request_is_told_of_tickets() {
    let dealership = open().await;
    let one = &dealership.one;
    let card = dealership.job_card(one).await;
    // Just too large; and so large that the body is not even read.
    for length in [4_400_001, 4_500_000, 10_485_761] {
        let answer = send_for(&one.advisor, ("job_card", &card), ("a.pdf", &samples::pdf(length))).await;
        let answer = answer.refused(413, "PAYLOAD_TOO_LARGE").naming("file");
        for word in ["4400000", "10485760", "ticket", "POST /api/files/upload", "application/json", "sha256"] {
            assert!(answer.body["message"].as_str().unwrap().contains(word), "{word}: {}", answer.text);
        }
    }
    // Other routes keep their limit.
    let body = json!({"name": "x".repeat(1_200_000)});
    let other = one.advisor.post("/api/customers", body).await.refused(413, "PAYLOAD_TOO_LARGE").naming("body");
    assert!(!other.text.contains("ticket"), "{}", other.text);
    assert_eq!(total(&one.advisor, FILES).await, 0);
}

#[tokio::test]
async fn a_form_that_lacks_something_is_told_what() {
    let dealership = open().await;
    let advisor = &dealership.one.advisor;
    let card = dealership.job_card(&dealership.one).await;
    let photo = samples::jpeg();
    let file = Some(("a.jpg", "image/jpeg", &photo[..]));
    let all = [("category", "job_card_images"), ("relatedEntityType", "job_card"), ("relatedEntityId", id(&card))];
    send(advisor, &all, None).await.refused(422, "VALIDATION_FAILED").naming("file");
    for (absent, (name, _)) in all.iter().enumerate() {
        let rest: Vec<_> = all.iter().enumerate().filter(|(n, _)| *n != absent).map(|(_, field)| *field).collect();
        send(advisor, &rest, file).await.refused(422, "VALIDATION_FAILED").naming(name);
        // Browsers send what was left empty.
        let empty: Vec<_> = rest.iter().copied().chain([(*name, "")]).collect();
        send(advisor, &empty, file).await.refused(422, "VALIDATION_FAILED").naming(name);
        let wrong: Vec<_> = rest.iter().copied().chain([(*name, "what")]).collect();
        send(advisor, &wrong, file).await.refused(422, "VALIDATION_FAILED").naming(name);
        let twice: Vec<_> = all.iter().copied().chain([all[absent]]).collect();
        send(advisor, &twice, file).await.refused(422, "VALIDATION_FAILED").naming(name);
    }
    let raw = async |content_type: &str, body: Vec<u8>| {
        advisor.request(Method::POST, UPLOAD).header("content-type", content_type).bytes(body).send().await
    };
    let whole = form("XX", &all, file);
    raw("multipart/form-data", whole.clone()).await.refused(400, "MALFORMED_FORM");
    raw("multipart/form-data; boundary=YY", whole.clone()).await.refused(400, "MALFORMED_FORM");
    let cut = whole[..whole.len() - 100].to_vec();
    raw("multipart/form-data; boundary=XX", cut).await.refused(400, "MALFORMED_FORM");
    raw("multipart/form-data; boundary=XX", Vec::new()).await.refused(400, "MALFORMED_FORM");
    let many: Vec<_> = (0..40).map(|_| ("x", "")).chain(all).collect();
    send(advisor, &many, file).await.refused(400, "MALFORMED_FORM");
    for other in ["image/jpeg", "text/plain", "application/x-www-form-urlencoded", ""] {
        raw(other, photo.clone()).await.refused(415, "UNSUPPORTED_MEDIA_TYPE").naming("content-type");
    }
    raw("application/json", b"{".to_vec()).await.refused(400, "MALFORMED_JSON");
    assert_eq!(total(advisor, FILES).await, 0);
    // Fields that no one knows are ignored, as everywhere.
    let more: Vec<_> = all.iter().copied().chain([("colour", "red")]).collect();
    send(advisor, &more, file).await.expect(201);
}

#[tokio::test]
async fn a_file_is_attached_to_what_exists_and_its_uploader_may_see() {
    let dealership = open().await;
    let (one, two) = (&dealership.one, &dealership.two);
    let card = dealership.job_card(one).await;
    let foreign = dealership.job_card(two).await;
    let customer = dealership.customer().await;
    let gone = dealership.customer().await;
    dealership.admin.delete(&format!("/api/customers/{}", id(&gone))).await.expect(200);
    let photo = samples::jpeg();
    let absent = json!({"id": "0d8f5a52-9f7d-4c8e-8f6e-5f3f1b0c2a11"});
    for (kind, document) in [
        ("job_card", &foreign),
        ("job_card", &absent),
        ("job_card", &customer),
        ("vehicle", &customer),
        ("vehicle", &absent),
        ("customer", &gone),
        ("customer", &card),
    ] {
        let answer = send_for(&one.advisor, (kind, document), ("a.jpg", &photo)).await;
        let answer = answer.refused(422, "VALIDATION_FAILED").naming("relatedEntityId");
        assert!(answer.text.contains("no such"), "{}", answer.text);
        let ticket = ticket_for((kind, document), ("a.jpg", "image/jpeg"), &photo);
        one.advisor.post(UPLOAD, ticket).await.refused(422, "VALIDATION_FAILED").naming("relatedEntityId");
    }
    // The storekeeper may not see customers.
    let refused =
        send_for(&one.inventory, ("customer", &customer), ("a.jpg", &photo)).await.refused(403, "FORBIDDEN");
    assert!(refused.text.contains("customers:read"), "{}", refused.text);
    send_for(&one.inventory, ("job_card", &card), ("a.jpg", &photo)).await.expect(201);
    dealership.central.get(FILES).await.refused(403, "FORBIDDEN");
    assert_eq!(total(&one.manager, FILES).await, 1);

    // An admin names the centre.
    send_for(&dealership.admin, ("customer", &customer), ("a.jpg", &photo))
        .await
        .refused(422, "VALIDATION_FAILED")
        .naming("serviceCenterId");
    let fields = |centre: &Centre, card: &Value| {
        [
            ("category", "job_card_images".to_owned()),
            ("relatedEntityType", "job_card".to_owned()),
            ("relatedEntityId", id(card).to_owned()),
            ("serviceCenterId", centre.id.clone()),
        ]
    };
    let as_admin = async |centre: &Centre, card: &Value| {
        let fields = fields(centre, card);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        send(&dealership.admin, &fields, Some(("b.jpg", "image/jpeg", &photo))).await
    };
    as_admin(two, &card).await.refused(422, "VALIDATION_FAILED").naming("relatedEntityId");
    let file = as_admin(two, &foreign).await.expect(201);
    assert_eq!(file["serviceCenterId"], two.id);
    one.manager.get(&format!("{FILES}/{}", id(&file))).await.refused(404, "NOT_FOUND");
    two.manager.get(&format!("{FILES}/{}", id(&file))).await.expect(200);
}

/// The request for a ticket.
pub(super) fn ticket_for(
    (kind, document): (&str, &Value),
    (filename, content_type): (&str, &str),
    content: &[u8],
) -> Value {
    json!({"filename": filename, "size": content.len(), "contentType": content_type,
        "sha256": dms_domain::file::Sha256Hash::of(content), "category": "warranty_documents",
        "relatedEntityType": kind, "relatedEntityId": document["id"]})
}

#[tokio::test]
async fn files_of_shared_documents_are_seen_by_the_centre_that_uploaded_them() {
    let dealership = open().await;
    let (one, two) = (&dealership.one, &dealership.two);
    let customer = dealership.customer().await;
    let vehicle = dealership.vehicle_of(&customer).await;
    let upload = async |centre: &Centre, kind: &str, document: &Value| {
        dealership.app.advance(TimeDelta::seconds(1));
        let file = send_for(&centre.advisor, (kind, document), ("a.png", &samples::png())).await.expect(201);
        id(&file).to_owned()
    };
    let first = upload(two, "vehicle", &vehicle).await;
    let second = upload(one, "vehicle", &vehicle).await;
    let third = upload(two, "vehicle", &vehicle).await;
    let of_customer = upload(one, "customer", &customer).await;

    let of_vehicle = format!("{FILES}?entityType=vehicle&entityId={}", id(&vehicle));
    for (client, expected) in [
        (&one.manager, vec![&second]),
        (&two.manager, vec![&third, &first]),
        (&dealership.admin, vec![&third, &second, &first]),
    ] {
        let list = client.get(&of_vehicle).await;
        assert_eq!(list.body["pagination"]["total"], expected.len());
        assert_eq!(ids(client, &of_vehicle).await, expected.iter().map(|id| (*id).clone()).collect::<Vec<_>>());
        let path = format!("/api/vehicles/{}?expand=files", id(&vehicle));
        let shown = client.get(&path).await.expect(200);
        let shown: Vec<_> = shown["files"].as_array().unwrap().iter().map(id).collect();
        assert_eq!(shown, expected);
    }
    // Through the customer, two steps away; and no more than were asked for.
    let path = format!("/api/customers/{}?expand=files,vehicles.files&vehicles.files.limit=1", id(&customer));
    let shown = dealership.admin.get(&path).await.expect(200);
    assert_eq!(id(&shown["files"][0]), of_customer);
    assert_eq!(id(&shown["vehicles"][0]["files"][0]), third);
    assert_eq!(shown["vehicles"][0]["files"].as_array().unwrap().len(), 1);
    let shown = two.advisor.get(&path).await.expect(200);
    assert_eq!(shown["files"], json!([]));

    // An admin may look at one centre.
    let narrowed = format!("{of_vehicle}&serviceCenterId={}", two.id);
    assert_eq!(ids(&dealership.admin, &narrowed).await, [third.clone(), first.clone()]);
    one.manager.get(&narrowed).await.refused(403, "FORBIDDEN");
    // A vehicle's id is no customer's.
    let other_kind = format!("{FILES}?entityType=customer&entityId={}", id(&vehicle));
    assert_eq!(total(&dealership.admin, &other_kind).await, 0);

    for foreign in [&first, &third] {
        let path = format!("{FILES}/{foreign}");
        one.manager.get(&path).await.refused(404, "NOT_FOUND");
        one.manager.delete(&path).await.refused(404, "NOT_FOUND");
        assert!(is_on(Shelf::Ready, &dealership, foreign).await);
    }
    assert_eq!(total(&two.manager, FILES).await, 2);
}

#[tokio::test]
async fn lists_are_filtered_sorted_and_counted() {
    let dealership = open().await;
    let one = &dealership.one;
    let card = dealership.job_card(one).await;
    let mut files = Vec::new();
    for (filename, content) in
        [("c.pdf", samples::pdf(300)), ("a.jpg", samples::jpeg()), ("b.pdf", samples::pdf(200))]
    {
        dealership.app.advance(TimeDelta::seconds(1));
        let file = send_for(&one.advisor, ("job_card", &card), (filename, &content)).await.expect(201);
        files.push(id(&file).to_owned());
    }
    dealership.app.advance(TimeDelta::seconds(1));
    let ticket = ticket_for(("job_card", &card), ("d.pdf", "application/pdf"), &samples::pdf(100));
    files.push(one.engineer.create(UPLOAD, ticket).await["fileId"].as_str().unwrap().to_owned());
    let by_number = |numbers: &[usize]| numbers.iter().map(|n| files[*n].clone()).collect::<Vec<_>>();
    for (query, expected) in [
        ("", &[3, 2, 1, 0][..]),
        ("sort=createdAt", &[0, 1, 2, 3]),
        ("sort=filename", &[1, 2, 0, 3]),
        ("sort=-size", &[1, 0, 2, 3]),
        ("filter[status]=PENDING", &[3]),
        ("filter[status]=READY&filter[contentType]=application/pdf", &[2, 0]),
        ("filter[category]=warranty_documents", &[3]),
        ("filter[filename][like]=A.J", &[1]),
        ("filter[size][lt]=300", &[3, 2]),
        ("entityType=job_card", &[3, 2, 1, 0]),
        ("entityType=vehicle", &[]),
        ("page=2&limit=3", &[0]),
        ("dateFrom=2026-11-24", &[]),
    ] {
        for scope in [String::new(), format!("&entityId={}", id(&card))] {
            let path = format!("{FILES}?{query}{scope}");
            assert_eq!(ids(&one.manager, &path).await, by_number(expected), "{path}");
            if !query.contains("page") {
                assert_eq!(total(&one.manager, &path).await, expected.len(), "{path}");
            }
        }
    }
    let uploader = format!("{FILES}?filter[uploadedById]={}&expand=uploadedBy,serviceCenter", one.engineer_id);
    let row = &one.manager.get(&uploader).await.rows()[0];
    assert_eq!(
        (&row["uploadedBy"]["name"], &row["serviceCenter"]["code"]),
        (&json!("The engineer"), &json!("SC001"))
    );
    assert_eq!((&row["status"], &row["url"]), (&json!("PENDING"), &Value::Null));
    for (query, parameter) in [
        ("entityType=invoice", "entityType"),
        ("entityId=7", "entityId"),
        ("filter[status]=DONE", "filter[status]"),
        ("expand=files", "expand"),
        ("sort=sha256", "sort"),
    ] {
        one.manager.get(&format!("{FILES}?{query}")).await.refused(400, "BAD_QUERY").naming(parameter);
    }
    assert_eq!(total(&dealership.two.manager, FILES).await, 0);
}

#[tokio::test]
async fn a_repeated_form_uploads_once() {
    let dealership = open().await;
    let one = &dealership.one;
    let card = dealership.job_card(one).await;
    let fields = [("category", "invoices"), ("relatedEntityType", "job_card"), ("relatedEntityId", id(&card))];
    let upload = async |boundary: &str, content: &[u8]| {
        let request = one.advisor.request(Method::POST, UPLOAD).header("idempotency-key", "one upload");
        let request = request.header("content-type", &format!("multipart/form-data; boundary={boundary}"));
        request.bytes(form(boundary, &fields, Some(("a.pdf", "application/pdf", content)))).send().await
    };
    let pdf = samples::pdf(500);
    let first = upload("first", &pdf).await;
    let file = first.clone().expect(201);
    // A browser makes up another boundary whenever it sends a form.
    let second = upload("second", &pdf).await;
    assert_eq!(second.text, first.text);
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!(total(&one.advisor, FILES).await, 1);
    upload("third", &samples::pdf(501)).await.refused(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(download(file["url"].as_str().unwrap()).await.2, pdf);
    // Nothing is left behind: a day later the sweep takes what the refused upload left, and no more.
    dealership.app.advance(TimeDelta::days(1));
    let swept = dms_local::sweep_files(&dealership.app.app).await.unwrap();
    assert_eq!((swept.settled, swept.discarded, swept.objects), (0, 0, 1));
    assert_eq!(download(file["url"].as_str().unwrap()).await.2, pdf);
}

#[tokio::test]
async fn a_deleted_file_is_gone_for_good() {
    let dealership = open().await;
    let one = &dealership.one;
    let card = dealership.job_card(one).await;
    let file = send_for(&one.advisor, ("job_card", &card), ("a.pdf", &samples::pdf(99))).await.expect(201);
    let kept = send_for(&one.advisor, ("job_card", &card), ("b.pdf", &samples::pdf(99))).await.expect(201);
    let path = format!("{FILES}/{}", id(&file));
    let with_version = one.advisor.request(Method::DELETE, &path).header("if-match", "\"7\"");
    with_version.send().await.refused(412, "VERSION_MISMATCH");
    assert_eq!(download(file["url"].as_str().unwrap()).await.0, 200, "a refused deletion deletes nothing");

    let deleted = one.engineer.delete(&path).await.expect(200);
    assert_eq!((&deleted["id"], &deleted["url"]), (&file["id"], &Value::Null));
    assert_eq!(download(file["url"].as_str().unwrap()).await.0, 404, "an old link leads nowhere");
    assert!(!is_on(Shelf::Ready, &dealership, id(&file)).await);
    one.advisor.get(&path).await.refused(404, "NOT_FOUND");
    one.advisor.delete(&path).await.refused(404, "NOT_FOUND");
    let of_card = format!("{FILES}?entityType=job_card&entityId={}", id(&card));
    for list in [FILES, of_card.as_str()] {
        assert_eq!(total(&one.advisor, list).await, 1);
        assert_eq!(ids(&one.advisor, list).await, [id(&kept)]);
    }
    assert_eq!(download(kept["url"].as_str().unwrap()).await.0, 200);
    let swept = dms_local::sweep_files(&dealership.app.app).await.unwrap();
    assert_eq!(swept.objects, 0, "there was nothing left to do");
}

#[tokio::test]
async fn names_in_indian_scripts_are_kept_and_saved_under() {
    let dealership = open().await;
    let one = &dealership.one;
    let card = dealership.job_card(one).await;
    let name = "वारंटी पत्र \"क\u{94D}\u{200D}ष\".pdf";
    let ticket = ticket_for(("job_card", &card), (name, "application/pdf"), &samples::pdf(50));
    let ticket = one.advisor.create(UPLOAD, ticket).await;
    let path = format!("{FILES}/{}", ticket["fileId"].as_str().unwrap());
    assert_eq!(one.advisor.get(&path).await.expect(200)["filename"], name);
    // In a form the quotes would need their own escaping.
    let name = "वारंटी पत्र.pdf";
    let file = send_for(&one.advisor, ("job_card", &card), (name, &samples::pdf(50))).await.expect(201);
    let (_, headers, _) = download(file["url"].as_str().unwrap()).await;
    let saved_as = headers["content-disposition"].to_str().unwrap();
    assert!(saved_as.contains("filename*=UTF-8''%E0%A4%B5%E0%A4%BE%E0%A4%B0"), "{saved_as}");
    assert!(saved_as.starts_with("attachment; filename=\"______ ____.pdf\""), "{saved_as}");
}
