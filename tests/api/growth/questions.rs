//! The questions, in one table: a further one is a further row.

use dms_testkit::Client;
use serde_json::Value;

use super::dealership::{Large, pages, text};

/// A question, asked in several ways.
pub(super) struct Question {
    pub(super) what: &'static str,
    /// Round trips and read units it may cost at most (PERFORMANCE.md).
    pub(super) budget: (u64, f64),
    /// The field of its rows whose documents are expanded.
    pub(super) expands: Option<&'static str>,
    /// Growth that is allowed, in per cent.
    pub(super) may_grow: f64,
    /// Why it costs more with more data: to be mended. Shown, and not checked.
    pub(super) grows: Option<&'static str>,
    /// Who asks, and what.
    pub(super) ask: for<'a> fn(&'a Large) -> Vec<(&'a Client, String)>,
}

/// A list of 20 rows with total and one relation.
const LIST: (u64, f64) = (2, 45.0);
/// The same across all centres.
const ALL_CENTRES: (u64, f64) = (3, 45.0);
/// The same without a relation.
const ROWS: (u64, f64) = (1, 25.0);
const SEARCH: (u64, f64) = (2, 1.0 + 0.5 * 20.0);

/// Growth that is allowed, in per cent.
const MOST_GROWTH: f64 = 5.0;
const MOST_GROWTH_OF_ALL: f64 = 60.0;

impl Question {
    const fn expanding(self, field: &'static str) -> Self {
        Self { expands: Some(field), ..self }
    }

    /// An admin's page of all centres: of each centre a share of the page is read, and some rows more, of which a small
    /// dealership does not have as many. Its budget holds all the same.
    const fn of_all_centres(self) -> Self {
        Self { may_grow: MOST_GROWTH_OF_ALL, ..self }
    }

    const fn growing(self, why: &'static str) -> Self {
        Self { grows: Some(why), ..self }
    }
}

macro_rules! question {
    ($what:literal, $budget:expr, $ask:expr) => {
        Question { what: $what, budget: $budget, expands: None, may_grow: MOST_GROWTH, grows: None, ask: $ask }
    };
}

