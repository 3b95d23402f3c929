//! Everything of one service centre, page by page, for an operator who hands it on: documents as they are stored, without
//! what keys, indexes and sums add to them. Reads no more at once than DynamoDB gives in one answer.

use std::collections::BTreeSet;

use dms_domain::{
    appointment::Appointment,
    audit::AuditEntry,
    credit_note::CreditNote,
    customer::Customer,
    file::StoredFile,
    formats::CentreCode,
    ids::{self, CentreOrdinal},
    invoice::Invoice,
    job_card::{JobCard, JobCardForms},
    parts_issue::PartsIssue,
    parts_request::PartsRequest,
    quotation::Quotation,
    service_centre::ServiceCentre,
    stock::{LedgerEntry, Part},
    user::User,
    vehicle::{ServiceRecord, Vehicle},
};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use serde_json::json;
use uuid::Uuid;

use crate::{
    client::{Item, Store, text},
    entity::{Entity, from_item},
    error::StoreError,
    keys::{self, Key, MasterKind, TenantKind},
    range::Range,
    tables::Index,
};

/// A kind of documents of an export: a file of the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exported {
    /// The centre itself.
    ServiceCentre,
    /// Its users, without anything by which they log in: that is in another table, which is not read.
    Users,
    /// Job cards.
    JobCards,
    /// Their parts 1, 2A and 3.
    JobCardForms,
    /// Appointments.
    Appointments,
    /// Quotations.
    Quotations,
    /// Parts requests.
    PartsRequests,
    /// Parts in stock.
    Parts,
    /// The ledgers of the parts, those of deleted ones, too.
    StockLedger,
    /// Invoices.
    Invoices,
    /// Credit notes.
    CreditNotes,
    /// Parts issues from Central.
    PartsIssues,
    /// What is known of files; their contents are in the bucket.
    Files,
    /// What was done in the centre, in its chain of hashes.
    AuditLog,
    /// Documents that were deleted, of this kind.
    Deleted(TenantKind),
    /// Customers that the documents name.
    Customers,
    /// Vehicles that the documents name.
    Vehicles,
    /// Those vehicles' services, in whichever centre: every centre may read them.
    ServiceHistory,
}

/// A document of an export.
#[derive(Debug, Clone)]
pub struct ExportedDocument {
    /// Its JSON, on one line.
    pub json: String,
    /// The file, where it is one.
    pub file: Option<StoredFile>,
    customer: Option<Uuid>,
    vehicle: Option<Uuid>,
}

/// Customers and vehicles that the documents of a centre name. This is all that grows with an export: some 50 bytes for each.
#[derive(Debug, Clone, Default)]
pub struct Named {
    customers: BTreeSet<Uuid>,
    vehicles: BTreeSet<Uuid>,
}

impl Named {
    /// Notes whom a document names.
    pub fn note(&mut self, document: &ExportedDocument) {
        self.customers.extend(document.customer);
        self.vehicles.extend(document.vehicle);
    }
}

impl Exported {
    /// What belongs to a centre.
    pub const OF_CENTRE: [Self; 19] = [
        Self::ServiceCentre,
        Self::Users,
        Self::JobCards,
        Self::JobCardForms,
        Self::Appointments,
        Self::Quotations,
        Self::PartsRequests,
        Self::Parts,
        Self::StockLedger,
        Self::Invoices,
        Self::CreditNotes,
        Self::PartsIssues,
        Self::Files,
        Self::AuditLog,
        Self::Deleted(TenantKind::JobCard),
        Self::Deleted(TenantKind::Appointment),
        Self::Deleted(TenantKind::Quotation),
        Self::Deleted(TenantKind::Part),
        Self::Deleted(TenantKind::PartsIssue),
    ];

    /// What its documents name, and is the dealership's.
    pub const NAMED: [Self; 3] = [Self::Customers, Self::Vehicles, Self::ServiceHistory];

    /// Its file in the archive.
    pub fn file_name(self) -> String {
        let name = match self {
            Self::ServiceCentre => "service-center",
            Self::Users => "users",
            Self::JobCards => tenant_name(TenantKind::JobCard),
            Self::JobCardForms => "job-card-forms",
            Self::Appointments => tenant_name(TenantKind::Appointment),
            Self::Quotations => tenant_name(TenantKind::Quotation),
            Self::PartsRequests => tenant_name(TenantKind::PartsRequest),
            Self::Parts => tenant_name(TenantKind::Part),
            Self::StockLedger => "stock-ledger",
            Self::Invoices => tenant_name(TenantKind::Invoice),
            Self::CreditNotes => tenant_name(TenantKind::CreditNote),
            Self::PartsIssues => tenant_name(TenantKind::PartsIssue),
            Self::Files => tenant_name(TenantKind::File),
            Self::AuditLog => tenant_name(TenantKind::Audit),
            Self::Deleted(kind) => return format!("deleted/{}.jsonl", tenant_name(kind)),
            Self::Customers => "customers",
            Self::Vehicles => "vehicles",
            Self::ServiceHistory => "service-history",
        };
        format!("{name}.jsonl")
    }

