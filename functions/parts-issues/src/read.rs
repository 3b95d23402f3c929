use axum::extract::State;
use dms_domain::{
    parts_issue::PartsIssue,
    permissions::grant,
    query::{Field, FieldKind, QuerySpec},
    refusal::Refusal,
    statuses::{IssueDirection, PartsIssueStatus, Priority},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, Paginated},
    expand::expand,
    extract::{Id, Params, Permit, Spec},
    views::{PartsIssueView, json},
};
use dms_store::{States, keys::TenantKind};

use crate::edit::scope_of;

pub(crate) const NOT_FOUND: Refusal = Refusal::NotFound { what: "parts issue" };

const EXPANDS: &[&str] =
    &["serviceCenter", "toServiceCenter", "fromServiceCenter", "requestedBy", "decidedBy", "items"];

pub(crate) struct OneIssue;

impl Spec for OneIssue {
    type Row = PartsIssueView;

    const SPEC: QuerySpec = QuerySpec::document(EXPANDS);
}

pub(crate) struct Issues;

impl Spec for Issues {
    type Row = PartsIssueView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "status", kind: FieldKind::Choice(PartsIssueStatus::NAMES) },
            Field { name: "createdAt", kind: FieldKind::Time },
            Field { name: "direction", kind: FieldKind::Choice(IssueDirection::NAMES) },
            Field { name: "priority", kind: FieldKind::Choice(Priority::NAMES) },
            Field { name: "issueNumber", kind: FieldKind::Text },
            Field { name: "requestedById", kind: FieldKind::Id },
        ],
        sorts: &["createdAt", "updatedAt"],
        expands: EXPANDS,
        list: true,
        by_centre: true,
        texts: &["search"],
    };
}

const STATES: States =
    States { field: "status", code: PartsIssueStatus::code_of_name, narrow_by: &["status", "createdAt"] };

/// List parts issues
///
/// A centre sees its own; Central sees all, or those of the centre named.
///
/// `search` finds them by their number or its end (`0042`).
#[utoipa::path(
    get, path = "/api/parts-issues", tag = "Parts issues", params(Params<Issues>),
    responses((status = 200, description = "A page of parts issues", body = Paginated<PartsIssueView>)),
    security(("bearer" = ["parts_issues:read"]))
)]
pub(crate) async fn list(
    permit: Permit<grant::PartsIssuesRead>,
    State(app): State<AppState>,
    query: Params<Issues>,
) -> ApiResult<Reply> {
    let scope = permit.issue_list_scope(query.service_center_id)?;
    let page = app.store.list_across::<PartsIssue>(TenantKind::PartsIssue, scope, &query, STATES).await?;
    let mut rows = page.rows.iter().map(|row| json(&PartsIssueView::of(row))).collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// Get a parts issue
#[utoipa::path(
    get, path = "/api/parts-issues/{id}", tag = "Parts issues",
    params(("id" = uuid::Uuid, Path, description = "The parts issue"), Params<OneIssue>),
    responses((status = 200, description = "The parts issue", body = Envelope<PartsIssueView>)),
    security(("bearer" = ["parts_issues:read"]))
)]
pub(crate) async fn get(
    permit: Permit<grant::PartsIssuesRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<OneIssue>,
) -> ApiResult<Reply> {
    let scope = scope_of(&permit, &id)?;
    let issue = app.store.parts_issue(scope, &id).await?.ok_or(NOT_FOUND)?;
    let mut rows = [json(&PartsIssueView::of(&issue))?];
    expand(&app, &permit, &mut rows, &query).await?;
    let [row] = rows;
    permit.context.document(row, issue.version, &query)
}