pub(super) const QUESTIONS: &[Question] = &[
    question!("job cards, page 1", ROWS, |d| one(&d.manager, "/api/job-cards")),
    question!("job cards with customer, page 1", LIST, |d| one(&d.manager, "/api/job-cards?expand=customer"))
        .expanding("customerId"),
    question!("job cards with customer, any page", LIST, |d| {
        every(&d.manager, pages(d.cards, 20), |page| format!("/api/job-cards?expand=customer&page={page}"))
    })
    .expanding("customerId"),
    question!("job cards, oldest first, any page", ROWS, |d| {
        every(&d.manager, pages(d.cards, 20), |page| format!("/api/job-cards?sort=createdAt&page={page}"))
    }),
    question!("customers, page 1", ROWS, |d| one(&d.manager, "/api/customers")),
    question!("customers, page 1 000 of single rows", ROWS, |d| one(
        &d.manager,
        "/api/customers?limit=1&page=1000"
    )),
    question!("customers, any page", ROWS, |d| {
        every(&d.manager, pages(d.customers, 20), |page| format!("/api/customers?page={page}"))
    }),
    question!("customers, next page by cursor", ROWS, |d| {
        one(&d.admin, &format!("/api/customers?cursor={}", d.cursor))
    }),
    question!("job cards that are INVOICED, any page", ROWS, |d| {
        every(&d.manager, pages(d.cards * 9 / 10, 20), |page| {
            format!("/api/job-cards?filter[status]=INVOICED&page={page}")
        })
    }),
    question!("job cards of a span of days", ROWS, |d| {
        every(&d.manager, SPANS, |span| format!("/api/job-cards?{}", within(span)))
    }),
    question!("job cards of a span of days that are INVOICED", ROWS, |d| {
        every(&d.manager, SPANS, |span| format!("/api/job-cards?filter[status]=INVOICED&{}", within(span)))
    }),
    question!("all centres' job cards with customer, page 1", ALL_CENTRES, |d| {
        one(&d.admin, "/api/job-cards?expand=customer")
    })
    .expanding("customerId")
    .of_all_centres(),
    question!("all centres' job cards with customer, any page", ALL_CENTRES, |d| {
        every(&d.admin, pages(d.all_cards, 20), |page| format!("/api/job-cards?expand=customer&page={page}"))
    })
    .expanding("customerId")
    .of_all_centres(),
    question!("all centres' job cards that are INVOICED, of a span", ALL_CENTRES, |d| {
        every(&d.admin, SPANS, |span| format!("/api/job-cards?filter[status]=INVOICED&{}", within(span)))
    })
    .of_all_centres(),
    question!("one centre's job cards, for an admin", ROWS, |d| {
        one(&d.admin, &format!("/api/job-cards?serviceCenterId={}", d.centre))
    }),
    question!("all centres' invoices, any page", ALL_CENTRES, |d| {
        every(&d.admin, pages(d.all_cards * 9 / 10, 20), |page| format!("/api/invoices?page={page}"))
    })
    .of_all_centres(),
    question!("search by phone", SEARCH, |d| search(d, |customer| Some(text(customer, "phone")[1..].to_owned()))),
    question!("search by e-mail", SEARCH, |d| search(d, |customer| Some(customer["email"].as_str()?.to_owned()))),
    question!("search by full name", SEARCH, |d| search_names(d))
        .growing("every posting of two common words is read"),
    question!("search by VIN", SEARCH, |d| {
        every(&d.manager, &d.some_vehicles, |car| {
            format!("/api/customers/search?query={}&type=vin", text(car, "vin"))
        })
    }),
    question!("search by registration", SEARCH, |d| {
        every(&d.manager, &d.some_vehicles, |car| {
            format!("/api/customers/search?query={}", text(car, "registration"))
        })
    }),
    question!("customer with vehicles and their history", (3, 5.0), |d| {
        every(&d.manager, &d.some_served, |customer| {
            format!("/api/customers/{}?expand=vehicles.serviceHistory", text(customer, "id"))
        })
    }),
    question!("job card with customer and its vehicles", (3, 8.0), |d| {
        every(&d.manager, &d.some_cards, |card| {
            format!("/api/job-cards/{}?expand=customer.vehicles,vehicle,invoice", text(card, "id"))
        })
    }),
    question!("low stock", (1, 3.0), |d| one(&d.manager, "/api/inventory/low-stock")),
    question!("ledger of a part, page 1", (1, 3.0), |d| {
        every(&d.manager, &d.some_parts, |part| format!("/api/inventory/parts/{}/transactions", text(part, "id")))
    }),
    question!("service history of a vehicle", (1, 3.0), |d| {
        every(&d.manager, &d.some_vehicles, |car| format!("/api/vehicles/{}/service-history", text(car, "id")))
    }),
];

/// Long enough that a small dealership's centre has a page of job cards in each.
const SPANS: [(&str, &str); 3] =
    [("2024-12-01", "2025-11-30"), ("2025-04-07", "2026-03-15"), ("2025-10-10", "2026-11-22")];

fn within((from, to): (&str, &str)) -> String {
    format!("filter[createdAt][gte]={from}&filter[createdAt][lte]={to}")
}

fn one<'a>(client: &'a Client, path: &str) -> Vec<(&'a Client, String)> {
    vec![(client, path.to_owned())]
}

fn every<T>(
    client: &Client,
    of: impl IntoIterator<Item = T>,
    path: impl Fn(T) -> String,
) -> Vec<(&Client, String)> {
    of.into_iter().map(|one| (client, path(one))).collect()
}

/// Searches for what some customers have.
fn search<'a>(of: &'a Large, term: impl Fn(&Value) -> Option<String>) -> Vec<(&'a Client, String)> {
    let terms = of.some_customers.iter().filter_map(|customer| term(customer));
    terms.map(|term| (&of.manager, format!("/api/customers/search?query={term}"))).collect()
}

fn search_names(of: &Large) -> Vec<(&Client, String)> {
    search(of, |customer| {
        let name = text(customer, "name");
        name.is_ascii().then(|| format!("{}&type=name", name.replace('&', "")))
    })
}
