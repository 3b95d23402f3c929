//! Searching by the beginning of a word. Every document writes its words into the search table in its own
//! transaction, so the very next request finds it.

use std::collections::BTreeSet;

use dms_domain::refusal::Refusal;
use futures::future::try_join_all;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use uuid::Uuid;

use crate::{
    client::{Range, SortRange, Store, text},
    error::StoreError,
    keys::{self, MasterKind, SHORTEST_SEARCH},
    tables::Table,
};

/// Most documents one word may find; more is too broad a question.
const MAX_POSTINGS: usize = 2_000;

/// Characters of a word by which it is found: a key has at most 1 024 bytes.
const MAX_WORD: usize = 100;
/// Words of a name by which it is found: a transaction has at most 100 actions.
const MAX_WORDS: usize = 30;

/// The fields by which customers are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchTerm {
    /// Digits of the phone number, from the first.
    Phone(String),
    /// The beginnings of words of the name; all must match.
    Name(String),
    /// The beginning of the e-mail address.
    Email(String),
    /// The beginning of the VIN of one of their vehicles.
    Vin(String),
    /// The beginning of the registration of one of their vehicles.
    Registration(String),
}

impl SearchTerm {
    fn words(&self) -> Vec<String> {
        match self {
            Self::Phone(digits) => vec![phone_word(digits)],
            Self::Name(name) => name_words(name),
            Self::Email(email) => vec![email_word(email)],
            Self::Vin(vin) => vec![vin_word(vin)],
            Self::Registration(registration) => vec![registration_word(registration)],
        }
    }
}

/// The word of a phone number's digits.
pub(crate) fn phone_word(digits: &str) -> String {
    format!("p:{digits}")
}

/// The word of an e-mail address.
pub(crate) fn email_word(email: &str) -> String {
    format!("e:{}", cut(&fold(email)))
}

/// The word of a VIN.
pub(crate) fn vin_word(vin: &str) -> String {
    format!("v:{}", cut(&fold(vin)))
}

/// The word of a registration.
pub(crate) fn registration_word(registration: &str) -> String {
    format!("r:{}", cut(&fold(registration)))
}

/// The words of a name, each once.
pub(crate) fn name_words(name: &str) -> Vec<String> {
    let folded = fold(name);
    let words = folded.split(|c: char| !c.is_alphanumeric() && !is_vowel_sign(c)).filter(|word| !word.is_empty());
    let unique: BTreeSet<String> = words.map(|word| format!("n:{}", cut(word))).collect();
    unique.into_iter().take(MAX_WORDS).collect()
}

fn cut(word: &str) -> String {
    word.chars().take(MAX_WORD).collect()
}

/// Vowel signs of the Indian scripts are marks, and part of their word.
fn is_vowel_sign(c: char) -> bool {
    is_combining_mark(c)
}

/// Upper and lower case alike, Latin letters without their accents. The marks of Indian scripts carry
/// meaning and stay.
fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !('\u{0300}'..='\u{036f}').contains(c)).flat_map(char::to_lowercase).collect()
}

impl Store {
    /// Ids of the documents that a term finds, newest first. Words shorter than three characters find only
    /// themselves.
    ///
    /// # Errors
    /// `QueryTooBroad` when a word finds more than 2 000 documents; [`StoreError::Unavailable`] or
    /// [`StoreError::Throttled`].
    pub async fn find(&self, kind: MasterKind, term: &SearchTerm) -> Result<Vec<Uuid>, StoreError> {
        let words = term.words();
        let found = try_join_all(words.iter().map(|word| self.postings(kind, word))).await?;
        let all = found.into_iter().reduce(|a, b| a.intersection(&b).copied().collect());
        Ok(all.unwrap_or_default().into_iter().rev().collect())
    }

    async fn postings(&self, kind: MasterKind, word: &str) -> Result<BTreeSet<Uuid>, StoreError> {
        // The bucket of a short word holds only words as short: they end with the separator at once.
        let is_short = word.chars().skip(2).count() < SHORTEST_SEARCH;
        let prefix = if is_short { format!("{word}#") } else { word.to_owned() };
        let range = Range {
            table: Table::Search,
            consistent: true,
            ..Range::partition(keys::posting_pk(kind, word)).within(SortRange::Prefix(prefix))
        };
        let items = self.query(&range, MAX_POSTINGS + 1).await?;
        if items.len() > MAX_POSTINGS {
            return Err(Refusal::QueryTooBroad { narrow_by: vec!["query"] }.into());
        }
        Ok(items.iter().filter_map(|item| text(item, "sk")?.rsplit_once('#')?.1.parse().ok()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whatever_their_case_and_accents() {
        assert_eq!(name_words("José  O'Brien-Rao josé"), ["n:brien", "n:jose", "n:o", "n:rao"]);
    }

    #[test]
    fn words_of_indian_scripts_stay_whole() {
        assert_eq!(name_words("आशा शर्मा").len(), 2);
        assert_ne!(name_words("की"), name_words("का"), "vowel signs carry meaning");
    }
}
