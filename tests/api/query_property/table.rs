//! What each list's query string may say, as the OpenAPI document tells it to everyone.

use serde_json::Value;

/// What the values of a field are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Id,
    Number,
    Bool,
    /// A calendar day.
    Day,
    /// A moment; in a filter also a day in India.
    Time,
    /// Rupees, a decimal text.
    Money,
    Choice(Vec<String>),
}

/// A GET route whose answer is a list.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) path: String,
    pub(super) filters: Vec<(String, Kind)>,
    /// The first, descending, is the default.
    pub(super) sorts: Vec<String>,
    pub(super) by_centre: bool,
    pub(super) by_date: bool,
    pub(super) searched: bool,
}

/// Every GET route, with its parameters.
pub(super) fn get_routes() -> Vec<(String, Vec<Value>)> {
    let document = serde_json::to_value(dms_local::openapi()).unwrap();
    let paths = document["paths"].as_object().expect("paths").iter();
    let gets = paths.filter(|(_, item)| item["get"].is_object());
    gets.map(|(path, item)| {
        let parameters = item["get"]["parameters"].as_array().cloned().unwrap_or_default();
        (path.clone(), parameters.into_iter().filter(|parameter| parameter["in"] == "query").collect())
    })
    .collect()
}

/// The lists: routes with pages.
pub(super) fn lists() -> Vec<List> {
    get_routes().into_iter().filter_map(|(path, parameters)| list(path, &parameters)).collect()
}

fn list(path: String, parameters: &[Value]) -> Option<List> {
    let named = |name: &str| parameters.iter().find(|parameter| parameter["name"] == name);
    named("page")?;
    let sorts = named("sort").map_or(Vec::new(), |sort| {
        let (fields, _) = words(sort).split_once(';').expect("the fields before a semicolon");
        fields.split(", ").map(str::to_owned).collect()
    });
    let filter = |parameter: &Value| {
        let field = parameter["name"].as_str()?.strip_prefix("filter[")?.strip_suffix(']')?;
        Some((field.to_owned(), kind(parameter)))
    };
    Some(List {
        path,
        filters: parameters.iter().filter_map(filter).collect(),
        sorts,
        by_centre: named("serviceCenterId").is_some(),
        by_date: named("dateFrom").is_some(),
        searched: named("search").is_some(),
    })
}

fn words(parameter: &Value) -> &str {
    parameter["description"].as_str().expect("a description")
}

/// By the schema; of texts, by what the description calls the values: `Only rows whose x is this: a date. …`
fn kind(parameter: &Value) -> Kind {
    let schema = &parameter["schema"];
    if let Some(choices) = schema["enum"].as_array() {
        return Kind::Choice(choices.iter().filter_map(|choice| Some(choice.as_str()?.to_owned())).collect());
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("integer"), _) => return Kind::Number,
        (Some("boolean"), _) => return Kind::Bool,
        (_, Some("uuid")) => return Kind::Id,
        _ => {}
    }
    let values = words(parameter).split_once(": ").map_or("", |(_, rest)| rest);
    match values.split('.').next().expect("a sentence") {
        "text" => Kind::Text,
        "a date" => Kind::Day,
        "a date (in India) or a time" => Kind::Time,
        other if other.contains("amount") => Kind::Money,
        other => panic!("this test does not know what {other:?} means: teach it ({parameter})"),
    }
}
