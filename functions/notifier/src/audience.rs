//! Who is told of what: the specification's "Notify …" and "Alert …", as one table.

use dms_domain::{
    notification::{Audience, Notice},
    permissions::Role,
    reminder::ReminderKind,
    statuses::NotificationType,
};
use dms_messages::{Event, EventKind};
use uuid::Uuid;

/// Who keeps a centre's stock.
const STOREKEEPERS: &[Role] = &[Role::InventoryManager, Role::ScManager];
/// Who keeps Central's stock.
const CENTRAL: &[Role] = &[Role::CentralInventoryManager];
const ADMINS: &[Role] = &[Role::Admin];
const MANAGERS: &[Role] = &[Role::ScManager];
/// Who looks after a centre's customers.
const HOSTS: &[Role] = &[Role::ScManager, Role::ServiceAdvisor];

/// Who is told of an event, and what; none of those that only count.
pub(crate) fn told(event: &Event) -> Option<(Audience, Notice)> {
    let centre = event.service_center_id;
    match &event.kind {
        EventKind::EngineerAssigned { job_card_id, job_card_number, engineer_id } => {
            let title = format!("Job card {job_card_number} is yours");
            let card = Document("job_card", *job_card_id, Some(job_card_number));
            Some((Audience::User(*engineer_id), card.notice(NotificationType::EngineerAssigned, title)))
        }
        EventKind::PartsRequested { parts_request_id, urgency, .. } => {
            let request = Document("parts_request", *parts_request_id, None);
            let notice =
                request.notice(NotificationType::PartsRequested, format!("Parts are requested: {urgency}"));
            Some((Audience::Roles(centre, STOREKEEPERS), notice))
        }
        EventKind::PartsRequestDecided { parts_request_id, status, requested_by, .. } => {
            let request = Document("parts_request", *parts_request_id, None);
            let title = format!("Your parts request is {}", words(status));
            Some((Audience::User(*requested_by), request.notice(NotificationType::PartsRequestDecided, title)))
        }
        EventKind::StockLow { part_id, part_number, stock_quantity, min_stock_level } => {
            let title = format!("{part_number} is low: {stock_quantity} left, at least {min_stock_level} wanted");
            let kind = if centre.is_some() { "inventory_part" } else { "central_inventory_part" };
            let part = Document(kind, *part_id, Some(part_number));
            let roles = if centre.is_some() { STOREKEEPERS } else { CENTRAL };
            Some((Audience::Roles(centre, roles), part.notice(NotificationType::StockLow, title)))
        }
        EventKind::InvoicePaid { invoice_id, invoice_number, .. } => {
            let invoice = Document("invoice", *invoice_id, Some(invoice_number));
            let notice = invoice.notice(NotificationType::InvoicePaid, format!("{invoice_number} is paid"));
            Some((Audience::Roles(centre, MANAGERS), notice))
        }
        EventKind::PurchaseOrderSubmitted { .. }
        | EventKind::PurchaseOrderDecided { .. }
        | EventKind::PurchaseOrderReceived { .. }
        | EventKind::PartsIssueRequested { .. }
        | EventKind::PartsIssueDecided { .. }
        | EventKind::PartsIssueDispatched { .. }
        | EventKind::PartsIssueReceived { .. } => told_of_supplies(event),
        EventKind::QuotationAnswered {
            quotation_id, quotation_number, status, answered_by, created_by, ..
        } => {
            let quotation = Document("quotation", *quotation_id, Some(quotation_number));
            let by = if answered_by == "CUSTOMER" { " by the customer" } else { "" };
            let title = format!("{quotation_number} is {}{by}", words(status));
            Some((Audience::User(*created_by), quotation.notice(NotificationType::QuotationAnswered, title)))
        }
        EventKind::QuotationExpired { quotation_id, quotation_number, created_by } => {
            let quotation = Document("quotation", *quotation_id, Some(quotation_number));
            let title = format!("{quotation_number} has expired unanswered");
            Some((Audience::User(*created_by), quotation.notice(NotificationType::QuotationExpired, title)))
        }
        EventKind::ReminderDue { reminder, registration } => {
            let vehicle = Document("vehicle", reminder.vehicle_id, Some(registration));
            let due = reminder.due.format("%-d %b %Y");
            let title = match reminder.kind {
                ReminderKind::Service => format!("{registration} is due for service on {due}"),
                ReminderKind::Insurance => format!("The insurance of {registration} ends on {due}"),
                ReminderKind::Warranty => format!("The warranty of {registration} ends on {due}"),
            };
            // Whose centre served it last; the dealership's admins while none did.
            let roles = if centre.is_some() { HOSTS } else { ADMINS };
            Some((Audience::Roles(centre, roles), vehicle.notice(reminder.kind.notification(), title)))
        }
        EventKind::QuotationCreated { .. }
        | EventKind::QuotationSent { .. }
        | EventKind::QuotationConverted { .. }
        | EventKind::JobCardStatusChanged { .. }
        | EventKind::InvoiceIssued { .. }
        | EventKind::CreditNoteIssued { .. }
        | EventKind::InvoicePaymentRecorded { .. }
        | EventKind::AdvanceRecorded { .. }
        | EventKind::CustomerCreated { .. } => None,
    }
}