    fn document(self, item: Item) -> Result<ExportedDocument, StoreError> {
        match self {
            Self::ServiceCentre => read::<ServiceCentre>(item),
            Self::Users => read::<User>(item),
            Self::JobCards => read::<JobCard>(item),
            Self::JobCardForms => forms(item),
            Self::Appointments => read::<Appointment>(item),
            Self::Quotations => read::<Quotation>(item),
            Self::PartsRequests => read::<PartsRequest>(item),
            Self::Parts => read::<Part>(item),
            Self::StockLedger => read::<LedgerEntry>(item),
            Self::Invoices => read::<Invoice>(item),
            Self::CreditNotes => read::<CreditNote>(item),
            Self::PartsIssues => read::<PartsIssue>(item),
            Self::Files => file(item),
            Self::AuditLog => read::<AuditEntry>(item),
            Self::Deleted(kind) => deleted(kind).document(item),
            Self::Customers => read::<Customer>(item),
            Self::Vehicles => read::<Vehicle>(item),
            Self::ServiceHistory => read::<ServiceRecord>(item),
        }
    }
}

/// How documents of a kind are read: deleted ones have the form that they had.
fn deleted(kind: TenantKind) -> Exported {
    match kind {
        TenantKind::JobCard => Exported::JobCards,
        TenantKind::Appointment => Exported::Appointments,
        TenantKind::PartsRequest => Exported::PartsRequests,
        TenantKind::Part => Exported::Parts,
        TenantKind::Invoice => Exported::Invoices,
        TenantKind::CreditNote => Exported::CreditNotes,
        TenantKind::PartsIssue => Exported::PartsIssues,
        TenantKind::Quotation => Exported::Quotations,
        TenantKind::File => Exported::Files,
        TenantKind::Audit => Exported::AuditLog,
    }
}

/// As the API's routes name them.
fn tenant_name(kind: TenantKind) -> &'static str {
    match kind {
        TenantKind::JobCard => "job-cards",
        TenantKind::Appointment => "appointments",
        TenantKind::PartsRequest => "parts-requests",
        TenantKind::Part => "parts",
        TenantKind::Invoice => "invoices",
        TenantKind::CreditNote => "credit-notes",
        TenantKind::PartsIssue => "parts-issues",
        TenantKind::Quotation => "quotations",
        TenantKind::File => "files",
        TenantKind::Audit => "audit-log",
    }
}

/// A document by its own form: what keys and indexes added to the item is no part of that.
fn read<E: Entity>(item: Item) -> Result<ExportedDocument, StoreError> {
    let id = |attribute: &str| text(&item, attribute).and_then(|id| id.parse().ok());
    let (customer, vehicle) = (id("customerId"), id("vehicleId"));
    let json = serde_json::to_string(&from_item::<E>(item)?)?;
    Ok(ExportedDocument { json, file: None, customer, vehicle })
}

/// Forms are stored as texts of JSON; here they are JSON.
fn forms(item: Item) -> Result<ExportedDocument, StoreError> {
    let JobCardForms { job_card_id, part1_data, part2_a_data, part3_data } = from_item(item)?;
    let json = json!({ "jobCardId": job_card_id, "part1Data": part1_data, "part2AData": part2_a_data,
        "part3Data": part3_data });
    Ok(ExportedDocument { json: json.to_string(), file: None, customer: None, vehicle: None })
}

/// A file names the customer or the vehicle that it is attached to.
fn file(item: Item) -> Result<ExportedDocument, StoreError> {
    use dms_domain::statuses::RelatedEntity;

    let file: StoredFile = from_item(item)?;
    let json = serde_json::to_string(&file)?;
    let (customer, vehicle) = match file.related_entity_type {
        RelatedEntity::JobCard => (None, None),
        RelatedEntity::Vehicle => (None, Some(file.related_entity_id)),
        RelatedEntity::Customer => (Some(file.related_entity_id), None),
    };
    Ok(ExportedDocument { json, file: Some(file), customer, vehicle })
}

impl Store {
    /// The centre of this code.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Throttled`].
    pub async fn centre_of_code(&self, code: &CentreCode) -> Result<Option<ServiceCentre>, StoreError> {
        let centres = self.all_centres().await?;
        Ok(centres.into_iter().find(|centre| centre.details.code == *code))
    }

