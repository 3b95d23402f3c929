//! The kinds of documents and where each is kept and listed.

use dms_access::{CentralScope, TenantScope};
use dms_domain::{
    calendar::MonthKey,
    ids::{self, CentreOrdinal},
    search::Word,
    statuses::TallyCode,
};
use uuid::Uuid;

use super::Key;
use crate::entity::Posting;

/// Documents of the dealership, not of a centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MasterKind {
    /// Customers.
    Customer,
    /// Vehicles.
    Vehicle,
    /// Users.
    User,
}

/// Documents of Central.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CentralKind {
    /// Parts in Central's stock.
    Part,
    /// Purchase orders.
    PurchaseOrder,
    /// Suppliers.
    Supplier,
    /// The audit log of what is no centre's.
    Audit,
}

/// Documents that belong to exactly one centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TenantKind {
    /// Job cards.
    JobCard,
    /// Appointments.
    Appointment,
    /// Parts requests.
    PartsRequest,
    /// Parts in a centre's stock.
    Part,
    /// Invoices.
    Invoice,
    /// Credit notes.
    CreditNote,
    /// Parts issues; they belong to Central, too.
    PartsIssue,
    /// Quotations.
    Quotation,
    /// Files.
    File,
    /// The audit log.
    Audit,
}

impl CentralKind {
    /// All.
    pub(crate) const ALL: [Self; 4] = [Self::Part, Self::PurchaseOrder, Self::Supplier, Self::Audit];

    /// The key part naming the kind.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Part => "PART",
            Self::PurchaseOrder => "PO",
            Self::Supplier => "SUP",
            Self::Audit => "AUDIT",
        }
    }

    /// Partition that holds (and lists) the documents.
    fn partition(self) -> String {
        format!("CENTRAL#{}", self.prefix())
    }

    /// The same, for who may see it.
    pub fn pk(self, _: CentralScope) -> String {
        self.partition()
    }

    /// A document by id.
    pub fn key(self, scope: CentralScope, id: &Uuid) -> Key {
        Key::new(self.pk(scope), id.to_string())
    }

    /// The place of a document that is in hand.
    pub(crate) fn own(self, id: &Uuid) -> OwnKeys {
        OwnKeys { pk: self.partition(), id: *id }
    }

    /// Partition of gsi1 that lists the documents in one state.
    pub fn state_pk(self, scope: CentralScope, tally_code: TallyCode) -> String {
        format!("{}#{tally_code}", self.pk(scope))
    }

    /// Partition of the tallies.
    pub fn tally_pk(self, scope: CentralScope) -> String {
        super::tally_pk(&self.pk(scope))
    }
}

impl MasterKind {
    /// All.
    pub(crate) const ALL: [Self; 3] = [Self::Customer, Self::Vehicle, Self::User];

    /// The key prefix.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Customer => "CUST",
            Self::Vehicle => "VEH",
            Self::User => "USER",
        }
    }

    /// A document by id.
    pub fn key(self, id: &Uuid) -> Key {
        Key::only(format!("{}#{id}", self.prefix()))
    }

    /// Partition of gsi1 that lists a month's documents.
    pub fn month_pk(self, month: MonthKey) -> String {
        format!("{}@{month}", self.prefix())
    }

    /// What the postings of its words begin with.
    pub fn list_pk(self) -> String {
        self.prefix().to_owned()
    }

    /// A document's place in gsi1.
    pub fn list_key(self, month: MonthKey, id: &Uuid) -> Key {
        Key::new(self.month_pk(month), id.to_string())
    }

    /// Partition of the tallies of all documents of this kind.
    pub fn tally_pk(self) -> String {
        super::tally_pk(self.prefix())
    }
}

impl TenantKind {
    /// All.
    pub(crate) const ALL: [Self; 10] = [
        Self::JobCard,
        Self::Appointment,
        Self::PartsRequest,
        Self::Part,
        Self::Invoice,
        Self::CreditNote,
        Self::PartsIssue,
        Self::Quotation,
        Self::File,
        Self::Audit,
    ];

