//! The questions, in one table: a further one is a further row.

use dms_testkit::Client;
use serde_json::Value;

use super::{
    dealership::{Large, pages, text},
    different,
};

/// A question, asked in several ways.
pub(super) struct Question {
    pub(super) what: &'static str,
    /// Round trips and read units it may cost at most (PERFORMANCE.md).
    pub(super) budget: (u64, f64),
    /// Read units for what is in the answer: there is more of that where there is more data.
    pub(super) taken_by_answer: fn(&Value) -> f64,
    /// Read units that it may take more where a day is busier, for a reason that is told where it is said.
    pub(super) more: fn(&Large) -> f64,
    /// Read units that it may take more in a dealership that is older, for a reason that is told where it is said.
    pub(super) older: f64,
    /// Who asks, and what.
    pub(super) ask: for<'a> fn(&'a Large) -> Vec<(&'a Client, String)>,
}

/// The first page of a list of 20 rows with total, one of its pages, and each with a relation.
const FIRST: (u64, f64) = (1, 45.0);
const LIST: (u64, f64) = (2, 45.0);
const DEEP: (u64, f64) = (3, 45.0);
/// The same across all centres: what is missing of some centres' shares is a round trip of its own.
const ALL_CENTRES: (u64, f64) = (3, 45.0);
/// Invoices are twice as large as other documents: a page in the middle of a day of 160 of twelve centres takes more than it
/// should. On the average it takes 47.
const ALL_INVOICES: (u64, f64) = (3, 70.0);
const SEARCH: (u64, f64) = (2, 1.0 + 0.5 * 20.0);

macro_rules! question {
    ($what:literal, $budget:expr, $ask:expr) => {
        Question { what: $what, budget: $budget, taken_by_answer: |_| 0.0, more: |_| 0.0, older: 0.0, ask: $ask }
    };
}

impl Question {
    /// Every different customer of the page is a unit.
    const fn with_customers(self) -> Self {
        Self { taken_by_answer: |answer| units(different(answer, "customerId")), ..self }
    }

    /// See [`of_a_day`] and [`CENTRES`].
    const fn within_days(self, more: fn(&Large) -> f64) -> Self {
        Self { more, ..self }
    }

    /// See [`OF_A_MONTH`].
    const fn within_months(self) -> Self {
        Self { more: |_| OF_A_MONTH, older: OF_A_MONTH, ..self }
    }

    /// Every customer found is a unit, and the total is counted from their postings: of them, fifty are a unit.
    const fn finding_customers(self) -> Self {
        let taken = |answer: &Value| {
            let total = answer["pagination"]["total"].as_u64().unwrap_or_default();
            units(different(answer, "id")) + units(total.try_into().unwrap_or_default()) / 50.0
        };
        Self { taken_by_answer: taken, ..self }
    }
}

/// Days of the generated two years on which the workshops are open, about.
const DAYS: f64 = 620.0;
/// Read units of a row: of customers by their index, of job cards and of invoices by their partition.
const CUSTOMER: f64 = 0.5 / 8.0;
const CARD: f64 = 1.0 / 3.5;
const INVOICE: f64 = 1.0 / 2.5;

/// A page that lies in the middle of a day: of that day the rows on the nearer side of the page are read, too, which are a
/// quarter of them on the average. They are few while a day has fewer rows than a page.
fn of_a_day(rows: u64, units_of_row: f64) -> f64 {
    units(usize::try_from(rows).unwrap_or_default()) / DAYS / 4.0 * units_of_row
}

/// Where a day has more rows than a page, nobody knows how many of each of twelve centres are on it: their shares are read,
/// and then what is missing of one or the other.
const CENTRES: f64 = 3.0;

/// A ledger is counted by the month: a page in the middle of one reads the month's entries on its nearer side, too, and a
/// dealership of a few days has no whole month.
const OF_A_MONTH: f64 = 1.0;

#[allow(clippy::cast_precision_loss)] // some thousand
fn units(count: usize) -> f64 {
    count as f64
}

