//! What is found by what.

use proptest::prelude::*;

use super::*;

fn stored(words: &[Word]) -> Vec<String> {
    words.iter().map(Word::stored).collect()
}

/// What a text may mean, shortly: words as they are stored, beginnings of plates.
fn meant(sought: &[Sought]) -> Vec<String> {
    let each = sought.iter().map(|one| match one {
        Sought::Words(words) => stored(words).join(" "),
        Sought::Registration(start) => format!("registration {start}"),
        Sought::Vin(start) => format!("vin {start}"),
    });
    each.collect()
}

fn customer(text: &str) -> Vec<String> {
    meant(&customers(text, CustomersBy::Auto).unwrap())
}

#[test]
fn names_are_found_whatever_their_case_and_accents() {
    assert_eq!(stored(&name_words("José  O'Brien-Rao josé")), ["n:brien", "n:jose", "n:o", "n:rao"]);
}

#[test]
fn a_customer_is_found_by_every_two_words_of_the_name() {
    let words = stored(&customer_words("Rao Asha rao Devi"));
    assert_eq!(words, ["n:asha", "n:devi", "n:rao", "N:asha devi", "N:asha rao", "N:devi rao"]);
    let pair = &customer_words("Asha Rao")[2];
    assert_eq!(pair.bucket(), "N:ash rao");
    // As many as one transaction has room for when a name is exchanged for another.
    assert_eq!(customer_words("a b c d e f g h i j").len(), 8 + 28);
    assert_eq!(stored(&customer_words("b a")), ["n:a", "n:b", "N:a b"]);
    assert!(customer_words("&").is_empty());
}

#[test]
fn what_finds_all_that_another_word_finds_is_not_looked_for() {
    let looked_for = |text: &str| stored(&without_beginnings(&name_words(text)));
    assert_eq!(looked_for("asha ash rao"), ["n:asha", "n:rao"]);
    // A short word finds only itself.
    assert_eq!(looked_for("as asha"), ["n:as", "n:asha"]);
    assert_eq!(looked_for("asha asha"), ["n:asha"]);
}

proptest! {
    #[test]
    fn a_pair_is_in_the_bucket_and_the_order_in_which_it_is_looked_for(
        name in "[a-c]{1,5} [a-c]{1,5} [a-c]{1,5}", one in "[a-c]{1,5}", other in "[a-c]{1,5}",
    ) {
        let has = |sought: &Word| name_words(&name).iter().any(|word| sought.finds(&word.text));
        let sought = without_beginnings(&name_words(&format!("{one} {other}")));
        if let [first, second] = sought.as_slice() {
            let pairs = customer_words(&name).into_iter().filter(|word| word.field == Field::NamePair);
            let found = pairs.into_iter().any(|pair| {
                let (a, b) = pair.text.split_once(' ').unwrap();
                pair.bucket() == first.and(second).bucket() && first.finds(a) && second.finds(b)
            });
            prop_assert_eq!(found, has(first) && has(second), "{:?} in {}", sought, name);
        }
    }
}

#[test]
fn words_of_indian_scripts_stay_whole() {
    assert_eq!(name_words("आशा शर्मा").len(), 2);
    assert_ne!(name_words("की"), name_words("का"), "vowel signs carry meaning");
}

#[test]
fn it_is_found_out_what_customers_are_searched_by() {
    assert_eq!(customer("98765 43210"), ["p:9876543210"]);
    assert_eq!(customer("+919876543210"), ["p:9876543210"]);
    assert_eq!(customer("09876543210"), ["p:9876543210"]);
    assert_eq!(customer("0123"), ["P:3210", "#:3210", "R:3210", "V:3210"], "last digits can begin with 0");
    assert_eq!(customer("43210"), ["p:43210", "P:01234", "#:01234", "V:01234"]);
    assert_eq!(customer("Jöhn@"), ["e:john@"]);
    assert_eq!(customer("cust-0042"), ["#:2400tsuc"]);
    assert_eq!(customer("MH-01-AB-1234"), ["registration MH01AB1234"]);
    assert_eq!(customer("Asha Rao"), ["n:asha n:rao"]);
    assert_eq!(customer("VIN123456789")[1..3], ["vin VIN123456789", "V:987654321niv"]);
}

#[test]
fn vehicles_are_searched_by_registration_vin_and_model() {
    let meant = |text: &str| meant(&vehicles(text));
    assert_eq!(meant("mh 01 ab 1234"), ["registration MH01AB1234"]);
    assert_eq!(meant("22BH1234AA"), ["registration 22BH1234AA"]);
    assert_eq!(meant("MH01"), ["registration MH01", "R:10hm", "vin MH01", "V:10hm", "m:mh01"]);
    assert_eq!(meant("AB1234"), ["registration AB1234", "R:4321ba", "vin AB1234", "V:4321ba", "m:ab1234"]);
    assert_eq!(meant("1234"), ["R:4321", "V:4321"]);
    assert_eq!(meant("123456"), ["V:654321"], "a registration has four digits at its end");
    assert_eq!(meant("Nexon EV"), ["m:nexon ev"]);
}

#[test]
fn a_part_is_searched_by_words_and_its_number_by_any_beginning() {
    assert_eq!(stored(&part_words("Brake Pad", "BRK-PAD-001")), ["n:brake", "n:pad", "n:brkpad001"]);
    assert_eq!(meant(&parts("brake pad")), ["n:brake n:pad"]);
    assert_eq!(meant(&parts("pad BRK-PAD-0")), ["n:0 n:brk n:pad", "n:brkpad0 n:pad"]);
}

#[test]
fn a_phone_number_needs_four_digits_and_nothing_else() {
    assert!(customers("987", CustomersBy::Phone).is_err());
    assert!(customers("asha", CustomersBy::Phone).is_err());
    assert_eq!(meant(&customers("9876", CustomersBy::Phone).unwrap()), ["p:9876", "P:6789"]);
}

#[test]
fn signs_alone_find_nothing() {
    assert_eq!(parts("---"), [Sought::Words(Vec::new())]);
    assert_eq!(documents("---"), [Sought::Words(Vec::new())]);
    assert_eq!(customer("---"), [""]);
}

proptest! {
    #[test]
    fn a_document_is_found_by_any_end_of_its_number(number in "[A-Z]{2,3}-20[0-9]{2}-[0-9]{4,6}", cut in 0_usize..8) {
        let word = number_word(&number).stored();
        let sought = meant(&documents(&number[cut..]));
        prop_assert!(word.starts_with(&sought[0]));
    }

    #[test]
    fn a_customer_is_found_by_four_or_more_first_or_last_digits(digits in "[6-9][0-9]{9}", length in 4_usize..=10) {
        let words = stored(&phone_words(&digits));
        for typed in [&digits[..length], &digits[10 - length..]] {
            let sought = customer(typed);
            prop_assert!(sought.iter().any(|one| words.iter().any(|word| word.starts_with(one))), "{}", typed);
        }
    }

    #[test]
    fn a_name_is_found_by_the_beginning_of_each_of_its_words(name in "\\PC{1,40}") {
        for word in name_words(&name) {
            let sought = name_words(&word.text);
            prop_assert!(sought.len() <= 1 && sought.iter().all(|found| *found == word), "{:?}", word);
        }
    }

    #[test]
    fn no_text_is_too_much(text in "\\PC{0,60}") {
        customer(&text);
        vehicles(&text);
        parts(&text);
        documents(&text);
    }
}
