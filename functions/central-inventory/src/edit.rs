use axum::{extract::State, http::StatusCode};
use dms_access::CentralScope;
use dms_domain::{central_stock::CentralPart, permissions::grant, refusal::check_version};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    parts::PartChanges,
    views::CentralPartView,
};
use dms_store::{Plan, Store, StoreError};

use crate::{create::view, read::NOT_FOUND};

/// The part that a command is about.
///
/// # Errors
/// No such part; `If-Match` names another version; a failure of the store.
pub(crate) async fn present(
    store: &Store,
    scope: CentralScope,
    id: &Id,
    cmd: &Cmd,
) -> Result<CentralPart, StoreError> {
    let part = store.central_part(scope, id).await?.ok_or(NOT_FOUND)?;
    check_version(cmd.if_match, part.version)?;
    Ok(part)
}

/// Change a part of Central's stock
///
/// Everything but its number, and its stock, which is changed by adjusting it.
#[utoipa::path(
    patch, path = "/api/central-inventory/parts/{id}", tag = "Central inventory", request_body = PartChanges,
    params(("id" = uuid::Uuid, Path, description = "The part")),
    responses((status = 200, description = "Changed", body = Envelope<CentralPartView>)),
    security(("bearer" = ["central_inventory:update"]))
)]
pub(crate) async fn update(
    permit: Permit<grant::CentralInventoryUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(changes): Json<PartChanges>,
) -> ApiResult<Reply> {
    let scope = permit.central_scope()?;
    let now = cmd.context.timestamp();
    let plan = || async {
        let part = present(&app.store, scope, &id, &cmd).await?;
        let details = changes.clone().applied_to(&part.details);
        details.check(Some(&part.details), now.ist_date())?;
        Plan::replace(&part, part.edited(details, now)?)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Delete a part of Central's stock
///
/// It disappears from lists; documents that name it keep their data, and its number stays taken. Refused while pieces
/// are in stock, promised or under way. When pieces of it come back, it is there again.
#[utoipa::path(
    delete, path = "/api/central-inventory/parts/{id}", tag = "Central inventory",
    params(("id" = uuid::Uuid, Path, description = "The part")),
    responses((status = 200, description = "Deleted", body = Envelope<CentralPartView>)),
    security(("bearer" = ["central_inventory:delete"]))
)]
pub(crate) async fn delete(
    permit: Permit<grant::CentralInventoryDelete>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let scope = permit.central_scope()?;
    let plan = || async {
        let part = present(&app.store, scope, &id, &cmd).await?;
        // Read after the part: what leaves its stock before that is seen here.
        let in_transit = app.store.in_transit_of_central(scope).await?;
        part.check_empty(in_transit.of_part(&part.details.part_number))?;
        let deleted = part.edited(part.details.clone(), cmd.context.timestamp())?;
        Plan::archive(&part, deleted)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
