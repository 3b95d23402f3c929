//! Purchase orders: what Central buys (specification §8; decisions, "Stock").

mod pricing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    calendar::Timestamp,
    fields::FieldErrors,
    formats::GstState,
    money::Paise,
    refusal::Refusal,
    state_machine::Machine,
    statuses::{GoodsCondition, PurchaseOrderStatus},
};

pub use pricing::{OrderLine, check_rates, price};

/// Most deliveries of one order. Each is kept in the order: so many of [`crate::stock::MAX_LINES`] lines with the
/// longest of notes fit into one item of DynamoDB (400 KB).
pub const MAX_DELIVERIES: usize = 40;

/// A purchase order as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PurchaseOrder {
    /// UUIDv7.
    pub id: Uuid,
    /// `PO-2025-0001`.
    pub po_number: String,
    /// The supplier.
    pub supplier_id: Uuid,
    /// Their name at the time.
    pub supplier_name: String,
    /// Where their supplies come from.
    pub supplier_state: GstState,
    /// Where the warehouse is: the place of supply.
    pub warehouse_state: GstState,
    /// Its state.
    pub status: PurchaseOrderStatus,
    /// What a user says about it.
    #[serde(flatten)]
    pub terms: OrderTerms,
    /// The lines.
    pub items: Vec<OrderItem>,
    /// The sums.
    #[serde(flatten)]
    pub totals: OrderTotals,
    /// The deliveries, in the order of their arrival.
    #[serde(default)]
    pub deliveries: Vec<Delivery>,
    /// Who placed it.
    pub created_by_id: Uuid,
    /// Who submitted it last.
    pub submitted_by_id: Option<Uuid>,
    /// Who approved it.
    pub approved_by_id: Option<Uuid>,
    /// When.
    pub approved_at: Option<Timestamp>,
    /// Notes of the approval, or why it was rejected, cancelled or closed.
    pub decision_notes: Option<String>,
    /// When the last delivery was booked.
    pub received_at: Option<Timestamp>,
    /// Created.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// 1 at creation, one more with every change.
    pub version: u64,
}

/// The words of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderTerms {
    /// Day of the order.
    pub order_date: NaiveDate,
    /// When it is expected.
    pub expected_delivery_date: Option<NaiveDate>,
    /// "Net 30 days".
    pub payment_terms: Option<String>,
    /// Notes.
    pub notes: Option<String>,
}

/// A line of a purchase order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderItem {
    /// UUIDv7.
    pub id: Uuid,
    /// Position, from 1.
    pub sr_no: u32,
    /// The part in Central's stock.
    pub central_inventory_part_id: Uuid,
    /// Its name.
    pub part_name: String,
    /// Its number.
    pub part_number: String,
    /// How many.
    pub quantity: i64,
    /// Price of one before tax.
    pub unit_price_paise: Paise,
    /// GST rate in per cent.
    pub gst_rate: u8,
    /// quantity × price.
    pub taxable_value_paise: Paise,
    /// Central tax.
    pub cgst_paise: Paise,
    /// State tax.
    pub sgst_paise: Paise,
    /// Integrated tax.
    pub igst_paise: Paise,
    /// Taxable value and taxes.
    pub total_paise: Paise,
    /// Delivered so far: accepted and rejected.
    #[serde(default)]
    pub received_qty: i64,
    /// Of these, taken into stock.
    #[serde(default)]
    pub accepted_qty: i64,
    /// Of these, not.
    #[serde(default)]
    pub rejected_qty: i64,
}

/// The sums of an order: each the sum of its lines, to the paisa; the supplier's invoice rounds, not the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderTotals {
    /// Before tax.
    pub subtotal_paise: Paise,
    /// Central tax.
    pub cgst_paise: Paise,
    /// State tax.
    pub sgst_paise: Paise,
    /// Integrated tax.
    pub igst_paise: Paise,
    /// With tax.
    pub total_amount_paise: Paise,
}

/// One delivery of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Position, from 1.
    pub number: u32,
    /// The supplier's invoice.
    pub invoice_number: Option<String>,
    /// Notes.
    pub notes: Option<String>,
    /// What came.
    pub items: Vec<DeliveredItem>,
    /// Who booked it.
    pub received_by_id: Uuid,
    /// When.
    pub received_at: Timestamp,
}

