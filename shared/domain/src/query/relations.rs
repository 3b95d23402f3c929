//! The one table of relations: what a document's fields lead to. The parser, the documentation and the loader of
//! `expand=` go by it.

use crate::permissions::Permission;

/// Most steps of an `expand=`: `customer.vehicles.serviceHistory`.
pub const MAX_DEPTH: usize = 3;

/// What a relation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A customer.
    Customer,
    /// A vehicle.
    Vehicle,
    /// A service centre.
    Centre,
    /// A colleague.
    Person,
    /// An appointment.
    Appointment,
    /// A job card.
    JobCard,
    /// An invoice.
    Invoice,
    /// A quotation.
    Quotation,
    /// A supplier.
    Supplier,
    /// A customer's vehicles.
    VehiclesOfCustomer,
    /// A vehicle's service history.
    HistoryOfVehicle,
    /// A job card's parts requests.
    RequestsOfJobCard,
    /// The files attached to a document.
    FilesOfDocument,
    /// Part of the document itself.
    Inline,
}

/// A relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relation {
    /// Its name in `expand=`, and the field under which it is shown.
    pub name: &'static str,
    /// The field of the document that leads to it.
    pub field: &'static str,
    /// What it leads to.
    pub target: Target,
}

const fn relation(name: &'static str, field: &'static str, target: Target) -> Relation {
    Relation { name, field, target }
}

/// All relations.
pub const RELATIONS: &[Relation] = &[
    relation("customer", "customerId", Target::Customer),
    relation("vehicle", "vehicleId", Target::Vehicle),
    relation("serviceCenter", "serviceCenterId", Target::Centre),
    relation("lastServiceCenter", "lastServiceCenterId", Target::Centre),
    relation("toServiceCenter", "toServiceCenterId", Target::Centre),
    relation("fromServiceCenter", "fromServiceCenterId", Target::Centre),
    relation("supplier", "supplierId", Target::Supplier),
    relation("engineer", "assignedEngineerId", Target::Person),
    relation("user", "userId", Target::Person),
    relation("approvedBy", "approvedById", Target::Person),
    relation("decidedBy", "decidedById", Target::Person),
    relation("requestedBy", "requestedById", Target::Person),
    relation("appointment", "appointmentId", Target::Appointment),
    relation("jobCard", "jobCardId", Target::JobCard),
    relation("activeJobCard", "activeJobCardId", Target::JobCard),
    relation("invoice", "invoiceId", Target::Invoice),
    relation("quotation", "quotationId", Target::Quotation),
    relation("vehicles", "id", Target::VehiclesOfCustomer),
    relation("serviceHistory", "id", Target::HistoryOfVehicle),
    relation("partsRequests", "id", Target::RequestsOfJobCard),
    relation("files", "id", Target::FilesOfDocument),
    relation("uploadedBy", "uploadedById", Target::Person),
    relation("items", "id", Target::Inline),
];

/// The relation of a name.
pub fn relation_named(name: &str) -> Option<&'static Relation> {
    RELATIONS.iter().find(|relation| relation.name == name)
}

impl Target {
    /// The permission to GET it; none where who sees the document sees this, too.
    pub fn permission(self) -> Option<Permission> {
        match self {
            Self::Customer => Some(Permission::CustomersRead),
            Self::Vehicle | Self::VehiclesOfCustomer | Self::HistoryOfVehicle => Some(Permission::VehiclesRead),
            Self::Centre => Some(Permission::ServiceCentersRead),
            Self::Appointment => Some(Permission::AppointmentsRead),
            Self::JobCard => Some(Permission::JobCardsRead),
            Self::Invoice => Some(Permission::InvoicesRead),
            Self::Quotation => Some(Permission::QuotationsRead),
            Self::Supplier => Some(Permission::SuppliersRead),
            Self::RequestsOfJobCard => Some(Permission::PartsRequestsRead),
            Self::FilesOfDocument => Some(Permission::FilesRead),
            Self::Person | Self::Inline => None,
        }
    }

    /// The relations of what it leads to: the next step of an `expand=`.
    pub fn relations(self) -> &'static [&'static str] {
        match self {
            Self::Customer => &["vehicles", "lastServiceCenter", "files"],
            Self::Vehicle | Self::VehiclesOfCustomer => {
                &["customer", "serviceHistory", "lastServiceCenter", "activeJobCard", "files"]
            }
            Self::Appointment => &["customer", "vehicle", "serviceCenter", "jobCard"],
            Self::JobCard => &[
                "customer",
                "vehicle",
                "engineer",
                "serviceCenter",
                "appointment",
                "quotation",
                "invoice",
                "partsRequests",
                "items",
                "files",
            ],
            Self::Quotation => &["customer", "vehicle", "serviceCenter", "appointment", "jobCard", "items"],
            Self::Invoice => &["customer", "vehicle", "jobCard", "serviceCenter", "items"],
            Self::RequestsOfJobCard => &["jobCard", "requestedBy", "serviceCenter", "items"],
            Self::FilesOfDocument => &["uploadedBy", "serviceCenter"],
            // A line of the history is master data; the documents behind it may be another centre's.
            Self::HistoryOfVehicle | Self::Centre | Self::Person | Self::Supplier | Self::Inline => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_next_step_is_a_relation() {
        for relation in RELATIONS {
            for next in relation.target.relations() {
                assert!(relation_named(next).is_some(), "{}.{next}", relation.name);
            }
        }
    }
}
