use axum::extract::State;
use dms_access::ListScope;
use dms_domain::{
    permissions::{Role, grant},
    query::{Field, FieldKind, QuerySpec},
    refusal::Refusal,
    user::User,
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, Paginated},
    expand::expand,
    extract::{Id, Params, Permit, Spec},
    views::{UserView, json},
};
use dms_store::{
    Index, Listed, STATELESS,
    keys::{self, MasterKind},
};

const EXPANDS: &[&str] = &["serviceCenter"];
const ROLES: &[&str] = &[
    "admin",
    "sc_manager",
    "service_engineer",
    "service_advisor",
    "inventory_manager",
    "central_inventory_manager",
];

pub(crate) struct OneUser;

impl Spec for OneUser {
    type Row = UserView;

    const SPEC: QuerySpec = QuerySpec::document(EXPANDS);
}

pub(crate) struct Users;

impl Spec for Users {
    type Row = UserView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "role", kind: FieldKind::Choice(ROLES) },
            Field { name: "active", kind: FieldKind::Bool },
            Field { name: "email", kind: FieldKind::Text },
            Field { name: "createdAt", kind: FieldKind::Time },
        ],
        sorts: &["createdAt", "name"],
        expands: EXPANDS,
        list: true,
        by_centre: true,
        texts: &[],
    };
}

/// List users
#[utoipa::path(
    get, path = "/api/users", tag = "Users", params(Params<Users>),
    responses((status = 200, description = "A page of users", body = Paginated<UserView>)),
    security(("bearer" = ["users:read"]))
)]
pub(crate) async fn list(
    permit: Permit<grant::UsersRead>,
    State(app): State<AppState>,
    query: Params<Users>,
) -> ApiResult<Reply> {
    let listed = match permit.list_scope(query.service_center_id)? {
        ListScope::All(_) => Listed::Master(MasterKind::User),
        ListScope::One(scope) => Listed::Relation(Some(Index::Gsi2), keys::centre_users_pk(scope.ordinal())),
    };
    let page = app.store.list::<User>(&listed, &query, STATELESS).await?;
    let mut rows = page.rows.iter().map(|user| json(&UserView::of(user))).collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// Get a user
#[utoipa::path(
    get, path = "/api/users/{id}", tag = "Users",
    params(("id" = uuid::Uuid, Path, description = "The user"), Params<OneUser>),
    responses((status = 200, description = "The user", body = Envelope<UserView>)),
    security(("bearer" = ["users:read"]))
)]
pub(crate) async fn get(
    permit: Permit<grant::UsersRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<OneUser>,
) -> ApiResult<Reply> {
    let own_centre = permit.centre().map(|centre| centre.id);
    let user = app.store.user(&id).await?;
    let user = user
        .filter(|user| permit.role() == Role::Admin || user.service_center_id == own_centre)
        .ok_or(Refusal::NotFound { what: "user" })?;
    let mut rows = [json(&UserView::of(&user))?];
    expand(&app, &permit, &mut rows, &query).await?;
    let [row] = rows;
    permit.context.document(row, user.version, &query)
}