    /// All documents of a kind of a centre, in the order of their ids; of customers and vehicles those that are `named`.
    /// For an operator: no user of the centre need be logged in.
    pub fn exported<'a>(
        &'a self,
        centre: CentreOrdinal,
        kind: Exported,
        named: &'a Named,
    ) -> impl Stream<Item = Result<ExportedDocument, StoreError>> + 'a {
        let items = match kind {
            Exported::Users => self.rows(Range::index(Index::Gsi2, keys::centre_users_pk(centre))).boxed(),
            Exported::StockLedger => self.ledgers(centre).boxed(),
            Exported::ServiceCentre => self.by_key(std::iter::once(keys::centre(centre))).boxed(),
            Exported::Customers => self.by_key(keys_of(MasterKind::Customer, &named.customers)).boxed(),
            Exported::Vehicles => self.by_key(keys_of(MasterKind::Vehicle, &named.vehicles)).boxed(),
            Exported::ServiceHistory => {
                let histories = named.vehicles.iter().map(keys::vehicle_history_pk);
                let histories = histories.map(|pk| Ok::<_, StoreError>(self.rows(Range::partition(pk))));
                stream::iter(histories).try_flatten().boxed()
            }
            Exported::JobCardForms => self.rows(Range::partition(keys::centre_forms_pk(centre))).boxed(),
            Exported::Deleted(kind) => self.rows(Range::partition(keys::archived_pk(&kind.pk_of(centre)))).boxed(),
            Exported::JobCards => self.of_centre(TenantKind::JobCard, centre).boxed(),
            Exported::Appointments => self.of_centre(TenantKind::Appointment, centre).boxed(),
            Exported::Quotations => self.of_centre(TenantKind::Quotation, centre).boxed(),
            Exported::PartsRequests => self.of_centre(TenantKind::PartsRequest, centre).boxed(),
            Exported::Parts => self.of_centre(TenantKind::Part, centre).boxed(),
            Exported::Invoices => self.of_centre(TenantKind::Invoice, centre).boxed(),
            Exported::CreditNotes => self.of_centre(TenantKind::CreditNote, centre).boxed(),
            Exported::PartsIssues => self.of_centre(TenantKind::PartsIssue, centre).boxed(),
            Exported::Files => self.of_centre(TenantKind::File, centre).boxed(),
            Exported::AuditLog => self.of_centre(TenantKind::Audit, centre).boxed(),
        };
        items.map(move |item| kind.document(item?))
    }

    fn of_centre(
        &self,
        kind: TenantKind,
        centre: CentreOrdinal,
    ) -> impl Stream<Item = Result<Item, StoreError>> + use<'_> {
        self.rows(Range::partition(kind.pk_of(centre)))
    }

    /// The ledgers of all parts of a centre, of deleted ones, too.
    fn ledgers(&self, centre: CentreOrdinal) -> impl Stream<Item = Result<Item, StoreError>> + '_ {
        let parts = TenantKind::Part.pk_of(centre);
        let deleted = keys::archived_pk(&parts);
        let parts = self.rows(Range::partition(parts)).chain(self.rows(Range::partition(deleted)));
        let ledger = |part: Item| {
            let id: Option<Uuid> = text(&part, "id").and_then(|id| id.parse().ok());
            let id = id.filter(|id| ids::ordinal_of(id).is_some());
            let id = id.ok_or_else(|| StoreError::Corrupt("a part has no id".to_owned()))?;
            Ok(self.rows(Range::partition(keys::own_ledger_pk(&id))))
        };
        parts.map(move |part| part.and_then(ledger)).try_flatten()
    }

    /// Items by key, in the order of the keys.
    fn by_key<'a>(
        &'a self,
        keys: impl Iterator<Item = Key> + Send + 'a,
    ) -> impl Stream<Item = Result<Item, StoreError>> + Send + 'a {
        let read = move |chunk: Vec<Key>| async move {
            let mut items = self.get_many(chunk).await?;
            items.sort_by_key(Key::of);
            Ok::<_, StoreError>(stream::iter(items.into_iter().map(Ok)))
        };
        stream::iter(keys).chunks(CHUNK).then(read).try_flatten()
    }

    /// The rows of a range, smallest sort key first, read as they are asked for.
    fn rows(&self, range: Range) -> impl Stream<Item = Result<Item, StoreError>> + use<'_> {
        let range = range.ascending();
        let pages = stream::try_unfold(Some((range, None)), move |at| async move {
            let Some((range, start)) = at else { return Ok::<_, StoreError>(None) };
            let rows = self.query_page(&range, None, start).await?;
            let next = rows.next.map(|next| (range, Some(next)));
            Ok(Some((stream::iter(rows.items.into_iter().map(Ok)), next)))
        });
        pages.try_flatten()
    }
}

/// Documents that are read by id at once.
const CHUNK: usize = 100;

fn keys_of(kind: MasterKind, ids: &BTreeSet<Uuid>) -> impl Iterator<Item = Key> + Send + '_ {
    ids.iter().map(move |id| kind.key(id))
}
