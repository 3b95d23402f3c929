use axum::{extract::State, http::StatusCode};
use dms_access::CentreClaim;
use dms_domain::{
    formats::{Email, Phone},
    inputs::Text,
    permissions::{Role, grant},
    refusal::{Refusal, check_version, must_exist},
    user::User,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Change, Cmd, Id, Json, Permit, set_only},
    password,
    views::UserView,
};
use dms_store::{Credentials, Store, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A new user.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "email": "mike@sc001.example", "password": "a-long-password", "name": "Mike Johnson",
    "phone": "+919876543210", "role": "service_engineer",
    "serviceCenterId": "0190a1b2-0000-7001-8000-000000000001"
}))]
pub(crate) struct NewUser {
    email: Email,
    /// 8 to 128 characters; never shown again.
    password: String,
    name: Text<2, 100>,
    phone: Option<Phone>,
    role: Role,
    /// Required for the roles of a centre, forbidden for the others.
    service_center_id: Option<Uuid>,
}

/// What changes of a user; absent fields stay, null clears.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"role": "sc_manager", "active": true}))]
pub(crate) struct UserChanges {
    #[serde(default, deserialize_with = "set_only")]
    name: Option<Text<2, 100>>,
    #[serde(default)]
    #[schema(value_type = Option<Phone>)]
    phone: Change<Phone>,
    #[serde(default, deserialize_with = "set_only")]
    role: Option<Role>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    service_center_id: Change<Uuid>,
    #[serde(default, deserialize_with = "set_only")]
    active: Option<bool>,
}

fn view(user: &User) -> (UserView, Option<u64>) {
    (UserView::of(user), Some(user.version))
}

/// The centre of a user of this role: required for the roles of a centre, forbidden for the others.
async fn centre_for(store: &Store, role: Role, centre: Option<Uuid>) -> Result<Option<CentreClaim>, StoreError> {
    let refuse = |message: &str| Refusal::field("serviceCenterId", message);
    match (role.needs_centre(), centre) {
        (true, None) => Err(refuse("is required for this role").into()),
        (false, Some(_)) => Err(refuse("is not possible for this role").into()),
        (false, None) => Ok(None),
        (true, Some(id)) => {
            let centre = must_exist(store.centre(&id).await?, "serviceCenterId", "service centre", id)?;
            Ok(Some(CentreClaim { id, code: centre.details.code }))
        }
    }
}

/// Create a user
#[utoipa::path(
    post, path = "/api/users", tag = "Users", request_body = NewUser,
    responses((status = 201, description = "Created", body = Envelope<UserView>)),
    security(("bearer" = ["users:manage"]))
)]
pub(crate) async fn create(
    permit: Permit<grant::UsersManage>,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<NewUser>,
) -> ApiResult<Reply> {
    let now = cmd.context.timestamp();
    let password_hash = password::hash(input.password, app.password_cost, "password").await?;
    let user = User {
        id: cmd.context.new_id(),
        email: input.email,
        name: input.name.0,
        phone: input.phone,
        role: input.role,
        service_center_id: input.service_center_id,
        active: true,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let plan = || async {
        let centre = centre_for(&app.store, user.role, user.service_center_id).await?;
        let credentials = Credentials {
            email: user.email.to_string(),
            user_id: user.id,
            password_hash: password_hash.clone(),
            password_epoch: 0,
            role: user.role,
            centre,
            active: true,
        };
        app.store.create_user(user.clone(), &credentials)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, view).await
}

/// The change of a user with what it means for their credentials.
async fn edit(store: &Store, old: &User, new: User) -> Result<dms_store::Plan<User>, StoreError> {
    let centre = centre_for(store, new.role, new.service_center_id).await?;
    let credentials = Credentials {
        email: new.email.to_string(),
        user_id: new.id,
        password_hash: String::new(),
        password_epoch: 0,
        role: new.role,
        centre,
        active: new.active,
    };
    store.edit_user(old, new, &credentials)
}

pub(crate) async fn present(store: &Store, id: &Id, cmd: &Cmd) -> Result<User, StoreError> {
    let user = store.user(id).await?.ok_or(Refusal::NotFound { what: "user" })?;
    check_version(cmd.if_match, user.version)?;
    Ok(user)
}

/// Change a user
///
/// Role and centre hold from the next refresh of the user's token on. The last admin stays one.
#[utoipa::path(
    patch, path = "/api/users/{id}", tag = "Users", request_body = UserChanges,
    params(("id" = Uuid, Path, description = "The user")),
    responses((status = 200, description = "Changed", body = Envelope<UserView>)),
    security(("bearer" = ["users:manage"]))
)]
pub(crate) async fn update(
    permit: Permit<grant::UsersManage>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(changes): Json<UserChanges>,
) -> ApiResult<Reply> {
    let plan = || async {
        let user = present(&app.store, &id, &cmd).await?;
        let changes = changes.clone();
        let new = User {
            name: changes.name.map_or(user.name.clone(), |text| text.0),
            phone: changes.phone.or(user.phone.clone()),
            role: changes.role.unwrap_or(user.role),
            service_center_id: changes.service_center_id.or(user.service_center_id),
            active: changes.active.unwrap_or(user.active),
            updated_at: cmd.context.timestamp(),
            version: user.version + 1,
            ..user.clone()
        };
        edit(&app.store, &user, new).await
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Deactivate a user
///
/// Users are never removed: documents name them. The last admin stays one.
#[utoipa::path(
    delete, path = "/api/users/{id}", tag = "Users",
    params(("id" = Uuid, Path, description = "The user")),
    responses((status = 200, description = "Deactivated", body = Envelope<UserView>)),
    security(("bearer" = ["users:manage"]))
)]
pub(crate) async fn delete(
    permit: Permit<grant::UsersManage>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let plan = || async {
        let user = present(&app.store, &id, &cmd).await?;
        let now = cmd.context.timestamp();
        let new = User { active: false, updated_at: now, version: user.version + 1, ..user.clone() };
        edit(&app.store, &user, new).await
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}
