use axum::{
    extract::{FromRequest, Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
};
use dms_domain::permissions::grant;
use dms_http::{
    ApiError, ApiResult, AppState, Reply,
    envelope::{Envelope, ErrorBody},
    extract::{Cmd, Form, Json, Permit},
    views::FileView,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    inline::{self, UploadForm},
    ticket::{self, NewFileTicket, TicketView},
};

/// What was sent: a file, or that one will be.
pub(crate) enum Sent {
    File(Form),
    Announcement(NewFileTicket),
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        match essence.to_ascii_lowercase().as_str() {
            "multipart/form-data" => Form::from_request(request, state).await.map(Self::File),
            "application/json" => {
                let Json(ticket) = <Json<NewFileTicket> as FromRequest<S>>::from_request(request, state).await?;
                Ok(Self::Announcement(ticket))
            }
            _ => Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UNSUPPORTED_MEDIA_TYPE",
                "Send the file as multipart/form-data, or ask for a ticket with application/json",
            )
            .with_field("content-type", "must be multipart/form-data or application/json")),
        }
    }
}

/// The file, when it was sent; a ticket, when it was announced.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code)] // documentation: each is sent as it is
pub(crate) enum Uploaded {
    /// The file.
    File(FileView),
    /// The ticket.
    Ticket(TicketView),
}

/// Upload a file, or get a ticket for it
///
/// `multipart/form-data` with the file in it, up to 4.4 MB: the file is checked and READY at once.
///
/// `application/json` announces a file of up to 10 MB (10485760 bytes) by its name, length, type and SHA-256. The answer is
/// a ticket: within 15 minutes PUT the file to `uploadUrl` with the `headers` given; another length, type or content is
/// refused. The file is PENDING until it was checked, a second or two later, and then READY, or REJECTED with
/// `rejectionReason`: ask `GET /api/files/{id}`. What is not claimed within a day is removed.
///
/// JPEG, PNG, PDF, and Word's doc and docx: the ending of the name, the type and the content itself must agree.
#[utoipa::path(
    post, path = "/api/files/upload", tag = "Files",
    request_body(
        description = "The file, or what it will be",
        content((UploadForm = "multipart/form-data"), (NewFileTicket = "application/json"))
    ),
    responses(
        (status = 201, description = "Uploaded, or the ticket", body = Envelope<Uploaded>),
        (status = 413, description = "Too large for a request: use a ticket", body = ErrorBody),
        (status = 415, description = "Neither a form nor JSON", body = ErrorBody)
    ),
    security(("bearer" = ["files:create"]))
)]
pub(crate) async fn upload(
    permit: Permit<grant::FilesCreate>,
    State(app): State<AppState>,
    cmd: Cmd,
    sent: Sent,
) -> ApiResult<Reply> {
    match sent {
        Sent::File(form) => inline::keep(&app, &permit, cmd.with_form(&form), form).await,
        Sent::Announcement(ticket) => ticket::issue(&app, &permit, &cmd, ticket).await,
    }
}
