//! Whatever is typed into a search box is understood, and a name is found by its own words.

#![no_main]

use dms_domain::search::{self, CustomersBy, Sought};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for (_, by) in CustomersBy::NAMES {
        let _ = search::customers(text, by);
    }
    search::vehicles(text);
    search::documents(text);
    let words = search::name_words(text);
    assert!(words.len() <= 30, "a transaction has at most 100 actions");
    for word in &words {
        assert!(word.stored().len() <= 1_000, "a key has at most 1 024 bytes");
    }
    // The words of a part's name are among those that the same text looks for.
    let part = search::part_words(text, "");
    assert!(search::parts(text).contains(&Sought::Words(part)));
});