/// What Central buys and sends.
fn told_of_supplies(event: &Event) -> Option<(Audience, Notice)> {
    let centre = event.service_center_id;
    match &event.kind {
        EventKind::PurchaseOrderSubmitted { purchase_order_id, po_number } => {
            let order = Document("purchase_order", *purchase_order_id, Some(po_number));
            let title = format!("{po_number} waits for approval");
            Some((Audience::Roles(None, ADMINS), order.notice(NotificationType::PurchaseOrderSubmitted, title)))
        }
        EventKind::PurchaseOrderDecided { purchase_order_id, po_number, status, submitted_by } => {
            let order = Document("purchase_order", *purchase_order_id, Some(po_number));
            // A rejected order is a draft again.
            let status = if status == "DRAFT" { "rejected".to_owned() } else { words(status) };
            let notice = order.notice(NotificationType::PurchaseOrderDecided, format!("{po_number} is {status}"));
            Some((Audience::User((*submitted_by)?), notice))
        }
        EventKind::PartsIssueRequested { parts_issue_id, issue_number, priority } => {
            let issue = Document("parts_issue", *parts_issue_id, Some(issue_number));
            let title = format!("{issue_number} waits for approval: {priority}");
            Some((Audience::Roles(None, ADMINS), issue.notice(NotificationType::PartsIssueRequested, title)))
        }
        EventKind::PartsIssueDecided { parts_issue_id, issue_number, status, requested_by } => {
            let issue = Document("parts_issue", *parts_issue_id, Some(issue_number));
            let title = format!("{issue_number} is {}", words(status));
            Some((Audience::User(*requested_by), issue.notice(NotificationType::PartsIssueDecided, title)))
        }
        EventKind::PartsIssueDispatched { parts_issue_id, dispatch_number } => {
            let issue = Document("parts_issue", *parts_issue_id, Some(dispatch_number));
            let title = format!("{dispatch_number} is on its way");
            let notice = issue.notice(NotificationType::PartsIssueDispatched, title);
            Some((Audience::Roles(centre, STOREKEEPERS), notice))
        }
        EventKind::PartsIssueReceived { parts_issue_id, issue_number, status } => {
            let issue = Document("parts_issue", *parts_issue_id, Some(issue_number));
            let arrived = if status == "COMPLETED" { "has arrived" } else { "has arrived in part" };
            let title = format!("{issue_number} {arrived}");
            Some((Audience::Roles(None, CENTRAL), issue.notice(NotificationType::PartsIssueReceived, title)))
        }
        EventKind::PurchaseOrderReceived { .. }
        | EventKind::EngineerAssigned { .. }
        | EventKind::JobCardStatusChanged { .. }
        | EventKind::PartsRequested { .. }
        | EventKind::PartsRequestDecided { .. }
        | EventKind::StockLow { .. }
        | EventKind::InvoiceIssued { .. }
        | EventKind::CreditNoteIssued { .. }
        | EventKind::InvoicePaymentRecorded { .. }
        | EventKind::AdvanceRecorded { .. }
        | EventKind::InvoicePaid { .. }
        | EventKind::QuotationCreated { .. }
        | EventKind::QuotationSent { .. }
        | EventKind::QuotationAnswered { .. }
        | EventKind::QuotationExpired { .. }
        | EventKind::QuotationConverted { .. }
        | EventKind::ReminderDue { .. }
        | EventKind::CustomerCreated { .. } => None,
    }
}

