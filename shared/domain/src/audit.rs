//! The audit log: every command that changed something, each centre's in a chain of hashes (and the dealership's own, in
//! one of theirs). An entry that is changed or taken out later breaks the chain, and [`ChainCheck`] tells where.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::calendar::Timestamp;

/// What the first entry of a chain has in the place of its predecessor's hash.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Who did what, and when: what a command's own record tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditRecord {
    /// The entry's id: made of the command's, so that a command has one entry however often it is told. It carries the
    /// ordinal of the centre in whose chain it stands.
    pub id: Uuid,
    /// When.
    pub created_at: Timestamp,
    /// Who; the nil UUID for what nobody asked for.
    pub user_id: Uuid,
    /// What: method and route, or the name of an operator's or a worker's task.
    pub action: String,
    /// The kind of the document that was changed, as its keys begin: `JC`, `CUST`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_type: Option<String>,
    /// The document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_id: Option<Uuid>,
    /// Hash of all that was replaced or removed, as it was read; none when nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Hash of all that was written: documents, ledger lines, movements of stock.
    pub after: String,
    /// The request's id: that of its line in the log.
    pub request_id: String,
}

/// A link of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// What is told.
    #[serde(flatten)]
    pub record: AuditRecord,
    /// Its place in the chain, from 1.
    pub sequence: u64,
    /// The hash of the entry before.
    pub previous_hash: String,
    /// The hash of this one: of the one before, the place, and all that is told.
    pub hash: String,
}

/// How far a chain has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    /// The place of the last entry; 0 when there is none.
    pub sequence: u64,
    /// Its hash.
    pub hash: String,
}

impl Default for ChainHead {
    fn default() -> Self {
        Self { sequence: 0, hash: BEGINNING.to_owned() }
    }
}

impl AuditEntry {
    /// The entry of a record, after the last one of a chain.
    pub fn after(head: &ChainHead, record: AuditRecord) -> Self {
        let sequence = head.sequence + 1;
        let hash = link(&head.hash, sequence, &record);
        Self { record, sequence, previous_hash: head.hash.clone(), hash }
    }

    /// The head of a chain that ends with it.
    pub fn head(&self) -> ChainHead {
        ChainHead { sequence: self.sequence, hash: self.hash.clone() }
    }
}

/// SHA-256 in hexadecimal digits of parts, each told from the next by its length.
pub fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    hex::encode(digest.finalize())
}

fn link(previous: &str, sequence: u64, record: &AuditRecord) -> String {
    let AuditRecord { id, created_at, user_id, action, document_type, document_id, before, after, request_id } =
        record;
    let document_id = document_id.map(|id| id.to_string());
    let (id, created_at, user_id) = (id.to_string(), created_at.to_string(), user_id.to_string());
    let known = |text: &Option<String>| text.clone().unwrap_or_default();
    let told = [
        previous.to_owned(),
        sequence.to_string(),
        id,
        created_at,
        user_id,
        action.clone(),
        known(document_type),
        known(&document_id),
        known(before),
        after.clone(),
        request_id.clone(),
    ];
    hash(told.iter().map(String::as_bytes))
}

/// Where a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Break {
    /// An entry does not say what it said when it was written.
    Changed {
        /// Its place.
        sequence: u64,
    },
    /// An entry does not follow from the one before.
    Unlinked {
        /// Its place.
        sequence: u64,
    },
    /// Two entries have one place.
    Twice {
        /// The place.
        sequence: u64,
    },
    /// Entries are gone.
    Missing {
        /// The first place.
        from: u64,
        /// The last place.
        to: u64,
    },
    /// The chain ends otherwise than its head says.
    End {
        /// The last place.
        sequence: u64,
    },
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { sequence } => write!(f, "entry {sequence} was changed"),
            Self::Unlinked { sequence } => write!(f, "entry {sequence} does not follow from the one before"),
            Self::Twice { sequence } => write!(f, "entry {sequence} is there twice"),
            Self::Missing { from, to } if from == to => write!(f, "entry {from} is missing"),
            Self::Missing { from, to } => write!(f, "entries {from} to {to} are missing"),
            Self::End { sequence } => write!(f, "the chain does not end with entry {sequence} as it was"),
        }
    }
}

/// Checks a chain, entry by entry, in any order: it holds back those whose predecessors it has not seen yet.
#[derive(Debug, Default)]
pub struct ChainCheck {
    /// The chain as far as it was followed.
    head: ChainHead,
    /// By place: previous hash and hash.
    waiting: BTreeMap<u64, (String, String)>,
    breaks: Vec<Break>,
}

impl ChainCheck {
    /// Takes an entry.
    pub fn take(&mut self, entry: &AuditEntry) {
        let sequence = entry.sequence;
        if link(&entry.previous_hash, sequence, &entry.record) != entry.hash {
            self.breaks.push(Break::Changed { sequence });
        }
        if sequence <= self.head.sequence || self.waiting.contains_key(&sequence) {
            self.breaks.push(Break::Twice { sequence });
            return;
        }
        self.waiting.insert(sequence, (entry.previous_hash.clone(), entry.hash.clone()));
        self.follow();
    }

