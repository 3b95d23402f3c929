//! What documents are found by: their words as the search table keeps them, and what a text typed into a search box
//! may mean. A word is found by its beginning; numbers of which the last digits are remembered are kept backwards.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::formats::Registration;

/// Fewest characters that can be searched for.
pub const SHORTEST: usize = 3;
/// Most characters that can be searched for.
pub const LONGEST: usize = 100;
/// Fewest digits of a phone number, from its beginning or its end.
const SHORTEST_PHONE: usize = 4;
/// Digits of a phone number without the country's code.
const PHONE_DIGITS: usize = 10;
/// Digits of a registration at its end: `MH12AB1234`.
const REGISTRATION_DIGITS: usize = 4;
/// Characters of a registration that is no part of another: `MH01A123`.
const COMPLETE_REGISTRATION: usize = 8;
/// Characters of a word by which it is found: a key has at most 1 024 bytes.
const MAX_WORD: usize = 100;
/// Words of a name by which it is found: a transaction has at most 100 actions.
const MAX_WORDS: usize = 30;
/// The same of a customer's name, of which every two words are kept as a pair, too.
const MAX_PAIRED_WORDS: usize = 8;

/// What a word is a word of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// A name; a part's number, too.
    Name,
    /// Two words of a name, in the order of the alphabet, with a space between.
    NamePair,
    /// A phone number, from its first digit.
    Phone,
    /// A phone number, from its last digit backwards.
    PhoneEnd,
    /// An e-mail address.
    Email,
    /// The number of a document, from its end backwards.
    NumberEnd,
    /// A registration, from its end backwards.
    RegistrationEnd,
    /// A VIN, from its end backwards.
    VinEnd,
    /// A vehicle's model.
    Model,
}

impl Field {
    fn prefix(self) -> char {
        match self {
            Self::Name => 'n',
            Self::NamePair => 'N',
            Self::Phone => 'p',
            Self::PhoneEnd => 'P',
            Self::Email => 'e',
            Self::NumberEnd => '#',
            Self::RegistrationEnd => 'R',
            Self::VinEnd => 'V',
            Self::Model => 'm',
        }
    }

    /// Whether it is a field of a vehicle, by which its owner is found, too.
    pub fn is_of_vehicle(self) -> bool {
        matches!(self, Self::RegistrationEnd | Self::VinEnd | Self::Model)
    }
}

/// A word of a document, or the beginning of one that is looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// What it is a word of.
    pub field: Field,
    /// Folded: case and accents do not matter.
    pub text: String,
}

impl Word {
    fn new(field: Field, text: &str) -> Self {
        Self { field, text: text.chars().take(MAX_WORD).collect() }
    }

    fn backwards(field: Field, text: &str) -> Self {
        let letters: Vec<char> = compact(text).chars().collect();
        Self::new(field, &letters.into_iter().rev().collect::<String>())
    }

    /// As it is stored: the field's letter, a colon, the text.
    pub fn stored(&self) -> String {
        format!("{}:{}", self.field.prefix(), self.text)
    }

    /// What words that may be looked for together have in common: the field and the first characters, of a pair those
    /// of both words.
    pub fn bucket(&self) -> String {
        let words: Vec<String> = match self.field {
            Field::NamePair => self.text.split(' ').map(|word| word.chars().take(SHORTEST).collect()).collect(),
            Field::Name
            | Field::Phone
            | Field::PhoneEnd
            | Field::Email
            | Field::NumberEnd
            | Field::RegistrationEnd
            | Field::VinEnd
            | Field::Model => vec![self.text.chars().take(SHORTEST).collect()],
        };
        format!("{}:{}", self.field.prefix(), words.join(" "))
    }

    /// This word of a name and a later one of the alphabet, as a pair.
    pub fn and(&self, later: &Self) -> Self {
        Self { field: Field::NamePair, text: format!("{} {}", self.text, later.text) }
    }

    /// Whether it is shorter than what can be searched for: then it finds only itself.
    pub fn is_short(&self) -> bool {
        self.text.chars().count() < SHORTEST
    }

    /// Whether a word is found by this one.
    pub fn finds(&self, word: &str) -> bool {
        if self.is_short() { word == self.text } else { word.starts_with(&self.text) }
    }
}

/// The words of a name, in the order of the alphabet, each once.
pub fn name_words(name: &str) -> Vec<Word> {
    let unique: BTreeSet<Word> = words_of(&fold(name)).collect();
    unique.into_iter().take(MAX_WORDS).collect()
}

/// What a customer is found by: the first words of the name and, for those who are called as many others are, every two
/// of them as a pair.
pub fn customer_words(name: &str) -> Vec<Word> {
    let mut first: Vec<Word> = Vec::new();
    for word in words_of(&fold(name)) {
        if first.len() < MAX_PAIRED_WORDS && !first.contains(&word) {
            first.push(word);
        }
    }
    first.sort_unstable();
    let pairs = first
        .iter()
        .enumerate()
        .flat_map(|(position, word)| first.iter().skip(position + 1).map(|later| word.and(later)));
    let pairs: Vec<Word> = pairs.collect();
    first.into_iter().chain(pairs).collect()
}

