//! No token is accepted that was not signed with the key, whatever its header or claims say: neither what was made up, nor
//! a genuine token that was changed, nor one of another type.

#![no_main]

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use dms_access::{AccessGrant, ApprovalLink, RefreshClaims, TokenKeys};
use dms_domain::permissions::Role;
use libfuzzer_sys::fuzz_target;
use uuid::Uuid;

/// Keys and a genuine token of each type: access, refresh, approval.
struct Genuine {
    keys: TokenKeys,
    tokens: [String; 3],
}

static GENUINE: LazyLock<Genuine> = LazyLock::new(|| {
    let keys = TokenKeys::new(&[("k1".to_owned(), vec![7; 32])], 900, 604_800).expect("keys");
    let (user_id, session_id, now) = (Uuid::from_u128(1), Uuid::from_u128(2), at(1_000));
    let grant = AccessGrant { user_id, session_id, role: Role::Admin, centre: None };
    let refresh = RefreshClaims { user_id, session_id, generation: 0, email: "a@b.in".to_owned() };
    let link = ApprovalLink { quotation_id: Uuid::from_u128(3), offer_hash: "a1".to_owned() };
    let tokens = [
        keys.issue_access(&grant, now).expect("signed"),
        keys.issue_refresh(&refresh, now).expect("signed"),
        keys.issue_approval(&link, (now, at(2_000))).expect("signed"),
    ];
    Genuine { keys, tokens }
});

fn at(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(secs, 0).expect("a time")
}

/// Which of the three verifiers accept a token.
fn accepted(token: &str) -> [bool; 3] {
    let (keys, now) = (&GENUINE.keys, at(1_001));
    [
        keys.verify_access(token, now).is_ok(),
        keys.verify_refresh(token, now).is_ok(),
        keys.verify_approval(token, now).is_ok(),
    ]
}

fuzz_target!(|data: &[u8]| {
    let (choice, data) = data.split_first().map_or((0, data), |(first, rest)| (*first, rest));
    let which = usize::from(choice) % 3;
    let genuine = &GENUINE.tokens[which];
    let parts: Vec<&str> = genuine.split('.').collect();
    let text = String::from_utf8_lossy(data);
    let encoded = URL_SAFE_NO_PAD.encode(data);
    let token = match choice / 3 % 6 {
        // Anything at all.
        0 => text.into_owned(),
        // Other claims under a genuine header and signature.
        1 => format!("{}.{encoded}.{}", parts[0], parts[2]),
        // Another header ("alg": "none" …) over genuine claims.
        2 => format!("{encoded}.{}.{}", parts[1], parts[2]),
        // Another signature; or, of no data, none.
        3 => format!("{}.{}.{encoded}", parts[0], parts[1]),
        // Header, claims and signature of one's own making.
        4 => text.split('|').map(|part| URL_SAFE_NO_PAD.encode(part)).collect::<Vec<_>>().join("."),
        // A genuine one with a byte exchanged.
        _ => match data {
            [position, byte, ..] if byte.is_ascii() => {
                let mut bytes = genuine.clone().into_bytes();
                let position = usize::from(*position) % bytes.len();
                bytes[position] = *byte;
                String::from_utf8_lossy(&bytes).into_owned()
            }
            _ => return,
        },
    };
    let expected = [0, 1, 2].map(|position| token == GENUINE.tokens[position]);
    assert_eq!(accepted(&token), expected, "{token}");
});
