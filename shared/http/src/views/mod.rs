//! What answers show: one view per document, with every field, absent ones as null, money as decimal strings.
//! A stored document is never sent as it is: a field is shown because it stands here.

mod appointment;
mod audit;
mod central_stock;
mod credit_note;
mod customer;
mod file;
mod invoice;
mod job_card;
mod notification;
mod parts_issue;
mod parts_request;
mod purchase_order;
mod quotation;
mod service_centre;
mod stock;
mod supplier;
mod user;
mod vehicle;

pub use appointment::AppointmentView;
pub use audit::AuditEntryView;
pub use central_stock::CentralPartView;
pub use credit_note::CreditNoteView;
pub use customer::CustomerView;
pub use file::FileView;
pub use invoice::{BillToView, InvoiceItemView, InvoiceView, PaymentView};
pub use job_card::{JobCardItemView, JobCardView};
pub use notification::NotificationView;
pub use parts_issue::PartsIssueView;
pub use parts_request::{PartsRequestItemView, PartsRequestView};
pub use purchase_order::PurchaseOrderView;
pub use quotation::{OfferView, QuotationView, Shown};
pub use service_centre::ServiceCentreView;
pub use stock::{LedgerEntryView, PartView};
pub use supplier::SupplierView;
pub use user::{PersonView, UserView};
pub use vehicle::{ServiceRecordView, VehicleView};

use dms_store::StoreError;
use serde::Serialize;
use serde_json::Value;

use crate::error::ApiResult;

/// A view as JSON, for selecting fields and adding relations.
///
/// # Errors
/// 500 when it has no JSON form.
pub fn json(view: &impl Serialize) -> ApiResult<Value> {
    serde_json::to_value(view).map_err(|error| StoreError::from(error).into())
}

/// Declares a view: its fields, each with where its value comes from.
macro_rules! view {
    (
        $(#[$doc:meta])*
        $view:ident of $document:ident as $d:ident {
            $($(#[$field_doc:meta])* $field:ident: $type:ty = $value:expr,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
        #[serde(rename_all = "camelCase")]
        #[allow(missing_docs)] // the fields are those of the document
        pub struct $view {
            $($(#[$field_doc])* pub $field: $type,)+
        }

        impl $view {
            /// The view of a document.
            pub fn of($d: &$document) -> Self {
                Self { $($field: $value,)+ }
            }
        }
    };
}
use view;
