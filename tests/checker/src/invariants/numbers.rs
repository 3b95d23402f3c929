//! Numbers of documents: unique, and without gaps where that is promised.

use std::collections::BTreeMap;

use super::dump::{Dump, number, text};

/// A kind of document, its number's attribute, its counter's prefix where there are to be no gaps.
const NUMBERED: &[(&str, &str, Option<&str>)] = &[
    ("JC", "jobCardNumber", Some("COUNTER#JC#")),
    ("INV", "invoiceNumber", Some("COUNTER#INV#")),
    ("CN", "creditNoteNumber", Some("COUNTER#CN#")),
    ("PO", "poNumber", None),
    ("PI", "issueNumber", None),
];

pub(super) fn check(dump: &Dump, wrong: &mut Vec<String>) {
    for (kind, attribute, counter) in NUMBERED {
        let mut series: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for document in dump.of_kind(kind) {
            let (prefix, last) = text(document, attribute).rsplit_once('-').unwrap_or_default();
            series.entry(prefix).or_default().push(last.parse().unwrap_or_default());
        }
        for (prefix, numbers) in &mut series {
            numbers.sort_unstable();
            if numbers.windows(2).any(|pair| pair[0] == pair[1]) {
                wrong.push(format!("numbers of the series {prefix} are given twice: {numbers:?}"));
            }
            let without_gaps = numbers.iter().copied().eq(1..=i64::try_from(numbers.len()).unwrap_or_default());
            if counter.is_some() && !without_gaps {
                wrong.push(format!("numbers of the series {prefix} have gaps: {numbers:?}"));
            }
        }
        let Some(counter) = counter else { continue };
        let taken: i64 = dump.starting(counter).map(|counter| number(counter, "n")).sum();
        let given = dump.of_kind(kind).count();
        if usize::try_from(taken) != Ok(given) {
            wrong.push(format!("{counter}: {taken} numbers taken, {given} documents"));
        }
    }
}
