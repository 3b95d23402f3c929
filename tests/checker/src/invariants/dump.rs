//! The core table as it is, read past the application.

use dynoxide::Database;
use serde_json::{Map, Value};

use crate::template::{CORE, items};

/// All items, as plain JSON.
pub(crate) struct Dump {
    items: Vec<Value>,
}

impl Dump {
    pub(crate) fn of(db: &Database) -> Self {
        let items = items(db, CORE).into_iter().map(|item| {
            let typed = serde_json::to_value(item).expect("an item has a JSON form");
            let fields = typed.as_object().into_iter().flatten();
            Value::Object(fields.map(|(name, value)| (name.clone(), plain(value))).collect())
        });
        Self::of_items(items.collect())
    }

    pub(super) fn of_items(mut items: Vec<Value>) -> Self {
        items.sort_by_key(|item| (text(item, "pk").to_owned(), text(item, "sk").to_owned()));
        Self { items }
    }

    /// Items of a kind.
    pub(crate) fn of_kind<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = &'a Value> + 'a {
        self.items.iter().filter(move |item| is_kind(item, wanted))
    }

    /// Parts, those that were deleted included.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Value> {
        self.of_kind("PART").chain(self.of_kind("PART.DELETED"))
    }

    /// Items whose partition key begins so.
    pub(crate) fn starting<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a Value> + 'a {
        self.items.iter().filter(move |item| text(item, "pk").starts_with(prefix))
    }

    /// How often a text occurs in the items of a kind, or of kinds with `|` between.
    pub(crate) fn occurrences(&self, kinds: &str, text: &str) -> usize {
        let items = kinds.split('|').flat_map(|kind| self.items.iter().filter(move |item| is_kind(item, kind)));
        items.map(|item| item.to_string().matches(text).count()).sum()
    }

    /// The document of a kind that has this id.
    pub(crate) fn by_id(&self, kind: &str, id: &str) -> Option<&Value> {
        self.items.iter().find(|item| is_kind(item, kind) && text(item, "sk") == id)
    }

    /// The difference to another dump in words; nothing when there is none.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        let only = |one: &Self, two: &Self| -> Vec<String> {
            let differing = one.items.iter().filter(|item| !two.items.contains(item));
            differing.filter(|item| !may_have_gaps(text(item, "pk"))).map(Value::to_string).collect()
        };
        let (before, after) = (only(self, other), only(other, self));
        (before != after).then(|| format!("{} became {}", before.join("\n"), after.join("\n")))
    }
}

/// Whether this is a counter of numbers that are taken ahead, and lost when the document is not made.
fn may_have_gaps(pk: &str) -> bool {
    pk.starts_with("COUNTER#PO") || pk.starts_with("COUNTER#PI")
}

/// What a partition holds: `JC` of `C7#JC`, `LEDGER` of `C7#PART#id#LEDGER`.
pub(crate) fn kind(pk: &str) -> &str {
    if pk.ends_with("#LEDGER") {
        return "LEDGER";
    }
    let mut words = pk.split('#');
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if is_owner(first) { second } else { first }
}

fn is_kind(item: &Value, wanted: &str) -> bool {
    kind(text(item, "pk")) == wanted
}

/// Whether this names a centre, or Central.
fn is_owner(word: &str) -> bool {
    let ordinal = word.strip_prefix('C').unwrap_or_default();
    word == "CENTRAL" || (!ordinal.is_empty() && ordinal.bytes().all(|byte| byte.is_ascii_digit()))
}

/// An attribute of DynamoDB's JSON without its type.
fn plain(value: &Value) -> Value {
    let Some((kind, value)) = value.as_object().and_then(|value| value.iter().next()) else { return Value::Null };
    match kind.as_str() {
        "S" | "BOOL" => value.clone(),
        // Numbers of tallies have more digits than JSON's: they stay text.
        "N" => value.as_str().and_then(|number| number.parse::<i64>().ok()).map_or(value.clone(), Value::from),
        "L" => Value::Array(value.as_array().into_iter().flatten().map(plain).collect()),
        "M" => {
            let fields = value.as_object().into_iter().flatten();
            Value::Object(fields.map(|(name, value)| (name.clone(), plain(value))).collect::<Map<_, _>>())
        }
        _ => Value::Null,
    }
}

/// A text of an item; empty when there is none.
pub(crate) fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name].as_str().unwrap_or_default()
}

/// A number of an item; 0 when there is none.
pub(crate) fn number(item: &Value, name: &str) -> i64 {
    item[name].as_i64().unwrap_or_default()
}

/// The rows of a list in an item.
pub(crate) fn rows<'a>(item: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + 'a {
    item[name].as_array().into_iter().flatten()
}
