//! The query language as a property: thousands of random questions to every list, their answers compared with a
//! naive evaluation of the same rows. `QUERY_SEED` and `QUERY_COUNT` ask others, or more.

mod data;
mod garbage;
mod model;
mod questions;
mod search;
mod table;
mod writers;

use dms_testkit::{Answer, Client, Dealership};
use fastrand::Rng;
use futures::{StreamExt, stream};
use serde_json::Value;

use data::{Size, id};
use model::{Expected, Question, key};
use table::List;

/// Requests at the same time.
const AT_ONCE: usize = 6;

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().expect("a whole number"))
}

/// A list as one user sees it.
struct View<'a> {
    user: &'static str,
    client: &'a Client,
    list: List,
    /// The list's path with the document's id in it, if it has one.
    path: String,
    /// Low stock is that of one centre: who has none names it in every question.
    must_name: Option<String>,
    rows: Vec<Value>,
}

impl View<'_> {
    async fn ask(&self, question: &Question) -> Answer {
        self.client.get(&format!("{}?{}", self.path, question.encoded())).await
    }

    async fn read(&self) -> Vec<Value> {
        let named = self.must_name.as_ref().map_or(String::new(), |centre| format!("&serviceCenterId={centre}"));
        let mut rows = Vec::new();
        for page in 1.. {
            let path = format!("{}?limit=100&page={page}{named}", self.path);
            let answer = self.client.get(&path).await;
            let more = answer.body["pagination"]["hasNext"] == true;
            rows.extend(answer.rows());
            if !more {
                break;
            }
        }
        rows
    }
}

fn users(dealership: &Dealership) -> [(&'static str, &Client); 6] {
    let (one, two) = (&dealership.one, &dealership.two);
    [
        ("admin", &dealership.admin),
        ("central", &dealership.central),
        ("SC001's manager", &one.manager),
        ("SC001's inventory manager", &one.inventory),
        ("SC002's manager", &two.manager),
        ("SC002's engineer", &two.engineer),
    ]
}

/// A document whose list (of the path behind `{id}`) is worth asking.
async fn parent(dealership: &Dealership, path: &str) -> String {
    // Both centres' users look: it is a part of the first.
    let of_one = format!("/api/inventory?serviceCenterId={}&limit=100", dealership.one.id);
    let list = match path {
        "/api/inventory/parts/{id}/transactions" => &of_one,
        "/api/central-inventory/parts/{id}/transactions" => "/api/central-inventory?limit=100",
        "/api/vehicles/{id}/service-history" => "/api/vehicles?limit=100",
        other => panic!("whose list is {other}? Teach this test"),
    };
    let mut most = (0, String::new());
    for row in dealership.admin.get(list).await.rows() {
        let answer = dealership.admin.get(&path.replace("{id}", id(&row))).await;
        let total = answer.body["pagination"]["total"].as_u64().expect("a total");
        if total >= most.0 {
            most = (total, id(&row).to_owned());
        }
    }
    assert!(most.0 > 0, "{path} has rows");
    most.1
}

/// Every list that someone may read, as everyone who may.
async fn views(dealership: &Dealership) -> Vec<View<'_>> {
    let mut views = Vec::new();
    for list in table::lists() {
        // It finds what /api/customers?search= finds: tests/api/search.rs.
        // And what a user is told is in an order of its own: tests/api/notifications.rs.
        if ["/api/customers/search", "/api/notifications"].contains(&list.path.as_str()) {
            continue;
        }
        let mut path = list.path.clone();
        if path.contains("{id}") {
            path = path.replace("{id}", &parent(dealership, &path).await);
        }
        for (user, client) in users(dealership) {
            let first = client.get(&path).await;
            let must_name = (first.status == 422).then(|| dealership.one.id.clone());
            if first.status == 200 || must_name.is_some() {
                let (list, path) = (list.clone(), path.clone());
                let mut view = View { user, client, list, path, must_name, rows: Vec::new() };
                view.rows = view.read().await;
                views.push(view);
            }
        }
        assert!(views.iter().any(|view| view.list.path == list.path && !view.rows.is_empty()), "{}", list.path);
    }
    views
}

/// A random question, whose answer is no refusal.
fn question(rng: &mut Rng, view: &View<'_>, dealership: &Dealership) -> Question {
    let own = match view.user {
        user if user.starts_with("SC001") => vec![dealership.one.id.clone()],
        user if user.starts_with("SC002") => vec![dealership.two.id.clone()],
        _ => vec![dealership.one.id.clone(), dealership.two.id.clone()],
    };
    let mut question = questions::question(rng, &view.list, &view.rows, &own);
    if view.must_name.is_some() {
        question.centre.clone_from(&view.must_name);
    }
    question
}

fn answered(answer: &Answer) -> Expected {
    let pagination = &answer.body["pagination"];
    let count = |name: &str| usize::try_from(pagination[name].as_u64().expect("a number")).expect("small");
    let truth = |name: &str| pagination[name].as_bool().expect("a truth");
    Expected {
        ids: answer.clone().rows().iter().map(|row| key(row).to_owned()).collect(),
        total: count("total"),
        pages: count("totalPages"),
        has_next: truth("hasNext"),
        has_prev: truth("hasPrev"),
    }
}

#[tokio::test]
async fn every_answer_is_what_a_naive_evaluation_of_the_same_rows_says() {
    let dealership = open().await;
    let seed = number("QUERY_SEED", 4);
    data::fill(&dealership, seed, &Size { cheap: 100, dear: 36 }).await;
    let views = views(&dealership).await;
    let mut rng = Rng::with_seed(seed);
    let count = number("QUERY_COUNT", 3_000);
    let asked = (0..count).map(|n| {
        let view = &views[rng.usize(..views.len())];
        (n, view, question(&mut rng, view, &dealership))
    });
    let asked: Vec<_> = asked.collect();
    let answers =
        stream::iter(&asked).map(async |(n, view, question)| (*n, *view, question, view.ask(question).await));
    let answers: Vec<_> = answers.buffered(AT_ONCE).collect().await;
    let (mut with_rows, mut wrong) = (0, Vec::new());
    for (n, view, question, answer) in answers {
        let what = format!("QUERY_SEED={seed}, question {n}, {}: {}?{}", view.user, view.path, question.encoded());
        assert_eq!(answer.status, 200, "{what}: {}", answer.text);
        let expected = question.answer(&view.list, &view.rows);
        with_rows += u64::from(!expected.ids.is_empty());
        let answered = answered(&answer);
        if answered != expected {
            wrong.push(format!("{what}\nanswered {answered:?}\nexpected {expected:?}"));
        }
    }
    wrong.sort_by_key(String::len);
    assert!(
        wrong.is_empty(),
        "{} wrong answers, such as\n{}",
        wrong.len(),
        wrong[..wrong.len().min(5)].join("\n")
    );
    assert!(with_rows * 3 > count, "a third of the questions has an answer: {with_rows}");
}
