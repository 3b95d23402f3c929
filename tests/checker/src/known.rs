//! What the clients of a history know of: the documents they can act on, by short names that are the same in
//! every run of the history.

use serde_json::Value;

use crate::template::{Template, id};

/// The documents known so far.
pub(crate) struct Known {
    pub(crate) template: &'static Template,
    pub(crate) parts: Vec<Named>,
    pub(crate) cards: Vec<Named>,
    pub(crate) vehicles: Vec<Named>,
    pub(crate) requests: Vec<Lines>,
    pub(crate) sales: Vec<Named>,
    pub(crate) central_parts: Vec<Named>,
    pub(crate) orders: Vec<Lines>,
    pub(crate) issues: Vec<Lines>,
    /// Whether most of this history is Central's business.
    pub(crate) centrals: bool,
}

/// A document of a centre.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) id: String,
    /// Index of its centre; 0 for Central's.
    pub(crate) centre: usize,
    /// Whether it is a part that Central has, too.
    pub(crate) is_centrals: bool,
}

/// A document with lines.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    pub(crate) named: Named,
    /// Id of each line and how many pieces it asks for.
    pub(crate) lines: Vec<(String, i64)>,
    /// The job card that a parts request is for.
    pub(crate) of: Option<String>,
}

impl Lines {
    /// A document as the API shows it; `quantity` names how many a line asks for.
    pub(crate) fn of(named: Named, data: &Value, quantity: &str) -> Self {
        let lines = data["items"].as_array().into_iter().flatten();
        let lines = lines.map(|line| (id(line), line[quantity].as_i64().unwrap_or_default())).collect();
        Self { named, lines, of: data["jobCardId"].as_str().map(str::to_owned) }
    }
}

impl Known {
    /// What is there at the beginning. Few parts: the clients are to get into each other's way.
    pub(crate) fn of(template: &'static Template, rng: &mut fastrand::Rng) -> Self {
        let mut known = Self {
            template,
            parts: Vec::new(),
            cards: Vec::new(),
            vehicles: Vec::new(),
            requests: Vec::new(),
            sales: Vec::new(),
            central_parts: Vec::new(),
            orders: Vec::new(),
            issues: Vec::new(),
            centrals: rng.bool(),
        };
        for (n, id) in template.central_parts.iter().enumerate() {
            let name = format!("q{n}");
            known.central_parts.push(Named { name, id: id.clone(), centre: 0, is_centrals: true });
        }
        for (n, order) in template.orders.iter().enumerate() {
            let named = Named { name: format!("o{n}"), id: id(order), centre: 0, is_centrals: true };
            known.orders.push(Lines::of(named, order, "quantity"));
        }
        let centres = if rng.u8(0..3) == 0 { 2 } else { 1 };
        for (centre, made) in template.centres.iter().enumerate().take(centres) {
            let left_out = rng.usize(0..made.parts.len());
            let named = |letter: char, n: usize, id: &String| {
                let name = format!("{letter}{centre}{n}");
                // Of each centre's first part Central has some, too.
                Named { name, id: id.clone(), centre, is_centrals: n == 0 }
            };
            let parts = made.parts.iter().enumerate().filter(|(n, _)| *n != left_out);
            known.parts.extend(parts.map(|(n, id)| named('p', n, id)));
            let their_cards = rng.bool();
            for (n, invoice) in made.invoices.iter().enumerate() {
                let card = invoice["jobCardId"].as_str().unwrap_or_default().to_owned();
                known.cards.extend(their_cards.then(|| named('d', n, &card)));
                known.sales.push(named('j', n, &id(invoice)));
            }
            let cards = made.cards.iter().enumerate().take(rng.usize(1..=made.cards.len()));
            known.cards.extend(cards.map(|(n, id)| named('c', n, id)));
            for issue in &made.issues {
                let named =
                    Named { name: format!("t{}", known.issues.len()), id: id(issue), centre, is_centrals: true };
                known.issues.push(Lines::of(named, issue, "requestedQty"));
            }
            known.vehicles.extend(made.vehicles.iter().enumerate().map(|(n, id)| named('v', n, id)));
        }
        known
    }

    /// Parts of a centre.
    pub(crate) fn parts_of(&self, centre: usize) -> Vec<&Named> {
        self.parts.iter().filter(|part| part.centre == centre).collect()
    }
}

/// One of several, more often one of the last.
pub(crate) fn pick<'a, T>(rng: &mut fastrand::Rng, from: &'a [T]) -> Option<&'a T> {
    if from.is_empty() {
        return None;
    }
    let first = if rng.bool() { from.len().saturating_sub(2) } else { 0 };
    from.get(rng.usize(first..from.len()))
}
