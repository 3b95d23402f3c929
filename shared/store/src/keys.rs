//! Every key of every table, on one screen.
//!
//! `C7` stands for the centre with ordinal 7; only a [`TenantScope`] can write it. Ids are UUIDv7, so a sort
//! key that is an id sorts by creation time, and a day is a range of ids.
//!
//! | question | index | pk | sk |
//! |---|---|---|---|
//! | customer / vehicle / user by id | table | `CUST#id` `VEH#id` `USER#id` | `-` |
//! | all customers / vehicles / users, newest first | gsi1 | `CUST@2026-11` … (month of creation) | id |
//! | a customer's vehicles | gsi2 | `CUST#id#VEH` | id |
//! | a vehicle's service history, newest first | table | `VEH#id#HISTORY` | job card id |
//! | service centres, all or one | table | `CENTRES` | ordinal, 4 digits |
//! | a centre's users (or the dealership's), newest first | gsi2 | `C7#USER` `DEALERSHIP#USER` | id |
//! | a tenant document by id; all of a centre, newest first | table | `C7#JC` `C7#APT` `C7#PR` `C7#PART` `C7#INV` `C7#CN` `C7#PI` `C7#QTN` `C7#FILE` `C7#AUDIT` | id |
//! | … in one state | gsi1 | `C7#JC#<code>` | id |
//! | the files of a job card, vehicle or customer, of one centre or all | gsi2 | `id#FILE` | centre's ordinal, 4 digits; file id |
//! | files that wait for their content, of all centres | gsi1 | `FILES.PENDING` | file id |
//! | objects in the bucket that are no file's, and go | table | `FILES.LOOSE` | file id |
//! | a job card's parts 1, 2A and 3 | table | `C7#JC.FORMS` | id |
//! | Central's documents by id; all, newest first | table | `CENTRAL#PART` `CENTRAL#PO` `CENTRAL#SUP` `CENTRAL#AUDIT` | id |
//! | … in one state | gsi1 | `CENTRAL#PO#<code>` | id |
//! | deleted documents of a centre, or Central's | table | `C7#APT.DELETED` | id |
//! | a centre's quotations that nobody answered yet, by their last day | gsi2 | `C7#QTN.DUE` | day, id |
//! | a job card's parts requests | gsi2 | `C7#JC#id#PR` | id |
//! | parts at or below their minimum | low-stock | `C7#PART` `CENTRAL#PART` | stock − minimum |
//! | a part's ledger, newest first | table | `C7#PART#id#LEDGER` `CENTRAL#PART#id#LEDGER` | entry id |
//! | what is under way, to one centre or all | table | `TRANSIT` | ordinal, 4 digits; parts issue id |
//! | a centre's part by Central's part | table | `UNIQUE#C7#centralPart#id` | `-` |
//! | is this value taken | table | `UNIQUE#field#value` | `-` |
//! | next number of a series | table | `COUNTER#series` | `-` |
//! | how many, per day and state | table | `TALLY#pk of the list` | month |
//! | … of Central's ledgers: losses on the way; what moved stock is counted in the part | table | `TALLY#pk of the ledger` | month |
//! | sums for the dashboard and reports, per day (and label), of a centre or the dealership | table | `ROLLUP#C7#DAY` `ROLLUP#ALL#PART` | `2026-11-26`, `2026-11-26#part id`, `ALL` |
//! | what is to be reminded of from a day on | table | `REMIND#2026-11` | `2026-11-26#SERVICE#vehicle id#day it is due` |
//! | has this command been done; events to publish | table | `CMD#user#key` | `-` |
//! | the last link of a centre's audit log, or of the dealership's | table | `CHAIN#C7` `CHAIN#CENTRAL` | `-` |
//! | how far has a load of much data come | table | `LOAD#name` | `-` |
//! | commands whose events were not sent | gsi1 | `OUTBOX#0` … `OUTBOX#7` | time of the command |
//! | has a consumer dealt with an event | table | `SEEN#consumer#event` | `-` |
//! | a user's notifications, unread first | table | `NOTES#user` | `~` count, `U#id`, `R#id`, `!` preferences |
//! | credentials by e-mail | auth | `LOGIN#email` | `-` |
//! | a session family | auth | `SESSION#id` | `-` |
//! | customers by the beginnings of two words of the name | search | `CUST#N:ash rao` (first 3 characters of each) | words, id |
//! | documents of a list by a word's beginning | search | `CUST#n:asha`, `C7#JC##:100` (first 3 characters) | word, id |
//! | vehicles by the beginning of registration or VIN | table | `UNIQUE#registration#MH1` | value |
//! | requests counted in a minute | limits | `RATE#who#minute` | `-` |

