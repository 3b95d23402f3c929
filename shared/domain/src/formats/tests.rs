use proptest::prelude::*;
use serde_json::json;
use utoipa::{PartialSchema, ToSchema};

use super::*;

/// Every input with what it is stored as; an empty one is refused.
macro_rules! assert_reads {
    ($type:ident: $($input:expr => $stored:expr),+ $(,)?) => {
        $(
            let read = $type::parse($input).map(|value| value.as_str().to_owned()).unwrap_or_default();
            assert_eq!(read, $stored, "{:?}", $input);
        )+
    };
}

#[test]
fn phones() {
    assert_reads!(Phone:
        "+919876543210" => "+919876543210",
        "+91 98765-43210" => "+919876543210",
        "9876543210" => "+919876543210",
        "09876543210" => "+919876543210",
        "919876543210" => "+919876543210",
        "9198765432" => "+919198765432",
        " 6000000000 " => "+916000000000",
        "5876543210" => "",
        "98765" => "",
        "98765432101" => "",
        "+9109876543210" => "",
        "+449876543210" => "",
        "++919876543210" => "",
        "९८७६५४३२१०" => "",
        "987654321a" => "",
        "" => "",
    );
    assert_eq!(Phone::parse("+919198765432").unwrap().digits(), "9198765432");
    assert_eq!(
        Phone::parse("123").unwrap_err().to_string(),
        "must be an Indian mobile number: +91 and 10 digits starting 6-9"
    );
}

#[test]
fn pin_codes() {
    assert_reads!(Pincode: "560001" => "560001", "560 001" => "560001", "060001" => "", "56000" => "", "5600011" => "", "56000a" => "");
}

#[test]
fn registrations() {
    assert_reads!(Registration:
        "KA01AB1234" => "KA01AB1234",
        "ka-01 ab 1234" => "KA01AB1234",
        "DL3CAB1234" => "DL3CAB1234",
        "MH12A1" => "MH12A1",
        "KA011234" => "KA011234",
        "KA12" => "KA12",
        "KA0112345" => "",
        "22BH1234AA" => "22BH1234AA",
        "22 bh 1234 a" => "22BH1234A",
        "22BH123AA" => "",
        "22BH1234AAA" => "",
        "KA1" => "",
        "KAAB1234" => "",
        "KA01ABCD1234" => "",
        "KA01AB12345" => "",
        "KA001AB1234" => "",
        "KA01AB" => "",
        "K101AB1234" => "",
        "KA01ÄB1234" => "",
        "" => "",
    );
}

#[test]
fn vins() {
    assert_reads!(Vin:
        "ma3eyd32s00123456" => "MA3EYD32S00123456",
        "VIN123456789" => "VIN123456789",
        "ABCDE" => "ABCDE",
        "ABCD" => "",
        "MA3EYD32S0O123456" => "",
        "MA3EYD32S0I123456" => "",
        "MA3EYD32S0Q123456" => "",
        "MA3EYD32S001234567" => "",
        "MA3EYD-32S" => "",
        "MA3ÉYD32" => "",
    );
    assert!(Vin::parse("MA3EYD32S00123456").unwrap().is_standard());
    assert!(!Vin::parse("VIN123456789").unwrap().is_standard());
}

#[test]
fn gstins() {
    assert_reads!(Gstin:
        "27AABCU9603R1ZN" => "27AABCU9603R1ZN",
        " 27aabcu9603r1zn " => "27AABCU9603R1ZN",
        "27AABCU9603R1Z2" => "",
        "27AABCU9603R0ZN" => "",
        "27AABCU9603R1Z" => "",
        "2AAABCU9603R1ZN" => "",
        "27AABC19603R1ZN" => "",
        "27ÄBCU9603R1ZN" => "",
    );
    assert_eq!(Gstin::parse("27AABCU9603R1ZN").unwrap().state().unwrap().name(), "Maharashtra");
}

#[test]
fn one_wrong_character_shows() {
    let right = "27AABCU9603R1ZN";
    for at in 0..right.len() {
        for other in ('0'..='9').chain('A'..='Z') {
            let mut wrong: Vec<char> = right.chars().collect();
            wrong[at] = other;
            let wrong: String = wrong.into_iter().collect();
            assert_eq!(Gstin::parse(&wrong).is_ok(), wrong == right, "{wrong}");
        }
    }
}

#[test]
fn tax_codes() {
    assert_reads!(HsnSac: "8708" => "8708", "998714" => "998714", " 87089900 " => "87089900", "87" => "", "87089" => "", "8708990" => "", "87O8" => "");
    let is_service = |code| HsnSac::parse(code).unwrap().is_service();
    assert!(is_service("998714") && is_service("9987") && !is_service("8708") && !is_service("87089900"));
}

#[test]
fn emails() {
    assert_reads!(Email:
        " Ravi.Kumar+dms@Example.CO.IN " => "ravi.kumar+dms@example.co.in",
        "a@b.c" => "a@b.c",
        "a@b" => "",
        "a.b.c" => "",
        "@b.c" => "",
        "a@" => "",
        "a@@b.c" => "",
        "a@b@c.d" => "",
        "a@.c" => "",
        "a@b." => "",
        "a@b..c" => "",
        "a@-b.c" => "",
        "a b@c.d" => "",
        "a@b c.d" => "",
        "a\n@b.c" => "",
        "<a@b.c>" => "",
        "a,b@c.d" => "",
        "\"a\"@b.c" => "",
        "a\\b@c.d" => "",
    );
    let long = |count: usize| format!("a@{}.in", vec!["b".repeat(49); count].join("."));
    assert!(Email::parse(&long(4)).is_ok());
    assert!(Email::parse(&long(5)).is_ok());
    assert!(Email::parse(&long(6)).is_err());
}