/// What came of one line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveredItem {
    /// The line.
    pub item_id: Uuid,
    /// How many came.
    pub received_qty: i64,
    /// Of these, taken into stock.
    pub accepted_qty: i64,
    /// Of these, not.
    pub rejected_qty: i64,
    /// How they came.
    pub condition: GoodsCondition,
}

impl PurchaseOrder {
    fn stepped(&self, to: PurchaseOrderStatus, now: Timestamp) -> Result<Self, Refusal> {
        self.status.step(to)?;
        Ok(Self { status: to, ..self.changed(now) })
    }

    fn changed(&self, now: Timestamp) -> Self {
        Self { updated_at: now, version: self.version + 1, ..self.clone() }
    }

    /// The order with other words and lines.
    ///
    /// # Errors
    /// `NOT_A_DRAFT` once it is submitted.
    pub fn edited(
        &self,
        terms: OrderTerms,
        (items, totals): (Vec<OrderItem>, OrderTotals),
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        if self.status != PurchaseOrderStatus::Draft {
            let message = format!("{} is {}: only a draft can be changed", self.po_number, self.status.as_str());
            return Err(Refusal::conflict("NOT_A_DRAFT", message));
        }
        Ok(Self { terms, items, totals, ..self.changed(now) })
    }

    /// The order, waiting for its approval.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` unless it is a draft.
    pub fn submitted(&self, by: Uuid, now: Timestamp) -> Result<Self, Refusal> {
        let submitted = self.stepped(PurchaseOrderStatus::PendingApproval, now)?;
        Ok(Self { submitted_by_id: Some(by), decision_notes: None, ..submitted })
    }

    /// The order, approved.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` unless it waits for approval.
    pub fn approved(&self, by: Uuid, notes: Option<String>, now: Timestamp) -> Result<Self, Refusal> {
        let approved = self.stepped(PurchaseOrderStatus::Approved, now)?;
        Ok(Self { approved_by_id: Some(by), approved_at: Some(now), decision_notes: notes, ..approved })
    }

    /// The order, sent back: a draft again, with the reason.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` unless it waits for approval.
    pub fn rejected(&self, reason: String, now: Timestamp) -> Result<Self, Refusal> {
        let rejected = self.stepped(PurchaseOrderStatus::Draft, now)?;
        Ok(Self { decision_notes: Some(reason), ..rejected })
    }

    /// The order, cancelled.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` once anything has arrived.
    pub fn cancelled(&self, reason: String, now: Timestamp) -> Result<Self, Refusal> {
        let cancelled = self.stepped(PurchaseOrderStatus::Cancelled, now)?;
        Ok(Self { decision_notes: Some(reason), ..cancelled })
    }

    /// The order, whose goods have arrived and are being inspected.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` unless it is approved or partially received.
    pub fn arrived(&self, now: Timestamp) -> Result<Self, Refusal> {
        self.stepped(PurchaseOrderStatus::Received, now)
    }

    /// The order, of which nothing more will be delivered.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` once it is complete or cancelled; `NOTHING_RECEIVED` before the first delivery: that one is
    /// cancelled.
    pub fn closed(&self, reason: String, now: Timestamp) -> Result<Self, Refusal> {
        self.status.step(PurchaseOrderStatus::Completed)?;
        if self.deliveries.is_empty() {
            let message = format!("Nothing of {} was received: cancel it instead", self.po_number);
            return Err(Refusal::conflict("NOTHING_RECEIVED", message));
        }
        let closed = self.stepped(PurchaseOrderStatus::Completed, now)?;
        Ok(Self { decision_notes: Some(reason), ..closed })
    }

    /// The order, deleted.
    ///
    /// # Errors
    /// `ORDER_IN_USE` unless it is a draft or cancelled.
    pub fn deleted(&self, now: Timestamp) -> Result<Self, Refusal> {
        if matches!(self.status, PurchaseOrderStatus::Draft | PurchaseOrderStatus::Cancelled) {
            return Ok(self.changed(now));
        }
        let message = format!("{} is {}: cancel it first", self.po_number, self.status.as_str());
        Err(Refusal::conflict("ORDER_IN_USE", message))
    }