/// Words that are looked for, without those that find whatever another one finds: no word of a name is found by two of
/// the rest.
pub fn without_beginnings(words: &[Word]) -> Vec<Word> {
    let is_needless = |word: &Word| {
        !word.is_short() && words.iter().any(|other| other != word && other.text.starts_with(&word.text))
    };
    words.iter().filter(|word| !is_needless(word)).cloned().collect()
}

fn words_of(folded: &str) -> impl Iterator<Item = Word> + '_ {
    // Vowel signs of the Indian scripts are marks, and part of their word.
    let words = folded.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c));
    words.filter(|word| !word.is_empty()).map(|word| Word::new(Field::Name, word))
}

/// The words of a phone number's ten digits.
pub fn phone_words(digits: &str) -> [Word; 2] {
    [Word::new(Field::Phone, digits), Word::backwards(Field::PhoneEnd, digits)]
}

/// The word of an e-mail address.
pub fn email_word(email: &str) -> Word {
    Word::new(Field::Email, &fold(email))
}

/// The word of a document's number.
pub fn number_word(number: &str) -> Word {
    Word::backwards(Field::NumberEnd, number)
}

/// The words of a vehicle. Its registration and VIN are found by their beginnings, too: [`Sought`].
pub fn vehicle_words(registration: &str, vin: &str, model: &str) -> [Word; 3] {
    [
        Word::backwards(Field::RegistrationEnd, registration),
        Word::backwards(Field::VinEnd, vin),
        Word::new(Field::Model, &fold(model)),
    ]
}

/// The words of a part: of its name, and its number as one.
pub fn part_words(name: &str, number: &str) -> Vec<Word> {
    let mut words = name_words(name);
    let number = Word::new(Field::Name, &compact(number));
    if !number.text.is_empty() && !words.contains(&number) {
        words.push(number);
    }
    words
}

/// Something a text may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// Beginnings of words, all of one document; none find nothing.
    Words(Vec<Word>),
    /// The beginning of a registration.
    Registration(String),
    /// The beginning of a VIN.
    Vin(String),
}

impl Sought {
    fn word(word: Word) -> Self {
        Self::Words(vec![word])
    }
}

/// By what customers are searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomersBy {
    /// Whatever the text looks like.
    Auto,
    /// The first or last digits of the phone number, at least four.
    Phone,
    /// Beginnings of words of the name.
    Name,
    /// The beginning of the e-mail address.
    Email,
    /// The beginning or the end of a vehicle's VIN.
    Vin,
}

impl CustomersBy {
    /// Their names in the API.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("auto", Self::Auto),
        ("phone", Self::Phone),
        ("name", Self::Name),
        ("email", Self::Email),
        ("vin", Self::Vin),
    ];
}

/// What a text may mean that customers are searched by: any of these is enough.
///
/// # Errors
/// What was expected, when the text cannot be what it is said to be.
pub fn customers(text: &str, by: CustomersBy) -> Result<Vec<Sought>, &'static str> {
    match by {
        CustomersBy::Name => Ok(vec![Sought::Words(name_words(text))]),
        CustomersBy::Email => Ok(vec![Sought::word(email_word(text.trim()))]),
        CustomersBy::Vin => Ok(vin(text)),
        CustomersBy::Phone => {
            let phone = phone(text);
            if phone.is_empty() {
                return Err("must be a phone number, or four or more of its first or last digits");
            }
            Ok(phone)
        }
        CustomersBy::Auto => Ok(any_of_a_customer(text)),
    }
}

fn any_of_a_customer(text: &str) -> Vec<Sought> {
    if text.contains('@') {
        return vec![Sought::word(email_word(text.trim()))];
    }
    let compact = compact(text);
    if compact.starts_with("cust") && compact.ends_with(|c: char| c.is_ascii_digit()) {
        return vec![Sought::word(number_word(text))];
    }
    if is_digits(text) {
        let mut sought = phone(text);
        if compact.len() <= REGISTRATION_DIGITS + 2 {
            sought.push(Sought::word(number_word(text)));
        }
        if compact.len() < PHONE_DIGITS {
            sought.extend(ends_of_a_vehicle(&compact));
        }
        return sought;
    }
    if !compact.bytes().any(|byte| byte.is_ascii_digit()) {
        return vec![Sought::Words(name_words(text))];
    }
    let mut sought = plates(text);
    if !is_complete_registration(text) {
        sought.push(Sought::Words(name_words(text)));
    }
    sought
}

