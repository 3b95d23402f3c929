//! Ids: UUIDv7, so that they sort by creation time. The id of a centre's document carries the centre's
//! ordinal in the 12 bits after the version, so that the document's partition is known from its id alone:
//! an admin finds it in one read, and another centre's user is refused without any.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The largest ordinal: 12 bits.
const MAX_ORDINAL: u16 = 4_095;
/// The last millisecond an id can express: 48 bits.
pub const MAX_MS: i64 = (1 << 48) - 1;

/// A service centre's number within the dealership, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct CentreOrdinal(u16);

impl CentreOrdinal {
    /// The ordinal, from 1 to 4095.
    pub fn new(ordinal: u16) -> Option<Self> {
        (1..=MAX_ORDINAL).contains(&ordinal).then_some(Self(ordinal))
    }

    /// As a number.
    pub fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for CentreOrdinal {
    type Error = &'static str;

    fn try_from(ordinal: u16) -> Result<Self, Self::Error> {
        Self::new(ordinal).ok_or("a centre's ordinal is from 1 to 4095")
    }
}

impl From<CentreOrdinal> for u16 {
    fn from(ordinal: CentreOrdinal) -> Self {
        ordinal.get()
    }
}

/// A new id: of a centre's document, or (without an ordinal) of the dealership's. The caller gives the
/// random bytes, 62 bits of which are used.
pub fn new_id(now: DateTime<Utc>, centre: Option<CentreOrdinal>, random: [u8; 8]) -> Uuid {
    let ms = now.timestamp_millis().clamp(0, MAX_MS).to_be_bytes();
    let centre = centre.map_or(0, CentreOrdinal::get).to_be_bytes();
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&ms[2..]);
    bytes[6..8].copy_from_slice(&centre);
    bytes[8..].copy_from_slice(&random);
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    Uuid::from_bytes(bytes)
}

/// The centre whose document has this id; `None` for the dealership's documents and for foreign UUIDs.
pub fn ordinal_of(id: &Uuid) -> Option<CentreOrdinal> {
    let bytes = id.as_bytes();
    if id.get_version_num() != 7 {
        return None;
    }
    CentreOrdinal::new(u16::from_be_bytes([bytes[6] & 0x0f, bytes[7]]))
}

/// Milliseconds since 1970 at which the id was made.
pub fn created_at_ms(id: &Uuid) -> i64 {
    let bytes = id.as_bytes();
    bytes[..6].iter().fold(0, |ms, byte| ms << 8 | i64::from(*byte))
}

/// The least id of a millisecond, as text: the lower bound of a range of sort keys.
pub fn lower_bound(ms: i64) -> String {
    bound(ms, 0x00)
}

/// The greatest id of a millisecond, as text.
pub fn upper_bound(ms: i64) -> String {
    bound(ms, 0xff)
}

fn bound(ms: i64, fill: u8) -> String {
    let mut bytes = [fill; 16];
    bytes[..6].copy_from_slice(&ms.clamp(0, MAX_MS).to_be_bytes()[2..]);
    Uuid::from_bytes(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_is_a_uuid_v7_that_tells_its_centre_and_time(
            ms in 0..=MAX_MS / 1_000, ordinal in 1..=MAX_ORDINAL, random: [u8; 8],
        ) {
            let now = DateTime::from_timestamp_millis(ms).unwrap();
            let ordinal = CentreOrdinal::new(ordinal);
            let id = new_id(now, ordinal, random);
            prop_assert_eq!(id.get_version_num(), 7);
            prop_assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
            prop_assert_eq!(ordinal_of(&id), ordinal);
            prop_assert_eq!(created_at_ms(&id), ms);
            let text = id.to_string();
            prop_assert!(lower_bound(ms) <= text && text <= upper_bound(ms));
            prop_assert!(upper_bound(ms) < lower_bound(ms + 1));
        }
    }

    #[test]
    fn the_dealerships_ids_and_foreign_uuids_belong_to_no_centre() {
        assert_eq!(ordinal_of(&new_id(DateTime::UNIX_EPOCH, None, [9; 8])), None);
        assert_eq!(ordinal_of(&Uuid::from_u128(0x1234_5678_9abc_4def_8234_5678_9abc_def0)), None, "version 4");
    }
}