use chrono::{DateTime, NaiveDate};
use dms_access::{CentralScope, ListScope, TenantScope, VerifiedLink};
use dms_domain::{
    calendar::MonthKey,
    ids::{self, CentreOrdinal},
    numbering::Series,
    reminder::Reminder,
    rollup::{Cell, Sheet},
};
use uuid::Uuid;

use crate::client::{Item, text};

mod kinds;
mod words;

pub(crate) use kinds::OwnKeys;
pub use kinds::{CentralKind, MasterKind, TenantKind};
pub(crate) use kinds::{StoredKind, kind_of};
pub(crate) use words::{plate, plates_pk, posted, posting, posting_pk};

/// A primary key, or a key of an index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

impl Key {
    pub(crate) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    /// The primary key of an item.
    pub(crate) fn of(item: &Item) -> Self {
        let attribute = |name: &str| text(item, name).unwrap_or_default().to_owned();
        Self { pk: attribute("pk"), sk: attribute("sk") }
    }

    fn only(pk: impl Into<String>) -> Self {
        Self::new(pk, "-")
    }
}

fn ordinal(scope: TenantScope) -> u16 {
    scope.ordinal().get()
}

/// A service centre.
pub fn centre(ordinal: CentreOrdinal) -> Key {
    Key::new(centres_pk(), format!("{:04}", ordinal.get()))
}

/// Partition of all service centres.
pub fn centres_pk() -> &'static str {
    "CENTRES"
}

/// gsi2: a customer's vehicles.
pub fn customer_vehicles_pk(customer: &Uuid) -> String {
    format!("CUST#{customer}#VEH")
}

/// gsi2: a centre's users.
pub fn centre_users_pk(ordinal: CentreOrdinal) -> String {
    format!("C{}#USER", ordinal.get())
}

/// gsi2: users without a centre: admins and Central's staff.
pub(crate) fn dealership_users_pk() -> &'static str {
    "DEALERSHIP#USER"
}

/// Partition of a vehicle's service history; master data, whichever centre served it.
pub fn vehicle_history_pk(vehicle: &Uuid) -> String {
    format!("VEH#{vehicle}#HISTORY")
}

/// A line of a vehicle's service history.
pub fn vehicle_history(vehicle: &Uuid, job_card: &Uuid) -> Key {
    Key::new(vehicle_history_pk(vehicle), job_card.to_string())
}

/// A job card's parts 1, 2A and 3: large and rarely read, so kept beside the card.
pub(crate) fn job_card_forms(card: &Key) -> Key {
    Key::new(format!("{}.FORMS", card.pk), card.sk.clone())
}

/// Partition of the forms of a centre's job cards.
pub(crate) fn centre_forms_pk(centre: CentreOrdinal) -> String {
    format!("{}.FORMS", TenantKind::JobCard.pk_of(centre))
}

/// gsi2: a job card's parts requests.
pub fn job_card_requests_pk(scope: TenantScope, job_card: &Uuid) -> String {
    format!("{}#{job_card}#PR", TenantKind::JobCard.pk(scope))
}

/// gsi2: a centre's quotations that nobody answered yet. Whether a day has come is no one's secret, and what is found is
/// shown to no one: the sweep has no user.
pub(crate) fn due_quotations_pk(centre: CentreOrdinal) -> String {
    format!("C{}#{}.DUE", centre.get(), TenantKind::Quotation.prefix())
}

/// The place there of a quotation that is in hand.
pub(crate) fn due_quotation(id: &Uuid, valid_until: NaiveDate) -> Option<Key> {
    Some(Key::new(due_quotations_pk(ids::ordinal_of(id)?), format!("{valid_until}#{id}")))
}

/// The quotation that an approval link is for.
pub(crate) fn linked_quotation(link: &VerifiedLink) -> Key {
    TenantKind::Quotation.own(&link.quotation_id()).key()
}

/// Partition of a part's ledger.
pub fn ledger_pk(scope: TenantScope, part: &Uuid) -> String {
    format!("{}#{part}#LEDGER", TenantKind::Part.pk(scope))
}

/// Partition of the ledger of a part of Central's stock.
pub fn central_ledger_pk(scope: CentralScope, part: &Uuid) -> String {
    format!("{}#{part}#LEDGER", CentralKind::Part.pk(scope))
}

/// The place of a part that is in hand: in its centre's stock or, when its id names no centre, in Central's.
pub(crate) fn part(id: &Uuid) -> OwnKeys {
    match ids::ordinal_of(id) {
        Some(_) => TenantKind::Part.own(id),
        None => CentralKind::Part.own(id),
    }
}

/// Partition of the ledger of a part that is in hand.
pub(crate) fn own_ledger_pk(id: &Uuid) -> String {
    part(id).part_pk("LEDGER")
}