/// What a text may mean that vehicles are searched by: any of these is enough.
pub fn vehicles(text: &str) -> Vec<Sought> {
    let compact = compact(text);
    if is_digits(text) {
        return ends_of_a_vehicle(&compact);
    }
    let mut sought = plates(text);
    if !is_complete_registration(text) {
        sought.push(Sought::word(Word::new(Field::Model, &fold(text.trim()))));
    }
    sought
}

/// Parts: beginnings of words of the name or of the number, all of them. `BP-001` is the two words of a name, or a
/// number.
pub fn parts(text: &str) -> Vec<Sought> {
    let apart = name_words(text);
    let numbers = text.split_whitespace().map(compact).filter(|word| !word.is_empty());
    let whole: BTreeSet<Word> = numbers.map(|word| Word::new(Field::Name, &word)).collect();
    let whole: Vec<Word> = whole.into_iter().take(MAX_WORDS).collect();
    if apart == whole {
        return vec![Sought::Words(apart)];
    }
    vec![Sought::Words(apart), Sought::Words(whole)]
}

/// Documents that have a number: the number, or its end.
pub fn documents(text: &str) -> Vec<Sought> {
    let word = number_word(text);
    let words = if word.text.is_empty() { Vec::new() } else { vec![word] };
    vec![Sought::Words(words)]
}

/// A phone number: its beginning and, unless it is complete, its end.
fn phone(text: &str) -> Vec<Sought> {
    if !is_digits(text) {
        return Vec::new();
    }
    let typed = compact(text);
    let national = match typed.len() {
        0..=PHONE_DIGITS => typed.trim_start_matches('0'),
        _ => typed.trim_start_matches('0').strip_prefix("91").unwrap_or(typed.trim_start_matches('0')),
    };
    let mut sought = Vec::new();
    if national.len() >= SHORTEST_PHONE {
        sought.push(Sought::word(Word::new(Field::Phone, national)));
    }
    if (SHORTEST_PHONE..PHONE_DIGITS).contains(&typed.len()) {
        sought.push(Sought::word(Word::backwards(Field::PhoneEnd, &typed)));
    }
    sought
}

/// The last digits of a registration or a VIN.
fn ends_of_a_vehicle(digits: &str) -> Vec<Sought> {
    let mut sought = Vec::new();
    if digits.len() <= REGISTRATION_DIGITS {
        sought.push(Sought::word(Word::backwards(Field::RegistrationEnd, digits)));
    }
    sought.push(Sought::word(Word::backwards(Field::VinEnd, digits)));
    sought
}

/// A registration or a VIN, or the beginning or end of one.
fn plates(text: &str) -> Vec<Sought> {
    let capitals = compact(text).to_ascii_uppercase();
    let is_plain = !capitals.is_empty() && capitals.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_plain {
        return Vec::new();
    }
    if is_complete_registration(text) {
        return vec![Sought::Registration(capitals)];
    }
    let mut sought = Vec::new();
    if begins_like_a_registration(&capitals) {
        sought.push(Sought::Registration(capitals.clone()));
    }
    if capitals.ends_with(|c: char| c.is_ascii_digit()) {
        sought.push(Sought::word(Word::backwards(Field::RegistrationEnd, &capitals)));
    }
    if !text.trim().contains(char::is_whitespace) {
        sought.extend(vin(text));
    }
    sought
}

/// Shorter ones can be the beginning or the end of another.
fn is_complete_registration(text: &str) -> bool {
    Registration::parse(text).is_ok_and(|registration| registration.as_str().len() >= COMPLETE_REGISTRATION)
}

/// `MH12…` or, of the BH series, `22BH…`.
fn begins_like_a_registration(capitals: &str) -> bool {
    let bytes = capitals.as_bytes();
    let state =
        |from: usize| bytes.iter().skip(from).take(2).filter(|byte| byte.is_ascii_uppercase()).count() == 2;
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    (state(0) && digit(2)) || (digit(0) && digit(1) && bytes.get(2) == Some(&b'B'))
}

fn vin(text: &str) -> Vec<Sought> {
    let compact = compact(text);
    if compact.is_empty() {
        return Vec::new();
    }
    vec![Sought::Vin(compact.to_ascii_uppercase()), Sought::word(Word::backwards(Field::VinEnd, &compact))]
}

/// Letters and digits alone, folded.
fn compact(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Digits, grouped as people do: spaces, dashes, the country's plus.
fn is_digits(text: &str) -> bool {
    let mut digits = 0;
    for c in text.chars() {
        match c {
            '0'..='9' => digits += 1,
            '+' | '-' => {}
            _ if c.is_whitespace() => {}
            _ => return false,
        }
    }
    digits > 0
}

/// Upper and lower case alike, Latin letters without their accents. The marks of Indian scripts carry
/// meaning and stay.
fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !('\u{0300}'..='\u{036f}').contains(c)).flat_map(char::to_lowercase).collect()
}