/// A document that is told of: its kind, its id, its number.
struct Document<'a>(&'static str, Uuid, Option<&'a String>);

impl Document<'_> {
    fn notice(&self, kind: NotificationType, title: String) -> Notice {
        let Self(entity_type, entity_id, number) = self;
        Notice {
            kind,
            title,
            entity_type: (*entity_type).to_owned(),
            entity_id: *entity_id,
            entity_number: number.cloned(),
        }
    }
}

/// A state in words: `PARTIALLY_APPROVED` is "partially approved".
fn words(status: &str) -> String {
    status.to_lowercase().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// One of each kind of event; a new kind is named by the compiler above, and by this list's length here.
    fn events() -> Vec<Event> {
        let id = "01939a3e-0f00-7000-8000-000000000001";
        let kinds = [
            json!({"type": "engineer_assigned", "jobCardId": id, "jobCardNumber": "N", "engineerId": id}),
            json!({"type": "job_card_status_changed", "jobCardId": id, "jobCardNumber": "N", "from": "A", "to": "B"}),
            json!({"type": "parts_requested", "partsRequestId": id, "jobCardId": id, "urgency": "HIGH"}),
            json!({"type": "parts_request_decided", "partsRequestId": id, "jobCardId": id, "status": "APPROVED",
                "requestedBy": id}),
            json!({"type": "stock_low", "partId": id, "partNumber": "P", "stockQuantity": 1, "minStockLevel": 2}),
            json!({"type": "invoice_issued", "invoiceId": id, "invoiceNumber": "I", "grandTotalPaise": 1}),
            json!({"type": "invoice_paid", "invoiceId": id, "invoiceNumber": "I", "grandTotalPaise": 1}),
            json!({"type": "purchase_order_submitted", "purchaseOrderId": id, "poNumber": "PO"}),
            json!({"type": "purchase_order_decided", "purchaseOrderId": id, "poNumber": "PO", "status": "DRAFT",
                "submittedBy": id}),
            json!({"type": "purchase_order_received", "purchaseOrderId": id, "poNumber": "PO", "status": "COMPLETED"}),
            json!({"type": "parts_issue_requested", "partsIssueId": id, "issueNumber": "PI", "priority": "LOW"}),
            json!({"type": "parts_issue_decided", "partsIssueId": id, "issueNumber": "PI", "status": "REJECTED",
                "requestedBy": id}),
            json!({"type": "parts_issue_dispatched", "partsIssueId": id, "dispatchNumber": "PI/1"}),
            json!({"type": "parts_issue_received", "partsIssueId": id, "issueNumber": "PI", "status": "COMPLETED"}),
            json!({"type": "reminder_due", "vehicleId": id, "kind": "SERVICE", "due": "2026-12-31",
                "registration": "MH12AB1234"}),
            json!({"type": "customer_created", "customerId": id}),
        ];
        let event = |kind: serde_json::Value| {
            let mut event = json!({ "id": id });
            event.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
            serde_json::from_value(event).unwrap()
        };
        kinds.into_iter().map(event).collect()
    }

    #[test]
    fn exactly_those_events_are_sent_that_someone_is_told_of() {
        for event in events() {
            assert_eq!(told(&event).is_some(), event.kind.is_told(), "{event:?}");
        }
    }
}