pub(super) const QUESTIONS: &[Question] = &[
    question!("job cards, page 1", FIRST, |d| one(&d.manager, "/api/job-cards")),
    question!("job cards, any page to the last", LIST, |d| {
        every(&d.manager, pages(d.cards, 20), |page| format!("/api/job-cards?page={page}"))
    })
    .within_days(|d| of_a_day(d.cards, CARD)),
    question!("job cards, oldest first, any page", LIST, |d| {
        every(&d.manager, pages(d.cards, 20), |page| format!("/api/job-cards?sort=createdAt&page={page}"))
    })
    .within_days(|d| of_a_day(d.cards, CARD)),
    question!("job cards with customer, page 1", LIST, |d| one(&d.manager, "/api/job-cards?expand=customer"))
        .with_customers(),
    question!("job cards with customer, any page", DEEP, |d| {
        every(&d.manager, pages(d.cards, 20), |page| format!("/api/job-cards?expand=customer&page={page}"))
    })
    .with_customers()
    .within_days(|d| of_a_day(d.cards, CARD)),
    question!("job cards by status, page 1", FIRST, |d| one(&d.manager, "/api/job-cards?filter[status]=INVOICED")),
    question!("job cards by status, any page", LIST, |d| {
        every(&d.manager, pages(d.cards * 9 / 10, 20), |page| {
            format!("/api/job-cards?filter[status]=INVOICED&page={page}")
        })
    })
    .within_days(|d| of_a_day(d.cards, CARD / 2.0)),
    question!("job cards of a span of days", FIRST, |d| {
        every(&d.manager, SPANS, |span| format!("/api/job-cards?{}", d.within(span)))
    }),
    question!("job cards by status of a span of days", FIRST, |d| {
        every(&d.manager, SPANS, |span| format!("/api/job-cards?filter[status]=INVOICED&{}", d.within(span)))
    }),
    question!("customers, page 1", LIST, |d| one(&d.manager, "/api/customers")),
    question!("customers, pages to 1 000 of single rows", LIST, |d| {
        every(&d.manager, (1..=12).map(|n| 1_000 * n / 12), |page| format!("/api/customers?limit=1&page={page}"))
    })
    // All of them are of a few days.
    .within_days(|d| 2.0 * of_a_day(d.customers, CUSTOMER)),
    question!("customers, any page to the last", LIST, |d| {
        every(&d.manager, pages(d.customers, 20), |page| format!("/api/customers?page={page}"))
    })
    .within_days(|d| of_a_day(d.customers, CUSTOMER)),
    question!("customers, next page by cursor", LIST, |d| {
        one(&d.admin, &format!("/api/customers?cursor={}", d.cursor))
    }),
    question!("one centre's job cards, for an admin", FIRST, |d| {
        one(&d.admin, &format!("/api/job-cards?serviceCenterId={}", d.centre))
    }),
    question!("job cards of twelve centres, page 1", ALL_CENTRES, |d| {
        // It ends at different places of a day.
        every(&d.admin, 15..=25, |limit| format!("/api/job-cards?limit={limit}"))
    })
    .within_days(|_| CENTRES),
    question!("job cards of twelve centres, any page", ALL_CENTRES, |d| {
        every(&d.admin, pages(d.all_cards, 20), |page| format!("/api/job-cards?page={page}"))
    })
    .within_days(|d| CENTRES + of_a_day(d.all_cards, CARD)),
    question!("job cards of twelve centres, next page by cursor", ALL_CENTRES, |d| {
        one(&d.admin, &format!("/api/job-cards?cursor={}", d.cursor_of_all))
    })
    .within_days(|_| CENTRES),
    question!("job cards of twelve centres by status, of a span", ALL_CENTRES, |d| {
        every(&d.admin, SPANS, |span| format!("/api/job-cards?filter[status]=INVOICED&{}", d.within(span)))
    })
    .within_days(|_| CENTRES),
    question!("invoices of twelve centres, any page", ALL_INVOICES, |d| {
        every(&d.admin, pages(d.all_cards * 9 / 10, 20), |page| format!("/api/invoices?page={page}"))
    })
    .within_days(|d| CENTRES + of_a_day(d.all_cards, INVOICE)),
    question!("search by phone", SEARCH, |d| search(d, |customer| Some(text(customer, "phone")[1..].to_owned())))
        .finding_customers(),
    question!("search by e-mail", SEARCH, |d| search(d, |customer| Some(customer["email"].as_str()?.to_owned())))
        .finding_customers(),
    question!("search by full name", (2, 45.0), search_names).finding_customers(),
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
    question!("job card with customer and their vehicles", (3, 8.0), |d| {
        every(&d.manager, &d.some_cards, |card| {
            format!("/api/job-cards/{}?expand=customer.vehicles,vehicle,invoice", text(card, "id"))
        })
    }),
    question!("low stock", (1, 3.0), |d| one(&d.manager, "/api/inventory/low-stock")),
    question!("ledger of a part, page 1", (1, 3.0), |d| {
        every(&d.manager, &d.some_parts, |part| format!("/api/inventory/parts/{}/transactions", text(part, "id")))
    }),
    question!("ledger of a part, page 2", (2, 4.0), |d| {
        let of = |limit: usize| {
            every(&d.manager, &d.some_parts, move |part| {
                format!("/api/inventory/parts/{}/transactions?limit={limit}&page=2", text(part, "id"))
            })
        };
        (5..=10).flat_map(of).collect()
    })
    .within_months(),
    question!("service history of a vehicle", (1, 3.0), |d| {
        every(&d.manager, &d.some_vehicles, |car| format!("/api/vehicles/{}/service-history", text(car, "id")))
    }),
];

/// In hundredths of the time the dealership has been there; so long that a small one's centre has a page of job cards in
/// each.
const SPANS: [(i32, i32); 3] = [(2, 51), (20, 66), (45, 100)];

impl Large {
    fn within(&self, (from, to): (i32, i32)) -> String {
        let (first, last) = self.days;
        let day = |hundredths| first + (last - first) * hundredths / 100;
        format!("filter[createdAt][gte]={}&filter[createdAt][lte]={}", day(from), day(to))
    }
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
fn search(of: &Large, term: impl Fn(&Value) -> Option<String>) -> Vec<(&Client, String)> {
    let terms = of.some_customers.iter().filter_map(term);
    terms.map(|term| (&of.manager, format!("/api/customers/search?query={term}"))).collect()
}

fn search_names(of: &Large) -> Vec<(&Client, String)> {
    search(of, |customer| {
        let name = text(customer, "name");
        name.is_ascii().then(|| format!("{}&type=name", name.replace('&', "")))
    })
}
