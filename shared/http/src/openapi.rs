//! The API's documentation, made from the routes: every function documents its own, this adds what all
//! share.

use utoipa::{
    OpenApi,
    openapi::{
        ContentBuilder, OpenApi as Document, PathItem, Ref, RefOr, Required, ResponseBuilder,
        path::{Operation, ParameterBuilder, ParameterIn},
        security::{Http, HttpAuthScheme, SecurityScheme},
        tag::TagBuilder,
    },
};

use crate::envelope::ErrorBody;

/// Name of the security scheme.
pub const BEARER: &str = "bearer";

const DESCRIPTION: &str = "\
Job cards, parts, invoices and customers of a dealership's service centres.

Log in with `POST /api/auth/login`, press **Authorize** and paste the `accessToken`.

* Successful answers are `{data, success, meta}`; lists add `pagination`; errors are \
`{message, code, status, errors, requestId}`.
* Money is accepted as a number or a string of rupees with at most two decimals, and answered as a string.
* Times are UTC (RFC 3339); days, months and financial years are India's.
* `Idempotency-Key` on POST and PATCH: a repeated request gets the first answer, byte for byte, and changes nothing.
* `If-Match` with a document's `ETag` on PATCH: 412 when someone else has changed it.
* Documents of another service centre are answered 404.";

#[derive(OpenApi)]
#[openapi(
    info(title = "DMS Serverless", license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")),
    components(schemas(ErrorBody))
)]
struct Base;

/// The tags, in the order of the specification.
const TAGS: &[(&str, &str)] = &[
    ("Authentication", "Log in, refresh, log out"),
    ("Customers", "Master data of the dealership"),
    ("Vehicles", "Master data of the dealership, with service history"),
    ("Appointments", "Who comes when"),
    ("Quotations", "What is offered for how much, and the customer's answer"),
    ("Job cards", "From the customer's complaint to the invoice"),
    ("Parts requests", "A job card asks for parts from stock"),
    ("Inventory", "A service centre's stock and its ledger"),
    ("Central inventory", "The dealership's own warehouse and its ledger"),
    ("Purchase orders", "What Central buys, and its deliveries"),
    ("Parts issues", "Parts on their way from Central to a centre, or back"),
    ("Suppliers", "Whom Central buys from"),
    ("Invoices", "GST invoices and their payment"),
    ("Credit notes", "What takes an invoice back, or some of it"),
    ("Notifications", "What each user is told"),
    ("Files", "Photos and papers of job cards, vehicles and customers"),
    ("Reports", "What is computed from a month's documents"),
    ("Service centres", "The tenants"),
    ("Users", "Who may do what"),
    ("System", "Health and documentation"),
];

/// The document of all routes: theirs, with what all share.
pub fn document(routes: Document) -> Document {
    let mut document = Base::openapi();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.info.description = Some(DESCRIPTION.to_owned());
    document.merge(routes);
    let scheme = SecurityScheme::Http(Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build());
    if let Some(components) = document.components.as_mut() {
        components.security_schemes.insert(BEARER.to_owned(), scheme.into());
    }
    let tag =
        |(name, description): &(&str, &str)| TagBuilder::new().name(*name).description(Some(*description)).build();
    document.tags = Some(TAGS.iter().map(tag).collect());
    for (path, item) in &mut document.paths.paths {
        complete(path, item);
    }
    document
}

fn complete(path: &str, item: &mut PathItem) {
    let PathItem { get, put, post, delete, patch, .. } = item;
    for (method, operation, changes) in [
        ("get", get, false),
        ("put", put, true),
        ("post", post, true),
        ("delete", delete, true),
        ("patch", patch, true),
    ] {
        if let Some(operation) = operation {
            operation.operation_id = Some(operation_id(method, path));
            describe_permission(operation);
            add_errors(operation, changes);
            if changes && operation.security.is_some() {
                add_command_headers(operation, path.contains("{id}"));
            }
        }
    }
}

/// Unique, and readable in generated clients: `patch_job_cards_id_status`.
fn operation_id(method: &str, path: &str) -> String {
    let words = path.trim_start_matches("/api/").replace(['{', '}'], "").replace(['/', '-', '.'], "_");
    format!("{method}_{words}")
}

/// Says in words which permission the route needs.
fn describe_permission(operation: &mut Operation) {
    let permission = permission_of(operation);
    let words = match permission {
        Some(permission) => format!("Needs the permission `{permission}`."),
        None if operation.security.is_some() => "Needs a login.".to_owned(),
        None => return,
    };
    let description = operation.description.take().unwrap_or_default();
    operation.description = Some(format!("{description}\n\n{words}").trim().to_owned());
}

/// The permission a route names in its security requirement.
pub fn permission_of(operation: &Operation) -> Option<String> {
    let requirement = operation.security.as_ref()?.first()?;
    let value = serde_json::to_value(requirement).ok()?;
    Some(value.get(BEARER)?.get(0)?.as_str()?.to_owned())
}

fn add_errors(operation: &mut Operation, changes: bool) {
    let mut errors = vec![("400", "Malformed: the parameter is named in `errors`"), ("429", "Too many requests")];
    errors.push(("503", "A dependency is down or busy: try again after `Retry-After` seconds"));
    if operation.security.is_some() {
        errors.extend([("401", "No valid token"), ("403", "Not permitted"), ("404", "No such document")]);
    }
    if changes {
        errors.extend([
            ("409", "The state, uniqueness or stock forbids it"),
            ("412", "`If-Match` names an older version"),
            ("413", "The body is too large"),
            ("415", "The body is not JSON"),
        ]);
    }
    if changes || has_query(operation) {
        errors.push(("422", "A field or parameter is not valid: named in `errors`"));
    }
    for (status, description) in errors {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ErrorBody"))).build();
        let response =
            ResponseBuilder::new().description(description).content("application/json", content).build();
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| response.into());
    }
}

fn has_query(operation: &Operation) -> bool {
    operation.parameters.iter().flatten().any(|parameter| match parameter {
        RefOr::T(parameter) => matches!(parameter.parameter_in, ParameterIn::Query),
        RefOr::Ref(_) => false, // the routes name none
    })
}

fn add_command_headers(operation: &mut Operation, changes_one_document: bool) {
    let idempotency_key =
        ("Idempotency-Key", "Repeating the request with the same key gets the same answer and changes nothing");
    let if_match = ("If-Match", "The version (ETag) the document is expected to have");
    let headers = [idempotency_key].into_iter().chain(changes_one_document.then_some(if_match));
    let parameters = operation.parameters.get_or_insert_default();
    for (name, description) in headers {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(description))
            .schema(Some(
                utoipa::openapi::schema::ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String),
            ))
            .build();
        parameters.push(parameter.into());
    }
}
