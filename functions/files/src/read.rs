use axum::extract::State;
use dms_domain::{
    file::StoredFile,
    permissions::grant,
    query::{Field, FieldKind, Filter, Operand, Operator, Query, QueryError, QuerySpec},
    refusal::Refusal,
    statuses::{FileCategory, FileStatus, FileType, RelatedEntity},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::{Envelope, Paginated},
    expand::expand,
    extract::{Id, Params, Permit, Spec},
    files,
    views::{FileView, json},
};
use dms_store::{Index, Listed, STATELESS, States, keys, keys::TenantKind};
use uuid::Uuid;

pub(crate) const WHAT: &str = "file";
pub(crate) const NOT_FOUND: Refusal = Refusal::NotFound { what: WHAT };

const EXPANDS: &[&str] = &["uploadedBy", "serviceCenter"];

pub(crate) struct OneFile;

impl Spec for OneFile {
    type Row = FileView;

    const SPEC: QuerySpec = QuerySpec::document(EXPANDS);
}

const RELATED_TYPE: Field = Field { name: "relatedEntityType", kind: FieldKind::Choice(RelatedEntity::NAMES) };
const RELATED_ID: Field = Field { name: "relatedEntityId", kind: FieldKind::Id };

/// What the list's own parameters stand for.
const PARAMETERS: [(&str, Field); 2] = [("entityType", RELATED_TYPE), ("entityId", RELATED_ID)];

pub(crate) struct Files;

impl Spec for Files {
    type Row = FileView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "status", kind: FieldKind::Choice(FileStatus::NAMES) },
            Field { name: "createdAt", kind: FieldKind::Time },
            Field { name: "category", kind: FieldKind::Choice(FileCategory::NAMES) },
            RELATED_TYPE,
            RELATED_ID,
            Field { name: "filename", kind: FieldKind::Text },
            Field { name: "contentType", kind: FieldKind::Choice(FileType::NAMES) },
            Field { name: "size", kind: FieldKind::Number },
            Field { name: "uploadedById", kind: FieldKind::Id },
        ],
        sorts: &["createdAt", "filename", "size"],
        expands: EXPANDS,
        list: true,
        by_centre: true,
        texts: &["entityType", "entityId"],
    };
}

const NARROWED: States = States { narrow_by: &["relatedEntityId", "createdAt"], ..STATELESS };

/// The query with its parameters as the filters they stand for.
fn filtered(query: &Query) -> Result<Query, QueryError> {
    let mut filtered = query.clone();
    for (parameter, field) in PARAMETERS {
        if let Some(value) = query.text(parameter) {
            filtered.filters.push(Filter {
                field,
                operator: Operator::Eq,
                operands: vec![Operand::Text(checked(parameter, value, field.kind)?)],
            });
        }
    }
    Ok(filtered)
}

fn checked(parameter: &str, value: &str, kind: FieldKind) -> Result<String, QueryError> {
    let wrong = |message: String| QueryError::new(parameter, message);
    match kind {
        FieldKind::Choice(choices) if !choices.contains(&value) => {
            Err(wrong(format!("{value:?} is not possible; valid: {}", choices.join(", "))))
        }
        FieldKind::Id => {
            value.parse().map(|id: Uuid| id.to_string()).map_err(|_| wrong("must be an id (a UUID)".to_owned()))
        }
        FieldKind::Choice(_)
        | FieldKind::Text
        | FieldKind::Number
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Bool => Ok(value.to_owned()),
    }
}

/// List files
///
/// Newest first; `entityType` and `entityId` ask for those of one job card, vehicle or customer. Files of a vehicle or
/// a customer are shown to the centre that uploaded them.
#[utoipa::path(
    get, path = "/api/files", tag = "Files", params(Params<Files>),
    responses((status = 200, description = "A page of files", body = Paginated<FileView>)),
    security(("bearer" = ["files:read"]))
)]
pub(crate) async fn list(
    permit: Permit<grant::FilesRead>,
    State(app): State<AppState>,
    query: Params<Files>,
) -> ApiResult<Reply> {
    let filtered = filtered(&query)?;
    let scope = permit.list_scope(query.service_center_id)?;
    let document = filtered.equals(RELATED_ID.name).and_then(|id| id.parse::<Uuid>().ok());
    let page = match document {
        Some(document) => {
            let listed = Listed::Among(Index::Gsi2, keys::files_of_pk(&document), scope);
            app.store.list::<StoredFile>(&listed, &filtered, NARROWED).await?
        }
        None => app.store.list_across(TenantKind::File, scope, &filtered, NARROWED).await?,
    };
    let mut rows = files::rows(&app, &page.rows).await?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// Get a file
///
/// `url` is where to download it, for 15 minutes.
#[utoipa::path(
    get, path = "/api/files/{id}", tag = "Files",
    params(("id" = Uuid, Path, description = "The file"), Params<OneFile>),
    responses((status = 200, description = "The file", body = Envelope<FileView>)),
    security(("bearer" = ["files:read"]))
)]
pub(crate) async fn get(
    permit: Permit<grant::FilesRead>,
    State(app): State<AppState>,
    id: Id,
    query: Params<OneFile>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, WHAT)?;
    let file = app.store.file(scope, &id).await?.ok_or(NOT_FOUND)?;
    let mut rows = [json(&files::view(&app, &file).await?)?];
    expand(&app, &permit, &mut rows, &query).await?;
    let [row] = rows;
    permit.context.document(row, file.version, &query)
}