/// Partition of the tallies of a partition that lists documents.
pub(crate) fn tally_pk(listed: &str) -> String {
    format!("TALLY#{listed}")
}

/// An entry of the ledger of a part that is in hand.
pub(crate) fn ledger(part: &Uuid, entry: &Uuid) -> Key {
    Key::new(own_ledger_pk(part), entry.to_string())
}

/// Partition of a user's notifications. Read backwards, it begins with how many there are, then come the unread ones,
/// newest first, then those that were read.
pub(crate) fn notifications_pk(user: &Uuid) -> String {
    format!("NOTES#{user}")
}

/// How many notifications a user has, and how many are unread.
pub(crate) fn notification_count(user: &Uuid) -> Key {
    Key::new(notifications_pk(user), "~")
}

/// A notification of a user.
pub(crate) fn notification(user: &Uuid, is_read: bool, id: &Uuid) -> Key {
    let state = if is_read { 'R' } else { 'U' };
    Key::new(notifications_pk(user), format!("{state}#{id}"))
}

/// What a user wants to be told.
pub(crate) fn notification_preferences(user: &Uuid) -> Key {
    Key::new(notifications_pk(user), "!")
}

/// The note that a consumer has dealt with an event (or with one part of it).
pub(crate) fn seen(consumer: &str, event: &str) -> Key {
    Key::only(format!("SEEN#{consumer}#{event}"))
}

/// gsi1: commands whose events were not sent yet, by the time of the command. Several partitions, so that none is hot.
pub(crate) fn outbox(command: &Uuid, at: &str) -> Key {
    Key::new(outbox_pk(command.as_u128() % OUTBOX_PARTITIONS), at)
}

/// One of the partitions of the outbox.
pub(crate) fn outbox_pk(partition: u128) -> String {
    format!("OUTBOX#{partition}")
}

/// Partitions of the outbox.
pub(crate) const OUTBOX_PARTITIONS: u128 = 8;

/// Partition of what is under way between Central and the centres.
pub(crate) const TRANSIT: &str = "TRANSIT";

/// The note of what a parts issue has under way.
pub(crate) fn transit(issue: &Uuid) -> Key {
    let ordinal = ids::ordinal_of(issue).map_or(0, CentreOrdinal::get);
    Key::new(TRANSIT, format!("{ordinal:04}#{issue}"))
}

/// Beginning of one centre's sort keys where documents of all centres are side by side.
pub(crate) fn centre_prefix(scope: TenantScope) -> String {
    format!("{:04}#", ordinal(scope))
}

/// gsi2: the files of a document, whichever centres uploaded them.
pub fn files_of_pk(document: &Uuid) -> String {
    format!("{document}#FILE")
}

/// gsi2: the place of a file that is in hand beside the others of its document.
pub(crate) fn file_of(document: &Uuid, file: &Uuid) -> Key {
    let ordinal = ids::ordinal_of(file).map_or(0, CentreOrdinal::get);
    Key::new(files_of_pk(document), format!("{ordinal:04}#{file}"))
}

/// gsi1: a file that waits for its content.
pub(crate) fn file_pending(file: &Uuid) -> Key {
    Key::new(FILES_PENDING, file.to_string())
}

/// gsi1: the files that wait for their content.
pub(crate) const FILES_PENDING: &str = "FILES.PENDING";

/// The note of objects in the bucket that are no file's: an upload that was not finished, a file that was deleted.
pub(crate) fn loose_objects(file: &Uuid) -> Key {
    Key::new(LOOSE_OBJECTS, file.to_string())
}

/// Partition of those notes.
pub(crate) const LOOSE_OBJECTS: &str = "FILES.LOOSE";

/// The guard of a value that is unique in the dealership ("registration").
pub fn unique(field: &str, value: &str) -> Key {
    Key::only(format!("UNIQUE#{field}#{value}"))
}

/// The guard of a value that is unique in the centre of a document in hand ("part number").
pub(crate) fn unique_beside(document: &Uuid, field: &str, value: &str) -> Key {
    let ordinal = ids::ordinal_of(document).map_or(0, CentreOrdinal::get);
    Key::only(format!("UNIQUE#C{ordinal}#{field}#{value}"))
}

/// The guard of a part's number in the stock of a centre.
pub(crate) fn part_number_in(scope: TenantScope, number: &str) -> Key {
    Key::only(format!("UNIQUE#C{}#{PART_NUMBER}#{number}", ordinal(scope)))
}

/// The guard by which a centre's part is found by Central's part.
pub(crate) fn central_part_in(scope: TenantScope, central_part: &Uuid) -> Key {
    Key::only(format!("UNIQUE#C{}#{CENTRAL_PART}#{central_part}", ordinal(scope)))
}