    /// The order with one more delivery: COMPLETED when every line has come, PARTIALLY_RECEIVED until then.
    ///
    /// # Errors
    /// `INVALID_TRANSITION` unless it is approved; `DELIVERY_ALREADY_RECEIVED` when the supplier's invoice was booked
    /// on this order before; `OVER_RECEIPT` naming the lines of which more came than is open; `TOO_MANY_DELIVERIES`;
    /// field errors for a line that is not the order's or named twice, and where accepted and rejected do not come to
    /// what was received.
    pub fn received(&self, delivery: Delivery, now: Timestamp) -> Result<Self, Refusal> {
        // A delivery booked twice is told as such, even when it has completed the order.
        let known = |earlier: &Delivery| {
            earlier.invoice_number.is_some() && earlier.invoice_number == delivery.invoice_number
        };
        if let Some(earlier) = self.deliveries.iter().find(|earlier| known(earlier)) {
            let invoice = earlier.invoice_number.as_deref().unwrap_or_default();
            let message = format!(
                "Supplier invoice {invoice} was received on {} as delivery {}",
                self.po_number, earlier.number
            );
            return Err(Refusal::conflict("DELIVERY_ALREADY_RECEIVED", message));
        }
        self.status.step(PurchaseOrderStatus::PartiallyReceived)?;
        if self.deliveries.len() >= MAX_DELIVERIES {
            let message = format!("{} has {MAX_DELIVERIES} deliveries already", self.po_number);
            return Err(Refusal::conflict("TOO_MANY_DELIVERIES", message));
        }
        let items = self.with_delivered(&delivery.items)?;
        let complete = items.iter().all(|item| item.received_qty >= item.quantity);
        let status =
            if complete { PurchaseOrderStatus::Completed } else { PurchaseOrderStatus::PartiallyReceived };
        let mut deliveries = self.deliveries.clone();
        let number = u32::try_from(deliveries.len() + 1).unwrap_or(u32::MAX);
        deliveries.push(Delivery { number, ..delivery });
        Ok(Self { status, items, deliveries, received_at: Some(now), ..self.changed(now) })
    }

    fn with_delivered(&self, delivered: &[DeliveredItem]) -> Result<Vec<OrderItem>, Refusal> {
        let mut items = self.items.clone();
        let mut errors = FieldErrors::new();
        let mut over = FieldErrors::new();
        for (position, line) in delivered.iter().enumerate() {
            let field = |name: &str| format!("receivedItems[{position}].{name}");
            if line.accepted_qty + line.rejected_qty != line.received_qty {
                errors.add(field("receivedQty"), "must be acceptedQty + rejectedQty");
            }
            if line.received_qty == 0 {
                errors.add(field("receivedQty"), "must be at least 1");
            }
            if delivered.iter().take(position).any(|earlier| earlier.item_id == line.item_id) {
                errors.add(field("itemId"), "is named twice");
                continue;
            }
            let Some(item) = items.iter_mut().find(|item| item.id == line.item_id) else {
                errors.add(field("itemId"), "is not a line of this order");
                continue;
            };
            let open = item.quantity - item.received_qty;
            if line.received_qty > open {
                over.add(
                    field("receivedQty"),
                    format!("{} received of {}, {open} open", line.received_qty, item.part_number),
                );
            }
            item.received_qty += line.received_qty;
            item.accepted_qty += line.accepted_qty;
            item.rejected_qty += line.rejected_qty;
        }
        errors.into_result().map_err(Refusal::Invalid)?;
        over.into_result().map_err(|lines| Refusal::TooMany { code: "OVER_RECEIPT", lines })?;
        Ok(items)
    }

    /// The pieces of each part that a delivery brings into stock: lines of the same part are added up.
    pub fn accepted_by_part(&self, delivered: &[DeliveredItem]) -> BTreeMap<Uuid, i64> {
        let mut parts = BTreeMap::new();
        for line in delivered.iter().filter(|line| line.accepted_qty > 0) {
            if let Some(item) = self.items.iter().find(|item| item.id == line.item_id) {
                *parts.entry(item.central_inventory_part_id).or_default() += line.accepted_qty;
            }
        }
        parts
    }
}
