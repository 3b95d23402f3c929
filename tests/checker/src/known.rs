//! What the clients of a history know of: the documents they can act on, by short names that are the same in
//! every run of the history.

use crate::template::Template;

/// The documents known so far.
pub(crate) struct Known {
    pub(crate) template: &'static Template,
    pub(crate) parts: Vec<Named>,
    pub(crate) cards: Vec<Named>,
    pub(crate) vehicles: Vec<Named>,
    pub(crate) requests: Vec<Lines>,
    pub(crate) sales: Vec<Named>,
}

/// A document of a centre.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) id: String,
    /// Index of its centre.
    pub(crate) centre: usize,
}

/// A document with lines.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    pub(crate) named: Named,
    /// Id of each line and how many pieces it asks for.
    pub(crate) lines: Vec<(String, i64)>,
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
        };
        let centres = if rng.u8(0..3) == 0 { 2 } else { 1 };
        for (centre, made) in template.centres.iter().enumerate().take(centres) {
            let left_out = rng.usize(0..made.parts.len());
            let named = |letter: char, n: usize, id: &String| {
                let name = format!("{letter}{centre}{n}");
                Named { name, id: id.clone(), centre }
            };
            let parts = made.parts.iter().enumerate().filter(|(n, _)| *n != left_out);
            known.parts.extend(parts.map(|(n, id)| named('p', n, id)));
            let cards = made.cards.iter().enumerate().take(rng.usize(1..=made.cards.len()));
            known.cards.extend(cards.map(|(n, id)| named('c', n, id)));
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