    fn follow(&mut self) {
        while let Some((previous, hash)) = self.waiting.remove(&(self.head.sequence + 1)) {
            let sequence = self.head.sequence + 1;
            if previous != self.head.hash {
                self.breaks.push(Break::Unlinked { sequence });
            }
            self.head = ChainHead { sequence, hash };
        }
    }

    /// Where the chain is broken, given its head; and how many entries it has.
    pub fn finish(mut self, head: &ChainHead) -> (u64, Vec<Break>) {
        while let Some((sequence, (previous, _))) = self.waiting.first_key_value() {
            self.breaks.push(Break::Missing { from: self.head.sequence + 1, to: sequence - 1 });
            // What follows a gap is checked for itself.
            self.head = ChainHead { sequence: sequence - 1, hash: previous.clone() };
            self.follow();
        }
        if self.head.sequence < head.sequence {
            self.breaks.push(Break::Missing { from: self.head.sequence + 1, to: head.sequence });
        } else if self.head != *head {
            self.breaks.push(Break::End { sequence: head.sequence });
        }
        (self.head.sequence, self.breaks)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn record(n: u8) -> AuditRecord {
        AuditRecord {
            id: Uuid::from_u128(u128::from(n)),
            created_at: Timestamp::new(DateTime::UNIX_EPOCH),
            user_id: Uuid::from_u128(7),
            action: "PATCH /api/job-cards/{id}/status".to_owned(),
            document_type: Some("JC".to_owned()),
            document_id: Some(Uuid::from_u128(u128::from(n) + 100)),
            before: n.is_multiple_of(2).then(|| hash([[n].as_slice()])),
            after: hash([[n, n].as_slice()]),
            request_id: format!("request {n}"),
        }
    }

    fn chain(length: u8) -> Vec<AuditEntry> {
        let mut head = ChainHead::default();
        let entry = |n| {
            let entry = AuditEntry::after(&head, record(n));
            head = entry.head();
            entry
        };
        (0..length).map(entry).collect()
    }

    fn check<'a>(entries: impl IntoIterator<Item = &'a AuditEntry>, head: &ChainHead) -> (u64, Vec<Break>) {
        let mut check = ChainCheck::default();
        entries.into_iter().for_each(|entry| check.take(entry));
        check.finish(head)
    }

    fn head_of(entries: &[AuditEntry]) -> ChainHead {
        entries.last().map(AuditEntry::head).unwrap_or_default()
    }

    proptest! {
        #[test]
        fn a_chain_is_whole_in_whatever_order_it_is_read(
            entries in (0u8..30).prop_map(chain), order: Vec<proptest::sample::Index>,
        ) {
            let mut shuffled = entries.clone();
            for (place, with) in order.iter().enumerate().take(entries.len()) {
                shuffled.swap(place, with.index(entries.len()));
            }
            prop_assert_eq!(check(&shuffled, &head_of(&entries)), (entries.len() as u64, vec![]));
        }

        #[test]
        fn a_change_of_anything_is_told_with_its_place(
            entries in (1u8..20).prop_map(chain), which: proptest::sample::Index, what in 0..8,
        ) {
            let (mut changed, place) = (entries.clone(), which.index(entries.len()));
            let record = &mut changed[place].record;
            match what {
                0 => record.user_id = Uuid::from_u128(8),
                1 => record.action.push('/'),
                2 => record.after = hash([b"other".as_slice()]),
                3 => record.before = Some(hash([b"other".as_slice()])),
                4 => record.created_at = Timestamp::new(DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(1)),
                5 => record.document_id = None,
                6 => record.document_type = Some("INV".to_owned()),
                _ => record.request_id = String::new(),
            }
            let sequence = place as u64 + 1;
            let head = head_of(&entries);
            prop_assert_eq!(check(&changed, &head).1, vec![Break::Changed { sequence }]);

            // With its own hash made right, the next one no longer follows; or the end is another.
            changed[place].hash = link(&changed[place].previous_hash, sequence, &changed[place].record);
            let told = match place + 1 == entries.len() {
                true => Break::End { sequence },
                false => Break::Unlinked { sequence: sequence + 1 },
            };
            prop_assert_eq!(check(&changed, &head).1, vec![told]);
        }

        #[test]
        fn entries_that_were_taken_out_are_told(
            entries in (3u8..20).prop_map(chain), from: proptest::sample::Index, count in 1usize..3,
        ) {
            let first = from.index(entries.len() - count + 1);
            let kept = entries.iter().take(first).chain(entries.iter().skip(first + count));
            let missing = Break::Missing { from: first as u64 + 1, to: (first + count) as u64 };
            prop_assert_eq!(check(kept, &head_of(&entries)).1, vec![missing]);
        }
    }

    #[test]
    fn an_entry_that_is_there_twice_is_told() {
        let entries = chain(3);
        let twice = entries.iter().chain(&entries[1..2]);
        assert_eq!(check(twice, &head_of(&entries)).1, [Break::Twice { sequence: 2 }]);
    }

    #[test]
    fn parts_are_told_from_each_other() {
        assert_ne!(hash([b"ab".as_slice(), b"c"]), hash([b"a".as_slice(), b"bc"]));
    }
}
