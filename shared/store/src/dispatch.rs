//! What is asked of a stored document whatever its kind: the one place that knows the type of each.

use dms_domain::{
    appointment::Appointment,
    audit::AuditEntry,
    central_stock::CentralPart,
    credit_note::CreditNote,
    customer::Customer,
    file::StoredFile,
    invoice::Invoice,
    job_card::JobCard,
    parts_issue::PartsIssue,
    parts_request::PartsRequest,
    purchase_order::PurchaseOrder,
    quotation::Quotation,
    stock::{LedgerEntry, Part},
    supplier::Supplier,
    user::User,
    vehicle::Vehicle,
};

use crate::{
    client::{Item, text},
    entity::Entity,
    error::StoreError,
    keys::{self, CentralKind, MasterKind, StoredKind, TenantKind},
};

/// A question about a document of any type.
pub(crate) trait OfDocument {
    /// The answer.
    type Answer: Default;

    /// The answer for a document of this type.
    fn of<E: Entity>(item: Item) -> Result<Self::Answer, StoreError>;
}

/// The answer for the document of an item of the core table; the default for what is no document.
///
/// # Errors
/// [`StoreError::Corrupt`].
pub(crate) fn ask<Q: OfDocument>(item: Item) -> Result<Q::Answer, StoreError> {
    let Some(kind) = text(&item, "pk").and_then(keys::kind_of) else { return Ok(Q::Answer::default()) };
    match kind {
        StoredKind::Tenant(kind) => match kind {
            TenantKind::JobCard => Q::of::<JobCard>(item),
            TenantKind::Appointment => Q::of::<Appointment>(item),
            TenantKind::PartsRequest => Q::of::<PartsRequest>(item),
            TenantKind::Part => Q::of::<Part>(item),
            TenantKind::Invoice => Q::of::<Invoice>(item),
            TenantKind::CreditNote => Q::of::<CreditNote>(item),
            TenantKind::PartsIssue => Q::of::<PartsIssue>(item),
            TenantKind::Quotation => Q::of::<Quotation>(item),
            TenantKind::File => Q::of::<StoredFile>(item),
            TenantKind::Audit => Q::of::<AuditEntry>(item),
        },
        StoredKind::Central(kind) => match kind {
            CentralKind::Part => Q::of::<CentralPart>(item),
            CentralKind::PurchaseOrder => Q::of::<PurchaseOrder>(item),
            CentralKind::Supplier => Q::of::<Supplier>(item),
            CentralKind::Audit => Q::of::<AuditEntry>(item),
        },
        StoredKind::Master(kind) => match kind {
            MasterKind::Customer => Q::of::<Customer>(item),
            MasterKind::Vehicle => Q::of::<Vehicle>(item),
            MasterKind::User => Q::of::<User>(item),
        },
        StoredKind::Ledger => Q::of::<LedgerEntry>(item),
    }
}