/// The same guard, in the centre of a part that is in hand.
pub(crate) fn central_part_beside(part: &Uuid, central_part: &Uuid) -> Key {
    unique_beside(part, CENTRAL_PART, &central_part.to_string())
}

const CENTRAL_PART: &str = "centralPart";

/// The guard of a part's number in Central's stock.
pub(crate) fn central_part_number(number: &str) -> Key {
    unique("centralPartNumber", number)
}

/// The field of a part that is unique in its stock.
pub(crate) const PART_NUMBER: &str = "partNumber";

/// The counter of a number series.
pub fn counter(series: &Series) -> Key {
    Key::only(format!("COUNTER#{}", series.counter_name()))
}

/// The counter of centre ordinals: how many centres there are.
pub fn centre_counter() -> Key {
    Key::only("COUNTER#CENTRES")
}

/// How many active admins there are: the last one cannot be removed.
pub fn admin_counter() -> Key {
    Key::only("COUNTER#ADMINS")
}

/// A month's tally of the list with this tally partition.
pub fn tally(tally_pk: &str, month: MonthKey) -> Key {
    Key::new(tally_pk, month.to_string())
}

/// Partition of a sheet of a centre, or of the dealership.
pub(crate) fn rollup_pk(scope: ListScope, sheet: Sheet) -> String {
    match scope {
        ListScope::One(scope) => sheet_pk(Some(scope.ordinal()), sheet),
        ListScope::All(_) => sheet_pk(None, sheet),
    }
}

/// Partition of the sheet of customers, who are no one's secret.
pub(crate) fn customer_rollup_pk() -> String {
    sheet_pk(None, Sheet::Customer)
}

/// A cell of the rollups that is in hand.
pub(crate) fn rollup(cell: &Cell) -> Key {
    Key::new(sheet_pk(cell.centre, cell.sheet), cell.place.to_string())
}

fn sheet_pk(centre: Option<CentreOrdinal>, sheet: Sheet) -> String {
    match centre {
        Some(centre) => format!("ROLLUP#C{}#{}", centre.get(), sheet.name()),
        None => format!("ROLLUP#ALL#{}", sheet.name()),
    }
}

/// Partition of what is to be reminded of from some day of a month on.
pub(crate) fn reminders_pk(month: MonthKey) -> String {
    format!("REMIND#{month}")
}

/// The note of a reminder, to be told on a day.
pub(crate) fn reminder(told_on: NaiveDate, reminder: &Reminder) -> Key {
    let Reminder { vehicle_id, kind, due } = reminder;
    let sk = format!("{told_on}#{}#{vehicle_id}#{due}", kind.as_str());
    Key::new(reminders_pk(MonthKey::of(told_on)), sk)
}

/// A command's record.
pub fn command(user: &Uuid, key: &str) -> Key {
    Key::only(format!("CMD#{user}#{key}"))
}

/// The place of an entry of the audit log: in its centre's or, when its id names none, in the dealership's.
pub(crate) fn audit_entry(id: &Uuid) -> OwnKeys {
    match ids::ordinal_of(id) {
        Some(_) => TenantKind::Audit.own(id),
        None => CentralKind::Audit.own(id),
    }
}

/// Partition of a centre's audit log, or of the dealership's. Its checker shows it to no one, and has no user.
pub(crate) fn audit_pk(centre: Option<CentreOrdinal>) -> String {
    audit_entry(&ids::new_id(DateTime::UNIX_EPOCH, centre, [0; 8])).list_pk()
}

/// The last link of the chain of a centre's audit log, or of the dealership's.
pub(crate) fn audit_head(centre: Option<CentreOrdinal>) -> Key {
    match centre {
        Some(centre) => Key::only(format!("CHAIN#C{}", centre.get())),
        None => Key::only("CHAIN#CENTRAL"),
    }
}

/// How far a load of much data has come.
pub(crate) fn load(name: &str) -> Key {
    Key::only(format!("LOAD#{name}"))
}

/// Credentials by e-mail address (auth table).
pub fn login(email: &str) -> Key {
    Key::only(format!("LOGIN#{email}"))
}

/// A session family (auth table).
pub fn session(family: &Uuid) -> Key {
    Key::only(format!("SESSION#{family}"))
}

/// A counter of requests or login attempts in a minute (limits table).
pub fn rate(who: &str, minute: i64) -> Key {
    Key::only(format!("RATE#{who}#{minute}"))
}

/// Where a deleted document of a centre is kept.
pub(crate) fn archived(key: &Key) -> Key {
    Key::new(archived_pk(&key.pk), key.sk.clone())
}

/// Partition of the deleted documents of a list.
pub(crate) fn archived_pk(listed: &str) -> String {
    format!("{listed}{DELETED}")
}

/// How the partitions of deleted documents end.
pub(crate) const DELETED: &str = ".DELETED";