    /// The key part naming the kind.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::JobCard => "JC",
            Self::Appointment => "APT",
            Self::PartsRequest => "PR",
            Self::Part => "PART",
            Self::Invoice => "INV",
            Self::CreditNote => "CN",
            Self::PartsIssue => "PI",
            Self::Quotation => "QTN",
            Self::File => "FILE",
            Self::Audit => "AUDIT",
        }
    }

    /// Partition that holds (and lists) a centre's documents.
    pub fn pk(self, scope: TenantScope) -> String {
        self.pk_of(scope.ordinal())
    }

    /// The same for an operator, who has the tables in hand and no token: never for a centre that a request names.
    pub(crate) fn pk_of(self, centre: CentreOrdinal) -> String {
        format!("C{}#{}", centre.get(), self.prefix())
    }

    /// The place of a document that is in hand: where its own id says. Lookups by an id from a request need
    /// a scope instead.
    pub(crate) fn own(self, id: &Uuid) -> OwnKeys {
        let ordinal = ids::ordinal_of(id).map_or(0, CentreOrdinal::get);
        OwnKeys { pk: format!("C{ordinal}#{}", self.prefix()), id: *id }
    }

    /// A document by id.
    pub fn key(self, scope: TenantScope, id: &Uuid) -> Key {
        Key::new(self.pk(scope), id.to_string())
    }

    /// Partition of gsi1 that lists a centre's documents in one state.
    pub fn state_pk(self, scope: TenantScope, tally_code: TallyCode) -> String {
        format!("{}#{tally_code}", self.pk(scope))
    }

    /// Partition of the tallies of a centre's documents of this kind.
    pub fn tally_pk(self, scope: TenantScope) -> String {
        super::tally_pk(&self.pk(scope))
    }
}

/// What an item of the core table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoredKind {
    /// A document of a centre.
    Tenant(TenantKind),
    /// A document of Central.
    Central(CentralKind),
    /// A document of the dealership.
    Master(MasterKind),
    /// A line of the ledger of a centre's part, or of Central's.
    Ledger,
}

/// What the item with this partition key is; none for what is no document, or was deleted.
pub(crate) fn kind_of(pk: &str) -> Option<StoredKind> {
    let parts: Vec<&str> = pk.split('#').collect();
    let tenant = |prefix: &str| TenantKind::ALL.iter().find(|kind| kind.prefix() == prefix);
    let central = |prefix: &str| CentralKind::ALL.iter().find(|kind| kind.prefix() == prefix);
    let master = |prefix: &str| MasterKind::ALL.iter().find(|kind| kind.prefix() == prefix);
    let is_centre = |part: &str| part.strip_prefix('C').is_some_and(|number| number.parse::<u16>().is_ok());
    match parts[..] {
        [_, "PART", _, "LEDGER"] => Some(StoredKind::Ledger),
        ["CENTRAL", prefix] => central(prefix).map(|kind| StoredKind::Central(*kind)),
        [centre, prefix] if is_centre(centre) => tenant(prefix).map(|kind| StoredKind::Tenant(*kind)),
        [prefix, _] => master(prefix).map(|kind| StoredKind::Master(*kind)),
        _ => None,
    }
}

/// The keys of a centre's document that is in hand.
pub(crate) struct OwnKeys {
    pk: String,
    id: Uuid,
}

impl OwnKeys {
    /// Its primary key.
    pub(crate) fn key(&self) -> Key {
        Key::new(self.pk.clone(), self.id.to_string())
    }

    /// Its place in gsi1 while it is in a state.
    pub(crate) fn state(&self, tally_code: TallyCode) -> Key {
        Key::new(format!("{}#{tally_code}", self.pk), self.id.to_string())
    }

    /// The partition of the tallies that count it, which is also that of its list.
    pub(crate) fn tally_pk(&self) -> String {
        super::tally_pk(&self.pk)
    }

    /// The partition of its list.
    pub(crate) fn list_pk(&self) -> String {
        self.pk.clone()
    }

    /// The words by which it is found in its list.
    pub(crate) fn postings(&self, words: impl IntoIterator<Item = Word>) -> Vec<Posting> {
        Posting::all(&self.pk, self.id, words)
    }

    /// A partition of what belongs to it.
    pub(crate) fn part_pk(&self, name: &str) -> String {
        format!("{}#{}#{name}", self.pk, self.id)
    }
}
