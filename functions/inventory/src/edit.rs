use axum::{extract::State, http::StatusCode};
use dms_access::TenantScope;
use dms_domain::{
    permissions::grant,
    refusal::{Refusal, check_version},
    stock::Part,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    parts::PartChanges,
    views::PartView,
};
use dms_store::{Plan, Store, StoreError};

use crate::read::{NOT_FOUND, WHAT};

/// The part that a command is about.
///
/// # Errors
/// No such part; `If-Match` names another version; a failure of the store.
pub(crate) async fn present(store: &Store, scope: TenantScope, id: &Id, cmd: &Cmd) -> Result<Part, StoreError> {
    let part = store.part(scope, id).await?.ok_or(NOT_FOUND)?;
    check_version(cmd.if_match, part.version)?;
    Ok(part)
}

/// Change a part
///
/// Everything but its stock, which is changed by adjusting it; and its number, once some of it came from Central.
#[utoipa::path(
    patch, path = "/api/inventory/parts/{id}", tag = "Inventory", request_body = PartChanges,
    params(("id" = uuid::Uuid, Path, description = "The part")),
    responses((status = 200, description = "Changed", body = Envelope<PartView>)),
    security(("bearer" = ["inventory:update"]))
)]
pub(crate) async fn update(
    permit: Permit<grant::InventoryUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(changes): Json<PartChanges>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let now = cmd.context.timestamp();
    let plan = || async {
        let part = present(&app.store, scope, &id, &cmd).await?;
        let details = changes.clone().applied_to(&part.details);
        details.check(Some(&part.details), now.ist_date())?;
        app.store.edit_part(&part, part.edited(details, now)?)
    };
    let view = |part: &Part| (PartView::of(part), Some(part.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Delete a part
///
/// It disappears from lists; documents that name it keep their data, and its number stays taken in the centre.
/// Refused while pieces are in stock. When pieces of it come back, it is there again.
#[utoipa::path(
    delete, path = "/api/inventory/parts/{id}", tag = "Inventory",
    params(("id" = uuid::Uuid, Path, description = "The part")),
    responses((status = 200, description = "Deleted", body = Envelope<PartView>)),
    security(("bearer" = ["inventory:delete"]))
)]
pub(crate) async fn delete(
    permit: Permit<grant::InventoryDelete>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let plan = || async {
        let part = present(&app.store, scope, &id, &cmd).await?;
        if part.stock_quantity != 0 {
            let message = format!("{} of the part are in stock: adjust its stock to 0 first", part.stock_quantity);
            return Err(Refusal::conflict("STOCK_LEFT", message).into());
        }
        let deleted = part.edited(part.details.clone(), cmd.context.timestamp())?;
        Plan::archive(&part, deleted)
    };
    let view = |part: &Part| (PartView::of(part), Some(part.version));
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
