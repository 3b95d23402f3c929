use serde_json::json;
use utoipa::{PartialSchema, ToSchema};

use super::*;

fn documented<T: ToSchema>() -> serde_json::Value {
    serde_json::to_value(<T as PartialSchema>::schema()).unwrap()
}

macro_rules! assert_documented {
    ($($type:ident)+) => {
        $(
            let schema = documented::<$type>();
            assert_eq!(schema["enum"], json!($type::NAMES), stringify!($type));
            assert_eq!(json!($type::ALL), json!($type::NAMES), stringify!($type));
            assert!(schema["description"].is_string(), stringify!($type));
        )+
    };
}

/// The documentation, and every client generated from it, know the names of the API, not those of the code.
#[test]
fn the_documentation_lists_the_names_that_the_api_writes() {
    assert_documented!(
        VehicleStatus AppointmentStatus JobCardStatus PartsRequestStatus PurchaseOrderStatus
        PartsIssueStatus IssueDirection GoodsCondition QuotationStatus AnsweredBy InvoiceStatus
        Priority ServiceLocation CustomerType WarrantyStatus JobCardItemType AdjustmentType
        AdjustmentReason LedgerType PaymentKind PaymentMethod FileStatus FileCategory RelatedEntity
        FileType NotificationType
    );
}
