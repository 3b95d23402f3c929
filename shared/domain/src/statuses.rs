//! The closed lists of the specification: states, kinds and reasons, with the names the API uses.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use crate::tally_code::TallyCode;

// A name is a `tt`: utoipa does not see through the group that a `literal` comes in, and would document the variant's.
macro_rules! choices {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $name:tt $(/ $code:literal)?,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        pub enum $type {
            $($(#[$variant_doc])* #[serde(rename = $name)] $variant,)+
        }

        impl $type {
            /// All, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// Their names.
            pub const NAMES: &'static [&'static str] = &[$($name,)+];

            /// As the API writes it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }

        choices!(@codes $type { $($variant = $name $(/ $code)?,)+ });
    };
    (@codes $type:ident { $($variant:ident = $name:tt / $code:literal,)+ }) => {
        impl $type {
            /// How the state is written in tallies and index keys; never changes: further states go to the end.
            pub fn tally_code(self) -> TallyCode {
                const { assert!(Self::ALL.len() <= TallyCode::MOST) };
                match self {
                    $(Self::$variant => TallyCode::of($code, self as u32),)+
                }
            }

            /// The tally code of a state's name.
            pub fn code_of_name(name: &str) -> Option<TallyCode> {
                Self::ALL.iter().find(|state| state.as_str() == name).map(|state| state.tally_code())
            }
        }
    };
    (@codes $type:ident { $($variant:ident = $name:tt,)+ }) => {};
}

choices! {
    /// Whether a job card is open for a vehicle.
    VehicleStatus {
        /// No job card is open.
        Available = "AVAILABLE",
        /// A job card is open.
        ActiveJobCard = "ACTIVE_JOB_CARD",
    }
}

choices! {
    /// State of an appointment.
    AppointmentStatus {
        /// Asked for.
        Pending = "PENDING" / 'P',
        /// Agreed.
        Confirmed = "CONFIRMED" / 'C',
        /// The customer is here.
        Arrived = "ARRIVED" / 'A',
        /// A job card was opened.
        InProgress = "IN_PROGRESS" / 'I',
        /// The job card is completed.
        Completed = "COMPLETED" / 'D',
        /// Cancelled.
        Cancelled = "CANCELLED" / 'X',
        /// The customer did not come.
        NoShow = "NO_SHOW" / 'N',
    }
}

choices! {
    /// State of a job card.
    JobCardStatus {
        /// Opened.
        Created = "CREATED" / 'C',
        /// An engineer is assigned.
        Assigned = "ASSIGNED" / 'A',
        /// The engineer works on it.
        InProgress = "IN_PROGRESS" / 'I',
        /// Waiting for parts.
        PartsPending = "PARTS_PENDING" / 'P',
        /// The work is done.
        Completed = "COMPLETED" / 'D',
        /// The invoice is issued.
        Invoiced = "INVOICED" / 'V',
        /// Cancelled.
        Cancelled = "CANCELLED" / 'X',
    }
}

choices! {
    /// State of a parts request.
    PartsRequestStatus {
        /// To be decided.
        Pending = "PENDING" / 'P',
        /// Approved in full.
        Approved = "APPROVED" / 'A',
        /// Approved in part.
        PartiallyApproved = "PARTIALLY_APPROVED" / 'L',
        /// Rejected.
        Rejected = "REJECTED" / 'R',
        /// Withdrawn, or its job card was cancelled.
        Cancelled = "CANCELLED" / 'X',
    }
}

choices! {
    /// State of a purchase order.
    PurchaseOrderStatus {
        /// Being written.
        Draft = "DRAFT" / 'D',
        /// To be decided by an admin.
        PendingApproval = "PENDING_APPROVAL" / 'P',
        /// To be delivered.
        Approved = "APPROVED" / 'A',
        /// Goods have arrived and are being inspected.
        Received = "RECEIVED" / 'R',
        /// Some of it was delivered.
        PartiallyReceived = "PARTIALLY_RECEIVED" / 'L',
        /// All of it was delivered.
        Completed = "COMPLETED" / 'C',
        /// Cancelled.
        Cancelled = "CANCELLED" / 'X',
    }
}

choices! {
    /// State of a parts issue.
    PartsIssueStatus {
        /// To be decided by an admin.
        PendingApproval = "PENDING_APPROVAL" / 'P',
        /// Taken out of the sender's stock.
        Approved = "APPROVED" / 'A',
        /// Under way.
        Dispatched = "DISPATCHED" / 'D',
        /// Every piece is accounted for.
        Completed = "COMPLETED" / 'C',
        /// Rejected.
        Rejected = "REJECTED" / 'R',
        /// Cancelled by the requester, or closed before anything was dispatched.
        Cancelled = "CANCELLED" / 'X',
    }
}

choices! {
    /// Which way a parts issue goes.
    IssueDirection {
        /// Central supplies a centre.
        CentralToCenter = "CENTRAL_TO_CENTER",
        /// A centre sends parts back.
        CenterToCentral = "CENTER_TO_CENTRAL",
    }
}

choices! {
    /// How goods arrived.
    GoodsCondition {
        /// Fit for stock.
        Good = "GOOD",
        /// Not fit for stock.
        Damaged = "DAMAGED",
    }
}

choices! {
    /// State of a quotation.
    QuotationStatus {
        /// Being written.
        Draft = "DRAFT" / 'D',
        /// With the customer.
        Sent = "SENT" / 'S',
        /// Approved, in whole or in part.
        Approved = "APPROVED" / 'A',
        /// Declined.
        Rejected = "REJECTED" / 'R',
        /// Neither in time.
        Expired = "EXPIRED" / 'X',
    }
}

choices! {
    /// Who answered a quotation.
    AnsweredBy {
        /// The customer, by the approval link.
        Customer = "CUSTOMER",
        /// The centre, in the customer's name.
        Staff = "STAFF",
    }
}

choices! {
    /// State of an invoice.
    InvoiceStatus {
        /// Nothing paid.
        Unpaid = "UNPAID" / 'U',
        /// Some of it paid.
        PartiallyPaid = "PARTIALLY_PAID" / 'L',
        /// All of it paid, as far as credit notes have left it.
        Paid = "PAID" / 'P',
        /// Credit notes took all of it back.
        Credited = "CREDITED" / 'C',
        /// Cancelled.
        Cancelled = "CANCELLED" / 'X',
    }
}

choices! {
    /// How urgent.
    Priority {
        /// At once.
        High = "HIGH",
        /// As usual.
        Medium = "MEDIUM",
        /// When there is time.
        Low = "LOW",
    }
}

choices! {
    /// Where a vehicle is serviced.
    ServiceLocation {
        /// At the service centre.
        Station = "STATION",
        /// At the customer's home.
        Home = "HOME",
    }
}

choices! {
    /// Person or firm.
    CustomerType {
        /// A person.
        B2c = "B2C",
        /// A firm.
        B2b = "B2B",
    }
}

choices! {
    /// State of a vehicle's warranty.
    WarrantyStatus {
        /// Under warranty.
        Active = "Active",
        /// No longer.
        Expired = "Expired",
        /// Never had one.
        NotApplicable = "Not Applicable",
    }
}

choices! {
    /// Part or work.
    JobCardItemType {
        /// A part.
        Part = "part",
        /// A work.
        WorkItem = "work_item",
    }
}

choices! {
    /// How stock is adjusted by hand.
    AdjustmentType {
        /// More.
        Add = "ADD",
        /// Less.
        Subtract = "SUBTRACT",
        /// As counted.
        Set = "SET",
    }
}

choices! {
    /// Why stock is adjusted by hand.
    AdjustmentReason {
        /// Received.
        StockReceived = "STOCK_RECEIVED",
        /// Damaged.
        StockDamaged = "STOCK_DAMAGED",
        /// Counted.
        StockCount = "STOCK_COUNT",
        /// Returned.
        Returned = "RETURNED",
        /// Thrown away.
        Scrapped = "SCRAPPED",
    }
}

choices! {
    /// Why stock moved: the ledger's types.
    LedgerType {
        /// Stock at the creation of the part.
        Opening = "OPENING",
        /// An adjustment by hand.
        Adjustment = "ADJUSTMENT",
        /// Issued to a job card.
        Issue = "ISSUE",
        /// Returned from a job card.
        Return = "RETURN",
        /// Sold over the counter.
        Sale = "SALE",
        /// A sale was cancelled, or credited and the parts returned.
        SaleReversal = "SALE_REVERSAL",
        /// Arrived from Central, or at Central from a centre.
        Receipt = "RECEIPT",
        /// Bought from a supplier.
        Purchase = "PURCHASE",
        /// Sent to a centre, or by a centre to Central.
        TransferOut = "TRANSFER_OUT",
        /// Sent and come back, or not sent after all.
        TransferReturn = "TRANSFER_RETURN",
        /// Lost or damaged on the way: moves no stock, `variance` says how many.
        TransitLoss = "TRANSIT_LOSS",
    }
}

choices! {
    /// Which way money went, and when.
    PaymentKind {
        /// Taken for an invoice.
        Payment = "PAYMENT",
        /// Taken on a job card before it was invoiced.
        Advance = "ADVANCE",
        /// Given back.
        Refund = "REFUND",
    }
}

choices! {
    /// How a payment was made.
    PaymentMethod {
        /// Cash.
        Cash = "CASH",
        /// UPI.
        Upi = "UPI",
        /// Card.
        Card = "CARD",
        /// Bank transfer.
        Bank = "BANK",
    }
}

choices! {
    /// State of a file.
    FileStatus {
        /// Its content was not checked yet, or has not come yet.
        Pending = "PENDING",
        /// Checked: it can be downloaded.
        Ready = "READY",
        /// Not what it was said to be; the content is gone.
        Rejected = "REJECTED",
    }
}

choices! {
    /// What a file is kept for.
    FileCategory {
        /// Photos of a job card.
        JobCardImages = "job_card_images",
        /// Papers of a warranty.
        WarrantyDocuments = "warranty_documents",
        /// Invoices.
        Invoices = "invoices",
    }
}

choices! {
    /// What a file can be attached to.
    RelatedEntity {
        /// A job card.
        JobCard = "job_card",
        /// A vehicle.
        Vehicle = "vehicle",
        /// A customer.
        Customer = "customer",
    }
}

choices! {
    /// The types of files that are taken.
    FileType {
        /// JPEG.
        Jpeg = "image/jpeg",
        /// PNG.
        Png = "image/png",
        /// PDF.
        Pdf = "application/pdf",
        /// Word, 1997 to 2003.
        Doc = "application/msword",
        /// Word, since 2007.
        Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
}

choices! {
    /// What a notification is about.
    NotificationType {
        /// You were given a job card.
        EngineerAssigned = "ENGINEER_ASSIGNED",
        /// Parts are asked for from your stock.
        PartsRequested = "PARTS_REQUESTED",
        /// What you asked for was decided.
        PartsRequestDecided = "PARTS_REQUEST_DECIDED",
        /// A part fell to or below its minimum.
        StockLow = "STOCK_LOW",
        /// A purchase order waits for approval.
        PurchaseOrderSubmitted = "PURCHASE_ORDER_SUBMITTED",
        /// Your purchase order was approved or rejected.
        PurchaseOrderDecided = "PURCHASE_ORDER_DECIDED",
        /// A parts issue waits for approval.
        PartsIssueRequested = "PARTS_ISSUE_REQUESTED",
        /// Your parts issue was approved, rejected or cancelled.
        PartsIssueDecided = "PARTS_ISSUE_DECIDED",
        /// Parts are on their way to you.
        PartsIssueDispatched = "PARTS_ISSUE_DISPATCHED",
        /// Parts that you sent have arrived.
        PartsIssueReceived = "PARTS_ISSUE_RECEIVED",
        /// An invoice was paid.
        InvoicePaid = "INVOICE_PAID",
        /// The customer approved or declined your quotation.
        QuotationAnswered = "QUOTATION_ANSWERED",
        /// Nobody answered your quotation in time.
        QuotationExpired = "QUOTATION_EXPIRED",
        /// A vehicle's next service is due.
        ServiceDue = "SERVICE_DUE",
        /// A vehicle's insurance runs out.
        InsuranceExpiring = "INSURANCE_EXPIRING",
        /// A vehicle's warranty runs out.
        WarrantyExpiring = "WARRANTY_EXPIRING",
    }
}

#[cfg(test)]
mod tests;
