//! Letters and digits by which documents are listed and counted in their states.

use std::fmt;

/// How a state is written where documents are listed and counted by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TallyCode {
    letter: char,
    place: Option<u32>,
}

impl TallyCode {
    /// That of documents without states.
    pub const STATELESS: Self = Self { letter: '-', place: None };
    /// Most states of a document: each has its digits in the number of a day, which has 38.
    pub const MOST: usize = 7;

    pub(crate) const fn of(letter: char, place: u32) -> Self {
        Self { letter, place: Some(place) }
    }

    /// The how manieth of the document's states it is, from 0; none of documents without states.
    pub fn place(self) -> Option<u32> {
        self.place
    }
}

/// One letter, as index keys have it.
impl fmt::Display for TallyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.letter)
    }
}