#[test]
fn centre_codes() {
    assert_reads!(CentreCode: "SC001" => "SC001", "sc" => "SC", "1A" => "1A", "S" => "", "SC0011" => "", "0SC" => "", "SC-1" => "");
}

#[test]
fn states() {
    assert_reads!(GstState:
        "29" => "Karnataka",
        " karnataka " => "Karnataka",
        "Jammu & Kashmir" => "Jammu and Kashmir",
        "J&K" => "Jammu and Kashmir",
        "TAMILNADU" => "Tamil Nadu",
        "Orissa" => "Odisha",
        "NCT of Delhi" => "Delhi",
        "Pondicherry" => "Puducherry",
        "Uttaranchal" => "Uttarakhand",
        "Dadra & Nagar Haveli and Daman & Diu" => "Dadra and Nagar Haveli and Daman and Diu",
        "Andaman & Nicobar Islands" => "Andaman and Nicobar Islands",
        "37" => "Andhra Pradesh",
        "38" => "Ladakh",
        "97" => "Other Territory",
        "25" => "",
        "28" => "",
        "7" => "",
        "99" => "",
        "Sindh" => "",
        "" => "",
    );
    assert_eq!(GstState::ALL.len(), 37);
    // UTGST Act, section 1(2): Chandigarh, Dadra … Diu, Lakshadweep, Andaman, Ladakh, Other Territory; not Delhi.
    let territories = GstState::ALL.iter().filter(|state| state.has_union_territory_tax());
    assert_eq!(territories.map(|state| state.code()).collect::<Vec<_>>(), ["04", "26", "31", "35", "38", "97"]);
    assert!(GstState::ALL.is_sorted_by(|a, b| a.code() < b.code()));
    for state in GstState::ALL {
        assert_eq!(GstState::parse(state.name()), Ok(*state));
        assert_eq!(GstState::parse(state.code()), Ok(*state));
    }
    assert_eq!(serde_json::to_value(GstState::parse("29").unwrap()).unwrap(), json!("Karnataka"));
    assert_eq!(serde_json::from_value::<GstState>(json!("29")).unwrap().code(), "29");
}

#[test]
fn texts() {
    let says = |value, min, max| bounded_text(value, min, max).unwrap_err().to_string();
    assert_eq!(bounded_text("  Ravi \t", 2, 100).unwrap(), "Ravi");
    assert_eq!(bounded_text("a\r\nb\tc\n", 0, 5).unwrap(), "a\nb\tc");
    assert_eq!(bounded_text("e\u{301}", 0, 1).unwrap(), "é");
    assert_eq!(bounded_text("रवि", 2, 3).unwrap(), "रवि");
    assert_eq!(bounded_text(" ", 0, 5).unwrap(), "");
    assert_eq!(says(" ", 1, 5), "must not be empty");
    assert_eq!(says("", 2, 100), "must not be empty");
    assert_eq!(says("a", 2, 100), "must have 2 to 100 characters");
    assert_eq!(says("abcdef", 0, 5), "must have at most 5 characters");
    assert_eq!(says("abcdef", 1, 5), "must have at most 5 characters");
    assert_eq!(says("a\0b", 0, 5), "must not contain control characters");
    assert_eq!(says("a\rb", 0, 5), "must not contain control characters");
}

#[test]
fn json_and_schema() {
    let phone: Phone = serde_json::from_value(json!("98765 43210")).unwrap();
    assert_eq!(serde_json::to_value(&phone).unwrap(), json!("+919876543210"));
    assert_eq!(phone.to_string(), "+919876543210");
    let error = serde_json::from_value::<Pincode>(json!("0")).unwrap_err().to_string();
    assert_eq!(error, "must be a PIN code: 6 digits, not starting with 0");
    assert!(serde_json::from_value::<Pincode>(json!(560001)).is_err());
    let schema = serde_json::to_value(Pincode::schema()).unwrap();
    assert_eq!(schema["type"], "string");
    assert_eq!(schema["pattern"], "^[1-9][0-9]{5}$");
    assert_eq!(Pincode::name(), "Pincode");
}

proptest! {
    #[test]
    fn any_text_is_safe_and_what_is_stored_reads_as_itself(
        text in "\\PC{0,20}|[A-Z0-9]{2,17}|[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9]Z[0-9A-Z]|[a-z]{1,5}@[a-z.]{1,8}|[+0-9 -]{10,16}",
    ) {
        macro_rules! stable {
            ($($type:ident),+) => {
                $(if let Ok(value) = $type::parse(&text) {
                    prop_assert_eq!($type::parse(value.as_str()), Ok(value.clone()));
                })+
            };
        }
        stable!(Phone, Pincode, Registration, Vin, Gstin, HsnSac, Email, CentreCode, GstState);
    }

    #[test]
    fn bounded_text_is_stable(text in any::<String>()) {
        if let Ok(once) = bounded_text(&text, 0, 1_000) {
            prop_assert_eq!(bounded_text(&once, 0, 1_000), Ok(once.clone()));
        }
    }

    #[test]
    fn a_mobile_number_reads_in_every_form(number in "[6-9][0-9]{9}", before in "(|0|91|\\+91|\\+91 |\\+91-)") {
        let phone = Phone::parse(&format!("{before}{number}")).unwrap();
        prop_assert_eq!(phone.digits(), &number);
        prop_assert_eq!(phone.as_str(), format!("+91{number}"));
    }
}
