//! Query strings that nobody means: never an error of the server, and every 400 names the parameter.

use axum::http::Uri;
use dms_testkit::{Answer, Dealership};
use fastrand::Rng;
use futures::{StreamExt, stream};

use super::{
    AT_ONCE,
    data::{self, Size, id},
    number, open, questions,
    table::{self, List},
};

/// A GET route, with documents for its `{id}`.
struct Route {
    path: String,
    ids: Vec<String>,
    /// Its parameters as they are documented.
    names: Vec<String>,
    list: Option<List>,
}

/// Every GET route; those with an id with that of a document, if there are some.
async fn routes(dealership: &Dealership) -> Vec<Route> {
    let mut lists = table::lists();
    let mut routes = Vec::new();
    for (path, parameters) in table::get_routes() {
        let names =
            parameters.iter().filter_map(|parameter| Some(parameter["name"].as_str()?.to_owned())).collect();
        let mut ids = vec![uuid::Uuid::nil().to_string(), "%00".to_owned(), "no-id".to_owned()];
        if let Some((parent, _)) = path.split_once("/{id}") {
            // Parts are listed at /api/inventory.
            let rows = dealership.admin.get(parent.trim_end_matches("/parts")).await.rows();
            let first = rows.first().unwrap_or_else(|| panic!("{parent} has rows"));
            ids.extend([id(first), id(first), id(first)].map(str::to_owned));
        }
        let list = lists.iter().position(|list| list.path == path).map(|index| lists.swap_remove(index));
        routes.push(Route { path, ids, names, list });
    }
    routes
}

fn one<T: Clone>(rng: &mut Rng, choices: &[T]) -> T {
    choices[rng.usize(..choices.len())].clone()
}

/// Any characters a URL may have, and escapes of any byte.
fn garbage(rng: &mut Rng, length: usize) -> String {
    let pieces =
        ["%", "%00", "%zz", "%f0%9f", "%ff", "[", "]", "][", "=", "&", ",", ".", "-", "+", "%20", "é", "%5B"];
    let piece = |rng: &mut Rng| match rng.usize(..3) {
        0 => one(rng, &pieces).to_owned(),
        1 => format!("%{:02x}", rng.u8(..)),
        _ => rng.char('!'..='~').to_string(),
    };
    (0..rng.usize(..=length)).map(|_| piece(rng)).collect()
}

/// Something that looks like a parameter.
fn pair(rng: &mut Rng, names: &[String]) -> String {
    let known = (!names.is_empty() && rng.usize(..4) > 0).then(|| one(rng, names));
    let mut name =
        known.unwrap_or_else(|| one(rng, &["filter[]", "filter[[x]]", "a.limit", "page", "", "cursor"]).into());
    if name.starts_with("filter[") && rng.bool() {
        name += one(rng, &["[eq]", "[in]", "[like]", "[gte]", "[ne]", "[between]", "[", "]", "[]", "[eq][eq]"]);
    }
    let values = [
        "",
        "0",
        "-1",
        "1",
        "100",
        "101",
        "4294967296",
        "18446744073709551616",
        "-9223372036854775809",
        "1e9",
        "NaN",
        "true",
        "null",
        "2026-11-23",
        "0000-01-01",
        "9999-12-31",
        "-262143-01-01",
        "+262142-12-31",
        "2026-02-30",
        "0001-01-01T00:00:00%2B23:59",
        "9999-12-31T23:59:60Z",
        "2026-11-23T04:30:00.123456789123Z",
        "createdAt",
        "-",
        "--createdAt",
        ",",
        ",,,",
        "a.b.c.d.e",
        "customer.vehicles.serviceHistory",
        "vehicles",
        "id,id,id",
        "00000000-0000-0000-0000-000000000000",
        "{}",
        "*",
        "%25",
        "OPEN,CREATED",
    ];
    let value = match rng.usize(..8) {
        0 => garbage(rng, 30),
        1 => "x".repeat(one(rng, &[100, 1_999, 2_001, 5_000])),
        _ => one(rng, &values).to_owned(),
    };
    format!("{name}={value}")
}

