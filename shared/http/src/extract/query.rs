//! The query string of a list or a document: parsed by, and documented from, the endpoint's own table.

use std::{marker::PhantomData, ops::Deref};

use axum::{extract::FromRequestParts, http::request::Parts};
use dms_domain::query::{Field, FieldKind, MAX_LIMIT, Query, QueryError, QuerySpec, SEARCH, relations::MAX_DEPTH};
use utoipa::{
    IntoParams, ToSchema,
    openapi::{
        Required,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type},
    },
};

use crate::{context::Context, error::ApiError, fields};

/// An endpoint's table of what its query string may say.
pub trait Spec: Send + Sync + 'static {
    /// A row of the list, or the document: `fields=` chooses among the fields of its documentation.
    type Row: ToSchema;

    /// The table.
    const SPEC: QuerySpec;
}

/// The parsed query string of an endpoint.
pub struct Params<S> {
    query: Query,
    spec: PhantomData<fn() -> S>,
}

impl<S> Deref for Params<S> {
    type Target = Query;

    fn deref(&self) -> &Query {
        &self.query
    }
}

impl<S: Spec, State: Send + Sync> FromRequestParts<State> for Params<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        let mut query = Query::parse(parts.uri.query().unwrap_or_default(), &S::SPEC)?;
        fields::check::<S::Row>(&query)?;
        if let Some(cursor) = &query.cursor {
            let context = Context::from_request_parts(parts, state).await?;
            let unknown = || QueryError {
                parameter: "cursor".to_owned(),
                position: 0,
                message: "is not the nextCursor of this list with these filters and this order".to_owned(),
            };
            query.position = Some(context.open(cursor, &query).ok_or_else(unknown)?);
        }
        Ok(Self { query, spec: PhantomData })
    }
}

impl<S: Spec> IntoParams for Params<S> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let spec = S::SPEC;
        let mut params = Vec::new();
        if spec.list {
            params.push(parameter("page", "Page, from 1", integer(None)));
            params.push(parameter(
                "cursor",
                "Instead of page: the nextCursor of the page before, for long walks",
                text(),
            ));
            params.push(parameter("limit", "Rows on a page, 20 unless given", integer(Some(MAX_LIMIT))));
        }
        if spec.list && !spec.sorts.is_empty() {
            params.push(parameter(
                "sort",
                &format!("{}; with - before it: descending", spec.sorts.join(", ")),
                text(),
            ));
        }
        if spec.list && spec.filters.iter().any(|field| field.name == "createdAt") {
            params.push(parameter("dateFrom", "Only rows created on this day (in India) or later", text()));
            params.push(parameter("dateTo", "Only rows created on this day (in India) or earlier", text()));
        }
        if spec.by_centre {
            params.push(parameter(
                "serviceCenterId",
                "The service centre; users of a centre see only their own",
                uuid(),
            ));
        }
        params.push(parameter("fields", "Only these fields, separated by commas; nested ones with dots", text()));
        if !spec.expands.is_empty() {
            let relations = spec.expands.join(", ");
            let description = format!(
                "Relations to show: {relations}; and theirs, with dots, up to {MAX_DEPTH} steps \
                 (`customer.vehicles.serviceHistory`). `name.limit=5` shows at most so many of one that has many"
            );
            params.push(parameter("expand", &description, text()));
        }
        params.extend(spec.texts.iter().map(|name| parameter(name, text_of(name), text())));
        params.extend(spec.filters.iter().map(filter));
        params
    }
}

fn text_of(name: &str) -> &'static str {
    match name {
        SEARCH => "What the rows are found by, 3 to 100 characters: see the description",
        _ => "See the description",
    }
}

fn filter(field: &Field) -> Parameter {
    let (words, schema) = match field.kind {
        FieldKind::Text => ("text".to_owned(), text()),
        FieldKind::Id => ("an id".to_owned(), uuid()),
        FieldKind::Number => ("a whole number".to_owned(), ObjectBuilder::new().schema_type(Type::Integer).into()),
        FieldKind::Date => ("a date".to_owned(), text()),
        FieldKind::Time => ("a date (in India) or a time".to_owned(), text()),
        FieldKind::Bool => ("true or false".to_owned(), ObjectBuilder::new().schema_type(Type::Boolean).into()),
        FieldKind::Choice(choices) => (
            "one of the values".to_owned(),
            ObjectBuilder::new().schema_type(Type::String).enum_values(Some(choices.iter().copied())).into(),
        ),
    };
    let name = format!("filter[{}]", field.name);
    let description = format!(
        "Only rows whose {} is this: {words}. Also `{name}[gte]=…` with ne, gt, gte, lt, lte, in{}",
        field.name,
        if field.kind == FieldKind::Text { ", like (contains)" } else { "" }
    );
    parameter(&name, &description, schema)
}

fn parameter(name: &str, description: &str, schema: Schema) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

fn text() -> Schema {
    ObjectBuilder::new().schema_type(Type::String).into()
}

fn uuid() -> Schema {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
        .into()
}

fn integer(most: Option<u32>) -> Schema {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(most).into()
}
