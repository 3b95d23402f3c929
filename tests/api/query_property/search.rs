//! What a search finds, evaluated naively: plain Rust over the rows, and none of the product's code.

use fastrand::Rng;
use serde_json::Value;

/// Fewest characters by which something is found.
const SHORTEST: usize = 3;

/// How the rows of a list are searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The end of this number.
    Number(&'static str),
    /// Words of the name.
    Name,
    /// Words of the name, and the number.
    Part,
    /// Either end of the plates, or the model.
    Vehicle,
}

/// What is searched for.
#[derive(Debug, Clone)]
pub(super) struct Search {
    pub(super) text: String,
    by: By,
}

fn by(path: &str) -> By {
    match path {
        "/api/customers" => By::Name,
        "/api/vehicles" => By::Vehicle,
        "/api/inventory" | "/api/central-inventory" => By::Part,
        "/api/job-cards" => By::Number("jobCardNumber"),
        "/api/invoices" => By::Number("invoiceNumber"),
        "/api/credit-notes" => By::Number("creditNoteNumber"),
        "/api/quotations" => By::Number("quotationNumber"),
        "/api/parts-issues" => By::Number("issueNumber"),
        "/api/purchase-orders" => By::Number("poNumber"),
        other => panic!("how is {other} searched? Teach this test"),
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A search of a list, mostly for what one of its rows says.
pub(super) fn search(rng: &mut Rng, path: &str, rows: &[Value]) -> Option<Search> {
    let by = by(path);
    if rows.is_empty() {
        return None;
    }
    let row = &rows[rng.usize(..rows.len())];
    let field = match by {
        By::Number(field) => field,
        By::Name => "name",
        By::Part if rng.bool() => "partName",
        By::Part => "partNumber",
        By::Vehicle => ["registration", "vin", "vehicleModel"][rng.usize(..3)],
    };
    let value = row[field].as_str()?;
    let letters: Vec<char> = value.chars().collect();
    let length = rng.usize(SHORTEST.min(letters.len())..=letters.len());
    let text: String = match by {
        By::Name => {
            let all: Vec<String> = words(value);
            (0..rng.usize(1..=2)).map(|_| beginning(rng, &all)).collect::<Option<Vec<_>>>()?.join(" ")
        }
        By::Number(_) => letters[letters.len() - length..].iter().collect(),
        By::Vehicle if field != "vehicleModel" && rng.bool() => letters[letters.len() - length..].iter().collect(),
        By::Part | By::Vehicle => letters[..length].iter().collect(),
    };
    let text = if rng.bool() { text.to_uppercase() } else { text };
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == ' ');
    (is_plain && plain(&text).len() >= SHORTEST).then_some(Search { text: text.trim().to_owned(), by })
}

fn beginning(rng: &mut Rng, words: &[String]) -> Option<String> {
    let word = &words.get(rng.usize(..words.len().max(1)))?;
    let letters = word.chars().all(|c| c.is_ascii_alphabetic());
    letters.then(|| word[..rng.usize(1..=word.len())].to_owned())
}

impl Search {
    /// Whether it finds this row.
    pub(super) fn finds(&self, row: &Value) -> bool {
        let value = |field: &str| row[field].as_str().expect("a text");
        let text = plain(&self.text);
        match self.by {
            By::Number(field) => plain(value(field)).ends_with(&text),
            By::Name => all_begin(&words(&self.text), &words(value("name"))),
            By::Part => {
                let mut known = words(value("partName"));
                known.push(plain(value("partNumber")));
                let whole: Vec<String> = self.text.split_whitespace().map(plain).collect();
                all_begin(&words(&self.text), &known) || all_begin(&whole, &known)
            }
            By::Vehicle => {
                let plates = [plain(value("registration")), plain(value("vin"))];
                let model = value("vehicleModel").to_lowercase();
                plates.iter().any(|plate| plate.starts_with(&text) || plate.ends_with(&text))
                    || model.starts_with(&self.text.to_lowercase())
            }
        }
    }
}

/// Words shorter than three letters find only themselves.
fn all_begin(sought: &[String], known: &[String]) -> bool {
    sought.iter().all(|word| {
        known.iter().any(|known| if word.len() < SHORTEST { known == word } else { known.starts_with(word) })
    })
}