/// A valid question, or parameters, or neither; some damaged.
fn query_string(rng: &mut Rng, route: &Route, centres: &[String]) -> String {
    let mut text = match (&route.list, rng.usize(..6)) {
        (_, 0) => garbage(rng, 60),
        (Some(list), 1..=3) => questions::question(rng, list, &[], centres).encoded(),
        _ => {
            let count = one(rng, &[1, 1, 1, 2, 3, 60]);
            (0..count).map(|_| pair(rng, &route.names)).collect::<Vec<_>>().join("&")
        }
    };
    for _ in 0..one(rng, &[0, 1, 1, 2, 5]) {
        let mut characters: Vec<char> = text.chars().collect();
        let at = rng.usize(..=characters.len());
        match rng.usize(..4) {
            0 => {
                characters.truncate(at);
            }
            1 if at < characters.len() => {
                characters.remove(at);
            }
            2 => characters.extend_from_within(at..),
            _ => {
                characters.splice(at..at, garbage(rng, 3).chars());
            }
        }
        text = characters.into_iter().collect();
    }
    // What follows it, nobody sends.
    text.replace('#', "%23")
}

/// What is wrong with an answer.
fn fault(route: &Route, query: &str, answer: &Answer) -> Option<String> {
    let status = answer.status.as_u16();
    if status >= 500 {
        return Some(format!("{status}: {}", answer.text));
    }
    if status != 400 {
        return None;
    }
    let named = answer.body["errors"].as_object().map(|errors| errors.keys().cloned().collect::<Vec<_>>());
    let said: Vec<String> = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect();
    let known = |name: &String| said.contains(name) || route.names.contains(name) || name == "id";
    let names_one = named.is_some_and(|named| !named.is_empty() && named.iter().all(known));
    (!names_one).then(|| format!("names no parameter: {}", answer.text))
}

#[tokio::test]
async fn no_query_string_is_an_error_of_the_server_and_every_refusal_names_the_parameter() {
    let dealership = open().await;
    let seed = number("QUERY_SEED", 4);
    data::fill(&dealership, seed, &Size { cheap: 12, dear: 36 }).await;
    let routes = routes(&dealership).await;
    let centres = [dealership.one.id.clone(), dealership.two.id.clone()];
    let mut rng = Rng::with_seed(seed);
    let asked = (0..number("QUERY_COUNT", 6_000)).map(|_| {
        let route = &routes[rng.usize(..routes.len())];
        let query = query_string(&mut rng, route, &centres);
        let client = one(&mut rng, &[&dealership.admin, &dealership.central, &dealership.one.manager]);
        (route, client, route.path.replace("{id}", &one(&mut rng, &route.ids)), query)
    });
    // What is no URL, or too long for one once its brackets are escaped, does not even reach a server.
    let sent = |path: &str, query: &str| format!("{path}?{query}").replace(['[', ']', ' '], "%20");
    let asked: Vec<_> = asked.filter(|(_, _, path, query)| sent(path, query).parse::<Uri>().is_ok()).collect();
    let answers =
        stream::iter(&asked).map(async |(_, client, path, query)| client.get(&format!("{path}?{query}")).await);
    let answers: Vec<Answer> = answers.buffered(AT_ONCE).collect().await;
    let mut wrong = Vec::new();
    let mut refused = 0;
    for ((route, _, path, query), answer) in asked.iter().zip(&answers) {
        refused += usize::from(answer.status == 400);
        if let Some(fault) = fault(route, query, answer) {
            wrong.push(format!("QUERY_SEED={seed}, {path}?{query}\n{fault}"));
        }
    }
    wrong.sort_by_key(String::len);
    assert!(
        wrong.is_empty(),
        "{} wrong answers, such as\n{}",
        wrong.len(),
        wrong[..wrong.len().min(8)].join("\n")
    );
    assert!(refused * 3 > asked.len() && refused < asked.len(), "many are refused, not all: {refused}");
}
