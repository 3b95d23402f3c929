//! Whatever comes as a form is read or refused with a 4xx; a form that was well made comes out as it went in, byte for byte.

#![no_main]

use axum::{body::Body, extract::FromRequest, http::Request, response::IntoResponse};
use dms_http::{ApiError, extract::Form};
use futures::executor::block_on;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

const BOUNDARY: &str = "----dms7MA4YWxkTrZu0gW";

fn read(content_type: &str, body: Vec<u8>) -> Result<Form, ApiError> {
    let request = Request::post("/").header("content-type", content_type).body(Body::from(body));
    let Ok(request) = request else { return Err(refused()) };
    block_on(Form::from_request(request, &()))
}

/// A header that no request can have never reaches the form.
fn refused() -> ApiError {
    ApiError::new(axum::http::StatusCode::BAD_REQUEST, "NO_REQUEST", "")
}

/// A form of one field and one file.
fn made((name, value): (&str, &str), file: &[u8]) -> Vec<u8> {
    let mut body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n--{BOUNDARY}\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\n"
    )
    .into_bytes();
    body.extend(file);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    body
}

fuzz_target!(|data: &[u8]| {
    let (choice, data) = data.split_first().map_or((0, data), |(first, rest)| (*first, rest));
    let own = format!("multipart/form-data; boundary={BOUNDARY}");
    // Raw bodies under a genuine header; and headers of any form, the body after the first line end.
    let form = if choice % 3 == 0 {
        read(&own, data.to_vec())
    } else if choice % 3 == 1 {
        let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
        let (header, body) = data.split_at(end);
        read(&String::from_utf8_lossy(header), body.to_vec())
    } else {
        let middle = data.len() / 2;
        let (value, file) = data.split_at(middle);
        let value = String::from_utf8_lossy(value);
        let marker = format!("\r\n--{BOUNDARY}");
        // A boundary is one that occurs in no part: choosing it is the sender's duty.
        let has = |bytes: &[u8]| bytes.windows(marker.len()).any(|window| window == marker.as_bytes());
        if has(file) || has(value.as_bytes()) {
            return;
        }
        let form = read(&own, made(("category", &value), file)).unwrap_or_else(|_| panic!("a well-made form is read"));
        assert_eq!(form.file.content, file);
        assert_eq!(form.file.filename, "a.pdf");
        assert_eq!(form.file.content_type.as_deref(), Some("application/pdf"));
        let Ok(fields) = form.fields::<Map<String, Value>>() else { panic!("any field is text") };
        let expected = (!value.is_empty()).then(|| Value::from(value.into_owned()));
        assert_eq!(fields.get("category").cloned(), expected);
        return;
    };
    match form {
        Ok(form) => {
            let Ok(fields) = form.fields::<Map<String, Value>>() else { panic!("any field is text") };
            assert!(fields.len() <= 31 && fields.values().all(|value| value.as_str().is_some_and(|text| !text.is_empty())));
            assert!(form.file.content.len() <= data.len());
        }
        Err(error) => {
            let status = error.into_response().status();
            assert!(status.is_client_error(), "{status}");
        }
    }
});
